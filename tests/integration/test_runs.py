"""A training that staff start: it goes on by itself, and an answer can be turned off meanwhile."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.content.home import copy_content
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.editing.topic_text import add_question
from bot.settings import PROJECT_ROOT
from bot.staff.jobs import RunError, Runs
from bot.training.models import Model, ModelStore
from bot.training.topics_off import TopicsOff
from tests.conftest import SMALL_CONTENT
from tests.staff.test_jobs import wait_for

pytestmark = pytest.mark.slow

STARTER = """
import sys
from pathlib import Path
from bot.staff.jobs import Runs
Runs(Path(sys.argv[1])).start({"kind": "train"}, "ana")
"""


def test_a_training_goes_on_by_itself_and_holds_up_no_answer_that_is_wrong(
    small_model: Model, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever started it has ended; what was turned off meanwhile stays so with the new model."""
    content, data_dir = tmp_path / "content", tmp_path / "var"
    copy_content(SMALL_CONTENT, content)
    shutil.copytree(small_model.folder, data_dir / "models" / small_model.version)
    store = ModelStore(data_dir)
    store.publish(small_model.version)
    bond = content / "data" / "faq" / "bond.yml"
    bond.write_text(
        add_question(bond.read_text("utf-8"), "faq/bond", "en", "who sets a bond amount"), "utf-8"
    )
    monkeypatch.setenv("KYR_CONTENT_DIR", str(content))
    subprocess.run([sys.executable, "-c", STARTER, str(data_dir)], check=True, cwd=PROJECT_ROOT)  # noqa: S603 - our own arguments
    runs = Runs(data_dir)
    wait_for(runs, "training", lambda run: any("Checking" in line.text for line in run.lines))
    with pytest.raises(RunError, match=r"^A new version is being made already, begun by ana at "):
        runs.start({"kind": "train"}, "luis")
    runs.start({"kind": "off", "topic": "red_card", "reason": "it is wrong"}, "luis")
    assert wait_for(runs, "off").error is None
    under_way = runs.last("training")
    assert under_way is not None and under_way.running
    assert TopicsOff(data_dir).read() == {"red_card"}

    trained = wait_for(runs, "training")
    assert trained.error is None and trained.result is not None and trained.result["passed"]
    assert trained.verdict is not None and trained.verdict.version == trained.result["version"]
    assert any(change.startswith("bond: changed (questions_en)") for change in trained.verdict.changes)
    noted = {(entry.who, entry.action) for entry in AuditLog(Database(data_dir)).entries()}
    assert noted == {("ana", "train"), ("luis", "topic off")}

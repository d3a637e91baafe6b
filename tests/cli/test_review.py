"""`kyr review`: what staff see of the queue, and that nothing is done before they have said so."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.database.audit import AuditLog
from bot.database.engine import Database
from bot.database.review_queue import NOT_HELPFUL, ReviewQueue
from tests.staff.test_review import OUT_OF_SCOPE, files_of


@pytest.fixture
def content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content_copy: Path) -> Path:
    """Every command works on a copy of the small content, a database of its own, and nobody at the keys."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(content_copy))
    monkeypatch.delenv("KYR_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    return content_copy


@pytest.fixture
def queue(content: Path, tmp_path: Path) -> ReviewQueue:
    """Three questions, two of them alike."""
    queue = ReviewQueue(Database(tmp_path / "var"))
    for text in ("how can i pay the bond", "how can i pay the bond", "how can i pay the bond please"):
        queue.add(text, "en")
    queue.add("can *** take my car\x1b[2J", "en", reason=NOT_HELPFUL, topic="red_card")
    return queue


def id_of(text: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the id that `kyr review` lists beside a question."""
    assert main(["review"]) == 0
    return next(line for line in capsys.readouterr().out.splitlines() if text in line).split()[0]


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Type an answer to what is asked."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))


def test_the_queue_is_listed_without_a_model(queue: ReviewQueue, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups, those asked most first; that no model can be asked is said beside them."""
    assert main(["review"]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert [line.split("  ", 1)[-1].strip() for line in lines] == [
        "3  en  how can i pay the bond",
        "asked in vain 3",
        "1 other is like it",
        "1  en  can *** take my car\ufffd[2J",
        "did not help 1 (topic red_card)",
        "2 of 2 groups, 3 different questions in all.",
    ]
    assert shown.err == "No model is published yet: no topics are near. `kyr train` makes one.\n"
    assert main(["review", "-n", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 groups, 3 different questions in all."


def test_an_empty_queue_says_so(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or that nothing is kept."""
    assert main(["review"]) == 0
    assert capsys.readouterr().out == "There are no questions without an answer.\n"
    monkeypatch.setenv("KYR_KEEP_UNANSWERED", "0")
    assert main(["review"]) == 0
    assert capsys.readouterr().out == "Questions without an answer are not kept (KYR_KEEP_UNANSWERED=0).\n"


@pytest.mark.parametrize("said", ["", "n", "no", "maybe"])
@pytest.mark.parametrize("step", [["belongs", "ID", "bond"], ["discard", "ID"]])
def test_nothing_is_done_that_was_not_confirmed(
    step: list[str],
    said: str,
    content: Path,
    queue: ReviewQueue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is shown, asked for and left; exit 1."""
    number = id_of("how can i pay", capsys)
    before, questions = files_of(content), queue.questions()
    answer(monkeypatch, said)
    assert main(["review", *(number if part == "ID" else part for part in step)]) == 1
    assert capsys.readouterr().out.endswith(
        "These leave the review queue:\n"
        "  -    2  how can i pay the bond\n"
        "  -    1  how can i pay the bond please\n"
        "Do it? [y/N] Nothing was changed.\n"
    )
    assert files_of(content) == before and queue.questions() == questions
    assert AuditLog(queue.database).entries() == []


def test_a_question_is_added_to_a_topic(
    content: Path, queue: ReviewQueue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a yes, or with --yes and other words."""
    number = id_of("how can i pay", capsys)
    answer(monkeypatch, "y")
    assert main(["review", "belongs", number, "bond"]) == 0
    out = capsys.readouterr().out
    assert "data/faq/bond.yml: one more English question of faq/bond:\n  + how can i pay the bond\n" in out
    assert out.endswith("Done. `kyr train` and `kyr publish` put it to use.\n")
    number = id_of("take my car", capsys)
    assert main(["review", "belongs", number, "red_card", "--yes"]) == 1
    assert "has holes (***)" in capsys.readouterr().err
    command = ["review", "belongs", number, "red_card", "--as", "what does the card say", "--yes"]
    assert main(command) == 0
    assert "- what does the card say\n" in (content / "data/faq/red_card.yml").read_text(encoding="utf-8")
    assert queue.questions() == []


def test_a_question_out_of_scope(
    content: Path, queue: ReviewQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the content has no such questions yet, it is refused."""
    (content / "data/nlu/out_of_scope.yml").unlink()
    domain = content / "domain.yml"
    domain.write_text(domain.read_text("utf-8").replace("- out_of_scope\n", ""), "utf-8")
    number = id_of("how can i pay", capsys)
    assert main(["review", "out-of-scope", number, "--yes"]) == 1
    assert "no questions of the intent out_of_scope" in capsys.readouterr().err
    (content / "data/nlu/out_of_scope.yml").write_text(OUT_OF_SCOPE, encoding="utf-8")
    assert main(["review", "out-of-scope", number, "--yes"]) == 1
    assert "`out_of_scope` does not stand in domain.yml" in capsys.readouterr().err
    assert len(queue.questions()) == 3


def test_a_draft_and_what_is_discarded(
    queue: ReviewQueue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both leave the queue; the sheet is there once."""
    sheet = str(tmp_path / "draft.xlsx")
    number = id_of("how can i pay", capsys)
    assert main(["review", "draft", number, "bond", sheet]) == 1
    assert capsys.readouterr().err.startswith("There is a topic bond already.")
    assert main(["review", "draft", number, "pay_bond", sheet]) == 0
    assert "Questions that have gone there from the review queue: 2." in capsys.readouterr().out
    number = id_of("take my car", capsys)
    assert main(["review", "draft", number, "car", sheet]) == 1
    assert "there is such a file already" in capsys.readouterr().err
    assert main(["review", "discard", number, "--yes"]) == 0
    assert capsys.readouterr().out.endswith("Questions taken out of the review queue: 1.\n")
    assert main(["review", "discard", number, "--yes"]) == 1
    assert capsys.readouterr().err.startswith(f"There is no group '{number}'")
    assert [(one.action, one.subject) for one in AuditLog(queue.database).entries()] == [
        ("review: discard", "review queue"),
        ("review: draft", "pay_bond"),
    ]


def test_wrong_usage_ends_with_2(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As every command line tool does."""
    for arguments in (["dance"], ["belongs"], ["draft", "1", "car"], ["discard", "1", "--as", "x"]):
        assert main(["review", *arguments]) == 2
    assert "Usage: kyr review" in capsys.readouterr().err

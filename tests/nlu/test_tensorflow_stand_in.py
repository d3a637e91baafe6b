"""What stands in for TensorFlow: Rasa can be imported and run; whatever would use it says why not."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.nlu.tensorflow_stand_in import STOOD_IN_FOR, StandInError, install
from bot.settings import PROJECT_ROOT
from tests.conftest import SMALL_CONTENT

# It needs `transformers`, which Rasa itself does not install.
NEVER_IMPORTED = "rasa.nlu.utils.hugging_face.registry"


def run(*arguments: str, folder: Path = PROJECT_ROOT) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, which has imported nothing of Rasa yet."""
    return subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, "-W", "ignore", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
    )


def test_none_of_tensorflow_is_installed() -> None:
    """Else the stand-in is not what the others of these tests have tried."""
    ended = run("-c", f"import importlib.util as u; print([u.find_spec(name) for name in {STOOD_IN_FOR}])")
    assert ended.stdout == f"{[None] * len(STOOD_IN_FOR)}\n", ended.stderr


def test_every_module_of_rasa_can_be_imported() -> None:
    """Those of components that are not used here, too."""
    ended = run(
        "-c",
        "import bot.nlu, rasa, pkgutil, importlib\n"
        "for module in pkgutil.walk_packages(rasa.__path__, 'rasa.'):\n"
        f"    if module.name != {NEVER_IMPORTED!r}:\n"
        "        importlib.import_module(module.name)\n"
        "print('all')",
    )
    assert ended.stdout.splitlines()[-1:] == ["all"], ended.stderr


def test_a_component_that_needs_tensorflow_says_that_it_is_missing() -> None:
    """In a sentence, when it is trained: nothing pretends to have learnt."""
    layer = importlib.import_module("rasa.utils.tensorflow.layers").SparseDropout
    with pytest.raises(StandInError, match=r"SparseDropout needs TensorFlow, which is not installed"):
        layer(rate=0.1)
    callback = importlib.import_module("tensorflow.keras.callbacks").Callback
    with pytest.raises(StandInError, match=r"tensorflow\.keras\.callbacks\.Callback needs TensorFlow"):
        callback()


def test_what_can_do_without_tensorflow_takes_it_for_missing() -> None:
    """spaCy asks for the devices that it could use, and goes on when there is no TensorFlow."""
    assert importlib.import_module("thinc.compat").has_tensorflow is False


def test_a_tensorflow_that_is_installed_is_not_hidden(tmp_path: Path) -> None:
    """The stand-in is asked last."""
    (tmp_path / "tensorflow.py").write_text("from_disk = True\n", encoding="utf-8")
    ended = run("-c", "import bot.nlu, tensorflow; print(tensorflow.from_disk)", folder=tmp_path)
    assert ended.stdout == "True\n", ended.stderr


def test_it_is_installed_once() -> None:
    """However many modules of the room are imported."""
    before = list(sys.meta_path)
    install()
    assert sys.meta_path == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("data", "validate", "--domain", "domain.yml", "--data", "data/faq", "data/nlu"),
        ("run", "--help"),
    ],
)
def test_the_command_rasa_works(arguments: tuple[str, ...]) -> None:
    """As `python -m bot.nlu.rasa_command`, with the arguments that it always takes."""
    ended = run("-m", "bot.nlu.rasa_command", *arguments, folder=SMALL_CONTENT)
    assert ended.returncode == 0, ended.stderr

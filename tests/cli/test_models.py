"""The commands that make and publish models: what needs no model."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main

pytestmark = pytest.mark.usefixtures("own_folders")


def test_training_on_bad_content_stops_at_once(own_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No candidate, exit 1, the mistake named."""
    (own_folders / "data/rules.yml").unlink()
    assert main(["train"]) == 1
    assert capsys.readouterr().err == "data/rules.yml:1: the file is missing. Restore it.\n"
    assert main(["models"]) == 0
    assert capsys.readouterr().out == "There is no model yet. `kyr train` makes one.\n"


def test_publishing_an_unknown_model_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1."""
    assert main(["publish", "7"]) == 1
    assert capsys.readouterr().err == "There is no version '7'. `kyr models` lists those that are kept.\n"


def test_evaluating_a_missing_file_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Before any model is looked for."""
    assert main(["evaluate", "nowhere.jsonl"]) == 1
    assert capsys.readouterr().err == (
        "nowhere.jsonl: cannot be read (No such file or directory). Check the name.\n"
    )

"""`kyr ask`: what needs no model."""

from __future__ import annotations

import pytest

from bot.cli.main import main

pytestmark = pytest.mark.usefixtures("own_folders")


def test_an_empty_question_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Without starting anything."""
    assert main(["ask", "  "]) == 1
    assert capsys.readouterr().err == "The question is empty. Write it in quotes after `kyr ask`.\n"

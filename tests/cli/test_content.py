"""`kyr check` and `topics`: what they print, and their exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.main import main
from bot.content.home import make_content
from bot.content.paths import BASE

pytestmark = pytest.mark.usefixtures("own_folders")


def test_check_counts_what_it_found_in_order(own_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0 and one line, which says where."""
    assert main(["check"]) == 0
    counted = "3 topics, 3 answers (2 given), 3 services"
    assert capsys.readouterr().out == f"{counted} in {own_folders}: no mistake found.\n"


def test_check_prints_a_line_a_mistake(own_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1."""
    path = own_folders / "data/faq/bond.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("group: rights", "group: x"), encoding="utf-8")
    assert main(["check"]) == 1
    assert capsys.readouterr().out == (
        "data/faq/bond.yml:4: group is 'x'. Use one of: ordinance, hp_with_you, rights, help.\n"
    )
    assert main(["check", str(own_folders / "data/faq/red_card.yml")]) == 0


def test_check_of_a_missing_path_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped name is not "no mistake found"."""
    assert main(["check", "nowhere.yml"]) == 1
    assert capsys.readouterr().err == "nowhere.yml: there is no such file or folder. Check the name.\n"


def test_what_is_edited_beside_the_content_that_is_used_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever edits `data/` of the program is told why a new model would not have it, and what to do."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("KYR_CONTENT_DIR", raising=False)
    content = tmp_path / "var" / "content"
    make_content(content)
    answer = Path("data") / "faq" / "bond.yml"
    assert main(["check", str(content / answer)]) == 0
    assert "changes" not in capsys.readouterr().err
    # As if the program's own had a newer text than the release that this was made of.
    for root in (content, content / BASE):
        text = (root / answer).read_text(encoding="utf-8")
        (root / answer).write_text(text.replace("    - ", "    - no sé qué ", 1), encoding="utf-8")
    assert main(["check", str(content / answer)]) == 0
    assert capsys.readouterr().err == (
        f"The program's own content has 1 changes that {content} does not have. "
        "`kyr content upgrade` takes them over; KYR_CONTENT_DIR=. works on data/ itself.\n"
    )


def test_topics_are_listed_with_their_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that expire first at the top, and a count."""
    assert main(["topics"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["checked", "red_card", "check", "by", "2027-11-22"]
    assert [line.split() for line in lines[1:3]] == [["off", "bond"], ["directory", "food_assistance"]]
    assert lines[3] == "1 checked, 1 directory, 1 off"

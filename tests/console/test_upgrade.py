"""The page of a new release: what it changes is seen side by side, taken over as chosen, and taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import bot.staff.upgrade
from bot.content.home import make_content, state_of
from bot.editing.topic_text import read_fields
from tests.conftest import SMALL_CONTENT
from tests.helpers.clerks import APPROVER, EDITOR, Clerk, Console, open_console

CARD = "data/faq/red_card.yml"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own content, of which the console's was made."""
    program = Path(shutil.copytree(SMALL_CONTENT, tmp_path / "program"))
    monkeypatch.setattr(bot.staff.upgrade, "PROJECT_ROOT", program)
    return program


@pytest.fixture
async def console(tmp_path: Path, program: Path) -> AsyncIterator[Console]:
    """A console on content that was made of the program's own."""
    make_content(tmp_path / "content", program)
    async with open_console(tmp_path / "content", tmp_path / "var") as console:
        yield console


def edit(root: Path, file: str, before: str, after: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert before in text
    (root / file).write_text(text.replace(before, after, 1), encoding="utf-8")


def release(program: Path, console: Console) -> None:
    """Publish a release that changes what the city has changed too, and something else."""
    edit(program, CARD, "en: The red card", "en: The card <b>")
    edit(program, CARD, "- what is a red card", "- whats a red card")
    edit(program, "domain.yml", "English greet", "Good day")
    edit(console.settings.content_dir, CARD, "en: The red card", "en: Our card")


def state_in(page: str) -> str:
    found = re.search(r'name="state" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def title_of(console: Console) -> str:
    return read_fields(console.topic_file("red_card").read_text(encoding="utf-8")).titles["en"]


async def test_nothing_waits_until_a_release_changes_something(
    console: Console, program: Path, approver: Clerk
) -> None:
    """Then the first page says so, with a button that leads there; only to approvers."""
    assert "Nothing waits" in await approver.get("/upgrade")
    assert 'href="/upgrade"' not in await approver.get("/")
    release(program, console)
    assert 'href="/upgrade"' in await approver.get("/")
    assert 'href="/upgrade"' not in await (await console.make_clerk(EDITOR)).get("/")


async def test_both_sides_are_seen_and_the_chosen_one_is_taken_over(
    console: Console, program: Path, approver: Clerk
) -> None:
    """Two clicks beside the choice; what residents get is said, and all is noted."""
    release(program, console)
    page = await approver.get("/upgrade")
    assert "Changed by your city and by the release (1)" in page
    assert "Changed by the release alone (1)" in page
    assert "<ins>Our</ins>" in page and "&lt;b&gt;</ins>" in page and "<b>" not in page.split("<main")[1]
    fields = {"state": state_in(page), "take-0": "1", "now-0": "1"}
    fields |= {"choice-0-0": "theirs", "choice-0-1": "theirs"}
    page = await approver.post("/upgrade", fields)
    assert "Done: 2 taken over" in page and "Go back to what was before" in page
    assert title_of(console) == "The card <b>"
    assert "Good day" in (console.settings.content_dir / "domain.yml").read_text(encoding="utf-8")
    assert console.noted("red_card")[0] == (APPROVER, "upgrade")
    assert "Nothing waits" in page


async def test_words_of_ones_own_are_taken_over(console: Console, program: Path, approver: Clerk) -> None:
    """In the place of the city's and the release's."""
    release(program, console)
    fields = {"state": state_in(await approver.get("/upgrade")), "now-0": "1", "choice-0-0": "by-hand"}
    fields |= {"by-hand-0-0": "Card of the city\r\n", "choice-0-1": "theirs"}
    assert "Done: 1 taken over" in await approver.post("/upgrade", fields)
    assert title_of(console) == "Card of the city"
    assert "Changed by the release alone (1)" in await approver.get("/upgrade")


@pytest.mark.parametrize("choice", ["", "nonsense", SCRIPT])
async def test_what_is_not_chosen_is_asked_for(
    console: Console, program: Path, approver: Clerk, choice: str
) -> None:
    """And nothing is changed; what was chosen elsewhere stays on the page."""
    release(program, console)
    before = state_of(console.settings.content_dir)
    fields = {"state": state_in(await approver.get("/upgrade")), "now-0": "1", "choice-0-0": choice}
    page = await approver.post("/upgrade", {**fields, "by-hand-0-0": "Mine & mine"}, status=422)
    assert "Choose for each part of “The card &lt;b&gt;”" in page
    assert "Mine &amp; mine" in page and SCRIPT not in page
    assert state_of(console.settings.content_dir) == before


async def test_words_with_a_mistake_change_nothing(console: Console, program: Path, approver: Clerk) -> None:
    """What the check says is shown."""
    release(program, console)
    before = state_of(console.settings.content_dir)
    fields = {"state": state_in(await approver.get("/upgrade")), "now-0": "1", "choice-0-0": "by-hand"}
    fields |= {"by-hand-0-0": "x" * 300, "choice-0-1": "theirs"}
    page = await approver.post("/upgrade", fields, status=422)
    assert "there would be a mistake" in page and "red_card.yml" in page
    assert state_of(console.settings.content_dir) == before


async def test_who_has_looked_at_an_older_state_looks_again(
    console: Console, program: Path, approver: Clerk
) -> None:
    """Somebody has saved an answer meanwhile, or nothing was looked at."""
    release(program, console)
    state = state_in(await approver.get("/upgrade"))
    edit(console.settings.content_dir, CARD, "Our card", "Their card")
    for shown in (state, "", "0" * 50):
        page = await approver.post("/upgrade", {"state": shown, "take-0": "1"}, status=409)
        assert "while you were choosing" in page
    assert title_of(console) == "Their card"


async def test_nothing_ticked_changes_nothing(console: Console, program: Path, approver: Clerk) -> None:
    """And it is said."""
    release(program, console)
    state = state_in(await approver.get("/upgrade"))
    assert "Nothing was chosen" in await approver.post("/upgrade", {"state": state}, status=409)


async def test_it_is_taken_back(console: Console, program: Path, approver: Clerk) -> None:
    """By one button, which says before what it does; not a second time."""
    release(program, console)
    before = state_of(console.settings.content_dir)
    await approver.post("/upgrade", {"state": state_in(await approver.get("/upgrade")), "take-0": "1"})
    assert "as they were before" in await approver.post("/upgrade/undo")
    assert state_of(console.settings.content_dir) == before
    assert "cannot be taken back" in await approver.post("/upgrade/undo", status=409)


async def test_the_page_speaks_spanish(console: Console, program: Path, approver: Clerk) -> None:
    """All of it."""
    release(program, console)
    page = await approver.post("/language", to="es", back="/upgrade")
    for words in (
        "Cambiado por su ciudad",
        "Dejar lo de su ciudad",
        "Tomar lo marcado",
        "Decidir esto ahora",
    ):
        assert words in page

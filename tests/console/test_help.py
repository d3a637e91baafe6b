"""The help on the pages of the console: every page has its own, in both languages."""

from __future__ import annotations

import pytest

from bot.console.app import ROUTES
from bot.console.guides import help_name, help_of
from bot.console.rendering import FOLDER
from bot.content.page_texts import read_page_texts
from bot.text.language import LANGUAGES
from bot.text.markup import parse_blocks
from tests.helpers.clerks import Clerk

# What answers with a file or with events, or leads on to another page.
NO_PAGES = (
    "/spreadsheet/{name}",
    "/directory/{table}.csv",
    "/release/events",
    "/provider/begin",
    "/provider/back",
    "/provider/sign-out",
)
PAGES = [route.path for route in ROUTES if route.method == "GET" and route.path not in NO_PAGES]
TEXTS = read_page_texts(*sorted((FOLDER / "texts").glob("*.yml")))
FEWEST_STEPS, MOST_STEPS = 3, 6


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_help_of_its_own_in_both_languages(path: str) -> None:
    """What it is for, then three to six steps; a page that answers with no HTML belongs into NO_PAGES."""
    name = help_name(path)
    for language in LANGUAGES:
        assert name in TEXTS[language], (
            f"The page {path} has no help. Write {name} into bot/console/texts/help.yml, in English and in "
            "Spanish: what the page is for, three to six steps (1.), and words with what they mean (- word: "
            "meaning)."
        )
        blocks = parse_blocks(TEXTS[language][name])
        assert blocks[0].kind == "paragraph", f"{name} ({language}) does not begin with what the page is for."
        steps = next((len(block.lines) for block in blocks if block.kind == "steps"), 0)
        assert FEWEST_STEPS <= steps <= MOST_STEPS, f"{name} ({language}) has {steps} steps."


def test_the_help_is_the_same_in_both_languages() -> None:
    """With as many steps, and as many words explained; a word has its meaning behind a colon."""
    for name in TEXTS["en"]:
        if not name.startswith("help_"):
            continue
        english, spanish = ([*parse_blocks(TEXTS[language][name])] for language in LANGUAGES)
        assert [(block.kind, len(block.lines)) for block in english] == [
            (block.kind, len(block.lines)) for block in spanish
        ], name
        for block in (*english, *spanish):
            if block.kind == "list":
                assert all(": " in "".join(span.text for span in line) for line in block.lines), name


def test_no_help_is_of_a_page_that_is_not_there() -> None:
    """But for what stands on all pages, and where there is none."""
    names = {help_name(path) for path in PAGES} | {"help_here", "help_words", "help_elsewhere"}
    assert {name for name in TEXTS["en"] if name.startswith("help_")} == names


def test_what_is_sent_to_has_the_help_of_the_page_that_it_is_sent_from() -> None:
    """And what is nowhere the help in general."""
    texts = TEXTS["en"]
    assert help_of("/asked/{group}/belongs", texts) == texts["help_asked_group"]
    assert help_of("/release/publish", texts) == texts["help_release"]
    assert help_of(None, texts) == texts["help_elsewhere"]
    assert help_of("/", texts) == texts["help_today"]


async def test_the_help_is_on_the_page_and_works_without_script(editor: Clerk) -> None:
    """Folded up, as a browser does by itself."""
    page = await editor.get("/topics/bond/off")
    assert '<details class="help"><summary>Help for this page</summary>' in page
    assert "Do not wait for anybody." in page and "<dt>Turned off</dt>" in page
    assert "Press the red button" not in await editor.get("/topics")
    page = await editor.post("/language", to="es", back="/try")
    assert "<dt>Qué estuvo cerca</dt>" in page
    assert "help_" not in await editor.get("/nowhere", status=404)

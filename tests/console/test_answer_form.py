"""The form of an answer: what is chosen on it, and what stands in the file then."""

from __future__ import annotations

import datetime
import html
import re
from pathlib import Path

import pytest
from multidict import MultiDict

from bot.clock import current_date
from bot.console.answer_form import cells_from, facets_of, places, short_name, sources, with_mark
from bot.console.guard import FORM_TOKEN
from bot.content.topics import FACETS
from bot.editing.fields import cells_of
from bot.editing.topic_text import read_fields
from tests.helpers.clerks import Clerk, Console
from tests.helpers.situations import write_situation


@pytest.mark.parametrize(
    ("subject", "title", "made"),
    [
        ("red_card", "I lost my card", "red_card.lost_card"),
        ("new", "The bus to Los Angeles", "bus_los_angeles"),
        ("new", "¿Cómo está?", "como_esta"),
        ("new", "What if", "what_if"),
        ("red_card", "shown", "red_card.shown_2"),
        ("new", "w" * 70, "w" * 40),
        ("new", "", ""),
        ("new", "日本", ""),
    ],
)
def test_a_short_name_is_made_of_topic_and_title(subject: str, title: str, made: str) -> None:
    """Of the words that tell it from others, and like no other that is there."""
    assert short_name(subject, title, {"red_card", "red_card.shown"}) == made


def test_what_is_chosen_becomes_the_cells_of_the_spreadsheet() -> None:
    """Empty places are left out; the same choices leave a cell as it stands."""
    posted = MultiDict(call="211-la", next="bond", source_title="A | B", source_url="https://a.org")
    for name, value in (
        ("call", ""),
        ("call", "chirla-hotline"),
        ("facets", "who=me"),
        ("facets", "who=relative"),
        ("facets", "when=now"),
        ("source_title", ""),
        ("source_url", ""),
    ):
        posted.add(name, value)
    cells = cells_from(posted, {"facets": "when=now; who=relative, me"})
    assert cells["call"] == "211-la, chirla-hotline" and cells["next"] == "bond"
    assert cells["facets"] == "when=now; who=relative, me"
    assert cells["sources"] == "A – B | https://a.org"
    assert cells_from(posted, {})["facets"] == "who=me, relative; when=now"
    assert facets_of(cells) == {"when": ["now"], "who": ["relative", "me"]}
    assert places(cells)["call"] == ["211-la", "chirla-hotline", ""]
    assert sources(cells)[0] == ("A – B", "https://a.org")


@pytest.mark.parametrize(("volatility", "days"), [("stable", 365), ("litigated", 90)])
def test_the_day_by_which_sources_are_read_again_is_the_last_one_allowed(volatility: str, days: int) -> None:
    """Where nobody says another; whoever says that they have read them today need not write the day."""
    today = current_date()
    posted = MultiDict({"volatility": volatility, "read_today": "on", "review_by": "2020-01-01"})
    cells = cells_from(posted, {})
    assert cells["reviewed"] == today.isoformat()
    assert cells["review_by"] == (today + datetime.timedelta(days=days)).isoformat()
    assert cells_from(MultiDict({"reviewed": "nonsense", "volatility": volatility}), {})["review_by"] == ""


@pytest.mark.parametrize(
    ("text", "mark", "after"),
    [
        ("First.", "step", "First.\n\n1. "),
        ("First.\n\n1. One.", "step", "First.\n\n1. One.\n2. "),
        ("First.\n\n1. One.\n\n+++\nMore.", "step", "First.\n\n1. One.\n2. \n+++\nMore."),
        ("First.", "say", "First.\n\n> "),
        ("First.", "more", "First.\n\n+++\n"),
        ("First.", "now", "First.\n\n---\n"),
        ("Call", "service", "Call [211-la]"),
        ("", "service", "[211-la]"),
    ],
)
def test_a_button_puts_a_mark_into_an_answer(text: str, mark: str, after: str) -> None:
    """At its end; a step with its number, before what goes beyond the first screen."""
    assert with_mark(text, mark, "211-la") == after


async def test_everything_on_the_form_is_chosen_by_name(console: Console, editor: Clerk) -> None:
    """Services with their numbers, answers by title, situations of a person in words; no id is typed."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    page = await editor.get("/topics/red_card.lost")
    assert re.search(r'<option value="211-la"[^>]*>211', page)
    assert re.search(r'<optgroup label="[^"]+"><option value="bond"', page)
    for name, values in FACETS.items():
        assert all(f'name="facets" value="{name}={value}"' in page for value in values)
    text = re.sub(r"<[^>]+>", " ", page)
    assert not re.search(r"\b(litigated|facet|judge_warrant|green_card|who=)", text)
    page = await editor.get("/topics/red_card")
    assert '<option value="lost">A lost card</option>' in page


async def test_a_new_answer_is_begun_and_saved_without_an_id(console: Console, editor: Clerk) -> None:
    """Its topic is chosen, its short name made of the title; what was read and chosen stands in its file."""
    core = cells_of(read_fields(console.topic_file("red_card").read_text(encoding="utf-8")))
    fields = {
        "subject": "red_card",
        "title_en": "I lost my card",
        "title_es": "Perdí mi tarjeta",
        "questions_en": "where did my red card go",
        "questions_es": "dónde quedó mi tarjeta roja",
        **{name: core[name] for name in ("answer_en", "answer_es", "short_en", "short_es")},
        "source_title": "ILRC: red cards (2026)",
        "source_url": "https://www.ilrc.org/red-cards",
        "volatility": "stable",
        "read_today": "on",
        "facets": "who=me",
        "call": "211-la",
        "group": "rights",
        "action": "save",
    }
    page = await editor.post("/topics/new", fields)
    assert "Saved." in page and "data-ask" in page
    saved = read_fields(console.topic_file("red_card.lost_card").read_text(encoding="utf-8"))
    assert saved.facets == {"who": ("me",)} and saved.call == ("211-la",)
    assert saved.sources[0].title == "ILRC: red cards (2026)" and saved.reviewed == current_date()
    # What belongs to the topic is not asked for twice.
    assert saved.group == ""
    assert console.noted("red_card.lost_card") == [("ana", "edit")]


async def test_saving_a_form_as_it_stands_changes_nothing(console: Console, editor: Clerk) -> None:
    """Whatever was chosen is sent as the page has it, and the file stays byte for byte."""
    write_situation(console.settings.content_dir, "lost", "A lost card", "Perdí una")
    file = console.topic_file("red_card.lost")
    header = "  facets: {when: now, who: [relative, me]}\n  next: [bond, food_assistance]\n"
    file.write_text(
        file.read_text(encoding="utf-8").replace("\nnlu:", f"{header}\nnlu:", 1), encoding="utf-8"
    )
    for topic in ("red_card", "red_card.lost", "bond"):
        before = console.topic_file(topic).read_bytes()
        fields = _as_it_stands(await editor.get(f"/topics/{topic}"))
        fields.add(FORM_TOKEN, await editor.token())
        async with await editor.client.post(f"/topics/{topic}", data=fields) as response:
            assert "Saved." in await response.text()
        assert console.topic_file(topic).read_bytes() == before, topic


def _as_it_stands(page: str) -> MultiDict[str]:
    """Return what a browser would send of the form of a page."""
    form = page.split('id="edit"')[1].split("</form>")[0]
    found: MultiDict[str] = MultiDict(action="save")
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "form_token" and ('type="checkbox"' not in tag or " checked" in tag):
            found.add(name[1], html.unescape(value[1]) if value else "on")
    for name, text in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found.add(name, html.unescape(text))
    for name, options in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found.add(name, html.unescape(chosen[1]) if chosen else "")
    return found


async def test_marks_are_put_in_without_a_script(console: Console, editor: Clerk) -> None:
    """The page comes back with the mark in its place; what else was written stays, and nothing is saved."""
    before = console.topic_file("red_card").read_bytes()
    page = await editor.post(
        "/topics/red_card",
        {"answer_en": "Call", "title_en": "Mine", "service": "211-la", "mark": "service:en"},
    )
    assert "Call [211-la]</textarea>" in page and 'value="Mine"' in page
    assert console.topic_file("red_card").read_bytes() == before
    await editor.post("/topics/red_card", {"mark": "evil:en"}, status=400)


async def test_what_is_missing_of_a_new_answer_is_said_at_its_field(editor: Clerk) -> None:
    """Also before it has a title, and so a short name; nothing that was chosen is lost."""
    fields = {"subject": "red_card", "facets": "who=me", "call": "211-la", "action": "save"}
    page = await editor.post("/topics/new", fields, status=422)
    assert re.search(r'id="problems-title_en" class="problems"><p class="problem">', page)
    assert '<option value="red_card" selected>' in page and '<option value="211-la" selected>' in page
    assert 'value="who=me" checked' in page


async def test_without_a_published_version_an_answer_is_not_tried_and_it_says_so(editor: Clerk) -> None:
    """With and without a script."""
    page = await editor.post("/topics/red_card", {"questions_en": "a question", "action": "ask"})
    assert "train and publish once" in page
    page = await editor.post("/topics/red_card", {"questions_en": "a question", "piece": "trial"})
    assert "train and publish once" in page and page.startswith("{")


@pytest.mark.parametrize("name", ["subject", "service", "facets", "call", "source_title", "source_url"])
async def test_script_in_a_choice_is_shown_as_text_and_never_saved(
    console: Console, editor: Clerk, name: str
) -> None:
    """Whoever sends what no list offers."""
    script = "<script>alert(1)</script>"
    for action in ("save", "look", "ask"):
        fields = {"title_en": "A title", "source_url": "", name: script, "action": action}
        assert script not in await editor.post("/topics/new", fields, status=None)
        assert script not in await editor.post("/topics/red_card", fields, status=None)
    assert not list(Path(console.settings.content_dir).rglob("*script*"))


@pytest.mark.parametrize(
    ("field", "said"), [("next", "a " * 5_000), ("questions_en", "que " * 15_000)], ids=["next", "questions"]
)
async def test_far_too_long_a_field_keeps_nobody_waiting(editor: Clerk, field: str, said: str) -> None:
    """It is refused before a list is made for each word of it; the page says which field it is."""
    page = await editor.post("/topics/red_card", {"action": "look", field: said}, status=409)
    assert re.search(r"it has \d{4,5} letters; \d+ at most", page) and "Nothing was saved." in page

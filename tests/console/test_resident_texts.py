"""The texts that are no answers, in the console: found, changed, seen to wait, put back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.console import keys
from bot.console.text_catalog import groups, listed
from bot.editing.resident_texts import read_resident_texts
from bot.settings import PROJECT_ROOT
from bot.training.models import ModelStore
from tests.helpers.clerks import APPROVER, EDITOR, Clerk, Console
from tests.helpers.models import add_untrained

SCRIPT = "<script>alert(1)</script>"
_EMERGENCY = "utter_emergency_now"


def form_of(console: Console, key: str, **changed: str) -> dict[str, str]:
    """Return what the page of a text would send."""
    present = read_resident_texts(console.settings.content_dir)[key]
    return {**present.fields, "seen": present.state, "action": "save", **changed}


def said_in_files(console: Console, key: str) -> dict[str, str]:
    """Return what a text says as it is saved."""
    return dict(read_resident_texts(console.settings.content_dir)[key].fields)


def _publish(console: Console) -> None:
    store = ModelStore(console.settings.data_dir)
    add_untrained(store, "1")
    store.publish("1")


def test_every_text_has_one_place_in_the_list_and_every_place_a_text() -> None:
    """With a name in the words of a clerk; nothing falls into the last group by itself."""
    texts = read_resident_texts(PROJECT_ROOT)
    placed = listed(texts.values())
    assert placed.keys() == texts.keys()
    named = {key for group in groups() for key in group.titles}
    for pattern in named:
        beginning, is_open, _ = pattern.partition("*")
        assert any(key.startswith(beginning) if is_open else key == pattern for key in texts), pattern
    for key, one in placed.items():
        assert any(
            key == name or (name.endswith("*") and key.startswith(name[:-1])) for name in one.group.titles
        ), key
        assert all(one.title[language] for language in ("en", "es")), key
        assert not any("utter_" in one.title[language] for language in ("en", "es")), key


async def test_the_list_has_every_text_beside_its_spanish(console: Console, editor: Clerk) -> None:
    """In groups, and found by words of either language, without accents."""
    page = await editor.get("/texts")
    assert page.count('<a href="/texts/') == len(read_resident_texts(console.settings.content_dir))
    assert "English emergency now" in page and "Español emergency now" in page
    found = await editor.get("/texts?q=espanol+GREET")
    assert re.findall(r'<a href="/texts/([^"]*)"', found) == ["utter_greet"]
    assert "No text is like that." in await editor.get("/texts?q=nothingatall")


async def test_an_address_with_the_key_leads_to_its_form(editor: Clerk) -> None:
    """As the search over everything has it; what is not there is not found."""
    assert "English greet" in await editor.get("/texts?key=utter_greet")
    for key in ("nothing", "..%2Fdomain.yml", "start.topics.99", "%00"):
        await editor.get(f"/texts/{key}", status=404)


async def test_a_saved_text_waits_until_it_is_published(console: Console, editor: Clerk) -> None:
    """The page says so, the list, and the page on publishing, with the old and the new words."""
    _publish(console)
    assert "Published. The assistant does not run" in await editor.get(f"/texts/{_EMERGENCY}")
    fields = form_of(console, _EMERGENCY, text_en="Do not run.", text_es="No corra.")
    page = await editor.post(f"/texts/{_EMERGENCY}", fields)
    assert "Residents get the text from before until" in page
    assert said_in_files(console, _EMERGENCY) == {"text_en": "Do not run.", "text_es": "No corra."}
    waiting = await editor.get("/texts?show=waiting")
    assert re.findall(r'<a href="/texts/([^"]*)"', waiting) == [_EMERGENCY]
    release = await editor.get("/release")
    assert f'href="/texts/{_EMERGENCY}"' in release and "<del>English</del>" in release
    (entry,) = console.app[keys.AUDIT].entries(subject=f"text:{_EMERGENCY}")
    assert (entry.who, entry.action) == (EDITOR, "edit")
    assert json.loads(entry.before) == {
        "text_en": "English emergency now",
        "text_es": "Español emergency now",
    }
    assert json.loads(entry.after) == {"text_en": "Do not run.", "text_es": "No corra."}
    assert "in Spanish" in await editor.get(f"/history?subject=text:{_EMERGENCY}")


async def test_the_text_before_is_put_back_by_one_button(console: Console, editor: Clerk) -> None:
    """Each change of the history has one; nobody puts back what belongs to another text."""
    for word in ("one", "two"):
        fields = form_of(console, "utter_greet", text_en=f"Hello {word}", text_es=f"Hola {word}")
        page = await editor.post("/texts/utter_greet", fields)
    numbers = re.findall(r'name="number" value="(\d+)"', page)
    assert len(numbers) == 2
    await editor.post("/texts/utter_greet/back", number=numbers[0])
    assert said_in_files(console, "utter_greet")["text_en"] == "Hello one"
    page = await editor.post("/texts/utter_greet/back", number=numbers[1])
    assert said_in_files(console, "utter_greet")["text_en"] == "English greet"
    assert [who for who, _ in console.noted("text:utter_greet")] == [EDITOR] * 4
    await editor.post("/texts/utter_thanks/back", status=404, number=numbers[0])
    for number in ("", "0", "-1", "x", SCRIPT):
        await editor.post("/texts/utter_greet/back", status=404, number=number)


async def test_mistakes_stand_at_their_field_and_nothing_is_saved(console: Console, editor: Clerk) -> None:
    """What was typed stays on the page."""
    fields = form_of(console, "utter_choose_again", text_en="Choose one", text_es="Escoja una")
    page = await editor.post("/texts/utter_choose_again", fields, status=422)
    assert page.count("NUMBER is missing") == 2 and "Choose one" in page
    assert "NUMBER" in said_in_files(console, "utter_choose_again")["text_en"]
    assert console.noted("text:utter_choose_again") == []


async def test_only_one_language_is_not_saved_unless_it_was_compared(console: Console, editor: Clerk) -> None:
    """As with answers."""
    fields = form_of(console, "utter_greet", text_en="Hello there")
    page = await editor.post("/texts/utter_greet", fields, status=422)
    assert "only one language has changed" in page
    await editor.post("/texts/utter_greet", fields, compared="on")
    assert said_in_files(console, "utter_greet")["text_en"] == "Hello there"


async def test_two_who_change_a_text_see_both_versions(console: Console, editor: Clerk) -> None:
    """Nothing of either is lost, and the second can save after reading."""
    other = await console.make_clerk(APPROVER)
    fields = form_of(console, "utter_greet", text_en="Mine <b>", text_es="El mío")
    await other.post("/texts/utter_greet", form_of(console, "utter_greet", text_en="Theirs", text_es="Otro"))
    page = await editor.post("/texts/utter_greet", fields, status=409)
    assert "Mine &lt;b&gt;" in page and "Theirs" in page and "Somebody else has changed this text" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    await editor.post("/texts/utter_greet", fields, seen=seen[1])
    assert said_in_files(console, "utter_greet")["text_en"] == "Mine <b>"


async def test_what_is_wrong_is_said_while_one_writes(console: Console, editor: Clerk) -> None:
    """With the preview: services and what is filled in as residents read it."""
    fields = form_of(
        console, "utter_choose_again", text_en="Choose 1 to NUMBER. Call [211-la].", text_es="Escoja"
    )
    piece = json.loads(await editor.post("/texts/utter_choose_again", {**fields, "piece": "1"}))
    assert "NUMBER is missing" in piece["problems"]["text_es"] and not piece["problems"]["text_en"].strip()
    assert "Choose 1 to 4." in piece["look"] and "[211-la]" not in piece["look"].partition("<h3>What")[0]
    assert "NUMBER" in said_in_files(console, "utter_choose_again")["text_en"]


async def test_a_page_text_is_changed_with_its_buttons_and_titles(console: Console, editor: Clerk) -> None:
    """Also those that the content says in the words of the release, and buttons of a question."""
    page = await editor.post("/texts/send", form_of(console, "send", text_en="Ask", text_es="Preguntar"))
    assert "takes some seconds" in page
    domain = console.settings.content_dir / "domain.yml"
    text = domain.read_text(encoding="utf-8")
    for greeting in ("English greet", "Español greet"):
        button = "    buttons:\n    - {title: Yes, payload: 'near:any'}\n"
        text = text.replace(f"    text: {greeting}\n", f"    text: {greeting}\n{button}")
    domain.write_text(text, encoding="utf-8")
    buttons = {name: f"{said} here" for name, said in said_in_files(console, "utter_greet").items()}
    assert {"button_1_en", "button_1_es"} <= buttons.keys()
    page = await editor.post("/texts/utter_greet", form_of(console, "utter_greet", **buttons))
    assert said_in_files(console, "utter_greet") == buttons and "Button 1, English" in page


@pytest.mark.parametrize("path", ["/texts/utter_greet", "/texts/send", "/texts/utter_emergency_now"])
async def test_no_field_of_a_text_can_bring_a_script_in(console: Console, editor: Clerk, path: str) -> None:
    """Whatever is typed is shown as it is typed."""
    key = path.rpartition("/")[2]
    for name in ("text_en", "text_es", "seen"):
        page = await editor.post(path, form_of(console, key, **{name: SCRIPT}), status=None)
        assert SCRIPT not in page, name
    for field in ("q", "show", "key"):
        assert SCRIPT not in await (await editor.client.get(f"/texts?{field}={SCRIPT}")).text()
    fields = form_of(console, key, text_en=SCRIPT, text_es=SCRIPT)
    assert SCRIPT not in await editor.post(path, fields, status=None)
    assert SCRIPT not in await editor.get(path)


async def test_a_service_is_chosen_not_typed(console: Console, editor: Clerk) -> None:
    """By its name and number; what cannot be put in is refused, and nothing is saved yet."""
    page = await editor.get("/texts/utter_greet")
    assert re.search(r'<option value="211-la">[^<]*211', page)
    fields = form_of(console, "utter_greet", service="211-la")
    page = await editor.post("/texts/utter_greet", fields, mark="service:es")
    assert "Español greet [211-la]</textarea>" in page
    assert "[211-la]" not in said_in_files(console, "utter_greet")["text_es"]
    for mark in ("more:es", "service:fr", SCRIPT):
        await editor.post("/texts/utter_greet", fields, status=400, mark=mark)


async def test_a_form_that_lacks_a_field_changes_nothing(console: Console, editor: Clerk) -> None:
    """An empty text is never saved."""
    before = Path(console.settings.content_dir / "domain.yml").read_bytes()
    await editor.post("/texts/utter_greet", status=None, action="save", seen="x")
    await editor.post("/texts/utter_greet", status=422, seen=form_of(console, "utter_greet")["seen"])
    assert Path(console.settings.content_dir / "domain.yml").read_bytes() == before

"""Texts that residents see and that are no answers: read by their names, changed one at a time."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from bot.content.checks import check_content
from bot.content.page_texts import released_page_texts
from bot.content.paths import PAGE_TEXTS, START
from bot.content.reading import read_content
from bot.content.responses import SENTENCES
from bot.content.sounds import RECORDED, SOUNDS, SYNTHETIC, sound_name
from bot.editing.resident_texts import (
    ResidentText,
    TextCheck,
    TextConflict,
    TextEdited,
    TextEditError,
    edit_text,
    read_resident_texts,
    with_text,
)
from bot.problems import ContentError
from bot.settings import PROJECT_ROOT

_GREETING = "utter_greet"


def _edit(root: Path, key: str, *, compared: bool = False, **fields: str) -> TextEdited:
    present = read_resident_texts(root)[key]
    return edit_text(root, key, {**present.fields, **fields}, seen=present.state, compared=compared)


def test_every_text_of_the_three_files_is_there() -> None:
    """Responses and page texts by their names, the first screen by what has happened and by its headings."""
    texts, content = read_resident_texts(PROJECT_ROOT), read_content(PROJECT_ROOT)
    wanted = {*content.conversation.responses, *released_page_texts()["en"]}
    wanted |= {f"start.{name}" for name in content.start.starters}
    wanted |= {f"start.topics.{number}" for number, _ in enumerate(content.start.parts, 1)}
    assert texts.keys() == wanted
    assert texts["utter_ask_find_help_form_near"].fields["button_2_es"] == "Cualquier lugar"
    assert texts["start.door"].leads_to == ("ice_at_home.at_door",)


@pytest.mark.parametrize(
    "key",
    [
        "utter_emergency_now",
        "utter_emergency_home",  # a comment stands below it
        "utter_danger_reminder",
        "utter_thanks",
        "utter_ask_find_help_form_speaks",
        "utter_law_may_have_changed",
        "send",
        "listen",
        "privacy_careful",  # a comment stands below it
        "not_sent_choice",  # the last line of its file
        "start.rent_food",
        "start.topics.5",
    ],
)
def test_a_change_touches_the_lines_of_the_text_alone(key: str) -> None:
    """Comments and all other lines stay as they are, whatever the style of the text."""
    present = read_resident_texts(PROJECT_ROOT)[key]
    before = (PROJECT_ROOT / present.file).read_text(encoding="utf-8")
    wanted = {name: f"{text} Otra línea: sí." for name, text in present.fields.items()}
    after = with_text(before, present, wanted)
    old, new = before.splitlines(), after.splitlines()
    assert len(old) == len(new) and after != before
    said = [line for text in present.fields.values() for line in text.splitlines()]
    for one, other in zip(old, new, strict=True):
        assert one == other or any(line in one for line in said if line)
    assert {key: text.fields for key, text in _texts_of(after, present).items()}[key] == wanted


def _texts_of(document: str, present: ResidentText) -> dict[str, ResidentText]:
    """Return the texts of a file that has this text."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / present.file
        file.parent.mkdir(exist_ok=True)
        file.write_text(document, encoding="utf-8")
        return read_resident_texts(Path(folder))


def test_nothing_changes_where_a_text_says_the_same(content_copy: Path) -> None:
    """Not a byte of its file."""
    before = (content_copy / "domain.yml").read_bytes()
    assert _edit(content_copy, _GREETING) == TextEdited({}, {})
    assert (content_copy / "domain.yml").read_bytes() == before


def test_an_edit_says_what_it_has_changed_and_content_has_it(content_copy: Path) -> None:
    """Of several lines, too, and with signs that mean something to YAML."""
    english, spanish = "# Hello: yes\n\n- one\n- two", '"Hola": no\n\n- uno\n- dos'
    done = _edit(content_copy, _GREETING, text_en=english, text_es=spanish)
    assert done.before == {"text_en": "English greet", "text_es": "Español greet"}
    assert done.after == {"text_en": english, "text_es": spanish}
    assert read_content(content_copy).conversation.responses[_GREETING] == {"en": english, "es": spanish}


def test_a_page_text_that_the_content_lacks_is_written_into_it(content_copy: Path) -> None:
    """It alone: the others are said in the words of the release."""
    assert not (content_copy / PAGE_TEXTS).exists()
    _edit(content_copy, "send", text_en="Ask", text_es="Preguntar")
    assert (content_copy / PAGE_TEXTS).read_text(
        encoding="utf-8"
    ) == 'send:\n  en: "Ask"\n  es: "Preguntar"\n'
    assert check_content(content_copy) == []
    assert read_content(content_copy).page_texts["es"]["send"] == "Preguntar"


@pytest.mark.parametrize(
    ("key", "fields", "expected"),
    [
        (_GREETING, {"text_en": "Hello"}, "only one language has changed"),
        (_GREETING, {"text_en": " ", "text_es": "Hola"}, "the text is empty"),
        (
            _GREETING,
            {"text_en": "Call 213-555-0100", "text_es": "Llame al 213-555-0100"},
            "the phone number 213-555-0100 is typed in",
        ),
        (_GREETING, {"text_en": "Ask [nobody]", "text_es": "Pregunte a [nobody]"}, "is not in the directory"),
        (_GREETING, {"text_en": "You are safe", "text_es": "Hola"}, "must not be said (you_are_safe)"),
        ("utter_choose_again", {"text_en": "Choose", "text_es": "Escoja"}, "NUMBER is missing"),
        ("utter_choose_here", {"text_en": "C" * 21, "text_es": "Elegir"}, "there is room for 20 letters"),
        ("utter_emergency_now", {"text_en": "Run " * 121, "text_es": "No"}, "480 at most"),
        ("send", {"text_en": "Send 5", "text_es": "Mandar"}, "the two languages differ in 5"),
        ("urgent_hotline", {"text_en": "Hotline", "text_es": "Línea"}, "HOTLINE is missing"),
        ("start.door", {"text_en": "D" * 29, "text_es": "La puerta"}, "28 letters at most"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_written(
    content_copy: Path, key: str, fields: dict[str, str], expected: str
) -> None:
    """While one writes as when one saves."""
    if key.startswith("start."):
        starter = "starters:\n  door:\n    title: {en: Door, es: Puerta}\n    answer: bond\ntopics: []\n"
        (content_copy / START).write_text(starter, encoding="utf-8")
    present = read_resident_texts(content_copy)[key]
    wanted, check = {**present.fields, **fields}, TextCheck(content_copy)
    assert any(expected in one.what for one in check.problems(present, wanted) if not one.warning)
    before = {path: path.read_bytes() for path in content_copy.rglob("*") if path.is_file()}
    with pytest.raises(ContentError) as refused:
        edit_text(content_copy, key, wanted, seen=present.state)
    located = check.locate(wanted, refused.value)
    assert any(expected in one.what for one in located)
    assert {path: path.read_bytes() for path in content_copy.rglob("*") if path.is_file()} == before


def test_what_people_send_is_not_lost(content_copy: Path) -> None:
    """The word that stands there now in capital letters must stay."""
    _edit(content_copy, "utter_text_help", text_en="To end, text STOP.", text_es="Para terminar, mande ALTO.")
    with pytest.raises(ContentError, match="the word STOP is gone"):
        _edit(content_copy, "utter_text_help", text_en="Write to me.", text_es="Para terminar, mande ALTO.")


@pytest.mark.parametrize("bad", ["a" * 3000, "\u202eabc", "a\u200bb", "a\0b"], ids=ascii)
def test_what_nobody_could_read_is_refused(content_copy: Path, bad: str) -> None:
    """Letters that nobody sees, and a page of text."""
    with pytest.raises(ContentError) as refused:
        _edit(content_copy, _GREETING, text_en=bad, compared=True)
    assert {problem.field for problem in refused.value.problems} == {"text_en"}


def test_a_heading_is_short(content_copy: Path) -> None:
    """It stands on a button of the first screen's list."""
    key = next(key for key in read_resident_texts(PROJECT_ROOT) if key.startswith("start.topics."))
    root = Path(shutil.copytree(PROJECT_ROOT / "data", content_copy.parent / "whole" / "data")).parent
    shutil.copyfile(PROJECT_ROOT / "domain.yml", root / "domain.yml")
    with pytest.raises(ContentError):
        _edit(root, key, text_en="a heading " * 7, compared=True)


def test_whoever_takes_out_whom_to_call_is_warned() -> None:
    """It may be right, and must not happen unseen: here the number of an emergency."""
    present = read_resident_texts(PROJECT_ROOT)["utter_life_in_danger"]
    wanted = {name: text.replace("911", "somebody") for name, text in present.fields.items()}
    found = TextCheck(PROJECT_ROOT).problems(present, wanted, compared=True)
    assert any("911" in one.what and one.warning for one in found)


def test_one_language_may_change_where_the_other_was_compared(content_copy: Path) -> None:
    """A mistake in spelling needs no new translation."""
    assert _edit(content_copy, _GREETING, compared=True, text_en="English greeting").after == {
        "text_en": "English greeting"
    }


def test_who_came_second_is_shown_what_the_first_has_written(content_copy: Path) -> None:
    """And nothing of theirs is lost; the same words twice are no conflict."""
    seen = read_resident_texts(content_copy)[_GREETING].state
    theirs = {"text_en": "Theirs", "text_es": "El otro"}
    _edit(content_copy, _GREETING, text_en="Theirs", text_es="El otro")
    with pytest.raises(TextConflict) as conflict:
        edit_text(content_copy, _GREETING, {"text_en": "Mine", "text_es": "El mío"}, seen=seen)
    assert conflict.value.present.fields == theirs
    assert edit_text(content_copy, _GREETING, theirs, seen=seen) == TextEdited({}, {})


def test_a_mistake_that_stood_elsewhere_before_is_no_reason_to_refuse(content_copy: Path) -> None:
    """Whoever mends the emergency text does not have to mend another first."""
    (content_copy / START).write_text("starters: []\n", encoding="utf-8")
    assert check_content(content_copy)
    assert _edit(content_copy, _GREETING, text_en="Hi", text_es="Buenas").after


def test_a_text_that_is_not_there_is_refused(content_copy: Path) -> None:
    """With what to do."""
    with pytest.raises(TextEditError, match="There is no text nothing"):
        edit_text(content_copy, "nothing", {}, seen="")


@pytest.fixture
def with_sounds(content_copy: Path) -> Path:
    """The small content with a sound for each sentence."""
    (content_copy / SYNTHETIC).mkdir(parents=True)
    texts = read_resident_texts(content_copy)
    for sentence in SENTENCES:
        (content_copy / SYNTHETIC / f"{sound_name(texts[sentence].of('en'))}.mp3").write_bytes(b"sound")
    return content_copy


def test_other_words_to_say_aloud_bring_their_sound(with_sounds: Path) -> None:
    """And the one of the old words goes; their meaning in Spanish has none."""
    if not (shutil.which("espeak-ng") and shutil.which("lame")):
        pytest.skip("espeak-ng and lame are not installed")
    _edit(with_sounds, "utter_say_lawyer", text_en="I want a lawyer.", text_es="Quiero un abogado.")
    names = {path.name for path in (with_sounds / SYNTHETIC).iterdir()}
    assert "i-want-a-lawyer.mp3" in names and "english-say-lawyer.mp3" not in names
    assert check_content(with_sounds) == []
    _edit(with_sounds, "utter_say_lawyer", compared=True, text_es="Deseo un abogado.")
    assert {path.name for path in (with_sounds / SYNTHETIC).iterdir()} == names


def test_words_are_not_changed_where_their_sound_cannot_be_made(
    with_sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Residents would see one thing and agents hear nothing."""
    monkeypatch.setenv("PATH", "/nowhere")
    before = (with_sounds / "domain.yml").read_bytes()
    with pytest.raises(Exception, match="espeak-ng is not there"):
        _edit(with_sounds, "utter_say_lawyer", text_en="I want a lawyer.", text_es="Quiero un abogado.")
    assert (with_sounds / "domain.yml").read_bytes() == before


def test_what_a_person_has_recorded_is_not_replaced(with_sounds: Path) -> None:
    """It is told whose recording it is about."""
    (with_sounds / RECORDED).mkdir()
    (with_sounds / RECORDED / "english-say-lawyer.mp3").write_bytes(b"voice")
    with pytest.raises(TextEditError, match="A person has recorded the old sentence"):
        _edit(with_sounds, "utter_say_lawyer", text_en="I want a lawyer.", text_es="Quiero un abogado.")
    assert (with_sounds / SOUNDS).is_dir() and check_content(with_sounds) == []

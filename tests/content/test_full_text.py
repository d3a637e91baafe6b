"""Finding words in everything that staff own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.full_text import FullText, Passage, Query, passages_of
from bot.content.reading import read_content
from bot.directory.reading import read_directory
from tests.helpers.situations import write_situation


@pytest.fixture
def everything(content_copy: Path) -> FullText:
    """The small content, with an answer for one situation and the first screen."""
    write_situation(content_copy, "lost", "A lost card", "Perdí una")
    content = read_content(content_copy)
    directory = read_directory(content_copy / "data" / "resources")
    texts = {
        "start.taken": {"text_en": "They took someone", "text_es": "Se llevaron a alguien"},
        "utter_card": {"text_en": "Call HOTLINE, or [211-la].", "button_2_en": "I am at work"},
    }
    return FullText(passages_of(content.topics, directory, texts))


def places(everything: FullText, text: str) -> list[tuple[str, str, str, str, int]]:
    """Return where words are found: of what, which part, in which language, paragraph and its number."""
    return [
        (found.id, one.part, one.language, one.block, one.number)
        for found in everything.search(Query.read(text))
        for one in found.passages
    ]


def test_a_word_is_found_without_accents_and_capitals_by_its_beginning(everything: FullText) -> None:
    """In questions and answers of both languages."""
    assert ("red_card", "question", "es", "", 1) in places(everything, "QUE ES LA TARJÉTA")
    assert ("red_card", "answer", "es", "paragraph", 1) in places(everything, "derech")
    assert places(everything, "arjeta") == []


def test_each_place_is_told_by_its_kind_and_number(everything: FullText) -> None:
    """A title, words to say aloud, the text message, the card of an emergency."""
    assert ("red_card.lost", "title", "en", "", 0) in places(everything, "lost card")
    assert ("red_card", "answer", "en", "say", 1) in places(everything, "remain silent")
    assert ("red_card", "short", "es", "", 0) in places(everything, "dice sus derechos")
    assert ("start.taken", "text", "es", "", 0) in places(everything, "llevaron")


def test_of_several_words_all_must_be_there_and_those_in_quotes_just_so(everything: FullText) -> None:
    """Words that stand together come before those that stand apart."""
    assert places(everything, "card rights nonsense") == []
    assert places(everything, '"your rights"') and not places(everything, '"rights your"')
    assert not places(everything, '"the car"') and places(everything, "the car")
    first, *_ = places(everything, "lost card")
    assert first[0] == "red_card.lost"


def test_a_number_is_found_however_it_is_written() -> None:
    """With signs, without, and with the number of the country before it; of a service and of a text."""
    passages = [
        Passage("service", "hotline", "phones", "", "888-624-4752", number=1),
        Passage("text", "card", "text", "en", "Call (888) 624-4752 now."),
        Passage("text", "other", "text", "en", "Call 888-555-0000 now."),
    ]
    everything = FullText(iter(passages))
    for written in (
        "888-624-4752",
        "8886244752",
        "18886244752",
        "(888) 624-4752",
        "888.624.4752",
        "624 4752",
    ):
        assert {name for name, *_ in places(everything, written)} == {"hotline", "card"}, written


def test_a_service_is_found_by_its_name_in_each_language(everything: FullText) -> None:
    """And called by it in the language of whoever looks."""
    assert ("hp-with-you", "description", "es", "", 0) in places(everything, "secretaria ayuntamiento")
    assert everything.title("service", "la-regional-food-bank", "es").startswith("Banco de alimentos")


def test_what_is_found_is_marked_within_what_stands_around_it() -> None:
    """A long text is shortened to it; the marks do not change what is read."""
    text = "Primero. " * 40 + "Pida hoy una AUDIENCIA de fianza. " + "Después. " * 40
    pieces = Query.read("audiencia fian").pieces(text)
    assert [piece for piece, marked in pieces if marked] == ["AUDIENCIA", "fianza"]
    shown = "".join(piece for piece, _ in pieces)
    assert shown.startswith("… ") and shown.endswith(" …") and len(shown) < 300
    assert shown.strip("… ") in text
    assert Query.read('"una audiencia"').pieces("una audiencia, una") == [
        ("una audiencia", True),
        (", una", False),
    ]


def test_an_answer_for_a_situation_is_called_with_its_topic_before_it(everything: FullText) -> None:
    """A text by how it begins."""
    assert everything.title("answer", "red_card.lost", "en") == "The red card: A lost card"
    assert everything.title("text", "start.taken", "es") == "Se llevaron a alguien"


def test_nothing_is_found_for_nothing(everything: FullText) -> None:
    """Nor for signs alone."""
    assert places(everything, "") == places(everything, ' "" ?! ') == []


def test_a_text_is_found_as_residents_read_it(everything: FullText) -> None:
    """With the services and the hotline in it, and its buttons."""
    assert ("utter_card", "text", "en", "", 0) in places(everything, 'call "or 211"')
    assert ("utter_card", "button", "en", "", 2) in places(everything, "i am at work")
    assert places(everything, "HOTLINE") == []


def test_without_a_directory_the_rest_is_found() -> None:
    """As when a table of it has a mistake."""
    texts = {"utter_card": {"text_en": "Call [211-la]."}}
    assert [one.text for one in passages_of({}, None, texts)] == ["Call [211-la]."]

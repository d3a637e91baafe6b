"""Whatever the core says carries a key, and every key has its texts in both languages."""

from __future__ import annotations

import ast
import copy
import errno
import json
import re
from collections import Counter

import pytest
from ruamel.yaml import YAML

from bot.errors import KyrError, reason_of
from bot.messages import DataText, Message, lines, message_files, read_messages
from tests.helpers.errors import exceptions_of_ours
from tests.helpers.messages import Code, Made, places

CODE = Code()
# Functions that tell staff of progress or of what changes. `kyr serve` tells the terminal alone.
TELLING = ("progress", "_progress", "show")
MADE = [*CODE.made()]


def is_sentence_part(key: str) -> bool:
    """Whether a text is put together with another to sentences."""
    return key.partition(".")[2].startswith(("what", "mend"))


@pytest.mark.parametrize("key", sorted(read_messages()))
def test_a_text_stands_in_both_languages(key: str) -> None:
    """Spanish leaves values out at most, and what is put together to sentences ends with no full stop."""
    texts = read_messages()[key]
    assert [*texts] == ["en", "es"]
    assert all(isinstance(text, str) and text for text in texts.values())
    assert places(texts["es"]) <= places(texts["en"])
    assert not (is_sentence_part(key) and any(text.endswith(".") for text in texts.values()))


def test_no_key_stands_in_two_files() -> None:
    """The texts of one would be said in the place of the other's."""
    keys = Counter(key for file in message_files() for key in YAML(typ="safe").load(file))
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("made", MADE, ids=lambda made: str(made.place))
def test_every_message_that_is_made_has_its_texts_and_their_values(made: Made) -> None:
    """Else saying what is wrong would itself go wrong."""
    assert made.keys, "nothing in the code tells which keys it may have"
    for pattern in made.keys:
        keys = [key for key in read_messages() if re.fullmatch(pattern, key)]
        assert keys, pattern
        if made.values is not None:
            for key in keys:
                assert places(read_messages()[key]["en"]) <= made.values, key


def test_every_topic_that_cannot_be_edited_says_what_and_how_to_mend_it() -> None:
    made = [*CODE.made("TopicEditError")]
    assert len(made) > 5
    for one in made:
        for key in one.keys:
            for part in ("what", "mend"):
                texts = read_messages()[f"{key}.{part}"]
                assert one.values is None or places(texts["en"]) <= one.values, one.place


def test_no_error_no_progress_and_no_stop_is_a_plain_text() -> None:
    """A text without a key would be shown in English to staff who read Spanish."""
    errors = {name for name, is_for_people in exceptions_of_ours().items() if is_for_people}
    plain = [
        f"{file}:{call.lineno}"
        for name in {*errors, *TELLING, "Stop"} - {"TopicEditError"}
        for file, _, call in CODE.calls[name]
        if "serving/serve" not in str(file) and "cli/" not in str(file)
        for told in call.args
        if isinstance(told, ast.JoinedStr)
        or (isinstance(told, ast.Constant) and " " in str(told.value))
        or (isinstance(told, ast.Call) and getattr(told.func, "id", "") == "str")
    ]
    assert plain == []


def test_a_message_is_english_and_says_itself_in_spanish() -> None:
    """Messages within it too, and what the content says, whose Spanish stands beside it."""
    message = Message("answer_in", language=Message("spanish"))
    assert message == "the answer in Spanish"
    assert message.in_language("es") == "la respuesta en español"
    number = Message("phone_withheld.what", number="213-555-0100", reason=DataText("It is old", "Es viejo"))
    assert number.endswith(": It is old")
    assert number.in_language("es").endswith(": Es viejo")
    assert number.in_language("en") == number


def test_a_message_stays_one_as_json_and_as_a_copy() -> None:
    """A job tells its messages in a file, and reports are copied."""
    reason = DataText("It is old", "Es viejo")
    told = Message("of_file", file="a", what=Message("phone_withheld.what", number="1", reason=reason))
    for again in (Message.from_json(json.loads(json.dumps(told.as_json()))), copy.deepcopy(told)):
        assert again == told
        assert again.in_language("es") == told.in_language("es")


def test_what_an_older_program_has_kept_is_said_as_it_stands() -> None:
    assert Message.from_json("Counting words").in_language("es") == "Counting words"


def test_several_messages_stand_on_a_line_each() -> None:
    both = lines([Message("english"), Message("spanish")])
    assert (both, both.in_language("es")) == ("English\nSpanish", "inglés\nespañol")


def test_thousands_of_messages_are_said_in_their_order() -> None:
    """As of a sheet in which every row is wrong: on a page, and in the file of a job."""
    many = lines([Message("told", text=str(number)) for number in range(2_001)])
    assert many.in_language("es").split("\n") == list(map(str, range(2_001)))
    assert Message.from_json(json.loads(json.dumps(many.as_json()))) == many


def test_an_error_of_the_system_is_said_in_the_language_of_whoever_reads() -> None:
    full = KyrError(Message("topics_not_written", reason=reason_of(OSError(errno.ENOSPC, "No space left"))))
    assert str(full) == "The topics could not be written (No space left on device). All files are as before."
    assert full.message.in_language("es").startswith(
        "No se pudieron escribir los temas (no queda espacio en el disco). "
    )
    assert reason_of(OSError(errno.EBUSY, "Device or resource busy")) == "Device or resource busy"

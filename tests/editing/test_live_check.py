"""Editing one topic: nothing is overwritten unseen, and a mistake is named at its field while one writes."""

from __future__ import annotations

import dataclasses
import datetime
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.checks import check_content
from bot.content.reading import read_content
from bot.content.topics import Source
from bot.editing.field_problems import FieldProblem
from bot.editing.fields import TopicFields, state_of
from bot.editing.live_check import EditConflict, LiveCheck, edit_topic
from bot.editing.topic_text import TopicEditError, read_fields
from bot.problems import ContentError
from bot.settings import PROJECT_ROOT

TODAY = datetime.date(2026, 11, 26)
NEW = TopicFields(
    group="rights",
    volatility="stable",
    titles={"en": "The blue card", "es": "La tarjeta azul"},
    questions={"en": ("what is a blue card",), "es": ("qué es una tarjeta azul",)},
    answers={"en": "The blue card is blue.", "es": "La tarjeta azul es azul."},
    shorts={"en": "It is blue.", "es": "Es azul."},
    sources=(Source("A page", "https://example.org/a"),),
    reviewed=datetime.date(2026, 11, 22),
    review_by=datetime.date(2027, 11, 22),
)


def fields_of(content: Path, topic: str = "red_card") -> TopicFields:
    return read_fields((content / "data" / "faq" / f"{topic}.yml").read_text(encoding="utf-8"))


def with_text(fields: TopicFields, part: str, language: str, text: str) -> TopicFields:
    return dataclasses.replace(fields, **{part: {**getattr(fields, part), language: text}})  # type: ignore[arg-type]


def with_questions(fields: TopicFields, language: str, *questions: str) -> TopicFields:
    return dataclasses.replace(fields, questions={**fields.questions, language: questions})


def sign(content: Path) -> TopicFields:
    """Let somebody sign the red card off; return it."""
    file = content / "data" / "faq" / "red_card.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("approved_by: null", "approved_by: City"), encoding="utf-8")
    return fields_of(content)


def test_an_edit_is_written_and_tells_what_it_changed(content_copy: Path) -> None:
    """By the columns of the sheet, of questions those that came or went; a comment stays where it was."""
    file = content_copy / "data" / "faq" / "red_card.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("\nnlu:", "\n# mine\nnlu:"), encoding="utf-8")
    present = fields_of(content_copy)
    wanted = dataclasses.replace(
        with_questions(present, "en", *present.questions["en"], "what does the card say"), group="help"
    )
    edited = edit_topic(content_copy, "red_card", wanted, seen=state_of(present), today=TODAY)
    assert edited.before == {"group": "rights", "questions_en": []}
    assert edited.after == {"group": "help", "questions_en": ["what does the card say"]}
    assert edited.warnings == () and fields_of(content_copy) == wanted
    assert "\n# mine\n" in file.read_text(encoding="utf-8")


def test_a_new_topic_is_a_new_file(content_copy: Path) -> None:
    """All of it is told as new; a dry run writes nothing."""
    edit_topic(content_copy, "blue_card", NEW, seen="", dry_run=True, today=TODAY)
    assert not (content_copy / "data/faq/blue_card.yml").exists()
    edited = edit_topic(content_copy, "blue_card", NEW, seen="", today=TODAY)
    assert edited.before == {} and edited.after["title_en"] == "The blue card"
    assert read_content(content_copy).topics["blue_card"].answers["es"].short == "Es azul."


def test_what_somebody_else_has_changed_is_not_overwritten(content_copy: Path) -> None:
    """The error has the topic as it stands now; what is the same already needs no writing."""
    mine = with_text(fields_of(content_copy), "titles", "en", "My card")
    theirs = with_text(fields_of(content_copy), "titles", "en", "Their card")
    seen = state_of(fields_of(content_copy))
    edit_topic(content_copy, "red_card", theirs, seen=seen, today=TODAY)
    with pytest.raises(EditConflict, match=r"^The topic red_card was changed by somebody else") as conflict:
        edit_topic(content_copy, "red_card", mine, seen=seen, today=TODAY)
    assert conflict.value.present == theirs and fields_of(content_copy) == theirs
    assert edit_topic(content_copy, "red_card", theirs, seen=seen, today=TODAY).after == {}
    edit_topic(content_copy, "red_card", mine, seen=state_of(theirs), today=TODAY)
    assert fields_of(content_copy) == mine


def test_a_topic_that_has_come_or_gone_meanwhile_is_a_conflict(content_copy: Path) -> None:
    """Two begin a topic of the same name; one is removed while it is edited."""
    edit_topic(content_copy, "blue_card", NEW, seen="", today=TODAY)
    other = with_text(NEW, "titles", "en", "Another card")
    with pytest.raises(EditConflict) as conflict:
        edit_topic(content_copy, "blue_card", other, seen="", today=TODAY)
    assert conflict.value.present == NEW
    (content_copy / "data/faq/blue_card.yml").unlink()
    with pytest.raises(EditConflict) as conflict:
        edit_topic(content_copy, "blue_card", other, seen=state_of(NEW), today=TODAY)
    assert conflict.value.present is None


@pytest.mark.parametrize(
    "change",
    [
        lambda f: with_text(f, "titles", "es", "La tarjeta"),
        lambda f: with_text(with_text(f, "shorts", "en", "It is a card."), "shorts", "es", "Es un papel."),
        lambda f: dataclasses.replace(f, sources=(Source("B", "https://b.org/b"),)),
    ],
)
def test_what_was_signed_off_is_no_longer_where_it_changes(
    content_copy: Path, change: Callable[[TopicFields], TopicFields]
) -> None:
    """Whoever did it has not seen the new one; the edit tells of that as well."""
    present = sign(content_copy)
    edited = edit_topic(content_copy, "red_card", change(present), seen=state_of(present), today=TODAY)
    assert fields_of(content_copy).approved_by is None
    assert (edited.before["approved_by"], edited.after["approved_by"]) == ("City", "")


def test_an_edit_signs_nothing_off_and_leaves_what_was_signed(content_copy: Path) -> None:
    """Another question is no other answer."""
    present = sign(content_copy)
    more = with_questions(present, "en", *present.questions["en"], "what does the card say")
    edit_topic(content_copy, "red_card", more, seen=state_of(present), today=TODAY)
    assert fields_of(content_copy).approved_by == "City"
    for topic, wanted in (("red_card", more), ("blue_card", NEW)):
        forged = dataclasses.replace(wanted, approved_by="somebody")
        seen = state_of(fields_of(content_copy)) if topic == "red_card" else ""
        with pytest.raises(TopicEditError, match=r"^Only an approver signs an answer off\."):
            edit_topic(content_copy, topic, forged, seen=seen, today=TODAY)


def test_a_mistake_refuses_the_edit_and_is_found_at_its_field(content_copy: Path) -> None:
    """The Spanish was not compared with the new English; then it was."""
    present = fields_of(content_copy)
    wanted = with_text(present, "answers", "en", present.answers["en"] + "\n\nKeep it with you.")
    check = LiveCheck(content_copy)
    with pytest.raises(ContentError) as refused:
        edit_topic(content_copy, "red_card", wanted, seen=state_of(present), today=TODAY)
    found = check.locate("red_card", wanted, refused.value)
    assert [(one.field, one.mend) for one in found] == [
        ("answer_es", "Compare the two and change the Spanish, or say that you have compared them")
    ]
    assert check.problems("red_card", wanted, today=TODAY) == found
    assert check.problems("red_card", wanted, compared=True, today=TODAY) == []
    edit_topic(content_copy, "red_card", wanted, seen=state_of(present), compared=True, today=TODAY)
    assert check_content(content_copy, today=TODAY) == []


@pytest.mark.parametrize(
    "name", ["../bond", "Bond", "", "example_card", "a" * 61, "bond.refused.now", "bond\n"]
)
def test_what_is_no_name_of_a_topic_is_refused(content_copy: Path, name: str) -> None:
    """Before anything is read."""
    with pytest.raises(TopicEditError, match="cannot be the short name of a topic"):
        edit_topic(content_copy, name, NEW, seen="", today=TODAY)
    (problem,) = LiveCheck(content_copy).problems(name, NEW, today=TODAY)
    assert problem.field == "" and "cannot be the short name" in problem.what


EMPTY = dataclasses.replace(
    NEW,
    titles={"en": "The blue card", "es": ""},
    questions={"en": (), "es": ()},
    answers={"en": "Blue.", "es": ""},
    shorts={"en": "", "es": ""},
    sources=(),
    reviewed=None,
)
MISTAKES: list[tuple[TopicFields, list[tuple[str, str]]]] = [
    (NEW, []),
    (
        EMPTY,
        [
            ("answer_es", "the answer in Spanish has no text. Write it."),
            ("questions_en", "there is no question in English. Write one question at least"),
            ("questions_es", "there is no question in Spanish. Write one question at least"),
            ("reviewed", "the day is missing. Tick that you have read the sources today"),
            ("short_en", "the answer in English has no short version. Write it; text messages need it."),
            ("short_es", "the answer in Spanish has no short version."),
            (
                "sources",
                "the answer has no source. Write who says so: the title of the page and its address.",
            ),
            ("title_es", "the title is not there in both languages. Write it in both languages."),
        ],
    ),
    (
        dataclasses.replace(NEW, answers={"en": "", "es": ""}, shorts={"en": "", "es": ""}),
        [("answer_en", "the topic has no answer. Write the answers, or turn the topic off")],
    ),
    (
        dataclasses.replace(NEW, group="", review_by=datetime.date(2028, 1, 1), related=("blue_card", "no")),
        [
            ("group", "nothing of the list is chosen. Choose one."),
            ("related", "the related topic `no` does not exist. Use the short name of a topic."),
            ("related", "the topic names itself (`blue_card`) as related. Remove it."),
            (
                "review_by",
                "the day to check again is 405 days after the day of reading; 365 is the most here.",
            ),
        ],
    ),
    (
        with_questions(NEW, "en", "What is a red card?", "*** is blue", "hello"),
        [
            ("questions_en", "the question “*** is blue” has a hole"),
            ("questions_en", "the question “hello” stands also, or as good as, in greet.yml."),
            (
                "questions_en",
                "the question “what is a red card” stands also, or as good as, in red_card.yml.",
            ),
        ],
    ),
    (
        with_text(NEW, "shorts", "en", "Call 323-582-6161. You are {safe}."),
        [
            ("short_en", "the answer in English holds a brace."),
            ("short_en", "the number 323-582-6161 must not be given to residents"),
            ("short_es", "the short in Spanish lacks 323-582-6161"),
        ],
    ),
    (
        with_text(NEW, "shorts", "en", "Call 213-830-7911."),
        [
            ("short_en", "the number 213-830-7911 belongs to no service of the directory"),
            ("short_en", "“213-830-7911” must not stand alone (ice_phone)"),
            ("short_es", "the short in Spanish lacks 213-830-7911"),
        ],
    ),
    (
        dataclasses.replace(NEW, reviewed=datetime.date(2025, 1, 1), review_by=datetime.date(2025, 6, 1)),
        [("review_by", "the answer was to be checked again by 2025-06-01. Check its sources")],
    ),
    (
        with_questions(NEW, "es", "una\ndos"),
        [("", "The question “una\ndos” is not one line of text. Write it on one line.")],
    ),
]


@pytest.mark.parametrize(("wanted", "mistakes"), MISTAKES)
def test_a_mistake_is_named_at_its_field_while_it_is_written(
    content_copy: Path, wanted: TopicFields, mistakes: list[tuple[str, str]]
) -> None:
    """In words for a page, where the check speaks of files; all that are wrong at once."""
    found = LiveCheck(content_copy).problems("blue_card", wanted, today=TODAY)
    assert [one.field for one in found] == [field for field, _ in mistakes]
    for problem, (_, said) in zip(found, mistakes, strict=True):
        assert f"{problem.what}. {problem.mend}.".startswith(said)


def test_a_near_duplicate_is_a_warning_at_its_question(content_copy: Path) -> None:
    """It refuses nothing: the save says the same of it."""
    wanted = with_questions(NEW, "en", "do you know where do I get the card")
    other = content_copy / "data" / "faq" / "red_card.yml"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace("where do I get the card", "do you know where I do get the cards"), "utf-8")
    (warning,) = LiveCheck(content_copy).problems("blue_card", wanted, today=TODAY)
    assert (
        warning.warning and warning.field == "questions_en" and warning.question == wanted.questions["en"][0]
    )
    edited = edit_topic(content_copy, "blue_card", wanted, seen="", today=TODAY)
    assert [(one.warning, one.field) for one in edited.warnings] == [(True, "questions_en")]


def test_what_changes_on_the_disk_is_seen_at_once(content_copy: Path) -> None:
    """A question that somebody has taken away elsewhere, a topic that has come, another claim."""
    check = LiveCheck(content_copy)
    wanted = dataclasses.replace(with_questions(NEW, "en", "what is a red card"), related=("green_card",))

    def fields() -> list[str]:
        return [one.field for one in check.problems("blue_card", wanted, today=TODAY)]

    assert fields() == ["questions_en", "related"]
    card = content_copy / "data" / "faq" / "red_card.yml"
    card.write_text(card.read_text(encoding="utf-8").replace("what is a red card", "what card"), "utf-8")
    assert fields() == ["related"]
    shutil.copyfile(content_copy / "data/faq/bond.yml", content_copy / "data/faq/green_card.yml")
    assert fields() == []
    claims = content_copy / "data" / "claims.yml"
    claim = "- {id: blue, reason: {en: It is not, es: No lo es}, en: [the blue card is blue], es: [no hay]}\n"
    claims.write_text(claims.read_text(encoding="utf-8").rstrip("\n") + f"\n{claim}", encoding="utf-8")
    assert fields() == ["answer_en"]


def test_a_topic_that_cannot_be_read_says_so(content_copy: Path) -> None:
    """Nothing can be put into it before it is mended."""
    (content_copy / "data/faq/bond.yml").write_bytes(b"topic: \xff")
    (problem,) = LiveCheck(content_copy).problems("bond", NEW, today=TODAY)
    assert problem == FieldProblem("", "bond.yml is not UTF-8 text", "Mend the file first; `kyr check` helps")
    with pytest.raises(TopicEditError, match=r"^bond\.yml is not UTF-8 text"):
        edit_topic(content_copy, "bond", NEW, seen="x", today=TODAY)


def test_the_real_topics_are_checked_while_somebody_types(tmp_path: Path) -> None:
    """What the check finds in a topic and no more, in less than a second once the others were read."""
    shutil.copytree(PROJECT_ROOT / "data", tmp_path / "data")
    check = LiveCheck(tmp_path)
    check.problems("bond", fields_of(tmp_path, "bond"), today=TODAY)
    for topic in ("bond", "if_arrested_detained"):
        os.utime(tmp_path / "data" / "faq" / "bond.yml")
        check.problems(topic, fields_of(tmp_path, topic), today=TODAY)
        began = time.process_time()
        assert check.problems(topic, fields_of(tmp_path, topic), today=TODAY) == []
        assert time.process_time() - began < 1

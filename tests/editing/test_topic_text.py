"""Editing topic files in place: what was not meant to change stays, byte for byte."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.checks import check_content
from bot.content.paths import NLU
from bot.content.topics import Source
from bot.editing.fields import TopicFields
from bot.editing.replace import ContentChangedError, replace_topics
from bot.editing.topic_layout import TopicLayout
from bot.editing.topic_text import TopicEditError, add_question, new_topic_file, read_fields, with_fields
from bot.files.folders import recover, staging_folder
from bot.problems import ContentError
from bot.settings import PROJECT_ROOT
from bot.text.facts import fingerprint
from tests.conftest import SMALL_CONTENT

FILES = sorted((PROJECT_ROOT / "data" / "faq").glob("*.yml"))
SMALL_FILES = sorted((SMALL_CONTENT / "data" / "faq").glob("*.yml"))
CARD = SMALL_CONTENT / "data" / "faq" / "red_card.yml"
DAY = datetime.date(2026, 12, 1)
TRICKY = 'It\'s "so": # no comment, {no} [list] & *none, - ¿sí? \u2028 😀 \\n \t|'


def changed_lines(before: str, after: str) -> list[str]:
    """Return the lines that differ, with "-" or "+" in front."""
    found = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))
    return [line for line in found[2:] if not line.startswith("@@")]


def twins(fields: TopicFields, part: str, language: str, text: str) -> TopicFields:
    return dataclasses.replace(fields, **{part: {**getattr(fields, part), language: text}})  # type: ignore[arg-type]


def questions(fields: TopicFields, language: str, change: Callable[[list[str]], list[str]]) -> TopicFields:
    changed = tuple(change(list(fields.questions[language])))
    return dataclasses.replace(fields, questions={**fields.questions, language: changed})


# What is edited: how, and the least and most lines of the file that may come or go.
EDITS: dict[str, tuple[Callable[[TopicFields], TopicFields], int]] = {
    "group": (lambda f: dataclasses.replace(f, group="help" if f.group != "help" else "rights"), 2),
    "volatility": (lambda f: dataclasses.replace(f, volatility="other"), 2),
    "title_en": (lambda f: twins(f, "titles", "en", TRICKY), 2),
    "title_es": (lambda f: twins(f, "titles", "es", "no"), 2),
    "question at the end": (lambda f: questions(f, "en", lambda q: [*q, 'is this "new": # yes']), 1),
    "question in front": (lambda f: questions(f, "es", lambda q: ["¿y esto?", *q]), 1),
    "question gone": (lambda f: questions(f, "en", lambda q: q[:1] + q[2:]), 1),
    "question mended": (lambda f: questions(f, "es", lambda q: [*q[:-1], "- con guion"]), 2),
    "answer_en": (lambda f: twins(f, "answers", "en", f.answers["en"] + "\n\n# More: - so\n\n> Say it."), 4),
    "answer_es": (lambda f: twins(f, "answers", "es", "Una línea nueva.\n" + f.answers["es"]), 1),
    "short_en": (lambda f: twins(f, "shorts", "en", TRICKY), 2),
    "short_es": (lambda f: twins(f, "shorts", "es", "Corto: «así»."), 2),
    "source more": (
        lambda f: dataclasses.replace(f, sources=(*f.sources, Source(TRICKY, "https://a.b/c"))),
        1,
    ),
    "source less": (lambda f: dataclasses.replace(f, sources=f.sources[1:]), 1),
    "source mended": (
        lambda f: dataclasses.replace(f, sources=(Source("T", "http://x.y"), *f.sources[1:])),
        2,
    ),
    "related": (lambda f: dataclasses.replace(f, related=(*f.related, "another")), 2),
    "related gone": (lambda f: dataclasses.replace(f, related=()), 2),
    "reviewed": (lambda f: dataclasses.replace(f, reviewed=DAY), 2),
    "review_by": (lambda f: dataclasses.replace(f, review_by=DAY), 2),
    "approved_by": (lambda f: dataclasses.replace(f, approved_by="The city: # attorney"), 2),
    "enabled": (lambda f: dataclasses.replace(f, enabled=not f.enabled), 2),
}


@pytest.mark.parametrize("path", FILES[::6], ids=lambda path: path.stem)
def test_editing_a_field_of_a_real_topic_changes_its_lines_alone(path: Path) -> None:
    """Each field by itself: read back it is what was wanted, and only so many lines have changed."""
    text = path.read_bytes().decode()
    present = read_fields(text)
    for name, (edit, most) in EDITS.items():
        wanted = edit(present)
        edited = with_fields(text, path.stem, wanted)
        assert read_fields(edited) == wanted, name
        changes = changed_lines(text, edited)
        assert (wanted != present) <= len(changes) <= most, (name, changes)
        stays = name in ("enabled", "related") or (name == "group" and not present.group)
        assert with_fields(edited, path.stem, present) == text or stays, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_whole_real_topic_is_edited_at_once(path: Path) -> None:
    """All its fields together, of the whole file, also with the line breaks of Windows; or none of them."""
    text = path.read_bytes().decode()
    present = read_fields(text)
    assert with_fields(text, path.stem, present) == text
    wanted = present
    for edit, _ in EDITS.values():
        wanted = edit(wanted)
    edited = with_fields(text, path.stem, wanted)
    assert read_fields(edited) == wanted
    assert len(changed_lines(text, edited)) <= sum(most for _, most in EDITS.values())
    assert f'reviewed_with: "{fingerprint(wanted.answers["en"], wanted.shorts["en"])}"' in edited
    windows = "\ufeff" + text.replace("\n", "\r\n")
    assert with_fields(windows, path.stem, wanted) == "\ufeff" + edited.replace("\n", "\r\n")


@pytest.mark.parametrize("path", [*SMALL_FILES, *FILES[:3]], ids=lambda path: path.stem)
def test_a_new_file_says_what_was_wanted(path: Path) -> None:
    """In the style of the others: what is written anew is edited into itself."""
    fields = read_fields(path.read_text(encoding="utf-8"))
    text = new_topic_file("another", fields)
    assert read_fields(text) == fields
    assert text.startswith('version: "3.1"\ntopic:\n  title: {en: "')
    assert with_fields(text, "another", fields) == text


def test_a_new_file_passes_the_check(content_copy: Path) -> None:
    """With an answer and without one."""
    card = read_fields(CARD.read_text(encoding="utf-8"))
    asked = {"en": ("what is the blue card",), "es": ("qué es la tarjeta azul",)}
    fields = dataclasses.replace(card, questions=asked)
    (content_copy / "data/faq/blue_card.yml").write_text(
        new_topic_file("blue_card", fields), encoding="utf-8"
    )
    nothing = {"en": "", "es": ""}
    asked = {"en": ("what about green ones",), "es": ("y las verdes qué",)}
    off = TopicFields(
        "help", "stable", {"en": "Green", "es": "Verde"}, asked, nothing, nothing, enabled=False
    )
    (content_copy / "data/faq/green_card.yml").write_text(new_topic_file("green_card", off), encoding="utf-8")
    assert check_content(content_copy) == []


# How a file may be written by hand; what is edited, and what it is then.
BY_HAND: dict[str, tuple[str, str, Callable[[TopicFields], TopicFields], str]] = {
    "comment behind a value": (
        "  group: rights\n",
        "  group: rights  # not help\n",
        EDITS["group"][0],
        "  group: help    # not help\n",
    ),
    "key that is not there": (
        "  volatility: stable\n",
        "  volatility: stable # so far\n  # about dates\n",
        lambda f: dataclasses.replace(f, enabled=False),
        "  volatility: stable # so far\n  enabled: false\n  # about dates\n",
    ),
    "value left empty": (
        "  approved_by: null\n",
        "  approved_by:\n",
        lambda f: dataclasses.replace(f, approved_by="City"),
        "  approved_by: City\n",
    ),
    "list with dashes": (
        "  related: [food_assistance]\n",
        "  related:\n  # first\n  - food_assistance # second\n",
        lambda f: dataclasses.replace(f, related=("food_assistance", "bond")),
        "  related:\n  # first\n  - food_assistance # second\n  - bond\n",
    ),
    "sources over several lines": (
        '  - {title: A page, url: "https://example.org/page"}\n',
        "  - title: A page\n    url: https://example.org/page # old\n  # more to come\n",
        lambda f: dataclasses.replace(f, sources=(*f.sources, Source("B", "https://b.org"))),
        "  - title: A page\n    url: https://example.org/page # old\n"
        '  - {title: "B", url: "https://b.org"}\n  # more to come\n',
    ),
    "first source of an empty list": (
        '  sources:\n  - {title: A page, url: "https://example.org/page"}\n',
        "  sources: []  # none\n",
        lambda f: dataclasses.replace(f, sources=(Source("B", "https://b.org"),)),
        '  sources:     # none\n  - {title: "B", url: "https://b.org"}\n',
    ),
    "source gone whose name has a #": (
        '  sources:\n  - {title: A page, url: "https://example.org/page"}\n',
        '  sources:\n  - {title: "A # page", url: "https://a.org/#1"}\n'
        '  - {title: B, url: "https://b.org"}  # b\n',
        lambda f: dataclasses.replace(f, sources=f.sources[1:]),
        '  sources:\n  - {title: B, url: "https://b.org"}  # b\n',
    ),
    "text in quotes": (
        "    text: |-\n      The card states your rights.\n\n      Say:\n\n"
        "      > I want to remain silent.\n",
        '    text: "Say:\\n\\n> I want to remain silent."  # short\n',
        lambda f: twins(f, "answers", "en", "Said:\n\n> I want to remain silent."),
        "    text: |-\n      Said:\n\n      > I want to remain silent.\n     # short\n",
    ),
    "short version as a block": (
        "      short: The card states your rights.\n",
        "      short: >-\n        The card\n        states your rights.\n      # end\n",
        lambda f: twins(f, "shorts", "en", "It says them."),
        '      short: "It says them."\n      # end\n',
    ),
    "comment and empty lines after the questions": (
        "    - where do I get the card\n",
        "    - where do I get the card\n\n  # rarely asked\n",
        lambda f: questions(f, "en", lambda q: [*q, "may I fold it"]),
        "    - where do I get the card\n    - may I fold it\n\n  # rarely asked\n",
    ),
    "questions in two places": (
        "    - where do I get the card\n",
        "    - where do I get the card\n- intent: faq/red_card\n  metadata: {language: en}\n  examples: |\n"
        "      - card please\n",
        lambda f: questions(f, "en", lambda q: [q[0], "new", *q[1:], "last"]),
        "    - new\n    - where do I get the card\n- intent: faq/red_card\n  metadata: {language: en}\n"
        "  examples: |\n    - card please\n    - last\n",
    ),
}


@pytest.mark.parametrize(("old", "by_hand", "edit", "expected"), BY_HAND.values(), ids=list(BY_HAND))
def test_what_was_written_by_hand_stays(
    old: str, by_hand: str, edit: Callable[[TopicFields], TopicFields], expected: str
) -> None:
    """Comments, empty lines, quotes and lists of every kind; nothing around them moves."""
    text = CARD.read_text(encoding="utf-8")
    assert old in text
    before = text.replace(old, by_hand, 1)
    edited = with_fields(before, "red_card", edit(read_fields(before)))
    assert edited == text.replace(old, expected, 1)


def test_a_file_without_a_line_break_at_its_end_is_edited() -> None:
    """A question put last, and the last one taken away; the file then ends with a line break."""
    text = 'version: "3.1"\ntopic:\n  title: {en: A, es: B}\n  group: help\n  volatility: stable\nnlu:\n'
    text += "- intent: faq/a\n  metadata: {language: en}\n  examples: |\n    - one\n    - two"
    longer = with_fields(text, "a", questions(read_fields(text), "en", lambda q: [*q, "three"]))
    assert longer == text + "\n    - three\n"
    shorter = with_fields(longer, "a", questions(read_fields(longer), "en", lambda q: q[:1]))
    assert shorter == text.removesuffix("    - two")
    spanish = with_fields(text, "a", questions(read_fields(text), "es", lambda q: ["uno"]))
    assert spanish == f"{text}\n- intent: faq/a\n  metadata: {{language: es}}\n  examples: |\n    - uno\n"


@pytest.mark.parametrize(
    ("changed", "compared", "written"),
    [
        (("answers",), False, False),
        (("shorts",), False, False),
        (("answers", "es"), False, True),
        (("answers", "shorts", "es"), False, True),
        (("answers",), True, True),
        ((), True, True),
        ((), False, False),
    ],
)
def test_the_fingerprint_is_written_where_both_languages_change(
    changed: tuple[str, ...], compared: bool, written: bool
) -> None:
    """Or where somebody says that they were compared; otherwise the check shall ask for it."""
    text = CARD.read_text(encoding="utf-8").replace("2e95b1c1", "00000000")
    wanted = read_fields(text)
    for part in set(changed) - {"es"}:
        wanted = twins(wanted, part, "en", "New.")
        if "es" in changed:
            wanted = twins(wanted, part, "es", "Nuevo.")
    edited = with_fields(text, "red_card", wanted, compared=compared)
    stamp = fingerprint(wanted.answers["en"], wanted.shorts["en"])
    assert (f'reviewed_with: "{stamp}"' in edited, '"00000000"' in edited) == (written, not written)


def test_half_a_comparison_is_none() -> None:
    """Two parts of the English answer change, one of the Spanish: the other may say something else now."""
    text = CARD.read_text(encoding="utf-8")
    wanted = twins(twins(read_fields(text), "answers", "en", "New."), "shorts", "en", "New.")
    assert '"2e95b1c1"' in with_fields(text, "red_card", twins(wanted, "answers", "es", "Nuevo."))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  group: rights",
            "  group: [rights",
            "Line 5: this is not valid YAML (did not find expected ',' or ']')",
        ),
        ("  group: rights", "  group: rights\n  group: help", "Line 5: the key `group` stands twice."),
        ("topic:", "topics:", "The header `topic:` is missing."),
        ("examples: |", "examples: >", "Line 17: the questions do not stand below `examples: |`."),
        ("  group: rights\n", "  group: rights\r\n", "The file mixes line breaks of two kinds."),
        ("reviewed: 2026-11-22", "reviewed: soon", "Line 6: `soon` is no date like 2026-11-22."),
        ("{title: A page, ", "{titel: A page, ", "Line 10: a source has not exactly a title and a url."),
    ],
)
def test_a_file_that_cannot_be_read_is_not_edited(old: str, new: str, message: str) -> None:
    """The line, what is wrong, and what to do first."""
    text = CARD.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(TopicEditError) as refused:
        read_fields(text.replace(old, new, 1))
    assert str(refused.value).startswith(message)
    assert str(refused.value).endswith("Mend the file first; `kyr check` helps.")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda f: twins(f, "answers", "en", "ends in a line break\r"), "mean something else"),
        (lambda f: twins(f, "answers", "en", "a\x00b"), "not valid YAML"),
        (lambda f: questions(f, "en", lambda q: ["two\nlines"]), "is not one line of text"),
        (lambda f: questions(f, "en", lambda q: [" spaces "]), "is not one line of text"),
        (lambda f: dataclasses.replace(f, group="a # b", approved_by=""), "mean something else"),
    ],
)
def test_what_would_mean_something_else_is_not_written(
    edit: Callable[[TopicFields], TopicFields], message: str
) -> None:
    """Every edit is read back before it counts."""
    text = CARD.read_text(encoding="utf-8")
    with pytest.raises(TopicEditError, match=message):
        with_fields(text, "red_card", edit(read_fields(text)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_value_shared_by_an_anchor_is_edited_in_one_place(language: str) -> None:
    """The change does not reach the other."""
    text = CARD.read_text(encoding="utf-8")
    text = text.replace("short: The card states your rights.", "short: &short The card states your rights.")
    text = text.replace("short: La tarjeta dice sus derechos.", "short: *short")
    wanted = twins(read_fields(text), "shorts", language, "Otra cosa.")
    assert read_fields(with_fields(text, "red_card", wanted)) == wanted


def test_what_stands_in_another_form_is_laid_in_that_of_the_others() -> None:
    """Where something is edited: no value changes with it, and a second edit changes its own line alone."""
    text = CARD.read_text(encoding="utf-8")
    by_hand = text.replace("\n  - {title", "\n      - {title").replace("    - what", "        - what")
    by_hand = by_hand.replace("    - where", "        - where").replace(
        "{en: The red card,", "{en:  The red card  ,"
    )
    assert by_hand != text
    assert with_fields(by_hand, "red_card", read_fields(by_hand)) == by_hand
    wanted = EDITS["group"][0](read_fields(text))
    assert with_fields(by_hand, "red_card", wanted) == with_fields(text, "red_card", wanted)


def test_lines_of_questions_that_do_not_change_stay_as_they_are() -> None:
    """Also one without a dash, which Rasa does not read."""
    text = CARD.read_text(encoding="utf-8").replace("    - where", "    # rarely\n    -   where")
    edited = add_question(text, "faq/red_card", "en", "may I fold it")
    assert changed_lines(text, edited) == ["+    - may I fold it"]


@pytest.mark.parametrize(
    ("old", "new", "edit", "comment"),
    [
        (
            "      short: The card states your rights.\n",
            "      short: >- # folded\n        The card\n        states your rights.\n",
            EDITS["group"][0],
            "# folded",
        ),
        (
            '"https://example.org/page"}\n',
            '"https://example.org/page"} # old\n',
            EDITS["source less"][0],
            "# old",
        ),
    ],
)
def test_a_comment_is_never_lost(
    old: str, new: str, edit: Callable[[TopicFields], TopicFields], comment: str
) -> None:
    """Where the round trip cannot keep one, the edit is refused and says which one it is."""
    text = CARD.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    with pytest.raises(TopicEditError, match=f"^The comment “{comment}” would be lost by the change. "):
        with_fields(text, "red_card", edit(read_fields(text)))


@pytest.mark.parametrize("intent", ["out_of_scope", "greet", "emergency_now"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_question_is_added_to_the_conversation(intent: str, language: str) -> None:
    """At the end of those of its intent and language: one line more and nothing else."""
    text = (PROJECT_ROOT / f"data/nlu/{intent}.yml").read_bytes().decode()
    edited = add_question(text, intent, language, 'what about "this": # now')
    known = set(text.splitlines())
    changes = [line for line in edited.splitlines() if line not in known]
    assert changes == ['    - what about "this": # now']
    assert edited.replace(changes[0] + "\n", "") == text
    block = edited[: edited.index(changes[0])].rpartition("- intent: ")[2]
    assert block.startswith(f"{intent}\n  metadata: {{language: {language}}}\n")


@pytest.mark.parametrize(
    ("intent", "question", "message"),
    [
        ("faq/bond", "new", "The file has no questions of the intent faq/bond in the language en. "),
        ("faq/red_card", "what is a red card", "The question “what is a red card” stands there already. "),
        ("faq/red_card", "two\nlines", "The question “two\nlines” is not one line of text. "),
        ("faq/red_card", "", "The question “” is not one line of text. "),
    ],
)
def test_a_question_that_cannot_be_added_is_refused(intent: str, question: str, message: str) -> None:
    """With what to do."""
    with pytest.raises(TopicEditError, match=f"^{message}"):
        add_question(CARD.read_text(encoding="utf-8"), intent, "en", question)


def test_lines_are_known_by_the_field_that_stands_there() -> None:
    """For messages of the check, which name lines."""
    text = CARD.read_text(encoding="utf-8")
    layout = TopicLayout(text)
    found = [layout.field_at(line) for line in range(1, len(text.splitlines()) + 1)]
    assert list(dict.fromkeys(found)) == [
        *(None, "title", "group", "volatility", "reviewed", "review_by", "approved_by", "sources", "related"),
        *("services", "questions_en", "questions_es", "answer_en", "short_en", "answer_es", "short_es"),
    ]


def edited_card(content: Path) -> tuple[str, str]:
    """Return the text of the card's file and one with another question."""
    text = (content / "data/faq/red_card.yml").read_bytes().decode()
    return text, add_question(text, "faq/red_card", "en", "may I fold the card")


def snapshot(content: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(content)): path.read_bytes() for path in content.rglob("*") if path.is_file()
    }


def test_topics_are_replaced_all_at_once(content_copy: Path) -> None:
    """A changed and a new one; others, their modes and times stay, and nothing is left beside them."""
    text, edited = edited_card(content_copy)
    (content_copy / "data/faq/bond.yml").chmod(0o640)
    before = {path.name: path.stat() for path in (content_copy / "data/faq").iterdir()}
    blue = new_topic_file(
        "blue", dataclasses.replace(read_fields(text), questions={"en": ("a b",), "es": ("b c",)})
    )
    outcome = replace_topics(
        content_copy,
        {"red_card.yml": edited, "blue.yml": blue},
        before={"red_card.yml": text, "blue.yml": None},
    )
    assert (outcome.warnings, outcome.stood) == ((), ())
    after = {path.name: path.stat() for path in (content_copy / "data/faq").iterdir()}
    assert sorted(after) == ["blue.yml", "bond.yml", "food_assistance.yml", "red_card.yml"]
    assert [
        (after[name].st_mode, after[name].st_mtime_ns) for name in ("bond.yml", "food_assistance.yml")
    ] == [(before[name].st_mode, before[name].st_mtime_ns) for name in ("bond.yml", "food_assistance.yml")]
    assert after["red_card.yml"].st_mode == before["red_card.yml"].st_mode
    assert (content_copy / "data/faq/red_card.yml").read_bytes() == edited.encode()
    assert [path.name for path in (content_copy / "data").iterdir() if path.name.startswith(".")] == []


def test_a_mistake_that_is_new_changes_nothing(content_copy: Path) -> None:
    """One that stood there before is told of, and no reason to refuse."""
    bond = content_copy / "data/faq/bond.yml"
    bond.write_text(bond.read_text(encoding="utf-8").replace("group: rights", "group: x"), encoding="utf-8")
    text, edited = edited_card(content_copy)
    outcome = replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": text})
    assert list(map(str, outcome.stood)) == [
        "data/faq/bond.yml:4: group is 'x'. Use one of: ordinance, hp_with_you, rights, help."
    ]
    before = snapshot(content_copy)
    twice = add_question(edited, "faq/red_card", "en", "where is the food bank")
    with pytest.raises(ContentError) as refused:
        replace_topics(content_copy, {"red_card.yml": twice}, before={"red_card.yml": edited})
    assert str(refused.value) == (
        "data/faq/red_card.yml:21: the question “where is the food bank” stands also in food_assistance.yml, "
        "line 12. Keep it once, where its answer is."
    )
    assert snapshot(content_copy) == before


def test_a_dry_run_checks_and_writes_nothing(content_copy: Path) -> None:
    """Not even a folder is left."""
    text, edited = edited_card(content_copy)
    before = snapshot(content_copy)
    replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": text}, dry_run=True)
    assert snapshot(content_copy) == before


def test_the_conversation_is_replaced_in_the_same_way(content_copy: Path) -> None:
    """It is checked together with the topics."""
    path = content_copy / "data/nlu/greet.yml"
    text = path.read_bytes().decode()
    edited = add_question(text, "greet", "en", "good day to all of you")
    replace_topics(content_copy, {path.name: edited}, folder=NLU, before={path.name: text})
    assert path.read_bytes() == edited.encode()
    with pytest.raises(ContentError, match="stands also in red_card"):
        again = add_question(edited, "greet", "en", "what is a red card")
        replace_topics(content_copy, {path.name: again}, folder=NLU, before={path.name: edited})


def test_who_comes_second_is_told_so(content_copy: Path) -> None:
    """The text that was edited is no longer the one that stands there."""
    text, edited = edited_card(content_copy)
    replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": text})
    with pytest.raises(ContentChangedError, match=r"red_card\.yml was changed by somebody else"):
        replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": text})
    with pytest.raises(ContentChangedError):
        replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": None})


def test_two_at_once_come_one_after_the_other(content_copy: Path) -> None:
    """Neither loses what the other has written."""
    names = ("bond", "food_assistance", "red_card")
    texts = {name: (content_copy / f"data/faq/{name}.yml").read_bytes().decode() for name in names}
    edited = {
        name: add_question(text, f"faq/{name}", "en", f"one more on {name}") for name, text in texts.items()
    }
    workers = [
        threading.Thread(
            target=replace_topics,
            args=(content_copy, {f"{name}.yml": edited[name]}),
            kwargs={"before": {f"{name}.yml": texts[name]}},
        )
        for name in names
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {name: (content_copy / f"data/faq/{name}.yml").read_bytes().decode() for name in names} == edited


@pytest.mark.parametrize("name", ["../x.yml", "x", "x.yaml", "A.yml", "a/b.yml", ".yml", "x" * 61 + ".yml"])
def test_no_other_file_can_be_named(content_copy: Path, name: str) -> None:
    """Whatever an id was made of."""
    with pytest.raises(ValueError, match="is no name of a topic file"):
        replace_topics(content_copy, {name: "x"})


@pytest.mark.parametrize("call", ["fsync", "replace", "resolve"])
def test_a_kill_at_any_moment_leaves_all_files_old_or_new(content_copy: Path, call: str) -> None:
    """The process is killed at the first, second, third ... call; the next run cleans up after it."""
    texts = {
        name: (content_copy / f"data/faq/{name}").read_bytes().decode()
        for name in ("bond.yml", "red_card.yml")
    }
    edited = {
        name: add_question(text, f"faq/{name.removesuffix('.yml')}", "en", f"one more on {name}")
        for name, text in texts.items()
    }
    for moment in range(1, 200):
        _end_by_kill(content_copy, edited, call, moment)
        found = {name: (content_copy / f"data/faq/{name}").read_bytes().decode() for name in texts}
        assert found in (texts, edited)
        if found == edited:
            break
    assert found == edited
    with staging_folder(content_copy / "data/faq"):
        pass
    assert not list((content_copy / "data").glob(".faq-*"))


def test_a_kill_between_two_renames_loses_nothing(
    content_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where folders cannot be exchanged in one step, the next run puts the missing folder back."""
    monkeypatch.setattr("bot.files.folders._exchange", lambda one, other: False)
    text, edited = edited_card(content_copy)
    before = snapshot(content_copy)
    _end_by_kill(content_copy, {"red_card.yml": edited}, "rename", 2)
    assert not (content_copy / "data/faq").exists()
    recover(content_copy / "data/faq")
    _end_by_kill(content_copy, {"red_card.yml": edited}, "rename", 2)
    replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": text})
    assert snapshot(content_copy) == {**before, "data/faq/red_card.yml": edited.encode()}


def _end_by_kill(content: Path, edited: dict[str, str], call: str, moment: int) -> None:
    """Replace topics in another process, which is killed at its n-th call."""
    child = os.fork()
    if child == 0:
        owner = Path if call == "resolve" else os
        real, left = getattr(owner, call), moment

        def dying(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        setattr(owner, call, dying)
        try:
            replace_topics(content, edited)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.parametrize("moment", [1, 2, 3, 4])
def test_a_full_disk_leaves_everything_as_it_was(
    content_copy: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """At whichever write it happens."""
    text, edited = edited_card(content_copy)
    before, real, left = snapshot(content_copy), os.fsync, moment

    def failing(handle: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="No space left"):
        replace_topics(content_copy, {"red_card.yml": edited}, before={"red_card.yml": text})
    assert snapshot(content_copy) == before

"""One topic as the edit page writes it: checked while somebody types, refused where another came first."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.content.checks import (
    check_duplicate_questions,
    check_holes,
    check_needs,
    check_phones,
    overdue_answers,
    questions_in,
    warn_of_near_duplicates,
)
from bot.content.claims import Claim, Spoken, check_claims, read_claims
from bot.content.paths import FAQ, RESOURCES, conversation_files
from bot.content.topic_reading import check_references, read_topic
from bot.content.topics import TRAINING_DATA
from bot.directory.reading import check_directory
from bot.directory.services import Directory
from bot.editing.columns import EXAMPLE
from bot.editing.differences import changed_cells
from bot.editing.field_problems import FieldProblem, TopicPlaces
from bot.editing.fields import ID, TopicFields, state_of, unsigned
from bot.editing.replace import replace_topics
from bot.editing.topic_layout import plain_breaks
from bot.editing.topic_text import TopicEditError, new_topic_file, read_fields, read_text, with_fields
from bot.errors import KyrError, reason_of
from bot.files.folders import recover
from bot.files.yaml_reading import parse_yaml
from bot.messages import Message
from bot.problems import ContentError, Problem, Problems
from bot.text.near_duplicates import NearQuestions, QuestionWords, TrainingQuestion, count_words

_CLAIMS = Path("data") / "claims.yml"


class EditConflict(KyrError):
    """A topic was changed by somebody else; `present` is how it stands now, None where it is gone."""

    def __init__(self, topic_id: str, present: TopicFields | None) -> None:
        self.present = present
        super().__init__(Message("topic_changed_meanwhile", topic=topic_id))


@dataclass(frozen=True)
class Edited:
    """What an edit has changed, as the audit log is told it (bot.editing.differences.changed_cells)."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    warnings: tuple[FieldProblem, ...] = ()


def edit_topic(
    root: Path,
    topic_id: str,
    wanted: TopicFields,
    *,
    seen: str,
    compared: bool = False,
    dry_run: bool = False,
    today: datetime.date | None = None,
) -> Edited:
    """Write a topic in the content under `root`, a new one too, if all of it is right.

    `seen` is the state (bot.editing.sheet.rows.state_of) that the edit began from, empty for a new topic;
    `compared` and `today` are as for bot.editing.topic_text.with_fields and
    bot.editing.replace.replace_topics. Where that which is signed off changes, nobody has signed it off any
    more. Raises EditConflict; TopicEditError for what cannot be written; ContentError with every mistake (see
    `LiveCheck.locate`); ContentChangedError.
    """
    before, present = _present(root, topic_id)
    if seen != (state_of(present) if present else "") and present != wanted:
        raise EditConflict(topic_id, present)
    if wanted.approved_by not in (None, present.approved_by if present else None):
        raise TopicEditError("only_approver_signs")
    wanted = unsigned(present, wanted)
    text = _text(topic_id, before, wanted, compared=compared)
    if text == before:
        return Edited({}, {})
    name = f"{topic_id}.yml"
    try:
        outcome = replace_topics(root, {name: text}, before={name: before}, dry_run=dry_run, today=today)
    except OSError as error:
        raise TopicEditError("topic_not_written", file=FAQ / name, reason=reason_of(error)) from None
    places = TopicPlaces({topic_id: (present, text)}, "on_page")
    return Edited(*changed_cells(present, wanted), tuple(_placed(outcome.warnings, places)))


def _present(root: Path, topic_id: str) -> tuple[str | None, TopicFields | None]:
    """Return the text of a topic's file and what stands in it, None where there is no such topic."""
    if not ID.fullmatch(topic_id) or topic_id.startswith(EXAMPLE):
        raise TopicEditError("no_short_name", topic=topic_id[:60], example=EXAMPLE)
    recover((root / FAQ).resolve())
    try:
        text = read_text(root / FAQ / f"{topic_id}.yml")
    except FileNotFoundError:
        return None, None
    return text, read_fields(text)


def _text(topic_id: str, before: str | None, wanted: TopicFields, *, compared: bool) -> str:
    if before is None:
        return new_topic_file(topic_id, wanted)
    return with_fields(before, topic_id, wanted, compared=compared)


def _placed(found: Iterable[Problem], places: TopicPlaces) -> Iterator[FieldProblem]:
    """Yield mistakes at their fields; those outside of the topic at no field."""
    for problem in found:
        place = places.of(problem)
        if place is None:
            what = Message("in_another_file", file=problem.path, what=problem.what)
            yield FieldProblem("", what, problem.mend, problem.warning)
        else:
            yield place


@dataclass(frozen=True)
class _Around:
    """What a topic is checked against, as it stands on the disk; `stamps` tell when a file has changed."""

    stamps: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    asked: Mapping[Path, Sequence[QuestionWords]] = field(default_factory=dict)
    same: Mapping[str, Sequence[TrainingQuestion]] = field(default_factory=dict)
    near: NearQuestions = field(default_factory=lambda: NearQuestions({}))
    claims: Sequence[Claim] = ()
    directory: Directory | None = None


class LiveCheck:
    """Says what `kyr check` would say of one topic, in a fraction of a second.

    The other files are read once, and again when they change. Mistakes in them are left to the save, as are
    those that a topic brings to others (one that names it as related, after it was removed).
    """

    def __init__(self, root: Path) -> None:
        self._root, self._around, self._lock = root, _Around(), threading.Lock()

    def problems(
        self,
        topic_id: str,
        wanted: TopicFields,
        *,
        compared: bool = False,
        today: datetime.date | None = None,
    ) -> list[FieldProblem]:
        """Return what is wrong with a topic as it would be, warnings too, each at its field."""
        try:
            before, present = _present(self._root, topic_id)
            text = _text(topic_id, before, wanted, compared=compared)
        except TopicEditError as error:
            return [FieldProblem("", error.what, error.mend)]
        with self._lock:
            around = self._around = _read_around(self._root, self._around)
        places = TopicPlaces({topic_id: (present, text)}, "on_page")
        found = _found(self._root, topic_id, wanted, text, around, today)
        return sorted(set(_placed(found, places)))

    def directory(self) -> Directory | None:
        """Return the directory of services, None while there is a mistake in it."""
        with self._lock:
            self._around = _read_around(self._root, self._around)
            return self._around.directory

    def locate(
        self, topic_id: str, wanted: TopicFields, error: ContentError, *, compared: bool = False
    ) -> list[FieldProblem]:
        """Return the mistakes for which `edit_topic` has refused a topic, each at its field."""
        before, present = _present(self._root, topic_id)
        text = _text(topic_id, before, unsigned(present, wanted), compared=compared)
        places = TopicPlaces({topic_id: (present, text)}, "on_page")
        return sorted(set(_placed(error.problems, places)))


def _found(
    root: Path,
    topic_id: str,
    wanted: TopicFields,
    text: str,
    around: _Around,
    today: datetime.date | None,
) -> list[Problem]:
    """Return what the check says of a topic with these fields, whose file has this text."""
    problems = Problems(root)
    path = root / FAQ / f"{topic_id}.yml"
    problems.documents[path] = parse_yaml(plain_breaks(text), path, problems, TRAINING_DATA)
    topic = read_topic(path, problems)
    asked = questions_in(path, problems)
    check_holes(asked, problems)
    keys = [QuestionWords(question) for question in asked]
    twins = {key.folded: [q for q in around.same.get(key.folded, ()) if q.path != path] for key in keys}
    # These come after, so that each is noted as one that the topic has too.
    check_duplicate_questions([*asked, *(twin for same in twins.values() for twin in same)], problems)
    pairs = ((other, key.question) for key in keys for other in around.near.near(key))
    warn_of_near_duplicates(pairs, problems)
    known = {each.stem for each in around.asked if each.parent == path.parent}
    check_references(
        topic_id,
        path,
        {*known, topic_id},
        problems,
        related=wanted.related,
        following=wanted.next,
        order=wanted.order,
    )
    # All that is wrong is shown at once: what is said is looked at also where other fields are not right yet.
    said = [
        Spoken(path, language, text, f"{part}_{language}")
        for part, texts in (("title", wanted.titles), ("answer", wanted.answers), ("short", wanted.shorts))
        for language, text in texts.items()
    ]
    check_claims(around.claims, said, problems)
    if around.directory is not None:
        check_phones(said, around.directory, problems)
    if topic is not None:
        if around.directory is not None:
            check_needs(root, {topic_id: topic}, around.directory, problems)
        problems.found += overdue_answers(root, {topic_id: topic}, today)
    return problems.found


def _read_around(root: Path, before: _Around) -> _Around:
    """Return what stands around a topic now; what has not changed is not read again."""
    asking = [*sorted((root / FAQ).glob("*.yml")), *conversation_files(root)]
    tables = sorted((root / RESOURCES).iterdir())
    stamps = {path: _stamp(path) for path in (*asking, root / _CLAIMS, *tables)}
    if stamps == before.stamps:
        return before

    def stays(paths: Iterable[Path]) -> bool:
        return all(stamps[path] == before.stamps.get(path) for path in paths)

    problems = Problems(root)
    asked = {
        path: before.asked[path]
        if stays([path])
        else [QuestionWords(question) for question in questions_in(path, problems)]
        for path in asking
    }
    everything = [each for of_one in asked.values() for each in of_one]
    near = NearQuestions(count_words(everything))
    same: dict[str, list[TrainingQuestion]] = {}
    for each in everything:
        near.add(each)
        same.setdefault(each.folded, []).append(each.question)
    return _Around(
        stamps,
        asked,
        same,
        near,
        before.claims if stays([root / _CLAIMS]) else read_claims(root / _CLAIMS, problems),
        before.directory if stays(tables) else check_directory(root / RESOURCES, problems),
    )


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes when a file does; of a missing one, nothing."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size

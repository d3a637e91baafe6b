"""The review queue: clustering of questions, the nearest topics, and what staff do with a group.

A suggestion is accepted or rejected by a person, never applied alone. Each action puts the content in place
first, checked, and then takes the questions out of the queue together with its note in the audit log: ended
half-way it loses nothing, and can be done again. Nothing is printed here: the terminal and the console do
that.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import hashlib
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bot.answering.decision import MOST_OFFERED, OUT_OF_SCOPE, TOPIC_PREFIX
from bot.clock import current_date, week_of
from bot.content.paths import FAQ, NLU
from bot.content.reading import Content, read_content
from bot.database.audit import AuditLog
from bot.database.engine import DatabaseError
from bot.database.review_queue import IN_VAIN, NOT_HELPFUL, ReviewQueue, Unanswered
from bot.database.usage import FEWEST_SHOWN, rounded
from bot.editing.columns import EXAMPLE
from bot.editing.fields import ID, clean
from bot.editing.replace import Outcome, replace_topics
from bot.editing.sheet.exporting import write_draft
from bot.editing.topic_text import add_question
from bot.errors import reason_of
from bot.messages import Message
from bot.staff.new_questions import ReviewError, printable, refuse, stands_there
from bot.text.language import OTHER, fold
from bot.text.near_duplicates import TrainingQuestion, has_own_word
from bot.text.redaction import REMOVED
from bot.training.evaluation import Question, result_row
from bot.training.models import Model
from bot.training.train import parse

# Likeness (0 to 100, words in order of the alphabet) from which questions are shown as one. What is done
# with a group is done with all of it, so rather two groups than two things in one: of training questions of
# all topics, an eighth of those put together were of two topics, and those close ones.
_ALIKE = 80
# Shorter ones differ by one word and yet say the opposite.
_FEWEST_WORDS = 4
_ALIKE_SHORT = 92
# Of so many that come nearest one may be the same question.
_CANDIDATES = 5
# Among 10,000 groups two have the same id once in a hundred queues; the question is always shown with it.
_ID_DIGITS = 8


@dataclass(frozen=True)
class QueuedQuestion:
    """A question as it is in the queue: how often it was asked in vain, and which answers did not help.

    `met_with` says how often it was met with what, as bot.database.review_queue.IN_VAIN has it, and `since`
    the Monday of the week in which it was asked first.
    """

    text: str
    unanswered: int
    not_helpful: Mapping[str, int]
    met_with: Mapping[str, int] = field(default_factory=dict)
    since: str = ""

    @property
    def id(self) -> str:
        """A short name, by which a page says which questions of a group are meant."""
        return _short_name(self.text)

    @property
    def count(self) -> int:
        """How often it was asked."""
        return self.unanswered + sum(self.not_helpful.values())


@dataclass(frozen=True)
class Group:
    """Questions of one language that are alike; the leading one comes first.

    The group is known by the question that was there first, which all others are like.
    """

    language: str
    questions: tuple[QueuedQuestion, ...]
    first: str = ""

    @property
    def text(self) -> str:
        """The leading question: the one asked most, of several the longest."""
        return self.questions[0].text

    @property
    def id(self) -> str:
        """A short name that stays the same as long as the question that was there first does."""
        return _short_name(f"{self.language}\0{self.first or self.text}")

    @property
    def texts(self) -> tuple[str, ...]:
        """All of its questions."""
        return tuple(question.text for question in self.questions)

    @property
    def count(self) -> int:
        """How often they were asked."""
        return sum(question.count for question in self.questions)

    @property
    def unanswered(self) -> int:
        """How often they were asked in vain."""
        return sum(question.unanswered for question in self.questions)

    @property
    def met_with(self) -> Mapping[str, int]:
        """How often they were met with what, in the order of IN_VAIN."""
        counted: collections.Counter[str] = collections.Counter()
        for question in self.questions:
            counted.update(question.met_with)
        return {reason: counted[reason] for reason in IN_VAIN if counted[reason]}

    def only(self, ids: Collection[str]) -> Group:
        """Return the group with those of its questions alone that are meant; raises ReviewError for none."""
        chosen = tuple(question for question in self.questions if question.id in ids)
        if not chosen:
            raise ReviewError(Message("no_question_chosen"))
        return dataclasses.replace(self, questions=chosen)

    @property
    def not_helpful(self) -> Mapping[str, int]:
        """How often the answer of each topic did not help, the topic with the most first."""
        counted: collections.Counter[str] = collections.Counter()
        for question in self.questions:
            counted.update(question.not_helpful)
        return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True)
class Weeks:
    """How often a group was asked this week, in the one before, and in these and the two before together.

    As with figures of use (bot.database.usage) small counts are hidden (None) and others rounded down: they
    tell nothing of one person.
    """

    this: int | None
    last: int | None
    four: int | None


def _shown(count: int) -> int | None:
    return rounded(count) if count >= FEWEST_SHOWN else None


@dataclass(frozen=True)
class Nearest:
    """What the published model makes of a leading question: at most three topics with scores, best first.

    `outcome` is what it decides (see bot.answering.decision.Decision), or "decline" where the topic has no
    answer.
    """

    topics: tuple[tuple[str, float], ...]
    intent: str
    outcome: str
    topic: str | None
    offered: tuple[str, ...]

    @property
    def now(self) -> str:
        """What residents get now, in a few words."""
        if self.outcome == "answer" and self.topic:
            return f"answers {self.topic}"
        if self.outcome == "clarify":
            return f"offers {', '.join(self.offered)}"
        if self.outcome == "fallback":
            return "nothing, it asks again"
        if self.topic and self.outcome == "decline":
            return f"nothing, {self.topic} has no checked answer"
        return f"takes it for {self.intent}"


@dataclass(frozen=True)
class Addition:
    """A question that would be added to the training questions of an intent, for staff to confirm.

    `before` and `after` are the texts of `file` (below the content's folder); they are the same where the
    question stands there already and only the group is to leave the queue.
    """

    group: Group
    intent: str
    language: str
    text: str
    file: Path
    before: str
    after: str

    @property
    def stands_there(self) -> bool:
        """Whether nothing needs to be written."""
        return self.before == self.after


@dataclass(frozen=True)
class Review:
    """The review queue with the content that staff edit, and who goes through it.

    Actions take a group as it was shown, so that nothing goes that nobody has seen. All raise DatabaseError.
    """

    content: Path
    queue: ReviewQueue
    audit: AuditLog
    who: str

    def groups(self) -> list[Group]:
        """Return all questions in groups, those asked most first."""
        return grouped(self.queue.questions())

    def weeks(self, groups: Sequence[Group], *, today: datetime.date | None = None) -> list[Weeks]:
        """Return how often each group was asked in the weeks up to a day, by default the current one."""
        counted = self.queue.by_text_and_week(today=today)
        mondays = [week_of((today or current_date()) - datetime.timedelta(weeks=back)) for back in range(4)]
        found = []
        for group in groups:
            asked = [sum(counted.get(text, {}).get(week, 0) for text in group.texts) for week in mondays]
            found.append(Weeks(*map(_shown, (asked[0], asked[1], sum(asked)))))
        return found

    def group(self, group_id: str) -> Group:
        """Return a group by its id; raises ReviewError."""
        for group in self.groups():
            if group.id == group_id.lower():
                return group
        raise ReviewError(Message("no_group", group=printable(group_id)))

    def belongs_to(self, group: Group, topic: str, text: str = "") -> Addition:
        """Return what would be added to a topic: the leading question, or `text` in its place.

        Raises ReviewError, ContentError and TopicEditError.
        """
        if not topic:
            raise ReviewError(Message("no_answer_chosen"))
        content = read_content(self.content)
        if topic not in content.topics:
            raise ReviewError(Message("topic_unknown", topic=printable(topic)))
        return self._addition(group, content, TOPIC_PREFIX + topic, FAQ / f"{topic}.yml", text)

    def out_of_scope(self, group: Group, text: str = "") -> Addition:
        """Return what would be added to what is none of the assistant's business; raises as `belongs_to`."""
        content = read_content(self.content)
        return self._addition(group, content, OUT_OF_SCOPE, NLU / f"{OUT_OF_SCOPE}.yml", text)

    def add(self, addition: Addition) -> Outcome:
        """Add a question that a person has confirmed, and take its group out of the queue.

        Raises ContentError, ContentChangedError and ReviewError.
        """
        outcome = Outcome((), ())
        file = addition.file
        if not addition.stands_there:
            try:
                outcome = replace_topics(
                    self.content,
                    {file.name: addition.after},
                    folder=file.parent,
                    before={file.name: addition.before},
                )
            except OSError as error:
                raise ReviewError(
                    Message("topic_file_not_written", file=file, reason=reason_of(error))
                ) from None
        topic = addition.intent.removeprefix(TOPIC_PREFIX)
        action = "review: out of scope" if addition.intent == OUT_OF_SCOPE else "review: belongs to"
        added = {f"questions_{addition.language}": [] if addition.stands_there else [addition.text]}
        try:
            self._take_out(addition.group.texts, action, topic, added)
        except DatabaseError as error:
            raise ReviewError(Message("question_added_not_noted", file=file, error=error.message)) from None
        return outcome

    def new_topic(self, group: Group, topic: str, sheet: Path) -> tuple[str, ...]:
        """Start a draft of a new topic with a group's questions; return those that are in the sheet.

        They leave the queue; of a group that no cell can hold the rest stays. Raises ReviewError, SheetError.
        """
        if not ID.fullmatch(topic) or topic.startswith(EXAMPLE):
            raise ReviewError(Message("no_topic_id_of_draft", topic=printable(topic), example=EXAMPLE))
        if (self.content / FAQ / f"{topic}.yml").exists():
            raise ReviewError(Message("topic_exists", topic=topic))
        number = write_draft(sheet, topic, group.language, [printable(text) for text in group.texts])
        written = group.texts[:number]
        self._take_out(written, "review: draft", topic, {"sheet": printable(sheet.name)})
        return written

    def begun(self, group: Group, topic: str) -> int:
        """Take a group out of the queue because a topic was begun with it; return how many questions it had.

        Raises ReviewError, also where the topic is not there: the questions would be lost.
        """
        if not ID.fullmatch(topic) or not (self.content / FAQ / f"{topic}.yml").exists():
            raise ReviewError(Message("no_topic_yet", topic=printable(topic)))
        try:
            return self._take_out(group.texts, "review: draft", topic, {})
        except DatabaseError as error:
            raise ReviewError(Message("topic_added_not_noted", topic=topic, error=error.message)) from None

    def discard(self, group: Group) -> int:
        """Take a group out of the queue and do nothing else; return how many questions that were."""
        return self._take_out(group.texts, "review: discard", "review queue", {})

    def _addition(self, group: Group, content: Content, intent: str, file: Path, text: str) -> Addition:
        text = clean(text) or group.text
        refuse(text, content)
        language = content.language_identifier.identify(text, hint=group.language)
        if language is None or language == OTHER:
            raise ReviewError(Message("question_of_no_language", question=text))
        question = TrainingQuestion(text, intent, language, file, 0)
        # Of a missing file is said what is said of an empty one: it has no questions of the intent.
        found = self.content / file
        before = found.read_bytes().decode() if found.exists() else "nlu: []\n"
        after = before
        if not stands_there(question, content):
            after = add_question(before, intent, language, text)
        return Addition(group, intent, language, text, file, before, after)

    def _take_out(self, texts: Sequence[str], action: str, subject: str, after: Mapping[str, object]) -> int:
        """Take questions out of the queue and note it: both, or neither.

        Of what was in the queue the log has the number alone: it is never cut, and words of residents are
        forgotten after 90 days.
        """
        with self.queue.database.transaction() as connection:
            number = self.queue.take_out(connection, texts)
            noted = {**after, "taken_out": number}
            self.audit.append(connection, self.who, action, subject, before=None, after=noted)
        self.audit.keep_head()
        return number


def grouped(questions: Sequence[Unanswered]) -> list[Group]:
    """Return questions in groups of those that are alike, the groups asked most first.

    A question joins the group whose first question is most like it, so that no chain of small steps puts
    two things together; and what is asked later joins the groups that are there, and makes no other ones.
    """
    asked: dict[str, list[QueuedQuestion]] = collections.defaultdict(list)
    for language, question in _by_text(questions):
        asked[language].append(question)
    groups = [
        Group(language, tuple(sorted(members, key=_place)), members[0].text)
        for language in asked
        for members in _alike(asked[language])
    ]
    return sorted(groups, key=lambda group: (-group.count, group.language, group.text))


def _by_text(questions: Sequence[Unanswered]) -> Iterator[tuple[str, QueuedQuestion]]:
    """Yield each text once, with the language in which it was asked most: "daca?" is the same in both."""
    found: dict[str, list[Unanswered]] = collections.defaultdict(list)
    for question in questions:
        found[question.text].append(question)
    for text, same in found.items():
        languages: collections.Counter[str] = collections.Counter()
        topics: collections.Counter[str] = collections.Counter()
        met_with: collections.Counter[str] = collections.Counter()
        for one in same:
            languages[one.language] += one.count
            if one.reason == NOT_HELPFUL:
                topics[one.topic] += one.count
            else:
                met_with[one.reason] += one.count
        language = min(languages, key=lambda name: (-languages[name], name))
        since = min(one.since for one in same)
        yield language, QueuedQuestion(text, sum(met_with.values()), dict(topics), dict(met_with), since)


def _first_come(question: QueuedQuestion) -> tuple[str, int, str]:
    """Return what sorts questions as they came, as far as that is kept: by week, few holes first."""
    return question.since, question.text.count(REMOVED), question.text


def _place(question: QueuedQuestion) -> tuple[int, int, str]:
    return -question.count, -_letters(question.text), question.text


def _alike(questions: Sequence[QueuedQuestion]) -> list[list[QueuedQuestion]]:
    """Return groups of questions, the one that was there first first."""
    groups: list[list[QueuedQuestion]] = []
    keys: list[str] = []
    for question in sorted(questions, key=_first_come):
        words = sorted(fold(question.text).split())
        key = " ".join(words)
        cutoff = _ALIKE if len(words) >= _FEWEST_WORDS else _ALIKE_SHORT
        near = process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=cutoff, limit=_CANDIDATES)
        for leading, _, index in near:
            if not _are_two(set(words), set(leading.split())):
                groups[index].append(question)
                break
        else:
            groups.append([question])
            keys.append(key)
    return groups


def _short_name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def _letters(text: str) -> int:
    return len(text.replace(REMOVED, ""))


def _are_two(words: set[str], others: set[str]) -> bool:
    """Whether each of two questions has a word of weight of its own: "an immigration bond", "checkpoint"."""
    return has_own_word(words - others, others) and has_own_word(others - words, words)


async def nearest(groups: Sequence[Group], model: Model, *, off: Collection[str] = ()) -> list[Nearest]:
    """Ask a model every leading question; return what it makes of each. Raises ModelError, TrainingError.

    Topics that are `off` are given no answer (see bot.training.topics_off). Where words were removed the
    model knows less
    """
    if not groups:
        return []
    model.verify()
    questions = [Question(group.text, group.language, "", frozenset(), False) for group in groups]
    parsed = await parse(model.archive, questions, thresholds=model.thresholds)
    content = model.content.turned_off(off)
    return [
        _nearest(result_row(question, one, content), one["decision"]["intent"], content.topics)
        for question, one in zip(questions, parsed, strict=True)
    ]


def _nearest(row: Mapping[str, Any], intent: str, topics: Container[str]) -> Nearest:
    ranked = tuple((name, score) for name, score in row["ranking"] if name in topics)
    return Nearest(ranked[:MOST_OFFERED], intent, row["outcome"], row["topic"], tuple(row["offered"]))

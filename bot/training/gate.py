"""The gate: whether a candidate may be published, and the report for a clerk that says why.

It compares what the candidate and the published model made of the same questions.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import functools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML

from bot.answering.decision import DANGER, EMERGENCY, LIFE_IN_DANGER, OUT_OF_SCOPE
from bot.content.checks import overdue_answers
from bot.content.diff import CHANGED, TopicChange, topic_changes
from bot.content.model_rules import GATE
from bot.content.topics import Topic
from bot.content.training_data import LANGUAGE_MESSAGES
from bot.messages import DataText, Message
from bot.text.language import LANGUAGES
from bot.training.evaluation import rows_by_set
from bot.training.models import Model

_CRIES_FOR_HELP = (EMERGENCY, DANGER, LIFE_IN_DANGER)
# The figures of a model's report that count: of questions that are unlike those which were learnt.
COUNTS = "unlike"
# What is said of chance: so seldom would it do the same.
_CHANCE = 0.05
_MOST_EXAMPLES = 3
_GOLDEN_OF_A_KIND = 6
_MOST_TOPICS = 8
_MOST_LINES = 12
_NO_FIGURE = "-"
# The figures of a language, in the order of the report: whether more is better.
_FIGURES = {
    "right": True,
    "wrong": False,
    "resolved": True,
    "false_answers": False,
}


@dataclass(frozen=True)
class Stop:
    """A reason not to publish; `rule` is check, must_pass, floor, emergency, topic, own_questions or off.

    `answer` is the id of the answer to be mended, empty where there is none.
    """

    rule: str
    text: Message
    answer: str = ""


@dataclass(frozen=True)
class Difference:
    """A question that the two models make different things of.

    `topic` is the one it is of. `better` says which way, None where the one is as right as the other.
    """

    text: str
    language: str
    topic: str
    before: Message
    after: Message
    better: bool | None

    @property
    def is_cry_for_help(self) -> bool:
        """Whether the right answer is a card for somebody in danger, or with agents there."""
        return self.topic in _CRIES_FOR_HELP


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate may be published, and all that the report says.

    `figures` are by language and name: before (None without a published model), after, floor. They are
    those that count; `of_model` are what the model itself makes of the same questions, which are written in
    the style of those that it has learnt. So many questions were `asked` of it.
    """

    version: str
    published: str | None
    changes: tuple[Message, ...]
    figures: Mapping[str, Mapping[str, tuple[float | None, float | None, float]]]
    differences: tuple[Difference, ...]
    stops: tuple[Stop, ...]
    of_model: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    asked: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing stands against publishing it."""
        return not self.stops

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it; `from_json` makes it again."""
        told = dataclasses.asdict(self)
        told["changes"] = [change.as_json() for change in self.changes]
        told["stops"] = [
            {"rule": stop.rule, "text": stop.text.as_json(), "answer": stop.answer} for stop in self.stops
        ]
        for one, difference in zip(told["differences"], self.differences, strict=True):
            one |= {"before": difference.before.as_json(), "after": difference.after.as_json()}
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Verdict:
        """Return the verdict of which this is the JSON."""
        return cls(
            told["version"],
            told["published"],
            tuple(map(Message.from_json, told["changes"])),
            {
                language: {name: (was, now, floor) for name, (was, now, floor) in figures.items()}
                for language, figures in told["figures"].items()
            },
            tuple(
                Difference(
                    **one
                    | {"before": Message.from_json(one["before"]), "after": Message.from_json(one["after"])}
                )
                for one in told["differences"]
            ),
            tuple(
                Stop(one["rule"], Message.from_json(one["text"]), one.get("answer", ""))
                for one in told["stops"]
            ),
            told.get("of_model", {}),
            told.get("asked", 0),
        )

    def differing(self, *, better: bool | None) -> list[Difference]:
        """Return the questions that are answered better, worse or (None) otherwise than before."""
        return [difference for difference in self.differences if difference.better is better]

    @property
    def summary(self) -> tuple[Message, ...]:
        """The report in a few sentences: whether it may be published, what changed, what got worse."""
        told = [Message("summary_pass") if self.passed else Message("summary_stop", number=len(self.stops))]
        if self.published is None:
            return (*told, Message("summary_first"))
        told.append(
            Message("summary_changes", number=len(self.changes))
            if self.changes
            else Message("summary_no_changes")
        )
        worse, better, other = (len(self.differing(better=which)) for which in (False, True, None))
        if worse or better or other:
            numbers = {"asked": self.asked, "worse": worse, "better": better, "other": other}
            told.append(Message("summary_questions", **numbers))
        else:
            told.append(Message("summary_no_questions", asked=self.asked))
        if missed := sum(one.is_cry_for_help for one in self.differing(better=False)):
            told.append(Message("summary_cries_for_help", number=missed))
        return (*told, *(self._share_in_words(language) for language in self.figures))

    def _share_in_words(self, language: str) -> Message:
        """Return how many of a hundred questions in a language are answered rightly and wrongly."""
        numbers: dict[str, object] = {"language": LANGUAGE_MESSAGES[language]}
        for name in ("right", "wrong", "resolved"):
            was, now, _ = self.figures[language][name]
            numbers |= {f"{name}_before": _of_a_hundred(was), name: _of_a_hundred(now)}
        key = "summary_hundred_now" if numbers["right_before"] == _NO_FIGURE else "summary_hundred"
        return Message(key, **numbers)


def judge(
    candidate: Model,
    published: Model | None,
    *,
    off: Collection[str] = (),
    today: datetime.date | None = None,
) -> Verdict:
    """Judge a candidate against the rules of its content, and against the published model where there is one
    that this program can read.

    Topics that are `off` are given no answer by either (see bot.training.topics_off). `today` is the day by
    which answers are overdue, by default the current one.
    """
    # Its content is read as `kyr check` does, and has no mistake then but those that time brings.
    problems = overdue_answers(candidate.content_dir, candidate.content.topics, today)
    rules = YAML(typ="safe").load((candidate.content_dir / GATE).read_text(encoding="utf-8"))
    content = candidate.content.turned_off(off)
    after = [row for rows in rows_by_set(candidate.folder, content).values() for row in rows]
    before, topics_before = list[dict[str, Any]](), dict[str, Topic]()
    if published is not None and published.readable_content is None:
        published = None
    if published is not None:
        content_before = published.content.turned_off(off)
        topics_before = dict(content_before.topics)
        before = [row for rows in rows_by_set(published.folder, content_before).values() for row in rows]
    titles = _titles(topics_before, candidate.content.topics)
    differences = tuple(_differences(before, after, titles))
    stops = [
        *(Stop("check", problem.message, problem.path.stem) for problem in problems),
        *_must_pass(after, titles),
        *_floors(candidate, rules["floors"]),
        *_emergencies(candidate, rules["emergencies"]),
        *_topics(content.topics, before, after, rules["topic"]),
        *_own_questions(candidate, content.topics, rules, titles),
    ]
    return Verdict(
        candidate.version,
        published.version if published else None,
        tuple(_changes(topic_changes(topics_before, content.topics))),
        {language: _compared(candidate, published, rules["floors"], language) for language in LANGUAGES},
        differences,
        tuple(stops),
        {
            language: {name: candidate.report["held_out"][language][name] for name in _FIGURES}
            for language in LANGUAGES
        },
        len(after),
    )


def _titles(*versions: Mapping[str, Topic]) -> dict[str, DataText]:
    """Return how answers are called, by id; those of the last version count."""
    return {
        topic.id: DataText(topic.title["en"], topic.title["es"])
        for topics in versions
        for topic in topics.values()
    }


def golden_questions(model: Model) -> list[tuple[str, str]]:
    """Return dangerous questions and emergencies with the topic that the model answers them by, and rightly.

    So many of each kind and language that asking them takes a second.
    """
    asked = collections.Counter[tuple[str, str]]()
    golden = []
    for rows in rows_by_set(model.folder, model.content).values():
        for row in rows:
            kind = (row["lang"], row["outcome"])
            if (row["must_pass"] or row["outcome"] == "emergency") and _worth(row) == 3 and _answered(row):
                asked[kind] += 1
                if asked[kind] <= _GOLDEN_OF_A_KIND:
                    golden.append((row["text"], row["topic"] or row["expected"]))
    return golden


def _must_pass(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Iterator[Stop]:
    for row in rows:
        if row["must_pass"] and _answered(row) and row["topic"] not in row["ok"]:
            told = Message("stop_wrong_answer", question=row["text"], made=_made(row, titles))
            yield Stop("must_pass", told, row["expected"] if row["expected"] in titles else "")


def _floors(candidate: Model, floors: Mapping[str, Mapping[str, float]]) -> Iterator[Stop]:
    for language, wanted in floors.items():
        for name, floor in wanted.items():
            reached = candidate.report[COUNTS][language][name]
            more_is_better = _FIGURES[name]
            if reached is not None and (reached < floor if more_is_better else reached > floor):
                key = "stop_floor_least" if more_is_better else "stop_floor_most"
                figures = {"reached": f"{reached:.1%}", "floor": f"{floor:.1%}"}
                named = {"language": LANGUAGE_MESSAGES[language], "figure": Message(f"rate_{name}")}
                told = Message(key, **named, **figures)
                yield Stop("floor", told)


def _emergencies(candidate: Model, rules: Mapping[str, float]) -> Iterator[Stop]:
    now = candidate.report["held_out"]
    seen, false_alarms = now["emergencies_seen"], now["false_alarms"]
    if seen is not None and seen < rules["seen"]:
        wanted = f"{rules['seen']:.1%}"
        yield Stop("emergency", Message("stop_emergencies_missed", seen=f"{seen:.1%}", wanted=wanted))
    if false_alarms is not None and false_alarms > rules["false_alarms"]:
        most = f"{rules['false_alarms']:.1%}"
        yield Stop("emergency", Message("stop_false_alarms", share=f"{false_alarms:.1%}", most=most))


def _topics(
    topics: Mapping[str, Topic],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    rules: Mapping[str, float],
) -> Iterator[Stop]:
    """Yield the topics that lost more than they may; one that was switched off on purpose does not count."""
    asked_before = {_name(row): row for row in before}
    pairs: dict[str, list[tuple[bool, bool]]] = {}
    for row in after:
        old = asked_before.get(_name(row))
        topic = topics.get(row["expected"])
        if old is not None and (topic is None or topic.answered):
            pairs.setdefault(row["expected"], []).append((_resolved(old), _resolved(row)))
    for topic_id, one in sorted(pairs.items()):
        lost = sum(was and not now for was, now in one)
        gained = sum(now and not was for was, now in one)
        share = (lost - gained) / len(one)
        if len(one) >= rules["questions"] and share > rules["lost"] and _chance(lost, gained) < _CHANCE:
            told = Message(
                "stop_topic_lost",
                topic=topic_id,
                lost=lost - gained,
                questions=len(one),
                share=f"{share:.0%}",
                most=f"{rules['lost']:.0%}",
            )
            yield Stop("topic", told, topic_id)


def _own_questions(
    candidate: Model, topics: Mapping[str, Topic], rules: Mapping[str, Any], titles: Mapping[str, str]
) -> Iterator[Stop]:
    """Yield the answers that too few of their own questions reach, and what gets these instead."""
    # A model of an older program was not asked.
    for answer, found in candidate.report.get("own_questions", {}).items():
        share, least = found["reached"] / found["asked"], rules["own_questions"]["reached"]
        if share >= least or not topics[answer].answered:
            continue
        taken = collections.Counter(given for _, given in found["lost"] if given)
        lost = sorted(found["lost"], key=lambda pair: -taken[pair[1]])
        examples = [
            Message("own_question_taken", question=question, given=titles.get(given, given))
            if given
            else Message("own_question_unsure", question=question)
            for question, given in lost[:_MOST_EXAMPLES]
        ]
        told = {"answer": answer, "reached": found["reached"], "asked": found["asked"]}
        told |= {"share": f"{share:.0%}", "least": f"{least:.0%}"}
        joined = _joined(examples)
        if taken:
            most = [
                Message("answer_so_often", given=titles.get(given, given), number=number)
                for given, number in taken.most_common()
            ]
            instead = _joined(most)
            text = Message("stop_own_questions_taken", **told, instead=instead, examples=joined)
        else:
            text = Message("stop_own_questions_unsure", **told, examples=joined)
        yield Stop("own_questions", text, answer)


def _chance(lost: int, gained: int) -> float:
    """Return how often so many or more of these questions would be lost if each went either way by chance."""
    changed = lost + gained
    ways = sum(math.comb(changed, number) for number in range(lost, changed + 1))
    return float(ways / 2**changed)


def _compared(
    candidate: Model, published: Model | None, floors: Mapping[str, Any], language: str
) -> dict[str, tuple[float | None, float | None, float]]:
    now = candidate.report[COUNTS][language]
    was = published.report.get(COUNTS, {}).get(language, {}) if published else {}
    return {name: (was.get(name), now[name], floors[language][name]) for name in _FIGURES}


def _changes(changes: Sequence[TopicChange]) -> Iterator[Message]:
    for change in changes:
        fields = ", ".join(sorted({*change.after, *change.before})) if change.kind == CHANGED else ""
        key = "changed_in_fields" if fields else f"change_{change.kind}"
        yield Message(key, topic=change.topic, fields=fields)


def _differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], titles: Mapping[str, str]
) -> Iterator[Difference]:
    asked_before = {_name(row): row for row in before}
    for row in after:
        old = asked_before.get(_name(row))
        if old is None or _outcome(row) == _outcome(old):
            continue
        gained = _worth(row) - _worth(old)
        made = _made(old, titles), _made(row, titles)
        yield Difference(row["text"], row["lang"], row["expected"], *made, gained > 0 if gained else None)


def _name(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["text"], row["expected"]


def _answered(row: Mapping[str, Any]) -> bool:
    return row["outcome"] in ("answer", "emergency")


def _resolved(row: Mapping[str, Any]) -> bool:
    if row["expected"] == OUT_OF_SCOPE:
        return not _answered(row)
    return (_answered(row) and row["topic"] in row["ok"]) or bool(set(row["offered"]) & set(row["ok"]))


def _worth(row: Mapping[str, Any]) -> int:
    """Return 3 for the right answer, 2 for the right topic offered, 1 for no answer, 0 for a wrong one."""
    if row["expected"] == OUT_OF_SCOPE:
        return 0 if _answered(row) else 3
    if _answered(row):
        return 3 if row["topic"] in row["ok"] else 0
    return 2 if _resolved(row) else 1


def _outcome(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what residents notice of what came of a question."""
    given = (row.get("answer") or row["topic"]) if _answered(row) else None
    return _answered(row), row["outcome"] == "emergency", given, sorted(row["offered"])


def _made(row: Mapping[str, Any], titles: Mapping[str, str]) -> Message:
    """Return what came of a question in words, answers by their titles."""
    if row["outcome"] == "emergency":
        return Message("made_emergency")
    if row["outcome"] == "answer":
        given = row.get("answer") or row["topic"]
        return Message("made_answer", topic=titles.get(given, given))
    if row["offered"]:
        offered = [Message("told", text=titles.get(name, name)) for name in row["offered"]]
        return Message("made_offer", topics=_joined(offered))
    return Message("made_nothing")


def _joined(texts: Sequence[Message]) -> Message:
    """Return texts, one at least, with semicolons between."""
    return functools.reduce(lambda so_far, one: Message("and_one_more", before=so_far, one=one), texts)


def _of_a_hundred(share: float | None) -> str:
    return _NO_FIGURE if share is None else str(round(share * 100))


def format_report(verdict: Verdict) -> Iterator[str]:
    """Yield the lines of the report: one page for a clerk."""
    against = f" against {verdict.published}" if verdict.published else ""
    yield f"{'PASS' if verdict.passed else 'STOP'}: model {verdict.version}{against}"
    yield ""
    yield from verdict.summary
    if verdict.stops:
        yield ""
        yield "Not yet, because"
        yield from _at_most([stop.text for stop in verdict.stops], _MOST_LINES)
    if verdict.published and verdict.changes:
        yield ""
        yield "What changed"
        yield from _at_most(verdict.changes, _MOST_LINES)
    for better, title in ((False, "Worse"), (True, "Better"), (None, "Otherwise")):
        ones = verdict.differing(better=better)
        if ones:
            yield ""
            yield f"{title}: {len(ones)} questions"
            yield from _by_topic(ones)
    yield ""
    yield f"{'Of the questions in':44}{'before':>9}{'now':>9}{'limit':>9}{'(model)':>9}"
    for language, figures in verdict.figures.items():
        for name, (was, now, floor) in figures.items():
            label = f"{LANGUAGE_MESSAGES[language]}: {Message(f'rate_{name}')}"
            line = f"  {label:42}{_percent(was):>9}{_percent(now):>9}{_percent(floor):>9}"
            yield line + f"{_percent(verdict.of_model.get(language, {}).get(name)):>9}"
    yield "  Those of now are of questions whose like was not learnt, as those of real people: they count."
    yield "  In brackets is what the model itself makes of them."


def _by_topic(differences: Sequence[Difference]) -> Iterator[str]:
    topics: dict[str, list[Difference]] = {}
    for difference in differences:
        topics.setdefault(difference.topic, []).append(difference)
    shown = sorted(topics.items(), key=lambda pair: -len(pair[1]))
    examples = 0
    for topic, one in shown[:_MOST_TOPICS]:
        yield f"  {topic}: {len(one)}"
        for difference in one[: max(0, _MOST_EXAMPLES - examples)]:
            yield f"    “{difference.text}”: {difference.before}, now {difference.after}"
            examples += 1
    if len(shown) > _MOST_TOPICS:
        yield f"  and {len(shown) - _MOST_TOPICS} other topics"


def _at_most(lines: Sequence[str], most: int) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:most])
    if len(lines) > most:
        yield f"  and {len(lines) - most} more"


def _percent(share: float | None) -> str:
    return _NO_FIGURE if share is None else f"{share:.1%}"

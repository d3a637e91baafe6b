"""Trying an answer before any training: who would get it, and which other answers it takes questions from.

A process is kept that has loaded the published model, as for trying a question (bot/nlu/trial.py says what it
does). Nothing of what is tried is written anywhere.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from bot.answering.decision import (
    DANGER_CARDS,
    EMERGENCY_CARDS,
    OUT_OF_SCOPE,
    TOPIC_PREFIX,
    DecisionStep,
    Understanding,
)
from bot.content.model_rules import GATE
from bot.content.reading import Content
from bot.content.topics import Topic, topic_of
from bot.content.training_data import LANGUAGE_MESSAGES
from bot.messages import DataText, Message
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.training.evaluation import read_sets
from bot.training.kept_process import SECONDS_IDLE, KeptProcess
from bot.training.models import Model
from bot.training.own_questions import given_by
from bot.training.thresholds import read_thresholds
from bot.training.train import decision_step, kept_files, training_questions
from bot.training.worker import TrialWorker, trial_worker

# So many questions in each language are wanted of an answer.
WANTED = 10
# Vectors of questions of other answers are seldom so near, and of questions that differ in a word nearly
# always.
_THE_SAME = 0.97
_SAME_AS_OTHERS = 0.9
# From so many words on a question is a long one; whoever writes on a phone writes short ones.
_LONG = 9
_MOST_SHOWN = 3
# So much more of the score of another question makes it less sure.
_NOTICED = 0.1

Question = tuple[str, str, str]


@dataclass(frozen=True)
class OwnQuestion:
    """A question that an answer was written with, and what residents would get who ask it.

    `given` is an answer, a card, or "" for a choice or nothing; `unlearnt` is what they would get who ask it
    if it were not among those that are learnt, None where there is no other one to learn. `reached` and
    `reached_unlearnt` say whether that is the answer, or the core answer of its topic.
    """

    text: str
    language: str
    given: str
    reached: bool
    unlearnt: str | None
    reached_unlearnt: bool


@dataclass(frozen=True)
class Moved:
    """A question that would get another answer than now; `right` are those it should get, if known."""

    text: str
    language: str
    right: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True)
class Trial:
    """What would come of an answer.

    `taken` are questions of other answers that it, or what it changes, takes away; `won` those that waited
    for an answer and would get this one. `advice` says what to do.
    """

    answer: str
    own: tuple[OwnQuestion, ...]
    taken: tuple[Moved, ...]
    won: tuple[Moved, ...]
    advice: tuple[Message, ...]
    least: float

    @property
    def reached(self) -> int:
        """How many of its own questions reach it."""
        return sum(one.reached for one in self.own)

    @property
    def reached_unlearnt(self) -> int:
        """How many would also reach it if they were not learnt."""
        return sum(one.reached_unlearnt for one in self.own)

    @property
    def all_reached(self) -> bool:
        """Whether each of its own questions is answered by it."""
        return bool(self.own) and self.reached == len(self.own)

    @property
    def passed(self) -> bool:
        """Whether so many of its own questions reach it that a model may be published with it."""
        return bool(self.own) and self.reached / len(self.own) >= self.least


@dataclass(frozen=True)
class _Loaded:
    """A process that has loaded a model, and what is needed of the model here."""

    model: Model
    worker: TrialWorker
    learnt: Sequence[Question]
    right: Mapping[str, tuple[str, ...]]
    step: DecisionStep
    least: float

    @property
    def pid(self) -> int | None:
        """The id of the process while it runs."""
        return self.worker.pid


class Trials:
    """Tries answers on models, one at a time, and keeps the process for the model that was asked last."""

    def __init__(self, *, seconds_idle: float = SECONDS_IDLE) -> None:
        """End the process when nothing was tried for so long."""
        self._process = KeptProcess(_load, seconds_idle=seconds_idle)

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one."""
        return self._process.pid

    async def warm_up(self, model: Model) -> None:
        """Load a model, for the first trial to take no longer than the others; raises what `ask` raises."""

        async def nothing(loaded: _Loaded) -> None:
            pass

        await self._process.ask(model, nothing)

    async def ask(
        self,
        model: Model,
        topics: Mapping[str, Topic],
        answer: str,
        *,
        waiting: Iterable[tuple[str, str]] = (),
    ) -> Trial:
        """Try one answer of `topics`, which are the topics as they would be, on what a model has learnt.

        `waiting` are questions that nobody has answered, each with its language. The first trial takes as
        long as the model needs to be loaded. Raises ModelError, ContentError where this program misses
        something in the content of the model, and TrainingError.
        """
        return await self._process.ask(model, lambda loaded: _ask(loaded, topics, answer, [*waiting]))

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        await self._process.close()


async def _load(process: contextlib.AsyncExitStack, model: Model) -> _Loaded:
    worker = await process.enter_async_context(trial_worker())
    loaded, job = await asyncio.to_thread(_prepared, model, worker)
    await worker.ask(job)
    return loaded


def _prepared(model: Model, worker: TrialWorker) -> tuple[_Loaded, dict[str, Any]]:
    """Read what is needed of a model, which takes seconds; raises ModelError and ContentError."""
    model.verify()
    content = model.content
    learnt = training_questions(content)
    questions = [question for one in read_sets(model.content_dir).values() for question in one]
    asked = [
        (
            one.text,
            one.language if one.language in LANGUAGES else DEFAULT_LANGUAGE,
            _label(content, one.topic),
        )
        for one in questions
    ]
    lemmas, vectors = kept_files(model.folder.parent)
    job = {
        "archive": str(model.archive),
        "learnt": learnt,
        "asked": asked,
        "synonyms": content.glossary.synonyms,
        "lemmas_file": str(lemmas),
        "vectors_file": str(vectors),
    }
    rules = YAML(typ="safe").load((model.content_dir / GATE).read_text(encoding="utf-8"))
    step = dataclasses.replace(
        decision_step(model.content_dir, content), thresholds=read_thresholds(model.thresholds)
    )
    right = {one.text: tuple(sorted(one.right)) for one in questions}
    return _Loaded(model, worker, learnt, right, step, rules["own_questions"]["reached"]), job


def _label(content: Content, topic: str) -> str:
    return TOPIC_PREFIX + topic if topic in content.topics else topic


async def _ask(
    loaded: _Loaded, topics: Mapping[str, Topic], answer: str, waiting: Sequence[tuple[str, str]]
) -> Trial:
    job = await asyncio.to_thread(_job, loaded, topics, answer, waiting)
    told = await loaded.worker.ask(job)
    return await asyncio.to_thread(_trial, loaded, topics, answer, told)


def _job(
    loaded: _Loaded, topics: Mapping[str, Topic], answer: str, waiting: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    content = dataclasses.replace(loaded.model.content, topics=topics)
    # Nothing is learnt of an answer that is turned off in its file less than of another: residents may get
    # it.
    wanted = collections.Counter(training_questions(content))
    removed = []
    for place, question in enumerate(loaded.learnt):
        if wanted[question] > 0:
            wanted[question] -= 1
        else:
            removed.append(place)
    added = [question for question, number in wanted.items() for _ in range(number)]
    return {
        "answer": TOPIC_PREFIX + answer,
        "added": added,
        "removed": removed,
        "waiting": waiting,
    }


def _trial(loaded: _Loaded, topics: Mapping[str, Topic], answer: str, told: Mapping[str, Any]) -> Trial:
    glossary = loaded.model.content.glossary
    with_text = frozenset(topic.id for topic in topics.values() if topic.answers) | {answer}
    after = dataclasses.replace(loaded.step, with_text=with_text)

    def given(step: DecisionStep, text: str, language: str, ranking: Sequence[Sequence[Any]]) -> str:
        labels = tuple((str(label), float(score)) for label, score in ranking)
        return given_by(step.decide([Understanding(language, labels, glossary.read(text))]))

    def reaches(name: str | None) -> bool:
        return name in (answer, topic_of(answer))

    own = []
    questions = [
        pair for code in LANGUAGES for pair in ((text, code) for text in topics[answer].questions[code])
    ]
    by_text = {tuple(row["question"][:2]): row for row in told["own"]}
    for text, language in questions:
        row = by_text[text, language]
        gets = given(after, text, language, row["ranking"])
        alone = given(after, text, language, row["unlearnt"]) if row["unlearnt"] else None
        own.append(OwnQuestion(text, language, gets, reaches(gets), alone, reaches(alone)))
    taken, won = [], []
    for row in told["near"]:
        text, language, label = row["question"]
        was = given(loaded.step, text, language, row["before"])
        now = given(after, text, language, row["after"])
        right = loaded.right.get(text, (label.removeprefix(TOPIC_PREFIX),)) if label else ()
        moved = Moved(text, language, right, was, now)
        if label and _is_right(was, right) and not _is_right(now, right):
            # What goes elsewhere than here, and not because of this answer, is the trial's own inexactness.
            gained = _share(row["after"], answer) - _share(row["before"], answer)
            if reaches(now) or gained >= _NOTICED:
                taken.append(moved)
        elif not label and reaches(now) and not reaches(was):
            won.append(moved)
    return Trial(
        answer,
        tuple(own),
        tuple(taken),
        tuple(won),
        tuple(_advice(topics, own, by_text)),
        loaded.least,
    )


def _share(ranking: Sequence[Sequence[Any]], answer: str) -> float:
    """Return the score of the topic of an answer."""
    label = TOPIC_PREFIX + topic_of(answer)
    return sum(float(score) for name, score in ranking if topic_of(str(name)) == label)


def _is_right(given: str, right: Sequence[str]) -> bool:
    """Whether what is given is the right answer, the core answer of its topic, or another one of it."""
    return given in right or topic_of(given) in map(topic_of, right)


def _name(topics: Mapping[str, Topic], given: str) -> str:
    """Return how an answer, a card or a piece of small talk is called, in the language of whoever reads."""
    if given in topics:
        return DataText(topics[given].title["en"], topics[given].title["es"])
    if given in (*EMERGENCY_CARDS, *DANGER_CARDS):
        return Message("card_of_danger")
    return Message("not_ours" if given == OUT_OF_SCOPE else "piece_of_talk")


def _advice(
    topics: Mapping[str, Topic], own: Sequence[OwnQuestion], rows: Mapping[tuple[Any, ...], Mapping[str, Any]]
) -> Iterator[Message]:
    """Yield what to do for more questions to reach the answer, what helps most first."""
    lost = [one for one in own if one.given and not one.reached]
    for one in lost[:_MOST_SHOWN]:
        yield Message("trial_lost", question=one.text, given=_name(topics, one.given))
    for one in own:
        other, label, likeness = rows[one.text, one.language]["other"]
        if likeness >= _SAME_AS_OTHERS and one not in lost:
            given = label.removeprefix(TOPIC_PREFIX)
            yield Message("trial_same_as_other", question=one.text, other=other, answer=_name(topics, given))
    for language in LANGUAGES:
        asked = [one for one in own if one.language == language]
        named = LANGUAGE_MESSAGES[language]
        if len(asked) < WANTED:
            style = _missing_style(asked)
            yield Message("trial_too_few", number=WANTED - len(asked), language=named, style=style)
        elif len([one for one in asked if not one.reached_unlearnt]) * 2 > len(asked):
            yield Message("trial_too_unlike", language=named, style=_missing_style(asked))
    told = set[frozenset[str]]()
    for one in own:
        sister, likeness = rows[one.text, one.language]["sister"] or ("", 0.0)
        pair = frozenset((one.text, sister))
        if likeness >= _THE_SAME and pair not in told:
            told.add(pair)
            if len(told) <= _MOST_SHOWN:
                yield Message("trial_too_similar", question=one.text, other=sister)
    stray = [
        (one.text, one.unlearnt) for one in own if one.reached and one.unlearnt and not one.reached_unlearnt
    ]
    for text, given in stray[:_MOST_SHOWN]:
        yield Message("trial_stray", question=text, given=_name(topics, given))


def _missing_style(asked: Sequence[OwnQuestion]) -> Message:
    """Return how nobody asks yet among some questions."""
    lengths = [len(one.text.split()) for one in asked]
    if not any(length < _LONG for length in lengths):
        return Message("style_short")
    if not any("?" not in one.text for one in asked):
        return Message("style_telling")
    if not any(length >= _LONG for length in lengths):
        return Message("style_long")
    return Message("style_other_words")

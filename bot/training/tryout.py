"""Trying a question on a model: which topic answers it, and which of its words counted.

Staff ask one question after another, so the process that has loaded the model is kept between them. Nothing
of what they ask is written anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.answers import answer
from bot.answering.decision import FIND_HELP, SEVERAL, TOPIC_PREFIX
from bot.answering.help import ask_need, help_for
from bot.answering.help_search import HelpSearch
from bot.answering.replies import clarify
from bot.answering.reply import Reply, response_reply
from bot.content.reading import Content
from bot.content.thresholds import Thresholds
from bot.messages import Message
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.text.redaction import remove_personal_details
from bot.training.evaluation import outcome_of
from bot.training.models import Model
from bot.training.thresholds import read_thresholds
from bot.training.train import TrainingError, training_errors
from bot.training.worker import ASKING, SECONDS_TO_START, RasaWorker, rasa_worker

# The process has 0.9 GB of memory; somebody who goes on after so long waits for it once more.
SECONDS_IDLE = 10 * 60
# Whoever asks waits for Rasa to start, or for those who have asked before.
SECONDS_TO_ANSWER = SECONDS_TO_START
# Each word is tried by asking once more without it.
MOST_WORDS = 40
_MOST_RANKED = 5


@dataclass(frozen=True)
class Ranked:
    """A topic, or an intent of the small talk, with its score from 0 to 1."""

    name: str
    is_topic: bool
    score: float

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Ranked:
        """Return it from an entry of Rasa's `intent_ranking`."""
        name = str(entry["name"])
        is_topic = name.startswith(TOPIC_PREFIX)
        return cls(name.removeprefix(TOPIC_PREFIX), is_topic, float(entry["confidence"]))


@dataclass(frozen=True)
class Word:
    """A word as it was written, and how much it counted: above 0 it speaks for the winner, below against."""

    text: str
    counted: float


@dataclass(frozen=True)
class Tried:
    """What a model makes of a question that begins a conversation.

    `intent`, `topic` and `offered` are as in bot.answering.decision.Decision; `outcome` too, or "decline"
    where the topic has no checked answer. `language` is "en", "es" or "other", and `thresholds` those of that
    language, None for another one. `ranking` are at most five labels, best first. `winner` is the label
    decided on, or else the best one, None where no word is known; `words` say what it owes to each of the
    first 40 words: its score less its score without the word. `reply` is what residents are told first, None
    where that depends on the conversation before.
    """

    language: str
    intent: str
    outcome: str
    topic: str | None
    offered: tuple[str, ...]
    thresholds: Thresholds | None
    ranking: tuple[Ranked, ...]
    winner: Ranked | None
    words: tuple[Word, ...]
    reply: Reply | None


@dataclass(frozen=True)
class _Loaded:
    """A process that has loaded a model, and what is needed of the model here."""

    model: Model
    bench: RasaWorker
    thresholds: Mapping[str, Thresholds]


class TryOut:
    """Asks models, one question at a time, and keeps the process for the model that was asked last."""

    def __init__(self, *, seconds_idle: float = SECONDS_IDLE) -> None:
        """End the process when nothing was asked for so long."""
        self._seconds_idle = seconds_idle
        self._asking = asyncio.Lock()
        # What ends the process, if there is one.
        self._process = contextlib.AsyncExitStack()
        self._bench: RasaWorker | None = None
        self._loaded: _Loaded | None = None
        self._idle: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one."""
        return self._bench.pid if self._bench else None

    async def ask(self, model: Model, text: str, *, off: Collection[str] = ()) -> Tried:
        """Ask a model one question; the first takes as long as Rasa needs to start.

        Topics that are `off` are given no answer (see bot.training.topics_off).
        Raises ModelError, ContentError where this program misses something in its content, and TrainingError,
        also where no answer comes within SECONDS_TO_ANSWER.
        """
        try:
            return await asyncio.wait_for(self._ask(model, text, off), SECONDS_TO_ANSWER)
        except asyncio.TimeoutError:
            raise TrainingError(
                Message("job_silent", job=Message(ASKING), seconds=SECONDS_TO_ANSWER)
            ) from None

    async def _ask(self, model: Model, text: str, off: Collection[str]) -> Tried:
        async with self._asking:
            if self._idle:
                self._idle.cancel()
            try:
                with training_errors(ASKING):
                    tried = await _try(await self._load(model), text, off)
            except BaseException:
                # Also where nobody waits for the answer any more: the next one must not be taken for it.
                await self._end()
                raise
            self._idle = asyncio.create_task(self._end_when_idle())
            return tried

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        await self._end()
        async with self._asking:  # whoever was still asking has failed by now
            if self._idle:
                self._idle.cancel()
            await self._end()

    async def _load(self, model: Model) -> _Loaded:
        if self._loaded and self._loaded.model.folder == model.folder and self.pid is not None:
            return self._loaded
        await self._end()
        process = contextlib.AsyncExitStack()
        self._bench = await process.enter_async_context(rasa_worker(thresholds=model.thresholds))
        self._process = process
        # While Rasa is being imported: it loads nothing before it is asked.
        self._loaded = await asyncio.to_thread(_checked, model, self._bench)
        return self._loaded

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._seconds_idle)
        async with self._asking:
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, contextlib.AsyncExitStack()
        self._bench = self._loaded = None
        await process.aclose()


def _checked(model: Model, bench: RasaWorker) -> _Loaded:
    """Read what is needed of a model, which takes seconds; raises ModelError and ContentError."""
    model.verify()
    _ = model.content.own_words
    return _Loaded(model, bench, read_thresholds(model.thresholds))


async def _try(loaded: _Loaded, text: str, off: Collection[str]) -> Tried:
    words = text.split()
    # In threads, since residents are answered meanwhile.
    texts = await asyncio.to_thread(_texts, words, loaded.model.content)
    parsed = await loaded.bench.parse(loaded.model.archive, texts)
    return await asyncio.to_thread(_tried, loaded, words, parsed, off)


def _texts(words: Sequence[str], content: Content) -> list[str]:
    """Return a text as the gateway would ask it, and after it the same without each of its first words."""
    texts = [" ".join(words)]
    for left_out in range(min(len(words), MOST_WORDS)):
        texts.append(" ".join((*words[:left_out], *words[left_out + 1 :])))
    return [remove_personal_details(text, content.own_words.known) for text in texts]


def _tried(
    loaded: _Loaded, words: Sequence[str], parsed: Sequence[Mapping[str, Any]], off: Collection[str]
) -> Tried:
    """Put together what was made of `_texts`."""
    content = loaded.model.content.turned_off(off)
    whole, *others = parsed
    decision, language = whole["decision"], whole["language"]
    ranking = [Ranked.of(entry) for entry in whole["intent_ranking"]]
    winner = _winner(decision, ranking)
    return Tried(
        language,
        decision["intent"],
        outcome_of(decision, content),
        decision["topic"],
        tuple(decision["offered"]),
        loaded.thresholds.get(language),
        tuple(ranking[:_MOST_RANKED]),
        winner,
        tuple(
            Word(word, winner.score - _score_of(winner, other) if winner else 0.0)
            for word, other in zip(words, others, strict=False)  # of a long text not all words are tried
        ),
        _reply(content, whole, language if language in LANGUAGES else DEFAULT_LANGUAGE),
    )


def _winner(decision: Mapping[str, Any], ranking: Sequence[Ranked]) -> Ranked | None:
    """Return the label that was decided on, or else the best one, if there is any."""
    label = decision["answer"] or decision["topic"] or decision["intent"]
    decided = [one for one in ranking if one.name == label]
    return next(iter([*decided, *ranking]), None)


def _score_of(label: Ranked, parsed: Mapping[str, Any]) -> float:
    """Return the score of a label for another text; 0 where it is so low that Rasa does not tell."""
    found = (Ranked.of(entry) for entry in parsed["intent_ranking"])
    return next((one.score for one in found if (one.name, one.is_topic) == (label.name, label.is_topic)), 0.0)


def _reply(content: Content, parsed: Mapping[str, Any], language: str) -> Reply | None:
    """Return what is said first, as data/rules.yml and the actions have it at the start of a conversation."""
    decision, request = parsed["decision"], parsed["judged"][0]["request"]
    intent, topic = decision["intent"], content.topics.get(decision["answer"] or decision["topic"])
    if intent in ("faq", SEVERAL) and topic is not None:
        return answer(content, topic, language)
    if intent == "clarify":
        return clarify(content, decision["offered"], language)
    if intent in ("no_answer", "search_help", "talk_to_person"):
        search = HelpSearch(tuple(request["needs"]), request["place"], request["speaks"])
        return help_for(content, intent, topic, search, language)
    if intent == FIND_HELP:
        return None if request["needs"] else ask_need(content, language)
    response = f"utter_{'not_understood' if intent == 'unclear' else intent}"
    return response_reply(content, response, language) if response in content.conversation.responses else None

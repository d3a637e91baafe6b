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
from bot.answering.decision import FIND_HELP, FIRST_STEPS, SEVERAL, TOPIC_PREFIX
from bot.answering.help import ask_need, help_for
from bot.answering.help_search import HelpSearch
from bot.answering.replies import clarify, first_steps
from bot.answering.reply import Reply, response_reply
from bot.content.reading import Content
from bot.content.thresholds import Thresholds
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.text.redaction import remove_personal_details
from bot.training.evaluation import outcome_of
from bot.training.kept_process import SECONDS_IDLE, KeptProcess
from bot.training.models import Model
from bot.training.thresholds import read_thresholds
from bot.training.worker import RasaWorker, rasa_worker

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

    @property
    def pid(self) -> int | None:
        """The id of the process while it runs."""
        return self.bench.pid


class TryOut:
    """Asks models, one question at a time, and keeps the process for the model that was asked last."""

    def __init__(self, *, seconds_idle: float = SECONDS_IDLE) -> None:
        """End the process when nothing was asked for so long."""
        self._process = KeptProcess(_load, seconds_idle=seconds_idle)

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one."""
        return self._process.pid

    async def ask(self, model: Model, text: str, *, off: Collection[str] = ()) -> Tried:
        """Ask a model one question; the first takes as long as Rasa needs to start.

        Topics that are `off` are given no answer (see bot.training.topics_off).
        Raises ModelError, ContentError where this program misses something in its content, and TrainingError,
        also where no answer comes within SECONDS_TO_ANSWER.
        """
        return await self._process.ask(model, lambda loaded: _try(loaded, text, off))

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        await self._process.close()


async def _load(process: contextlib.AsyncExitStack, model: Model) -> _Loaded:
    bench = await process.enter_async_context(rasa_worker(thresholds=model.thresholds))
    # While Rasa is being imported: it loads nothing before it is asked.
    return await asyncio.to_thread(_checked, model, bench)


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
    if intent == FIRST_STEPS:
        return first_steps(content, decision["answer"], decision["offered"], language)
    if intent == "clarify":
        return clarify(content, decision["offered"], language)
    if intent in ("no_answer", "search_help", "talk_to_person"):
        search = HelpSearch(tuple(request["needs"]), request["place"], request["speaks"])
        return help_for(content, intent, topic, search, language)
    if intent == FIND_HELP:
        return None if request["needs"] else ask_need(content, language)
    response = f"utter_{'not_understood' if intent == 'unclear' else intent}"
    return response_reply(content, response, language) if response in content.conversation.responses else None

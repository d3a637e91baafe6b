"""A small index of the answers, for a phone without a connection to search what it has saved.

A page script adds up the weights of the words of a question, which is all that an old phone can do in no time
(see `search` in bot/gateway/static/chat.js). `find` does the same here, for the search without a script.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.content.topics import Topic
from bot.text.language import fold

# Words are cut to so many letters, so that "arrested" and "arrestaron" meet their kin.
STEM_LENGTH = 6
# With 100 the index is half as large again (593 KB instead of 395), and of data/evaluation/voices.jsonl one
# question in a hundred more finds its answer among the first three.
_MOST_STEMS = 60
# A word seen in one question of a topic only may be a slip.
_FEWEST_QUESTIONS = 2
# What words of the title count beside the share of questions that a word stands in.
_TITLE_SHARE = 0.3
# Keeps rare words from deciding alone.
_SMOOTHING = 0.001
# Weights are sent as whole numbers.
_SCALE = 10
# A small screen holds no more.
_MOST_FOUND = 3


@dataclass(frozen=True)
class Found:
    """The topics whose words a question has most of, the best first, at most three.

    `known` is how well the index knows the words of the question: the sum over all topics. By the best topic
    alone a Spanish question may seem an English one, as a few English topics know "la migra" or "mi papá".
    """

    topics: tuple[str, ...]
    known: int


def find(index: Mapping[str, Mapping[str, int]], text: str) -> Found:
    """Return what an index finds for a question."""
    asked = stems(text)
    scores = {topic: sum(words.get(stem, 0) for stem in asked) for topic, words in index.items()}
    best = sorted((topic for topic in scores if scores[topic]), key=lambda topic: -scores[topic])
    return Found(tuple(best[:_MOST_FOUND]), sum(scores.values()))


def stems(text: str) -> set[str]:
    """Return the beginnings of the words of a text, without accents; single letters say nothing."""
    return {word[:STEM_LENGTH] for word in fold(text).split() if len(word) > 1 or word.isdigit()}


def search_index(topics: Iterable[Topic], language: str) -> dict[str, dict[str, int]]:
    """Return for each topic the words that tell it from others, each with its weight.

    A weight is ten times the logarithm of how much more often a word stands in the questions of the
    topic than in those of an average one.
    """
    shares = {topic.id: _shares(topic, language) for topic in topics}
    summed: collections.Counter[str] = collections.Counter()
    for share in shares.values():
        summed.update(share)
    index = {}
    for topic_id, share in shares.items():
        odds = {
            stem: math.log((part + _SMOOTHING) / (summed[stem] / len(shares) + _SMOOTHING))
            for stem, part in share.items()
        }
        telling = sorted(odds, key=lambda stem: (-odds[stem] * math.sqrt(share[stem]), stem))[:_MOST_STEMS]
        weights = {stem: round(_SCALE * odds[stem]) for stem in telling}
        index[topic_id] = {stem: weight for stem, weight in weights.items() if weight > 0}
    return index


def _shares(topic: Topic, language: str) -> Mapping[str, float]:
    questions = topic.questions[language]
    counted = collections.Counter(stem for question in questions for stem in stems(question))
    shares = {
        stem: number / len(questions) for stem, number in counted.items() if number >= _FEWEST_QUESTIONS
    }
    for stem in stems(topic.title[language]):
        shares[stem] = shares.get(stem, 0) + _TITLE_SHARE
    return shares

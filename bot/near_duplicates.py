"""Near-duplicates: questions of two topics that differ by hardly more than spelling or order.

A model cannot tell them apart, so one of them is in the wrong place, or says too little to be there.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from bot.language import fold

# Likeness (0 to 100, words in order of the alphabet) from which two questions are as good as the same.
_ALIKE = 92
# Shorter ones ("english", "no english") differ by one word and yet say the opposite.
_FEWEST_WORDS = 4
# Only questions that share a rare word are compared: comparing all with all takes minutes.
_RARE_WORDS = 3
# A word of so many letters that the other question has in no spelling makes them two questions.
_WEIGHTY = 3
_SPELLED_ALIKE = 75


@dataclass(frozen=True)
class AskedIn:
    """A training question and where it stands."""

    text: str
    intent: str
    language: str
    path: Path
    line: int


def near_duplicates(questions: Sequence[AskedIn]) -> Iterator[tuple[AskedIn, AskedIn]]:
    """Yield pairs of questions of one language and two intents that are as good as the same.

    Not those that are the same to the letter: they are mistakes, which bot.content names.
    """
    folded = [fold(question.text) for question in questions]
    words = [sorted(text.split()) for text in folded]
    keys = [" ".join(each) for each in words]
    frequency = collections.Counter(itertools.chain.from_iterable(map(set, words)))
    sharing: dict[tuple[str, str], list[int]] = {}
    found: set[tuple[int, int]] = set()
    for index, question in enumerate(questions):
        if len(words[index]) < _FEWEST_WORDS:
            continue
        for word in sorted(set(words[index]), key=lambda word: (frequency[word], word))[:_RARE_WORDS]:
            others = sharing.setdefault((question.language, word), [])
            for other in others:
                if questions[other].intent == question.intent or (other, index) in found:
                    continue
                if folded[other] == folded[index]:
                    continue
                alike = fuzz.ratio(keys[index], keys[other], score_cutoff=_ALIKE)
                if alike and not _differs_in_a_word(words[index], words[other]):
                    found.add((other, index))
            others.append(index)
    for other, index in sorted(found):
        yield questions[other], questions[index]


def _differs_in_a_word(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a word of weight or a number stands in one alone: "car door", "form I-210"."""
    for words, others in ((one, other), (other, one)):
        for word in set(words) - set(others):
            spelled = any(fuzz.ratio(word, like) >= _SPELLED_ALIKE for like in set(others) - set(words))
            if word.isdigit() or (len(word) >= _WEIGHTY and not spelled):
                return True
    return False

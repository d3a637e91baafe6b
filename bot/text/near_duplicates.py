"""Near-duplicates: questions of two topics that differ by hardly more than spelling or order.

A model cannot tell them apart, so one of them is in the wrong place, or says too little to be there.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from bot.text.language import fold

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
class TrainingQuestion:
    """A training question and where it stands."""

    text: str
    intent: str
    language: str
    path: Path
    line: int


class QuestionWords:
    """A question taken apart into what it is compared by."""

    def __init__(self, question: TrainingQuestion) -> None:
        self.question = question
        self.folded = fold(question.text)
        self.words = sorted(self.folded.split())
        self.key = " ".join(self.words)


class NearQuestions:
    """Questions by their rarest words, so that those near another one are found at once."""

    def __init__(self, frequency: Mapping[str, int]) -> None:
        """Take in how many questions each word stands; a word that is in none is the rarest."""
        self._frequency = frequency
        self._sharing: dict[tuple[str, str], list[QuestionWords]] = {}

    def add(self, asked: QuestionWords) -> None:
        """Let a question be found from now on."""
        self._add(asked, self._rarest(asked))

    def near(self, asked: QuestionWords) -> list[TrainingQuestion]:
        """Return the questions, of another intent, that are as good as the same as one."""
        return self._near(asked, self._rarest(asked))

    def near_before(self, asked: QuestionWords) -> list[TrainingQuestion]:
        """Do as `near`, and then as `add`."""
        words = self._rarest(asked)
        found = self._near(asked, words)
        self._add(asked, words)
        return found

    def _add(self, asked: QuestionWords, words: Sequence[str]) -> None:
        for word in words:
            self._sharing.setdefault((asked.question.language, word), []).append(asked)

    def _near(self, asked: QuestionWords, words: Sequence[str]) -> list[TrainingQuestion]:
        found: dict[int, TrainingQuestion] = {}
        for word in words:
            for other in self._sharing.get((asked.question.language, word), ()):
                if other.question.intent == asked.question.intent or id(other) in found:
                    continue
                if _is_near(other, asked):
                    found[id(other)] = other.question
        return list(found.values())

    def _rarest(self, asked: QuestionWords) -> list[str]:
        if len(asked.words) < _FEWEST_WORDS:
            return []
        by_frequency = sorted(set(asked.words), key=lambda word: (self._frequency.get(word, 0), word))
        return by_frequency[:_RARE_WORDS]


def _is_near(one: QuestionWords, other: QuestionWords) -> bool:
    if one.folded == other.folded or not fuzz.ratio(one.key, other.key, score_cutoff=_ALIKE):
        return False
    return not _differs_in_a_word(one.words, other.words)


def count_words(asked: Iterable[QuestionWords]) -> collections.Counter[str]:
    """Return in how many questions each word stands."""
    return collections.Counter(itertools.chain.from_iterable(set(each.words) for each in asked))


def near_duplicates(
    questions: Sequence[TrainingQuestion],
) -> Iterator[tuple[TrainingQuestion, TrainingQuestion]]:
    """Yield pairs of questions of one language and two intents that are as good as the same.

    Not those that are the same to the letter: they are mistakes, which bot.content.reading names.
    """
    asked = [QuestionWords(question) for question in questions]
    numbers = {id(question): number for number, question in enumerate(questions)}
    known = NearQuestions(count_words(asked))
    found: list[tuple[int, int]] = []
    for number, each in enumerate(asked):
        found += [(numbers[id(other)], number) for other in known.near_before(each)]
    for other, number in sorted(found):
        yield questions[other], questions[number]


def _differs_in_a_word(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a word of weight or a number stands in one alone: "car door", "form I-210"."""
    here, there = set(one) - set(other), set(other) - set(one)
    has_number = any(word.isdigit() for word in here | there)
    return has_number or has_own_word(here, there) or has_own_word(there, here)


def has_own_word(words: Iterable[str], others: Collection[str]) -> bool:
    """Whether there is a word of weight among some that is spelled like none of the others."""
    return any(
        len(word) >= _WEIGHTY and all(fuzz.ratio(word, other) < _SPELLED_ALIKE for other in others)
        for word in words
    )

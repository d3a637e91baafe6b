"""A soft-voting ensemble: several simple classifiers of the same questions, whose mean score counts."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.content.topics import topic_of
from bot.nlu.encoder import Vectors
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.linear_model import LinearModel
from bot.nlu.meaning_model import MeaningModel
from bot.nlu.question_weights import question_weights
from bot.nlu.situation_model import SituationModel
from bot.nlu.tfidf import Table
from bot.nlu.topic_model import TopicQuestions

_LABELS = "labels.json"
_WORDS = "words"
_MEANING = "meaning"
# Below this score a topic is not even offered, and which of its answers is meant makes no difference.
_MAY_BE_MEANT = 0.005
# So many questions are judged at once: the likeness of all to all would take too much memory.
_JUDGED_AT_ONCE = 100

# Calls a function with each tuple of arguments, and returns what comes of each.
CallEach = Callable[[Callable[..., Any], Sequence[tuple[Any, ...]]], Sequence[Any]]


@dataclass(frozen=True)
class Ensemble:
    """Models that judge a message each in its own way, first its topic and then which of its answers.

    A linear model judges the words. Two more judge what these mean, by the vectors of the sentence encoder: a
    regression, and the nearest questions, which vote. What only one of them believes is left in doubt, and so
    offered rather than answered. `topics` are the labels without what tells the answers of a topic apart.
    """

    topics: list[str]
    words: LinearModel
    situations: Mapping[str, SituationModel]
    meaning: MeaningModel
    hyperparameters: Hyperparameters

    @classmethod
    def fit(
        cls,
        blocks: Sequence[Table],
        vectors: Vectors,
        labels: list[str],
        hyperparameters: Hyperparameters,
        call_each: CallEach,
    ) -> Ensemble:
        """Learn from tables of features, one of each kind, and vectors, with a label for each row.

        `call_each` says how: liblinear uses one core and holds Python's lock, so that each model is best
        trained in a process of its own.
        """
        whole = scipy.sparse.hstack(blocks, format="csr")
        weights = question_weights(labels)
        topics = [topic_of(label) for label in labels]
        names = sorted(set(topics))
        numbers = np.array([names.index(topic) for topic in topics], dtype=np.int32)
        situations = {}
        for number, name in enumerate(names):
            rows = np.flatnonzero(numbers == number)
            answers = [labels[row] for row in rows]
            if len(set(answers)) > 1:
                situations[name] = SituationModel.fit(whole[rows], answers, weights[rows], hyperparameters.C)
        places = {label: place for place, label in enumerate(labels_of(names, situations))}
        # A topic that has one answer is called by the topic alone.
        answers_of = [labels[row] if topic in situations else topic for row, topic in enumerate(topics)]
        label_numbers = np.array([places[label] for label in answers_of], dtype=np.int32)
        by_topic = TopicQuestions.of(whole, vectors, numbers, weights, hyperparameters.C)
        # What takes longest first: then two cores end at about the same time.
        meaning, *words = call_each(
            _call,
            [
                (MeaningModel.fit, vectors, numbers, label_numbers, weights, hyperparameters),
                *((by_topic.learn, part) for part in by_topic.parts()),
            ],
        )
        return cls(names, by_topic.model(words), situations, meaning, hyperparameters)

    @functools.cached_property
    def labels(self) -> list[str]:
        """The labels in the order of the scores."""
        return labels_of(self.topics, self.situations)

    def scores(self, blocks: Sequence[Table], vectors: Vectors) -> npt.NDArray[np.float64]:
        """Return the scores of each label, a row for each message; each block is a kind of features."""
        whole = scipy.sparse.hstack(blocks, format="csr")
        votes = self.meaning.label_votes(vectors, len(self.labels))
        sizes = [
            len(self.situations[topic].answers) if topic in self.situations else 1 for topic in self.topics
        ]
        firsts = np.cumsum([0, *sizes[:-1]])
        of_votes = np.add.reduceat(votes, firsts, axis=1)
        judged = (self.words.scores(whole), self.meaning.topic_scores(vectors), of_votes)
        mean = np.tensordot(self.hyperparameters.shares, np.array(judged), axes=1)
        mean /= mean.sum(axis=1, keepdims=True)
        columns = []
        for number, (topic, first) in enumerate(zip(self.topics, firsts, strict=True)):
            of_topic = mean[:, [number]]
            situation = self.situations.get(topic)
            if situation:
                shares = np.full((len(mean), len(situation.answers)), 1 / len(situation.answers))
                meant = np.flatnonzero(mean[:, number] >= _MAY_BE_MEANT)
                if len(meant):
                    near = votes[meant, first : first + len(situation.answers)]
                    shares[meant] = _with_votes(situation.scores(whole[meant]), near)
                of_topic = of_topic * shares
            columns.append(of_topic)
        return np.asarray(np.hstack(columns))

    def rankings(self, tables: Sequence[Table], vectors: Vectors, most: int) -> list[list[tuple[str, float]]]:
        """Return the `most` best labels with their scores, best first, for each row of tables and vectors."""
        found = []
        for first in range(0, len(vectors), _JUDGED_AT_ONCE):
            some = slice(first, first + _JUDGED_AT_ONCE)
            for scores in self.scores([table[some] for table in tables], vectors[some]):
                best = np.argsort(-scores)[:most]
                found.append([(self.labels[label], round(float(scores[label]), 6)) for label in best])
        return found

    def save(self, folder: Path) -> None:
        """Keep them as plain JSON and arrays: nothing that runs code when it is read back."""
        kept = {
            "topics": self.topics,
            "hyperparameters": dataclasses.asdict(self.hyperparameters),
            "situations": {topic: model.answers for topic, model in self.situations.items()},
        }
        (folder / _LABELS).write_text(json.dumps(kept), encoding="utf-8")
        self.words.save(folder, _WORDS)
        for number, situation in enumerate(self.situations.values()):
            situation.save(folder, f"situation-{number}")
        self.meaning.save(folder, _MEANING)

    @classmethod
    def read(cls, folder: Path) -> Ensemble:
        """Read them back."""
        kept = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
        hyperparameters = Hyperparameters(**kept["hyperparameters"])
        return cls(
            kept["topics"],
            LinearModel.read(folder, _WORDS),
            {
                topic: SituationModel.read(folder, f"situation-{number}", answers)
                for number, (topic, answers) in enumerate(kept["situations"].items())
            },
            MeaningModel.read(folder, _MEANING, hyperparameters),
            hyperparameters,
        )


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def labels_of(topics: Sequence[str], situations: Mapping[str, SituationModel]) -> list[str]:
    """Return the labels of the topics, those of each topic together."""
    return [
        label for topic in topics for label in (situations[topic].answers if topic in situations else [topic])
    ]


def _with_votes(shares: npt.NDArray[np.float64], votes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean of an answer's share in its topic by words and by votes, where there are votes."""
    sums = votes.sum(axis=1, keepdims=True)
    voted = votes / np.where(sums == 0, 1, sums)
    return np.asarray(np.where(sums == 0, shares, (shares + voted) / 2))

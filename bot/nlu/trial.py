"""`python -m bot.nlu.trial`: what a model would make of questions if it learnt some more, in seconds.

A training learns everything anew, which takes minutes. A trial takes over what a model has learnt and learns
anew only what other questions change: of the judges of words and of meanings the topics whose questions are
others, and of words those that lie nearest to them; the nearest questions vote as they would.

A job is a line of JSON on standard input, and what comes of it is one of standard output. The first loads a
model: `archive`, `learnt` (its training questions, each with text, language and label), `asked` (its
evaluation questions, the same), `synonyms` of its glossary, and where lemmas and vectors are kept. Each that
follows has the questions that are `added` to those learnt and the places of those that are `removed`, the
`answer` (a label) that is tried, and `waiting`, questions that nobody has answered, each with text and
language.
"""

from __future__ import annotations

import functools
import json
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from threadpoolctl import threadpool_limits

from bot.content.glossary import Glossary
from bot.content.topics import topic_of
from bot.nlu.child import read_jobs
from bot.nlu.encoder import Vectors, encoder
from bot.nlu.ensemble import Ensemble, labels_of
from bot.nlu.kept_vectors import KeptVectors
from bot.nlu.lemmas import KeptLemmas
from bot.nlu.linear_model import Column, LinearModel, fit_column
from bot.nlu.meaning_model import Questions, Rows, for_likeness
from bot.nlu.question_weights import question_weights
from bot.nlu.situation_model import SituationModel
from bot.nlu.tfidf import Table, Vectorizers
from bot.nlu.topic_model import TopicQuestions
from bot.training.worker import LABELS_KEPT

# Of the topics whose questions stay as they are, so many are learnt anew: the nearest to the new questions.
_NEIGHBOURS = 3
# The answer's own questions are held out in so many parts.
_PARTS = 4
# So many questions of other answers, and of the evaluation, are asked for each new one: those that lie
# nearest.
_NEAR = 8
_NEAR_AT_MOST = 80
_THREADS = 1


@dataclass(frozen=True)
class Asked:
    """Questions, each with its features, its vector and that as it is compared."""

    questions: Sequence[tuple[str, str, str]]
    tables: Sequence[Table]
    vectors: Vectors
    rows: Rows

    @functools.cached_property
    def labels(self) -> list[str]:
        """The label of each."""
        return [label for _, _, label in self.questions]

    def some(self, places: Sequence[int] | npt.NDArray[np.intp]) -> Asked:
        """Return those in some places."""
        return Asked(
            [self.questions[place] for place in places],
            [table[places] for table in self.tables],
            self.vectors[places],
            self.rows[places],
        )

    def and_more(self, more: Asked) -> Asked:
        """Return these, and behind them others."""
        pairs = zip(self.tables, more.tables, strict=True)
        return Asked(
            [*self.questions, *more.questions],
            [scipy.sparse.vstack(pair, format="csr") for pair in pairs],
            np.concatenate([self.vectors, more.vectors]),
            np.concatenate([self.rows, more.rows]),
        )


class Bench:
    """A model that is loaded, with what it has learnt, ready for trials."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        """Load it; see above for the job."""
        self._glossary = Glossary({}, job["synonyms"])
        self._lemmas = KeptLemmas.read(_path(job["lemmas_file"]))
        self._kept = KeptVectors.read(_path(job["vectors_file"]))
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(job["archive"]) as archive:
                archive.extractall(folder)  # noqa: S202 - Model.verify has read it
            components = Path(folder) / "components"
            self._judges = Ensemble.read(next(components.glob("*.JointClassifier*")))
            self._vectorizers = Vectorizers.read(next(components.glob("*.TfidfFeaturizer*")))
        self._learnt = self._read(job["learnt"])
        self._asked = self._read(job["asked"]) if job["asked"] else self._learnt.some([])

    def _read(self, questions: Sequence[Sequence[str]]) -> Asked:
        triples = [(text, language, label) for text, language, label in questions]
        plain = [self._glossary.plain(text) or text for text, *_ in triples]
        lemmas = [self._lemmas.of(text, triple[1]) for text, triple in zip(plain, triples, strict=True)]
        vectors = self._kept.of([text for text, *_ in triples], encoder().vectors)
        return Asked(
            triples,
            self._vectorizers.rows(plain, lemmas),
            vectors,
            self._judges.meaning.reduced(vectors),
        )

    def trial(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Try an answer.

        Rankings are of labels with their scores. `own` are its questions, each with its `ranking` where it is
        learnt and where it alone is `unlearnt` (empty where there is no other one), and with the nearest of
        its `sister` questions and of all `other` answers, and how like it that is. `near` are the nearest
        questions of other topics, of the evaluation, and those that wait, each with its ranking `before` and
        `after`.
        """
        answer = job["answer"]
        removed = {*job["removed"]}
        stays = [place for place in range(len(self._learnt.questions)) if place not in removed]
        kept = self._learnt.some(stays) if removed else self._learnt
        whole = kept.and_more(self._read(job["added"])) if job["added"] else kept
        own = np.array([place for place, label in enumerate(whole.labels) if label == answer], dtype=np.intp)
        changed = {topic_of(answer), *(topic_of(label) for _, _, label in job["added"])}
        changed |= {topic_of(self._learnt.questions[place][2]) for place in removed}
        learner = _Learner(self._judges, whole, changed, own)
        judges = learner.judges()
        of_own = whole.some(own)
        near = self._near(whole, of_own, topic_of(answer))
        if job["waiting"]:
            near = near.and_more(self._read([(text, language, "") for text, language in job["waiting"]]))
        pairs = zip(
            near.questions,
            self._judges.rankings(near.tables, near.vectors, LABELS_KEPT),
            judges.rankings(near.tables, near.vectors, LABELS_KEPT),
            strict=True,
        )
        learnt = judges.rankings(of_own.tables, of_own.vectors, LABELS_KEPT)
        each = zip(
            of_own.questions,
            learnt,
            learner.unlearnt(of_own),
            _sisters(whole, own),
            _others(whole, own),
            strict=True,
        )
        return {
            "own": [
                {
                    "question": question,
                    "ranking": ranking,
                    "unlearnt": unlearnt,
                    "sister": sister,
                    "other": other,
                }
                for question, ranking, unlearnt, sister, other in each
            ],
            "near": [
                {"question": question, "before": before, "after": after} for question, before, after in pairs
            ],
        }

    def _near(self, whole: Asked, own: Asked, topic: str) -> Asked:
        """Return the learnt questions of other topics, and those of the evaluation, that lie nearest."""
        found = None
        for each in (whole, self._asked):
            if not each.questions or not own.questions:
                continue
            elsewhere = np.array([topic_of(label) != topic for label in each.labels])
            likeness = for_likeness(own.rows) @ for_likeness(each.rows).T
            likeness[:, ~elsewhere] = -1
            nearest = np.unique(np.argsort(-likeness, axis=1)[:, :_NEAR])
            best = likeness.max(axis=0)[nearest]
            chosen = nearest[np.argsort(-best)][:_NEAR_AT_MOST]
            some = each.some([place for place in chosen if elsewhere[place]])
            found = some if found is None else found.and_more(some)
        return found if found is not None else own.some([])


class _Learner:
    """Learns anew what other questions change; `own` are the places of those of the answer that is tried."""

    def __init__(self, before: Ensemble, whole: Asked, changed: set[str], own: npt.NDArray[np.intp]) -> None:
        self._before, self._whole, self._own = before, whole, own
        labels = whole.labels
        self._topics = [topic_of(label) for label in labels]
        self._names = sorted(set(self._topics))
        numbers = {name: number for number, name in enumerate(self._names)}
        self._numbers = np.array([numbers[topic] for topic in self._topics], dtype=np.int32)
        self._changed = [numbers[name] for name in sorted(changed) if name in numbers]
        self._places = [before.topics.index(name) if name in before.topics else None for name in self._names]
        self._weights = question_weights(labels)
        self._rows = scipy.sparse.hstack(whole.tables, format="csr")
        self._by_topic = TopicQuestions.of(
            self._rows, whole.vectors, self._numbers, self._weights, before.hyperparameters.C
        )
        self._likeness = for_likeness(whole.rows)

    def judges(self) -> Ensemble:
        """Return the judges as they would be."""
        everything = np.ones(len(self._topics), dtype=np.bool_)
        words = self._before.words.of_other_labels(self._places)
        return self._learn(everything, [*self._changed, *self._neighbours()], words)

    def unlearnt(self, of_own: Asked) -> list[list[tuple[str, float]]]:
        """Return the ranking of each own question by judges that have learnt the others."""
        parts = min(_PARTS, len(self._own))
        found: list[list[tuple[str, float]]] = [[] for _ in self._own]
        if len(self._own) < 2:
            return found
        words = self._before.words.of_other_labels(self._places)
        for part in range(parts):
            places = list(range(part, len(self._own), parts))
            learnt = np.ones(len(self._topics), dtype=np.bool_)
            learnt[self._own[places]] = False
            some = of_own.some(places)
            # Each part puts its own in the place of that of the one before: a copy of all takes long.
            judges = self._learn(learnt, self._changed, words)
            rankings = judges.rankings(some.tables, some.vectors, LABELS_KEPT)
            for place, ranking in zip(places, rankings, strict=True):
                found[place] = ranking
        return found

    def _neighbours(self) -> list[int]:
        """Return the numbers of the unchanged topics whose questions lie nearest to the own ones."""
        if not len(self._own):
            return []
        likeness = (self._likeness[self._own] @ self._likeness.T).max(axis=0)
        found: list[int] = []
        for place in np.argsort(-likeness):
            number = int(self._numbers[place])
            if number not in found and number not in self._changed:
                found.append(number)
            if len(found) == _NEIGHBOURS:
                break
        return found

    def _learn(self, learnt: npt.NDArray[np.bool_], anew: Sequence[int], words: LinearModel) -> Ensemble:
        """Return judges that have learnt from some of the questions, these topics anew.

        `words` is the judge of words into which these topics are put.
        """
        columns: dict[int, Column] = {}
        of_meaning = {}
        # Where some are held out, the others stand for them.
        counts = np.bincount(self._numbers[self._own], minlength=len(self._names))
        left = np.bincount(self._numbers[self._own[learnt[self._own]]], minlength=len(self._names))
        more = np.where(left > 0, counts / np.maximum(left, 1), 1)
        weights = self._weights.copy()
        weights[self._own] = np.maximum(1, weights[self._own] * more[self._numbers[self._own]])
        for topic in anew:
            own = self._numbers == topic
            places, of_each = self._by_topic.learnt_from(own)
            ratio = weights[places] / self._weights[places]
            kept = learnt[places]
            places, of_each = places[kept], (of_each * ratio)[kept]
            columns[topic] = fit_column(
                self._rows[places], own[places], of_each, self._before.hyperparameters.C
            )
            if topic in self._changed:
                of_meaning[topic] = places, of_each
        words.put(columns)
        situations = self._situations(learnt, weights)
        numbers = {label: number for number, label in enumerate(labels_of(self._names, situations))}
        labels = np.array(
            [
                numbers[label if topic in situations else topic]
                for label, topic in zip(self._whole.labels, self._topics, strict=True)
            ],
            dtype=np.int32,
        )
        questions = Questions(
            self._whole.rows[learnt],
            self._likeness[learnt],
            self._numbers[learnt],
            labels[learnt],
            weights[learnt],
        )
        shifted = np.cumsum(learnt) - 1
        of_meaning = {topic: (shifted[places], each) for topic, (places, each) in of_meaning.items()}
        return Ensemble(
            self._names,
            words,
            situations,
            self._before.meaning.with_topics(self._places, questions, of_meaning),
            self._before.hyperparameters,
        )

    def _situations(
        self, learnt: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
    ) -> dict[str, SituationModel]:
        """Return what tells the answers of each topic apart; of the changed ones it is learnt anew."""
        changed = {self._names[number] for number in self._changed}
        found = {}
        for number, name in enumerate(self._names):
            if name not in changed:
                if name in self._before.situations:
                    found[name] = self._before.situations[name]
                continue
            # Those that are held out leave their label there: another question may have it.
            rows = np.flatnonzero((self._numbers == number) & learnt)
            labels = [self._whole.labels[row] for row in rows]
            if len(set(labels)) > 1:
                found[name] = SituationModel.fit(
                    self._rows[rows], labels, weights[rows], self._before.hyperparameters.C
                )
        return found


def _sisters(whole: Asked, own: npt.NDArray[np.intp]) -> list[tuple[str, float] | None]:
    """Return for each own question the one of the others that is most like it, and how much it is."""
    rows = for_likeness(whole.rows[own])
    likeness = rows @ rows.T
    np.fill_diagonal(likeness, -1)
    if len(own) < 2:
        return [None] * len(own)
    nearest = likeness.argmax(axis=1)
    return [
        (whole.questions[own[place]][0], float(row[place]))
        for place, row in zip(nearest, likeness, strict=True)
    ]


def _others(whole: Asked, own: npt.NDArray[np.intp]) -> list[tuple[str, str, float]]:
    """Return by own question the one of other answers that is most like it, its label, and the likeness."""
    likeness = for_likeness(whole.rows[own]) @ for_likeness(whole.rows).T
    likeness[:, own] = -1
    found = []
    for row in likeness:
        nearest = int(row.argmax())
        text, _, label = whole.questions[nearest]
        found.append((text, label, float(row[nearest])))
    return found


def _path(name: str) -> Path | None:
    return Path(name) if name else None


def main() -> None:
    """Load a model, then try one answer after another."""
    with threadpool_limits(_THREADS):
        jobs = read_jobs()
        bench = Bench(next(jobs))
        print(json.dumps({"ready": True}), flush=True)
        for job in jobs:
            print(json.dumps(bench.trial(job), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()

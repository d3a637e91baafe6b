"""How the judges do on questions that others labelled: `uv run python -m bench.public_sets TRAIN TEST ...`.

TRAIN and TEST are CSV files with a line of titles, each further line a question in English and its label; of
several pairs the mean is printed, too. The judges are those of the assistant, with what config.yml tells them
and without its glossary, which is about other matters. Prints the share of questions whose label comes first
and that of those where it is among the first three. Where TEST has labels that no question of TRAIN has,
these are out of scope, and the best Matthews correlation is printed: a question whose best score is below a
threshold is declined, which is one more label, and of the thresholds .1, .2 ... .9 the best counts (as in
HINT3, https://aclanthology.org/2020.insights-1.16). docs/nlu.md says where to get sets.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import matthews_corrcoef

from bot.content.glossary import Glossary
from bot.nlu.encoder import encoder
from bot.nlu.ensemble import Ensemble
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.lemmas import KeptLemmas
from bot.nlu.tfidf import Vectorizers
from bot.settings import PROJECT_ROOT
from bot.training.train import component_settings

_LANGUAGE = "en"
# The number of a label that no training question has.
OUT_OF_SCOPE = -1
_FEW = 3
_THRESHOLDS = [number / 10 for number in range(1, 10)]
Scores = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def read_questions(path: Path) -> tuple[list[str], list[str]]:
    """Return the questions of a CSV file and their labels, its first two columns without the titles."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) < 2:
            raise SystemExit(f"{path}: question {number} has no label. Put one in the second column.")
    return [row[0] for row in rows], [row[1] for row in rows]


def scores_of(train: Path, test: Path) -> tuple[Scores, Numbers]:
    """Return a row of scores for each question of `test`, a column a label, and the number of its own one."""
    texts, labels = read_questions(train)
    asked, right = read_questions(test)
    names = sorted(set(labels))
    places = {name: place for place, name in enumerate(names)}
    glossary, kept = Glossary({}), KeptLemmas.read(None)

    def read(texts: Sequence[str]) -> tuple[list[str], list[str]]:
        plain = [glossary.plain(text) or text for text in texts]
        return plain, [kept.of(text, _LANGUAGE) for text in plain]

    vectorizers, tables = Vectorizers.fit(*read(texts))
    # Numbers with as many digits each keep their order; labels may hold the stop that parts topic and answer.
    numbered = [f"{places[label]:06d}" for label in labels]
    of_config = Hyperparameters.of(component_settings(PROJECT_ROOT, "JointClassifier"))
    judges = Ensemble.fit(tables, encoder().vectors(texts), numbered, of_config, _one_by_one)
    scores = judges.scores(vectorizers.rows(*read(asked)), encoder().vectors(asked))
    return scores, np.array([places.get(label, OUT_OF_SCOPE) for label in right])


def shares_found(scores: Scores, right: Numbers) -> tuple[float, float]:
    """Return how often the right label of a question in scope is first, and among the first three."""
    in_scope = right != OUT_OF_SCOPE
    best = np.argsort(-scores[in_scope], axis=1)[:, :_FEW] == right[in_scope, np.newaxis]
    return float(best[:, 0].mean()), float(best.any(axis=1).mean())


def best_correlation(scores: Scores, right: Numbers) -> tuple[float, float]:
    """Return the best Matthews correlation of all labels, with out of scope as one, and its threshold."""
    labels, sure = scores.argmax(axis=1), scores.max(axis=1)
    return max(
        (float(matthews_corrcoef(right, np.where(sure < threshold, OUT_OF_SCOPE, labels))), threshold)
        for threshold in _THRESHOLDS
    )


def _one_by_one(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [function(*each) for each in arguments]


def _pairs(paths: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    if not paths or len(paths) % 2:
        raise SystemExit(
            "Give pairs of files: uv run python -m bench.public_sets TRAIN TEST [TRAIN TEST ...]"
        )
    files = [Path(path) for path in paths]
    return zip(files[::2], files[1::2], strict=True)


def main() -> None:
    """Print the figures of each pair of files, and their mean."""
    found = []
    for train, test in _pairs(sys.argv[1:]):
        scores, right = scores_of(train, test)
        outside = int((right == OUT_OF_SCOPE).sum())
        first, among_three = shares_found(scores, right)
        print(f"{train.name}, {test.name}: {len(right) - outside} questions of {scores.shape[1]} labels")
        print(f"  first {first:.3f}, among the first three {among_three:.3f}", flush=True)
        figures = [first, among_three]
        if outside:
            correlation, threshold = best_correlation(scores, right)
            print(f"  with {outside} out of scope: best MCC {correlation:.3f} at {threshold:.1f}", flush=True)
            figures.append(correlation)
        found.append(figures)
    if len(found) > 1 and len({len(figures) for figures in found}) == 1:
        print("mean:", *(f"{mean:.3f}" for mean in np.mean(found, axis=0)))


if __name__ == "__main__":
    main()

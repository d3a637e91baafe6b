"""What the judges are told (config.yml), chosen on unlike questions: `uv run python -m bench.shares`.

Training questions that the encoder finds alike are grouped, and whole groups are left out, a third of them at
a time. Judges that have learnt from the rest are asked those, and every way to share the mean among them is
tried, in steps of a tenth. Prints the best by the share of questions answered rightly where 3, 6 and 10 in a
hundred are answered wrongly, and by how many are; the first is what config.yml should say. Takes about ten
minutes of one core for each C, number of neighbours and power that is asked for (`--try`).
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.cluster import MiniBatchKMeans

from bot.content.reading import read_content
from bot.content.topics import topic_of
from bot.nlu.encoder import encoder
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.lemmas import KeptLemmas
from bot.nlu.meaning_model import MeaningModel
from bot.nlu.question_weights import question_weights
from bot.nlu.tfidf import Vectorizers
from bot.nlu.topic_model import TopicQuestions
from bot.settings import PROJECT_ROOT
from bot.training.train import component_settings, training_questions

_GROUPS, _FOLDS, _SHOWN = 600, 3, 5
# So many questions of each fold are asked: more change no figure in the second digit.
_ASKED = 3000
_WRONG_AT_MOST = (0.03, 0.06, 0.1)
_JUDGED_AT_ONCE = 500
Scores = npt.NDArray[np.float64]


def figures(scores: Scores, topics: npt.NDArray[np.int32]) -> list[float]:
    """Return the share whose best topic is right, and that answered rightly at each share of wrong ones."""
    best = scores.argmax(axis=1)
    right = (best == topics)[np.argsort(-scores.max(axis=1))]
    answered, wrong = np.cumsum(right) / len(right), np.cumsum(~right) / len(right)
    return [float(right.mean()), *(float(answered[wrong <= most].max(initial=0)) for most in _WRONG_AT_MOST)]


def judged(
    table: scipy.sparse.csr_matrix,
    vectors: npt.NDArray[np.float16],
    labels: Sequence[str],
    groups: npt.NDArray[np.int32],
    hyperparameters: Hyperparameters,
) -> tuple[list[Scores], npt.NDArray[np.int32]]:
    """Return the scores of words, regression and nearest meanings on left-out questions, and their topics."""
    generator = np.random.default_rng(0)
    folds = generator.integers(0, _FOLDS, _GROUPS)[groups]
    scores: list[list[Scores]] = [[], [], []]
    _, numbered = np.unique([topic_of(label) for label in labels], return_inverse=True)
    topics = numbered.astype(np.int32)
    asked_topics = []
    count = int(topics.max()) + 1
    for fold in range(_FOLDS):
        rest, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        # A topic all of whose questions are left out cannot be found.
        out = out[np.isin(topics[out], topics[rest])]
        asked = generator.choice(out, min(_ASKED, len(out)), replace=False)
        known = np.unique(topics[rest])
        numbers = np.searchsorted(known, topics[rest]).astype(np.int32)
        weights = question_weights([labels[row] for row in rest])
        by_topic = TopicQuestions.of(table[rest], vectors[rest], numbers, weights, hyperparameters.C)
        words = by_topic.model([by_topic.learn(part) for part in by_topic.parts()])
        meaning = MeaningModel.fit(vectors[rest], numbers, numbers, weights, hyperparameters)
        for some in np.array_split(asked, max(1, len(asked) // _JUDGED_AT_ONCE)):
            each = (
                words.scores(table[some]),
                meaning.topic_scores(vectors[some]),
                meaning.label_votes(vectors[some], len(known)),
            )
            for judge, found in zip(scores, each, strict=True):
                whole = np.zeros((len(some), count))
                whole[:, known] = found
                judge.append(whole)
            asked_topics.append(topics[some])
    return [np.vstack(judge) for judge in scores], np.concatenate(asked_topics)


def mixtures() -> Sequence[tuple[float, float, float]]:
    """Return the ways to share a mean among three judges, in steps of a tenth."""
    parts = itertools.product(range(11), repeat=2)
    return [(a / 10, b / 10, (10 - a - b) / 10) for a, b in parts if a + b <= 10]


def main() -> None:
    """Try, and print what was best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--try", action="append", default=[], metavar="NAME=VALUE", dest="tried")
    given: list[str] = parser.parse_args().tried
    # The first are those of config.yml, then one other value at a time.
    values: list[dict[str, Any]] = [
        {},
        *({name: float(value)} for name, value in (o.split("=") for o in given)),
    ]
    of_config = Hyperparameters.of(component_settings(PROJECT_ROOT, "JointClassifier"))
    content = read_content(PROJECT_ROOT)
    questions = training_questions(content)
    texts = [content.glossary.plain(text) or text for text, _, _ in questions]
    lemmas = KeptLemmas.read(None)
    _, tables = Vectorizers.fit(
        texts, [lemmas.of(text, each[1]) for text, each in zip(texts, questions, strict=True)]
    )
    vectors = encoder().vectors([text for text, _, _ in questions])
    groups = MiniBatchKMeans(_GROUPS, random_state=0, n_init=1, batch_size=4096, max_iter=20).fit_predict(
        vectors.astype(np.float32)
    )
    table = scipy.sparse.hstack(tables, format="csr")
    print("right, and right where so many are wrong:", *_WRONG_AT_MOST)
    for value in values:
        value = {name: int(one) if name == "neighbours" else one for name, one in value.items()}
        told = replace(of_config, **value)
        scores, right = judged(table, vectors, [label for _, _, label in questions], groups, told)
        found = [(figures(np.tensordot(mix, scores, axes=1), right), mix) for mix in mixtures()]
        print(value or "as they stand", flush=True)
        for row, mix in sorted(found, key=lambda each: -sum(each[0]))[:_SHOWN]:
            names = ("words_share", "meaning_share", "nearest_share")
            print("  ", [round(one, 3) for one in row], dict(zip(names, mix, strict=True)), flush=True)


if __name__ == "__main__":
    main()

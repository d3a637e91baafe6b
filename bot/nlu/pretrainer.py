"""Pretraining: the lemmas, features, vectors and classifiers are made while another process imports Rasa.

The job is a line of JSON on standard input: `questions`, each with its text, language and label, in the order
in which Rasa reads them; `asked`, the evaluation questions, each with its text and language; `own`, the
places of the questions that are asked of the judges who have learnt them; `synonyms` of the glossary;
`classifier`, what config.yml says of it; `folder`, where to keep what is learnt; `lemmas_file` and
`vectors_file`; and `locks`, the open file of each stage, which is closed when the stage is done. The
components take what was learnt over if they would learn it from the same (see bot/nlu/pretrained.py).

Besides it asks judges that have not learnt from what is most like the evaluation questions; thresholds are
chosen on what these say.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.content.glossary import Glossary
from bot.nlu.child import read_jobs
from bot.nlu.encoder import Vectors, encoder
from bot.nlu.ensemble import Ensemble
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.kept_vectors import kept_vectors
from bot.nlu.lemmas import KeptLemmas, blank_pipeline
from bot.nlu.pretrained import features_digest, judges_digest, keep
from bot.nlu.tfidf import Table, Vectorizers, save_tables
from bot.nlu.unlike_questions import unlike
from bot.text.language import LANGUAGES
from bot.training.worker import FEATURES, JUDGES, LABELS_KEPT, LEMMAS, OWN, RANKINGS, UNLIKE, VECTORS

# The linear model of words takes as long as the judges of meanings.
_HELPERS = 2
# So few vectors take less time than to load the encoder twice.
_FEW = 500
_FORKS = multiprocessing.get_context("fork")  # no other thread here holds a lock


def learn(job: Mapping[str, Any]) -> None:
    """Do a job."""
    folder = Path(job["folder"])
    glossary = Glossary({}, job["synonyms"])
    kept = KeptLemmas.read(Path(job["lemmas_file"]))
    texts, lemmas = _words([each[:2] for each in job["questions"]], glossary, kept)
    asked_words = _words(job["asked"], glossary, kept)
    kept.write()
    os.close(job["locks"][LEMMAS])

    vectorizers, tables = Vectorizers.fit(texts, lemmas)
    (folder / FEATURES).mkdir()
    vectorizers.save(folder / FEATURES)
    save_tables(tables, folder / FEATURES)
    keep(folder / FEATURES, features_digest(texts, lemmas))
    os.close(job["locks"][FEATURES])

    questions = [text for text, *_ in (*job["questions"], *job["asked"])]
    encode = functools.partial(_vectors_in_forks, [job["locks"][VECTORS]])
    every_vector = kept_vectors(Path(job["vectors_file"]), questions, encode)
    vectors, asked_vectors = every_vector[: len(texts)], every_vector[len(texts) :]
    os.close(job["locks"][VECTORS])

    hyperparameters = Hyperparameters.of(job["classifier"])
    labels = [label for _, _, label in job["questions"]]
    in_forks = functools.partial(_in_forks, [job["locks"][stage] for stage in (JUDGES, OWN, UNLIKE)])
    judges = Ensemble.fit(tables, vectors, labels, hyperparameters, in_forks)
    (folder / JUDGES).mkdir()
    judges.save(folder / JUDGES)
    keep(folder / JUDGES, judges_digest(tables, vectors, labels, hyperparameters))
    os.close(job["locks"][JUDGES])

    # One core has little to do now: the linear model takes three times as long as the judges of meanings.
    own = job["own"]
    own_tables, own_vectors = [table[own] for table in tables], vectors[own]
    rank_own = functools.partial(_keep_rankings, folder / OWN, judges, own_tables, own_vectors)
    _FORKS.Process(target=_alone, args=(job["locks"][UNLIKE], rank_own)).start()
    os.close(job["locks"][OWN])

    rest = np.flatnonzero(unlike(asked_vectors, vectors))
    in_forks = functools.partial(_in_forks, [job["locks"][UNLIKE]])
    judges = Ensemble.fit(
        [table[rest] for table in tables],
        vectors[rest],
        [labels[row] for row in rest],
        hyperparameters,
        in_forks,
    )
    _keep_rankings(folder / UNLIKE, judges, vectorizers.rows(*asked_words), asked_vectors)
    os.close(job["locks"][UNLIKE])


def _keep_rankings(folder: Path, judges: Ensemble, tables: Sequence[Table], vectors: Vectors) -> None:
    folder.mkdir()
    rankings = judges.rankings(tables, vectors, LABELS_KEPT)
    (folder / RANKINGS).write_text(json.dumps(rankings), encoding="utf-8")


def _words(
    questions: Sequence[tuple[str, str]], glossary: Glossary, kept: KeptLemmas
) -> tuple[list[str], list[str]]:
    """Return texts with one word for all that mean the same, and their lemmas."""
    texts = [glossary.plain(text) or text for text, _ in questions]
    return texts, [kept.of(text, language) for text, (_, language) in zip(texts, questions, strict=True)]


def _vectors_in_forks(locks: Sequence[int], texts: Sequence[str]) -> Vectors:
    """Return the vectors of texts, which helpers make where there are many."""
    if len(texts) < _FEW:
        return encoder().vectors(texts)
    parts = [(texts[first::_HELPERS],) for first in range(_HELPERS)]
    made = _in_forks(locks, _encoded, parts)
    vectors = np.empty((len(texts), made[0].shape[1]), dtype=np.float16)
    for first, part in enumerate(made):
        vectors[first::_HELPERS] = part
    return vectors


def _encoded(texts: Sequence[str]) -> Vectors:
    return encoder().vectors(texts)


def _alone(lock: int, do: Callable[[], None]) -> None:
    """Do something beside the pretrainer, with whose lock it has nothing to do."""
    os.close(lock)
    do()


def _in_forks(
    locks: Sequence[int], function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """Call a function with each tuple of arguments, in helpers that find them in the memory they share."""
    with _FORKS.Pool(_HELPERS, _remember, (locks, function, arguments)) as pool:
        return pool.map(_call, range(len(arguments)), chunksize=1)


_remembered: tuple[Callable[..., Any], Sequence[tuple[Any, ...]]]


def _remember(
    locks: Sequence[int], function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
) -> None:
    for lock in locks:
        os.close(lock)  # nobody is to wait for a helper whose pretrainer has died
    global _remembered
    _remembered = function, arguments


def _call(number: int) -> Any:
    function, arguments = _remembered
    return function(*arguments[number])


if __name__ == "__main__":
    for each in LANGUAGES:
        blank_pipeline(each)  # while the content is still being checked
    learn(next(read_jobs()))

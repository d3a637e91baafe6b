"""Pretraining: the lemmas, features, vectors and classifiers are made while another process imports Rasa.

The job is a line of JSON on standard input: `questions`, each with its text, language and label, in the order
in which Rasa reads them; `synonyms` of the glossary; `inverse_strength`, the C of the classifier if
config.yml says one; `folder`, where to keep what is learnt; `lemmas_file` and `vectors_file`; and `locks`,
the open file of each stage, which is closed when the stage is done. The components take what was learnt over
if they would learn it from the same (see bot/nlu/pretrained.py).
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # spaCy imports TensorFlow where it is there, which takes seven seconds, and does as well without.
    sys.modules["tensorflow"] = None  # type: ignore[assignment] # this is how a module is said to be missing

import numpy as np

from bot.content.glossary import Glossary
from bot.nlu.child import read_jobs
from bot.nlu.encoder import Vectors, encoder
from bot.nlu.ensemble import INVERSE_STRENGTH, Ensemble
from bot.nlu.kept_vectors import kept_vectors
from bot.nlu.lemmas import KeptLemmas, blank_pipeline
from bot.nlu.pretrained import features_digest, judges_digest, keep
from bot.nlu.tfidf import Vectorizers, save_tables
from bot.text.language import LANGUAGES
from bot.training.worker import FEATURES, JUDGES, LEMMAS, VECTORS

# The linear model of all features takes as long as those of each kind together.
_HELPERS = 2
# So few vectors take less time than to load the encoder twice.
_FEW = 500


def learn(job: Mapping[str, Any]) -> None:
    """Do a job."""
    folder = Path(job["folder"])
    glossary = Glossary({}, job["synonyms"])
    kept = KeptLemmas.read(Path(job["lemmas_file"]))
    texts = [glossary.plain(text) or text for text, _, _ in job["questions"]]
    lemmas = [kept.of(text, language) for text, (_, language, _) in zip(texts, job["questions"], strict=True)]
    kept.write()
    os.close(job["locks"][LEMMAS])

    vectorizers, tables = Vectorizers.fit(texts, lemmas)
    (folder / FEATURES).mkdir()
    vectorizers.save(folder / FEATURES)
    save_tables(tables, folder / FEATURES)
    keep(folder / FEATURES, features_digest(texts, lemmas))
    os.close(job["locks"][FEATURES])

    questions = [text for text, _, _ in job["questions"]]
    encode = functools.partial(_vectors_in_forks, job["locks"][VECTORS])
    vectors = kept_vectors(Path(job["vectors_file"]), questions, encode)
    os.close(job["locks"][VECTORS])

    inverse_strength = job["inverse_strength"] or INVERSE_STRENGTH
    labels = [label for _, _, label in job["questions"]]
    in_forks = functools.partial(_in_forks, job["locks"][JUDGES])
    judges = Ensemble.fit(tables, vectors, labels, inverse_strength, in_forks)
    (folder / JUDGES).mkdir()
    judges.save(folder / JUDGES)
    keep(folder / JUDGES, judges_digest(tables, vectors, labels, inverse_strength))
    os.close(job["locks"][JUDGES])


def _vectors_in_forks(lock: int, texts: Sequence[str]) -> Vectors:
    """Return the vectors of texts, which helpers make where there are many."""
    if len(texts) < _FEW:
        return encoder().vectors(texts)
    parts = [(texts[first::_HELPERS],) for first in range(_HELPERS)]
    made = _in_forks(lock, _encoded, parts)
    vectors = np.empty((len(texts), made[0].shape[1]), dtype=np.float16)
    for first, part in enumerate(made):
        vectors[first::_HELPERS] = part
    return vectors


def _encoded(texts: Sequence[str]) -> Vectors:
    return encoder().vectors(texts)


def _in_forks(lock: int, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Call a function with each tuple of arguments, in helpers that find them in the memory they share."""
    context = multiprocessing.get_context("fork")  # no other thread here holds a lock
    with context.Pool(_HELPERS, _remember, (lock, function, arguments)) as pool:
        return pool.map(_call, range(len(arguments)), chunksize=1)


_remembered: tuple[Callable[..., Any], Sequence[tuple[Any, ...]]]


def _remember(lock: int, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> None:
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

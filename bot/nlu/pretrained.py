"""What was pretrained, for the components that would otherwise learn the same."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Sequence
from pathlib import Path

from bot.files.locks import exclusive
from bot.nlu.encoder import Vectors
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.tfidf import Table
from bot.training.worker import FEATURES, JUDGES, LEARNT_FOLDER, lock_of

_DIGEST = "digest"


def features_digest(texts: Sequence[str], lemmas: Sequence[str]) -> str:
    """Return a hash of all that features depend on."""
    return hashlib.sha256(json.dumps([FEATURES, texts, lemmas]).encode()).hexdigest()


def judges_digest(
    blocks: Sequence[Table], vectors: Vectors, labels: Sequence[str], hyperparameters: Hyperparameters
) -> str:
    """Return a hash of all that judges depend on."""
    told = dataclasses.asdict(hyperparameters)
    digest = hashlib.sha256(json.dumps([JUDGES, labels, told]).encode())
    parts = [part for block in blocks for part in (block.data, block.indices, block.indptr)]
    for part in (*parts, vectors):
        digest.update(f"{part.dtype} {part.shape} ".encode() + part.tobytes())
    return digest.hexdigest()


def keep(folder: Path, digest: str) -> None:
    """Note what the things in a folder were learnt from: they are whole."""
    (folder / _DIGEST).write_text(digest, encoding="utf-8")


def wait_for(stage: str) -> Path | None:
    """Return the folder of a stage, once the pretrainer is through with it; None where there is none.

    Through with it is also a pretrainer that has ended: the lock is let go of in any case.
    """
    if not os.environ.get(LEARNT_FOLDER):
        return None
    folder = Path(os.environ[LEARNT_FOLDER])
    with exclusive(lock_of(folder, stage), math.inf):
        return folder / stage


def take(stage: str, digest: str) -> Path | None:
    """Return the folder with what was learnt, where it was learnt from the same and to the end."""
    folder = wait_for(stage)
    try:
        same = folder is not None and (folder / _DIGEST).read_text(encoding="utf-8") == digest
    except FileNotFoundError:
        return None
    return folder if same else None

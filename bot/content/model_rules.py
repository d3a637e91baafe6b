"""What a model is made and judged by, checked: the pipeline in config.yml and the gate in data/gate.yml."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bot.content.glossary import SITUATIONS
from bot.content.thresholds import Thresholds
from bot.content.topics import topic_of
from bot.directory.services import Directory
from bot.files.shapes import Needed
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import LANGUAGES

GATE = Path("data") / "gate.yml"

# What a new model must reach in each language (see bot.training.gate).
_FIGURES = ("right", "wrong", "resolved", "false_answers")
_FLOORS = {figure: Needed(float) for figure in _FIGURES}
_GATE = {
    "floors": Needed({language: Needed(_FLOORS) for language in LANGUAGES}),
    "emergencies": Needed({"seen": Needed(float), "false_alarms": Needed(float)}),
    "topic": Needed({"lost": Needed(float), "questions": Needed(float)}),
    "own_questions": Needed({"reached": Needed(float)}),
}
# A number of questions; all other figures of the gate are shares.
_COUNT = "questions"
# What the judges of the JointClassifier are told (bot/nlu/hyperparameters.py).
JUDGED_BY = ("C", "meaning_C", "neighbours", "power", "words_share", "meaning_share", "nearest_share")
_PIPELINE = {
    "pipeline": Needed(
        [
            {
                "name": Needed(str),
                **dict.fromkeys(JUDGED_BY, float),
                "thresholds": {field.name: Needed(float) for field in dataclasses.fields(Thresholds)},
                "directory_topics": {...: str},
                "first_steps": {...: [str]},
                "setting_topics": {...: str},
                "related_weight": float,
                "same_weight": float,
                "asked_share": float,
                "bare_share": float,
                "facet_weight": float,
            }
        ]
    )
}
# The components of which others ask what config.yml says, and the keys that must stand there.
_COMPONENTS = {
    "JointClassifier": JUDGED_BY,
    "DecisionGate": ("thresholds", "directory_topics", "setting_topics"),
}


def check_gate(root: Path, problems: Problems) -> None:
    """Note every mistake in data/gate.yml."""
    document = read_yaml(root / GATE, problems, _GATE)
    if document is not None:
        _check_figures(document, _GATE, root / GATE, problems)


def _check_figures(values: CommentedMap, known: Mapping[str, Any], path: Path, problems: Problems) -> None:
    for key, value in values.items():
        if key not in known:
            problems.add(path, line_of(values, key), "figure_unused", name=key, allowed=", ".join(known))
        elif isinstance(value, CommentedMap):
            _check_figures(value, known[key].shape, path, problems)
        elif key != _COUNT and not 0 <= value <= 1:
            problems.add(path, line_of(values, key), "no_share", name=key, value=value)


def check_pipeline(
    root: Path, answers: Collection[str], directory: Directory | None, problems: Problems
) -> None:
    """Note what config.yml names and is not there; `answers` are the ids of all answers."""
    topics = set(map(topic_of, answers))
    path = root / "config.yml"
    document = read_yaml(path, problems, _PIPELINE)
    if document is None:
        return
    for name, keys in _COMPONENTS.items():
        found = [part for part in document["pipeline"] if part["name"].endswith(f".{name}")]
        if not found:
            problems.add(path, 1, "component_missing", component=name)
        for component in found:
            for key in keys:
                if component.get(key) is None:
                    problems.add(path, line_of(component), "component_lacks", component=name, name=key)
            _check_named(component, "setting_topics", "setting_unknown", SITUATIONS, topics, path, problems)
            _check_first_steps(component, answers, path, problems)
            if directory is not None:
                needs = directory.needs
                _check_named(
                    component, "directory_topics", "directory_need_unknown", needs, topics, path, problems
                )


def _check_first_steps(
    component: CommentedMap, answers: Collection[str], path: Path, problems: Problems
) -> None:
    """Note the answers that `first_steps` names and that are not there."""
    for steps, about in (component.get("first_steps") or CommentedMap()).items():
        for name in (steps, *about):
            if name not in answers:
                line = line_of(component["first_steps"], steps)
                problems.add(path, line, "table_topic_unknown", table="first_steps", name=name)


def _check_named(
    component: CommentedMap,
    key: str,
    unknown: str,
    known: Collection[str],
    topics: Collection[str],
    path: Path,
    problems: Problems,
) -> None:
    """Note the topics that a table of a component names, and what it names them for, where they are not.

    `unknown` is the key of what is said where the second is not known.
    """
    named = component.get(key) or CommentedMap()
    for each, topic in named.items():
        if each not in known:
            allowed = ", ".join(sorted(known))
            problems.add(path, line_of(named, each), unknown, table=key, name=each, allowed=allowed)
        if topic not in topics:
            problems.add(path, line_of(named, each), "table_topic_unknown", table=key, name=topic)

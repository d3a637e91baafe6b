"""Reads our content for training as Rasa's own importers do, in a twentieth of the time.

Rasa reads every file several times with a YAML reader in pure Python, checks each against a schema and
copies all questions over and over; `kyr check` has read them more strictly already.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import ResponsesSyncImporter, TrainingDataImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML


class _QuickReader(RasaYAMLReader):
    """Rasa's reader of questions, on what libyaml has read."""

    def read_files(self, paths: Iterable[Path]) -> TrainingData:
        for path in paths:
            document = _read_yaml(path)
            self.filename = str(path)
            self._parse_nlu(document.get("nlu"))
            self.responses.update(document.get("responses") or {})
        return TrainingData(
            self.training_examples,
            self.entity_synonyms,
            self.regex_features,
            self.lookup_tables,
            self.responses,
        )


def _read_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8"))


class _ContentFiles(TrainingDataImporter):
    """What stands in the files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get_config(self) -> dict[str, Any]:
        return dict(rasa.shared.utils.io.read_model_configuration(self._root / "config.yml"))

    def get_config_file_for_auto_config(self) -> str:
        return str(self._root / "config.yml")

    @functools.cache  # noqa: B019 - there is one importer in the life of the process
    def get_domain(self) -> Domain:
        # Rasa's own reader checks the shape once more, which takes a second.
        return Domain.from_dict(_read_yaml(self._root / "domain.yml"))

    @functools.cache  # noqa: B019 - as above
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        data = self._root / "data"
        # In the order in which the content is read (bot.content.topic_reading).
        answers = sorted(data.glob("faq/*.yml"), key=lambda path: path.stem)
        return _QuickReader().read_files([*answers, *sorted(data.glob("nlu/*.yml"))])

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        reader = YAMLStoryReader(self.get_domain())
        return StoryGraph(reader.read_from_file(self._root / "data" / "rules.yml"))

    def get_conversation_tests(self) -> StoryGraph:
        return StoryGraph([])


class ContentImporter(ResponsesSyncImporter):
    """The content under a folder: `config.yml`, `domain.yml`, `data/faq`, `data/nlu` and `data/rules.yml`.

    The domain gets the answers and retrieval intents of the topics, as Rasa's own importers do it.
    """

    def __init__(self, root: Path) -> None:
        """Take the folder."""
        super().__init__(_ContentFiles(root))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return all questions, synonyms, lookup tables and answers, as they stand in the files."""
        return self._importer.get_nlu_data()

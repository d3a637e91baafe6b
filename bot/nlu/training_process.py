"""Trains a model and asks it questions, in a process of its own: `bot.training.worker` starts it.

A job is a line of JSON on standard input: `archive`, where the model is or will be; `content`, the folder
to train it on first, if it is to be trained; `texts`, the questions. What comes of it are lines of JSON on
standard output: `{"step": ...}` as it goes on, and one `{"parsed": ...}` for each question; or, where the
disk refuses something, `{"failed": ...}`. Other lines are what Rasa has to say. Rasa is imported before the
job is read, so that it can be while the content is still being checked.

A training is the only job of its process. Where a model was only asked, the process waits for the next job
and keeps the model loaded. It ends with the first job that fails.
"""

from __future__ import annotations

import functools
import json
import logging
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import rasa.engine.validation
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_IMPORTER, PLACEHOLDER_MESSAGE
from rasa.engine.graph import ExecutionContext, GraphModelConfiguration, GraphNodeHook
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_COMPONENTS_DIR, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain
from rasa.shared.data import TrainingType
from rasa.utils.log_utils import configure_structlog

from bot.nlu.child import read_jobs
from bot.nlu.content_importer import ContentImporter

# Of what Rasa makes of a question only this is asked for.
_AT_ONCE = 100
_KEPT = ("language", "intent_ranking", "decision", "judged")


def _tell(**what: Any) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


class _TellSteps(GraphNodeHook):
    """Says which component is being trained, or run on the training questions."""

    def on_before_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: dict[str, Any],
        received_inputs: dict[str, Any],
    ) -> dict[str, Any]:
        _tell(step=node_name.rstrip("0123456789").split(".")[-1])
        return {}

    def on_after_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: dict[str, Any],
        output: Any,
        input_hook_data: dict[str, Any],
    ) -> None:
        pass


class _QuickStorage(LocalModelStorage):
    """Packs a model with little compression: numbers hardly get smaller, whatever time is spent on them."""

    def create_model_package(
        self, model_archive_path: Path | str, model_configuration: GraphModelConfiguration, domain: Domain
    ) -> ModelMetadata:
        metadata = self._create_model_metadata(domain, model_configuration)
        with tempfile.TemporaryDirectory(dir=Path(model_archive_path).parent) as folder:
            self._persist_metadata(metadata, Path(folder))
            with tarfile.open(model_archive_path, "w:gz", compresslevel=1) as archive:
                archive.add(folder, arcname="")
                archive.add(self._storage_path, arcname=MODEL_ARCHIVE_COMPONENTS_DIR)
        return metadata


def train(content: Path, archive: Path, texts: Sequence[str]) -> None:
    """Train a model on the content under a folder, as `rasa train --force` does, and ask it every question.

    Left out is Rasa's cache: it costs more time than it saves, and does not see changes in the modules
    that our components import. The archive is packed while the questions are asked.
    """
    importer = ContentImporter(content)
    recipe = Recipe.recipe_for_name("default.v1")
    config, *_ = recipe.auto_configure(
        importer.get_config_file_for_auto_config(), importer.get_config(), TrainingType.BOTH
    )
    model = recipe.graph_config_for_recipe(config, {}, TrainingType.BOTH, is_finetuning=False)
    rasa.engine.validation.validate(model)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder, ThreadPoolExecutor(1) as packer:
        storage = _QuickStorage(Path(folder))
        runner = DaskGraphRunner.create(
            model.train_schema, storage, ExecutionContext(model.train_schema), [_TellSteps()]
        )
        runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        packed = packer.submit(storage.create_model_package, archive, model, importer.get_domain())
        trained = DaskGraphRunner.create(
            model.predict_schema, storage, ExecutionContext(model.predict_schema)
        )
        ask(trained, model.nlu_target, texts)
        packed.result()


def parse(archive: Path, texts: Sequence[str]) -> None:
    """Ask the model in an archive every question; it stays loaded until another one is asked."""
    runner, target = _load(archive)
    ask(runner, target, texts)


@functools.lru_cache(maxsize=1)
def _load(archive: Path) -> tuple[GraphRunner, str]:
    """Return the model in an archive, and what of it understands questions."""
    # Not beside the archive: what a kill left there would be taken for part of the model.
    with tempfile.TemporaryDirectory() as folder:
        metadata, runner = load_predict_graph_runner(
            Path(folder), archive, LocalModelStorage, DaskGraphRunner
        )
    return runner, metadata.nlu_target


def ask(runner: GraphRunner, target: str, texts: Sequence[str]) -> None:
    """Ask a loaded model every question, and tell what it makes of each."""
    for first in range(0, len(texts), _AT_ONCE):
        _tell(step="ask", done=first / len(texts))
        messages = [UserMessage(text) for text in texts[first : first + _AT_ONCE]]
        parsed = runner.run(inputs={PLACEHOLDER_MESSAGE: messages}, targets=[target])
        for message in parsed[target]:
            whole = message.as_dict(only_output_properties=True)
            _tell(parsed={key: whole[key] for key in _KEPT})


def main() -> None:
    """Do one job after another."""
    logging.basicConfig(level=logging.WARNING)
    configure_structlog(logging.WARNING)
    for job in read_jobs():
        _do(job)
        if job["content"]:
            return


def _do(job: Mapping[str, Any]) -> None:
    archive = Path(job["archive"])
    try:
        if job["content"]:
            train(Path(job["content"]), archive, job["texts"])
        else:
            parse(archive, job["texts"])
    except Exception as error:
        cause = _first_cause(error)
        if not isinstance(cause, OSError):
            raise
        _tell(failed=cause.strerror or str(cause), errno=cause.errno or 0)
        sys.exit(1)


def _first_cause(error: BaseException) -> BaseException:
    """Return what went wrong first, which Rasa wraps in errors of its own."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error

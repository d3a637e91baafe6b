"""The model that is served at a start; where there is none, or it is of another program, one is trained."""

from __future__ import annotations

from pathlib import Path

from bot.messages import Message, lines
from bot.problems import ContentError
from bot.training.gate import judge
from bot.training.model_inputs import code_hash, content_hash
from bot.training.models import Model, ModelStore
from bot.training.pace import Progress
from bot.training.topics_off import TopicsOff
from bot.training.train import train
from bot.web.server import ServeError

# What the audit log says of a model that takes the place of one which this program cannot load.
NEW_PROGRAM = "of the same content, for another version of the program"


async def model_to_serve(root: Path, store: ModelStore, progress: Progress) -> Model:
    """Return the published model; train and publish one where there is none that this program can read.

    The first one is trained of the content under `root`. In place of a model of an older program one of the
    content that was published comes: what staff have changed since then waits until they publish it. Raises
    ServeError, and what bot.training.train.train does.
    """
    if store.published_version() is None:
        return await _train_and_publish(root, store, progress, Message("no_published_model_yet"))
    model = store.published()
    if model is not None and is_of_this_program(model):
        _tell_what_waits(root, model, progress)
        return model
    version = store.published_version()
    try:
        found = Message("model_is_older", version=version)
        return await _train_and_publish(store.published_content_dir(), store, progress, found, is_given=True)
    except ContentError as error:
        raise ServeError(Message("model_of_older_program", error=error.message, version=version)) from None


async def _train_and_publish(
    root: Path, store: ModelStore, progress: Progress, found: Message, *, is_given: bool = False
) -> Model:
    progress(Message("training_one", found=found))
    trained = await train(root, store, progress, is_given=is_given)
    # What is overdue is no reason to answer nobody: it is held back, or given with its date. Nor is an
    # answer that its own questions do not reach.
    verdict = judge(trained, None, off=TopicsOff(store.data_dir).read())
    stops = [stop.text for stop in verdict.stops if stop.rule not in ("check", "own_questions")]
    if stops:
        raise ServeError(lines([Message("must_not_answer"), *stops]))
    return store.publish(trained.version)


def model_to_ask(root: Path, store: ModelStore, progress: Progress) -> Model:
    """Return the published model without changing what is published; raises ServeError and ModelError."""
    model = store.published()
    if model is None or not is_of_this_program(model):
        none = Message("no_model_published")
        found = Message("model_is_older", version=model.version) if model else none
        raise ServeError(Message("nothing_to_ask", found=found))
    _tell_what_waits(root, model, progress)
    model.verify()
    return model


def _tell_what_waits(root: Path, model: Model, progress: Progress) -> None:
    if model.content_hash != content_hash(root):
        progress(Message("content_has_changed", version=model.version))


def is_of_this_program(model: Model) -> bool:
    """Whether this program can load a model, and finds in its content all texts that it needs."""
    return model.report.get("code_hash") == code_hash() and model.readable_content is not None

"""Publishing a model and going back: the pointer, and the running `kyr serve` that follows it.

`kyr serve` notices within a second that another model was published, starts it beside the one that answers,
and says in a file whether it has taken over.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KyrError
from bot.files.atomic import write_whole
from bot.files.locks import exclusive, is_held
from bot.messages import Message
from bot.training.models import Model, ModelStore
from bot.training.pace import Progress

# Two starts of Rasa on a slow machine.
SECONDS_TO_SWITCH = 300
_SECONDS_BETWEEN_LOOKS = 0.2


class PublishError(KyrError):
    """A model that was not published, or not taken over; the text says why and what answers now."""


@dataclass(frozen=True)
class ServingStatus:
    """What `kyr serve` says of itself: the model that answers, and one that it refused, with the reason.

    `url` is where it can be asked on this machine what residents get; empty where that is not said.
    """

    version: str
    refused: str | None = None
    why: Message | None = None
    url: str = ""


class ServingStatusFile:
    """Where a running `kyr serve` says what it answers from; the lock beside it goes when it ends."""

    def __init__(self, data_dir: Path) -> None:
        self._file, self._lock = data_dir / "serving.json", data_dir / "serving.lock"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the one that serves from this data folder; raises PublishError where another does."""
        refusal = PublishError(Message("other_serve", folder=self._lock.parent))
        with exclusive(self._lock, 0, refusal):
            self._file.unlink(missing_ok=True)
            yield

    def write(self, state: ServingStatus) -> None:
        """Say what answers."""
        why = state.why.as_json() if state.why else None
        write_whole(self._file, json.dumps({**state.__dict__, "why": why}))

    def read(self) -> ServingStatus | None:
        """Return what answers, None where nothing serves or it is still starting."""
        if not self.is_held():
            return None
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return ServingStatus(**told | {"why": Message.from_json(told["why"]) if told["why"] else None})
        except FileNotFoundError:
            return None

    def is_held(self) -> bool:
        """Whether a `kyr serve` runs."""
        try:
            return is_held(self._lock)
        except OSError:
            return True


def publish(store: ModelStore, serving: ServingStatusFile, version: str, progress: Progress) -> Model:
    """Publish a model, and wait until a running `kyr serve` has taken it over; return it.

    Where it refuses, the model before is published again. Raises ModelError or PublishError.
    """
    before = store.published_version()
    if before == version and (state := serving.read()) is not None and state.version == version:
        progress(Message("model_answers_already", version=version))
        return store.get(version)
    model = store.publish(version)
    if not serving.is_held():
        progress(Message("published_not_running", version=version))
        return model
    progress(Message("published_taking_over", version=version))
    try:
        seconds = _taken_over(serving, version)
    except PublishError:
        if before is not None:
            store.publish(before)
        raise
    progress(Message("model_answers_after", version=version, seconds=f"{seconds:.1f}"))
    return model


def roll_back(store: ModelStore, serving: ServingStatusFile, progress: Progress) -> Model:
    """Publish the model before the present one; return it. Raises ModelError or PublishError."""
    previous = store.previous()
    if previous is None:
        raise PublishError(Message("no_model_before"))
    return publish(store, serving, previous.version, progress)


def _taken_over(serving: ServingStatusFile, version: str) -> float:
    """Wait until `kyr serve` answers from a model; return the seconds that it took. Raises PublishError."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_TO_SWITCH:
        state = serving.read()
        if state is not None and state.version == version:
            return time.monotonic() - began
        if state is not None and state.refused == version:
            raise PublishError(Message("model_refused", version=version, why=state.why))
        if not serving.is_held():
            raise PublishError(Message("serve_has_ended", version=version))
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    raise PublishError(Message("model_not_taken_over", version=version, seconds=SECONDS_TO_SWITCH))

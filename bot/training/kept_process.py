"""A process that has loaded a model and is kept between those who ask it, until nobody has for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from bot.messages import Message
from bot.training.models import Model
from bot.training.train import TrainingError, training_errors
from bot.training.worker import ASKING, SECONDS_TO_START

# The process has about a gigabyte of memory; somebody who goes on after so long waits for it once more.
SECONDS_IDLE = 10 * 60
# Whoever asks waits for the process to start, or for those who have asked before.
SECONDS_TO_ANSWER = SECONDS_TO_START


class Loaded(Protocol):
    """What is kept of the process and the model."""

    @property
    def model(self) -> Model:
        """The model that it has loaded."""

    @property
    def pid(self) -> int | None:
        """The id of the process while it runs."""


_Loaded = TypeVar("_Loaded", bound=Loaded)
_Told = TypeVar("_Told")


class KeptProcess(Generic[_Loaded]):
    """Asks a model one thing at a time, and keeps the process for the model that was asked last."""

    def __init__(
        self,
        start: Callable[[contextlib.AsyncExitStack, Model], Awaitable[_Loaded]],
        *,
        seconds_idle: float = SECONDS_IDLE,
    ) -> None:
        """Take what starts the process; it ends with the stack, and when nothing was asked for so long."""
        self._start, self._seconds_idle = start, seconds_idle
        self._asking = asyncio.Lock()
        # What ends the process, if there is one.
        self._process = contextlib.AsyncExitStack()
        self._loaded: _Loaded | None = None
        self._idle: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one."""
        return self._loaded.pid if self._loaded else None

    async def ask(self, model: Model, ask: Callable[[_Loaded], Awaitable[_Told]]) -> _Told:
        """Ask a model; the first time takes as long as the process needs to start.

        Raises what the process raises, and TrainingError, also where no answer comes in SECONDS_TO_ANSWER.
        """
        try:
            return await asyncio.wait_for(self._ask(model, ask), SECONDS_TO_ANSWER)
        except asyncio.TimeoutError:
            raise TrainingError(
                Message("job_silent", job=Message(ASKING), seconds=SECONDS_TO_ANSWER)
            ) from None

    async def _ask(self, model: Model, ask: Callable[[_Loaded], Awaitable[_Told]]) -> _Told:
        async with self._asking:
            if self._idle:
                self._idle.cancel()
            try:
                with training_errors(ASKING):
                    told = await ask(await self._load(model))
            except BaseException:
                # Also where nobody waits for the answer any more: the next one must not be taken for it.
                await self._end()
                raise
            self._idle = asyncio.create_task(self._end_when_idle())
            return told

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        await self._end()
        async with self._asking:  # whoever was still asking has failed by now
            if self._idle:
                self._idle.cancel()
            await self._end()

    async def _load(self, model: Model) -> _Loaded:
        if self._loaded and self._loaded.model.folder == model.folder and self.pid is not None:
            return self._loaded
        await self._end()
        self._loaded = await self._start(self._process, model)
        return self._loaded

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._seconds_idle)
        async with self._asking:
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, contextlib.AsyncExitStack()
        self._loaded = None
        await process.aclose()

"""The current model: residents are answered from it, and another can replace it while people are asking."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.content.reading import Content
from bot.gateway.rasa_client import RasaClient

# How often it is looked whether nobody is being answered any more.
_SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(eq=False)
class LoadedModel:
    """A model's content, and the Rasa and action server that belong to it.

    `in_use` is the number of messages that are being answered from it.
    """

    version: str
    content: Content
    rasa: RasaClient
    in_use: int = field(default=0, init=False)

    async def drained(self) -> None:
        """Wait until no message is being answered from it."""
        while self.in_use:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


class CurrentModel:
    """The model of this moment, and the one before it as long as that still runs."""

    def __init__(self, model: LoadedModel) -> None:
        self._model = model
        self._before: LoadedModel | None = None

    @property
    def model(self) -> LoadedModel:
        """The model, to be used for one thing; for more than one, see `use`."""
        return self._model

    @property
    def version(self) -> str:
        """Which model it is."""
        return self._model.version

    @property
    def content(self) -> Content:
        """What the bot knows and says."""
        return self._model.content

    @property
    def rasa(self) -> RasaClient:
        """Where questions are asked."""
        return self._model.rasa

    @contextlib.contextmanager
    def use(self) -> Iterator[LoadedModel]:
        """Yield the model; it stays as it is to the end of the block, whatever replaces it meanwhile."""
        model = self._model
        model.in_use += 1
        try:
            yield model
        finally:
            model.in_use -= 1

    def replace(self, model: LoadedModel) -> LoadedModel:
        """Answer from now on from another model; return the one before, which may still be in use."""
        self._before, self._model = self._model, model
        return self._before

    def let_go(self) -> None:
        """Know no longer of the model before."""
        self._before = None

    def all_rasa(self) -> list[RasaClient]:
        """Return every Rasa that may know of a conversation."""
        return [model.rasa for model in (self._model, self._before) if model]

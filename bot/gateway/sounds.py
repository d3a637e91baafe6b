"""The sounds that a phone plays to agents: those of the content, and those kept with the model that answers.

Staff may change a sentence, and with it its sound, while residents still hear the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from aiohttp import web

from bot.content.sounds import Sound, read_sounds, sound_name

# A year: a sound that changes gets another address.
_FOR_GOOD = "public, max-age=31536000, immutable"


class Sounds:
    """The sounds by the words that are heard in them."""

    def __init__(self, root: Path, kept: Callable[[], Path]) -> None:
        """Look under the content's `root`, and then where the content of the model is `kept`."""
        self._root, self._kept = root, kept
        self._sounds: dict[str, Sound] = {}
        self._urls: dict[str, str] = {}
        self._look()

    def _find(self, name: str) -> Sound | None:
        """Return a sound by its name, also one that came or moved since it was looked."""
        if name not in self._sounds or not self._sounds[name].path.is_file():
            self._look()
        return self._sounds.get(name)

    def _look(self) -> None:
        self._sounds = {**read_sounds(self._kept()), **read_sounds(self._root)}
        self._urls = {name: _url(sound) for name, sound in self._sounds.items()}

    def of(self, words: str) -> tuple[str, bool] | None:
        """Return the address of the sound of some words, and whether it is synthetic; None without one."""
        name = sound_name(words)
        sound = self._find(name)
        return (self._urls[name], sound.synthetic) if sound else None

    def urls(self) -> Iterator[str]:
        """Return the addresses of all sounds."""
        return iter(self._urls.values())

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /static/sounds/NAME: a sound, whole or in parts, as Safari asks for it."""
        path = Path(request.match_info["name"])
        sound = self._find(path.stem)
        if sound is None or sound.path.name != path.name:
            raise web.HTTPNotFound
        headers = {"Cache-Control": _FOR_GOOD, "Content-Type": sound.content_type}
        return web.FileResponse(sound.path, headers=headers)


def _url(sound: Sound) -> str:
    version = hashlib.sha256(sound.path.read_bytes()).hexdigest()[:8]
    return f"/static/sounds/{sound.path.name}?v={version}"

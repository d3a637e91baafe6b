"""The sounds that a phone plays to agents, as they lay in their folder when the program started."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from bot.content.sounds import Sound, read_sounds, sound_name

# A year: a sound that changes gets another address.
_FOR_GOOD = "public, max-age=31536000, immutable"


class Sounds:
    """The sounds by the words that are heard in them."""

    def __init__(self, root: Path) -> None:
        self._sounds = read_sounds(root)
        self._urls = {name: _url(sound) for name, sound in self._sounds.items()}

    def of(self, words: str) -> tuple[str, bool] | None:
        """Return the address of the sound of some words, and whether it is synthetic; None without one."""
        name = sound_name(words)
        return (self._urls[name], self._sounds[name].synthetic) if name in self._sounds else None

    def urls(self) -> Iterator[str]:
        """Return the addresses of all sounds."""
        return iter(self._urls.values())

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /static/sounds/NAME: a sound, whole or in parts, as Safari asks for it."""
        path = Path(request.match_info["name"])
        sound = self._sounds.get(path.stem)
        if sound is None or sound.path.name != path.name:
            raise web.HTTPNotFound
        headers = {"Cache-Control": _FOR_GOOD, "Content-Type": sound.content_type}
        return web.FileResponse(sound.path, headers=headers)


def _url(sound: Sound) -> str:
    version = hashlib.sha256(sound.path.read_bytes()).hexdigest()[:8]
    return f"/static/sounds/{sound.path.name}?v={version}"

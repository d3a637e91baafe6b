"""Scripts, styles and pictures: read once, small on the way, and kept by browsers until they change."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

# Pieces of pages that the public site and the console both show.
SHARED_TEMPLATES = Path(__file__).parent / "templates"
# A year: an asset that changes gets another address.
_FOR_GOOD = "public, max-age=31536000, immutable"
# Stated here because each system has its own opinion, and old browsers run no script of a wrong type.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
_COMPRESSED_ALREADY = {".png"}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, the same gzipped (None where that gains nothing), its type and its version."""

    body: bytes
    gzipped: bytes | None
    content_type: str
    version: str

    @property
    def charset(self) -> str | None:
        """What the letters of a text are written in."""
        return "utf-8" if self.content_type.startswith("text/") else None


class Assets:
    """The files of a folder by name; they do not change while the program runs."""

    def __init__(self, folder: Path) -> None:
        self._assets = {path.name: _read(path) for path in sorted(folder.iterdir())}

    def url(self, name: str) -> str:
        """Return the address of a file; it changes with the file."""
        return f"/static/{name}?v={self._assets[name].version}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /static/NAME: a file; for good where the address names its version, else to be asked again."""
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        lasting = request.query.get("v") == asset.version
        headers = {
            "Cache-Control": _FOR_GOOD if lasting else "no-cache",
            "ETag": f'"{asset.version}"',
            "Vary": "Accept-Encoding",
        }
        if any(tag.value == asset.version for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        body = asset.body
        if asset.gzipped and "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = asset.gzipped, "gzip"
        return web.Response(
            body=body, content_type=asset.content_type, charset=asset.charset, headers=headers
        )

    def urls(self) -> list[str]:
        """Return the addresses of all files."""
        return [self.url(name) for name in self._assets]


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(
        body,
        None if path.suffix in _COMPRESSED_ALREADY else gzip.compress(body, mtime=0),
        _TYPES[path.suffix],
        hashlib.sha256(body).hexdigest()[:8],
    )

"""What a phone keeps to be read without a signal: all answers, the directory, and an index to search them.

The service worker (templates/sw.js) fetches one file for each language that holds every page, so that on
a bad line there is one thing to get right. A conversation is never part of it.
"""

from __future__ import annotations

import asyncio
import datetime
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.clock import current_date
from bot.content.reading import Content
from bot.content.topics import Topic
from bot.directory.services import Directory
from bot.gateway import keys
from bot.gateway.pages import all_pages, show_date, write_page
from bot.gateway.search_index import STEM_LENGTH, search_index
from bot.text.language import LANGUAGES

# Stands in saved pages for the day on which they were saved, which is no reason to save them again.
_SAVED_ON = "SAVED-ON"


@dataclass(frozen=True)
class Copies:
    """What is kept, gzipped JSON by language, and a name that changes when a phone should take it anew.

    `content`, `topics` (as they were given then), `directory` and `day` are what it was made of.
    """

    content: Content
    topics: Mapping[str, Topic]
    directory: Directory
    day: datetime.date
    pages: Mapping[str, bytes]
    indexes: Mapping[str, bytes]
    version: str


class OfflineCopies:
    """The copies as they are now, and the requests for them.

    The pages are made again when the directory or the day has changed; with another model, or when a topic
    was turned off or on, the index too.
    """

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._made: Copies | None = None
        self._indexes: Mapping[str, str] = {}
        self._lock = asyncio.Lock()

    async def current(self) -> Copies:
        """Return the copies as they are now."""
        content, day = self._app[keys.CURRENT_MODEL].content, current_date()
        topics, directory = dict(content.topics), content.directory
        async with self._lock:
            made = self._made
            # Nearly a hundred pages, and the words of all questions: nobody else is to wait for them.
            if made is None or made.content is not content or made.topics != topics:
                self._indexes = await asyncio.to_thread(_make_indexes, self._app)
                made = None
            if made is None or made.directory is not directory or made.day != day:
                source = (content, topics, directory, day)
                made = await asyncio.to_thread(_make, self._app, *source, self._indexes)
            self._made = made
            return made

    async def indexes(self) -> dict[str, dict[str, Any]]:
        """Return the index of each language, as phones get it."""
        packed = (await self.current()).indexes
        return {language: json.loads(gzip.decompress(packed[language])) for language in LANGUAGES}

    async def get_pages(self, request: web.Request) -> web.StreamResponse:
        """GET /en/pages.json and /es/pages.json: every page, for the service worker."""
        return _json(request, (await self.current()).pages[request.match_info["language"]])

    async def get_search_index(self, request: web.Request) -> web.StreamResponse:
        """GET /en/search.json and /es/search.json: what bot/gateway/search_index.py makes."""
        return _json(request, (await self.current()).indexes[request.match_info["language"]])

    async def get_service_worker(self, request: web.Request) -> web.StreamResponse:
        """GET /sw.js: the service worker; its text changes with what it keeps, so that browsers notice."""
        text = (
            self._app[keys.TEMPLATES]
            .get_template("sw.js")
            .render(
                version=(await self.current()).version,
                languages=LANGUAGES,
                assets=_files(self._app),
            )
        )
        headers = {"Cache-Control": "no-cache"}
        return web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=headers)


def _make_indexes(app: web.Application) -> dict[str, str]:
    return {language: _to_json(_index(app, language)) for language in LANGUAGES}


def _make(
    app: web.Application,
    content: Content,
    topics: Mapping[str, Topic],
    directory: Directory,
    day: datetime.date,
    indexes: Mapping[str, str],
) -> Copies:
    pages = {language: _to_json(_saved_pages(app, language)) for language in LANGUAGES}
    made_of = "".join([*pages.values(), *indexes.values(), *_files(app)])
    return Copies(
        content,
        topics,
        directory,
        day,
        {
            language: gzip.compress(text.replace(_SAVED_ON, show_date(day, language)).encode(), mtime=0)
            for language, text in pages.items()
        },
        {language: gzip.compress(text.encode(), mtime=0) for language, text in indexes.items()},
        hashlib.sha256(made_of.encode()).hexdigest()[:12],
    )


def _files(app: web.Application) -> list[str]:
    return [*app[keys.ASSETS].urls(), *app[keys.SOUNDS].urls()]


def _saved_pages(app: web.Application, language: str) -> dict[str, Any]:
    said = app[keys.CURRENT_MODEL].content.page_texts[language]
    note = said["saved_page"].replace("DATE", _SAVED_ON)
    origin = app[keys.PUBLIC_URL]
    return {
        "pages": {
            page.path: {
                "html": write_page(app, page, origin=origin, saved=note),
                "use_by": page.use_by.isoformat() if page.use_by else None,
                "later": write_page(app, page.later, origin=origin, saved=note) if page.later else None,
            }
            for page in all_pages(app, language)
        },
    }


def _index(app: web.Application, language: str) -> dict[str, Any]:
    topics = [topic for topic in app[keys.CURRENT_MODEL].content.topics.values() if topic.answered]
    return {
        "stem_length": STEM_LENGTH,
        "titles": {topic.id: topic.title[language] for topic in topics},
        "words": search_index(topics, language),
    }


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(request: web.Request, gzipped: bytes) -> web.Response:
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return web.Response(body=gzipped, content_type="application/json", headers=headers)
    return web.Response(body=gzip.decompress(gzipped), content_type="application/json", headers=headers)


async def get_manifest(request: web.Request) -> web.StreamResponse:
    """GET /en/app.webmanifest and /es/app.webmanifest: makes the page one that can be installed."""
    language = request.match_info["language"]
    app = request.app
    strings, asset = app[keys.CURRENT_MODEL].content.page_texts[language], app[keys.ASSETS].url
    manifest = {
        "name": strings["title"],
        "short_name": strings["heading"],
        "lang": language,
        "id": "/",
        "start_url": f"/{language}/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b4f6c",
        "icons": [
            {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": asset("icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": asset("icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {"src": asset("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }
    return web.Response(text=_to_json(manifest), content_type="application/manifest+json")

"""Find: words in every answer, service and text, with the place of each and the form where it is changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.console import keys
from bot.console.guard import account_of
from bot.console.rendering import render, text
from bot.console.text_catalog import listed
from bot.content.full_text import ANSWER, KINDS, SERVICE, TEXT, Found, Passage, Query
from bot.text.cleaning import clean

# Nobody reads further; whoever looks for more writes more words.
_MOST_FOUND, _MOST_PLACES = 50, 4
_MOST_CHARACTERS = 200
# The field of the answer's form in which a part of an answer stands, where that has another name.
_FIELDS = {"more": "answer", "law_now": "answer", "question": "questions"}


@dataclass(frozen=True)
class Hit:
    """A place where words were found: what it is called, where it is changed, and its text in pieces."""

    place: str
    href: str
    language: str
    pieces: Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Result:
    """What has all the words: what it is called, where it is changed, its first places, how many more."""

    kind: str
    title: str
    href: str
    hits: Sequence[Hit]
    more: int


async def get_find(request: web.Request) -> web.StreamResponse:
    """GET /find: the box; with `of` what was found for the words that were sent before."""
    name = request.query.get("of", "")
    words = request.app[keys.LOOKED_FOR].find(account_of(request).name, name) if name else ""
    query = Query.read(words or "")
    everything = await asyncio.to_thread(request.app[keys.CONTENT_CACHE].full_text)
    found = await asyncio.to_thread(everything.search, query)
    counts = {kind: sum(one.kind == kind for one in found) for kind in KINDS}
    language = request[keys.LANGUAGE]
    texts = listed((await asyncio.to_thread(request.app[keys.CONTENT_CACHE].resident_texts)).values())
    results = [
        _result(
            request,
            one,
            texts[one.id].title[language]
            if one.kind == TEXT and one.id in texts
            else everything.title(one.kind, one.id, language),
            query,
        )
        for one in found[:_MOST_FOUND]
    ]
    return render(
        request, "find.html", words=words or "", is_gone=words is None, results=results, counts=counts
    )


async def post_find(request: web.Request) -> web.StreamResponse:
    """POST /find: `words`; they are kept in memory, for this account alone, and stand in no address."""
    words = clean(str((await request.post()).get("words", "")))[:_MOST_CHARACTERS]
    if not words:
        raise web.HTTPSeeOther("/find")
    name = request.app[keys.LOOKED_FOR].keep(account_of(request).name, words)
    raise web.HTTPSeeOther(f"/find?of={name}")


def _result(request: web.Request, found: Found, title: str, query: Query) -> Result:
    hits = [
        Hit(_place(request, one), _address(one), one.language, query.pieces(one.text))
        for one in found.passages[:_MOST_PLACES]
    ]
    return Result(found.kind, title, _address(found), hits, len(found.passages) - len(hits))


def _address(one: Passage | Found) -> str:
    """Return where something is changed, of a part of an answer down to its field."""
    if one.kind == SERVICE:
        return f"/directory/services/{one.id}"
    if one.kind != ANSWER:
        return f"/texts/{quote(one.id, safe='')}"
    if isinstance(one, Found) or one.part == "id":
        return f"/topics/{one.id}"
    field = _FIELDS.get(one.part, one.part)
    return f"/topics/{one.id}#{field}_{one.language}" if one.language else f"/topics/{one.id}#{field}"


def _place(request: web.Request, one: Passage) -> str:
    """Return how the place of a passage is called: "Spanish, answer, step 2"."""
    parts = [text(request, f"language_{one.language}")] if one.language else []
    parts.append(text(request, f"found_in_{one.part}", NUMBER=one.number))
    if one.block:
        parts.append(text(request, f"found_in_{one.block}", NUMBER=one.number))
    return ", ".join(parts)

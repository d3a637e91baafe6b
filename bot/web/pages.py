"""The pages: the chat, and every answer as a page that works without JavaScript."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.language import LANGUAGES
from bot.markup import parse_blocks
from bot.replies import answer, answered_related
from bot.topics import GROUPS
from bot.web import keys

_FOLDER = Path(__file__).parent


def create_templates() -> Environment:
    """Return the page templates; everything put into them is escaped."""
    templates = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["blocks"] = parse_blocks
    return templates


def render(
    request: web.Request,
    template: str,
    language: str,
    *,
    twin: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> web.Response:
    """Return a page; `twin` is the address of the same page in the other language."""
    content = request.app[keys.CONTENT]
    body = (
        request.app[keys.TEMPLATES]
        .get_template(template)
        .render(
            language=language,
            other_language=other(language),
            twin=twin,
            strings=request.app[keys.STRINGS][language],
            not_legal_advice=content.say("utter_not_legal_advice", language),
            **values,
        )
    )
    response = web.Response(text=body, content_type="text/html", status=status, headers=headers)
    response.headers["Content-Language"] = language
    return response


def other(language: str) -> str:
    """Return the other of the two languages."""
    return LANGUAGES[1 - LANGUAGES.index(language)]


async def home(request: web.Request) -> web.StreamResponse:
    """GET /: go to the page in the language that the browser asks for; Spanish where it does not say."""
    raise web.HTTPFound(f"/{preferred_language(request.headers.get('Accept-Language', ''))}/")


def preferred_language(accepted: str) -> str:
    """Return "en" or "es" from an Accept-Language header."""
    weighted = []
    for position, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.replace(" ", "").partition(";q=")
        try:
            language = Locale.parse(name, sep="-").language
            weight_given = float(weight or 1)
        except (ValueError, UnknownLocaleError):
            continue
        if 0 < weight_given <= 1:
            weighted.append((weight_given, -position, language))
    spoken = [language for weight, _, language in sorted(weighted, reverse=True) if language in LANGUAGES]
    return spoken[0] if spoken else "es"


async def chat_page(request: web.Request) -> web.StreamResponse:
    """GET /en/ and /es/: the chat, with the list of topics that have an answer."""
    language = request.match_info["language"]
    topics = [topic for topic in request.app[keys.CONTENT].topics.values() if topic.answered]
    groups = [(group, [topic for topic in topics if topic.group == group]) for group in GROUPS]
    greeting = request.app[keys.CONTENT].say("utter_greet", language)
    return render(
        request, "chat.html", language, twin=f"/{other(language)}/", groups=groups, greeting=greeting
    )


async def without_slash(request: web.Request) -> web.StreamResponse:
    """GET /en, /en/<topic>/: people type these; go to the page they mean."""
    topic = request.match_info.get("topic", "")
    raise web.HTTPFound(f"/{request.match_info['language']}/{topic}")


async def topic_page(request: web.Request) -> web.StreamResponse:
    """GET /en/<topic> and /es/<topic>: one answer as a page of its own."""
    language, content = request.match_info["language"], request.app[keys.CONTENT]
    topic = content.topics.get(request.match_info["topic"])
    if topic is None:
        raise web.HTTPNotFound
    return render(
        request,
        "topic.html",
        language,
        twin=f"/{other(language)}/{topic.id}",
        topic=topic,
        reply=answer(content, topic, language),
        related=[content.topics[name] for name in answered_related(content, topic)],
        show_date=lambda date: show_date(date, language),
    )


def show_date(date: datetime.date, language: str) -> str:
    """Return a date as people of that language write it."""
    return str(format_date(date, "long", locale=language))

"""The chat on other websites: the script that one line puts there, its frame, and a page to try it on."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from aiohttp import web

from bot.answering.answers import answer
from bot.gateway import keys
from bot.gateway.aids import links_of
from bot.gateway.pages import Page, chat_page, page_of, public_origin, respond, texts
from bot.text.language import LANGUAGES
from bot.text.markup import phone_uri
from bot.web.languages import other, preferred_language

TRIAL = "/embed/try"
_LABELS = ("launcher", "launcher_close", "launcher_elsewhere", "title", "waiting", "urgent_hotline")
# What the tag may be told, as templates/embed.js reads it: another value counts as none.
_ATTRIBUTES = {
    "side": re.compile("left|right"),
    "bottom": re.compile(r"\d{1,3}"),
    "color": re.compile("#[0-9a-fA-F]{6}"),
    "topic": re.compile("[a-z0-9_]+(/[a-z0-9_]+)?"),
}


async def get_embed_script(request: web.Request) -> web.StreamResponse:
    """GET /embed.js: the script that adds a button and, when it is pressed, the chat in a frame."""
    app = request.app
    strings = texts(app)
    labels = {language: {key: strings[language][key] for key in _LABELS} for language in LANGUAGES}
    hotline = phone_uri(app[keys.CURRENT_MODEL].content.directory.hotline)
    text = app[keys.TEMPLATES].get_template("embed.js").render(labels=labels, hotline=hotline)
    # An hour: it stands on pages of others, who are not to wait for us at each of them.
    headers = {"Cache-Control": "public, max-age=3600"}
    response = web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=headers)
    response.enable_compression()
    return response


async def get_embedded_chat(request: web.Request) -> web.StreamResponse:
    """GET /embed/en/ and /embed/en/<topic>: the chat alone, for a frame; it may begin with an answer.

    With a topic that is not there it is the chat as usual: a website may name one that has gone since.
    """
    app, language = request.app, request.match_info["language"]
    names = [request.match_info[part] for part in ("topic", "situation") if part in request.match_info]
    page = chat_page(app, language, embedded=True)
    values = {**page.values, "in_frame": True, "begins_with": None}
    content = app[keys.CURRENT_MODEL].content
    topic = content.topics.get(".".join(names))
    if topic is not None:
        # Which situation is meant is asked on the answer's own page: nothing here leads to the others.
        said = answer(content, dataclasses.replace(topic, ask={}), language)
        values["begins_with"] = {
            "title": topic.title[language],
            "around": said.around_calls(),
            "calls": said.calls,
            "links": links_of(said, texts(app)),
            "page": page_of(content, said),
        }
        page = dataclasses.replace(page, twin=f"{page.twin}{'/'.join(names)}")
    return respond(request, dataclasses.replace(page, values=values))


async def get_trial(request: web.Request) -> web.StreamResponse:
    """GET /embed/try: go to the page in the language that the browser asks for."""
    raise web.HTTPFound(f"{TRIAL}/{preferred_language(request.headers.get('Accept-Language', ''))}")


async def get_trial_page(request: web.Request) -> web.StreamResponse:
    """GET /embed/try/en and /embed/try/es: an empty page with the button, and the tag to copy."""
    app, language = request.app, request.match_info["language"]
    values = {
        "attributes": _attributes(request.query),
        "websites": app[keys.EMBED_ORIGINS],
        "own": public_origin(request),
    }
    page = Page("embed_try.html", language, f"{TRIAL}/{language}", f"{TRIAL}/{other(language)}", values)
    return respond(request, page)


def _attributes(query: Mapping[str, str]) -> dict[str, str]:
    """Return what the tag is told, of the values that were asked for."""
    return {
        name: query[name] for name, form in _ATTRIBUTES.items() if form.fullmatch(query.get(name, "").strip())
    }

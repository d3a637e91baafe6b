"""GET /embed.js: the one line that puts the chat on the city's website."""

from __future__ import annotations

from aiohttp import web

from bot.gateway import keys
from bot.text.language import LANGUAGES


async def get_embed_script(request: web.Request) -> web.StreamResponse:
    """Return the script that adds a button and, when it is pressed, the chat in a frame."""
    strings = request.app[keys.STRINGS]
    labels = {
        language: {key: strings[language][key] for key in ("launcher", "launcher_close", "title")}
        for language in LANGUAGES
    }
    text = request.app[keys.TEMPLATES].get_template("embed.js").render(labels=labels)
    # An hour: it stands on pages of others, who are not to wait for us at each of them.
    headers = {"Cache-Control": "public, max-age=3600"}
    response = web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=headers)
    response.enable_compression()
    return response

"""GET /api/answers/{answer}: what residents who ask for an answer get at this moment, in both languages.

Staff who turn an answer off or on, publish or go back are shown this, not what was intended.
"""

from __future__ import annotations

from aiohttp import web

from bot.answering.answers import given_for
from bot.answering.replies import reply_to_choice
from bot.answering.reply import CHOOSE_TOPIC
from bot.gateway import keys
from bot.gateway.chat import reply_as_json
from bot.gateway.pages import texts
from bot.text.language import LANGUAGES


async def get_answer(request: web.Request) -> web.StreamResponse:
    """Say what the button for an answer says, nothing for one that the model does not know.

    Nothing of it is counted, and no conversation begins.
    """
    payload, strings = CHOOSE_TOPIC + request.match_info["answer"], texts(request.app)
    with request.app[keys.CURRENT_MODEL].use() as model:
        said = {code: reply_to_choice(model.content, payload, code) for code in LANGUAGES}
        replies = {
            code: reply_as_json(reply, model.content, strings) for code, reply in said.items() if reply
        }
        topic = model.content.topics.get(request.match_info["answer"])
        given = given_for(model.content, topic) if topic else None
    response = web.json_response({"model": model.version, "given": given, "replies": replies})
    response.headers["Cache-Control"] = "no-store"
    response.enable_compression()
    return response

"""The search without a script: a question in by a form, a page with its answer out.

The question comes by POST and is answered at once, without a redirect. In an address (GET) the words would
stand in the history of the phone, in the address bar and in the logs of proxies; a redirect would need a
place to keep them in. The page is never stored (`no-store`): after "leave now" the button "back" does not
bring it up again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.answering.decision import SAY
from bot.answering.replies import reply_to_choice
from bot.answering.reply import CHOOSE_MORE, CHOOSE_NEED, CHOOSE_TOPIC, Button, Reply
from bot.content.page_texts import PageTexts
from bot.content.reading import Content
from bot.content.topics import page_path
from bot.database.usage import WEB
from bot.gateway import keys
from bot.gateway.aids import Link, links_of
from bot.gateway.body import BadRequest, read_bytes
from bot.gateway.conversations import Conversation
from bot.gateway.dialogue import reply
from bot.gateway.offline import OfflineCopies
from bot.gateway.pages import DIRECTORY, SEARCH, Page, page_of, respond, texts
from bot.gateway.search_index import find
from bot.text.cleaning import both_ends, clean
from bot.web.languages import other

_NOT_UNDERSTOOD = f"{SAY}utter_not_understood"
# A form of ours has one.
_MOST_FIELDS = 4


@dataclass(frozen=True)
class Said:
    """A reply as the page shows it, in its own language.

    `around` is its text before and after whom to call, `aids` links to what is shown or heard, `links` titles
    with addresses of pages that it leads to, `choices` those that have no page and are answered by the same
    form; `page` is the address of the whole answer, None where there is none.
    """

    around: tuple[str, str]
    language: str
    title: str = ""
    page: str | None = None
    calls: tuple[dict[str, Any], ...] = ()
    aids: tuple[Link, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    choices: tuple[Button, ...] = ()
    services: tuple[dict[str, Any], ...] = ()


class PlainSearch:
    """The two requests of the search. Nothing of them is kept, counted or logged.

    A question is understood as the chat understands it, in a conversation of its own that Rasa forgets with
    the answer; where Rasa does not answer, it is looked for in the index that phones search.
    """

    def __init__(self, offline: OfflineCopies) -> None:
        self._offline = offline

    async def get(self, request: web.Request) -> web.StreamResponse:
        """GET /en/search and /es/buscar: the form alone; the other language's name leads there."""
        language = request.match_info["language"]
        if request.path != SEARCH[language]:
            raise web.HTTPFound(SEARCH[language])
        return respond(request, _page(request.app, language, ()))

    async def post(self, request: web.Request) -> web.StreamResponse:
        """POST /en/search and /es/buscar, `question` or `choice` as a form sends it: what was found."""
        app, language = request.app, request.match_info["language"]
        fields = await _read_form(request)
        question = clean(both_ends(fields.get("question", "")))
        content = app[keys.CURRENT_MODEL].content
        chosen = reply_to_choice(content, fields["choice"], language) if "choice" in fields else None
        message = ""
        if chosen is not None:
            said = [_said(content, chosen, texts(app))]
        elif question:
            said = await self._find(app, question, language)
        else:
            said, message = [], texts(app)[language]["error_empty"]
        response = respond(request, _page(app, language, said, message))
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _find(self, app: web.Application, question: str, language: str) -> list[Said]:
        # The page itself says below every answer that it is no legal advice.
        conversation = Conversation(test=True, notice_given=True)
        outcome = await reply(app, conversation, channel=WEB, message=question, page=language)
        content = app[keys.CURRENT_MODEL].content
        said = [_said(content, one, texts(app)) for one in outcome.replies] if outcome else []
        if outcome is None or outcome.degraded:
            return [*await self._look_up(app, question, language), *said]
        if any(one.again == _NOT_UNDERSTOOD for one in outcome.replies):
            said += await self._look_up(app, question, language)
        return said

    async def _look_up(self, app: web.Application, question: str, language: str) -> list[Said]:
        """Return up to three answers in whose training questions the words stand, as one list of links."""
        indexes = await self._offline.indexes()
        found = {name: find(index["words"], question) for name, index in indexes.items()}
        # People ask in either language, whatever the page is in.
        spoken = max((language, other(language)), key=lambda name: found[name].known)
        titles = indexes[spoken]["titles"]
        links = tuple((titles[topic], page_path(topic, spoken)) for topic in found[spoken].topics)
        return [Said((texts(app)[spoken]["search_links"], ""), spoken, links=links)] if links else []


def _page(app: web.Application, language: str, said: Sequence[Said], message: str = "") -> Page:
    values = {"said": said, "message": message, "strings_in": texts(app)}
    return Page("search.html", language, SEARCH[language], SEARCH[other(language)], values)


async def _read_form(request: web.Request) -> Mapping[str, str]:
    """Return the fields of a form; none where it is no form of ours. Files of others would go to the disk."""
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        text = (await read_bytes(request)).decode("utf-8", "replace")
        return dict(parse_qsl(text, max_num_fields=_MOST_FIELDS))
    except (BadRequest, ValueError):
        raise web.HTTPBadRequest from None


def _said(content: Content, reply: Reply, strings: PageTexts) -> Said:
    language = reply.language
    topic = content.topics.get(reply.answer or reply.topic or "")
    return Said(
        reply.around_calls(),
        language,
        title=topic.title[language] if topic else "",
        page=page_of(content, reply),
        calls=reply.calls,
        aids=tuple(links_of(reply, strings)),
        links=tuple(_links(content, reply.buttons, language)),
        choices=tuple(
            button
            for button in reply.buttons
            if not button.payload.startswith((CHOOSE_TOPIC, CHOOSE_MORE))
            and reply_to_choice(content, button.payload, language)
        ),
        services=reply.services,
    )


def _links(content: Content, buttons: Sequence[Button], language: str) -> Iterator[tuple[str, str]]:
    """Yield the choices that a page answers: an answer's own, or the directory for a search for help.

    What goes beyond an answer stands on its page, which is linked anyway.
    """
    for button in buttons:
        kind, _, name = button.payload.partition(":")
        if f"{kind}:" == CHOOSE_TOPIC:
            yield button.title, page_path(name, language)
        elif reply_to_choice(content, button.payload, language) is None:
            need = f"#{name}" if f"{kind}:" == CHOOSE_NEED and name in content.directory.needs else ""
            yield button.title, DIRECTORY[language] + need

"""The pages: the chat, every answer, the directory and the cards to print; all work without a script."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.answering.answers import answer, answered_next, answered_situations, calls_now
from bot.answering.decision import CHAT_PRIVACY
from bot.answering.reply import CHOOSE_START, Reply
from bot.clock import TIME_ZONE, current_date
from bot.content.page_texts import PageTexts, with_hotline
from bot.content.reading import Content
from bot.content.topics import GROUPS, Topic, page_path
from bot.directory.cards import service_card
from bot.gateway import aids, keys
from bot.gateway.family import (
    FAMILY_PLAN,
    TELL_FAMILY,
    message_values,
    plan_values,
)
from bot.text.language import LANGUAGES
from bot.text.markup import parse_blocks, phone_uri
from bot.web.assets import SHARED_TEMPLATES
from bot.web.languages import other, preferred_language

_FOLDER = Path(__file__).parent

# Pages with an address in the words of their language.
PRINTED_CARDS = {"en": "/en/red-card", "es": "/es/tarjeta-roja"}
DIRECTORY = {"en": "/en/help", "es": "/es/ayuda"}
PRIVACY = {"en": "/en/privacy", "es": "/es/privacidad"}
# The search without a script (bot/gateway/plain_search.py).
SEARCH = {"en": "/en/search", "es": "/es/buscar"}
# The parts of the page on privacy, by the names of their headings and texts.
_PRIVACY_PARTS = ("not_kept", "kept", "others", "careful")
# As many cards as fit on a sheet of letter paper, each as large as a business card when folded.
_CARDS_A_SHEET = 4

# What the chat says by itself; it knows both languages, since one message may be in the other.
_CHAT_STRINGS = (
    *("you", "bot", "waiting", "slow", "offline", "offline_choice", "offline_switch"),
    *("not_sent", "not_sent_choice"),
    *("saved_answers", "no_saved_answers", "privacy_title", "more_below", "more_calls", "service_more"),
    *("sources", "checked", "phone", "website", "address", "languages", "hours", "cost", "area"),
    *("eligibility", "bring", "service_checked", "helped", "yes", "no", "thanks", "share", "copy_link"),
    *("link_copied", "link_not_copied", "share_link", "open_page", "print_cards", "started_over"),
)
# What it says besides where questions are kept for review.
_KEEPING_STRINGS = ("keep_question", "question_kept")


@dataclass(frozen=True)
class Page:
    """A page in one language: its template, its address and its twin's, and what is put into it.

    `use_by` is the last day on which a saved copy of it may be shown, None where there is none; from then
    on `later` is shown in its place.
    """

    template: str
    language: str
    path: str
    twin: str
    values: Mapping[str, Any]
    use_by: datetime.date | None = None
    later: Page | None = None


def create_templates() -> Environment:
    """Return the page templates; everything put into pages is escaped."""
    templates = Environment(
        loader=FileSystemLoader([_FOLDER / "templates", SHARED_TEMPLATES]),
        autoescape=select_autoescape(["html", "xml"]),
        undefined=StrictUndefined,
        # New files belong to a new start: the words they need are read only then.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["blocks"] = parse_blocks
    for name in templates.list_templates():
        templates.get_template(name)
    return templates


def texts(app: web.Application) -> PageTexts:
    """Return what pages and errors say by themselves, with the hotline's number as it is now."""
    content = app[keys.CURRENT_MODEL].content
    return with_hotline(content.page_texts, content.directory.hotline)


def write_page(app: web.Application, page: Page, *, origin: str, saved: str = "") -> str:
    """Return a page as HTML. `saved` says when it was saved on a phone; empty for a fresh one.

    `origin` is where residents reach the assistant, as addresses for search engines begin with it.
    """
    content = app[keys.CURRENT_MODEL].content
    return str(
        app[keys.TEMPLATES]
        .get_template(page.template)
        .render(
            language=page.language,
            other_language=other(page.language),
            path=page.path,
            twin=page.twin,
            origin=origin,
            saved=saved,
            strings=texts(app)[page.language],
            hotline=content.directory.hotline,
            hotline_uri=phone_uri(content.directory.hotline),
            asset=app[keys.ASSETS].url,
            not_legal_advice=content.text_of("utter_not_legal_advice", page.language),
            privacy_path=PRIVACY[page.language],
            search_path=SEARCH[page.language],
            aid_strings=aids.aid_strings(texts(app)),
            show_date=lambda date: show_date(date, page.language),
            **page.values,
        )
    )


def respond(
    request: web.Request, page: Page, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with a page."""
    text = write_page(request.app, page, origin=public_origin(request))
    response = web.Response(text=text, content_type="text/html", status=status, headers=headers)
    response.headers["Content-Language"] = page.language
    # A mended answer is to be seen at once.
    response.headers["Cache-Control"] = "no-cache"
    response.enable_compression()
    return response


def public_origin(request: web.Request) -> str:
    """Return where residents reach the assistant: as set, else as this request came."""
    if request.app[keys.PUBLIC_URL]:
        return request.app[keys.PUBLIC_URL]
    try:
        return str(request.url.origin())
    except ValueError:
        return ""  # the request names no host, or none that can be


def show_date(date: datetime.date, language: str) -> str:
    """Return a date as people of that language write it."""
    return str(format_date(date, "long", locale=language))


async def home(request: web.Request) -> web.StreamResponse:
    """GET /: go to the page in the language that the browser asks for; Spanish where it does not say."""
    raise web.HTTPFound(f"/{preferred_language(request.headers.get('Accept-Language', ''))}/")


async def get_privacy(request: web.Request) -> web.StreamResponse:
    """GET /privacy: go to the page on privacy in the language that the browser asks for."""
    raise web.HTTPFound(PRIVACY[preferred_language(request.headers.get("Accept-Language", ""))])


async def without_slash(request: web.Request) -> web.StreamResponse:
    """GET /en, /en/<topic>/, /en/<topic>/<situation>/: people type these; go to the page they mean."""
    names = [request.match_info[part] for part in ("topic", "situation") if part in request.match_info]
    raise web.HTTPFound(f"/{request.match_info['language']}/{'/'.join(names)}")


async def get_chat(request: web.Request) -> web.StreamResponse:
    """GET /en/ and /es/: the chat, with the list of topics that have an answer."""
    return respond(request, chat_page(request.app, request.match_info["language"]))


async def get_named_page(request: web.Request) -> web.StreamResponse:
    """GET /en/<name>: an answer or a page with a name, which the other language's name leads to as well."""
    app, language, name = request.app, request.match_info["language"], request.match_info["topic"]
    for make, paths in _NAMED:
        if f"/{language}/{name}" == paths[language]:
            return respond(request, make(app, language))
        if f"/{other(language)}/{name}" == paths[other(language)]:
            raise web.HTTPFound(paths[language])
    return _respond_with_answer(request, name)


async def get_answer(request: web.Request) -> web.StreamResponse:
    """GET /en/<topic>/<situation>: the answer for one situation."""
    return _respond_with_answer(request, f"{request.match_info['topic']}.{request.match_info['situation']}")


def _respond_with_answer(request: web.Request, name: str) -> web.Response:
    topic = request.app[keys.CURRENT_MODEL].content.topics.get(name)
    if topic is None:
        raise web.HTTPNotFound
    return respond(request, topic_page(request.app, topic, request.match_info["language"]))


def chat_page(app: web.Application, language: str, *, embedded: bool = False) -> Page:
    """Return the page with the chat, whole or alone."""
    content, strings = app[keys.CURRENT_MODEL].content, texts(app)
    starters = [
        {
            "title": starter.title[language],
            "choice": CHOOSE_START + starter.id,
            "page": page_path(starter.answer, language),
        }
        for starter in content.start.starters.values()
        if starter.card or content.topics[starter.answer].answered
    ]
    chat_strings = _CHAT_STRINGS + (_KEEPING_STRINGS if app[keys.REVIEW_QUEUE] else ())
    values = {
        "starters": starters,
        "parts_of_topics": list(_parts_of_topics(content, strings, language)),
        "greeting": content.text_of("utter_greet", language),
        "chat_strings": json.dumps(
            {code: {key: strings[code][key] for key in chat_strings} for code in LANGUAGES},
            ensure_ascii=False,
        ),
        "directory_path": DIRECTORY[language],
        "cards_path": PRINTED_CARDS[language],
        "tell_path": TELL_FAMILY[language],
        "plan_path": FAMILY_PLAN[language],
        "links": aids.start_links(language, strings),
    }
    folder, template = ("/embed", "embed.html") if embedded else ("", "chat.html")
    return Page(template, language, f"{folder}/{language}/", f"{folder}/{other(language)}/", values)


def _parts_of_topics(
    content: Content, strings: PageTexts, language: str
) -> Iterator[tuple[str, list[Topic]]]:
    """Yield the headings of the list of topics, each with its topics that have an answer.

    Those that data/start.yml names come first, the others under the names of their groups.
    """
    placed = {name for part in content.start.parts for name in part.topics}
    given = {topic.id: topic for topic in content.topics.values() if topic.is_core and topic.answered}
    others = [topic for name, topic in given.items() if name not in placed]
    named = [
        (part.title[language], [given[name] for name in part.topics if name in given])
        for part in content.start.parts
    ]
    grouped = [
        (strings[language][f"group_{group}"], [topic for topic in others if topic.group == group])
        for group in GROUPS
    ]
    return ((title, topics) for title, topics in (*named, *grouped) if topics)


def topic_page(
    app: web.Application, topic: Topic, language: str, *, today: datetime.date | None = None
) -> Page:
    """Return the page of an answer as it is on a day, by default the current one."""
    content, today = app[keys.CURRENT_MODEL].content, today or current_date()
    reply = answer(content, topic, language, today=today, live=False)
    values = {
        "topic": topic,
        "reply": reply,
        # As the chat names them at this moment; a copy on a phone has them at any time.
        "calls": calls_now(content, reply),
        "links": aids.links_of(reply, texts(app)),
        "situations": answered_situations(content, topic),
        "next": answered_next(content, topic),
        "core": content.topics[topic.topic],
        "path_of": page_path,
        "cards_path": PRINTED_CARDS[language] if topic.topic == aids.RED_CARD else "",
    }
    paths = page_path(topic.id, language), page_path(topic.id, other(language))
    page = Page("topic.html", language, *paths, values)
    use_by = topic.review_by
    if topic.volatility == "litigated" and use_by and today <= use_by:
        later = topic_page(app, topic, language, today=use_by + datetime.timedelta(days=1))
        return dataclasses.replace(page, use_by=use_by, later=later)
    return page


def directory_page(app: web.Application, language: str) -> Page:
    """Return the page with every service of the directory, each once, under the first of its needs."""
    content, now = app[keys.CURRENT_MODEL].content, datetime.datetime.now(TIME_ZONE)
    directory = content.directory
    groups = []
    for need in directory.needs.values():
        services = [
            {
                **service_card(service, language, lambda name: content.text_of(name, language), now=now),
                "also_for": ", ".join(directory.needs[code].name[language] for code in service.needs[1:]),
            }
            for service in directory.services
            if service.needs[0] == need.code
        ]
        if services:
            groups.append((need.code, need.name[language], services))
    return Page(
        "directory.html", language, DIRECTORY[language], DIRECTORY[other(language)], {"groups": groups}
    )


def cards_page(app: web.Application, language: str) -> Page:
    """Return the page with the cards to print."""
    content = app[keys.CURRENT_MODEL].content
    unspoken = other(language)
    values = {
        "front": content.text_of("utter_red_card_front", "en"),
        "back": content.text_of("utter_red_card_back", "es"),
        "cards": _CARDS_A_SHEET,
        "limits": content.text_of("utter_red_card_limits", language),
        # What a reader of this page may not be able to read on the card.
        "explained": content.text_of(
            "utter_red_card_back" if unspoken == "es" else "utter_red_card_front", language
        ),
        "card_path": aids.SHOWN_CARD[language],
        "topic_path": f"/{language}/{aids.RED_CARD}",
        "has_topic": aids.RED_CARD in content.topics,
    }
    return Page("cards.html", language, PRINTED_CARDS[language], PRINTED_CARDS[unspoken], values)


def _page_of_aid(
    template: str, paths: Mapping[str, str], values: Callable[[web.Application, str], Mapping[str, Any]]
) -> Callable[[web.Application, str], Page]:
    """Return what makes a page with something that is heard or shown instead of read."""

    def make(app: web.Application, language: str) -> Page:
        return Page(template, language, paths[language], paths[other(language)], values(app, language))

    return make


def privacy_page(app: web.Application, language: str) -> Page:
    """Return the page that says what is kept of what people write, and what is not."""
    content, strings = app[keys.CURRENT_MODEL].content, texts(app)
    parts = [
        (strings[language][f"privacy_{part}"], content.text_of(f"utter_privacy_{part}", language))
        for part in _PRIVACY_PARTS
    ]
    return Page(
        "privacy.html", language, PRIVACY[language], PRIVACY[other(language)], {"parts_of_privacy": parts}
    )


def tell_family_page(app: web.Application, language: str) -> Page:
    """Return the page with the messages for the family."""
    values = message_values(app[keys.CURRENT_MODEL].content, language, texts(app)[language])
    values["plan_path"] = FAMILY_PLAN[language]
    return Page("tell-family.html", language, TELL_FAMILY[language], TELL_FAMILY[other(language)], values)


def family_plan_page(app: web.Application, language: str) -> Page:
    """Return the page with the plan of the family, to fill in and print."""
    values = plan_values(app[keys.CURRENT_MODEL].content, language, texts(app)[language])
    values["tell_path"] = TELL_FAMILY[language]
    return Page("family-plan.html", language, FAMILY_PLAN[language], FAMILY_PLAN[other(language)], values)


# The pages with a name of their own: what makes each, and its addresses.
_NAMED: Sequence[tuple[Callable[[web.Application, str], Page], Mapping[str, str]]] = (
    (directory_page, DIRECTORY),
    (cards_page, PRINTED_CARDS),
    *(
        (_page_of_aid(template, paths, values), paths)
        for template, paths, values in (
            ("shown_card.html", aids.SHOWN_CARD, aids.shown_card),
            ("spoken.html", aids.SPOKEN, aids.spoken),
            ("interpreter.html", aids.INTERPRETER, aids.interpreter),
        )
    ),
    (privacy_page, PRIVACY),
    (tell_family_page, TELL_FAMILY),
    (family_plan_page, FAMILY_PLAN),
)


def page_of(content: Content, reply: Reply) -> str | None:
    """Return the address of the page that says what a reply says, None where there is none."""
    if reply.topic == CHAT_PRIVACY:
        return PRIVACY[reply.language]
    name = reply.answer or reply.topic or ""
    return page_path(name, reply.language) if name in content.topics else None


def error_page(app: web.Application, language: str, message_key: str) -> Page:
    """Return the page that says what went wrong, in the words of the pages' own texts."""
    values = {"message": texts(app)[language][message_key]}
    return Page("error.html", language, f"/{language}/", f"/{other(language)}/", values)


def all_pages(app: web.Application, language: str) -> Iterator[Page]:
    """Yield the pages worth finding and keeping: the chat, those with a name of their own, every answer."""
    yield chat_page(app, language)
    for make, _ in _NAMED:
        yield make(app, language)
    for topic in app[keys.CURRENT_MODEL].content.topics.values():
        if topic.answered:
            yield topic_page(app, topic, language)


async def get_sitemap(request: web.Request) -> web.StreamResponse:
    """GET /sitemap.xml: every page in both languages, with the day its answer was checked."""
    pages = [page for language in LANGUAGES for page in all_pages(request.app, language)]
    text = (
        request.app[keys.TEMPLATES]
        .get_template("sitemap.xml")
        .render(origin=public_origin(request), pages=pages, other=other)
    )
    return web.Response(text=text, content_type="application/xml")


async def get_robots(request: web.Request) -> web.StreamResponse:
    """GET /robots.txt: search engines may read every page, and find the list of them."""
    lines = ("User-agent: *", "Disallow: /api/", "Disallow: /embed/", "")
    return web.Response(text="\n".join((*lines, f"Sitemap: {public_origin(request)}/sitemap.xml", "")))

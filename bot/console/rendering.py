"""Pages of the console, in the language of whoever asks."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.clock import current_date, in_office
from bot.console import keys
from bot.console.guides import help_of
from bot.database.accounts import may
from bot.messages import Message
from bot.text.markup import parse_blocks
from bot.web.assets import SHARED_TEMPLATES
from bot.web.languages import other

FOLDER = Path(__file__).parent
# The pages in the order of the navigation, by the names of their texts.
NAVIGATION = (
    ("today", "/"),
    ("topics", "/topics"),
    ("texts", "/texts"),
    ("try", "/try"),
    ("asked", "/asked"),
    ("directory", "/directory"),
    ("release", "/release"),
    ("history", "/history"),
    ("use", "/use"),
)
# What the name of a version begins with: when it was made, in UTC.
_VERSION = re.compile(r"(\d{8}-\d{6})-[0-9a-f]{8}")
# The same within a text, with the word for it before, where that stands there.
_VERSION_SAID = re.compile(rf"(?:(?P<word>[Vv]ersi(?:on|ón)) )?(?P<version>{_VERSION.pattern})")
# Values of messages that name an answer or a topic.
_NAMES_OF_ANSWERS = ("topic", "answer", "other", "starter")


def create_templates() -> Environment:
    """Return the page templates; everything put into pages is escaped."""
    templates = Environment(
        # The pieces of the public pages show a preview as residents will see it.
        loader=FileSystemLoader([FOLDER / "templates", SHARED_TEMPLATES]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["blocks"] = parse_blocks
    templates.filters["fill"] = fill
    templates.globals["sentence"] = lambda text: text[:1].upper() + text[1:]
    return templates


def fill(text: str, **values: object) -> str:
    """Return a text with values in the place of their names in capital letters."""
    for name, value in values.items():
        text = text.replace(name, str(value))
    return text


def said(message: str, language: str) -> str:
    """Return what the core says in a language; a text that is no message stays as it is."""
    return message.in_language(language) if isinstance(message, Message) else message


def told(request: web.Request, message: str) -> str:
    """Return what the core says as a page says it: answers by titles, versions by when they were made."""
    language = request[keys.LANGUAGE]
    titles = request.app[keys.CONTENT_CACHE].last_titles(language)

    def shown(name: str, value: object) -> object:
        title = titles.get(value) if name in _NAMES_OF_ANSWERS and isinstance(value, str) else None
        return f"{title} ({value})" if title else value

    text = message.in_language(language, shown) if isinstance(message, Message) else message

    def named(found: re.Match[str]) -> str:
        name = version_name(request, found["version"])
        return name[:1].upper() + name[1:] if (found["word"] or "")[:1].isupper() else name

    return _VERSION_SAID.sub(named, text)


def version_name(request: web.Request, version: str) -> str:
    """Return how a version is called: "version of 29 November, 10:08"; one without a time by its name.

    The year is said of those of other years, and seconds where two were made within one minute.
    """
    strings = request.app[keys.STRINGS][request[keys.LANGUAGE]]
    made, others = _made(version), request.app[keys.STORE].versions()
    if not made:
        return fill(strings["version_of_name"], VERSION=version)
    is_alone = not any(other != version and _made(other)[:16] == made[:16] for other in others)
    pattern = strings["version_time"] if is_alone else strings["version_time_with_seconds"]
    if in_office(made).year != current_date().year:
        pattern = pattern.replace("MMMM", strings["version_month_and_year"])
    when = format_datetime(in_office(made), pattern, locale=request[keys.LANGUAGE])
    return fill(strings["version_of"], WHEN=when)


def name_of(request: web.Request, subject: str) -> str:
    """Return how what something was done with is called: an answer, a version, or else by its own name."""
    title = request.app[keys.CONTENT_CACHE].last_titles(request[keys.LANGUAGE]).get(subject)
    return title or (version_name(request, subject) if _VERSION.fullmatch(subject) else subject)


def _made(version: str) -> str:
    """Return when a version was made, in UTC ("2026-11-29T18:08:31+00:00"); empty where that is not told."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return ""
    try:
        return datetime.datetime.strptime(f"{found[1]}+0000", "%Y%m%d-%H%M%S%z").isoformat()
    except ValueError:
        return ""


def write(request: web.Request, template: str, **values: Any) -> str:
    """Return a page, or a piece of one, as HTML."""
    app, language, account = request.app, request[keys.LANGUAGE], request[keys.ACCOUNT]
    token = request[keys.TOKEN]
    return str(
        app[keys.TEMPLATES]
        .get_template(template)
        .render(
            t=app[keys.STRINGS][language],
            language=language,
            other_language=other(language),
            account=account,
            may=lambda role: account is not None and may(account.role, role),
            form_token=app[keys.SESSIONS].form_token(token),
            asset=app[keys.ASSETS].url,
            navigation=NAVIGATION,
            here="/" + request.path.strip("/").partition("/")[0],
            path_qs=request.path_qs if request.method == "GET" else request.path,
            said=lambda message: told(request, message),
            version_name=lambda name: version_name(request, name),
            name_of=lambda subject: name_of(request, subject),
            names_of=lambda subjects, between=", ": between.join(
                name_of(request, str(subject)) for subject in subjects
            ),
            running=lambda run: fill(
                app[keys.STRINGS][language][f"running_{run.kind}"],
                SUBJECT=name_of(request, run.subject),
                WHO=run.who,
            ),
            as_date=datetime.date.fromisoformat,
            show_date=lambda day: format_date(day, "medium", locale=language),
            help=help_of(
                "/sign-in" if template == "sign_in.html" else _address(request), app[keys.STRINGS][language]
            ),
            show_time=lambda moment: show_time(moment, language),
            **values,
        )
    )


def _address(request: web.Request) -> str | None:
    """Return the address that was asked for as the router has it: /topics/{topic}; None for no page."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else None


def render(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """Answer with a page."""
    # What is under way is told on whole pages alone: pieces of them are asked for all the time.
    page = write(request, template, runs=request.app[keys.RUNS].each(), **values)
    response = web.Response(text=page, content_type="text/html", status=status)
    response.headers["Content-Language"] = request[keys.LANGUAGE]
    response.enable_compression()
    return response


def show_time(moment: str, language: str) -> str:
    """Return a moment ("2026-07-20T08:00:00Z") as people in Los Angeles write it."""
    return str(format_datetime(in_office(moment), "short", locale=language))


def text(request: web.Request, name: str, **values: object) -> str:
    """Return one of the console's texts."""
    return fill(request.app[keys.STRINGS][request[keys.LANGUAGE]][name], **values)

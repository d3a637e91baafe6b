"""Pages of the console, in the language of whoever asks."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.clock import in_office
from bot.console import keys
from bot.database.accounts import may
from bot.messages import Message
from bot.text.markup import parse_blocks
from bot.web.assets import SHARED_TEMPLATES
from bot.web.languages import other

FOLDER = Path(__file__).parent
# The pages in the order of the navigation, by the names of their texts.
NAVIGATION = (
    ("topics", "/topics"),
    ("try", "/try"),
    ("asked", "/asked"),
    ("directory", "/directory"),
    ("release", "/release"),
    ("history", "/history"),
    ("use", "/use"),
)


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
            said=lambda message: said(message, language),
            show_date=lambda day: format_date(day, "medium", locale=language),
            show_time=lambda moment: show_time(moment, language),
            version=lambda name: version_name(request, name),
            **values,
        )
    )


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


def version_name(request: web.Request, version: str) -> str:
    """Return how a version is called: by when it was made, or by its name where that does not tell."""
    try:
        made = datetime.datetime.strptime(f"{version[:15]}+0000", "%Y%m%d-%H%M%S%z").isoformat()
    except ValueError:
        return version
    return show_time(made, request[keys.LANGUAGE])


def text(request: web.Request, name: str, **values: object) -> str:
    """Return one of the console's texts."""
    return fill(request.app[keys.STRINGS][request[keys.LANGUAGE]][name], **values)

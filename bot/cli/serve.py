"""`kyr serve`, `console` and `ask`: answer residents, let staff work, ask one question."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from typing import Any

import click

from bot.cli.shared import AT_FAULT, DONE, with_settings
from bot.settings import Settings
from bot.text.language import LANGUAGES

_CONSOLE_PORT = 8081

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")


@click.command(epilog="Example: kyr serve --host 0.0.0.0 --console")
@_host
@click.option("--port", type=int, default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--console",
    type=int,
    is_flag=False,
    flag_value=_CONSOLE_PORT,
    metavar="[PORT]",
    help=f"Serve the staff console as well (on port {_CONSOLE_PORT}).",
)
@with_settings
def serve(settings: Settings, host: str, port: int, console: int | None) -> int:
    """Serve the assistant; trains first if there is no published model."""
    from bot.serving.serve import serve

    asyncio.run(serve(settings, host, port, click.echo, console_port=console))
    return DONE


@click.command(epilog="Example: kyr console --port 9000")
@_host
@click.option("--port", type=int, default=_CONSOLE_PORT, show_default=True, help="Port to listen on.")
@with_settings
def console(settings: Settings, host: str, port: int) -> int:
    """Serve the staff console, where clerks edit, train and publish."""
    from bot.console.serve import serve_console

    asyncio.run(serve_console(settings, host, port, click.echo))
    return DONE


@click.command(epilog='Example: kyr ask "Can ICE come into my house?"')
@click.argument("text")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the page, for doubtful texts.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as POST /api/chat gives it.")
@with_settings
def ask(settings: Settings, text: str, lang: str | None, as_json: bool) -> int:
    """Ask the published model one question, without a server."""
    if not text.strip():
        click.echo("The question is empty. Write it in quotes after `kyr ask`.", err=True)
        return AT_FAULT
    body = asyncio.run(_answer(settings, text, lang))
    if as_json:
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    elif "error" in body:
        click.echo(body["message"][lang or "en"], err=True)
    else:
        numbers = itertools.count(1)
        click.echo("\n\n".join(_as_text(reply, numbers) for reply in body["replies"]))
    return AT_FAULT if "error" in body else DONE


async def _answer(settings: Settings, text: str, lang: str | None) -> dict[str, Any]:
    from bot.serving.asking import ask
    from bot.serving.assistant import assemble
    from bot.serving.first_model import model_to_ask
    from bot.training.models import ModelStore
    from bot.web.server import listening

    def note(line: str) -> None:
        click.echo(line, err=True)

    model = model_to_ask(settings.content_dir, ModelStore(settings.data_dir), note)
    note("Starting (about half a minute)")
    assistant = assemble(model, settings)
    async with listening(assistant.app, "127.0.0.1", 0) as url, assistant.running(watch=False):
        return await ask(url, text, lang, assistant.begin_test())


def _as_text(reply: dict[str, Any], numbers: Iterator[int]) -> str:
    parts = [reply["text"]]
    for service in reply["services"]:
        phones = ", ".join(phone["number"] for phone in service["phones"])
        shown = ("opening", "url", "address", "distance", "languages", "hours", "cost", "bring", "confirm")
        facts = [phones, *(service[key] for key in shown), f"✓ {service['checked']}"]
        known = " · ".join(fact for fact in facts if fact)
        parts.append(
            f"{service['name']}: {service['description']} {service['alert']}".rstrip() + f"\n  {known}"
        )
    # By these numbers choices can be made where there are no buttons.
    parts += [f"{next(numbers)}. {button['title']}" for button in reply["buttons"]]
    if reply["sources"]:
        parts.append(f"✓ {reply['reviewed_shown']}")
        parts += [f"  {source['title']} {source['url']}" for source in reply["sources"]]
    return "\n".join(parts)

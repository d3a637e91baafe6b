"""`kyr directory`: who helps with what, where and when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from bot.cli.shared import DONE, group_with_steps, with_settings
from bot.clock import current_date
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.directory.tables import Tables
    from bot.staff.directory import DirectoryEditor


@group_with_steps(epilog="Example: kyr directory")
@with_settings
def directory(settings: Settings) -> int:
    """List the services of the directory, replace it, or go back."""
    from bot.directory.reading import read_directory
    from bot.directory.services import DAYS_TO_CONFIRM

    services = read_directory(settings.resources_dir).services
    today = current_date()
    for service in sorted(services, key=lambda service: str(service.assured_date or "")):
        state = "confirm" if service.to_confirm(today) else "checked"
        phones = " ".join(service.phones)
        click.echo(f"{state:10} {service.assured_date or ''!s:10}  {service.id:34} {phones}".rstrip())
    old = sum(service.to_confirm(today) for service in services)
    click.echo(f"{len(services)} services, {old} of them last checked more than {DAYS_TO_CONFIRM} days ago")
    return DONE


@directory.command("pull", epilog="Example: kyr directory pull https://example.org/datapackage.json")
@click.argument("url", help="An HSDS 3 API, or the datapackage.json of a CSV package.")
@with_settings
def pull_directory(settings: Settings, url: str) -> int:
    """Replace the directory by one that others publish (HSDS 3)."""
    from bot.database.audit import operator
    from bot.directory.pull import pull
    from bot.directory.update import columns_to_pull, offered, read_present

    folder = settings.resources_dir
    read_present(folder)  # before anything is asked of the network
    pulled, editor = asyncio.run(pull(url, columns_to_pull(folder))), _editor(settings)
    keep = editor.named()
    for note in offered(pulled, folder, keep).notes:
        click.echo(f"! {note}")

    def build() -> Tables:
        # Read again: somebody may have changed it meanwhile.
        return offered(pulled, folder, keep).tables

    if editor.replace(operator(), "pull", build, click.echo):
        click.echo(f"Replaced {folder}. `kyr serve` uses it within seconds; `kyr directory undo` goes back.")
    else:
        click.echo("Nothing has changed.")
    return DONE


@directory.command(epilog="Example: kyr directory undo")
@with_settings
def undo(settings: Settings) -> int:
    """Go back to the directory before."""
    from bot.database.audit import operator

    for line in _editor(settings).undo(operator()):
        click.echo(line)
    click.echo("Went back to the directory before. `kyr serve` uses it within seconds.")
    return DONE


def _editor(settings: Settings) -> DirectoryEditor:
    from bot.database.audit import AuditLog
    from bot.database.engine import Database
    from bot.staff.directory import DirectoryEditor

    return DirectoryEditor.of(settings, AuditLog(Database.of(settings)))

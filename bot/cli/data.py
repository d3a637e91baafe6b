"""`kyr backup`, `restore` and `purge`: what is kept, put back and removed."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import click

from bot.cli.shared import AT_FAULT, DONE, is_yes, with_settings
from bot.clock import current_date
from bot.settings import Settings


@click.command(epilog="Example: kyr backup kyr-2026-11-22.tar.gz")
@click.argument("file", type=click.Path(path_type=Path), help="A new file.")
@with_settings
def backup(settings: Settings, file: Path) -> int:
    """Write the database, the content and the published model to a file."""
    from bot.database.engine import Database
    from bot.database.review_queue import DAYS_KEPT
    from bot.staff.backup import back_up

    for line in back_up(file, settings, Database.of(settings)):
        click.echo(f"  {line}")
    by = current_date() + datetime.timedelta(days=DAYS_KEPT)
    click.echo(f"Wrote {file}. Settings and passwords (.env, `kyr users`) are not in it.")
    click.echo(f"Delete it by {by}: questions of residents are in it, and we promise to keep them no longer.")
    return DONE


@click.command(epilog="Example: kyr restore kyr-2026-11-22.tar.gz")
@click.argument("file", type=click.Path(path_type=Path), help="A file that `kyr backup` wrote.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def restore(settings: Settings, file: Path, yes: bool) -> int:
    """Put back what is in a backup, after showing what it replaces."""
    from bot.database.audit import operator
    from bot.database.engine import Database
    from bot.staff.restore import restore

    def confirm(shown: Sequence[str]) -> bool:
        click.echo("\n".join(shown))
        return yes or is_yes("Go on? Write yes", suffix=": ", answers=("yes", "sí", "si"))

    done = restore(file, settings, Database.of(settings), operator(), confirm)
    click.echo("Restored. Start `kyr serve` again to use it." if done else "Nothing was changed.")
    return DONE if done else AT_FAULT


@click.command(epilog="Example: kyr purge")
@with_settings
def purge(settings: Settings) -> int:
    """Remove everything that is kept of what people asked and said."""
    from bot.database.engine import Database
    from bot.database.purge import purge

    gone = purge(Database.of(settings), settings.redis_url)
    click.echo("\n".join(f"Removed: {what}" for what in gone) or "Nothing was kept.")
    return DONE

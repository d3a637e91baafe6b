"""`kyr content`: the content that staff edit, and what a new release changes in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from bot.cli.shared import AT_FAULT, DONE, group_with_steps, is_yes, with_settings
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.editing.upgrade.items import Item
    from bot.staff.upgrade import Upgrade


@group_with_steps(epilog="Example: kyr content")
@with_settings
def content(settings: Settings) -> int:
    """Say where the content is that staff edit, and what a new release changes in it."""
    from bot.settings import PROJECT_ROOT

    click.echo(f"The content that staff edit: {settings.content_dir}")
    if settings.content_dir == PROJECT_ROOT:
        click.echo("It is the program's own, so a new release meets what was changed in it.")
        return DONE
    waiting = _upgrade(settings).waiting()
    click.echo(f"Changed by the city, which stays: {len(waiting.ours) + len(waiting.to_decide)}")
    click.echo(f"Changed by the release alone: {len(waiting.to_take)}; by both: {len(waiting.to_decide)}")
    if waiting.to_take or waiting.to_decide:
        click.echo("`kyr content upgrade` takes over what was changed.")
    return DONE


@content.command(epilog="Example: kyr content upgrade --ours answer:bond")
@click.option("--ours", multiple=True, metavar="NAME", help="Keep what the city has; * for all.")
@click.option("--theirs", multiple=True, metavar="NAME", help="Take what the release has; * for all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def upgrade(settings: Settings, ours: tuple[str, ...], theirs: tuple[str, ...], yes: bool) -> int:
    """Take over what a new release changes in the content."""
    from bot.database.audit import operator
    from bot.editing.upgrade.items import CITY, RELEASE
    from bot.staff.upgrade import key_of

    upgrade = _upgrade(settings)
    waiting = upgrade.waiting()
    decided = {}
    for names, side in ((ours, CITY), (theirs, RELEASE)):
        for item in waiting.to_decide:
            if key_of(item) in names or "*" in names:
                # The lines of both stay in any case: they take nothing from each other.
                chosen = {part.key: part.value(side) for part in item.parts if part.to_choose}
                decided[key_of(item)] = item.decided(chosen) or {}
    left = [item for item in waiting.to_decide if key_of(item) not in decided]
    _tell("Changed by the release alone, which is taken over", waiting.to_take)
    _tell("Changed by both, and decided", [item for item in waiting.to_decide if key_of(item) in decided])
    _tell("Changed by both: look at them on the console's page, or name them with --ours or --theirs", left)
    if not waiting.to_take and not decided:
        click.echo("Nothing to take over." if not left else "Nothing was changed.")
        return DONE
    if not yes and not is_yes("Take it over? Write yes", suffix=": ", answers=("yes", "sí", "si")):
        click.echo("Nothing was changed.")
        return AT_FAULT
    written, outcome = upgrade.take(operator(), decided, state=waiting.state)
    for warning in outcome.warnings:
        click.echo(str(warning))
    click.echo(f"Taken over: {len(written)}. Next, `kyr train` and `kyr publish` put answers to use;")
    click.echo("the directory of services is used at once. `kyr content undo` goes back.")
    return DONE


@content.command(epilog="Example: kyr content undo")
@with_settings
def undo(settings: Settings) -> int:
    """Go back to the content before the last upgrade."""
    from bot.database.audit import operator

    _upgrade(settings).undo(operator())
    click.echo("The content is as it was before the upgrade.")
    return DONE


def _upgrade(settings: Settings) -> Upgrade:
    from bot.database.audit import AuditLog
    from bot.database.engine import Database
    from bot.staff.upgrade import Upgrade

    return Upgrade.of(settings, AuditLog(Database.of(settings)))


def _tell(title: str, items: Collection[Item]) -> None:
    from bot.staff.upgrade import key_of

    if items:
        click.echo(f"{title} ({len(items)}):")
    for item in items:
        kind = "new" if item.is_new else "removed" if item.is_gone else "changed"
        click.echo(f"  {kind:8} {key_of(item)}: {item.title}")

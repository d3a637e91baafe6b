"""`kyr feedback` and `usage`: how much the assistant is used, and whether it helps."""

from __future__ import annotations

import click

from bot.cli.shared import DONE, with_settings
from bot.settings import Settings


@click.command(epilog="Example: kyr feedback")
@with_settings
def feedback(settings: Settings) -> int:
    """List how many people said that each answer helped them, or not."""
    from bot.database.engine import Database
    from bot.database.feedback import Feedback

    totals = Feedback(Database.of(settings)).totals()
    for total in totals:
        click.echo(f"{total.topic:40} {total.language}  yes {total.helped:5}  no {total.not_helped:5}")
    if not totals:
        click.echo("Nobody has said yet whether an answer helped.")
    return DONE


@click.command(epilog="Example: kyr usage -n 12")
@click.option("-n", "number", type=int, default=4, show_default=True, metavar="NUMBER", help="Of weeks.")
@with_settings
def usage(settings: Settings, number: int) -> int:
    """Show how often topics, languages and channels were used, week by week."""
    from bot.database.engine import Database
    from bot.database.usage import WEEKS_KEPT, Usage, format_weeks

    weeks = Usage(Database.of(settings)).weeks(min(max(1, number), WEEKS_KEPT))
    if not weeks:
        click.echo("There is nothing to show yet: only weeks that are over are shown, and no figure below 5.")
        return DONE
    for line in format_weeks(weeks):
        click.echo(line)
    click.echo(
        "Weeks begin on Mondays. Only those that are over are shown; figures are rounded down to fives."
    )
    return DONE

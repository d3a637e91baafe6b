"""`kyr review`: questions that were not answered or not well, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.shared import AT_FAULT, DONE, group_with_steps, is_yes, with_settings
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.staff.review import Addition, Group, Nearest, Review

_NOTHING_KEPT = "Questions without an answer are not kept (KYR_KEEP_UNANSWERED=0)."

_id = click.argument("id_", metavar="ID", help="As `kyr review` lists it.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


def _adds_a_question(body: Callable[..., Any]) -> Callable[..., Any]:
    """Give a step the options of those that add a question somewhere."""
    words = click.option("--as", "text", default="", metavar="TEXT", help="The question in whole words.")
    return words(_yes(body))


@group_with_steps(epilog="Example: kyr review -n 50")
@click.option("-n", "number", type=int, default=20, show_default=True, metavar="NUMBER", help="How many.")
@with_settings
def review(settings: Settings, number: int) -> int:
    """List questions that were not answered or not well; deal with them."""
    from bot.staff.review_texts import describe

    groups = _review_of(settings).groups()
    if not groups:
        click.echo("There are no questions without an answer." if settings.keep_unanswered else _NOTHING_KEPT)
        return DONE
    shown = groups[: max(1, number)]
    for group, near in zip(shown, _nearest(shown, settings), strict=True):
        click.echo("\n".join(describe(group, near)))
    questions = sum(len(group.questions) for group in groups)
    click.echo(f"{len(shown)} of {len(groups)} groups, {questions} different questions in all.")
    return DONE


def _nearest(groups: Sequence[Group], settings: Settings) -> Sequence[Nearest | None]:
    """Ask the published model; where there is none that can be asked, say so and go on without."""
    from bot.problems import ContentError
    from bot.staff.review import nearest
    from bot.training.models import ModelError, ModelStore
    from bot.training.topics_off import TopicsOff
    from bot.training.train import TrainingError

    try:
        model = ModelStore(settings.data_dir).published()
        if model is not None:
            click.echo("Asking the published model (about 15 s)", err=True)
            return asyncio.run(nearest(groups, model, off=TopicsOff(settings.data_dir).read()))
        click.echo("No model is published yet: no topics are near. `kyr train` makes one.", err=True)
    except (ContentError, ModelError, TrainingError) as error:
        click.echo(f"The published model cannot be asked for the nearest topics. {error}", err=True)
    return [None] * len(groups)


def _review_of(settings: Settings) -> Review:
    from bot.database.audit import AuditLog, operator
    from bot.database.engine import Database
    from bot.database.review_queue import ReviewQueue
    from bot.staff.review import Review

    database = Database.of(settings)
    return Review(settings.content_dir, ReviewQueue(database), AuditLog(database), operator())


@review.command(epilog="Example: kyr review belongs 3f2a bond")
@_id
@click.argument("topic", help="As `kyr topics` lists it.")
@_adds_a_question
@with_settings
def belongs(settings: Settings, id_: str, topic: str, text: str, yes: bool) -> int:
    """Add a question to the training questions of a topic."""
    found = _review_of(settings)
    return _add(found, found.belongs_to(found.group(id_), topic, text), agreed=yes)


@review.command("out-of-scope", epilog="Example: kyr review out-of-scope 3f2a")
@_id
@_adds_a_question
@with_settings
def out_of_scope(settings: Settings, id_: str, text: str, yes: bool) -> int:
    """Add it to what is none of the assistant's business."""
    found = _review_of(settings)
    return _add(found, found.out_of_scope(found.group(id_), text), agreed=yes)


def _add(found: Review, addition: Addition, *, agreed: bool) -> int:
    from bot.staff.review_texts import describe_addition

    if not _confirmed(describe_addition(addition), agreed=agreed):
        return AT_FAULT
    for warning in found.add(addition).warnings:
        click.echo(str(warning))
    click.echo("Done. `kyr train` and `kyr publish` put it to use.")
    return DONE


@review.command(epilog="Example: kyr review draft 3f2a towed_car towed_car.xlsx")
@_id
@click.argument("topic", metavar="NEW_TOPIC", help="The id of the new topic.")
@click.argument("sheet", type=click.Path(path_type=Path), help="A new file, .xlsx or .csv.")
@with_settings
def draft(settings: Settings, id_: str, topic: str, sheet: Path) -> int:
    """Begin a new topic with it: a spreadsheet to fill in."""
    found = _review_of(settings)
    written = found.new_topic(found.group(id_), topic, sheet)
    click.echo(f"Wrote {sheet}. Questions that have gone there from the review queue: {len(written)}.")
    click.echo(
        "Fill in the rest in both languages; where *** stands, write whole words or take the line out."
    )
    click.echo(f"Then try `kyr import {sheet} --dry-run`. Do not keep it: words of residents are in it.")
    return DONE


@review.command(epilog="Example: kyr review discard 3f2a")
@_id
@_yes
@with_settings
def discard(settings: Settings, id_: str, yes: bool) -> int:
    """Take it out of the queue and do nothing else."""
    from bot.staff.review_texts import describe_leaving

    found = _review_of(settings)
    group = found.group(id_)
    if not _confirmed(describe_leaving(group), agreed=yes):
        return AT_FAULT
    click.echo(f"Questions taken out of the review queue: {found.discard(group)}.")
    return DONE


def _confirmed(shown: Sequence[str], *, agreed: bool) -> bool:
    click.echo("\n".join(shown))
    if agreed or is_yes("Do it? [y/N]", suffix=" "):
        return True
    click.echo("Nothing was changed.")
    return False

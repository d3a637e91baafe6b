"""`kyr check`, `topics`, `export`, `import` and `template`: what staff and lawyers own."""

from __future__ import annotations

import collections
from pathlib import Path

import click

from bot.cli.shared import (
    AT_FAULT,
    DONE,
    group_with_steps,
    release_of,
    tell_what_waits,
    with_settings,
)
from bot.clock import current_date
from bot.settings import Settings

_sheet = click.argument("sheet", type=click.Path(path_type=Path), help="A file, .xlsx or .csv.")
_topic = click.argument("topic", help="As `kyr topics` lists it.")


@click.command(epilog="Example: kyr check data/faq/bond.yml")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@with_settings
def check(settings: Settings, paths: tuple[Path, ...]) -> int:
    """Check all content, or only the files and folders named."""
    from bot.content.checks import check_content
    from bot.content.reading import read_content

    missing = [path for path in paths if not path.exists()]
    if missing:
        click.echo(f"{missing[0]}: there is no such file or folder. Check the name.", err=True)
        return AT_FAULT
    tell_what_waits(settings)
    problems = check_content(settings.content_dir, paths)
    for problem in problems:
        click.echo(str(problem))
    if any(not problem.warning for problem in problems):
        return AT_FAULT
    if not paths:
        content = read_content(settings.content_dir)
        answered = sum(topic.answered for topic in content.topics.values())
        cores = sum(topic.is_core for topic in content.topics.values())
        services = len(content.directory.services)
        click.echo(
            f"{cores} topics, {len(content.topics)} answers ({answered} given), "
            f"{services} services in {settings.content_dir}: no mistake found."
        )
    return DONE


@group_with_steps(epilog="Example: kyr topics")
@with_settings
def topics(settings: Settings) -> int:
    """List the topics with their states; turn an answer off or on; approve."""
    from bot.content.reading import read_content
    from bot.training.models import ModelStore
    from bot.training.topics_off import TopicsOff, as_residents_get

    store = ModelStore(settings.data_dir)
    published = store.published()
    content = published.readable_content if published else None
    found = as_residents_get(
        read_content(settings.content_dir).topics,
        content.topics if content else None,
        TopicsOff(settings.data_dir).read(),
    ).values()
    states = {topic.id: topic.state(current_date()) for topic in found}
    for topic in sorted(found, key=lambda topic: (topic.review_by is None, topic.review_by, topic.id)):
        by = f"check by {topic.review_by}" if topic.review_by else ""
        click.echo(f"{states[topic.id]:10} {topic.id:40} {by:20} {topic.approved_by or ''}".rstrip())
    counted = collections.Counter(states.values())
    click.echo(", ".join(f"{number} {state}" for state, number in sorted(counted.items())))
    return DONE


@topics.command("off", epilog='Example: kyr topics off bond --reason "The fee has changed"')
@_topic
@click.option("--reason", required=True, metavar="WHY", help="Kept in the audit log.")
@with_settings
def turn_off(settings: Settings, topic: str, reason: str) -> int:
    """Give no answer to a topic from now on, within seconds."""
    release_of(settings).turn_off(topic, reason)
    return DONE


@topics.command("on", epilog="Example: kyr topics on bond")
@_topic
@with_settings
def turn_on(settings: Settings, topic: str) -> int:
    """Give the answer to a topic again."""
    release_of(settings).turn_on(topic)
    return DONE


@topics.command(epilog='Example: kyr topics approve bond --by "A. Lawyer, City Attorney, 2026-11-22"')
@_topic
@click.option("--by", required=True, metavar="WHO", help="Name, office and day.")
@with_settings
def approve(settings: Settings, topic: str, by: str) -> int:
    """Write down who has signed an answer off."""
    release_of(settings).approve(topic, by)
    return DONE


@click.command(epilog="Example: kyr export topics.xlsx")
@_sheet
@with_settings
def export(settings: Settings, sheet: Path) -> int:
    """Write all topics to a spreadsheet (.xlsx or .csv) that staff can edit."""
    from bot.editing.sheet.exporting import export

    number = export(settings.content_dir, sheet)
    click.echo(f"Wrote {number} topics to {sheet}. `kyr import {sheet}` takes them back.")
    return DONE


@click.command("import", epilog="Example: kyr import topics.xlsx --dry-run")
@_sheet
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--compared",
    multiple=True,
    metavar="TOPIC",
    help="The Spanish answer was compared with the new English one; give it once for each topic.",
)
@with_settings
def import_(settings: Settings, sheet: Path, dry_run: bool, compared: tuple[str, ...]) -> int:
    """Bring the topics to what a spreadsheet says: all of it, or nothing."""
    from bot.database.audit import AuditLog, operator
    from bot.database.engine import Database
    from bot.editing.sheet.importing import import_sheet
    from bot.editing.topic_folder import topic_texts
    from bot.staff.edits import note_import

    audit = AuditLog(Database.of(settings))
    before = topic_texts(settings.content_dir)
    changed = import_sheet(settings.content_dir, sheet, dry_run=dry_run, compared=compared, show=click.echo)
    if not changed:
        click.echo("Nothing to change: the topics are as the sheet says.")
    elif dry_run:
        click.echo(
            f"Topics that would change: {len(changed)}. Nothing was written; leave out --dry-run to do it."
        )
    else:
        note_import(audit, operator(), before, settings.content_dir, changed)
        click.echo(f"Topics changed: {len(changed)}. Next, `kyr train` and `kyr publish` put them to use.")
    return DONE


@click.command(epilog="Example: kyr template new.xlsx")
@_sheet
@with_settings
def template(settings: Settings, sheet: Path) -> int:
    """Write a spreadsheet to begin with: two examples, notes on columns."""
    from bot.editing.sheet.exporting import write_template

    write_template(settings.content_dir, sheet)
    click.echo(f"Wrote {sheet}. Fill it in, then try `kyr import {sheet} --dry-run`.")
    return DONE


@click.command(epilog="Example: kyr sounds")
@with_settings
def sounds(settings: Settings) -> int:
    """Let espeak-ng speak the sentences that a phone says to agents."""
    from bot.content.checks import read_parts
    from bot.content.sounds import make_sounds

    responses = read_parts(settings.content_dir).conversation
    if responses is None:
        click.echo("domain.yml cannot be read. Run `kyr check`.", err=True)
        return AT_FAULT
    for path in make_sounds(settings.content_dir, responses):
        click.echo(f"{path.relative_to(settings.content_dir)} ({path.stat().st_size:,} bytes)")
    return DONE

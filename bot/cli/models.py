"""`kyr train`, `evaluate`, `models`, `report`, `publish` and `rollback`: what residents are answered from."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.shared import DONE, release_of, tell_what_waits, with_settings
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.training.models import Model

_version = click.argument("version", help="As `kyr models` lists it.")


@click.command(epilog="Example: kyr train")
@with_settings
def train(settings: Settings) -> int:
    """Check, train and evaluate a new model."""
    from bot.training.gate import format_report

    tell_what_waits(settings)
    release = release_of(settings)
    model, published = release.train(), release.store.published()
    if published is not None and published.version == model.version:
        click.echo(f"Model {model.version} is published already.")
        return DONE
    click.echo("\n".join(["", *format_report(release.verdict(model, published)), ""]))
    click.echo(f"Model {model.version} is ready. To use it: kyr publish {model.version}")
    return DONE


@click.command(epilog="Example: kyr evaluate questions.jsonl --json result.json")
@click.argument("file", type=click.Path(path_type=Path), help="A question a line (JSON).")
@click.option("--model", metavar="VERSION", help="A model of `kyr models`.  [default: the published]")
@click.option(
    "--json",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write every row and the figures here.",
)
@with_settings
def evaluate(settings: Settings, file: Path, model: str | None, out: Path | None) -> int:
    """Ask every question of a file and print how good the answers are."""
    from bot.content.reading import read_kept_content
    from bot.files.atomic import write_whole
    from bot.training.evaluation import format_summary, read_questions, result_row, summarize
    from bot.training.train import parse

    questions = read_questions(file)
    asked = _model_to_evaluate(model, settings)
    content = read_kept_content(asked.content_dir)
    parsed = asyncio.run(parse(asked.archive, questions, thresholds=asked.thresholds))
    rows = [result_row(question, one, content) for question, one in zip(questions, parsed, strict=True)]
    summary = summarize(rows, content)
    for line in format_summary(summary):
        click.echo(line)
    if out:
        result = {"model": asked.version, "rows": rows, "summary": summary}
        write_whole(out, json.dumps(result, ensure_ascii=False, indent=1))
    return DONE


def _model_to_evaluate(version: str | None, settings: Settings) -> Model:
    from bot.serving.first_model import model_to_ask
    from bot.training.models import ModelStore

    store = ModelStore(settings.data_dir)
    if version is None:
        return model_to_ask(settings.content_dir, store, click.echo)
    model = store.get(version)
    model.verify()
    return model


@click.command(epilog="Example: kyr models")
@with_settings
def models(settings: Settings) -> int:
    """List the models kept."""
    from bot.training.models import ModelStore

    store = ModelStore(settings.data_dir)
    published = store.published()
    kept = store.list()
    for model in kept:
        figures = model.report["summary"]["all"]
        mark = "published" if published and model.version == published.version else ""
        shown = f"right {figures['right']:.2f}  wrong {figures['wrong']:.2f}  {mark}"
        click.echo(f"{model.version}  {shown}".rstrip())
    if not kept:
        click.echo("There is no model yet. `kyr train` makes one.")
    return DONE


@click.command(epilog="Example: kyr report 20261122-101500-1a2b3c4d")
@_version
@with_settings
def report(settings: Settings, version: str) -> int:
    """Show what a model changes, what gets better or worse: pass or stop."""
    from bot.training.gate import format_report

    release = release_of(settings)
    click.echo("\n".join(format_report(release.report(release.store.get(version)))))
    return DONE


@click.command(epilog="Example: kyr publish 20261122-101500-1a2b3c4d")
@_version
@click.option("--despite", default="", metavar="REASON", help="Publish it although the report says stop.")
@with_settings
def publish(settings: Settings, version: str, despite: str) -> int:
    """Answer residents from a model, if the report lets it pass."""
    from bot.staff.release import StoppedError
    from bot.training.gate import format_report

    try:
        verdict = release_of(settings).publish(version, despite=despite)
    except StoppedError as error:
        click.echo("\n".join([*format_report(error.verdict), ""]))
        raise
    if not verdict.passed:
        click.echo("Published despite what the gate says; the reason is kept in the audit log.")
    return DONE


@click.command(epilog="Example: kyr rollback")
@with_settings
def rollback(settings: Settings) -> int:
    """Go back to the model that was published before."""
    release_of(settings).roll_back()
    return DONE

"""What the commands share: exit codes, what happens before a body runs, and how somebody is asked."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.staff.release import Release

DONE, AT_FAULT = 0, 1

_YES = ("y", "yes", "s", "sí", "si")

# What works without content, which is not made for it.
_WITHOUT_CONTENT = ("audit", "feedback", "purge", "usage", "users")

_P = ParamSpec("_P")


def group_with_steps(*, epilog: str) -> Callable[[Callable[..., int]], click.Group]:
    """Make a group that does something itself where no step of it is typed."""
    return click.group(invoke_without_command=True, subcommand_metavar="[STEP [ARGS]...]", epilog=epilog)


def with_settings(body: Callable[Concatenate[Settings, _P], int]) -> Callable[_P, int]:
    """Give a command's body the settings, once all that was typed is understood; it returns the exit code.

    The body of a group is what it does where no step of it was typed. Raises SettingsError.
    """

    @functools.wraps(body)
    def run(*arguments: _P.args, **options: _P.kwargs) -> int:
        if click.get_current_context().invoked_subcommand is not None:
            return DONE
        # Imported before anything is logged: alembic tells of its parts when it is.
        from bot.content.home import make_content
        from bot.database.engine import Database
        from bot.files.several import finish_exchange
        from bot.staff.restore import finish_restore

        settings = read_settings()
        logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
        if finish_restore(settings.data_dir, Database.of(settings)):
            click.echo("A restore that was interrupted is finished now.", err=True)
        command = click.get_current_context().command_path.split()[1:2]
        if command and command[0] in _WITHOUT_CONTENT:
            return body(settings, *arguments, **options)
        if make_content(settings.content_dir):
            click.echo(f"Made the content that staff edit in {settings.content_dir}.", err=True)
        elif finish_exchange(settings.content_dir):
            click.echo("An upgrade of the content that was interrupted is finished now.", err=True)
        return body(settings, *arguments, **options)

    return run


def release_of(settings: Settings) -> Release:
    """Return what publishes and goes back, in the name of whoever is at the terminal."""
    from bot.database.audit import operator
    from bot.staff.release import Release

    return Release.of(settings, operator(), click.echo)


def tell_what_waits(settings: Settings) -> None:
    """Say where the program's own content has changes that the content which staff edit does not have.

    Whoever edits `data/` in the folder of the program would look for them in vain in a new model.
    """
    from bot.errors import KyrError
    from bot.staff.upgrade import upgrade_waiting

    with contextlib.suppress(KyrError):
        if waiting := upgrade_waiting(settings):
            click.echo(
                f"The program's own content has {waiting} changes that {settings.content_dir} does not have. "
                "`kyr content upgrade` takes them over; KYR_CONTENT_DIR=. works on data/ itself.",
                err=True,
            )


def asked(question: str, *, suffix: str, hide_input: bool = False) -> str:
    """Return what somebody types in answer; raises click.Abort where nobody is there or they give up."""
    typed: str = click.prompt(
        question, default="", show_default=False, prompt_suffix=suffix, hide_input=hide_input
    )
    return typed


def is_yes(question: str, *, suffix: str, answers: tuple[str, ...] = _YES) -> bool:
    """Ask; return whether the answer is yes, in English or Spanish. Nobody there says no."""
    try:
        return asked(question, suffix=suffix).strip().lower() in answers
    except click.Abort:
        return False

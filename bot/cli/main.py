"""The `kyr` command: all that can be typed, and how an error ends.

Its files import what a command works with in the body of that command: help and the completion of the shell
must not wait for what they do not need.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot.cli import content, data, directory, figures, models, review, serve, staff, upgrade
from bot.cli.shared import AT_FAULT
from bot.errors import KyrError

# What a command was called before.
_ALIASES = {"resources": "directory"}

_EPILOG = """Example: kyr serve

\b
Completion, for this terminal (or at the end of ~/.bashrc, ~/.zshrc):
  bash: eval "$(_KYR_COMPLETE=bash_source kyr)"
  zsh:  eval "$(_KYR_COMPLETE=zsh_source kyr)"
  fish: _KYR_COMPLETE=fish_source kyr | source"""


class _Commands(click.Group):
    """The commands in the order in which they are added, each with the whole of its first sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, _ALIASES.get(cmd_name, cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(limit=1000)) for name, one in self.commands.items()]
            )

    def invoke(self, ctx: click.Context) -> int:
        """Run a command; what it was refused is said in the words of the error."""
        try:
            return int(super().invoke(ctx))
        except KyrError as error:
            click.echo(str(error), err=True)
        except (KeyboardInterrupt, click.Abort):
            pass
        return AT_FAULT


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
def kyr() -> None:
    """The know-your-rights assistant of Huntington Park."""


for _command in (
    serve.serve,
    serve.console,
    serve.ask,
    content.check,
    models.train,
    models.evaluate,
    content.topics,
    directory.directory,
    content.export,
    content.import_,
    content.template,
    content.sounds,
    upgrade.content,
    figures.feedback,
    figures.usage,
    review.review,
    data.purge,
    staff.audit,
    staff.users,
    staff.remind,
    data.backup,
    data.restore,
    models.models,
    models.report,
    models.publish,
    models.rollback,
):
    kyr.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 content or request at fault, 2 usage."""
    try:
        return int(kyr.main(arguments, prog_name="kyr", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return error.exit_code

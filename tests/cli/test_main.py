"""The `kyr` command itself: its help, its exit codes, how errors end, completion."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from bot.cli.main import kyr, main
from bot.errors import KyrError
from bot.messages import Message
from bot.settings import PROJECT_ROOT

pytestmark = pytest.mark.usefixtures("own_folders")


# What takes long to import.
HEAVY = ("rasa", "tensorflow", "numpy", "spacy", "sqlalchemy", "aiohttp", "openpyxl", "textstat", "jinja2")


def commands_of(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command and step by the words that it is typed with."""
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{before}{name} ")


COMMANDS = dict(commands_of(kyr))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_says_what_a_command_does_and_gives_an_example_that_is_understood(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example is one of this command, with options and arguments that there are."""
    assert main([*name.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    _, found, example = shown.rpartition("Example: ")
    assert found and COMMANDS[name].help
    words = shlex.split(example)
    start = ["kyr", *name.split()]
    assert words[: len(start)] == start
    COMMANDS[name].make_context(name, words[len(start) :])


def test_the_directory_answers_to_its_earlier_name(capsys: pytest.CaptureFixture[str]) -> None:
    """`kyr resources` stays, and help lists one of the two."""
    assert main(["directory"]) == 0
    listed = capsys.readouterr().out
    assert main(["resources"]) == 0
    assert capsys.readouterr().out == listed
    assert main(["--help"]) == 0
    assert "resources" not in capsys.readouterr().out


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, no traceback."""
    monkeypatch.setenv("KYR_LOG_LEVEL", "loud")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.startswith("KYR_LOG_LEVEL is 'LOUD'")


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["serve", "--port", "x"], ["ask", "hi", "--lang", "fr"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """As every command line tool does."""
    assert main(arguments) == 2
    assert "Usage: kyr" in capsys.readouterr().err


def test_whoever_gives_up_gets_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, and nothing more is said."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.cli.shared.read_settings", interrupted)
    assert main(["check"]) == 1
    assert capsys.readouterr() == ("", "")


def test_an_error_ends_with_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever it is, as long as its text is for people."""

    class NewError(KyrError):
        pass

    def refused() -> None:
        raise NewError(Message("told", text="It is full. Make room."))

    monkeypatch.setattr("bot.cli.shared.read_settings", refused)
    assert main(["check"]) == 1
    assert capsys.readouterr() == ("", "It is full. Make room.\n")


def test_help_and_completion_do_not_wait_for_what_they_do_not_need() -> None:
    """Neither Rasa nor the tables nor the web is loaded to say what can be typed."""
    code = (
        "import sys\nfrom bot.cli.main import main\nassert main(['--help']) == 0\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_the_shell_can_complete_commands_and_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the help says: click answers the shell in place of the command."""
    monkeypatch.setenv("_KYR_COMPLETE", "bash_complete")
    for words, found in (("kyr to", "topics"), ("kyr topics o", "off on"), ("kyr import --d", "--dry-run")):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        with pytest.raises(SystemExit) as ended:
            main([])
        assert not ended.value.code
        assert [line.partition(",")[2] for line in capsys.readouterr().out.split()] == found.split()

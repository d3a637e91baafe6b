"""`kyr users` and `audit`: who may do what, and who did what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bot.cli.shared import AT_FAULT, DONE, asked, group_with_steps, with_settings
from bot.database.roles import ROLES
from bot.messages import Message
from bot.settings import Settings
from bot.text.language import LANGUAGES

if TYPE_CHECKING:
    from bot.database.accounts import Accounts

_name = click.argument("name", help="As `kyr users` lists it.")


@group_with_steps(epilog="Example: kyr audit -n 50 --topic bond")
@click.option("-n", "number", type=int, default=20, show_default=True, metavar="NUMBER", help="How many.")
@click.option(
    "--subject", "--topic", "subject", metavar="X", help="Only changes of this topic, model or setting."
)
@with_settings
def audit(settings: Settings, number: int, subject: str | None) -> int:
    """List what was changed, by whom and when, the newest first; verify it."""
    from bot.database.audit import AuditLog
    from bot.database.engine import Database

    entries = AuditLog(Database.of(settings)).entries(max(1, number), subject)
    for one in entries:
        change = f"{one.subject}  {one.before} -> {one.after}"
        click.echo(f"{one.number:>5}  {one.time}  {one.who}  {one.action}  {change}")
    if not entries:
        click.echo("The audit log has no such entry." if subject else "The audit log is empty.")
    return DONE


@audit.command(epilog="Example: kyr audit verify")
@click.option("--head", metavar="HASH", help="A hash that was printed earlier and must still be there.")
@with_settings
def verify(settings: Settings, head: str | None) -> int:
    """Check that no entry was changed, removed or slipped in."""
    from bot.database.audit import AuditLog
    from bot.database.engine import Database

    last = AuditLog(Database.of(settings)).verify(head)
    click.echo(
        f"{last.number} entries, none changed, removed or slipped in. Write this last hash down elsewhere:"
    )
    click.echo(last.hash)
    return DONE


def _accounts(settings: Settings) -> Accounts:
    from bot.database.accounts import Accounts
    from bot.database.audit import AuditLog
    from bot.database.engine import Database

    database = Database.of(settings)
    return Accounts(database, AuditLog(database))


@group_with_steps(epilog="Example: kyr users")
@with_settings
def users(settings: Settings) -> int:
    """List who may sign in to the console; add, change or remove somebody."""
    accounts = _accounts(settings).list()
    for account in accounts:
        click.echo(f"{account.role:10} {account.name}")
    if not accounts:
        click.echo(f"Nobody may sign in yet. `kyr users add NAME --role {ROLES[-1]}` lets somebody in.")
    return DONE


@users.command(epilog="Example: kyr users add clerk-1 --role editor")
@click.argument("name", help="2 to 40 letters a to z, digits, dots, - and _.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="An approver may do all an editor may.")
@with_settings
def add(settings: Settings, name: str, role: str) -> int:
    """Let somebody in; asks for the password."""
    from bot.database.audit import operator

    accounts = _accounts(settings)
    account = accounts.add(operator(), name, role, _read_password())
    click.echo(f"{account.name} may sign in now, as {account.role}.")
    return DONE


@users.command(epilog="Example: kyr users password clerk-1")
@_name
@with_settings
def password(settings: Settings, name: str) -> int:
    """Give somebody another password; asks for it."""
    from bot.database.audit import operator

    account = _accounts(settings).set_password(operator(), name, _read_password())
    click.echo(f"{account.name} has another password. Whoever is signed in with the one before no longer is.")
    return DONE


@users.command(epilog="Example: kyr users code clerk-1")
@_name
@with_settings
def code(settings: Settings, name: str) -> int:
    """Print a one-time code by which somebody gets in, whatever else is locked or lost."""
    from bot.database.accounts import HOURS_OF_A_CODE
    from bot.database.audit import operator

    account, made = _accounts(settings).rescue(operator(), name)
    page = f"{settings.console_url or 'the address of the console'}/welcome"
    click.echo(f"{made}\nFor {account.name}, once, within {HOURS_OF_A_CODE} hours, on the page {page}")
    return DONE


@users.command("email", epilog="Example: kyr users email clerk-1 clerk@hpca.gov --language es")
@_name
@click.argument("address", default="")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of e-mails.")
@with_settings
def set_email(settings: Settings, name: str, address: str, language: str) -> int:
    """Write down somebody's e-mail address, or take it away."""
    from bot.database.audit import operator

    account = _accounts(settings).set_contact(operator(), name, address, language)
    click.echo(f"{account.name} has {'an' if account.email else 'no'} e-mail address.")
    return DONE


@users.command("role", epilog="Example: kyr users role clerk-1 approver")
@_name
@click.argument("role", type=click.Choice(ROLES))
@with_settings
def set_role(settings: Settings, name: str, role: str) -> int:
    """Let somebody do more, or less."""
    from bot.database.audit import operator

    account = _accounts(settings).set_role(operator(), name, role)
    click.echo(f"{account.name} is {account.role}.")
    return DONE


@users.command(epilog="Example: kyr users remove clerk-1")
@_name
@with_settings
def remove(settings: Settings, name: str) -> int:
    """Let somebody in no more."""
    from bot.database.audit import operator

    account = _accounts(settings).remove(operator(), name)
    click.echo(f"{account.name} may sign in no more.")
    return DONE


@click.command(epilog="Example: kyr remind --dry-run")
@click.option("--dry-run", is_flag=True, help="Print the e-mails and send nothing.")
@with_settings
def remind(settings: Settings, dry_run: bool) -> int:
    """Send the weekly e-mail to approvers, if it is due and was not sent."""
    from bot.settings import check_console
    from bot.staff.reminders import MailError, Reminders

    check_console(settings)
    reminders = Reminders(settings, _accounts(settings))
    if dry_run:
        drafts = reminders.drafts()
        for account, subject, body in drafts:
            click.echo(f"For {account.name}: {subject}\n\n{body}\n")
        if not drafts:
            click.echo("No approver has an e-mail address. `kyr users email NAME ADDRESS` writes one down.")
        return DONE
    if not reminders.are_on:
        raise MailError(Message("mail_off"))
    sent = reminders.send_due()
    for one in sent:
        click.echo(f"{one.name}: {one.problem or one.state}")
    if not sent:
        click.echo("Nothing to send: it was sent this week, it is not Monday at 8:00 yet, or nobody gets it.")
    return AT_FAULT if any(one.problem for one in sent) else DONE


def _read_password() -> str:
    """Ask for a new password twice, without showing it; a program gives it as one line."""
    from bot.database.accounts import AccountError

    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        typed = asked("New password", suffix=": ", hide_input=True)
        if asked("Once more", suffix=": ", hide_input=True) == typed:
            return typed
    except (click.Abort, UnicodeDecodeError):
        raise AccountError(Message("no_password_read")) from None
    raise AccountError(Message("passwords_differ"))

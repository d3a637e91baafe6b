"""The weekly e-mail to approvers: how much is to be checked, approved and answered. Figures, and no words.

Each approver gets it once a week, whatever is started again or twice: who sends it writes that down first.
One that the mail server has not taken is tried again; where it is not known whether it was taken, it is not.
"""

from __future__ import annotations

import datetime
import email.utils
import logging
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

from sqlalchemy import delete, insert, select, update

from bot.clock import TIME_ZONE, utc_now, week_of
from bot.content.paths import FAQ
from bot.content.topic_reading import check_topics
from bot.database.accounts import Account, Accounts
from bot.database.audit import lock
from bot.database.review_queue import ReviewQueue
from bot.database.roles import ROLES
from bot.database.tables import REMINDERS
from bot.directory.reading import read_directory
from bot.errors import KyrError
from bot.messages import Message, lines, read_messages
from bot.problems import ContentError, Problems
from bot.settings import Settings
from bot.staff.approval import unsigned
from bot.training.models import ModelStore

logger = logging.getLogger(__name__)

HOUR = 8
_SECONDS_TO_ANSWER = 10
_MOST_TRIES = 6
_MINUTES_BETWEEN_TRIES = 20
_WEEKS_KEPT = 8


class MailError(KyrError):
    """An e-mail that was not sent; `is_sure` where the mail server has certainly not taken it."""

    def __init__(self, message: Message, *, is_sure: bool = True) -> None:
        super().__init__(message)
        self.is_sure = is_sure


@dataclass(frozen=True)
class Waiting:
    """How many answers and services wait for somebody, and questions that were asked in vain in a week."""

    overdue: int = 0
    due: int = 0
    to_approve: int = 0
    saved: int = 0
    services: int = 0
    asked: int = 0
    asked_before: int = 0


@dataclass(frozen=True)
class Sent:
    """What became of an e-mail: "sending", "sent" or "failed", when (UTC), and what was wrong."""

    week: str
    name: str
    state: str
    time: str
    problem: Message | None


def waiting(settings: Settings, queue: ReviewQueue, today: datetime.date) -> Waiting:
    """Return what waits now. Raises DatabaseError, ModelError and OSError."""
    topics = check_topics(settings.content_dir / FAQ, Problems(settings.content_dir))
    model = ModelStore(settings.data_dir).published()
    given = model.content.topics if model else None
    states = [topic.state(today) for topic in topics.values()]
    weeks = queue.by_week(today=today)
    asked, before = (weeks.get(week_of(today - datetime.timedelta(weeks=ago)), 0) for ago in (1, 2))
    try:
        services = read_directory(settings.resources_dir).services
    except ContentError:
        services = ()  # which the console says
    return Waiting(
        overdue=sum(topic.overdue(today) for topic in topics.values()),
        due=states.count("due"),
        to_approve=len(unsigned(topics)),
        saved=sum(given.get(name) != topic for name, topic in topics.items()) if given is not None else 0,
        services=sum(service.to_confirm(today) for service in services),
        asked=asked,
        asked_before=before,
    )


def written(found: Waiting, account: Account, url: str) -> tuple[str, str]:
    """Return subject and text of the e-mail for somebody, in their language, with links to the console."""
    language = account.language or "en"
    parts = [Message("reminder_hello", name=account.name)]
    for name, path in (
        ("overdue", "/topics?show=overdue"),
        ("due", "/topics?show=due"),
        ("to_approve", "/topics?show=to_approve"),
        ("saved", "/"),
        ("services", "/directory"),
        ("asked", "/asked"),
    ):
        count = getattr(found, name)
        if count:
            link = f"{url}{path}" if url else Message("reminder_no_link")
            values = {"count": count, "link": link, "before": found.asked_before}
            parts.append(Message(f"reminder_{name}", **values))
    if len(parts) == 1:
        parts.append(Message("reminder_nothing"))
    parts.append(Message("reminder_end"))
    return Message("reminder_subject").in_language(language), lines(parts).in_language(language)


@dataclass(frozen=True)
class Reminders:
    """Sends them by the mail server of the settings. `now` is the moment by the clock of the office.

    Raises DatabaseError.
    """

    settings: Settings
    accounts: Accounts
    now: Callable[[], datetime.datetime] = field(default=lambda: datetime.datetime.now(TIME_ZONE))

    @property
    def are_on(self) -> bool:
        """Whether there is a mail server."""
        return bool(self.settings.smtp_host)

    def recipients(self) -> list[Account]:
        """Return the approvers with an address."""
        return [one for one in self.accounts.list() if one.role == ROLES[-1] and one.email]

    def send_due(self) -> list[Sent]:
        """Send what is due and nobody has sent; return what became of it.

        That is from Monday at eight on; also raises ModelError and OSError.
        """
        now = self.now()
        monday = now.date() - datetime.timedelta(days=now.weekday())
        if not self.are_on or now.replace(tzinfo=None) < datetime.datetime.combine(
            monday, datetime.time(HOUR)
        ):
            return []
        week, found, done = monday.isoformat(), None, []
        for account in self.recipients():
            if not self._may_claim(week, account.name):
                continue
            found = found or self._waiting()
            if not self._claim(week, account.name):
                continue
            problem: Message | None = None
            state = "sent"
            try:
                self._send(account, *written(found, account, self.settings.console_url))
            except MailError as error:
                problem, state = error.message, "failed" if error.is_sure else "sending"
                # Without the address, and without what the server said, which may hold it.
                logger.error("The weekly e-mail for %s was not sent (%s)", account.name, problem.key)
            self._note(week, account.name, state, problem)
            done.append(Sent(week, account.name, state, utc_now(), problem))
        return done

    def drafts(self) -> list[tuple[Account, str, str]]:
        """Return what would be sent now, to whom; also raises ModelError and OSError."""
        found = self._waiting()
        return [
            (account, *written(found, account, self.settings.console_url)) for account in self.recipients()
        ]

    def send_test(self, account: Account) -> None:
        """Send the e-mail as it would be now; raises MailError, too, and ModelError and OSError."""
        if not self.are_on:
            raise MailError(Message("mail_off"))
        if not account.email:
            raise MailError(Message("mail_no_address"))
        self._send(account, *written(self._waiting(), account, self.settings.console_url))

    def last(self) -> list[Sent]:
        """Return what became of the e-mails of the last week in which there were any."""
        query = select(REMINDERS).order_by(REMINDERS.c.week.desc(), REMINDERS.c.name)
        with self.accounts.database.transaction() as connection:
            rows = list(connection.execute(query).mappings())
        return [
            Sent(row["week"], row["name"], row["state"], row["time"], _problem(row["problem"]))
            for row in rows
            if row["week"] == rows[0]["week"]
        ]

    def _waiting(self) -> Waiting:
        return waiting(self.settings, ReviewQueue(self.accounts.database), self.now().date())

    def _may_claim(self, week: str, name: str) -> bool:
        with self.accounts.database.transaction() as connection:
            row = connection.execute(_row(week, name)).mappings().first()
        return row is None or self._is_due_again(row["state"], row["tries"], row["time"])

    def _claim(self, week: str, name: str) -> bool:
        """Write down that it is being sent; False where somebody else has."""
        with self.accounts.database.transaction() as connection:
            lock(connection)  # of two processes one waits here, and then sees it
            oldest = datetime.date.fromisoformat(week) - datetime.timedelta(weeks=_WEEKS_KEPT)
            connection.execute(delete(REMINDERS).where(REMINDERS.c.week < oldest.isoformat()))
            row = connection.execute(_row(week, name)).mappings().first()
            values = {"state": "sending", "time": self._utc(), "problem": ""}
            if row is None:
                connection.execute(insert(REMINDERS).values(week=week, name=name, tries=1, **values))
                return True
            if not self._is_due_again(row["state"], row["tries"], row["time"]):
                return False
            key = (REMINDERS.c.week == week, REMINDERS.c.name == name)
            connection.execute(update(REMINDERS).where(*key).values(tries=row["tries"] + 1, **values))
            return True

    def _is_due_again(self, state: str, tries: int, time: str) -> bool:
        passed = self.now() - datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
        minutes = _MINUTES_BETWEEN_TRIES * tries
        return state == "failed" and tries < _MOST_TRIES and passed >= datetime.timedelta(minutes=minutes)

    def _note(self, week: str, name: str, state: str, problem: Message | None) -> None:
        key = (REMINDERS.c.week == week, REMINDERS.c.name == name)
        values = {"state": state, "time": self._utc(), "problem": problem.key if problem else ""}
        with self.accounts.database.transaction() as connection:
            connection.execute(update(REMINDERS).where(*key).values(**values))

    def _utc(self) -> str:
        return self.now().astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _send(self, account: Account, subject: str, body: str) -> None:
        settings = self.settings
        message = EmailMessage()
        message["From"], message["To"] = settings.smtp_from, account.email
        message["Subject"] = subject
        message["Date"] = email.utils.format_datetime(self.now())
        message["Message-ID"] = email.utils.make_msgid(domain=settings.smtp_from.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        begun = taken = False
        try:
            with self._server() as server:
                begun = True
                server.send_message(message)
                taken = True
        except (OSError, smtplib.SMTPException) as error:
            if taken:
                return  # only the farewell has failed
            # What the server has answered tells that it has not taken it; silence does not.
            refused = isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused))
            raise MailError(_reason(error), is_sure=refused or not begun) from None

    def _server(self) -> smtplib.SMTP:
        settings, context = self.settings, ssl.create_default_context()
        address = settings.smtp_host, settings.smtp_port
        server: smtplib.SMTP
        if settings.smtp_security == "tls":
            server = smtplib.SMTP_SSL(*address, timeout=_SECONDS_TO_ANSWER, context=context)
        else:
            server = smtplib.SMTP(*address, timeout=_SECONDS_TO_ANSWER)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
        except BaseException:
            server.close()
            raise
        return server


def _row(week: str, name: str) -> object:
    return select(REMINDERS).where(REMINDERS.c.week == week, REMINDERS.c.name == name)


def _problem(key: str) -> Message | None:
    return Message.from_json({"key": key, "values": {}}) if key in read_messages() else None


def _reason(error: Exception) -> Message:
    if isinstance(error, ssl.SSLError):
        return Message("mail_certificate")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Message("mail_no_security")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Message("mail_refuses_password")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Message("mail_refuses_sender")
    if isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)):
        return Message("mail_refuses_recipient")
    return Message("mail_silent")

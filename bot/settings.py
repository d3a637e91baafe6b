"""Every setting that comes from the environment, typed and read once.

A `.env` file in the project root is read if present; the environment wins over it.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot.errors import KyrError
from bot.messages import Message

PROJECT_ROOT = Path(__file__).resolve().parent.parent

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Scheme, host and perhaps a port, as browsers write where a page comes from.
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")

# Templates at Twilio, and the most choices that WhatsApp shows as buttons and as a list.
_CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_MOST_QUICK_REPLIES, _MOST_ITEMS = 3, 10


class SettingsError(KyrError):
    """A setting that cannot be used; the text names it and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `data_dir` holds models and staff data. `content_dir` is the folder that holds `data/`,
    `domain.yml` and `config.yml`: that which staff edit, by default in `data_dir` (see bot.content.home); the
    project itself; or the copy kept beside a published model.
    `resources_dir` holds the tables of the resource directory, which are used as they stand now.
    `require_approval` holds back answers that nobody has signed off. `public_url` is where residents
    reach the assistant ("https://rights.hpca.gov"; empty where not set), `console_url`
    where staff reach the console if not on this machine, and `embed_origins` are the websites that may show
    the chat on their pages. `messages_a_minute` are those of one client, and
    `messages_a_minute_overall` of all; behind `trusted_proxies` the client is whom they name.
    `keep_unanswered` puts questions that were not answered into the review queue. Conversations are kept
    in Redis where `redis_url` is set, and what staff work with in the database of `database_url` (empty: a
    file in `data_dir`, see bot.database.engine). A channel is on where all its secrets are.
    `fold_text_messages` writes text messages in plain letters where they cost less so; `twilio_quick_replies`
    and `twilio_lists` are the content SIDs of templates for one, two, three ... choices. Staff may sign in
    through the city's identity provider at `oidc_issuer` (OpenID Connect), and by it alone without
    `password_sign_in`. Reminders go out by the mail server `smtp_host`, from the address `smtp_from`, with
    `smtp_security` "starttls", "tls" or, on this machine, "none". What is not shown
    (`repr=False`) is a secret, and the audit log notes only whether it is set.
    """

    data_dir: Path = PROJECT_ROOT / "var"
    content_dir: Path = PROJECT_ROOT
    resources_dir: Path = PROJECT_ROOT / "data" / "resources"
    log_level: str = "INFO"
    require_approval: bool = False
    public_url: str = ""
    console_url: str = ""
    embed_origins: tuple[str, ...] = ()
    messages_a_minute: int = 600
    messages_a_minute_overall: int = 3000
    trusted_proxies: tuple[Network, ...] = ()
    keep_unanswered: bool = True
    redis_url: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_quick_replies: tuple[str, ...] = ()
    twilio_lists: tuple[str, ...] = ()
    fold_text_messages: bool = True
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    password_sign_in: bool = True
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    telegram_bot_token: str = field(default="", repr=False)
    telegram_secret_token: str = field(default="", repr=False)

    @property
    def twilio(self) -> bool:
        """Whether text messages and WhatsApp are on."""
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @property
    def telegram(self) -> bool:
        """Whether Telegram is on."""
        return bool(self.telegram_bot_token and self.telegram_secret_token)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environment`, by default `.env` and the process environment."""
    if environment is None:
        in_file = {key: value for key, value in dotenv_values(PROJECT_ROOT / ".env").items() if value}
        environment = {**in_file, **os.environ}

    log_level = environment.get("KYR_LOG_LEVEL", "INFO").upper()
    if log_level not in logging._nameToLevel:
        raise SettingsError(Message("setting_log_level", value=log_level))
    data_dir = Path(environment.get("KYR_DATA_DIR") or PROJECT_ROOT / "var").resolve()
    content_dir = Path(environment.get("KYR_CONTENT_DIR") or data_dir / "content").resolve()
    resources_dir = Path(environment.get("KYR_RESOURCES_DIR") or content_dir / "data" / "resources").resolve()
    return Settings(
        data_dir=data_dir,
        content_dir=content_dir,
        resources_dir=resources_dir,
        log_level=log_level,
        require_approval=_yes(environment, "KYR_REQUIRE_APPROVAL", "0"),
        public_url=_origin("KYR_PUBLIC_URL", environment.get("KYR_PUBLIC_URL", "")),
        console_url=_origin("KYR_CONSOLE_URL", environment.get("KYR_CONSOLE_URL", "")),
        embed_origins=tuple(
            _origin("KYR_EMBED_ORIGINS", origin) for origin in _words(environment, "KYR_EMBED_ORIGINS")
        ),
        messages_a_minute=_number(environment, "KYR_MESSAGES_A_MINUTE", Settings.messages_a_minute),
        messages_a_minute_overall=_number(
            environment, "KYR_MESSAGES_A_MINUTE_OVERALL", Settings.messages_a_minute_overall
        ),
        trusted_proxies=tuple(_network(text) for text in _words(environment, "KYR_TRUSTED_PROXIES")),
        keep_unanswered=_yes(environment, "KYR_KEEP_UNANSWERED", "1"),
        redis_url=_redis_url(environment.get("KYR_REDIS_URL", "")),
        database_url=_database_url(environment.get("KYR_DATABASE_URL", "")),
        twilio_account_sid=environment.get("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=environment.get("TWILIO_AUTH_TOKEN", ""),
        twilio_quick_replies=_content_sids(environment, "TWILIO_QUICK_REPLIES", _MOST_QUICK_REPLIES),
        twilio_lists=_content_sids(environment, "TWILIO_LISTS", _MOST_ITEMS),
        fold_text_messages=_yes(environment, "KYR_FOLD_TEXT_MESSAGES", "1"),
        oidc_issuer=environment.get("KYR_OIDC_ISSUER", "").strip(),
        oidc_client_id=environment.get("KYR_OIDC_CLIENT_ID", ""),
        oidc_client_secret=environment.get("KYR_OIDC_CLIENT_SECRET", ""),
        password_sign_in=_yes(environment, "KYR_PASSWORD_SIGN_IN", "1"),
        smtp_host=environment.get("KYR_SMTP_HOST", "").strip(),
        smtp_port=_number(environment, "KYR_SMTP_PORT", Settings.smtp_port),
        smtp_security=environment.get("KYR_SMTP_SECURITY", Settings.smtp_security).strip().lower(),
        smtp_user=environment.get("KYR_SMTP_USER", ""),
        smtp_password=environment.get("KYR_SMTP_PASSWORD", ""),
        smtp_from=environment.get("KYR_SMTP_FROM", "").strip(),
        telegram_bot_token=environment.get("TELEGRAM_BOT_TOKEN", ""),
        telegram_secret_token=environment.get("TELEGRAM_SECRET_TOKEN", ""),
    )


def check_channels(settings: Settings) -> None:
    """Refuse channels that are set up by half; raises SettingsError."""
    if bool(settings.twilio_account_sid) != bool(settings.twilio_auth_token):
        raise SettingsError(Message("setting_twilio_half"))
    if bool(settings.telegram_bot_token) != bool(settings.telegram_secret_token):
        raise SettingsError(Message("setting_telegram_half"))
    if settings.twilio and not settings.public_url:
        raise SettingsError(Message("setting_twilio_url"))


def check_console(settings: Settings) -> None:
    """Refuse a city sign-in or e-mails that are set up by half or in the open; raises SettingsError."""
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        raise SettingsError(Message("setting_oidc_half"))
    issuer = urlsplit(settings.oidc_issuer)
    on_this_machine = issuer.hostname in _THIS_MACHINE
    if settings.oidc_issuer and not (issuer.hostname and (issuer.scheme == "https" or on_this_machine)):
        raise SettingsError(Message("setting_oidc_issuer", value=settings.oidc_issuer))
    if not settings.password_sign_in and not settings.oidc_issuer:
        raise SettingsError(Message("setting_no_sign_in"))
    if bool(settings.smtp_host) != bool(settings.smtp_from):
        raise SettingsError(Message("setting_smtp_half"))
    if settings.smtp_security not in ("starttls", "tls", "none"):
        raise SettingsError(Message("setting_smtp_security", value=settings.smtp_security))
    if settings.smtp_security == "none" and settings.smtp_host not in ("", *_THIS_MACHINE):
        raise SettingsError(Message("setting_smtp_open", host=settings.smtp_host))


def _yes(environment: Mapping[str, str], name: str, default: str) -> bool:
    value = environment.get(name, default)
    if value not in ("0", "1"):
        raise SettingsError(Message("setting_yes_or_no", name=name, value=value))
    return value == "1"


def _words(environment: Mapping[str, str], name: str) -> list[str]:
    return environment.get(name, "").replace(",", " ").split()


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value)):
        raise SettingsError(Message("setting_number", name=name, value=value))
    return int(value)


def _content_sids(environment: Mapping[str, str], name: str, most: int) -> tuple[str, ...]:
    """Return the content SIDs of a setting, in their order: that of one choice first."""
    sids = tuple(_words(environment, name))
    for sid in sids:
        if not _CONTENT_SID.fullmatch(sid):
            raise SettingsError(Message("setting_content_sid", name=name, value=sid))
    if len(sids) > most:
        raise SettingsError(Message("setting_content_sids", name=name, number=len(sids), most=most))
    return sids


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingsError(Message("setting_proxies", value=text)) from None


def _redis_url(value: str) -> str:
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        # The value is not shown: there may be a password in it.
        raise SettingsError(Message("setting_redis_url"))
    return value


def _database_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises ValueError where it is no number
        is_file = parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1 and not parts.query
        if not value or is_file or (parts.scheme == "postgresql" and len(parts.path) > 1):
            return value
    except ValueError:
        pass
    # The value is not shown: there may be a password in it.
    raise SettingsError(Message("setting_database_url"))


def _origin(name: str, value: str) -> str:
    """Return an origin without the slash at its end; empty stays empty."""
    origin = value.strip().lower().rstrip("/")
    if origin and not _ORIGIN.fullmatch(origin):
        raise SettingsError(Message("setting_origin", name=name, value=value))
    return origin


# What the names of conversations in Redis begin with.
CONVERSATION_PREFIX = "kyr:conversation:"

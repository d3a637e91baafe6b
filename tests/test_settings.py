"""Settings: every environment variable, typed, with a message that says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT, SettingsError, check_channels, read_settings


def test_nothing_needs_to_be_set() -> None:
    """The defaults serve the project's own content from its own folder."""
    settings = read_settings({})
    assert (settings.data_dir, settings.content_dir, settings.log_level) == (
        PROJECT_ROOT / "var",
        PROJECT_ROOT / "var" / "content",
        "INFO",
    )


def test_folders_come_from_the_environment(tmp_path: Path) -> None:
    """KYR_DATA_DIR and KYR_CONTENT_DIR name folders."""
    settings = read_settings({"KYR_DATA_DIR": str(tmp_path / "d"), "KYR_CONTENT_DIR": str(tmp_path)})
    assert (settings.data_dir, settings.content_dir) == (tmp_path / "d", tmp_path)


def test_an_unknown_log_level_is_refused_by_name() -> None:
    """The message names the variable and the allowed words."""
    with pytest.raises(SettingsError) as refused:
        read_settings({"KYR_LOG_LEVEL": "loud"})
    assert str(refused.value) == (
        "KYR_LOG_LEVEL is 'LOUD', which is not a level. Use DEBUG, INFO, WARNING or ERROR."
    )


def test_approval_is_asked_for_with_a_one() -> None:
    """Any other word is refused rather than taken for no."""
    assert read_settings({"KYR_REQUIRE_APPROVAL": "1"}).require_approval
    assert not read_settings({}).require_approval
    with pytest.raises(SettingsError) as refused:
        read_settings({"KYR_REQUIRE_APPROVAL": "yes"})
    assert str(refused.value) == "KYR_REQUIRE_APPROVAL is 'yes'. Write 1 for yes or 0 for no."


def test_origins_are_written_as_browsers_write_them() -> None:
    """With commas or spaces, in capitals, with a slash; a path or a wildcard is refused by name."""
    origins = "https://www.HPCA.gov/, http://localhost:3000"
    settings = read_settings({"KYR_EMBED_ORIGINS": origins, "KYR_PUBLIC_URL": "https://Rights.example.org/"})
    assert settings.embed_origins == ("https://www.hpca.gov", "http://localhost:3000")
    assert settings.public_url == "https://rights.example.org"
    for wrong in (
        "*",
        "https://*.gov",
        "www.hpca.gov",
        "https://a.gov/x",
        "https://a;script-src",
        "https://a'",
    ):
        with pytest.raises(SettingsError) as refused:
            read_settings({"KYR_EMBED_ORIGINS": wrong})
        assert str(refused.value) == (
            f"KYR_EMBED_ORIGINS holds {wrong!r}, which is no web address without a path. "
            "Write it like https://www.hpca.gov."
        )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TWILIO_AUTH_TOKEN": "x"}, "Of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN only one is set"),
        ({"TELEGRAM_BOT_TOKEN": "x"}, "Of TELEGRAM_BOT_TOKEN and TELEGRAM_SECRET_TOKEN only one is set"),
        ({"TWILIO_AUTH_TOKEN": "x", "TWILIO_ACCOUNT_SID": "y"}, "Set KYR_PUBLIC_URL"),
    ],
)
def test_a_channel_that_is_set_up_by_half_stops_the_start(environment: dict[str, str], said: str) -> None:
    """Rather than be silent; the value of a secret is not shown."""
    with pytest.raises(SettingsError, match=said):
        check_channels(read_settings(environment))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KYR_TRUSTED_PROXIES", "10.0.0.1/33", "is no network"),
        ("KYR_MESSAGES_A_MINUTE", "0", "Write a whole number"),
        ("KYR_KEEP_UNANSWERED", "no", "Write 1 for yes or 0 for no"),
        ("TWILIO_LISTS", "HX1", "is no content SID"),
        ("TWILIO_QUICK_REPLIES", f"{'HX' + 32 * 'a'} " * 4, "Write at most 3"),
        ("KYR_FOLD_TEXT_MESSAGES", "no", "Write 1 for yes or 0 for no"),
        ("KYR_REDIS_URL", "http://:secret@x", "is no address of a Redis server"),
    ],
)
def test_settings_of_the_door_say_what_to_write(name: str, value: str, said: str) -> None:
    """And show no password."""
    with pytest.raises(SettingsError, match=said) as refused:
        read_settings({name: value})
    assert name in str(refused.value) and "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:////srv/kyr/staff.sqlite3",
        "postgresql://ana:secret@127.0.0.1/kyr",
        "postgresql://ana:s%40cret@[::1]:5433/kyr?sslmode=require",
        "postgresql:///kyr",
    ],
)
def test_staff_data_may_be_in_sqlite_or_postgresql(url: str) -> None:
    """The address is kept as it is, and not shown."""
    settings = read_settings({"KYR_DATABASE_URL": url})
    assert settings.database_url == url and "cret" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ana:secret@127.0.0.1/kyr",
        "postgresql+asyncpg://ana:secret@127.0.0.1/kyr",
        "postgres://ana:secret@127.0.0.1/kyr",
        "postgresql://ana:secret@127.0.0.1",
        "postgresql://ana:secret@127.0.0.1:many/kyr",
        "postgresql://ana:se[cret@127.0.0.1/kyr",
        "sqlite://",
        "sqlite://secret/staff.sqlite3",
        "sqlite:///staff.sqlite3?mode=secret",
        "/srv/secret.sqlite3",
        " ",
    ],
)
def test_other_databases_are_refused(url: str) -> None:
    """With how to write it, and without the value, in which a password may stand."""
    with pytest.raises(SettingsError) as refused:
        read_settings({"KYR_DATABASE_URL": url})
    assert str(refused.value) == (
        "KYR_DATABASE_URL is no address of a database that can be used. Write it like "
        "postgresql://name:password@127.0.0.1/kyr, with %40 for an @ in the password and likewise for other "
        "signs, or like sqlite:////folder/staff.sqlite3; leave it away for a file in KYR_DATA_DIR."
    )

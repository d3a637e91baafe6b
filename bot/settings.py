"""Every setting that comes from the environment, typed and read once.

A `.env` file in the project root is read if present; the environment wins over it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

PROJECT_ROOT = Path(__file__).resolve().parent.parent

# Scheme, host and perhaps a port, as browsers write where a page comes from.
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


class SettingsError(Exception):
    """A setting that cannot be used; the text names it and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `data_dir` holds models and staff data. `content_dir` is the folder that holds `data/`,
    `domain.yml` and `config.yml`: the project itself, or the copy kept beside a published model.
    `resources_dir` holds the tables of the resource directory, which are used as they stand now.
    `require_approval` holds back answers that nobody has signed off. `public_url` is where residents
    reach the assistant ("https://rights.hpca.gov"; empty where not set), and `embed_origins` are the
    websites that may show the chat on their pages.
    """

    data_dir: Path = PROJECT_ROOT / "var"
    content_dir: Path = PROJECT_ROOT
    resources_dir: Path = PROJECT_ROOT / "data" / "resources"
    log_level: str = "INFO"
    require_approval: bool = False
    public_url: str = ""
    embed_origins: tuple[str, ...] = ()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environment`, by default `.env` and the process environment."""
    if environment is None:
        in_file = {key: value for key, value in dotenv_values(PROJECT_ROOT / ".env").items() if value}
        environment = {**in_file, **os.environ}

    log_level = environment.get("KYR_LOG_LEVEL", "INFO").upper()
    if log_level not in logging._nameToLevel:
        raise SettingsError(
            f"KYR_LOG_LEVEL is {log_level!r}, which is not a level. Use DEBUG, INFO, WARNING or ERROR."
        )
    approval = environment.get("KYR_REQUIRE_APPROVAL", "0")
    if approval not in ("0", "1"):
        raise SettingsError(f"KYR_REQUIRE_APPROVAL is {approval!r}. Write 1 for yes or 0 for no.")
    content_dir = Path(environment.get("KYR_CONTENT_DIR", PROJECT_ROOT)).resolve()
    resources_dir = Path(environment.get("KYR_RESOURCES_DIR", content_dir / "data" / "resources")).resolve()
    return Settings(
        data_dir=Path(environment.get("KYR_DATA_DIR", PROJECT_ROOT / "var")).resolve(),
        content_dir=content_dir,
        resources_dir=resources_dir,
        log_level=log_level,
        require_approval=approval == "1",
        public_url=_origin("KYR_PUBLIC_URL", environment.get("KYR_PUBLIC_URL", "")),
        embed_origins=tuple(
            _origin("KYR_EMBED_ORIGINS", origin)
            for origin in environment.get("KYR_EMBED_ORIGINS", "").replace(",", " ").split()
        ),
    )


def _origin(name: str, value: str) -> str:
    """Return an origin without the slash at its end; empty stays empty."""
    origin = value.strip().lower().rstrip("/")
    if origin and not _ORIGIN.fullmatch(origin):
        raise SettingsError(
            f"{name} holds {value!r}, which is no web address without a path. Write it like https://www.hpca.gov."
        )
    return origin

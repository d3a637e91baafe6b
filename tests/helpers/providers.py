"""A real OpenID Connect provider, in a process and with packages of its own: Rasa's do not go with them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bot.serving.processes import free_port
from tests.helpers.waiting import SECONDS_AT_MOST

# The last version for Python 3.10.
_PACKAGE, _ITS_LIBRARY = "oidc-provider-mock==0.3.4", "authlib>=1.6,<2"
PEOPLE = (
    {"sub": "city-ana", "email": "ana@hpca.gov", "email_verified": True},
    {"sub": "city-ana-too", "email": "ana@hpca.gov", "email_verified": True},
    {"sub": "city-berta", "email": "berta@hpca.gov", "email_verified": False},
    {"sub": "city-clara"},
)


@contextlib.contextmanager
def provider(folder: Path) -> Iterator[str]:
    """Run the provider, which knows PEOPLE; yield its issuer."""
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv is not None
    port = free_port()
    issuer = f"http://localhost:{port}"
    command = [uv, "tool", "run", "--python", sys.executable, "--with", _ITS_LIBRARY, _PACKAGE]
    known = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            [*command, "--port", str(port), *known], stdout=log, stderr=log
        )
        try:
            latest = time.monotonic() + SECONDS_AT_MOST
            while time.monotonic() < latest and process.poll() is None:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration")  # noqa: S310
                    break
                time.sleep(0.1)
            else:
                raise AssertionError((folder / "log").read_text(encoding="utf-8"))
            yield issuer
        finally:
            process.terminate()
            process.wait()

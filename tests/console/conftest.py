"""The console on the small content, and clerks who use it as a browser would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.helpers.clerks import APPROVER, EDITOR, Clerk, Console, open_console


@pytest.fixture
async def console(tmp_path: Path, content_copy: Path) -> AsyncIterator[Console]:
    """A console on a copy of the small content, with an editor and two approvers."""
    async with open_console(content_copy, tmp_path / "var") as console:
        yield console


@pytest.fixture
async def editor(console: Console) -> Clerk:
    """An editor who is signed in."""
    return await console.make_clerk(EDITOR)


@pytest.fixture
async def approver(console: Console) -> Clerk:
    """An approver who is signed in."""
    return await console.make_clerk(APPROVER)

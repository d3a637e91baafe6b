"""A lock keeps all others out until it is let go of."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import pytest

from bot.files.folders import exchange_folders
from bot.files.locks import exclusive, is_held


class HeldError(Exception):
    """Somebody else holds it."""


@pytest.mark.parametrize("name", ["", "folder/some.lock"])
def test_one_at_a_time_holds_the_lock(tmp_path: Path, name: str) -> None:
    """Of a folder that is there, or of a file that is made with its folder."""
    path = tmp_path / name
    with exclusive(path, 0):
        with pytest.raises(BlockingIOError), exclusive(path, 0):
            pass
        with pytest.raises(HeldError), exclusive(path, 0.1, HeldError()):
            pass
    with exclusive(path, math.inf):
        pass


def test_what_was_raised_lets_go_of_the_lock(tmp_path: Path) -> None:
    """The next one need not wait for a process to end."""
    lock = tmp_path / "some.lock"
    with pytest.raises(HeldError), exclusive(lock, 0):
        assert is_held(lock)
        raise HeldError
    assert not is_held(lock)


def test_a_folder_that_has_gone_is_not_made(tmp_path: Path) -> None:
    """Nor a file in its place: whoever built in it has just finished."""
    with pytest.raises(FileNotFoundError), exclusive(tmp_path / "gone", 0):
        pass
    assert not list(tmp_path.iterdir())


def test_whoever_waits_for_a_folder_gets_the_lock_of_what_came_in_its_place(tmp_path: Path) -> None:
    """Else two would work at once, one with the lock of the old folder and one with that of the new."""
    folder, new = tmp_path / "data", tmp_path / "new"
    folder.mkdir()
    new.mkdir()
    entered, leave = threading.Event(), threading.Event()

    def wait_and_hold() -> None:
        with exclusive(folder, math.inf):
            entered.set()
            leave.wait(10)

    with exclusive(folder, 0):
        waiting = threading.Thread(target=wait_and_hold)
        waiting.start()
        exchange_folders(new, folder)
    try:
        assert entered.wait(10)
        with pytest.raises(BlockingIOError), exclusive(folder, 0):
            pass
    finally:
        leave.set()
        waiting.join()

"""Trying a question, where others have asked before."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.training import tryout
from bot.training.models import Model
from bot.training.train import TrainingError


async def test_who_waits_for_others_is_told_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However many have asked before."""
    monkeypatch.setattr(tryout, "SECONDS_TO_ANSWER", 0.2)
    asked = tryout.TryOut()
    async with asked._asking:
        with pytest.raises(TrainingError, match=r"no answer came within 0\.2 s"):
            await asked.ask(Model("1", tmp_path, "", "", {}), "a question")

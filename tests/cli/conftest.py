"""What the tests of several commands start from."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content_copy: Path) -> Path:
    """Every command works on a copy of the small content and keeps its models in a new folder."""
    monkeypatch.setenv("KYR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KYR_CONTENT_DIR", str(content_copy))
    return content_copy

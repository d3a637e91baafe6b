"""The content that actions answer from: read once at the start, the resource directory as it stands."""

from __future__ import annotations

import functools

from bot.content import Content, read_content
from bot.settings import read_settings


@functools.cache
def current_content() -> Content:
    """Return the content that belongs to the model being served."""
    settings = read_settings()
    return read_content(
        settings.content_dir,
        require_approval=settings.require_approval,
        resources_dir=settings.resources_dir,
    )

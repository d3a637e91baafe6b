"""The content that actions answer from: read once at the start; as they stand now, the resource directory
and which topics are turned off."""

from __future__ import annotations

import dataclasses
import functools

from bot.content.reading import Content, read_kept_content
from bot.settings import read_settings
from bot.training.topics_off import GivenTopics, TopicsOff


@functools.cache
def current_content() -> Content:
    """Return the content that belongs to the model being served."""
    settings = read_settings()
    content = read_kept_content(
        settings.content_dir,
        require_approval=settings.require_approval,
        resources_dir=settings.resources_dir,
    )
    return dataclasses.replace(content, topics=GivenTopics(content.topics, TopicsOff(settings.data_dir)))

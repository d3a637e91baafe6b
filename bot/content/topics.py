"""Topics: one file each, with the questions residents ask and the answer in both languages.

A topic file is Rasa training data with one more key, `topic:`, which Rasa skips. This module reads and checks
such files.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

GROUPS = ("ordinance", "hp_with_you", "rights", "help")
# So many days before an answer expires staff are told that it is due.
DAYS_OF_WARNING = 30
# How many days an answer may stand before its sources are checked again.
DAYS_TO_REVIEW = {"stable": 365, "litigated": 90}
TITLE_LENGTH = 60
# Two screens of an old phone.
TEXT_LENGTH = 2000
SHORT_LENGTH = 300
# Nobody in fear follows more.
MOST_STEPS = 5
# So many letters at least say why an answer must be harder to read than others.
REASON_LENGTH = 20

# The line that parts an answer.
LAW_NOW = re.compile(r"^---[ \t]*$", re.MULTILINE)
# What every variation of a response looks like, here and in domain.yml.
VARIATIONS = [{"condition": [{"name": str, "value": str}], "text": str, "custom": {"short": str}}]
# Files of training data: of topics, and data/nlu/<intent>.yml.
TRAINING_DATA = {
    "topic": {
        "title": {...: str},
        "approved_by": str,
        "sources": [{"title": str, "url": str}],
        "reading_exception": str,
    },
    "nlu": [{"intent": str, "metadata": {"language": str}, "examples": str}],
    "responses": {...: VARIATIONS},
}
URL = re.compile(r"https?://[^\s/]+\.[^\s/]+\S*")


@dataclass(frozen=True)
class Source:
    """A page that backs an answer."""

    title: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What is said of a topic in one language; `short` is the text-message version.

    A line `---` parts what stays right from what the law and the courts say now, which expires.
    """

    language: str
    text: str
    short: str

    @property
    def core(self) -> str:
        """What is given whatever day it is."""
        return LAW_NOW.split(self.text, maxsplit=1)[0].rstrip()

    @property
    def law_now(self) -> str:
        """What the law and the courts say now, given until `review_by`; empty where nothing expires."""
        return "".join(LAW_NOW.split(self.text, maxsplit=1)[1:]).strip()


@dataclass(frozen=True)
class Topic:
    """One topic file. `title`, `questions` and `answers` are by language ("en", "es").

    `services` names the needs of the resource directory that go with the topic; with `show_services`
    they are shown below the answer at once, otherwise when they are asked for. A topic without answers
    is either answered from the directory or, where `enabled` is false, not answered yet.
    """

    id: str
    title: Mapping[str, str]
    group: str
    volatility: str
    enabled: bool
    reviewed: datetime.date | None
    review_by: datetime.date | None
    approved_by: str | None
    sources: tuple[Source, ...]
    related: tuple[str, ...]
    services: tuple[str, ...]
    show_services: bool
    questions: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Answer]

    @property
    def answered(self) -> bool:
        """Whether a checked answer may be given: its own text, or services of the directory."""
        return self.enabled and bool(self.answers or self.services)

    def overdue(self, today: datetime.date) -> bool:
        """Whether the sources should have been checked again before that day."""
        return self.review_by is not None and today > self.review_by

    def state(self, today: datetime.date) -> str:
        """Return "off", "overdue", "due" (within 30 days), "approved", "checked" or "directory"."""
        if not self.enabled:
            return "off"
        if self.review_by is None:
            return "directory"
        if self.overdue(today):
            return "overdue"
        if (self.review_by - today).days <= DAYS_OF_WARNING:
            return "due"
        return "approved" if self.approved_by else "checked"


def turned_off(topics: Mapping[str, Topic], off: Collection[str]) -> dict[str, Topic]:
    """Return topics with those turned off whose ids are in `off`."""
    return {
        name: dataclasses.replace(topic, enabled=False) if name in off else topic
        for name, topic in topics.items()
    }

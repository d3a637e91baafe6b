"""Topics and their answers: a file for each answer, with the questions residents ask and both languages.

`data/faq/bond.yml` is the core answer of the topic `bond`, given where the situation is not known;
`data/faq/bond.refused.yml` is the answer `bond.refused`, for one situation. Such a file is Rasa training data
with one more key, `topic:`, which Rasa skips.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

GROUPS = ("ordinance", "hp_with_you", "rights", "help")
# So many days before an answer expires staff are told that it is due.
DAYS_OF_WARNING = 30
# How many days an answer may stand before its sources are checked again.
DAYS_TO_REVIEW = {"stable": 365, "litigated": 90}
TITLE_LENGTH = 60
# A button on a small screen.
ANSWER_TITLE_LENGTH = 45
# All of an answer, with what goes beyond the first screen.
TEXT_LENGTH = 2600
SHORT_LENGTH = 300
# Nobody in fear follows more, or reads more than one screen of an old phone.
MOST_STEPS = 3
MOST_WORDS = 90
FIRST_LINE_LENGTH = 160
MOST_CALLS = 3
MOST_NEXT = 4
# So many letters at least say why an answer must be harder to read than others.
REASON_LENGTH = 20

# The lines that part an answer: what goes beyond the first screen, and what the law says now.
MORE, LAW_NOW = "+++", "---"
_PARTS = re.compile(r"^(\+\+\+|---)[ \t]*$", re.MULTILINE)
# What of a situation changes the answer, and the values that each may have.
FACETS: Mapping[str, tuple[str, ...]] = {
    "who": ("me", "relative", "child", "other", "employer", "landlord", "institution"),
    "when": ("now", "just", "later", "if"),
    "status": ("none", "green_card", "citizen", "tps", "daca", "asylum", "visa", "unknown"),
    "authority": ("ice", "police", "unknown"),
    "place": ("home", "work", "car", "street", "school", "hospital", "court", "church", "airport"),
    "paper": ("judge_warrant", "deportation_order", "three_day_notice", "court_papers", "to_sign"),
}
# What every variation of a response looks like, here and in domain.yml.
VARIATIONS = [{"condition": [{"name": str, "value": str}], "text": str, "custom": {"short": str}}]
# Files of training data: of topics, and data/nlu/<intent>.yml.
TRAINING_DATA = {
    "topic": {
        "title": {...: str},
        "ask": {...: str},
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
    """What is said in one language; `short` is the text-message version.

    A line `+++` parts the first screen from what goes beyond it, and a line `---` from what the law and the
    courts say now, which expires. [chirla-hotline] stands for the name and number of a service.
    """

    language: str
    text: str
    short: str

    @property
    def screen(self) -> str:
        """What this person needs first: a first line, steps, words to say."""
        return _PARTS.split(self.text, maxsplit=1)[0].rstrip()

    @property
    def more(self) -> str:
        """What goes beyond the first screen and stays right; empty where there is nothing."""
        return self._part(MORE)

    @property
    def law_now(self) -> str:
        """What the law and the courts say now, given until `review_by`; empty where nothing expires."""
        return self._part(LAW_NOW)

    @property
    def marks(self) -> list[str]:
        """The lines that part it, in their order."""
        return _PARTS.findall(self.text)

    def _part(self, mark: str) -> str:
        pieces = _PARTS.split(self.text)
        found = zip(pieces[1::2], pieces[2::2], strict=True)
        return next((text.strip() for name, text in found if name == mark), "")


@dataclass(frozen=True)
class Topic:
    """One answer file: a topic's core answer, or the answer for one situation.

    `title`, `questions` and `answers` are by language ("en", "es"). `facets` says which situations it is
    for, `call` whom to call (ids of services, the most useful first), and `next` what this person asks next
    (ids of answers). Of a core answer `ask` is the question that tells the situations apart, and `order`
    which of them are offered first; `services` names the needs of the resource directory that go with the
    topic; with `show_services` they are shown below the answer at once, otherwise when they are asked for. A
    topic without answers is either answered from the directory or, where `enabled` is false, not answered
    yet.
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
    facets: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    call: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    ask: Mapping[str, str] = dataclasses.field(default_factory=dict)
    order: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        """The id of the topic that it belongs to, which is its own where it is a core answer."""
        return topic_of(self.id)

    @property
    def is_core(self) -> bool:
        """Whether it is given where the situation is not known."""
        return self.id == self.topic

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


@functools.lru_cache(maxsize=4096)  # calibration asks for the same ones thirty million times
def topic_of(answer_id: str) -> str:
    """Return the topic of an answer: `bond` of `bond.refused`."""
    return answer_id.partition(".")[0]


def page_path(answer_id: str, language: str) -> str:
    """Return the address of an answer's page: /en/bond of `bond`, /en/bond/refused of `bond.refused`."""
    return f"/{language}/{answer_id.replace('.', '/')}"


def situations_of(topics: Mapping[str, Topic], topic: str) -> list[Topic]:
    """Return a topic's answers for one situation each, in the order of its core answer."""
    order = topics[topic].order if topic in topics else ()
    found = [one for one in topics.values() if one.topic == topic and not one.is_core]
    names = [f"{topic}.{name}" for name in order]
    return sorted(found, key=lambda one: (names.index(one.id) if one.id in names else len(names), one.id))


def turned_off(topics: Mapping[str, Topic], off: Collection[str]) -> dict[str, Topic]:
    """Return topics with those turned off whose ids are in `off`, or whose core answer's is."""
    return {
        name: dataclasses.replace(topic, enabled=False) if {name, topic.topic} & {*off} else topic
        for name, topic in topics.items()
    }

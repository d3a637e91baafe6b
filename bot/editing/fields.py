"""The fields of a topic that staff edit, and the cells in which they stand."""

from __future__ import annotations

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.content.topics import Source
from bot.editing.columns import COLUMNS
from bot.text.facts import fingerprint
from bot.text.language import LANGUAGES


@dataclass(frozen=True)
class TopicFields:
    """What staff edit of an answer. Texts are by language ("en", "es"); empty ones are not there.

    Everything else in a topic file (services, reading_exception, comments) is not of their concern and
    stays as it is.
    """

    group: str
    volatility: str
    titles: Mapping[str, str]
    questions: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, str]
    shorts: Mapping[str, str]
    sources: tuple[Source, ...] = ()
    related: tuple[str, ...] = ()
    reviewed: datetime.date | None = None
    review_by: datetime.date | None = None
    approved_by: str | None = None
    enabled: bool = True
    facets: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    call: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    asks: Mapping[str, str] = dataclasses.field(default_factory=lambda: dict.fromkeys(LANGUAGES, ""))
    order: tuple[str, ...] = ()

    @property
    def signed(self) -> tuple[object, ...]:
        """What somebody signs off: where it changes, nobody has."""
        return dict(self.titles), dict(self.answers), dict(self.shorts), self.sources


def unsigned(before: TopicFields | None, after: TopicFields) -> TopicFields:
    """Return a topic as it is to be, signed off by nobody where that which is signed off changes."""
    if before is None or before.signed != after.signed:
        return dataclasses.replace(after, approved_by=None)
    return after


# Of a topic, which is that of its core answer, or of an answer for one situation (bond.refused).
ID = re.compile(r"[a-z0-9_]{1,60}(?:\.[a-z0-9_]{1,60})?")
# What `call` names: a service of the directory.
SERVICE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")


_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


_BREAKS = re.compile("(?:_x000D_|\r)?\n|_x000D_$|[\r\v\f\x85\u2028\u2029]")


def cells_of(fields: TopicFields) -> dict[str, str]:
    """Return the cells of a topic by column, without its id."""
    cells = {column: "" for column in COLUMNS if column != "id"}
    cells |= {"group": fields.group, "volatility": fields.volatility, "approved_by": fields.approved_by or ""}
    for language in LANGUAGES:
        cells |= {
            f"title_{language}": fields.titles[language],
            f"questions_{language}": "\n".join(fields.questions[language]),
            f"answer_{language}": fields.answers[language],
            f"short_{language}": fields.shorts[language],
            f"ask_{language}": fields.asks[language],
        }
    return cells | {
        "sources": "\n".join(map(written_source, fields.sources)),
        "facets": written_facets(fields.facets),
        "related": ", ".join(fields.related),
        "call": ", ".join(fields.call),
        "next": ", ".join(fields.next),
        "order": ", ".join(fields.order),
        "reviewed": fields.reviewed.isoformat() if fields.reviewed else "",
        "review_by": fields.review_by.isoformat() if fields.review_by else "",
        "enabled": "TRUE" if fields.enabled else "FALSE",
    }


def state_of(fields: TopicFields) -> str:
    """Return a mark that changes when a cell of the topic does; its first letter keeps it a text."""
    return "x" + fingerprint(*(normal(text) for text in cells_of(fields).values()))


def clean(text: str) -> str:
    """Return the text of a cell without what Excel and copying leave in it."""
    text = _BREAKS.sub("\n", unicodedata.normalize("NFC", text))
    text = _UNSEEN.sub("", _SPACES.sub(" ", text))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def normal(text: str) -> str:
    """Return what of a text counts when it is compared with another."""
    return "\n".join(" ".join(line.split()) for line in clean(text).split("\n"))


def written_facets(facets: Mapping[str, tuple[str, ...]]) -> str:
    """Return facets as they stand in a cell: who=relative; when=now, just."""
    return "; ".join(f"{name}={', '.join(values)}" for name, values in facets.items())


def written_source(source: Source) -> str:
    return f"{source.title} | {source.url}"

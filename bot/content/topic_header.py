"""The header of a topic file (`topic:`): its values are read, and what is wrong with each is noted."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.content.topics import (
    DAYS_TO_REVIEW,
    FACETS,
    MOST_CALLS,
    MOST_NEXT,
    REASON_LENGTH,
    TEXT_LENGTH,
    URL,
    Answer,
    Source,
    Topic,
)
from bot.content.training_data import LANGUAGE_MESSAGES, read_variations
from bot.directory.mentions import without_ids
from bot.files.yaml_reading import line_of
from bot.messages import Message
from bot.problems import Problem, Problems
from bot.text.language import LANGUAGES
from bot.text.readability import too_hard

# What staff edit of a header, in the order in which it stands.
HEADER_ORDER = (
    "title",
    "group",
    "volatility",
    "enabled",
    "reviewed",
    "review_by",
    "approved_by",
    "sources",
    "facets",
    "call",
    "next",
    "related",
    "ask",
    "order",
)
HEADER_KEYS = {*HEADER_ORDER, "services", "show_services", "reading_exception"}
# What belongs to the topic as a whole, and stands in its core answer alone.
OF_THE_TOPIC = ("group", "related", "services", "show_services", "ask", "order")


# What the text in a column is called.
_PARTS = {"answer": "text_of_answer", "short": "short_of_answer"}


class HeaderReader:
    """Reads the values of one `topic:` header, noting what is wrong with each."""

    def __init__(self, header: CommentedMap, path: Path, problems: Problems) -> None:
        self.header, self.path, self.problems = header, path, problems

    def add(self, name: str, key: str, /, *, field: str = "", **values: object) -> None:
        """Note what is wrong with the value of a name in the header, by the key of its message."""
        line = line_of(self.header, name)
        path = self.problems.shown(self.path)
        self.problems.found.append(Problem(path, line, key, values, field=field or name))

    def title(self, most: int) -> dict[str, str]:
        """Return the title by language, `most` letters long at most."""
        title = self.header.get("title")
        if not isinstance(title, Mapping) or set(title) != set(LANGUAGES) or not all(title.values()):
            written = title if isinstance(title, Mapping) else {}
            missing = "es" if written.get("en") and not written.get("es") else "en"
            self.add("title", "title_missing", field=f"title_{missing}")
            return {}
        for language, text in title.items():
            if len(str(text)) > most:
                length = len(str(text))
                self.add(
                    "title",
                    "title_too_long",
                    field=f"title_{language}",
                    language=language,
                    length=length,
                    most=most,
                )
        return {language: str(text) for language, text in title.items()}

    def approval(self) -> str | None:
        """Return who has signed the answer off, None where nobody has."""
        who: str | None = self.header.get("approved_by")
        if who is not None and not who.strip():
            self.add("approved_by", "approval_without_name")
        return who

    def yes_or_no(self, key: str, *, default: bool) -> bool:
        value = self.header.get(key, default)
        if not isinstance(value, bool):
            self.add(key, "not_yes_or_no", name=key)
        return value is True

    def check_reading(self, answers: Mapping[str, Answer], document: CommentedMap) -> None:
        """Note texts that are hard to read, unless the header says why they must be."""
        lines = {
            language: line
            for name in document.get("responses") or ()
            for language, _, line in read_variations(document["responses"], name)
        }
        hard = [
            (answer.language, part, measured)
            for answer in answers.values()
            for part, text in (
                ("answer", "\n\n".join((answer.screen, answer.more, answer.law_now))),
                ("short", answer.short),
            )
            if len(text) <= TEXT_LENGTH and (measured := too_hard(without_ids(text), answer.language))
        ]
        key = "reading_exception"
        if key not in self.header:
            for language, part, measured in hard:
                text = Message(_PARTS[part], language=LANGUAGE_MESSAGES[language])
                column = f"{part}_{language}"
                self.problems.add(
                    self.path, lines[language], "hard_to_read", field=column, text=text, measured=measured
                )
        elif not hard:
            self.add(key, "exception_not_needed", name=key)
        elif len(str(self.header[key] or "")) < REASON_LENGTH:
            self.add(key, "exception_without_reason", name=key, least=REASON_LENGTH)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.header.get(key)
        if value not in allowed:
            message = "value_empty" if value is None else "value_unknown"
            self.add(key, message, name=Message(f"name_{key}"), value=repr(value), allowed=", ".join(allowed))
        return str(value)

    def names(self, key: str) -> tuple[str, ...]:
        value = self.header.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.add(key, "not_names", name=key)
            return ()
        return tuple(value)

    def refuse_what_is_the_topics(self) -> None:
        """Note what an answer for one situation says although it belongs to the topic as a whole."""
        for key in OF_THE_TOPIC:
            if key in self.header:
                self.add(key, "belongs_to_core", name=key)

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Return the values of each facet."""
        written = self.header.get("facets", {})
        if not isinstance(written, Mapping):
            self.add("facets", "not_facets")
            return {}
        found = {}
        for name, values in written.items():
            one = tuple(values) if isinstance(values, list) else (values,)
            unknown = [value for value in one if value not in FACETS.get(name, ())]
            if unknown or not one:
                allowed = ", ".join(FACETS.get(name) or FACETS)
                self.add(
                    "facets", "facet_unknown", said=f"{name}: {unknown[0] if one else ''}", allowed=allowed
                )
            else:
                found[str(name)] = tuple(map(str, one))
        return found

    def at_most(self, key: str) -> tuple[str, ...]:
        """Return the names of services or answers, so many as a small screen has room for."""
        names, most = self.names(key), {"call": MOST_CALLS, "next": MOST_NEXT}[key]
        if len(names) > most:
            self.add(key, "too_many_names", name=key, most=most)
        return names

    def ask(self) -> dict[str, str]:
        """Return the question that tells the situations of a topic apart, by language."""
        ask = self.header.get("ask", {})
        if ask and (not isinstance(ask, Mapping) or set(ask) != set(LANGUAGES) or not all(ask.values())):
            self.add("ask", "ask_missing")
            return {}
        return {language: str(text) for language, text in ask.items()}

    def dates(self) -> tuple[datetime.date | None, datetime.date | None]:
        found: list[datetime.date | None] = []
        for key in ("reviewed", "review_by"):
            value = self.header.get(key)
            if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
                found.append(value)
                continue
            message = "date_missing" if value is None else "date_wrong"
            self.add(key, message, name=Message(f"name_{key}"), value=repr(value))
            found.append(None)
        return found[0], found[1]

    def refuse_late_review(self, topic: Topic) -> None:
        if not topic.reviewed or not topic.review_by or topic.volatility not in DAYS_TO_REVIEW:
            return
        days = (topic.review_by - topic.reviewed).days
        most = DAYS_TO_REVIEW[topic.volatility]
        if not 0 < days <= most:
            latest = topic.reviewed + datetime.timedelta(days=most)
            self.add(
                "review_by",
                "review_too_late",
                days=days,
                volatility=Message(f"volatility_{topic.volatility}"),
                most=most,
                latest=latest,
                reviewed=topic.reviewed,
            )

    def check_law_now(self, topic: Topic) -> None:
        """Note where what expires is not marked off, or is in an answer that is said to be stable."""
        marked = [answer for answer in topic.answers.values() if answer.law_now]
        if topic.volatility == "litigated" and len(marked) < len(topic.answers):
            self.add("volatility", "law_now_missing")
        elif topic.volatility == "stable" and marked:
            self.add("volatility", "law_now_in_stable")

    def sources(self, *, needed: bool) -> tuple[Source, ...]:
        entries = self.header.get("sources", [])
        if not isinstance(entries, CommentedSeq) or not entries:
            if needed:
                self.add("sources", "no_source")
            return ()
        found = []
        for index, entry in enumerate(entries):
            if not isinstance(entry, Mapping) or set(entry) != {"title", "url"} or not all(entry.values()):
                line = line_of(entries, index)
                self.problems.add(self.path, line, "source_incomplete", field="sources")
            elif not URL.fullmatch(str(entry["url"])):
                line = line_of(entries, index)
                title = repr(entry["title"])
                self.problems.add(self.path, line, "source_without_address", field="sources", title=title)
            else:
                found.append(Source(str(entry["title"]), str(entry["url"])))
        return tuple(found)

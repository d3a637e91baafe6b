"""Topic files are read and checked."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.content.topics import (
    DAYS_TO_REVIEW,
    GROUPS,
    LAW_NOW,
    MOST_STEPS,
    REASON_LENGTH,
    SHORT_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    TRAINING_DATA,
    URL,
    Answer,
    Source,
    Topic,
)
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Message, Problem, Problems
from bot.text.facts import facts, fingerprint
from bot.text.language import LANGUAGES
from bot.text.markup import parse_blocks
from bot.text.readability import too_hard

_HEADER_KEYS = {
    "title",
    "group",
    "volatility",
    "enabled",
    "reviewed",
    "review_by",
    "approved_by",
    "sources",
    "related",
    "services",
    "show_services",
    "reading_exception",
}


_FILE_KEYS = {"version", "topic", "nlu", "responses"}
_NAMES = {"en": Message("english"), "es": Message("spanish")}
# What the text in a column is called.
_PARTS = {"answer": "text_of_answer", "short": "short_of_answer"}


def check_topics(folder: Path, problems: Problems) -> dict[str, Topic]:
    """Read what can be read of every topic file, and note every mistake."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        problems.add(folder, 1, "no_topic")
    topics = {path.stem: topic for path in paths if (topic := read_topic(path, problems))}
    known = {path.stem for path in paths}
    for path in paths:
        if path.stem in topics:
            check_related(topics[path.stem].related, path, known, problems)
    return topics


def check_related(related: Iterable[str], path: Path, known: Container[str], problems: Problems) -> None:
    """Note what the topic of a file names as related and should not; `known` are the ids of all topics."""
    for topic_id in related:
        if topic_id == path.stem:
            problems.add(path, 1, "related_to_itself", field="related", topic=topic_id)
        elif topic_id not in known:
            problems.add(path, 1, "related_unknown", field="related", topic=topic_id)


def read_topic(path: Path, problems: Problems) -> Topic | None:
    """Read one topic file, noting every mistake in it; return None where there is one."""
    document = read_yaml(path, problems, TRAINING_DATA)
    if document is None:
        return None
    before = len(problems.found)
    _refuse_unknown(document, _FILE_KEYS, Message("the_file"), path, problems)
    if str(document.get("version")) != "3.1":
        problems.add(path, 1, "version_missing")
    header = document.get("topic")
    if not isinstance(header, CommentedMap):
        problems.add(path, 1, "header_missing")
        return None
    reader = _Header(header, path, problems)
    _refuse_unknown(header, _HEADER_KEYS, Message("the_header"), path, problems)
    questions = _questions(document, path, problems)
    answers = _answers(document, path, problems)
    reader.check_reading(answers, document)
    enabled = reader.yes_or_no("enabled", default=True)
    services = reader.names("services")
    if enabled and not answers and not services:
        problems.add(path, line_of(header), "topic_without_answer", field="answer_en")
    dates = reader.dates() if answers else (None, None)
    topic = Topic(
        id=path.stem,
        title=reader.title(),
        group=reader.one_of("group", GROUPS),
        volatility=reader.one_of("volatility", tuple(DAYS_TO_REVIEW)),
        enabled=enabled,
        reviewed=dates[0],
        review_by=dates[1],
        approved_by=reader.approval(),
        sources=reader.sources(needed=bool(answers)),
        related=reader.names("related"),
        services=services,
        show_services=reader.yes_or_no("show_services", default=False),
        questions=questions,
        answers=answers,
    )
    if dates[0] and dates[1]:
        reader.refuse_late_review(topic)
    reader.check_law_now(topic)
    return topic if len(problems.found) == before else None


class _Header:
    """Reads the values of one `topic:` header, noting what is wrong with each."""

    def __init__(self, header: CommentedMap, path: Path, problems: Problems) -> None:
        self.header, self.path, self.problems = header, path, problems

    def add(self, name: str, key: str, /, *, field: str = "", **values: object) -> None:
        """Note what is wrong with the value of a name in the header, by the key of its message."""
        line = line_of(self.header, name)
        path = self.problems.shown(self.path)
        self.problems.found.append(Problem(path, line, key, values, field=field or name))

    def title(self) -> dict[str, str]:
        title = self.header.get("title")
        if not isinstance(title, Mapping) or set(title) != set(LANGUAGES) or not all(title.values()):
            written = title if isinstance(title, Mapping) else {}
            missing = "es" if written.get("en") and not written.get("es") else "en"
            self.add("title", "title_missing", field=f"title_{missing}")
            return {}
        for language, text in title.items():
            if len(str(text)) > TITLE_LENGTH:
                length = len(str(text))
                self.add(
                    "title",
                    "title_too_long",
                    field=f"title_{language}",
                    language=language,
                    length=length,
                    most=TITLE_LENGTH,
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
                ("answer", f"{answer.core}\n\n{answer.law_now}"),
                ("short", answer.short),
            )
            if len(text) <= TEXT_LENGTH and (measured := too_hard(text, answer.language))
        ]
        key = "reading_exception"
        if key not in self.header:
            for language, part, measured in hard:
                text = Message(_PARTS[part], language=_NAMES[language])
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


def _refuse_unknown(
    mapping: CommentedMap, allowed: Iterable[str], where: Message, path: Path, problems: Problems
) -> None:
    for key in mapping:
        if key not in allowed:
            names = ", ".join(sorted(allowed))
            problems.add(path, line_of(mapping, key), "unknown_key", where=where, name=key, allowed=names)


def read_examples(
    document: Mapping[str, Any],
) -> Iterable[tuple[str, str | None, int, list[tuple[str, int]]]]:
    """Yield each NLU entry of a training-data file: intent, language, line, [(question, line), ...]."""
    nlu = document.get("nlu") or []
    for index, entry in enumerate(nlu):
        if not isinstance(entry, CommentedMap):
            continue
        first = line_of(entry, "examples") + 1
        examples = [
            (line.removeprefix("-").strip(), first + offset)
            for offset, line in enumerate(str(entry.get("examples") or "").splitlines())
            if line.strip()
        ]
        language = (entry.get("metadata") or {}).get("language")
        yield str(entry.get("intent")), language, line_of(nlu, index), examples


def _questions(document: CommentedMap, path: Path, problems: Problems) -> dict[str, tuple[str, ...]]:
    wanted = f"faq/{path.stem}"
    questions: dict[str, tuple[str, ...]] = {}
    for intent, language, line, examples in read_examples(document):
        if intent != wanted:
            problems.add(path, line, "questions_of_another_intent", intent=intent, wanted=wanted)
        if language not in LANGUAGES:
            problems.add(path, line, "questions_without_language")
            continue
        questions[language] = questions.get(language, ()) + tuple(text for text, _ in examples)
    for language in LANGUAGES:
        if not questions.get(language):
            column = f"questions_{language}"
            problems.add(path, 1, "no_question", field=column, language=_NAMES[language], code=language)
    return questions


def _answer_in(language: str) -> Message:
    return Message("answer_in", language=_NAMES[language])


def _answers(document: CommentedMap, path: Path, problems: Problems) -> dict[str, Answer]:
    responses = document.get("responses")
    if responses is None:
        return {}
    name = f"utter_faq/{path.stem}"
    if not isinstance(responses, CommentedMap) or list(responses) != [name]:
        problems.add(path, line_of(document, "responses"), "other_responses", name=name)
        return {}
    answers: dict[str, Answer] = {}
    for language, variation, line in read_variations(responses, name):
        if language not in LANGUAGES:
            problems.add(path, line, "answer_without_language")
            continue
        custom = variation.get("custom")
        expected = {"topic": path.stem, "language": language}
        if not isinstance(custom, Mapping) or {key: custom.get(key) for key in expected} != expected:
            problems.add(
                path,
                line,
                "answer_custom",
                field=f"answer_{language}",
                language=_NAMES[language],
                topic=path.stem,
                code=language,
            )
            continue
        text, short = str(variation.get("text") or ""), str(custom.get("short") or "")
        _check_answer_text(text, short, language, line, path, problems)
        answers[language] = Answer(language, text, short)
    for language in LANGUAGES:
        if language not in answers:
            line, column = line_of(document, "responses"), f"answer_{language}"
            problems.add(path, line, "answer_missing", field=column, language=_NAMES[language])
    if len(answers) == 2:
        _check_parity(answers, responses, path, line_of(document, "responses"), problems)
    return answers


def _check_parity(
    answers: Mapping[str, Answer], responses: CommentedMap, path: Path, line: int, problems: Problems
) -> None:
    english, spanish = answers["en"], answers["es"]
    if _spoken(english.text) != _spoken(spanish.text):
        problems.add(path, line, "say_aloud_differs", field="answer_es")
    for part, column in (("text", "answer"), ("short", "short")):
        there = facts(getattr(english, part)), facts(getattr(spanish, part))
        for language, missing in (("es", there[0] - there[1]), ("en", there[1] - there[0])):
            if missing:
                problems.add(
                    path,
                    line,
                    f"{part}_lacks",
                    field=f"{column}_{language}",
                    language=_NAMES[language],
                    missing=", ".join(sorted(missing)),
                )
    wanted = fingerprint(english.text, english.short)
    for spoken_in, variation, spanish_line in read_variations(responses, f"utter_faq/{path.stem}"):
        if spoken_in == "es" and variation["custom"].get("reviewed_with") != wanted:
            problems.add(
                path,
                spanish_line,
                "english_changed",
                field="answer_es",
                fingerprint=wanted,
                topic=path.stem,
            )


def _spoken(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("> ")]


def _check_answer_text(
    text: str, short: str, language: str, line: int, path: Path, problems: Problems
) -> None:
    answer, name = _answer_in(language), _NAMES[language]
    in_answer, in_short = f"answer_{language}", f"short_{language}"
    if not text.strip():
        problems.add(path, line, "answer_empty", field=in_answer, answer=answer)
    if not short.strip():
        problems.add(path, line, "short_empty", field=in_short, answer=answer)
    if (length := len(short)) > SHORT_LENGTH:
        called = Message("short_of_answer", language=name)
        problems.add(
            path, line, "short_too_long", field=in_short, text=called, length=length, most=SHORT_LENGTH
        )
    if any(block.kind == "steps" and len(block.lines) > MOST_STEPS for block in parse_blocks(text)):
        problems.add(path, line, "too_many_steps", field=in_answer, answer=answer, most=MOST_STEPS)
    if len(LAW_NOW.findall(text)) > 1 or text.startswith("---"):
        problems.add(path, line, "law_now_twice", field=in_answer, answer=answer)
    if (length := len(text)) > TEXT_LENGTH:
        called = Message("text_of_answer", language=name)
        problems.add(
            path, line, "text_too_long", field=in_answer, text=called, length=length, most=TEXT_LENGTH
        )
    if "{" in text + short or "}" in text + short:
        # Rasa would take {word} for the name of a slot and say something else.
        column = in_answer if set("{}") & set(text) else in_short
        problems.add(path, line, "brace", field=column, answer=answer)


def read_variations(responses: CommentedMap, name: str) -> Iterable[tuple[str | None, CommentedMap, int]]:
    """Yield each variation of a response: its language (None if it does not say), itself, its line."""
    variations = responses[name] or []
    for index, variation in enumerate(variations):
        if not isinstance(variation, CommentedMap):
            continue
        conditions = variation.get("condition") or []
        languages = [item.get("value") for item in conditions if item.get("name") == "language"]
        yield (languages[0] if languages else None), variation, line_of(variations, index)

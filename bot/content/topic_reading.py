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
from bot.problems import Problems
from bot.text.facts import facts, fingerprint
from bot.text.language import LANGUAGE_NAMES as _NAMES
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


def check_topics(folder: Path, problems: Problems) -> dict[str, Topic]:
    """Read what can be read of every topic file, and note every mistake."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        problems.add(folder, 1, "there is no topic file", "Add at least one <topic>.yml")
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
            problems.add(path, 1, f"the topic names itself (`{topic_id}`) as related", "Remove it")
        elif topic_id not in known:
            what = f"the related topic `{topic_id}` does not exist"
            problems.add(path, 1, what, "Use the name of a file in data/faq without .yml")


def read_topic(path: Path, problems: Problems) -> Topic | None:
    """Read one topic file, noting every mistake in it; return None where there is one."""
    document = read_yaml(path, problems, TRAINING_DATA)
    if document is None:
        return None
    before = len(problems.found)
    _refuse_unknown(document, _FILE_KEYS, "the file", path, problems)
    if str(document.get("version")) != "3.1":
        problems.add(path, 1, 'the first line must be version: "3.1"', "Copy it from another topic file")
    header = document.get("topic")
    if not isinstance(header, CommentedMap):
        problems.add(path, 1, "the header `topic:` is missing", "Copy it from another topic file")
        return None
    reader = _Header(header, path, problems)
    _refuse_unknown(header, _HEADER_KEYS, "the header", path, problems)
    questions = _questions(document, path, problems)
    answers = _answers(document, path, problems)
    reader.check_reading(answers, document)
    enabled = reader.yes_or_no("enabled", default=True)
    services = reader.names("services")
    if enabled and not answers and not services:
        problems.add(
            path,
            line_of(header),
            "the topic has no answer",
            "Write `responses:`, or `enabled: false` until there is one",
        )
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

    def add(self, key: str, what: str, mend: str) -> None:
        self.problems.add(self.path, line_of(self.header, key), what, mend)

    def title(self) -> dict[str, str]:
        title = self.header.get("title")
        if not isinstance(title, Mapping) or set(title) != set(LANGUAGES) or not all(title.values()):
            self.add("title", "the title is not there in both languages", "Write `title: {en: ..., es: ...}`")
            return {}
        for language, text in title.items():
            if len(str(text)) > TITLE_LENGTH:
                what = f"the title ({language}) has {len(str(text))} characters, {TITLE_LENGTH} at most"
                self.add("title", what, "Shorten it: it is a button on small screens")
        return {language: str(text) for language, text in title.items()}

    def approval(self) -> str | None:
        """Return who has signed the answer off, None where nobody has."""
        who: str | None = self.header.get("approved_by")
        if who is not None and not who.strip():
            self.add(
                "approved_by", "approved_by names nobody", "Write who has signed the answer off, or null"
            )
        return who

    def yes_or_no(self, key: str, *, default: bool) -> bool:
        value = self.header.get(key, default)
        if not isinstance(value, bool):
            self.add(key, f"{key} is neither true nor false", "Write one of them")
        return value is True

    def check_reading(self, answers: Mapping[str, Answer], document: CommentedMap) -> None:
        """Note texts that are hard to read, unless the header says why they must be."""
        lines = {
            language: line
            for name in document.get("responses") or ()
            for language, _, line in read_variations(document["responses"], name)
        }
        hard = [
            (answer.language, f"the {part} of the answer in {_NAMES[answer.language]}", measured)
            for answer in answers.values()
            for part, text in (
                ("text", f"{answer.core}\n\n{answer.law_now}"),
                ("short version", answer.short),
            )
            if len(text) <= TEXT_LENGTH and (measured := too_hard(text, answer.language))
        ]
        key = "reading_exception"
        if key not in self.header:
            for language, part, measured in hard:
                mend = f"Use shorter sentences, or say in the header as `{key}` why it cannot be easier"
                self.problems.add(self.path, lines[language], f"{part} is hard to read: {measured}", mend)
        elif not hard:
            self.add(key, f"{key} is not needed: every text is easy enough", "Remove it")
        elif len(str(self.header[key] or "")) < REASON_LENGTH:
            self.add(key, f"{key} gives no reason", f"Say why in at least {REASON_LENGTH} letters")

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.header.get(key)
        if value not in allowed:
            self.add(key, f"{key} is {value!r}", f"Use one of: {', '.join(allowed)}")
        return str(value)

    def names(self, key: str) -> tuple[str, ...]:
        value = self.header.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.add(key, f"{key} is not a list of names", f"Write `{key}: [one, another]`")
            return ()
        return tuple(value)

    def dates(self) -> tuple[datetime.date | None, datetime.date | None]:
        found: list[datetime.date | None] = []
        for key in ("reviewed", "review_by"):
            value = self.header.get(key)
            if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
                found.append(value)
                continue
            what = f"{key} is missing" if value is None else f"{key} is {value!r}, which is no date"
            self.add(key, what, "Write year-month-day, like 2026-11-22")
            found.append(None)
        return found[0], found[1]

    def refuse_late_review(self, topic: Topic) -> None:
        if not topic.reviewed or not topic.review_by or topic.volatility not in DAYS_TO_REVIEW:
            return
        days = (topic.review_by - topic.reviewed).days
        most = DAYS_TO_REVIEW[topic.volatility]
        if not 0 < days <= most:
            latest = topic.reviewed + datetime.timedelta(days=most)
            what = f"review_by is {days} days after reviewed; a {topic.volatility} answer may stand {most}"
            self.add("review_by", what, f"Write {latest} or an earlier day after {topic.reviewed}")

    def check_law_now(self, topic: Topic) -> None:
        """Note where what expires is not marked off, or is in an answer that is said to be stable."""
        marked = [answer for answer in topic.answers.values() if answer.law_now]
        if topic.volatility == "litigated" and len(marked) < len(topic.answers):
            what = "the topic is litigated, but an answer does not say which part of it expires"
            mend = "Write a line `---` before what the law and the courts say now, in both languages"
            self.add("volatility", what, mend)
        elif topic.volatility == "stable" and marked:
            what = "the topic is stable, but an answer has a part that expires, behind a line `---`"
            self.add("volatility", what, "Write `volatility: litigated`, or remove the line")

    def sources(self, *, needed: bool) -> tuple[Source, ...]:
        entries = self.header.get("sources", [])
        if not isinstance(entries, CommentedSeq) or not entries:
            if needed:
                self.add("sources", "the answer has no source", "Add at least one `- {title: ..., url: ...}`")
            return ()
        found = []
        for index, entry in enumerate(entries):
            if not isinstance(entry, Mapping) or set(entry) != {"title", "url"} or not all(entry.values()):
                line = line_of(entries, index)
                what = "a source has not exactly a title and a url"
                self.problems.add(self.path, line, what, "Write `- {title: ..., url: ...}`")
            elif not URL.fullmatch(str(entry["url"])):
                line = line_of(entries, index)
                what = f"the address of the source {entry['title']!r} is no web address"
                self.problems.add(self.path, line, what, "Write it in full, beginning with https://")
            else:
                found.append(Source(str(entry["title"]), str(entry["url"])))
        return tuple(found)


def _refuse_unknown(
    mapping: CommentedMap, allowed: Iterable[str], where: str, path: Path, problems: Problems
) -> None:
    for key in mapping:
        if key not in allowed:
            what = f"{where} has the unknown key `{key}`"
            problems.add(path, line_of(mapping, key), what, f"Use one of: {', '.join(sorted(allowed))}")


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
            what = f"the questions are of the intent `{intent}`, not of this file's `{wanted}`"
            problems.add(path, line, what, "Rename the file or the intent")
        if language not in LANGUAGES:
            what = "the questions do not say their language"
            problems.add(path, line, what, "Write `metadata: {language: en}` or es")
            continue
        questions[language] = questions.get(language, ()) + tuple(text for text, _ in examples)
    for language in LANGUAGES:
        if not questions.get(language):
            what = f"there is no question in {_NAMES[language]}"
            problems.add(path, 1, what, f"Add an `nlu:` entry with `metadata: {{language: {language}}}`")
    return questions


def _answers(document: CommentedMap, path: Path, problems: Problems) -> dict[str, Answer]:
    responses = document.get("responses")
    if responses is None:
        return {}
    name = f"utter_faq/{path.stem}"
    if not isinstance(responses, CommentedMap) or list(responses) != [name]:
        problems.add(
            path,
            line_of(document, "responses"),
            f"responses must hold `{name}` and nothing else",
            "Rename it",
        )
        return {}
    answers: dict[str, Answer] = {}
    for language, variation, line in read_variations(responses, name):
        if language not in LANGUAGES:
            what = "an answer does not say its language"
            problems.add(path, line, what, "Copy `condition:` from another topic file")
            continue
        custom = variation.get("custom")
        expected = {"topic": path.stem, "language": language}
        if not isinstance(custom, Mapping) or {key: custom.get(key) for key in expected} != expected:
            what = f"`custom:` of the answer in {_NAMES[language]} does not name the topic and language"
            problems.add(
                path, line, what, f"Write `custom: {{topic: {path.stem}, language: {language}, short: ...}}`"
            )
            continue
        text, short = str(variation.get("text") or ""), str(custom.get("short") or "")
        _check_answer_text(text, short, language, line, path, problems)
        answers[language] = Answer(language, text, short)
    for language in LANGUAGES:
        if language not in answers:
            what = f"the answer in {_NAMES[language]} is missing"
            problems.add(path, line_of(document, "responses"), what, "Write it beside the other one")
    if len(answers) == 2:
        _check_parity(answers, responses, path, line_of(document, "responses"), problems)
    return answers


def _check_parity(
    answers: Mapping[str, Answer], responses: CommentedMap, path: Path, line: int, problems: Problems
) -> None:
    english, spanish = answers["en"], answers["es"]
    if _spoken(english.text) != _spoken(spanish.text):
        what = "the words to say aloud (lines with >) differ between the two languages"
        problems.add(path, line, what, "Write the same English words in both")
    for part in ("text", "short"):
        there = facts(getattr(english, part)), facts(getattr(spanish, part))
        for language, missing in (("Spanish", there[0] - there[1]), ("English", there[1] - there[0])):
            if missing:
                what = f"the {part} in {language} lacks {', '.join(sorted(missing))}, which its twin has"
                problems.add(path, line, what, "Numbers, phones and addresses must be the same in both")
    wanted = fingerprint(english.text, english.short)
    for spoken_in, variation, spanish_line in read_variations(responses, f"utter_faq/{path.stem}"):
        if spoken_in == "es" and variation["custom"].get("reviewed_with") != wanted:
            what = "the English answer has changed since the Spanish one was reviewed"
            mend = f'Compare the two, then write `reviewed_with: "{wanted}"` below `language: es`'
            problems.add(path, spanish_line, what, mend)


def _spoken(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("> ")]


def _check_answer_text(
    text: str, short: str, language: str, line: int, path: Path, problems: Problems
) -> None:
    where = f"the answer in {_NAMES[language]}"
    if not text.strip():
        problems.add(path, line, f"{where} has no text", "Write it under `text: |-`")
    if not short.strip():
        problems.add(path, line, f"{where} has no short version", "Write `short:` for text messages")
    if len(short) > SHORT_LENGTH:
        what = f"the short version of {where} has {len(short)} characters, {SHORT_LENGTH} at most"
        problems.add(path, line, what, "Shorten it")
    if any(block.kind == "steps" and len(block.lines) > MOST_STEPS for block in parse_blocks(text)):
        what = f"{where} has more than {MOST_STEPS} steps"
        problems.add(path, line, what, "Leave some out, or make two topics of it")
    if len(LAW_NOW.findall(text)) > 1 or text.startswith("---"):
        what = f"{where} has more than one line `---`, or nothing before it"
        problems.add(path, line, what, "Keep one, before what the law and the courts say now")
    if len(text) > TEXT_LENGTH:
        what = f"the text of {where} has {len(text)} characters, {TEXT_LENGTH} at most"
        problems.add(path, line, what, "Shorten it, or make two topics of it")
    if "{" in text + short or "}" in text + short:
        # Rasa would take {word} for the name of a slot and say something else.
        problems.add(path, line, f"{where} holds a brace", "Write it without { and }")


def read_variations(responses: CommentedMap, name: str) -> Iterable[tuple[str | None, CommentedMap, int]]:
    """Yield each variation of a response: its language (None if it does not say), itself, its line."""
    variations = responses[name] or []
    for index, variation in enumerate(variations):
        if not isinstance(variation, CommentedMap):
            continue
        conditions = variation.get("condition") or []
        languages = [item.get("value") for item in conditions if item.get("name") == "language"]
        yield (languages[0] if languages else None), variation, line_of(variations, index)

"""Topic files are read and checked."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.topic_header import HEADER_KEYS, HeaderReader
from bot.content.topics import (
    DAYS_TO_REVIEW,
    GROUPS,
    LAW_NOW,
    MOST_STEPS,
    SHORT_LENGTH,
    TEXT_LENGTH,
    TRAINING_DATA,
    Answer,
    Topic,
)
from bot.content.training_data import LANGUAGE_MESSAGES, read_examples, read_variations, refuse_unknown
from bot.files.yaml_reading import line_of, read_yaml
from bot.messages import Message
from bot.problems import Problems
from bot.text.facts import facts, fingerprint
from bot.text.language import LANGUAGES
from bot.text.markup import parse_blocks

_FILE_KEYS = {"version", "topic", "nlu", "responses"}


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
    refuse_unknown(document, _FILE_KEYS, Message("the_file"), path, problems)
    if str(document.get("version")) != "3.1":
        problems.add(path, 1, "version_missing")
    header = document.get("topic")
    if not isinstance(header, CommentedMap):
        problems.add(path, 1, "header_missing")
        return None
    reader = HeaderReader(header, path, problems)
    refuse_unknown(header, HEADER_KEYS, Message("the_header"), path, problems)
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
            problems.add(
                path, 1, "no_question", field=column, language=LANGUAGE_MESSAGES[language], code=language
            )
    return questions


def _answer_in(language: str) -> Message:
    return Message("answer_in", language=LANGUAGE_MESSAGES[language])


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
                language=LANGUAGE_MESSAGES[language],
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
            problems.add(path, line, "answer_missing", field=column, language=LANGUAGE_MESSAGES[language])
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
                    language=LANGUAGE_MESSAGES[language],
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
    answer, name = _answer_in(language), LANGUAGE_MESSAGES[language]
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

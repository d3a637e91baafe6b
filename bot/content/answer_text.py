"""The answer of a file in both languages: its parts, its length, and whether both say the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.topics import LAW_NOW, MORE, MOST_STEPS, MOST_WORDS, SHORT_LENGTH, TEXT_LENGTH, Answer
from bot.content.training_data import LANGUAGE_MESSAGES, read_variations
from bot.directory.mentions import mentioned
from bot.files.yaml_reading import line_of
from bot.messages import Message
from bot.problems import Problems
from bot.text.facts import facts, fingerprint
from bot.text.language import LANGUAGES
from bot.text.markup import count_words, parse_blocks


def _answer_in(language: str) -> Message:
    return Message("answer_in", language=LANGUAGE_MESSAGES[language])


def read_answers(document: CommentedMap, path: Path, problems: Problems) -> dict[str, Answer]:
    """Read the answer of a file in both languages, noting every mistake."""
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
    shapes = [(_steps(answer), answer.marks) for answer in (english, spanish)]
    if shapes[0] != shapes[1]:
        problems.add(path, line, "steps_differ", field="answer_es")
    for part, column in (("text", "answer"), ("short", "short")):
        if sorted(mentioned(getattr(english, part))) != sorted(mentioned(getattr(spanish, part))):
            problems.add(path, line, "services_differ", field=f"{column}_es")
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


def _steps(answer: Answer) -> int:
    blocks = parse_blocks(answer.screen)
    return sum(len(block.lines) for block in blocks if block.kind == "steps")


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
    said = Answer(language, text, short)
    if said.marks not in ([], [MORE], [LAW_NOW], [MORE, LAW_NOW]) or (text.strip() and not said.screen):
        problems.add(path, line, "marks_wrong", field=in_answer, answer=answer)
    if (words := count_words(said.screen)) > MOST_WORDS:
        problems.add(
            path, line, "screen_too_long", field=in_answer, answer=answer, words=words, most=MOST_WORDS
        )
    if (length := len(text)) > TEXT_LENGTH:
        called = Message("text_of_answer", language=name)
        problems.add(
            path, line, "text_too_long", field=in_answer, text=called, length=length, most=TEXT_LENGTH
        )
    if "{" in text + short or "}" in text + short:
        # Rasa would take {word} for the name of a slot and say something else.
        column = in_answer if set("{}") & set(text) else in_short
        problems.add(path, line, "brace", field=column, answer=answer)

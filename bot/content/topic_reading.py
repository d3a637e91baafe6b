"""Answer files are read and checked: each by itself, and those of a topic together."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.answer_text import read_answers
from bot.content.topic_header import HEADER_KEYS, HeaderReader
from bot.content.topics import (
    ANSWER_TITLE_LENGTH,
    DAYS_TO_REVIEW,
    GROUPS,
    TITLE_LENGTH,
    TRAINING_DATA,
    Topic,
    situations_of,
    topic_of,
)
from bot.content.training_data import LANGUAGE_MESSAGES, read_examples, refuse_unknown
from bot.files.yaml_reading import line_of, read_yaml
from bot.messages import Message
from bot.problems import Problems
from bot.text.language import LANGUAGES, fold

_FILE_KEYS = {"version", "topic", "nlu", "responses"}


def check_topics(folder: Path, problems: Problems) -> dict[str, Topic]:
    """Read what can be read of every topic file, and note every mistake."""
    # A core answer comes before those for its situations.
    paths = sorted(folder.glob("*.yml"), key=lambda path: path.stem)
    if not paths:
        problems.add(folder, 1, "no_topic")
    topics = {path.stem: topic for path in paths if (topic := read_topic(path, problems))}
    known = {path.stem for path in paths}
    for path in paths:
        if path.stem in topics:
            answer = topics[path.stem]
            check_references(
                answer.id,
                path,
                known,
                problems,
                related=answer.related,
                following=answer.next,
                order=answer.order,
            )
    topics = {name: _of_its_topic(one, topics.get(one.topic)) for name, one in topics.items()}
    for name in known:
        if name == topic_of(name):
            check_situations(topics, name, known, folder, problems)
    return topics


def _of_its_topic(answer: Topic, core: Topic | None) -> Topic:
    """Return an answer with what belongs to its topic as a whole."""
    if answer.is_core or core is None:
        return answer
    return dataclasses.replace(
        answer, group=core.group, services=core.services, enabled=answer.enabled and core.enabled
    )


def check_references(
    answer_id: str,
    path: Path,
    known: Collection[str],
    problems: Problems,
    *,
    related: Iterable[str],
    following: Iterable[str],
    order: Iterable[str],
) -> None:
    """Note what an answer names as related, next or first and should not; `known` are all ids there are."""
    for key, names in (("related", related), ("next", following)):
        for name in names:
            if name == answer_id:
                problems.add(path, 1, "related_to_itself", field=key, topic=name)
            elif name not in known or (key == "related" and name != topic_of(name)):
                problems.add(path, 1, "related_unknown", field=key, topic=name)
    for name in order:
        if f"{answer_id}.{name}" not in known:
            problems.add(path, 1, "order_unknown", field="order", topic=answer_id, name=name)
    if topic_of(answer_id) not in known:
        problems.add(path, 1, "core_missing", field="id", topic=topic_of(answer_id))


def check_situations(
    topics: Mapping[str, Topic], topic: str, known: Collection[str], folder: Path, problems: Problems
) -> None:
    """Note answers of a topic that a resident could not tell apart; `known` are all ids there are."""
    answers = situations_of(topics, topic)
    # One with a mistake in it will be an answer too.
    has_choice = sum(topic_of(name) == topic and name != topic for name in known) > 1
    if topic in topics and bool(topics[topic].ask) != has_choice:
        key = "ask_missing" if has_choice else "ask_without_choice"
        # A topic's second situation comes with its question, or just after it: no answer is refused for that.
        problems.add(folder / f"{topic}.yml", 1, key, field="ask_en", warning=key == "ask_without_choice")
    for answer, other in itertools.combinations(answers, 2):
        for language in LANGUAGES:
            if fold(answer.title[language]) == fold(other.title[language]):
                path = folder / f"{other.id}.yml"
                field = f"title_{language}"
                problems.add(
                    path, 1, "title_twice", field=field, title=other.title[language], other=answer.id
                )


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
    answers = read_answers(document, path, problems)
    reader.check_reading(answers, document)
    enabled = reader.yes_or_no("enabled", default=True)
    services = reader.names("services")
    is_core = path.stem == topic_of(path.stem)
    if not is_core:
        reader.refuse_what_is_the_topics()
    if enabled and not answers and not (services and is_core):
        problems.add(path, line_of(header), "topic_without_answer", field="answer_en")
    dates = reader.dates() if answers else (None, None)
    topic = Topic(
        id=path.stem,
        title=reader.title(TITLE_LENGTH if is_core else ANSWER_TITLE_LENGTH),
        group=reader.one_of("group", GROUPS) if is_core else "",
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
        facets=reader.facets(),
        call=reader.at_most("call"),
        next=reader.at_most("next"),
        ask=reader.ask(),
        order=reader.names("order"),
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

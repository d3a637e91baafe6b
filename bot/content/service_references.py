"""What answers leave to the directory: names, numbers and hours are put in when an answer is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.content.paths import FAQ
from bot.content.responses import EMERGENCY_RESPONSES, Responses
from bot.content.topics import FIRST_LINE_LENGTH, SHORT_LENGTH, Topic
from bot.content.training_data import LANGUAGE_MESSAGES
from bot.directory.mentions import mentioned, put_in
from bot.directory.services import Directory
from bot.messages import Message
from bot.problems import Problems
from bot.text.phones import PHONE

# A card for an emergency must fit one screen of a phone, and two text messages.
EMERGENCY_LENGTH = 480
# "9 to 4", "from 9 a.m.", "de lunes a viernes": when somebody answers.
_HOURS = re.compile(
    r"\b\d{1,2}(?::\d\d)? ?(?:am|pm|a\. ?m\.|p\. ?m\.)"
    r"|\bMonday (?:to|through) Friday\b|\b(?:de )?lunes a viernes\b",
    re.IGNORECASE,
)


def check_services(root: Path, topics: Mapping[str, Topic], directory: Directory, problems: Problems) -> None:
    """Note services that answers name and the directory does not know, and what is typed in their place."""
    names = re.compile(
        "|".join(rf"(?<![\w./]){re.escape(name)}(?![\w-])" for name in sorted(directory.names))
    )
    for topic in topics.values():
        path = root / FAQ / f"{topic.id}.yml"
        for field, service in _named(topic):
            if service not in directory.by_id:
                problems.add(path, 1, "service_unknown", field=field, service=service)
        for language, answer in topic.answers.items():
            said = Message("answer_in", language=LANGUAGE_MESSAGES[language])
            for field, text in ((f"answer_{language}", answer.text), (f"short_{language}", answer.short)):
                for found in PHONE.finditer(text):
                    problems.add(path, 1, "number_typed", field=field, answer=said, number=found[0])
                if directory.names and (typed := names.search(text)):
                    problems.add(path, 1, "name_typed", field=field, answer=said, name=typed[0])
                if hours := _HOURS.search(text):
                    problems.add(path, 1, "hours_typed", field=field, answer=said, hours=hours[0])
            first = put_in(answer.screen, directory, language).split("\n", 1)[0]
            if (length := len(first)) > FIRST_LINE_LENGTH:
                problems.add(
                    path,
                    1,
                    "first_line_too_long",
                    field=f"answer_{language}",
                    answer=said,
                    length=length,
                    most=FIRST_LINE_LENGTH,
                )
            if (length := len(put_in(answer.short, directory, language))) > SHORT_LENGTH:
                text_named = Message("short_of_answer", language=LANGUAGE_MESSAGES[language])
                problems.add(
                    path,
                    1,
                    "short_too_long",
                    field=f"short_{language}",
                    text=text_named,
                    length=length,
                    most=SHORT_LENGTH,
                )


def check_responses_services(
    root: Path, conversation: Responses, directory: Directory, problems: Problems
) -> None:
    """Note the same in the texts of domain.yml, and cards for emergencies that are too long to be read."""
    path = root / "domain.yml"
    for response, twins in conversation.responses.items():
        for language, text in twins.items():
            for service in mentioned(text):
                if service not in directory.by_id:
                    problems.add(path, 1, "service_unknown", field=f"text_{language}", service=service)
            for found in PHONE.finditer(text):
                field = f"text_{language}"
                problems.add(path, 1, "number_typed", field=field, answer=response, number=found[0])
            length = len(put_in(text, directory, language))
            if response in EMERGENCY_RESPONSES and length > EMERGENCY_LENGTH:
                problems.add(
                    path,
                    1,
                    "emergency_too_long",
                    field=f"text_{language}",
                    response=response,
                    language=language,
                    length=length,
                    most=EMERGENCY_LENGTH,
                )


def services_named(topics: Mapping[str, Topic]) -> dict[str, str]:
    """Return the services that answers name, each with the id of an answer that does."""
    return {service: topic.id for topic in topics.values() for _, service in _named(topic)}


def answers_naming(service: str, topics: Mapping[str, Topic]) -> list[Topic]:
    """Return the answers that name a service."""
    return [topic for topic in topics.values() if any(name == service for _, name in _named(topic))]


def _named(topic: Topic) -> Iterator[tuple[str, str]]:
    """Yield the ids of the services that an answer names, each behind the field in which it stands."""
    yield from (("call", service) for service in topic.call)
    for language, answer in topic.answers.items():
        yield from ((f"answer_{language}", service) for service in mentioned(answer.text))
        yield from ((f"short_{language}", service) for service in mentioned(answer.short))

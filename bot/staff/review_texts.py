"""The review queue in words, for the terminal and the console."""

from __future__ import annotations

from bot.staff.new_questions import printable
from bot.staff.review import Addition, Group, Nearest
from bot.text.language import LANGUAGE_NAMES


def describe(group: Group, near: Nearest | None) -> list[str]:
    """Return the lines that show a group: how often, what it is about, how many others are like it."""
    lines = [f"{group.id}  {group.count:>5}  {group.language}  {group.text}", f"    {asked(group)}"]
    if near is not None:
        scores = ", ".join(f"{topic} {score:.2f}" for topic, score in near.topics)
        lines.append(f"    nearest: {scores or 'no topic'}; now: {near.now}")
    others = len(group.questions) - 1
    if others:
        lines.append(f"    {others} other{'s are' if others > 1 else ' is'} like it")
    return [printable(line) for line in lines]


def asked(group: Group) -> str:
    """Return how often a group was asked in vain and how often which answer did not help, in words."""
    parts = [f"asked in vain {group.unanswered}"] if group.unanswered else []
    parts += [f"did not help {count} (topic {topic})" for topic, count in group.not_helpful.items()]
    return ", ".join(parts)


def describe_addition(addition: Addition) -> list[str]:
    """Return the lines that show what would be written where, and what would leave the queue."""
    language = LANGUAGE_NAMES[addition.language]
    if addition.stands_there:
        first = f"{addition.file}: “{addition.text}” stands there already; nothing is written."
    else:
        first = f"{addition.file}: one more {language} question of {addition.intent}:"
    lines = [first] if addition.stands_there else [first, f"  + {addition.text}"]
    return [*map(printable, lines), *describe_leaving(addition.group)]


def describe_leaving(group: Group) -> list[str]:
    """Return the lines that show what would leave the queue."""
    lines = [f"  - {question.count:>4}  {question.text}" for question in group.questions]
    return ["These leave the review queue:", *map(printable, lines)]

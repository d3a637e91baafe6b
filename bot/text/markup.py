"""The tiny part of Markdown that answers are written in, taken apart for pages and for the chat.

Paragraphs are parted by empty lines; lines beginning with `1. ` or `- ` are lists; lines beginning
with `> ` are words to say aloud, always in English. Phones and web addresses become links.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

_MARK = re.compile(r"(\d+\.|-|>) +")
_KINDS = {"-": "list", ">": "say"}
# 888-624-4752, 1-800-898-7180, 211, 911, 988; www.hpca.gov, oag.ca.gov/reportmisconduct.
_LINK = re.compile(
    r"(?P<phone>(?<![\d-])(?:1-)?\d{3}-\d{3}-\d{4}(?![\d-])|(?<![\d$,.-])(?:[29]11|988)(?!\d|[,-]\d))"
    r"|(?P<web>(?<![\w@./])(?:https?://)?(?:[\w-]+\.)+(?:gov|org|com)(?:/[\w./-]*[\w/])?(?![\w]))"
)


@dataclass(frozen=True)
class Span:
    """A run of text; `uri` is where it leads (tel: or https:), empty if nowhere."""

    text: str
    uri: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph, a list, numbered steps, or words to say aloud in English.

    `kind` is "paragraph", "list", "steps" or "say"; `lines` are its lines or items.
    """

    kind: str
    lines: tuple[tuple[Span, ...], ...]


def parse_blocks(text: str) -> list[Block]:
    """Take an answer apart."""
    marked = [_take_mark(line) for line in text.splitlines()]
    blocks = []
    for kind, group in itertools.groupby(marked, key=lambda pair: pair[0]):
        if not kind:
            continue
        lines = [line.strip() for _, line in group]
        if kind == "paragraph":
            lines = [" ".join(lines)]
        blocks.append(Block(kind, tuple(_spans(line) for line in lines)))
    return blocks


def count_words(text: str) -> int:
    """Return how many words an answer has, without the numbers of its steps and other marks."""
    return sum(
        any(character.isalnum() for character in word)
        for line in text.splitlines()
        for word in _MARK.sub("", line, count=1).split()
    )


def _take_mark(line: str) -> tuple[str, str]:
    """Return the kind of block a line belongs to (empty for none), and the line without its mark."""
    mark = _MARK.match(line)
    if mark is None:
        return ("paragraph" if line.strip() else ""), line
    return _KINDS.get(mark[1], "steps"), line[mark.end() :]


def _spans(line: str) -> tuple[Span, ...]:
    spans, end = [], 0
    for match in _LINK.finditer(line):
        if match.start() > end:
            spans.append(Span(line[end : match.start()]))
        shown = match[0]
        if match["phone"]:
            spans.append(Span(shown, phone_uri(shown)))
        else:
            spans.append(Span(shown, shown if "://" in shown else f"https://{shown}"))
        end = match.end()
    if end < len(line):
        spans.append(Span(line[end:]))
    return tuple(spans)


def has_number(text: str) -> bool:
    """Whether a phone number stands in a text."""
    return any(match["phone"] for match in _LINK.finditer(text))


def phone_uri(number: str) -> str:
    """Return the tel: link of a number as the directory writes it ("888-624-4752", "211")."""
    digits = re.sub(r"\D", "", number)
    return f"tel:{digits}" if len(digits) == 3 else f"tel:+1{digits[-10:]}"

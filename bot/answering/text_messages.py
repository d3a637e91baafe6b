"""Text messages: an answer in few words, in messages as short as phones and purses like them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.answering.reply import Reply
from bot.content.reading import Content

# Two parts of a text message in plain letters; more is not read.
MOST_CHARACTERS = 320

# The letters of GSM 7-bit (3GPP TS 23.038); those in the second row count twice.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")
# Letters that fit into one part, and into each where there are more.
_GSM_PART, _GSM_PARTS = 160, 153
_UCS2_PART, _UCS2_PARTS = 70, 67
# Where a message may be parted: after a line, a sentence, or a word, the first of these that will do.
_ENDS = (re.compile(r"\n+"), re.compile(r"(?<=[.!?:;])\s+"), re.compile(r"\s+"))
# Before words to say aloud (see bot.text.markup).
_MARKS = re.compile(r"^> *", re.MULTILINE)


def parts(text: str) -> int:
    """Return in how many parts a phone company sends (and bills) a text."""
    if set(text) <= _GSM | _GSM_TWICE:
        length = len(text) + sum(character in _GSM_TWICE for character in text)
        one, each = _GSM_PART, _GSM_PARTS
    else:
        length = len(text.encode("utf-16-le")) // 2
        one, each = _UCS2_PART, _UCS2_PARTS
    return 1 if length <= one else -(-length // each)


def text_messages(content: Content, replies: Sequence[Reply], page_urls: Sequence[str]) -> list[str]:
    """Return the messages in which replies are sent; `page_urls` says where each stands as a page, or ""."""
    messages = [
        message
        for reply, url in zip(replies, page_urls, strict=True)
        for message in _messages_of(content, reply, url)
    ]
    choices = [button.title for reply in replies for button in reply.buttons]
    if choices:
        # The numbers are those that bot.answering.replies.button_meant understands.
        numbered = (f"{number}. {title}" for number, title in enumerate(choices, 1))
        messages += split(
            "\n".join((content.text_of("utter_reply_with_number", replies[-1].language), *numbered))
        )
    return messages


def _messages_of(content: Content, reply: Reply, page_url: str) -> list[str]:
    messages = split(plain_text(reply.short or reply.text))
    for line in filter(None, (*map(call_line, reply.services), page_url)):
        # A number and its caution stay in one message: people keep some of them, and not others.
        if messages and len(messages[-1]) + len("\n") + len(line) <= MOST_CHARACTERS:
            messages[-1] += f"\n{line}"
        else:
            messages += split(line)
    return messages


def plain_text(text: str) -> str:
    """Return an answer without the marks before words to say aloud; numbers of steps stay."""
    return _MARKS.sub("", text)


def call_line(service: Mapping[str, Any]) -> str:
    """Return a service card (see bot.directory.cards) as its name, how to reach it, and its caution."""
    numbers = [phone["number"] for phone in service["phones"]]
    line = ", ".join(filter(None, (service["name"], *(numbers or [service["url"]]))))
    return f"{line}. {service['caution']}" if service["caution"] else line


def split(text: str, most: int = MOST_CHARACTERS) -> list[str]:
    """Return a text in messages of at most `most` characters, parted at the ends of lines and sentences."""
    messages = []
    rest = text.strip()
    while len(rest) > most:
        end = _last_end(rest, most)
        messages.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*messages, rest] if rest else messages


def _last_end(text: str, most: int) -> int:
    for pattern in _ENDS:
        # One more character is looked at, since the end of a sentence may lie right behind the last.
        ends = [match.start() for match in pattern.finditer(text[: most + 1]) if match.start() > 0]
        # A message of a few words, only to end with a sentence, costs as much as a full one.
        good = [end for end in ends if end >= most // 3]
        if good:
            return good[-1]
    return most

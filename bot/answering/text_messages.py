"""Text messages: an answer in few words, in as few segments as phones and purses like them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.decision import DANGER_CARDS, EMERGENCY_CARDS, SAY
from bot.answering.reply import Reply
from bot.content.reading import Content
from bot.text.gsm import GSM_SEGMENT, UCS2_SEGMENT, fold_to_gsm, segments
from bot.text.language import fold

# Words that bring what has not been sent yet, as `utter_text_more` says them; folded.
WORDS_FOR_MORE = ("mas", "more")
# An answer with what can be chosen has so many segments, and one more where something else is said besides
# it, if its words alone are not more.
_MOST_OF_ANSWER = 3
# A message has so many, and so has all that is sent at once; the rest is sent when it is asked for.
_MOST = 5
# What nobody who is in danger has to ask for.
_NEVER_CUT = frozenset(f"{SAY}utter_{card}" for card in (*EMERGENCY_CARDS, *DANGER_CARDS))
# A fifth of what WhatsApp takes as one message, whichever letters they are.
_WHATSAPP_SEGMENT = 320
# Where a message may be parted: after a line, a sentence, or a word, the first of these that will do.
_ENDS = (re.compile(r"\n+"), re.compile(r"(?<=[.!?:;])\s+"), re.compile(r"\s+"))
# Before words to say aloud (see bot.text.markup).
_MARKS = re.compile(r"^> *", re.MULTILINE)


@dataclass(frozen=True)
class Medium:
    """How a channel carries text: `count` says in how many segments, `folds` whether plain letters save some.

    `lengths` are those that messages of the most segments have, the longest first.
    """

    count: Callable[[str], int]
    lengths: tuple[int, ...]
    folds: bool


_SMS_LENGTHS = (_MOST * GSM_SEGMENT, _MOST * UCS2_SEGMENT)
SMS = Medium(segments, _SMS_LENGTHS, folds=True)
SMS_AS_WRITTEN = Medium(segments, _SMS_LENGTHS, folds=False)
WHATSAPP = Medium(lambda text: -(-len(text) // _WHATSAPP_SEGMENT), (_MOST * _WHATSAPP_SEGMENT,), folds=False)


@dataclass(frozen=True)
class TextMessages:
    """The messages in which something is sent, and the `rest`, which is sent to who asks for more."""

    messages: tuple[str, ...]
    rest: str = ""


def text_messages(
    content: Content,
    replies: Sequence[Reply],
    page_urls: Sequence[str],
    medium: Medium = SMS,
    *,
    choices: bool = True,
) -> TextMessages:
    """Return replies as messages; `page_urls` says where each stands as a page, or "".

    Words, whom to call, the address and the `choices` share messages where they fit. What would make an
    answer dearer than it need be, first of all choices behind the first ones, is left for MORE.
    """
    draft = _Draft(content, medium)
    rest: list[str] = []
    language = ""
    for reply in replies:
        for number, line in enumerate(_lines_of(content, reply)):
            longer = draft.with_line(line, apart=number == 0 and reply.language != language)
            dear = bool(draft.messages) and longer.count() > _MOST
            if rest or (dear and reply.again not in _NEVER_CUT):
                rest.append(line)
            else:
                draft = longer
        language = reply.language
    beside = [*filter(None, page_urls), *(_numbered(content, replies) if choices else ())]
    most = _MOST_OF_ANSWER + (len(replies) > 1) if any(reply.answer for reply in replies) else _MOST
    most = max(most, draft.count())
    if not rest and (whole := draft.with_lines(beside)).count() <= most:
        return whole.sent()
    hint = content.text_of("utter_text_more", language)
    most = max(most, draft.with_line(hint).count())
    for line in beside:
        longer = draft.with_line(line)
        if rest or longer.with_line(hint).count() > most:
            rest.append(line)
        else:
            draft = longer
    return draft.with_line(hint).sent("\n".join(rest))


def asks_for_rest(text: str) -> bool:
    """Whether a message asks for what has not been sent yet, and nothing else."""
    return fold(text) in WORDS_FOR_MORE


def _lines_of(content: Content, reply: Reply) -> Iterable[str]:
    text = plain_text(reply.short or reply.text)
    yield from filter(None, text.splitlines())
    for service in reply.services:
        if any(phone["number"] in text for phone in service["phones"]):
            continue
        yield call_line({**service, "name": _short_name(content, service, reply.language)})


def _short_name(content: Content, service: Mapping[str, Any], language: str) -> str:
    known = content.directory.by_id.get(service["id"])
    return known.short_name[language] if known else str(service["name"])


def _numbered(content: Content, replies: Sequence[Reply]) -> Iterable[str]:
    """Yield a line for each choice, with the number that bot.answering.replies.button_meant understands."""
    titles = [button.title for reply in replies for button in reply.buttons]
    for number, title in enumerate(titles, 1):
        line = f"{number}. {title}"
        asked = content.text_of("utter_reply_with_number", replies[-1].language) if number == 1 else ""
        yield f"{asked}\n{line}" if asked else line


def plain_text(text: str) -> str:
    """Return an answer without the marks before words to say aloud; numbers of steps stay."""
    return _MARKS.sub("", text)


def call_line(service: Mapping[str, Any]) -> str:
    """Return a service card (see bot.directory.cards) as its name, how to reach it, and its caution."""
    numbers = [phone["number"] for phone in service["phones"] if phone["uri"].startswith("tel:")]
    line = ", ".join(filter(None, (service["name"], *(numbers or [service["url"]]))))
    return f"{line}. {service['caution']}" if service["caution"] else line


@dataclass(frozen=True)
class _Draft:
    """Messages as they grow. A line stands in one of them: a number and its caution belong together."""

    content: Content
    medium: Medium
    messages: tuple[str, ...] = ()

    def with_lines(self, lines: Iterable[str]) -> _Draft:
        draft = self
        for line in lines:
            draft = draft.with_line(line)
        return draft

    def with_line(self, line: str, *, apart: bool = False) -> _Draft:
        *before, last = self.messages or ("",)
        longer = f"{last}\n{line}"
        if last and not apart and self._count(longer) <= min(_MOST, self._count(last) + self._count(line)):
            return _Draft(self.content, self.medium, (*before, longer))
        return _Draft(self.content, self.medium, (*self.messages, *self._parted(line)))

    def count(self) -> int:
        """Return in how many segments all of it is sent."""
        return sum(map(self._count, self.messages))

    def sent(self, rest: str = "") -> TextMessages:
        return TextMessages(tuple(map(self._written, self.messages)), rest)

    def _parted(self, line: str) -> Iterable[str]:
        """Yield a line as one message, or as several where it is longer than any may be."""
        rest = line.strip()
        while rest:
            for length in self.medium.lengths:
                head = split(rest, length)[0]
                if self._count(head) <= _MOST:
                    break
            yield head
            rest = rest[len(head) :].lstrip()

    def _count(self, text: str) -> int:
        return self.medium.count(self._written(text))

    def _written(self, text: str) -> str:
        return fold_to_gsm(text, self.content.directory.names_beyond_gsm) if self.medium.folds else text


def split(text: str, most: int) -> list[str]:
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

"""What a short message asks for after what was said before it: data/follow_ups.yml, which staff own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.facets import fit
from bot.content.topics import Topic, topic_of
from bot.files.shapes import Needed
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import fold
from bot.text.spelling import respell

_SHAPE = {
    "kinds": Needed({...: {"words": [str], "alone": [str]}}),
    "beside": [str],
    "situations": Needed({...: {"after": Needed([str]), "leads": Needed({...: [str]})}}),
}
# Up to so many words a message may mean only what was talked of; a longer one says itself what it asks,
# and so does one of more than a few words that says something else too.
_MOST_WORDS, _FEW_WORDS = 12, 6
# The kinds without answers of their own: words to say in English, who helps with the topic, whom to call.
SAY_IT, WHO_HELPS, CALL_WHOM = "say_it", "who_helps", "call_whom"
_WITHOUT_ANSWERS = (SAY_IT, WHO_HELPS, CALL_WHOM)

# Cards of domain.yml after which a follow-up may come as after an answer.
_CARDS = ("emergency_now", "danger_now", "life_in_danger")


@dataclass(frozen=True)
class Asked:
    """What a message asks for as a follow-up: the kind, and whether it says nothing else (`bare`).

    `answer` is the id of the answer that it leads to, None where the kind leads to none here.
    """

    kind: str
    bare: bool
    answer: str | None = None


@dataclass(frozen=True)
class Kind:
    """Words that tell a kind of follow-up, and those that do only where nothing else is said."""

    words: Sequence[re.Pattern[str]] = ()
    alone: Sequence[re.Pattern[str]] = ()

    def told_in(self, plain: str) -> bool:
        return any(pattern.search(plain) for pattern in self.words)

    def found_in(self, plain: str) -> bool:
        return self.told_in(plain) or any(pattern.search(plain) for pattern in self.alone)


@dataclass(frozen=True)
class _Situation:
    after: Collection[str]
    leads: Mapping[str, Sequence[str]]

    def comes_after(self, answer: str) -> bool:
        return answer in self.after or topic_of(answer) in self.after

    def holds(self, topic: str) -> bool:
        """Whether a topic, or an answer of it, is of the situation."""
        led_to = (name for names in self.leads.values() for name in names)
        return topic in {*map(topic_of, self.after), *map(topic_of, led_to)}


@dataclass(frozen=True)
class FollowUpMap:
    """Kinds of follow-up with their words, and what each leads to in a situation, as the file has them."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    beside: Sequence[re.Pattern[str]] = ()
    situations: Sequence[_Situation] = ()

    def asked(
        self,
        text: str,
        before: Sequence[str],
        facets: Mapping[str, str],
        topics: Mapping[str, Topic],
    ) -> Asked | None:
        """Return what a text asks for as a follow-up, None where it is none.

        `before` are the answers given so far, the last one first, `facets` what is known of the situation.
        """
        plain = fold(respell(text))
        if not before or not 0 < len(plain.split()) <= _MOST_WORDS:
            return None
        led = {}
        for kind, words in self.kinds.items():
            if words.found_in(plain):
                further = words.told_in(plain)
                answer = self._answer(kind, before, facets, topics, further=further)
                if answer is not None or kind in _WITHOUT_ANSWERS:
                    led[kind] = answer
        bare = self._says_only(plain, led)
        if not bare:
            long = len(plain.split()) > _FEW_WORDS
            led = {
                kind: answer
                for kind, answer in led.items()
                if self.kinds[kind].told_in(plain) and (kind == SAY_IT or not long)
            }
        return next((Asked(kind, bare, answer) for kind, answer in led.items()), None)

    def together(self, answer: str, other: str) -> bool:
        """Whether both are of one situation, so that one leads on to the other."""
        return any(one.holds(answer) and one.holds(other) for one in self.situations)

    def _says_only(self, plain: str, kinds: Iterable[str]) -> bool:
        """Whether a folded text has no words but those of kinds, those beside them, and numbers."""
        rest = list(plain)
        led = [self.kinds[kind] for kind in kinds]
        for pattern in (*(one for kind in led for one in (*kind.words, *kind.alone)), *self.beside):
            for match in pattern.finditer(plain):
                rest[match.start() : match.end()] = " " * len(match[0])
        return not re.sub(r"\d+", " ", "".join(rest)).strip()

    def _answer(
        self,
        kind: str,
        before: Iterable[str],
        facets: Mapping[str, str],
        topics: Mapping[str, Topic],
        *,
        further: bool,
    ) -> str | None:
        """Return what a kind leads to; `further` back than the last answer of a situation only if so told."""
        for said in before:
            here = [situation for situation in self.situations if situation.comes_after(said)]
            for situation in here:
                names = [
                    name for name in situation.leads.get(kind, ()) if name in topics and topics[name].answered
                ]
                if names:
                    return max(names, key=lambda name: (_is_about(topics[name], facets), -names.index(name)))
            if here and not further:
                return None
        return None


def _is_about(answer: Topic, facets: Mapping[str, str]) -> int:
    """Return 1 where an answer is for whom it is about, -1 where it is for others, 0 where nothing tells."""
    return fit({name: values for name, values in answer.facets.items() if name == "who"}, facets)


def read_follow_ups(path: Path, answers: Collection[str], problems: Problems) -> FollowUpMap:
    """Read the file and note every mistake; without it nothing is a follow-up by its words.

    `answers` are the ids of all answers that there are.
    """
    document = read_yaml(path, problems, _SHAPE) if path.exists() else None
    if document is None:
        return FollowUpMap()
    kinds = {}
    for kind, entry in document["kinds"].items():
        words, alone = (
            _patterns(entry.get(key) or [], str(kind), path, problems) for key in ("words", "alone")
        )
        if words or alone:
            kinds[str(kind)] = Kind(words, alone)
    beside = _patterns(document.get("beside") or [], "beside", path, problems)
    situations = []
    for name, situation in document["situations"].items():
        for kind in situation["leads"]:
            if kind not in kinds or kind in _WITHOUT_ANSWERS:
                allowed = ", ".join(one for one in kinds if one not in _WITHOUT_ANSWERS)
                line = line_of(situation["leads"], kind)
                problems.add(path, line, "follow_up_kind_unknown", situation=name, kind=kind, allowed=allowed)
        _refuse_unknown(situation, str(name), answers, path, problems)
        leads = {str(kind): tuple(map(str, names)) for kind, names in situation["leads"].items()}
        situations.append(_Situation(frozenset(map(str, situation["after"])), leads))
    return FollowUpMap(kinds, beside, tuple(situations))


def _patterns(
    entries: Sequence[object], name: str, path: Path, problems: Problems
) -> tuple[re.Pattern[str], ...]:
    """Return what finds each entry in a folded text."""
    found = []
    for index, entry in enumerate(map(str, entries)):
        if any(fold(word) for word in entry.split() if not word.startswith("(")):
            found.append(_pattern(entry))
        else:
            problems.add(path, line_of(entries, index), "glossary_without_letters", table=name)
    return tuple(found)


def _pattern(entry: str) -> re.Pattern[str]:
    """Return what finds an entry: `a/b` is either, `(a)` may be missing, `a*` has any ending.

    As in the glossary the last word may have an s more.
    """
    *before, last = entry.split()
    words = []
    for word, ending in [*((word, "") for word in before), (last, "s?")]:
        either = "|".join(
            re.escape(fold(one)) + (r"\w*" if one.endswith("*") else ending)
            for one in word.strip("()").split("/")
        )
        words.append(rf"(?:(?:{either})\b ?)" + ("?" if word.startswith("(") else ""))
    return re.compile(r"\b" + "".join(words))


def _refuse_unknown(
    situation: CommentedMap, name: str, answers: Collection[str], path: Path, problems: Problems
) -> None:
    known = {*answers, *_CARDS}
    for key, names in [("after", situation["after"]), *situation["leads"].items()]:
        for index, answer in enumerate(names):
            if answer not in (known if key == "after" else answers):
                line = line_of(names, index)
                problems.add(path, line, "follow_up_unknown", situation=name, key=key, answer=answer)

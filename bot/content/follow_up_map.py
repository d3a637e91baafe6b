"""What a short message asks for after what was said before it: data/follow_ups.yml, which staff own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.facets import fit
from bot.content.glossary import pattern_of
from bot.content.topics import Topic, topic_of
from bot.files.shapes import Needed
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import fold

_SHAPE = {
    "kinds": Needed({...: {"words": Needed([str])}}),
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

    kinds: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    beside: re.Pattern[str] | None = None
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
        plain = fold(text)
        if not before or not 0 < len(plain.split()) <= _MOST_WORDS:
            return None
        found = [kind for kind, pattern in self.kinds.items() if pattern.search(plain)]
        if not found:
            return None
        bare = not re.sub(r"\d+", " ", self._without(plain, found)).strip()
        if not bare and len(plain.split()) > _FEW_WORDS and found[0] != SAY_IT:
            return None
        for kind in found:
            if kind in _WITHOUT_ANSWERS:
                return Asked(kind, bare)
            answer = self._answer(kind, before, facets, topics)
            if answer is not None:
                return Asked(kind, bare, answer)
        return None

    def together(self, answer: str, other: str) -> bool:
        """Whether both are of one situation, so that one leads on to the other."""
        return any(one.holds(answer) and one.holds(other) for one in self.situations)

    def _without(self, plain: str, kinds: Iterable[str]) -> str:
        for kind in kinds:
            plain = self.kinds[kind].sub(" ", plain)
        return self.beside.sub(" ", plain) if self.beside else plain

    def _answer(
        self, kind: str, before: Iterable[str], facets: Mapping[str, str], topics: Mapping[str, Topic]
    ) -> str | None:
        for said in before:
            for situation in self.situations:
                names = [
                    name for name in situation.leads.get(kind, ()) if name in topics and topics[name].answered
                ]
                if names and situation.comes_after(said):
                    return max(names, key=lambda name: (_is_about(topics[name], facets), -names.index(name)))
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
        words = _words(entry["words"], str(kind), path, problems)
        if words:
            kinds[str(kind)] = pattern_of(words)
    beside = _words(document.get("beside") or [], "beside", path, problems)
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
    return FollowUpMap(kinds, pattern_of(beside) if beside else None, tuple(situations))


def _words(entries: Sequence[object], name: str, path: Path, problems: Problems) -> list[str]:
    for index, entry in enumerate(entries):
        if not fold(str(entry)):
            problems.add(path, line_of(entries, index), "glossary_without_letters", table=name)
    return [str(entry) for entry in entries if fold(str(entry))]


def _refuse_unknown(
    situation: CommentedMap, name: str, answers: Collection[str], path: Path, problems: Problems
) -> None:
    known = {*answers, *_CARDS}
    for key, names in [("after", situation["after"]), *situation["leads"].items()]:
        for index, answer in enumerate(names):
            if answer not in (known if key == "after" else answers):
                line = line_of(names, index)
                problems.add(path, line, "follow_up_unknown", situation=name, key=key, answer=answer)

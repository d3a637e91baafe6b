"""Follow-ups: what was said before decides what "and at work?" or "who can help with that?" means.

The gateway remembers what the bot said last and sends it beside each message; nothing that a person wrote is
part of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.decision import (
    DANGER,
    DANGER_CARDS,
    EMERGENCY,
    EMERGENCY_CARDS,
    FIND_HELP,
    OFFER,
    OUT_OF_SCOPE,
    SAY,
    STEPS,
    TOPIC_PREFIX,
)
from bot.content.glossary import FollowUp
from bot.content.topics import topic_of


@dataclass(frozen=True)
class Context:
    """What a message is part of, as metadata of the message.

    `language` is that of the page or of the conversation so far; `held` says that the person has asked
    for it. `topic` is the topic answered last and `related` those near it. `again` stands for what was
    said last (see bot.answering.reply.Reply). `fits` says of answers how many facets of the situation they
    are for, less those that they are not for. `asked` is the answer that the message asks for by the words
    of data/follow_ups.yml, and `who_helps` that it asks who helps with what was answered last; `bare` says
    that it says nothing else.
    """

    language: str | None = None
    held: bool = False
    topic: str | None = None
    related: tuple[str, ...] = ()
    again: str | None = None
    fits: Mapping[str, int] = dataclasses.field(default_factory=dict)
    asked: str | None = None
    who_helps: bool = False
    bare: bool = False

    @classmethod
    def read(cls, metadata: Mapping[str, Any] | None) -> Context:
        """Return the context in a message's metadata."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: metadata[name] for name in names if name in metadata} if metadata else {})

    @property
    def card(self) -> str | None:
        """The card of an emergency or of danger that was said last, if it was one."""
        said = (self.again or "").removeprefix(f"{SAY}utter_")
        return said if said in (*EMERGENCY_CARDS, *DANGER_CARDS) else None

    @property
    def listed(self) -> tuple[str, ...]:
        """The answers that were offered last, if what was said last was a choice of some."""
        said = self.again or ""
        if not said.startswith((OFFER, STEPS)):
            return ()
        return tuple(filter(None, said.rpartition(":")[2].split(",")))

    def as_metadata(self) -> dict[str, Any]:
        """Return the context as metadata of a message."""
        return dataclasses.asdict(self)


def ranking_in_context(
    ranking: Sequence[tuple[str, float]],
    follow_up: FollowUp,
    context: Context,
    *,
    setting_topics: Mapping[str, str],
    related_weight: float,
    same_weight: float = 1.0,
) -> list[tuple[str, float]]:
    """Return the ranking of labels as it is for a message that may go on from the topic before.

    "And at work?" after the topic of another setting means the topic of that setting. In other follow-ups
    the topics near the last one, and that of the setting named, weigh `related_weight` times as much; so
    does the last one itself, where the message points back to it or is short. In a message that stands for
    itself they weigh `same_weight` times as much: it is mostly on the same matter, but what is sure of
    another one wins. What was offered last is near too. And it is so much less likely to be none of the bot's
    business. An emergency keeps its share, and so does a thought of ending one's life: what was said before
    makes them neither more nor less likely.
    """
    if context.topic is None and not context.listed:
        return list(ranking)
    named = setting_topics.get(follow_up.setting or "")
    settings = set(setting_topics.values())
    if named and follow_up.goes_on and follow_up.bare and settings & {context.topic, *context.related}:
        return [(TOPIC_PREFIX + named, 1.0)]
    near = {*context.related, *([named] if named else []), *map(topic_of, context.listed)}
    if not follow_up.goes_on and context.topic:
        near.add(context.topic)
    weight = related_weight if follow_up.goes_on or follow_up.about_that or follow_up.short else same_weight
    weights = {TOPIC_PREFIX + topic: weight for topic in near}
    goes_on = follow_up.goes_on or follow_up.about_that
    weights[OUT_OF_SCOPE] = 1 / (related_weight if goes_on else same_weight)
    weighed = {label: score * weights.get(topic_of(label), 1.0) for label, score in ranking}
    alarms = {label: weighed.pop(label) for label in (EMERGENCY, DANGER) if label in weighed}
    rest = (1 - sum(alarms.values())) / (sum(weighed.values()) or 1)
    return _sorted_shares({**alarms, **{label: score * rest for label, score in weighed.items()}})


def with_what_is_asked(
    ranking: Sequence[tuple[str, float]], context: Context, *, asked_share: float, bare_share: float
) -> list[tuple[str, float]]:
    """Return the ranking with a share for the answer that the words of a follow-up ask for.

    What is sure of another topic still wins, but not where the message says nothing else.
    """
    label = TOPIC_PREFIX + context.asked if context.asked else FIND_HELP if context.who_helps else None
    if label is None:
        return list(ranking)
    share = bare_share if context.bare else asked_share
    scores = {name: score * (1 - share) for name, score in ranking}
    # Whoever asks it by its words asks something that is the bot's business.
    scores[OUT_OF_SCOPE] = scores.get(OUT_OF_SCOPE, 0.0) * (1 - share)
    # Within its topic it is this answer that is asked for, not the likeliest one.
    for name in [name for name in scores if name != label and topic_of(name) == topic_of(label)]:
        scores[label] = scores.get(label, 0.0) + scores.pop(name)
    scores[label] = scores.get(label, 0.0) + share
    return _sorted_shares(scores)


def weighed_by_facets(
    ranking: Sequence[tuple[str, float]], fits: Mapping[str, int], weight: float
) -> list[tuple[str, float]]:
    """Return the ranking with each topic's score shared out anew among its answers.

    An answer gains `weight` times for each facet that it fits, and loses as much for each that it is not for
    (see `Context.fits`). The score of a topic stays.
    """
    if not fits:
        return list(ranking)
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    weighed = {}
    for label, score in ranking:
        topic = topic_of(label)
        weighed[label] = score * weight ** fits.get(label.removeprefix(TOPIC_PREFIX), 0)
        before[topic] = before.get(topic, 0.0) + score
        after[topic] = after.get(topic, 0.0) + weighed[label]
    shared = {
        label: score * before[topic_of(label)] / (after[topic_of(label)] or 1.0)
        for label, score in weighed.items()
    }
    return sorted(shared.items(), key=lambda entry: -entry[1])


def _sorted_shares(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    total = sum(scores.values()) or 1.0
    return sorted(((label, score / total) for label, score in scores.items()), key=lambda entry: -entry[1])

"""Follow-ups: what was said before decides what "and at work?" or "who can help with that?" means.

The gateway remembers what the bot said last and sends it beside each message; nothing that a person wrote is
part of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.decision import DANGER_CARDS, EMERGENCY, EMERGENCY_CARDS, OUT_OF_SCOPE, SAY, TOPIC_PREFIX
from bot.content.glossary import FollowUp
from bot.content.topics import topic_of


@dataclass(frozen=True)
class Context:
    """What a message is part of, as metadata of the message.

    `language` is that of the page or of the conversation so far; `held` says that the person has asked
    for it. `topic` is the topic answered last and `related` those near it. `again` stands for what was
    said last (see bot.answering.reply.Reply).
    """

    language: str | None = None
    held: bool = False
    topic: str | None = None
    related: tuple[str, ...] = ()
    again: str | None = None

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
) -> list[tuple[str, float]]:
    """Return the ranking of labels as it is for a message that may go on from the topic before.

    "And at work?" after the topic of another setting means the topic of that setting. In other follow-ups
    the topics near the last one, and that of the setting named, weigh `related_weight` times as much; so
    does the last one itself, where the message points back to it or is short. What goes on or points back
    is so much less likely to be none of the bot's business; an emergency loses nothing against topics.
    """
    if context.topic is None or not (follow_up.goes_on or follow_up.about_that or follow_up.short):
        return list(ranking)
    named = setting_topics.get(follow_up.setting or "")
    settings = set(setting_topics.values())
    if named and follow_up.goes_on and follow_up.bare and settings & {context.topic, *context.related}:
        return [(TOPIC_PREFIX + named, 1.0)]
    near = {*context.related, *([named] if named else [])}
    if not follow_up.goes_on:
        near.add(context.topic)
    # Whoever has had the card for an emergency says next what became of it.
    alarm = 1.0 if context.topic == EMERGENCY else related_weight
    weights = {EMERGENCY: alarm, **{TOPIC_PREFIX + topic: related_weight for topic in near}}
    if follow_up.goes_on or follow_up.about_that:
        weights[OUT_OF_SCOPE] = 1 / related_weight
    weighed = {label: score * weights.get(topic_of(label), 1.0) for label, score in ranking}
    total = sum(weighed.values()) or 1.0
    return sorted(((label, score / total) for label, score in weighed.items()), key=lambda entry: -entry[1])

"""The decision step: from the scores of all intents and topics to what the bot does.

A wrong legal answer does harm and "did you mean" does not, so a topic is answered only from a
stated score upwards, offered among at most three from a lower one, and otherwise the bot asks again.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.content.glossary import HelpRequest
from bot.content.thresholds import Thresholds
from bot.content.topics import topic_of
from bot.directory.places import ANY
from bot.text.language import OTHER

TOPIC_PREFIX = "faq/"
# What says again what was said, in `Reply.again` (bot.answering.reply); no button has these.
SAY = "say:"
OFFER = "offer:"
# The answer with the first steps, and what is offered below it.
STEPS = "steps:"
EMERGENCY = "emergency_now"
# A person who thinks of ending their life, and a life that is threatened or being lost right now.
DANGER = "danger_now"
LIFE_IN_DANGER = "life_in_danger"
# The same text is never said twice in a row: what is said where the card was said last.
EMERGENCY_AGAIN = "emergency_again"
DANGER_AGAIN = "danger_again"
# Where agents are met, and the card is another one: each is an intent emergency_<place>.
EMERGENCY_PLACES = ("home", "street", "car", "work")
EMERGENCY_CARDS = (EMERGENCY, *(f"emergency_{place}" for place in EMERGENCY_PLACES), EMERGENCY_AGAIN)
DANGER_CARDS = (DANGER, LIFE_IN_DANGER, DANGER_AGAIN)
OUT_OF_SCOPE = "out_of_scope"
CHAT_PRIVACY = "chat_privacy"
FIND_HELP = "find_help"
# What is right for everybody to whom something like it has happened, with a choice of what it was below.
FIRST_STEPS = "first_steps"
# Several questions in one message: the first is answered, the others are offered.
SEVERAL = "several_questions"
# Small talk whose answer leads nowhere: taken for it, a question is lost.
_ENDS_THERE = ("greet", "thanks", "goodbye", "what_can_you_do", "was_joking", "unclear")
# At most this many topics are offered: more do not fit a small screen or a text message.
MOST_OFFERED = 3


@dataclass(frozen=True)
class Decision:
    """What the bot does with one message.

    `intent` is what Rasa's rules act on. `outcome` is one of answer, clarify, decline, fallback,
    emergency, smalltalk. `topic` is the topic it is about, if one was recognised, and `answer` which of its
    answers is given: the core answer has the id of the topic. `offered` are the answers to choose from, or
    those to further questions.
    """

    intent: str
    outcome: str
    topic: str | None = None
    offered: tuple[str, ...] = ()
    answer: str | None = None


@dataclass(frozen=True)
class Understanding:
    """What the NLU made of a message, or of one question in it.

    `ranking` are labels with their scores, best first; `request` what the words say of the help that is
    looked for; `about` the topic before, where they point back to it; `setting` where agents are met, if the
    words tell one; `last` the card that was said last, if it was one; `listed` are the answers that were
    offered last, if what was said last was a choice of some; `strung` says that it is one of several matters
    with no more than commas between them.
    """

    language: str
    ranking: tuple[tuple[str, float], ...] = ()
    request: HelpRequest = field(default_factory=HelpRequest)
    about: str | None = None
    setting: str | None = None
    last: str | None = None
    listed: tuple[str, ...] = ()
    strung: bool = False

    @functools.cached_property
    def topics(self) -> list[tuple[str, float]]:
        """The ranking with the answers of each topic summed up."""
        return topic_scores(self.ranking)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Understanding:
        """Return it from what `dataclasses.asdict` made of it, with or without JSON in between."""
        request = {**values["request"], "needs": tuple(values["request"]["needs"])}
        ranking = tuple((str(label), float(score)) for label, score in values["ranking"])
        listed = tuple(values.get("listed", ()))
        read = {"ranking": ranking, "request": HelpRequest(**request), "listed": listed}
        return cls(**{**values, **read})


@dataclass(frozen=True)
class DecisionStep:
    """The decision step of a model: thresholds by language, and what else `decide` needs to know."""

    thresholds: Mapping[str, Thresholds]
    with_text: Collection[str]
    directory_topics: Mapping[str, str]
    first_steps: Mapping[str, Collection[str]] = field(default_factory=dict)

    def decide(self, judged: Sequence[Understanding]) -> Decision:
        """Decide on a message, and on the questions in it where there are several: the first is the whole."""
        decisions = [self._decide(one) for one in judged]
        thresholds = self.thresholds.get(judged[0].language)
        if thresholds is None:
            return as_goes_on(decisions[0], judged[0])
        if any(one.strung for one in judged):
            likely = [label for label, score in judged[0].topics if score >= thresholds.offer_at]
            decision = decide_on_matters(decisions[0], decisions[1:], likely)
        else:
            decision = decide_on_parts(decisions[0], decisions[1:])
        # Neither is whoever is in danger left with a list.
        if decision.outcome == "clarify" and (judged[0].listed or judged[0].last in DANGER_CARDS):
            decision = not_a_list_again(decision, judged[0], self.with_text, thresholds.answer_at / 2)
        return as_goes_on(decision, judged[0])

    def _decide(self, judged: Understanding) -> Decision:
        if judged.language == OTHER:
            return Decision("other_language", "decline")
        return decide(
            judged,
            self.thresholds[judged.language],
            with_text=self.with_text,
            directory_topics=self.directory_topics,
            first_steps=self.first_steps,
        )


def decide(
    judged: Understanding,
    thresholds: Thresholds,
    *,
    with_text: Collection[str],
    directory_topics: Mapping[str, str],
    first_steps: Mapping[str, Collection[str]] | None = None,
) -> Decision:
    """Decide on one question by itself; its labels are intents or faq/<answer>.

    The score of a topic is the sum of its answers' scores.

    `with_text` are the topics that have an answer of their own; any other is left to the intent
    `no_answer`, which names services. `directory_topics` gives the topic that is about finding help
    with a need. `first_steps` gives the answer with the first steps for people to whom something has
    happened, and the answers and topics that are about it.
    """
    ranking, by_topic = judged.ranking, judged.topics
    scores = dict(by_topic)
    emergency = scores.get(EMERGENCY, 0.0)
    thought, life = scores.get(DANGER, 0.0), scores.get(LIFE_IN_DANGER, 0.0)
    best, score = by_topic[0] if by_topic else ("", 0.0)
    # Whether one of the cards is due is judged by all of them: "they are outside and he cannot breathe".
    alarm = emergency + thought + life
    if alarm >= max(thresholds.emergency_at, thresholds.emergency_share * score):
        if thought + life > emergency:
            return Decision(DANGER if thought > life else LIFE_IN_DANGER, "emergency", topic=DANGER)
        return Decision(EMERGENCY, "emergency", topic=EMERGENCY)
    sure = _is_sure(best, score, scores.get(OUT_OF_SCOPE, 0.0), thresholds)
    search = _search(best if sure else None, judged.request, directory_topics)
    if search:
        return search
    if judged.about and best in (FIND_HELP, *(TOPIC_PREFIX + topic for topic in directory_topics.values())):
        return Decision("help_with_that", "smalltalk", topic=judged.about)
    topics = [(label, p) for label, p in by_topic if label.startswith(TOPIC_PREFIX)]
    if sure:
        if not best.startswith(TOPIC_PREFIX):
            return _conversation(best)
        topic = best.removeprefix(TOPIC_PREFIX)
        answer = answer_of(best, score, ranking, thresholds)
        return Decision("faq" if topic in with_text else "no_answer", "answer", topic=topic, answer=answer)
    offered = tuple(
        answer_of(label, p, ranking, thresholds) for label, p in _worth_offering(topics, thresholds.offer_at)
    )
    if offered:
        steps = _first_steps(ranking, scores.get(OUT_OF_SCOPE, 0.0), first_steps or {}, thresholds)
        if steps:
            others = tuple(answer for answer in offered if answer != steps)
            return Decision(FIRST_STEPS, "clarify", topic=topic_of(steps), offered=others, answer=steps)
        return Decision("clarify", "clarify", offered=offered)
    return Decision("not_understood", "fallback")


def _worth_offering(topics: Sequence[tuple[str, float]], offer_at: float) -> Sequence[tuple[str, float]]:
    """Return the topics to offer, none where none is worth it: a single one is no choice."""
    number = sum(score >= offer_at for _, score in topics[:MOST_OFFERED])
    return topics[: 2 if number == 1 else number]


def topic_scores(ranking: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the ranking with the answers of a topic summed up under its label, best first."""
    summed: dict[str, float] = {}
    for label, score in ranking:
        name = topic_of(label) if label.startswith(TOPIC_PREFIX) else label
        summed[name] = summed.get(name, 0.0) + score
    return sorted(summed.items(), key=lambda entry: -entry[1])


def answer_of(
    topic: str, topic_score: float, ranking: Sequence[tuple[str, float]], thresholds: Thresholds
) -> str:
    """Return the answer for the situation where that is clear enough, else the core answer."""
    answers = [(label, score) for label, score in ranking if topic_of(label) == topic]
    best, score = max(answers, key=lambda entry: entry[1])
    sure = score >= thresholds.situation_share * topic_score
    return (best if sure else topic).removeprefix(TOPIC_PREFIX)


def _first_steps(
    ranking: Sequence[tuple[str, float]],
    out_of_scope: float,
    first_steps: Mapping[str, Collection[str]],
    thresholds: Thresholds,
) -> str | None:
    """Return the answer with the first steps, where what has happened is sure and what is asked is not."""
    for steps, about in first_steps.items():
        labels = {TOPIC_PREFIX + name for name in about}
        score = sum(p for label, p in ranking if label in labels or topic_of(label) in labels)
        if score >= thresholds.answer_at and out_of_scope < score:
            return steps
    return None


def decide_on_parts(whole: Decision, parts: Sequence[Decision]) -> Decision:
    """Decide on a message with several questions: `whole` is decided on all of its words, `parts` on each.

    An emergency in any of them goes first. Where two questions or more are surely about different topics,
    the first is answered and the others are offered; otherwise the whole message counts. A single part is the
    question at the end of a story: it counts where the story leaves doubt.
    """
    for decision in (whole, *parts):
        if decision.outcome == "emergency":
            return decision
    answered = _answered(parts)
    if len(parts) == 1 and answered and whole.outcome in ("clarify", "fallback", "decline"):
        return parts[0]
    if len(answered) < 2:
        return whole
    return _several([*answered.values()])


def decide_on_matters(whole: Decision, parts: Sequence[Decision], likely: Collection[str]) -> Decision:
    """Decide on a message whose matters are strung together by no more than commas and "and".

    What is torn out of a message is easily misread: a part says something only of what the whole may be about
    too (the labels `likely`), and never that there is an emergency. Where the whole leaves a choice, and the
    likeliest of it or two of it are understood in a part, the first of these is answered, and the others are
    offered. Where the whole is answered, what else is understood in a part is offered.
    """
    if whole.outcome == "answer" and whole.topic and TOPIC_PREFIX + whole.topic in likely:
        further = (
            part
            for topic, part in _answered(parts).items()
            if topic != whole.topic and TOPIC_PREFIX + topic in likely
        )
        return _several([whole, *further])
    if whole.outcome != "clarify":
        return whole
    offered = list(dict.fromkeys(map(topic_of, filter(None, (whole.answer, *whole.offered)))))
    understood = {topic: part for topic, part in _answered(parts).items() if topic in offered}
    if len(understood) < 2 and offered[0] not in understood:
        return whole
    more = [answer for answer in whole.offered if topic_of(answer) not in understood]
    return _several([*understood.values()], more)


def _answered(parts: Sequence[Decision]) -> dict[str, Decision]:
    """Return by topic the first of the parts that are surely about it."""
    answered: dict[str, Decision] = {}
    for part in parts:
        if part.intent in ("faq", "no_answer") and part.topic:
            answered.setdefault(part.topic, part)
    return answered


def _several(answered: Sequence[Decision], more: Sequence[str] = ()) -> Decision:
    """Return the answer of the first of several topics, with those of the others offered, and more behind."""
    first, *others = answered
    offered = (*(part.answer or str(part.topic) for part in others), *more)[:MOST_OFFERED]
    if not offered:
        return first
    return Decision(SEVERAL, "answer", topic=first.topic, offered=offered, answer=first.answer)


def not_a_list_again(
    decision: Decision, judged: Understanding, with_text: Collection[str], likely_at: float
) -> Decision:
    """Return the likeliest topic's core answer where a choice would be one too many.

    Whoever is asked twice what they mean leaves, and so does whoever was in danger a moment ago; a core
    answer, right for all situations, does no harm. Where none has the score `likely_at` nothing was
    understood.
    """
    likeliest = topic_of(decision.answer or decision.offered[0])
    if not decision.answer and dict(judged.topics).get(TOPIC_PREFIX + likeliest, 0.0) < likely_at:
        return Decision("not_understood", "fallback")
    answer = decision.answer or likeliest
    return Decision(
        "faq" if likeliest in with_text else "no_answer", "answer", topic=likeliest, answer=answer
    )


def as_goes_on(decision: Decision, judged: Understanding) -> Decision:
    """Return the decision as it is for what was said before it, and for where agents are.

    After a card for somebody whose life is in danger, what is not understood or none of the bot's business is
    no reason to leave them.
    """
    in_danger, said = judged.last in DANGER_CARDS, decision.intent
    if said == EMERGENCY:
        card = f"emergency_{judged.setting}" if judged.setting in EMERGENCY_PLACES else EMERGENCY
        return dataclasses.replace(decision, intent=EMERGENCY_AGAIN if card == judged.last else card)
    if said in DANGER_CARDS and said == judged.last:
        return dataclasses.replace(decision, intent=DANGER_AGAIN)
    if in_danger and said in (OUT_OF_SCOPE, "unclear", "not_understood"):
        return Decision(DANGER_AGAIN, "emergency", topic=DANGER)
    return decision


def _is_sure(best: str, score: float, out_of_scope: float, thresholds: Thresholds) -> bool:
    if best == OUT_OF_SCOPE or best in _ENDS_THERE:
        return score >= thresholds.decline_at
    doubted = best.startswith(TOPIC_PREFIX) and out_of_scope >= thresholds.doubt_at * score
    return score >= thresholds.answer_at and not doubted


def _search(
    sure_of: str | None, request: HelpRequest, directory_topics: Mapping[str, str]
) -> Decision | None:
    """Return the search for help that the words ask for, or None where they ask something else.

    `sure_of` is the label that the classifier is sure of. A question on rights may name a lawyer or a
    city too ("can ICE wait near a food bank in Bell?"), so such a topic wins over words found in the
    glossary, unless a ZIP code is given: nobody asks about rights in a ZIP code.
    """
    placed = request.place not in (None, ANY)
    if not request.needs:
        begins = placed and request.bare and not (sure_of or "").startswith(TOPIC_PREFIX)
        return Decision(FIND_HELP, "smalltalk") if begins else None
    narrowed = placed or request.near_me or request.speaks is not None
    sure_of_topic = sure_of is not None and sure_of.removeprefix(TOPIC_PREFIX) in directory_topics.values()
    if not (
        request.by_zip
        or sure_of == FIND_HELP
        or (sure_of_topic and narrowed)
        or (sure_of is None and request.bare)
    ):
        return None
    if request.near_me:
        return Decision(FIND_HELP, "smalltalk")
    topic = directory_topics.get(request.needs[0])
    return Decision("search_help", "answer" if topic else "smalltalk", topic=topic)


def _conversation(intent: str) -> Decision:
    if intent == CHAT_PRIVACY:
        return Decision(intent, "answer", topic=intent)
    if intent == OUT_OF_SCOPE:
        return Decision(intent, "decline")
    if intent == "unclear":
        return Decision(intent, "fallback")
    return Decision(intent, "smalltalk")

"""What is said to a message or a choice, whatever the channel: at least one reply, whatever happens behind.

Personal details go out of a message here, before anything else looks at it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from bot.answering.answers import answer, whom_to_call
from bot.answering.decision import DANGER_CARDS, EMERGENCY_CARDS, FIND_HELP, SAY
from bot.answering.follow_ups import Context
from bot.answering.help import GENERAL_NEEDS, find_help, slots_of_choice
from bot.answering.replies import (
    button_meant,
    choose_again,
    language_of_choice,
    made_by_page,
    more,
    repeat,
    reply_to_choice,
    words_to_say,
)
from bot.answering.reply import CHOOSE_LANGUAGE, Button, Reply, response_reply
from bot.content.facets import of_new_subject
from bot.content.follow_up_map import CALL_WHOM, SAY_IT, WHO_HELPS, Asked
from bot.content.reading import Content
from bot.content.topics import topic_of
from bot.gateway import keys
from bot.gateway.conversations import Conversation
from bot.gateway.current_model import LoadedModel
from bot.gateway.outcomes import outcome_of
from bot.gateway.rasa_client import RasaClient, RasaUnavailable
from bot.gateway.review import is_unanswered, keep_for_review
from bot.text.cleaning import shorten
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES, OTHER
from bot.text.redaction import remove_personal_details

logger = logging.getLogger(__name__)

# Behind so many answers after the card for danger it is said once more who listens.
_REMINDERS = 2


@dataclass(frozen=True)
class Outcome:
    """The replies to one message. `degraded` says that something behind the gateway is down."""

    replies: tuple[Reply, ...]
    degraded: bool = False


async def reply(
    app: web.Application,
    conversation: Conversation,
    *,
    channel: str,
    message: str = "",
    choice: str | None = None,
    page: str | None = None,
) -> Outcome | None:
    """Return the replies to a message or a choice, or None where that choice was not offered.

    `channel` is one of bot.database.usage.CHANNELS, `message` is as `clean` returns it, and `page` the
    language of the page it comes from, if there is one.
    """
    with app[keys.CURRENT_MODEL].use() as model:
        outcome = await _reply(app, model, conversation, message, choice, page)
    if outcome is not None and not made_by_page(choice or ""):
        _count(app, conversation, channel, outcome)
    return outcome


async def _reply(
    app: web.Application,
    model: LoadedModel,
    conversation: Conversation,
    message: str,
    choice: str | None,
    page: str | None,
) -> Outcome | None:
    content, rasa = model.content, model.rasa
    hint = conversation.requested_language or page or conversation.language
    read = shorten(message)
    was_long = read != message
    if choice is None:
        # Without a detail that stood before it a slash would make a command of what follows.
        message = remove_personal_details(read, content.own_words.known).lstrip("/ ")
        button = button_meant(content, message, conversation.buttons)
        choice = button.payload if button else None
        asked_for = content.glossary.language_asked_for(read) if choice is None else None
        if asked_for:
            choice = CHOOSE_LANGUAGE + asked_for
    known = dict(conversation.facets)
    # Asked of the words as they came: a language that few speak may look like a name.
    if choice is None and content.glossary.needs_interpreter(read):
        outcome = Outcome((_interpreter(content, read, hint),))
    elif choice is None:
        conversation.facets = content.facet_words.after(message, known)
        given = await _reply_to_message(content, rasa, conversation, message, hint, known)
        outcome = _not_twice(content, conversation, given)
        if outcome is not given or any(map(is_unanswered, outcome.replies)):
            keep_for_review(app, conversation, message, outcome.replies)
    elif conversation.may_choose(choice):
        chosen = await _reply_to_chosen(content, rasa, conversation, choice, hint or DEFAULT_LANGUAGE)
        if chosen is None:
            return None
        outcome = chosen
    else:
        return None
    if not app[keys.CONVERSATIONS].knows(conversation):
        await rasa.forget(conversation.id)  # ended while it was being answered
    reminder = _reminder(content, conversation, outcome.replies)
    if _is_of_new_subject(content, conversation, outcome.replies):
        conversation.facets = content.facet_words.after(message, of_new_subject(known))
    _remember(conversation, outcome.replies)
    notice = _notice(content, conversation, outcome.replies)
    long = [response_reply(content, "utter_long_message", outcome.replies[-1].language)] if was_long else []
    return replace(outcome, replies=(*outcome.replies, *long, *reminder, *notice))


def _not_twice(content: Content, conversation: Conversation, outcome: Outcome) -> Outcome:
    """Return what goes beyond an answer where that was said last, in this language: nobody reads it twice.

    Of one that was said a little before it is its short form.
    """
    first, *others = outcome.replies
    said = _answer(first)
    if said is None or said not in conversation.said:
        return outcome
    if said != conversation.answered or first.again != conversation.again:
        return replace(outcome, replies=(replace(first, text=first.short or first.text), *others))
    return replace(outcome, replies=(more(content, first.again, first.language), *others))


def _is_of_new_subject(content: Content, conversation: Conversation, replies: Sequence[Reply]) -> bool:
    """Whether an answer is on something else than the one before, so that its circumstances are others."""
    before, topic = conversation.topic, replies[0].topic
    if before is None or topic is None or before == topic or topic not in content.topics:
        return False
    return topic not in content.near(before) and not content.follow_ups.together(before, topic)


def _answer(reply: Reply) -> tuple[str, str] | None:
    """Return which answer a reply is and in which language; None for one that stands in an answer's place."""
    return (reply.answer, reply.language) if reply.answer else None


async def end(app: web.Application, conversation: Conversation) -> None:
    """Keep nothing of a conversation, here and in Rasa."""
    app[keys.CONVERSATIONS].forget(conversation)
    await asyncio.gather(*(rasa.forget(conversation.id) for rasa in app[keys.CURRENT_MODEL].all_rasa()))


def say_as_spoken(content: Content, conversation: Conversation, response: str) -> tuple[Reply, ...]:
    """Return one of the bot's texts in the language of a conversation, or in both where it is not known."""
    language = conversation.requested_language or conversation.language
    return tuple(
        response_reply(content, response, each) for each in ((language,) if language else ("es", "en"))
    )


async def _reply_to_chosen(
    content: Content, rasa: RasaClient, conversation: Conversation, choice: str, language: str
) -> Outcome | None:
    """Return the replies to a chosen button, or None where no such button exists.

    Most choices are answered from the content alone; so are those that a page makes by itself, to show the
    last answer again or to go on in another language. Those of the search for help go to Rasa as an
    intent with entities, built here from values that are known: nothing that was typed gets into it.
    """
    asked_for = language_of_choice(choice)
    if asked_for:
        conversation.requested_language = asked_for
    if made_by_page(choice):
        spoken = conversation.requested_language or conversation.language or language
        again = repeat(content, conversation.again, spoken)
        if again is None and asked_for:
            again = response_reply(content, "utter_language_switched_at_start", spoken)
        return Outcome((again,)) if again else None
    reply = reply_to_choice(content, choice, language)
    if reply is not None:
        return Outcome((reply,))
    slots = slots_of_choice(content, choice)
    if slots is None:
        return None
    command = f"/{FIND_HELP}{json.dumps({**slots, 'language': language})}"
    replies = await _ask_rasa(content, rasa, conversation, command, language)
    if replies:
        return Outcome(replies)
    needs = slots.get("need") or GENERAL_NEEDS
    return Outcome((find_help(content, "utter_find_help", needs, language),), degraded=True)


async def _reply_to_message(
    content: Content,
    rasa: RasaClient,
    conversation: Conversation,
    message: str,
    hint: str | None,
    known: Mapping[str, str],
) -> Outcome:
    """Ask Rasa; return the hotline card where it does not answer.

    Where neither the words nor anything before tells the language, the reply comes in both.
    """
    detected = content.language_identifier.identify(message, hint=hint)
    language = hint or (detected if detected in LANGUAGES else DEFAULT_LANGUAGE)
    asked = _asked(content, conversation, message, known)
    said = choose_again(content, message, conversation.buttons, language)
    if asked and asked.kind == CALL_WHOM:
        said = whom_to_call(content, conversation.answers, language)
    if asked and asked.kind == SAY_IT:
        said = words_to_say(content, conversation.answers, language)
    replies = (said,) if said else await _ask_rasa(content, rasa, conversation, message, hint, asked)
    if not replies:
        card = "utter_other_language" if detected == OTHER else "utter_hotline_card"
        replies = (response_reply(content, card, detected if detected in LANGUAGES else language),)
        return Outcome(replies if detected else _in_both(content, replies), degraded=True)
    return Outcome(replies if detected else _in_both(content, replies))


def _interpreter(content: Content, message: str, hint: str | None) -> Reply:
    """Return how to ask for an interpreter, in the language in which the need of one was said."""
    detected = content.language_identifier.identify(message, hint=hint)
    spoken = detected if detected in LANGUAGES else hint or DEFAULT_LANGUAGE
    return response_reply(content, "utter_interpreter", spoken)


def _asked(
    content: Content, conversation: Conversation, message: str, known: Mapping[str, str]
) -> Asked | None:
    """Return what a message asks for after what was said and offered, or sets right of it."""
    offered = Context(again=conversation.again).listed
    before = (*offered, *conversation.answers)
    asked = content.follow_ups.asked(message, before, conversation.facets, content.topics)
    if asked is None and conversation.topic and content.facet_words.sets_right(message, known):
        answer = content.answer_that_fits(conversation.topic, conversation.facets)
        return Asked("sets_right", True, answer) if answer else None
    return asked


def _in_both(content: Content, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Return the replies, and what can be said of them in the other language."""
    other = next(language for language in LANGUAGES if language != replies[-1].language)
    twins = (repeat(content, reply.again, other) for reply in replies)
    return (*replies, *(twin for twin in twins if twin))


async def _ask_rasa(
    content: Content,
    rasa: RasaClient,
    conversation: Conversation,
    message: str,
    hint: str | None,
    asked: Asked | None = None,
) -> tuple[Reply, ...]:
    context = Context(
        language=hint,
        held=conversation.requested_language is not None,
        topic=conversation.topic,
        related=content.near(conversation.topic),
        again=conversation.again,
        fits=content.fits(conversation.facets),
        asked=asked.answer if asked else None,
        who_helps=asked is not None and asked.kind == WHO_HELPS,
        bare=asked is not None and asked.bare,
    )
    try:
        messages = await rasa.send(conversation.id, message, context.as_metadata())
        replies = replies_from_rasa(content, messages)
        if any(message.get("custom", {}).get("requested") for message in messages):
            conversation.requested_language = replies[-1].language
        return replies
    except RasaUnavailable as error:
        logger.warning("Rasa gave no answer: %s", error)
    except (AttributeError, KeyError, TypeError) as error:
        logger.error("Rasa's answer has another shape than expected: %s", type(error).__name__)
    return ()


def replies_from_rasa(content: Content, messages: Sequence[Mapping[str, Any]]) -> tuple[Reply, ...]:
    """Put Rasa's messages together: the paragraphs of a text, and after them what belongs to it.

    Rasa sends every paragraph as a message of its own and then the response's `custom` data. Raises
    RasaUnavailable where they are not what our own responses and actions send.
    """
    replies: list[Reply] = []
    paragraphs: list[str] = []
    buttons: list[Button] = []
    for message in messages:
        if "text" in message:
            paragraphs.append(str(message["text"]))
            buttons += [Button(button["title"], button["payload"]) for button in message.get("buttons", [])]
        if "custom" in message:
            reply = Reply(
                "\n\n".join(paragraphs), str(message["custom"].get("language")), buttons=tuple(buttons)
            )
            replies.append(_complete(content, reply, message["custom"]))
            paragraphs, buttons = [], []
    if paragraphs or any(not reply.text or reply.language not in LANGUAGES for reply in replies):
        raise RasaUnavailable("a text without its language, or a language without its text")
    return tuple(replies)


def _complete(content: Content, reply: Reply, custom: Mapping[str, Any]) -> Reply:
    topic = str(custom["topic"]) if custom.get("topic") else None
    if topic and topic in content.topics and reply.language in LANGUAGES and "services" not in custom:
        # Taken from the content, so that an answer switched off after training is not given.
        said = repeat(content, custom.get("again"), reply.language)
        return said or answer(content, content.topics[topic], reply.language)
    name = content.response_names.get((reply.language, reply.text))
    if name and name.removeprefix("utter_") in (*EMERGENCY_CARDS, *DANGER_CARDS):
        return response_reply(content, name, reply.language)
    if name:
        reply = replace(reply, text=content.text_of(name, reply.language))
    again = custom.get("again") or (f"{SAY}{name}" if name else None)
    return replace(
        reply, topic=topic and topic_of(topic), services=tuple(custom.get("services", ())), again=again
    )


def _remember(conversation: Conversation, replies: Sequence[Reply]) -> None:
    """Keep what a next message may go on from; small talk in between changes nothing of it."""
    conversation.to_rate.update({reply.topic: reply.language for reply in replies if reply.topic})
    languages = {reply.language for reply in replies}
    if len(languages) == 1:
        conversation.language = languages.pop()
    buttons = tuple(button for reply in replies for button in reply.buttons)
    if buttons:
        conversation.buttons = buttons
    conversation.offer(buttons)
    for reply in reversed(replies):
        answered = reply.answer or reply.topic
        if answered and reply.again:
            conversation.remember(answered, _answer(reply))
        if reply.again and (reply.topic or buttons):
            conversation.again, conversation.topic = reply.again, reply.topic or conversation.topic
            conversation.answered = _answer(reply)
            conversation.buttons = buttons


def _reminder(content: Content, conversation: Conversation, replies: Sequence[Reply]) -> list[Reply]:
    """Return who listens day and night, behind the next answers to somebody whose life was in danger."""
    if any((reply.again or "").removeprefix(f"{SAY}utter_") in DANGER_CARDS for reply in replies):
        conversation.reminders = _REMINDERS
        return []
    if not conversation.reminders:
        return []
    conversation.reminders -= 1
    return [response_reply(content, "utter_danger_reminder", replies[-1].language)]


def _notice(content: Content, conversation: Conversation, replies: Sequence[Reply]) -> list[Reply]:
    """Return that this is no legal advice, behind the first answer of a conversation, in its languages."""
    if conversation.notice_given or not any(reply.topic in content.topics for reply in replies):
        return []
    conversation.notice_given = True
    spoken = dict.fromkeys(reply.language for reply in replies)
    return [response_reply(content, "utter_not_legal_advice", language) for language in spoken]


def _count(app: web.Application, conversation: Conversation, channel: str, outcome: Outcome) -> None:
    """Count a message by what it was met with; nobody waits for it."""
    if conversation.test:
        return
    first = outcome.replies[0]
    app[keys.MESSAGE_COUNTS].add(
        topic=first.topic,
        language=first.language,
        channel=channel,
        outcome=outcome_of(first, degraded=outcome.degraded),
    )

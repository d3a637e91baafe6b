"""Replies: what a resident is shown, put together from the content.

The gateway and the action server both build on this module, so that an answer is the same whether it was
asked for in words or chosen from a list.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot.answering.answers import answer, beyond
from bot.answering.decision import (
    EMERGENCY_PLACES,
    OFFER,
    SAY,
    STEPS,
)
from bot.answering.help import GENERAL_NEEDS, ask_need, find_help, found_help
from bot.answering.help_search import read_payload
from bot.answering.reply import (
    CHOOSE_AGAIN,
    CHOOSE_LANGUAGE,
    CHOOSE_MORE,
    CHOOSE_NONE,
    CHOOSE_PLACE,
    CHOOSE_SEARCH,
    CHOOSE_START,
    CHOOSE_TOPIC,
    Button,
    Reply,
    response_reply,
    topic_buttons,
)
from bot.content.glossary import LAST, NONE, YES
from bot.content.reading import Content
from bot.text.language import LANGUAGES, fold

# A line to say aloud in English, in an answer's text.
_ALOUD = "> "


def clarify(content: Content, offered: Sequence[str], language: str) -> Reply:
    """Return the question which of the offered topics is meant."""
    return Reply(
        content.text_of("utter_clarify", language),
        language,
        buttons=_choices(content, offered, language),
        again=OFFER + ",".join(offered),
    )


def _choices(content: Content, offered: Sequence[str], language: str) -> tuple[Button, ...]:
    none = Button(content.text_of("utter_none_of_these", language), CHOOSE_NONE)
    return (*topic_buttons(content, offered, language), none)


def first_steps(content: Content, steps: str, offered: Sequence[str], language: str) -> Reply:
    """Return the first steps that are right whatever is meant, and the question what it is about.

    Where that answer is turned off, it is the question alone; where nothing else is likely, the answer alone.
    """
    if not content.topics[steps].answered:
        return clarify(content, offered, language)
    if not offered:
        return answer(content, content.topics[steps], language)
    said = answer(content, dataclasses.replace(content.topics[steps], ask={}), language)
    asked = content.text_of("utter_what_is_it_about", language)
    return dataclasses.replace(
        said,
        text=f"{said.text}\n\n{asked}",
        buttons=_choices(content, offered, language),
        again=f"{STEPS}{steps}:{','.join(offered)}",
    )


def also_asked(content: Content, topics: Sequence[str], language: str) -> Reply:
    """Return an offer of the topics that a message with several questions asked about besides the first."""
    return Reply(
        content.text_of("utter_also_asked", language),
        language,
        buttons=topic_buttons(content, topics, language),
    )


def more(content: Content, again: str | None, language: str) -> Reply:
    """Return what goes beyond what was said last: further services, or topics near the last one."""
    search = read_payload(again or "", content.directory)
    if search:
        following = search.run(content.directory)[1]
        if following:
            return found_help(content, following, language)
        other = Button(content.text_of("utter_other_help", language), CHOOSE_SEARCH)
        return Reply(content.text_of("utter_no_more_help", language), language, buttons=(other,), again=again)
    kind, _, name = (again or "").partition(":")
    topic = content.topics.get(name)
    if topic is None:
        return response_reply(content, "utter_what_can_you_do", language)
    said = beyond(content, topic, language) if f"{kind}:" == CHOOSE_TOPIC else None
    if said is not None:
        return said
    buttons = tuple(
        b for b in answer(content, topic, language).buttons if b.payload != CHOOSE_MORE + topic.id
    )
    return Reply(content.text_of("utter_more_on_this", language), language, buttons=buttons, again=again)


def words_to_say(content: Content, answers: Sequence[str], language: str) -> Reply:
    """Return the words to say aloud in English of the first answer that has some, with their meaning.

    Where none has any, they are those with which everybody may be silent.
    """
    for name in answers:
        topic = content.topics.get(name)
        said = topic.answers[language].screen if topic and topic.answered and topic.answers else ""
        words = "\n".join(line for line in said.splitlines() if line.startswith(_ALOUD))
        if words:
            text = content.text_of("utter_words_to_say", language)
            return Reply(f"{text}\n\n{words}", language)
    return Reply(content.text_of("utter_words_to_be_silent", language), language)


def repeat(content: Content, again: str | None, language: str) -> Reply | None:
    """Return in a language what was said last (see `Reply.again`), or None where there is nothing."""
    if again is None:
        return None
    if again == CHOOSE_SEARCH:
        return ask_need(content, language)
    if again.startswith(SAY):
        return response_reply(content, again.removeprefix(SAY), language)
    if again.startswith(STEPS):
        steps, _, offered = again.removeprefix(STEPS).partition(":")
        return first_steps(content, steps, offered.split(","), language)
    if again.startswith(OFFER):
        return clarify(content, again.removeprefix(OFFER).split(","), language)
    return reply_to_choice(content, again, language)


def language_of_choice(payload: str) -> str | None:
    """Return the language that a choice asks for, or None where it asks for none."""
    language = payload.removeprefix(CHOOSE_LANGUAGE)
    return language if payload.startswith(CHOOSE_LANGUAGE) and language in LANGUAGES else None


def made_by_page(payload: str) -> bool:
    """Whether a choice is one that a page makes by itself, without a button."""
    return payload == CHOOSE_AGAIN or language_of_choice(payload) is not None


def button_meant(content: Content, text: str, buttons: Sequence[Button]) -> Button | None:
    """Return the button that a text names by its number ("2", "la segunda") or its title, if it names one.

    "Yes" is taken where one topic alone is offered, "no" where "none of these" is.
    """
    if not buttons:
        return None
    for button in buttons:
        if fold(button.title) == fold(text):
            return button
    choice = content.glossary.choice(text)
    none = [button for button in buttons if button.payload == CHOOSE_NONE]
    if choice == NONE:
        return none[0] if none else None
    offered = [button for button in buttons if button not in none]
    if offered and (choice == LAST or (choice == YES and len(offered) == 1)):
        return offered[-1]
    return buttons[choice - 1] if isinstance(choice, int) and 0 < choice <= len(buttons) else None


def choose_again(content: Content, text: str, buttons: Sequence[Button], language: str) -> Reply | None:
    """Return the choices once more where a text is a number that none of them has."""
    if not buttons or not isinstance(content.glossary.choice(text), int):
        return None
    asked = content.text_of("utter_choose_again", language).replace("NUMBER", str(len(buttons)))
    return Reply(asked, language, buttons=tuple(buttons))


def reply_to_choice(content: Content, payload: str, language: str) -> Reply | None:
    """Return the reply to a chosen button, or None where no such button exists."""
    if payload == CHOOSE_NONE:
        return find_help(content, "utter_none_chosen", GENERAL_NEEDS, language)
    if search := read_payload(payload, content.directory):
        return found_help(content, search, language)
    kind, _, name = payload.partition(":")
    if f"{kind}:" == CHOOSE_PLACE and name in EMERGENCY_PLACES:
        return response_reply(content, f"utter_emergency_{name}", language)
    if f"{kind}:" == CHOOSE_START and name in content.start.starters:
        starter = content.start.starters[name]
        if starter.card:
            return response_reply(content, starter.card, language)
        return answer(content, content.topics[starter.answer], language)
    topic = content.topics.get(name)
    if topic is None:
        return None
    if f"{kind}:" == CHOOSE_MORE:
        return beyond(content, topic, language)
    return answer(content, topic, language) if f"{kind}:" == CHOOSE_TOPIC else None

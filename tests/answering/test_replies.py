"""Replies: what a resident is shown of the content."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.answering.answers import answer, beyond
from bot.answering.help import ask_need, find_help, found_help, slots_of_choice
from bot.answering.help_search import HelpSearch
from bot.answering.replies import (
    button_meant,
    choose_again,
    clarify,
    first_steps,
    more,
    repeat,
    reply_to_choice,
)
from bot.answering.reply import Button, response_reply
from bot.content.reading import Content
from bot.content.topics import Answer, Topic
from bot.directory.mentions import put_in
from bot.text.markup import count_words


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_answer_carries_text_sources_date_and_related_topics(
    small_content: Content, language: str
) -> None:
    """Everything a resident needs to judge the answer comes with it."""
    topic = small_content.topics["red_card"]
    reply = answer(small_content, topic, language)
    assert reply.text == topic.answers[language].text
    assert [source.url for source in reply.sources] == ["https://example.org/page"]
    assert (reply.topic, reply.answer, reply.reviewed) == ("red_card", "red_card", topic.reviewed)
    assert [(b.title, b.payload) for b in reply.buttons] == [
        (small_content.topics["food_assistance"].title[language], "topic:food_assistance"),
        (small_content.text_of("utter_who_can_help", language), "show:food:::0"),
    ]


def test_a_topic_can_be_answered_from_the_directory(small_content: Content) -> None:
    """Then its services are the answer."""
    reply = answer(small_content, small_content.topics["food_assistance"], "en")
    assert reply.text == "English find help"
    assert [s["id"] for s in reply.services] == ["hp-with-you", "la-regional-food-bank", "211-la"]


def test_a_topic_without_a_checked_answer_says_so(small_content: Content) -> None:
    """It is never guessed at; who can help is named."""
    reply = answer(small_content, small_content.topics["bond"], "es")
    assert reply.text == "Español no checked answer"
    assert reply.services


def test_an_answer_that_was_switched_off_is_not_given(small_content: Content) -> None:
    """`enabled: false` silences an answer that still stands in the file; it is said to be being checked."""
    topic = dataclasses.replace(small_content.topics["red_card"], enabled=False)
    assert answer(small_content, topic, "en").text == "English answer being checked"


def test_offered_topics_end_with_none_of_these(small_content: Content) -> None:
    """Whoever meant something else can say so."""
    reply = clarify(small_content, ["red_card", "bond"], "es")
    assert [(b.title, b.payload) for b in reply.buttons] == [
        ("La tarjeta roja", "topic:red_card"),
        ("La fianza", "topic:bond"),
        ("Español none of these", "none"),
    ]


def test_first_steps_stand_before_the_question_what_it_is_about(small_content: Content) -> None:
    """As an answer with its sources and numbers; where that answer is off the question stands alone."""
    said = first_steps(small_content, "red_card", ["bond"], "es")
    given = answer(small_content, small_content.topics["red_card"], "es")
    assert said.text == f"{given.text}\n\nEspañol what is it about"
    assert (said.topic, said.answer, said.sources) == ("red_card", "red_card", given.sources)
    assert [b.payload for b in said.buttons] == ["topic:bond", "none"]
    assert first_steps(small_content, "red_card", [], "es") == given
    off = dataclasses.replace(small_content.topics["red_card"], enabled=False)
    content = dataclasses.replace(small_content, topics={**small_content.topics, "red_card": off})
    assert first_steps(content, "red_card", ["bond"], "es") == clarify(content, ["bond"], "es")


def test_every_button_leads_to_a_reply(project_content: Content) -> None:
    """No choice that the bot offers is a dead end."""
    for language in ("en", "es"):
        for topic in project_content.topics.values():
            reply = reply_to_choice(project_content, f"topic:{topic.id}", language)
            assert reply is not None and reply.text and reply.topic == topic.topic
            assert reply.answer == topic.id
            for button in reply.buttons:
                led = reply_to_choice(project_content, button.payload, language)
                assert led is not None or slots_of_choice(project_content, button.payload) is not None
        none = reply_to_choice(project_content, "none", language)
        assert none is not None and none.services


@pytest.mark.parametrize(
    "payload", ["", "topic:", "topic:nothing", "red_card", "/restart", "topic:../red_card"]
)
def test_a_choice_that_nobody_offered_is_refused(small_content: Content, payload: str) -> None:
    """A payload is looked up, never interpreted."""
    assert reply_to_choice(small_content, payload, "en") is None


BEFORE, AFTER = datetime.date(2027, 11, 22), datetime.date(2027, 11, 23)


LAW = {"en": "A court said yes.", "es": "Una corte dijo que sí."}
SAID_MORE = {"en": "It is free.", "es": "Es gratis."}


def longer(topic: Topic, *, more: bool = False, law: bool = False) -> Topic:
    """Return a topic with what goes beyond the first screen, with what the courts say now, or both."""
    answers = {
        language: dataclasses.replace(
            said,
            text=said.text
            + (f"\n\n+++\n\n{SAID_MORE[language]}" if more else "")
            + (f"\n\n---\n\n{LAW[language]}" if law else ""),
        )
        for language, said in topic.answers.items()
    }
    return dataclasses.replace(topic, volatility="litigated" if law else "stable", answers=answers)


def situation(content: Content, name: str, title: str, **changes: object) -> Topic:
    """Return an answer of the red card for one situation."""
    card = content.topics["red_card"]
    return dataclasses.replace(
        card,
        id=f"red_card.{name}",
        title={"en": title, "es": f"{title} (es)"},
        answers={
            language: Answer(language, f"{title}: {language} first.", f"{title}: {language}")
            for language in ("en", "es")
        },
        related=(),
        ask={},
        order=(),
        **changes,  # type: ignore[arg-type]
    )


def with_situations(content: Content, *situations: Topic, **core: object) -> Content:
    """Return a content in which the red card has answers for situations; `core` changes its core answer."""
    card = dataclasses.replace(content.topics["red_card"], **core)  # type: ignore[arg-type]
    topics = {**content.topics, "red_card": card, **{one.id: one for one in situations}}
    return dataclasses.replace(content, topics=topics)


ASK = {"en": "What happened?", "es": "¿Qué pasó?"}


@pytest.fixture
def situated(small_content: Content) -> Content:
    """The small content with a red card that was lost, taken, or torn."""
    return with_situations(
        small_content,
        situation(small_content, "lost", "Lost"),
        situation(small_content, "taken", "Taken", next=("red_card.lost", "food_assistance")),
        situation(small_content, "torn", "Torn"),
        ask=ASK,
        order=("torn",),
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_core_answer_asks_which_situation_is_meant(situated: Content, language: str) -> None:
    """With a button for each, first those that the topic names first; the question is part of the text."""
    reply = answer(situated, situated.topics["red_card"], language)
    assert reply.text == f"{situated.topics['red_card'].answers[language].text}\n\n{ASK[language]}"
    assert [button.payload for button in reply.buttons] == [
        "topic:red_card.torn",
        "topic:red_card.lost",
        "topic:red_card.taken",
        "show:food:::0",
    ]
    assert reply.buttons[0].title == situated.topics["red_card.torn"].title[language]


def test_an_answer_for_one_situation_leads_on_to_what_is_asked_next(situated: Content) -> None:
    """It asks nothing; where it names nothing to ask next, what is near its topic follows."""
    reply = answer(situated, situated.topics["red_card.taken"], "en")
    assert (reply.text, reply.topic, reply.answer) == ("Taken: en first.", "red_card", "red_card.taken")
    assert reply.again == "topic:red_card.taken"
    assert [b.payload for b in reply.buttons][:2] == ["topic:red_card.lost", "topic:food_assistance"]
    unnamed = answer(situated, situated.topics["red_card.lost"], "en")
    assert [b.payload for b in unnamed.buttons] == ["topic:food_assistance", "show:food:::0"]


def test_at_most_four_answers_are_led_on_to(small_content: Content) -> None:
    """A small screen has room for no more."""
    many = [situation(small_content, name, name) for name in "abcdef"]
    content = with_situations(small_content, *many, ask=ASK)
    reply = answer(content, content.topics["red_card"], "en")
    assert [b.payload for b in reply.buttons if b.payload.startswith("topic:")] == [
        f"topic:red_card.{name}" for name in "abcd"
    ]


def test_a_single_situation_is_offered_before_what_is_asked_next(small_content: Content) -> None:
    """There is nothing to choose, so nothing is asked."""
    content = with_situations(small_content, situation(small_content, "lost", "Lost"))
    reply = answer(content, content.topics["red_card"], "en")
    assert reply.text == content.topics["red_card"].answers["en"].text
    assert [b.payload for b in reply.buttons][:2] == ["topic:red_card.lost", "topic:food_assistance"]


def test_a_situation_that_is_turned_off_is_given_by_the_core_answer(situated: Content) -> None:
    """And no longer offered; with its topic all of its answers are off."""
    one_off = situated.turned_off(["red_card.lost"])
    reply = answer(one_off, one_off.topics["red_card.lost"], "en")
    assert (reply.answer, reply.topic) == ("red_card", "red_card")
    assert "topic:red_card.lost" not in [button.payload for button in reply.buttons]
    off = situated.turned_off(["red_card"])
    for name in ("red_card", "red_card.lost"):
        reply = answer(off, off.topics[name], "en")
        assert (reply.text, reply.answer) == ("English answer being checked", None)


def test_a_page_leaves_the_question_and_the_hour_to_others(situated: Content) -> None:
    """It may be saved, and read at another hour; it shows all situations by itself."""
    core = dataclasses.replace(situated.topics["red_card"], call=("211-la",))
    live, saved = (answer(situated, core, "en", live=is_live) for is_live in (True, False))
    assert ASK["en"] in live.text and "English card always open" in live.text
    assert ASK["en"] not in saved.text and "211 LA. 24/7." in saved.text


def test_who_is_to_be_called_stands_below_the_first_screen(situated: Content) -> None:
    """With name, number and whether somebody answers; other services are then not offered."""
    topic = situation(situated, "called", "Called", call=("211-la", "la-regional-food-bank"))
    reply = answer(situated, topic, "en")
    assert reply.text == (
        "Called: en first.\n\nEnglish call\n- 211 LA. English card always open.\n"
        "- Los Angeles Regional Food Bank, 211."
    )
    assert "show:food:::0" not in [button.payload for button in reply.buttons]
    assert reply.short == "English call 211 LA\nCalled: en", "a text message says it in one line, first"


def test_a_service_named_by_its_id_is_put_in(situated: Content) -> None:
    """In the first screen, in what goes beyond, and in the text message."""
    texts = {
        language: Answer(language, "Ask [la-regional-food-bank].\n\n+++\n\nOr [211-la].", "[211-la]!")
        for language in ("en", "es")
    }
    reply = answer(situated, dataclasses.replace(situated.topics["red_card.lost"], answers=texts), "en")
    assert reply.text == "Ask Los Angeles Regional Food Bank, 211."
    assert (reply.more, reply.short) == ("Or 211 LA.", "211 LA!")


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_goes_beyond_stands_behind_a_button(situated: Content, language: str) -> None:
    """The first screen does not hold it; the reply brings it along, and the button gives it alone."""
    topic = longer(situated.topics["red_card.lost"], more=True)
    content = with_situations(situated, topic, ask=ASK)
    reply = answer(content, topic, language)
    assert reply.text == f"Lost: {language} first." and reply.more == SAID_MORE[language]
    button = Button(content.text_of("utter_more_button", language), "more:red_card.lost")
    assert button in reply.buttons
    given = reply_to_choice(content, "more:red_card.lost", language)
    assert given is not None and given == beyond(content, topic, language)
    assert (given.text, given.more, given.topic, given.answer) == (
        SAID_MORE[language],
        "",
        "red_card",
        "red_card.lost",
    )
    assert button not in given.buttons and given.again == "more:red_card.lost"
    assert repeat(content, given.again, language) == given


def test_an_answer_with_nothing_beyond_has_no_such_button(situated: Content) -> None:
    """And whoever asks for it gets no reply."""
    reply = answer(situated, situated.topics["red_card.lost"], "en")
    assert reply.more == "" and not any(b.payload.startswith("more:") for b in reply.buttons)
    for payload in ("more:red_card.lost", "more:", "more:nothing", "more:../red_card"):
        assert reply_to_choice(situated, payload, "en") is None


def test_more_goes_beyond_the_answer_and_then_to_what_is_near(situated: Content) -> None:
    """Asked for in words; the second time there is nothing new but the buttons."""
    topic = longer(situated.topics["red_card.lost"], more=True)
    content = with_situations(situated, topic, ask=ASK)
    first = more(content, "topic:red_card.lost", "en")
    assert first.text == SAID_MORE["en"]
    second = more(content, first.again, "en")
    assert second.text == "English more on this"
    assert second.buttons and "more:red_card.lost" not in [b.payload for b in second.buttons]


def test_a_card_names_the_places_and_what_has_come_of_it(small_content: Content) -> None:
    """The first card for agents offers the cards for each place; all lead to what they say comes next."""
    leads_on = {
        "utter_emergency_now": ("food_assistance", "bond"),
        "utter_emergency_home": ("food_assistance",),
    }
    conversation = dataclasses.replace(small_content.conversation, next=leads_on)
    content = dataclasses.replace(small_content, conversation=conversation)
    now = response_reply(content, "utter_emergency_now", "es")
    assert [(b.title, b.payload) for b in now.buttons] == [
        ("Español place home", "place:home"),
        ("Español place street", "place:street"),
        ("Español place car", "place:car"),
        ("Español place work", "place:work"),
        ("Ayuda con comida", "topic:food_assistance"),  # `bond` is not answered yet
    ]
    home = reply_to_choice(content, "place:home", "es")
    assert home == response_reply(content, "utter_emergency_home", "es")
    assert home is not None and (home.text, home.topic) == ("Español emergency home", "emergency_now")
    assert [b.payload for b in home.buttons] == ["topic:food_assistance"]
    again = response_reply(content, "utter_emergency_again", "es")
    assert again.topic == "emergency_now"


@pytest.mark.parametrize("payload", ["place:", "place:now", "place:again", "place:moon", "place:home:x"])
def test_only_a_place_with_a_card_can_be_chosen(small_content: Content, payload: str) -> None:
    """Nothing else that is said can be had that way."""
    assert reply_to_choice(small_content, payload, "en") is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_needed_first_fits_one_screen(project_content: Content, language: str) -> None:
    """Of every answer: a first line of 160 letters, ninety words, and four buttons to lead on."""
    for topic in project_content.topics.values():
        if not topic.answers:
            continue
        said = topic.answers[language]
        screen = put_in(said.screen, project_content.directory, language)
        reply = answer(project_content, topic, language)
        assert reply.text.startswith(screen), topic.id
        assert len(screen.split("\n", 1)[0]) <= 160 and count_words(said.screen) <= 90, topic.id
        led = [b for b in reply.buttons if b.payload.startswith("topic:")]
        assert len(led) <= 4 and len(reply.buttons) <= 8, topic.id
        assert "[" not in f"{reply.text}{reply.more}{reply.short}", topic.id


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_overdue_stable_answer_says_when_it_was_checked(small_content: Content, language: str) -> None:
    """From the day after its review date on."""
    topic = small_content.topics["red_card"]
    assert answer(small_content, topic, language, today=BEFORE).text == topic.answers[language].text
    late = {
        "en": "English last checked November 22, 2026",
        "es": "Español last checked 22 de noviembre de 2026",
    }
    expected = f"{topic.answers[language].text}\n\n{late[language]}"
    assert answer(small_content, topic, language, today=AFTER).text == expected


def test_what_the_courts_say_expires_and_the_rest_of_an_answer_never_does(small_content: Content) -> None:
    """Whatever day it is, people are told what to do at the door; only what may have changed goes."""
    topic = longer(small_content.topics["red_card"], more=True, law=True)
    screen = small_content.topics["red_card"].answers["es"].text
    reply = answer(small_content, topic, "es", today=BEFORE)
    assert (reply.text, reply.warning) == (screen, "")
    assert reply.more == "Es gratis.\n\nEspañol law now 22 de noviembre de 2026\n\nUna corte dijo que sí."
    late = answer(small_content, topic, "es", today=AFTER)
    assert late.warning == "Español law may have changed 22 de noviembre de 2026"
    assert late.text == f"{screen}\n\n{late.warning}"
    assert late.more == "Es gratis.", "what stays right is given whatever day it is"
    assert late.sources and late.reviewed, "its first screen still rests on them"


def test_no_answer_of_the_project_ever_falls_silent(project_content: Content) -> None:
    """Years after their review date all still begin as they do today."""
    for topic in project_content.topics.values():
        for language, said in topic.answers.items():
            late = answer(project_content, topic, language, today=datetime.date(2036, 1, 1))
            directory = project_content.directory
            screen, beyond_it, law = (
                put_in(text, directory, language) for text in (said.screen, said.more, said.law_now)
            )
            assert screen and late.text.startswith(f"{screen}\n\n") and late.warning in late.text, topic.id
            assert late.more == beyond_it, topic.id
            assert not law or law not in late.text, topic.id


def test_where_approval_is_required_only_approved_answers_are_given(small_content: Content) -> None:
    """Every other one is held back like an old one."""
    strict = dataclasses.replace(small_content, require_approval=True)
    topic = small_content.topics["red_card"]
    assert answer(strict, topic, "en", today=BEFORE).text == "English no current answer"
    approved = dataclasses.replace(topic, approved_by="City Attorney, 2026-12-01")
    assert answer(strict, approved, "en", today=BEFORE).text == topic.answers["en"].text


def test_an_answer_about_help_shows_services_below_its_text(project_content: Content) -> None:
    """Its own words first, then three services at most, with more of them a button away."""
    for name in ("food_assistance", "legal_aid_find", "city_contact"):
        topic = project_content.topics[name]
        reply = answer(project_content, topic, "es")
        screen = put_in(topic.answers["es"].screen, project_content.directory, "es")
        assert reply.text.startswith(screen) and reply.sources
        assert 0 < len(reply.services) <= 3 and reply.services[0]["id"] == "hp-with-you"


def test_nothing_near_a_place_is_said_and_others_are_named(project_content: Content) -> None:
    """Who asks from far away is not left with an empty list."""
    reply = found_help(project_content, HelpSearch(("food",), "10001"), "en")
    assert reply.text == project_content.text_of("utter_none_near", "en").replace("PLACE", "10001")
    assert reply.services


@pytest.mark.parametrize(
    ("payload", "slots"),
    [
        ("find", {}),
        ("find:legal", {"need": ["legal"]}),
        ("find:legal,food", {"need": ["legal", "food"]}),
        ("near:Huntington Park", {"place": "Huntington Park"}),
        ("near:any", {"place": "any"}),
        ('near:huntington  PARK"}!', {"place": "Huntington Park"}),
        ("find:food,food,legal,food", {"need": ["food", "legal"]}),
        ("speaks:es", {"speaks": "es"}),
        ("find:", None),
        ("find:legal,", None),
        ('find:legal","x":"', None),
        ("near:", None),
        ("near:2345 Nowhere Street", None),
        ("speaks:fr", None),
        ("/restart", None),
        ("", None),
    ],
)
def test_only_known_values_reach_the_search(
    project_content: Content, payload: str, slots: dict[str, object] | None
) -> None:
    """They become part of a command to Rasa, so nothing else may get through."""
    assert slots_of_choice(project_content, payload) == slots


OFFERED = (Button("Your red card", "topic:red_card"), Button("Bond", "topic:bond"), Button("None", "none"))


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("2", "topic:bond"),
        ("2.", "topic:bond"),
        ("#2", "topic:bond"),
        ("2️⃣", "topic:bond"),
        ("la 2", "topic:bond"),
        ("opción 2 por favor", "topic:bond"),
        ("la segunda", "topic:bond"),
        ("La Segunda.", "topic:bond"),
        ("second one", "topic:bond"),
        ("the second one please", "topic:bond"),
        ("la última", "topic:bond"),
        ("BOND", "topic:bond"),
        ("3", "none"),
        ("none", "none"),
        ("none of these", "none"),
        ("ninguna", "none"),
        ("no", "none"),
        ("4", None),
        ("0", None),
        ("90255", None),
        ("2 agents came to my house", None),
        ("can i be out on bond the second time", None),
        ("yes", None),
        ("", None),
    ],
)
def test_a_choice_can_be_named(project_content: Content, text: str, payload: str | None) -> None:
    """By number, by order or by its title; anything else is a question."""
    meant = button_meant(project_content, text, OFFERED)
    assert (meant.payload if meant else None) == payload


def test_yes_takes_the_only_topic_offered(project_content: Content) -> None:
    """And "no" is no choice where "none of these" is not among them."""
    only = (OFFERED[1], OFFERED[2])
    assert button_meant(project_content, "sí", only) == OFFERED[1]
    assert button_meant(project_content, "no", only[:1]) is None
    assert button_meant(project_content, "2", ()) is None


def test_a_number_that_no_choice_has_is_asked_again(project_content: Content) -> None:
    """With the choices once more; words are no number."""
    again = choose_again(project_content, "7", OFFERED, "en")
    assert again is not None and again.buttons == OFFERED
    assert again.text == "Please choose a number from 1 to 3, or ask in other words."
    assert choose_again(project_content, "bond", OFFERED, "en") is None
    assert choose_again(project_content, "7", (), "en") is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_whatever_was_said_can_be_said_again_in_either_language(
    project_content: Content, language: str
) -> None:
    """Answers, services, offers, questions and every text of domain.yml."""
    other = {"en": "es", "es": "en"}[language]
    said = [
        *(answer(project_content, topic, language) for topic in project_content.topics.values()),
        find_help(project_content, "utter_find_help", ("food",), language),
        clarify(project_content, ["bond", "daca"], language),
        first_steps(project_content, "if_arrested_detained", ["bond", "bond.paying"], language),
        first_steps(project_content, "domestic_violence", [], language),
        ask_need(project_content, language),
        *(response_reply(project_content, name, language) for name in project_content.conversation.responses),
    ]
    for reply in said:
        twin = repeat(project_content, reply.again, other)
        assert twin is not None and (twin.language, twin.again) == (other, reply.again)
        assert len(twin.buttons) == len(reply.buttons) and len(twin.services) == len(reply.services)
    assert repeat(project_content, None, language) is None

"""Whole conversations in both languages, through the gateway, with a real Rasa and a real action server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.answering.answers import answer
from bot.answering.help_search import HelpSearch
from bot.content.reading import Content
from bot.content.topics import topic_of
from bot.directory.mentions import put_in
from bot.gateway import keys
from bot.serving.assistant import ask_golden_questions
from bot.training.gate import golden_questions
from bot.training.models import Model
from tests.conftest import Service, offer_choices
from tests.helpers.waiting import SECONDS_AT_MOST

pytestmark = pytest.mark.slow


async def asked(
    service: Service, message: str, **more: object
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    body: dict[str, Any] = await service.ask(message, **more)
    assert "degraded" not in body, message
    return body, body["replies"]


@pytest.mark.parametrize(
    ("message", "language", "topic"),
    [
        ("Do I have to open the door if ICE knocks?", "en", "ice_at_home"),
        ("si la migra toca a la puerta tengo que abrir", "es", "ice_at_home"),
        ("how do I know if a warrant was signed by a judge", "en", "warrant_types"),
        ("cómo sé si la orden la firmó un juez", "es", "warrant_types"),
        ("what is the sanctuary ordinance of huntington park", "en", "ordinance_overview"),
        ("¿quién puede pedir ayuda de HP With You?", "es", "hp_with_you_eligibility_apply"),
        ("tengo derecho a guardar silencio?", "es", "right_to_remain_silent"),
        ("what number do i call to report ICE", "en", "find_hotline_report_ice"),
    ],
)
async def test_a_question_gets_the_vetted_answer(
    service: Service, project_content: Content, message: str, language: str, topic: str
) -> None:
    """Word for word as it stands in one of the topic's files, with its sources and the day they were checked.

    The first screen with names and numbers of services put in; what goes beyond is beside it.
    """
    body, (reply, notice) = await asked(service, message)
    assert (body["lang"], reply["lang"], reply["topic"]) == (language, language, topic)
    stored = project_content.topics[reply["answer"]]
    said = stored.answers[language]
    assert stored.topic == topic
    assert reply["text"] == answer(project_content, stored, language).text
    assert reply["text"].startswith(put_in(said.screen, project_content.directory, language))
    assert reply["more"].startswith(put_in(said.more, project_content.directory, language))
    assert reply["sources"] == [{"title": s.title, "url": s.url} for s in stored.sources]
    assert reply["reviewed"] == str(stored.reviewed)
    assert notice["text"] == project_content.text_of("utter_not_legal_advice", language)


async def test_rasas_own_text_is_the_text_of_the_file(service: Service, model: Model) -> None:
    """What Rasa itself would say of a topic is what residents read, so `rasa shell` shows the same."""
    rasa = service.app[keys.CURRENT_MODEL].rasa
    messages = await rasa.send("own-text", "Do I have to open the door if ICE knocks?", {"language": "en"})
    said = "\n\n".join(message["text"] for message in messages if "text" in message)
    given = next(message["custom"]["topic"] for message in messages if "custom" in message)
    content = service.app[keys.CURRENT_MODEL].content
    assert topic_of(given) == "ice_at_home"
    assert said == content.topics[given].answers["en"].text


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("they are at my door right now ICE is banging help", "en"),
        ("la migra está afuera ahorita tocando ayúdenme", "es"),
        ("ICE SE ESTA LLEVANDO A MI PAPA AHORITA", "es"),
    ],
)
async def test_an_emergency_is_answered_at_once(service: Service, message: str, language: str) -> None:
    """At most 480 characters, with the hotline and 911, and no notice that would push it off the screen."""
    body, replies = await asked(service, message)
    assert (len(replies), body["lang"]) == (1, language)
    text = replies[0]["text"]
    assert replies[0]["topic"] == "emergency_now"
    assert len(text) <= 480 and "888-624-4752" in text and "911" in text


@pytest.mark.parametrize(
    ("message", "language", "card"),
    [
        ("i want to kill myself", "en", "danger_now"),
        ("there is a fire in my house", "en", "life_in_danger"),
        ("mi hijo no respira", "es", "life_in_danger"),
        ("me estan golpeando ayuda estoy sangrando", "es", "life_in_danger"),
    ],
)
async def test_a_life_in_danger_comes_before_everything(
    service: Service, project_content: Content, message: str, language: str, card: str
) -> None:
    """988 first for thoughts of death, 911 for a life that is being lost; and no talk of immigration."""
    _, (reply,) = await asked(service, message)
    assert reply["text"] == project_content.text_of(f"utter_{card}", language)


async def test_who_calls_for_help_twice_is_not_told_the_same_twice_and_then_what_became_of_it(
    service: Service, project_content: Content
) -> None:
    """First the card for the place, then another one; behind both stands the answer for "they took him"."""
    taken = "topic:if_arrested_detained.relative_now"
    body, (card,) = await asked(service, "la migra está tocando mi puerta ahorita")
    assert card["text"] == project_content.text_of("utter_emergency_home", "es")
    body, (again,) = await asked(service, "siguen tocando la puerta ahorita, ayuda", session=body["session"])
    assert again["text"] == project_content.text_of("utter_emergency_again", "es")
    assert all(taken in {button["payload"] for button in one["buttons"]} for one in (card, again))
    _, replies = await asked(service, "acaban de llevarse a mi esposo", session=body["session"])
    offered = {button["payload"] for button in replies[0]["buttons"]}
    assert replies[0]["answer"] == taken.removeprefix("topic:") or taken in offered


async def test_a_life_in_danger_stays_in_mind(service: Service, project_content: Content) -> None:
    """The next two messages are answered, and behind each stands who listens day and night."""
    body, _ = await asked(service, "quiero morirme")
    for message in ("dónde dan comida gratis", "gracias"):
        body, replies = await asked(service, message, session=body["session"])
        assert replies[0]["text"] != replies[1]["text"]
        said = [reply["text"] for reply in replies[1:]]
        assert project_content.text_of("utter_danger_reminder", "es") in said


@pytest.mark.parametrize(
    ("message", "language", "topic", "second"),
    [
        ("no tenemos que comer, dónde dan despensa", "es", "food_assistance", "la-regional-food-bank"),
        ("food in huntington park please", "en", "food_assistance", "la-regional-food-bank"),
        ("abogado gratis cerca de 90255 que hable español", "es", "legal_aid_find", "chirla-office"),
        ("free lawyer near 90255", "en", "legal_aid_find", "chirla-office"),
        ("quiero hablar con una persona de verdad", "es", None, "chirla-hotline"),
    ],
)
async def test_who_needs_help_is_told_where(
    service: Service, message: str, language: str, topic: str | None, second: str
) -> None:
    """HP With You first, then services that fit, each with how it is reached and the day it was checked."""
    body, replies = await asked(service, message)
    assert (body["lang"], replies[0]["topic"]) == (language, topic)
    services = replies[0]["services"]
    assert [service["id"] for service in services][:2] == ["hp-with-you", second]
    assert all(one["phones"] or one["url"] or one["alert"] for one in services)
    assert all(one["checked"] for one in services)
    assert len(services) <= 3


@pytest.mark.parametrize(
    ("message", "language", "answer_id", "named"),
    [
        ("I need a lawyer, I have no money", "en", "legal_aid_find.free_lawyer", "chirla-hotline"),
        ("necesito un abogado gratis", "es", "legal_aid_find.free_lawyer", "chirla-hotline"),
        (
            "where can i get free food for my kids",
            "en",
            "food_assistance.children_food",
            "dpss-customer-service",
        ),
    ],
)
async def test_who_is_in_one_situation_is_told_whom_to_call_and_led_to_hp_with_you(
    service: Service, project_content: Content, message: str, language: str, answer_id: str, named: str
) -> None:
    """In the answer itself, with the numbers of the directory; no list pushes it off the screen."""
    body, (reply, _) = await asked(service, message)
    assert (body["lang"], reply["answer"], reply["services"]) == (language, answer_id, [])
    directory = project_content.directory.by_id
    for name in (named, *project_content.topics[answer_id].call):
        reached = next(iter(directory[name].phones), directory[name].url.removeprefix("https://"))
        assert reached in reply["text"]
    offered = {topic_of(button["payload"].removeprefix("topic:")) for button in reply["buttons"]}
    assert offered & {"hp_with_you_overview", "hp_with_you_eligibility_apply"}


async def chosen(service: Service, session: object, choice: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Press a button, without a session one that was offered; return the body and its first reply."""
    request = {"choice": choice, "session": session or offer_choices(service.app, choice)}
    async with service.session.post(f"{service.url}/api/chat", json=request) as response:
        assert response.status == 200, await response.text()
        body: dict[str, Any] = await response.json()
        assert "degraded" not in body, choice
        return body, body["replies"][0]


@pytest.mark.parametrize(
    ("language", "hello"), [("en", "who can help my family"), ("es", "quién me puede ayudar")]
)
async def test_help_is_found_step_by_step(
    service: Service, project_content: Content, language: str, hello: str
) -> None:
    """What is needed, near where, in which language; by buttons or in words; then three services and more."""
    body, (asked_need,) = await asked(service, hello, lang=language)
    session = body["session"]
    assert asked_need["text"] == project_content.text_of("utter_ask_need", language)
    assert {"find:legal", "find:food", "find:housing"} <= {b["payload"] for b in asked_need["buttons"]}
    _, asked_place = await chosen(service, session, "find:legal")
    assert asked_place["text"] == project_content.text_of("utter_ask_find_help_form_near", language)
    body, (asked_language,) = await asked(service, "Bell Gardens", session=session, lang=language)
    assert asked_language["text"] == project_content.text_of("utter_ask_find_help_form_speaks", language)
    _, found = await chosen(service, session, "speaks:es")
    assert [s["id"] for s in found["services"]] == ["chirla-hotline", "lafla", "community-lawyers"]
    more = found["buttons"][0]
    assert more["title"] == project_content.text_of("utter_show_more", language)
    _, further = await chosen(service, session, more["payload"])
    assert not {s["id"] for s in further["services"]} & {s["id"] for s in found["services"]}


@pytest.mark.parametrize("again", ["quién me puede ayudar", "ayuda"])
async def test_who_asks_for_help_again_is_told_whom_anybody_can_ask(
    service: Service, project_content: Content, again: str
) -> None:
    """The list of needs comes once; then a hotline, lawyers, rent and food."""
    body, _ = await asked(service, "quién me puede ayudar", lang="es")
    body, (found, *_) = await asked(service, again, session=body["session"])
    assert found["text"] == project_content.text_of("utter_find_help", "es") and found["services"]
    assert "degraded" not in body


async def test_a_place_that_is_not_known_is_asked_for_again(
    service: Service, project_content: Content
) -> None:
    """An address is not taken; it does not matter is."""
    body, _ = await asked(service, "quién me puede ayudar", lang="es")
    session = body["session"]
    await chosen(service, session, "find:food")
    _, replies = await asked(service, "calle sin nombre 2345", session=session)
    assert [reply["text"] for reply in replies] == [
        project_content.text_of("utter_place_not_known", "es"),
        project_content.text_of("utter_ask_find_help_form_near", "es"),
    ]
    _, (found,) = await asked(service, "no importa", session=session)
    assert found["services"][0]["id"] == "hp-with-you"


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("¿ICE puede entrar a mi casa sin orden?", "ice_at_home"),
        ("la migra está afuera ahorita tocando ayúdenme", "emergency_now"),
    ],
)
async def test_a_search_is_left_for_what_matters_more(service: Service, message: str, topic: str) -> None:
    """A question is answered at once, and the search does not come back to nag."""
    body, _ = await asked(service, "quién me puede ayudar", lang="es")
    session = body["session"]
    await chosen(service, session, "find:consulate")
    _, replies = await asked(service, message, session=session)
    assert replies[0]["topic"] == topic and len(replies) <= 2
    _, (thanks,) = await asked(service, "muchas gracias", session=session)
    assert not thanks["buttons"] and not thanks["services"]


async def test_near_me_asks_near_where(service: Service, project_content: Content) -> None:
    """The bot does not know where anybody is."""
    _, (reply,) = await asked(service, "comida cerca de mí", lang="es")
    assert reply["text"] == project_content.text_of("utter_ask_find_help_form_near", "es")


async def test_a_directory_that_changes_is_used_by_the_running_service(
    service: Service, resources_copy: Path
) -> None:
    """In lists and inside answers, without training and without a start; a broken one changes nothing."""
    phones = resources_copy / "phones.csv"
    before = phones.read_text(encoding="utf-8")

    async def shown(number: str) -> None:
        latest, listed, answered = asyncio.get_running_loop().time() + SECONDS_AT_MOST, "", ""
        while listed != number or f"CHIRLA, {number}" not in answered:
            assert asyncio.get_running_loop().time() < latest, f"{listed} is still shown"
            _, replies = await asked(service, "abogado cerca de 90255 en español", lang="es")
            hotline = next(one for one in replies[0]["services"] if one["id"] == "chirla-hotline")
            listed = hotline["phones"][0]["number"]
            _, replies = await asked(service, "necesito un abogado gratis", lang="es")
            answered = replies[0]["text"]

    try:
        phones.write_text(before.replace("888-624-4752", "213-555-0142"), encoding="utf-8")
        await shown("213-555-0142")
        phones.write_text(before.replace("888-624-4752", "none"), encoding="utf-8")
        await asyncio.sleep(2.1)
        await shown("213-555-0142")
        phones.write_text(before, encoding="utf-8")
        await shown("888-624-4752")
    finally:
        phones.write_text(before, encoding="utf-8")


async def test_a_doubtful_question_is_offered_topics_and_one_can_be_chosen(service: Service) -> None:
    """At most three and "none of these"; the choice is answered in the same conversation."""
    for vague in ("papeles", "la corte", "la policía y los niños", "un papel de la escuela", "qué pasa si"):
        body, replies = await asked(service, vague, lang="es")
        choices = replies[0]["buttons"]
        if choices and choices[-1]["payload"] == "none":
            break
    assert choices[-1]["payload"] == "none" and 2 <= len(choices) <= 4
    request = {"choice": choices[0]["payload"], "session": body["session"]}
    async with service.session.post(f"{service.url}/api/chat", json=request) as response:
        chosen = await response.json()
    assert chosen["replies"][0]["answer"] == choices[0]["payload"].removeprefix("topic:")
    assert (chosen["lang"], chosen["session"]) == ("es", body["session"])


@pytest.mark.parametrize(
    ("before", "message", "language", "topics"),
    [
        ("ice_at_home", "and at work?", "en", {"ice_at_work"}),
        ("ice_at_home", "¿y en el trabajo?", "es", {"ice_at_work"}),
        ("ice_at_home", "what about in my car", "en", {"ice_in_car"}),
        ("ice_at_work", "y en la casa?", "es", {"ice_at_home"}),
        ("ice_at_school", "and at church?", "en", {"ice_at_church"}),
        ("ice_in_car", "y en la calle", "es", {"ice_in_public"}),
        ("ice_at_home", "what if they have a warrant?", "en", {"warrant_types", "ice_at_home"}),
        ("ice_at_home", "¿y si traen una orden?", "es", {"warrant_types", "ice_at_home"}),
        ("ice_at_home", "and my kids?", "en", {"children_minors", "family_preparedness"}),
        ("ice_at_home", "¿y mis hijos?", "es", {"children_minors", "family_preparedness"}),
    ],
)
async def test_a_follow_up_goes_on_from_the_topic_before(
    service: Service, before: str, message: str, language: str, topics: set[str]
) -> None:
    """Answered, or offered where it may mean more than one thing."""
    body, _ = await chosen(service, None, f"topic:{before}")
    body, replies = await asked(service, message, session=body["session"])
    offered = {topic_of(button["payload"].removeprefix("topic:")) for button in replies[0]["buttons"]}
    assert body["lang"] == language
    assert replies[0]["topic"] in topics or (replies[0]["topic"] is None and topics & offered)


@pytest.mark.parametrize(
    "message", ["they are at my door now", "ICE is here", "ya están aquí afuera", "ya entraron"]
)
async def test_an_emergency_is_one_in_the_middle_of_a_conversation_too(
    service: Service, message: str
) -> None:
    """However short, and however much the topic before was about it."""
    body, _ = await chosen(service, None, "topic:ice_at_home")
    _, replies = await asked(service, message, session=body["session"])
    assert replies[0]["topic"] == "emergency_now"


@pytest.mark.parametrize(
    ("message", "language"),
    [("who can help me with that?", "en"), ("¿quién me puede ayudar con eso?", "es")],
)
async def test_who_can_help_with_that_names_services_for_the_last_topic(
    service: Service, project_content: Content, message: str, language: str
) -> None:
    """At once, without asking what is needed."""
    body, _ = await chosen(service, None, "topic:worker_rights_wages")
    body, replies = await asked(service, message, session=body["session"])
    needs = project_content.topics["worker_rights_wages"].services
    expected, _ = HelpSearch(needs).run(project_content.directory)
    assert [found["id"] for found in replies[0]["services"]] == [found.id for found in expected]
    assert body["lang"] == language


async def test_more_leads_on(service: Service, project_content: Content) -> None:
    """After services further ones; after an answer what goes beyond its first screen, then what is near."""
    body, _ = await chosen(service, None, "show:legal:::0")
    _, replies = await asked(service, "más", session=body["session"])
    assert replies[0]["text"] == project_content.text_of("utter_more_help", "es")
    body, _ = await chosen(service, None, "topic:bond")
    body, replies = await asked(service, "tell me more", session=body["session"])
    assert replies[0]["text"].startswith(project_content.topics["bond"].answers["en"].more.split("\n")[0])
    _, replies = await asked(service, "tell me more", session=body["session"])
    assert replies[0]["text"] == project_content.text_of("utter_more_on_this", "en")
    assert len(replies[0]["buttons"]) > 1


@pytest.mark.parametrize(
    ("first", "switch", "language"),
    [
        ("Do I have to open the door if ICE knocks?", "in Spanish please", "es"),
        ("si la migra toca a la puerta tengo que abrir", "in english please", "en"),
        ("they are at my door right now ICE is banging help", "en español por favor", "es"),
    ],
)
async def test_a_language_asked_for_brings_the_last_answer_in_it_and_holds(
    service: Service, first: str, switch: str, language: str
) -> None:
    """Also when the next question is in the other language, until another one is asked for."""
    body, replies = await asked(service, first)
    topic = replies[0]["topic"]
    body, replies = await asked(service, switch, session=body["session"])
    assert [(reply["lang"], reply["topic"]) for reply in replies[:2]] == [(language, None), (language, topic)]
    other = "what is a red card" if language == "es" else "qué es la tarjeta roja"
    body, replies = await asked(service, other, session=body["session"])
    assert (body["lang"], replies[0]["topic"]) == (language, "red_card")
    back = {"es": "in english please", "en": "mejor en español"}[language]
    body, _ = await asked(service, back, session=body["session"])
    assert body["lang"] != language


@pytest.mark.parametrize("message", ["ok", "ICE?", "no", "DACA", "Boyle Heights", "bail?"])
async def test_a_word_of_either_language_does_not_turn_the_conversation(
    service: Service, message: str
) -> None:
    """It stays in the language of the last clear words."""
    for hello, language in (("hola buenas tardes", "es"), ("good morning", "en")):
        body, _ = await asked(service, hello)
        body, _ = await asked(service, message, session=body["session"])
        assert body["lang"] == language


async def test_a_first_message_of_either_language_is_answered_in_both(service: Service) -> None:
    """Where no page says which: Spanish first, and then one language once the words tell."""
    body, replies = await asked(service, "DACA")
    assert [reply["lang"] for reply in replies[:2]] == ["es", "en"]
    body, replies = await asked(service, "can I still renew it", session=body["session"])
    assert {reply["lang"] for reply in replies} == {"en"}


@pytest.mark.parametrize(
    ("message", "language", "first", "others"),
    [
        (
            "Can ICE come into my house without a warrant? How much is bail in immigration court? "
            "Where can I get free food? Is it legal to record agents? What is HP With You?",
            "en",
            "ice_at_home",
            {"bond", "food_assistance", "recording_agents", "hp_with_you_overview"},
        ),
        (
            "¿La migra puede entrar a la escuela de mis hijos? ¿Puedo grabar a los agentes?",
            "es",
            "ice_at_school",
            {"recording_agents"},
        ),
    ],
)
async def test_of_several_questions_the_first_is_answered_and_the_others_are_offered(
    service: Service, message: str, language: str, first: str, others: set[str]
) -> None:
    """Three of them at most."""
    body, replies = await asked(service, message)
    assert (body["lang"], replies[0]["topic"]) == (language, first)
    offered = {topic_of(button["payload"].removeprefix("topic:")) for button in replies[1]["buttons"]}
    assert offered and offered <= others and len(offered) <= 3


@pytest.mark.parametrize(
    "message",
    [
        "my name is Xochitl Ejemplo I live at 2345 Nowhere Street my number is 323 555 0142 can ice come in",
        "A 123 456 789",
        "A123456789",
        "323-555-0142",
        "12345",
        "ICE ICE ICE " * 80,
        "CAN ICE ENTER MY HOUSE WITHOUT A WARRANT SIGNED BY A JUDGE",
        "🏠🚪👮❓",
        "mi vecina me dijo que " + "la migra anda por la calle y tengo miedo de salir a trabajar " * 15,
    ],
)
async def test_odd_messages_get_a_reply_that_repeats_nothing_of_them(service: Service, message: str) -> None:
    """Numbers, names and addresses do not come back, however long or loud the message is."""
    _, replies = await asked(service, message[:1000], lang="en")
    shown = json.dumps(replies)
    assert replies and all(reply["text"] for reply in replies)
    for personal in ("Xochitl", "2345", "555 0142", "555-0142", "123 456", "A123456789", "12345"):
        assert personal not in shown


async def test_the_language_can_be_switched_and_stays(service: Service) -> None:
    """Asked for in words; afterwards a word without a language is answered in it."""
    body, _ = await asked(service, "hola buenas tardes")
    assert body["lang"] == "es"
    body, replies = await asked(service, "in english please", session=body["session"])
    assert body["lang"] == "en" and replies[0]["text"].startswith("I will answer in English")
    body, _ = await asked(service, "HP With You", session=body["session"])
    assert body["lang"] == "en"
    body, _ = await asked(service, "mejor en español por favor", session=body["session"])
    assert body["lang"] == "es"


@pytest.mark.parametrize(
    ("message", "language", "response"),
    [
        ("good morning", "en", "utter_greet"),
        ("muchas gracias", "es", "utter_thanks"),
        ("adiós, hasta luego", "es", "utter_goodbye"),
        ("what can you do", "en", "utter_what_can_you_do"),
        ("is this chat saved anywhere, who sees what I write", "en", "utter_chat_privacy"),
        ("¿cuánto cuesta la visa de turista?", "es", "utter_out_of_scope"),
        ("tell me a joke about soccer", "en", "utter_out_of_scope"),
        ("🙂🙂🙂", None, "utter_no_question"),
        ("jaja", "es", "utter_not_understood"),
        ("我需要一个律师", None, "utter_other_language"),
    ],
)
async def test_small_talk_and_all_else_has_its_own_words(
    service: Service, project_content: Content, message: str, language: str | None, response: str
) -> None:
    """In the person's language; a text without a language in that of the page."""
    _, replies = await asked(service, message, lang=language or "en")
    assert replies[0]["text"] == project_content.text_of(response, language or "en")


@pytest.mark.parametrize(
    "message",
    [
        "/restart",
        '/faq{"language": "en"}',
        "/session_start",
        "<script>alert(1)</script>",
        "'; DROP TABLE users; --",
        "{language} {{7*7}} ${HOME}",
        "%s %d \\x00 \\u0000",
        "a" * 1000,
        "ñ" * 1000,
        "\u202e\u200b\u2066abc",
        "🏳️‍🌈" * 100,
    ],
)
async def test_hostile_text_is_only_text(service: Service, message: str) -> None:
    """It gets an ordinary reply, nothing is executed, and it does not come back."""
    _, replies = await asked(service, message, lang="en")
    assert replies and all(reply["text"] for reply in replies)
    assert message not in json.dumps(replies, ensure_ascii=False)


async def test_a_command_leaves_the_conversation_as_it_was(service: Service) -> None:
    """ "/restart" would wipe the slots if Rasa took it for a command."""
    body, _ = await asked(service, "in english please", lang="es")
    body, _ = await asked(service, "/restart", session=body["session"])
    assert body["lang"] == "en"


async def test_health_is_ok(service: Service, model: Model) -> None:
    """With the version of the model that answers."""
    async with service.session.get(f"{service.url}/health") as response:
        assert response.status == 200
        expected = {"status": "ok", "rasa": True, "actions": True, "model": model.version}
        assert await response.json() == expected


async def test_the_golden_questions_are_answered_as_in_training(service: Service, model: Model) -> None:
    """Those that a model of this content is asked before it takes over."""
    assert len(golden_questions(model)) > 10
    await ask_golden_questions(service.app[keys.CURRENT_MODEL].model, model)

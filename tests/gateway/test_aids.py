"""What is heard and shown instead of read: sentences for agents, the card, "I need an interpreter"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.answering.answers import answer
from bot.answering.reply import Reply, response_reply
from bot.content.claims import Spoken, check_claims, read_claims
from bot.content.page_texts import with_released
from bot.content.reading import Content
from bot.content.responses import SENTENCES
from bot.content.sounds import RECORDED, SYNTHETIC
from bot.gateway.aids import INTERPRETER, SHOWN_CARD, SPOKEN
from bot.gateway.chat import reply_as_json
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from bot.text.language import LANGUAGES
from bot.training.models import ModelStore
from tests.gateway.conftest import Client, MakeGateway
from tests.helpers.models import add_untrained


async def text_of(gateway: Client, path: str) -> str:
    response = await gateway.get(path)
    assert response.status == 200, path
    return await response.text()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_sentences_show_their_meaning_first_and_can_be_heard(
    make_gateway: MakeGateway, project_content: Content, language: str
) -> None:
    """Each with its English words, a sound that is served whole and in parts, and who made it."""
    gateway = await make_gateway(project_content)
    page = await text_of(gateway, SPOKEN[language])
    for name in SENTENCES:
        words, meaning = project_content.text_of(name, "en"), project_content.text_of(name, language)
        assert page.index(f">{meaning}</h2>") < page.index(f'<p class="words">{words}</p>')
    sounds = re.findall(r'src="(/static/sounds/[^"]+)"', page)
    assert len(sounds) == len(SENTENCES)
    note = {"en": "A computer made this voice.", "es": "Esta voz la hizo una computadora."}[language]
    assert page.count(note) == len(SENTENCES)
    for address in sounds:
        whole = await gateway.get(address)
        assert (whole.status, whole.content_type) == (200, "audio/mpeg")
        assert "immutable" in whole.headers["Cache-Control"]
        some = await gateway.get(address, headers={"Range": "bytes=0-9"})
        assert (some.status, await some.read()) == (206, (await whole.read())[:10])
    assert "media-src 'self'" in (await gateway.get(SPOKEN[language])).headers["Content-Security-Policy"]


async def test_before_the_sentences_stands_where_not_to_use_them(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """In a car and wherever hands must stay in view."""
    gateway = await make_gateway(project_content)
    for language, warning in (
        ("en", "Not in a car, and not where your hands"),
        ("es", "No lo use en el carro ni donde"),
    ):
        page = await text_of(gateway, SPOKEN[language])
        assert page.index(warning) < page.index('class="sentence"')


def test_the_sentences_are_true_for_everybody(project_content: Content) -> None:
    """None is one that may be said only if it is true, and none speaks of years, fear, status or a case."""
    problems = Problems(PROJECT_ROOT)
    claims = read_claims(PROJECT_ROOT / "data" / "claims.yml", problems)
    words = [project_content.text_of(name, "en") for name in SENTENCES]
    check_claims(claims, [Spoken(PROJECT_ROOT / "domain.yml", "en", text) for text in words], problems)
    assert problems.found == []
    assert not re.search(r"\d|year|afraid|fear|citizen|born|case|status|card", " ".join(words))


async def test_what_a_person_recorded_is_played_and_said_to_be_so(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """A sentence without any sound can still be shown."""
    (tmp_path / RECORDED).mkdir(parents=True)
    (tmp_path / RECORDED / "english-say-silent.m4a").write_bytes(b"sound")
    gateway = await make_gateway(small_content, content_dir=tmp_path)
    page = await text_of(gateway, SPOKEN["en"])
    assert page.count("<audio") == page.count("A person recorded this voice.") == 1
    assert "A computer made" not in page and page.count(">Show it in English</a>") == len(SENTENCES) - 1
    response = await gateway.get(re.findall(r'src="(/static/sounds/[^"]+)"', page)[0])
    assert (response.content_type, await response.read()) == ("audio/mp4", b"sound")


async def test_a_sentence_that_staff_change_is_heard_as_before_until_it_is_published(
    make_gateway: MakeGateway, small_content: Content, tmp_path: Path
) -> None:
    """The old sound is kept with the model; a new one is found without a start."""
    store, root = ModelStore(tmp_path / "var"), tmp_path / "content"
    name = "english-say-silent.mp3"
    add_untrained(store, "1")
    store.publish("1")
    kept = store.get("1").content_dir / SYNTHETIC
    for folder in (kept, root / SYNTHETIC):
        folder.mkdir(parents=True)
        (folder / name).write_bytes(b"old")
    gateway = await make_gateway(small_content, content_dir=root, data_dir=tmp_path / "var")
    (root / SYNTHETIC / name).rename(root / SYNTHETIC / "i-will-stay-silent.mp3")
    page = await text_of(gateway, SPOKEN["en"])
    address = re.findall(r'src="(/static/sounds/[^"]+)"', page)
    assert await (await gateway.get(address[0])).read() == b"old"
    assert (await gateway.get("/static/sounds/i-will-stay-silent.mp3")).status == 200


@pytest.mark.parametrize(
    "name", ["none.mp3", "README.md", "..%2f..%2fdomain.yml", "i-need-an-interpreter.m4a"]
)
async def test_only_sounds_that_are_there_are_served(gateway: Client, name: str) -> None:
    """By their whole name."""
    assert (await gateway.get(f"/static/sounds/{name}")).status == 404


async def test_a_language_can_be_shown_with_whom_to_call_which_is_not_confirmed(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """Only the names of languages, in English on the screen that an agent reads."""
    gateway = await make_gateway(project_content)
    page = await text_of(gateway, INTERPRETER["es"])
    for shown in ("Mixtec", "Zapotec", "K&#39;iche&#39;", "Mam", "Q&#39;anjob&#39;al", "Nahuatl", "Spanish"):
        assert f'<p class="words">I speak {shown}. I need an interpreter.</p>' in page
    assert '<p class="words">I use American Sign Language. I need an interpreter.</p>' in page
    number = next(one for one in project_content.directory.services if one.id == "chirla-hotline").phones[0]
    assert number in page and "No hemos confirmado" in page
    assert "<form" not in page, "what is written there goes nowhere"


async def test_the_card_on_the_screen_has_both_sides_and_nothing_around_them(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """In English for the agent, and in the language of the page for who holds it."""
    gateway = await make_gateway(project_content)
    for language, back in (
        ("en", "At home: hold the screen to a window."),
        ("es", "En casa: muestre la pantalla por la ventana."),
    ):
        page = await text_of(gateway, SHOWN_CARD[language])
        assert page.index("To the officer:") < page.index(back)
        assert "<header" not in page and 'class="urgent"' not in page
        assert f'<a class="close" href="/{language}/">' in page


def links(content: Content, reply: Reply) -> list[str]:
    return [one["path"] for one in reply_as_json(reply, content, with_released({}))["links"]]


def test_every_answer_that_names_the_card_leads_to_it(project_content: Content) -> None:
    """In the language of the answer, and to the interpreter; so does what is said of agents at the door."""
    for language, card in SHOWN_CARD.items():
        spoken, interpreter = SPOKEN[language], INTERPRETER[language]
        for topic in ("red_card", "red_card.where_to_get", "ice_at_home.what_if"):
            reply = answer(project_content, project_content.topics[topic], language)
            assert links(project_content, reply) == [card, spoken, interpreter], topic
        at_home = response_reply(project_content, "utter_emergency_home", language)
        assert links(project_content, at_home) == [card, spoken, interpreter]
        bond = answer(project_content, project_content.topics["bond"], language)
        assert links(project_content, bond) == []
        greeting = response_reply(project_content, "utter_greet", language)
        assert links(project_content, greeting) == []


def test_nobody_is_sent_to_play_sounds_where_hands_must_stay_in_view(project_content: Content) -> None:
    """Not from any answer but on the home and the card; not from the cards for the car and the street."""
    for language in LANGUAGES:
        for topic in project_content.topics.values():
            reply = answer(project_content, topic, language)
            at_home = topic.topic in ("red_card", "ice_at_home")
            assert at_home or SPOKEN[language] not in links(project_content, reply), topic.id
        for response in ("utter_emergency_car", "utter_emergency_street"):
            assert links(project_content, response_reply(project_content, response, language)) == []


def test_who_speaks_another_language_gets_the_sentence_to_show(project_content: Content) -> None:
    """In the language of the reply, whether it is the answer or what is said to whoever names a language."""
    for language, path in INTERPRETER.items():
        topic = answer(project_content, project_content.topics["indigenous_languages"], language)
        said = response_reply(project_content, "utter_interpreter", language)
        for reply in (topic, said):
            assert links(project_content, reply) == [path]


async def test_the_card_is_one_tap_from_the_start_and_from_its_answers(
    make_gateway: MakeGateway, project_content: Content
) -> None:
    """As a link, so that it works without a script too."""
    gateway = await make_gateway(project_content)
    for path in ("/es/", "/es/red_card", "/es/ice_at_home/what_if", "/es/tarjeta-roja"):
        page = await text_of(gateway, path)
        assert page.count('show-card" href="/es/mostrar-tarjeta"') == 1, path
        if path != "/es/tarjeta-roja":
            assert SPOKEN["es"] in page and INTERPRETER["es"] in page, path
    assert "show-card" not in await text_of(gateway, "/es/bond")

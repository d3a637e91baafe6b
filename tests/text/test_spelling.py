"""Words as people write them, put as training questions are written."""

from __future__ import annotations

import pytest

from bot.text.spelling import respell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("viene la migraaaa", "viene la migra"),
        ("migraa", "migra"),
        ("AYUDAAAA", "ayuda"),
        ("heeelp meeee pleaseee", "help me please"),
        ("nooo siii yaaa", "no si ya"),
        ("ICEEEE", "ice"),
        ("IIICE", "ice"),
        ("callll my schooool", "call my school"),
        ("se lo llevaronnn en el carrrro", "se lo llevaron en el carro"),
        ("stopppp", "stop"),
        ("porfavorrr", "porfavor"),
    ],
)
def test_a_stretched_letter_stands_as_often_as_in_the_word(text: str, expected: str) -> None:
    """Once, or twice in words that have it twice."""
    assert respell(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "street",
        "la calle",
        "vacuum",
        "Aaron",
        "www.hpca.gov",
        "title III",
        "$15,000 90000",
        "leer",
        "need",
        "oo",
    ],
)
def test_letters_that_belong_there_stay(text: str) -> None:
    """Doubles of either language, addresses, numbers."""
    assert respell(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hice está afuera", "ice está afuera"),
        ("los de hice tocaron", "los de ice tocaron"),
        ("Hice agarró a mi tío", "ice agarró a mi tío"),
        ("que hago si hice llega al trabajo", "que hago si ice llega al trabajo"),
        ("y si viene hice", "y si viene ice"),
        ("hice me paró en la troca", "ice me paró en la troca"),
        ("agentes hice", "agentes ice"),
        ("hice is outside", "ice is outside"),
    ],
)
def test_ice_is_heard_in_hice_where_it_does_something(text: str, expected: str) -> None:
    """The letter is silent in Spanish."""
    assert respell(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hice una cita en la corte",
        "yo hice los papeles",
        "qué hice mal",
        "lo que hice está mal",
        "ya hice el trámite de la visa",
        "no hice nada",
        "me hice ciudadana",
        "la hice firmar",
    ],
)
def test_who_did_something_is_not_ice(text: str) -> None:
    """ "Hice" is also "I did"."""
    assert respell(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("solo tengo itin", "solamente tengo itin"),
        ("sólo quiero saber", "solamente quiero saber"),
        ("mi mamá solo habla mixteco", "mi mamá solamente habla mixteco"),
        ("solo por ser latino", "solamente por ser latino"),
        ("me dejaron solo con mi hermanito", "me dejaron solo con mi hermanito"),
        ("mi hijo está solo", "mi hijo está solo"),
        ("vivo solo por ahora", "vivo solo por ahora"),
        ("cruzó solo cuando tenía 12", "cruzó solo cuando tenía 12"),
    ],
)
def test_solo_is_only_or_alone_by_what_stands_beside_it(text: str, expected: str) -> None:
    """Whoever has only an ITIN is not left alone."""
    assert respell(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("🆘", "sosauxilio"),
        ("🆘🆘🆘", "sosauxilio"),
        ("S.O.S.!!", "sosauxilio"),
        ("🆘 ICE", "sosauxilio ICE"),
        ("sos de la ciudad?", "sos de la ciudad?"),
        (
            "🆘 feria de trabajo con comida gratis este sábado",
            "feria de trabajo con comida gratis este sábado",
        ),
    ],
)
def test_an_sos_is_a_word_where_it_is_a_cry(text: str, expected: str) -> None:
    """In a notice it is an ornament, and "sos" is also "you are"."""
    assert " ".join(respell(text).split()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("k'iche'", "kiche'"), ("tz'utujil q’anjob’al", "tzutujil qanjobal"), ("don't", "don't")],
)
def test_a_letter_with_a_stop_does_not_part_a_word(text: str, expected: str) -> None:
    """Else "k" would be read as "que"."""
    assert respell(text) == expected

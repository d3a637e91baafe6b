"""What may be logged of a child's output, and what is taken out of a message."""

from __future__ import annotations

import pytest

from bot.content.reading import Content
from bot.logs import loggable
from bot.text.redaction import REMOVED, keep_own_words, own_words, remove_personal_details


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "2026-11-23 01:02:03 ERROR    rasa.core.actions.action  - Couldn't connect: me llamo Ana",
            "ERROR in rasa.core.actions.action (text withheld: it may hold a resident's words)",
        ),
        (
            "\x1b[93m2026-11-23 01:02:03 WARNING  rasa.core.processor  - Parsed message 'tengo miedo'",
            "WARNING in rasa.core.processor (text withheld: it may hold a resident's words)",
        ),
        ("2026-11-23 01:02:03 DEBUG    rasa.core.processor  - Received user message 'hola'", None),
        ("2026-11-23 01:02:03 INFO     rasa.core.processor  - hola", None),
        ("Traceback (most recent call last):", None),
        ("    raise ValueError('mi numero es 323')", None),
        ("mi casa esta en la calle ERROR - rasa", None),
        ("", None),
    ],
)
def test_only_level_and_origin_pass(line: str, expected: str | None) -> None:
    """Of a warning or error no word of its text is passed on; everything else is dropped."""
    assert loggable(line) == expected


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("me llamo ximena", "ximena"),
        ("hola soy Beto Ramírez", "Ramírez"),
        ("hola soy beto ramirez de maywood", "ramirez"),
        ("my name's Lupita", "Lupita"),
        ("name: Jose Orozco", "Orozco"),
        ("mi nombre es ana maria tovar", "tovar"),
        ("ME LLAMO ROSA TOVAR", "TOVAR"),
        ("im Kevin Ochoa", "Ochoa"),
        ("me llamo juan", "juan"),
        ("mi hermano juan diego fue detenido", "diego"),
        ("my husband James was taken", "James"),
        ("my husband Ernesto was taken", "Ernesto"),
        ("my husband ernesto was taken", "ernesto"),
        ("se llevaron a mi hermano Chuy", "Chuy"),
        ("mi papá, Gilberto Núñez, fue detenido", "Núñez"),
        ("mi hija se llama zulema", "zulema"),
        ("mi cel 323 555 0142", "0142"),
        ("323-555-0142", "0142"),
        ("(323)555-0142", "0142"),
        ("+1 323 555 0142", "0142"),
        ("+52 55 1234 5678", "5678"),
        ("tel. 3235550142", "3235550142"),
        ("llámame al 555-0142", "0142"),
        ("three two three 555 0142", "0142"),
        ("ana.tovar@gmail.com", "tovar"),
        ("ana tovar arroba gmail punto com", "tovar"),
        ("mi insta es @lupita_hp", "lupita"),
        ("A# 123 456 789", "456"),
        ("A123456789", "456"),
        ("a-number 123456789", "456"),
        ("A 012-345-678", "345"),
        ("alien number: 12345678", "12345678"),
        ("ssn 123-45-6789", "6789"),
        ("mi seguro es 123 45 6789", "6789"),
        ("last 4 of my ssn 6789", "6789"),
        ("4111 1111 1111 1111", "1111"),
        ("4111-1111-1111-1111", "1111"),
        ("WAC2190012345", "12345"),
        ("IOE0912345678", "345678"),
        ("pasaporte G12345678", "12345678"),
        ("licencia D1234567", "1234567"),
        ("vivo en 2345 e florence ave", "2345"),
        ("6201 Pacific Blvd", "6201"),
        ("calle 60 numero 3421", "3421"),
        ("3421 E 60th St Apt 4B", "3421"),
        ("mi direccion es 3421 Santa Ana St", "3421"),
        ("vivo en la calle Zoe 2712", "2712"),
        ("apt 12", "12"),
        ("departamento #5", "5"),
        ("vivo en 7812 miles", "7812"),
        ("my address is 2712 zoe", "2712"),
        ("5/3/88", "88"),
        ("05-03-1988", "1988"),
        ("3 de mayo de 1988", "1988"),
        ("3 de mayo del 88", "88"),
        ("mayo 3 1988", "1988"),
        ("May 3rd, 1988", "1988"),
        ("born may 3 88", "88"),
        ("born 1988-05-03", "1988"),
        ("nací en 1988", "1988"),
        ("dob 5.3.88", "88"),
        ("nacido el 3 mayo 1988", "1988"),
        ("dob 05031988", "05031988"),
        ("placas 8abc123", "8abc123"),
        ("plate 7XYZ99", "7XYZ99"),
        ("license plate is 8ABC123", "8ABC123"),
        ("8ABC123 troca gris", "8ABC123"),
        ("placa 4AB 1234", "1234"),
    ],
)
def test_personal_details_are_taken_out(project_content: Content, text: str, detail: str) -> None:
    """Names, numbers, addresses, dates and plates, as residents write them: in small letters, in capitals."""
    removed = remove_personal_details(text, project_content.own_words.known)
    assert REMOVED in removed and detail.lower() not in removed.lower()


@pytest.mark.parametrize(
    "text",
    [
        "me llamo uno que dice ser de ice",
        "call me back please",
        "call me when",
        "my name is on the lease",
        "como se llama el papel",
        "soy ciudadano",
        "soy Ciudadana americana",
        "I am Undocumented and scared",
        "soy de Guatemala",
        "I'm from Honduras",
        "soy Madre soltera",
        "im a US citizen",
        "soy Residente permanente",
        "i am in removal proceedings",
        "mi esposo Mexicano",
        "llame al 911",
        "90255",
        "zip 90255 or 90001",
        "2025-06",
        "ordinance 2025-06",
        "form I-589",
        "$150,000",
        "ab 60 license",
        "SB 54",
        "AB 1766",
        "section 287(g)",
        "14th amendment",
        "4th amendment rights",
        "4 de julio",
        "july 4",
        "my son is 12",
        "ICE in my street",
        "on 3 different streets",
        "the 5 freeway",
        "I-200",
        "I-205",
        "2026",
        "in 2024 they",
        "tengo 24 horas",
        "100 miles border zone",
        "they waited 45 minutes on the street",
        "300 agents on Pacific Blvd",
        "500 dollars a place",
        "dona Maria",
        "Señor agente",
        "mi señora Madre",
        "my Mom is sick",
        "mi mamá Tiene miedo",
        "hay 1000 way too many agents",
        "15000 dollars bond",
        "a 2000 way",
    ],
)
def test_what_only_looks_like_a_detail_stays(project_content: Content, text: str) -> None:
    """ZIP codes, forms, laws, amounts, days, emergency numbers, and what people say of themselves."""
    assert remove_personal_details(text, project_content.own_words.known) == text


def test_questions_without_details_hardly_change(project_content: Content) -> None:
    """Of all that we know people to ask, at most three in a thousand lose a word."""
    asked = [
        text
        for topic in project_content.topics.values()
        for texts in topic.questions.values()
        for text in texts
    ]
    changed = [
        text for text in asked if remove_personal_details(text, project_content.own_words.known) != text
    ]
    assert len(changed) < 0.003 * len(asked)


def test_what_is_kept_names_nobody() -> None:
    """Words of two of our texts, that are not as often written with a capital; no number, no name."""
    texts = [
        "I live near Slauson",
        "the bus on Slauson",
        "near the slauson bus",
        "near flores",
        "near flores 24",
    ]
    known, own = own_words(texts)
    assert own < known and own == {"near", "the", "bus"}
    assert keep_own_words("Ana Flores lives near the slauson bus 24!", own) == "*** near the *** bus ***"
    assert keep_own_words("zzz", own) == REMOVED

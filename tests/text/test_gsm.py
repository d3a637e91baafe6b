"""The letters of text messages, as phone companies count them."""

from __future__ import annotations

import pytest

from bot.text.gsm import fold_to_gsm, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ñ¿¡üéà" * 26, 1),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("a" * 133 + "í", 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("", 1),
    ],
)
def test_segments_are_counted_as_the_phone_company_does(text: str, expected: int) -> None:
    """160 and 153 letters of GSM-7, of which some count twice; 70 and 67 of UCS-2, where emoji do."""
    assert segments(text) == expected


LONG = " Guarde silencio y pida un abogado. No firme nada que no entienda. Hable con un abogado."


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (
            "¿Está aquí? Así, según él, ninguna Ágata." + LONG,
            "¿Esta aqui? Asi, segun él, ninguna Agata." + LONG,
        ),
        (
            "El niño y la señora, pingüino: ¡sí, à la Ñ!" + LONG,
            "El niño y la señora, pingüino: ¡si, à la Ñ!" + LONG,
        ),
        ("“Yes” – it’s «no»… 9:00\u00a0a.\u202fm." + LONG, '"Yes" - it\'s "no"... 9:00 a. m.' + LONG),
        ("Lla\u0301melos a\u00adhora, ni\u0301" + LONG, "Llamelos ahora, ni" + LONG),
    ],
)
def test_letters_that_cost_more_are_written_plain(text: str, folded: str) -> None:
    """Those that GSM-7 has stay as they are, whichever way they are composed."""
    assert fold_to_gsm(text) == folded and segments(folded) < segments(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Está aquí.", []),
        ("Está aquí 请打电话." + LONG, []),
        ("Está aquí 🙂." + LONG, []),
        ("Está aquí: Cárcel del condado, 213-473-6100." + LONG, ["Cárcel del condado", "Línea"]),
    ],
    ids=["one segment in any case", "Chinese", "emoji", "a name"],
)
def test_where_folding_saves_nothing_all_stays_as_it_is(text: str, names: list[str]) -> None:
    """Not half of it; and a name is spelled as it is found on a door or in a search."""
    assert fold_to_gsm(text, names) == text
    assert fold_to_gsm("Está aquí, no allá." + LONG, names) != "Está aquí, no allá." + LONG

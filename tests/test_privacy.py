"""What may be logged of a child's output."""

from __future__ import annotations

import pytest

from bot.privacy import loggable


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

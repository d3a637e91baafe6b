"""How hard a text is to read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.text.readability import too_hard

HARD = {
    "en": "Administrative documentation necessitates constitutional consideration of {} appeals.",
    "es": "Documentación administrativa correspondiente a {} procedimientos extraordinarios.",
}


@pytest.fixture
def often_switched() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_each_language_has_its_own_measure() -> None:
    """A school grade in English, an ease in Spanish; what is easy is nothing to complain of."""
    assert too_hard(HARD["en"], "en") == "reading grade 33.2, 7 at most"
    assert too_hard(HARD["es"], "es") == "reading ease -81, 65 at least"
    assert too_hard("You may stay silent.", "en") is None
    assert too_hard("Usted puede callar.", "es") is None


@pytest.mark.usefixtures("often_switched")
def test_threads_measure_both_languages_at_once() -> None:
    """Each gets what it would get alone."""
    # textstat remembers what it has measured: each text is another one, of the same words.
    texts = [(text.format("many " * number), lang) for number in range(200) for lang, text in HARD.items()]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda each: too_hard(*each), texts))
    again = [(f"{text} ", language) for text, language in texts]
    assert together == [too_hard(*each) for each in again]

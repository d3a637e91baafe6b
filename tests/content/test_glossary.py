"""The glossary: needs, places and languages in what people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.glossary import Glossary, HelpRequest, check_glossary
from bot.content.paths import glossary_files
from bot.directory.places import ANY
from bot.directory.reading import read_directory
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from tests.conftest import SMALL_CONTENT


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    """The glossary that residents are understood by."""
    problems = Problems(PROJECT_ROOT)
    needs = read_directory(PROJECT_ROOT / "data" / "resources").needs
    read = check_glossary(glossary_files(PROJECT_ROOT), needs, problems)
    assert read is not None and problems.found == []
    return read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "abogado gratis cerca de 90255 que hable español",
            HelpRequest(("legal",), "90255", "es", by_zip=True, bare=True),
        ),
        ("free lawyer in Commerce who speaks english", HelpRequest(("legal",), "Commerce", "en", bare=True)),
        ("necesito una LICENCIADA", HelpRequest(("legal",), bare=True)),
        ("quiero comida en bell gardens", HelpRequest(("food",), "Bell Gardens", bare=True)),
        ("food bank near me", HelpRequest(("food",), near_me=True)),
        ("consulado de mexico", HelpRequest(("consulate",))),
        (
            "necesito un abogado para mi esposo detenido en Los Angeles",
            HelpRequest(("legal", "detention"), "Los Angeles"),
        ),
        ("my husband hits me, who can help me", HelpRequest(("violence",))),
        ("mi esposo me pega, quién me ayuda", HelpRequest(("violence",))),
        ("violencia doméstica cerca de 90255", HelpRequest(("violence",), "90255", by_zip=True, bare=True)),
        ("mi patrón me amenaza con la migra", HelpRequest()),
        ("90255", HelpRequest(place="90255", by_zip=True, bare=True)),
        ("zip 90201 please", HelpRequest(place="90201", by_zip=True, bare=True)),
        ("vivo en south gate", HelpRequest(place="South Gate", bare=True)),
        ("2345 Nowhere Ave 90255", HelpRequest(place="90255", by_zip=True)),
        ("no importa", HelpRequest(place=ANY, speaks=ANY, bare=True)),
        ("en español", HelpRequest(speaks="es", bare=True)),
        ("ICE stopped my cousin", HelpRequest()),
        ("the industry is orange", HelpRequest()),
        ("00000", HelpRequest()),
        ("", HelpRequest()),
    ],
)
def test_what_is_looked_for_is_found_in_the_words(
    glossary: Glossary, text: str, expected: HelpRequest
) -> None:
    """Needs in the order named, one place, one language; an address leaves only its ZIP code."""
    assert glossary.read(text) == expected


def test_a_glossary_without_tables_finds_nothing() -> None:
    """As before training."""
    assert Glossary({}).read("abogado cerca de Bell") == HelpRequest()


def test_every_need_that_is_offered_can_be_said(glossary: Glossary) -> None:
    """Whoever is asked what they need may answer in words instead of choosing."""
    for need in read_directory(PROJECT_ROOT / "data" / "resources").needs.values():
        if need.offered:
            assert glossary.tables[f"need_{need.code}"], need.code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "- lookup: need_food",
            "- lookup: need_foood",
            "glossary.yml:3: nothing uses the table `need_foood`. Use near, near_me, anywhere, filler, now, "
            "either_language, goes_on, about_that, own_language, no_spanish, about_language, asks_en, "
            "asks_es, speaks_, setting_ or choice_ as the others do, who_, "
            "when_, status_, authority_, paper_ with a value of that facet, or need_ with a code of "
            "data/resources/taxonomy_terms.csv.",
        ),
        (
            "- lookup: near_me",
            "- lookup: near",
            "glossary.yml:24: the table `near` stands twice. Put both together.",
        ),
        (
            "- lookup: need_food\n  examples",
            "- lookup: need_food\n  words",
            "glossary.yml:3: an entry has not exactly `lookup` or `synonym`, and `examples`. "
            "Compare it with the others.",
        ),
        (
            "    - ais\n",
            "    - ais\n- synonym: food\n  examples: |\n    - ais\n",
            "glossary.yml:90: “ais” stands for `ice` and for `food`. Keep it once.",
        ),
        (
            "    - comida\n",
            "    - ¿?\n",
            "glossary.yml:3: an entry of `need_food` has no letters. Write a word, or remove it.",
        ),
    ],
)
def test_a_mistake_in_the_glossary_is_named(content_copy: Path, old: str, new: str, expected: str) -> None:
    """With file, line and mend."""
    path = content_copy / "data" / "nlu" / "glossary.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = Problems(path.parent)
    check_glossary([path], read_directory(SMALL_CONTENT / "data" / "resources").needs, problems)
    assert [str(problem) for problem in problems.found] == [expected]

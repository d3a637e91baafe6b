"""What the pages say by themselves: the same in both languages, and with the directory's number."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.checks import check_content
from bot.content.page_texts import check_page_texts, program_texts, with_hotline, with_released
from bot.content.paths import PAGE_TEXTS
from bot.content.reading import read_content
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from bot.text.language import LANGUAGES


def test_the_hotline_stands_in_both_languages_of_the_same_texts() -> None:
    """On every page and in an error; and nothing is left of its place."""
    texts = with_hotline(with_released({}), "213-555-0100")
    named = {
        language: [name for name, text in texts[language].items() if "213" in text] for language in LANGUAGES
    }
    assert named["en"] == named["es"] and {"urgent_hotline", "error_server_error"} <= {*named["en"]}
    assert "HOTLINE" not in str(texts)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "  en: Send\n",
            "",
            ["the text `send` is not there in both languages. Write both."],
        ),
        (
            "en: Send\n",
            "en: Send to 5\n",
            [
                "the text `send` differs in 5 between the languages. "
                "Numbers, phones and addresses must be the same in both."
            ],
        ),
        (
            "Hotline HOTLINE",
            "Hotline (213) 555-0100",
            [
                "the text `urgent_hotline` differs in 213, 555-0100, HOTLINE between the languages. "
                "Numbers, phones and addresses must be the same in both.",
                "the text `urgent_hotline` (en) has no place for HOTLINE. "
                "Put HOTLINE in, in capital letters: people read there what is put in.",
                "the text `urgent_hotline` (en) names a phone. "
                "Write HOTLINE: the number is that of the directory.",
            ],
        ),
        (
            "send:\n",
            "sent:\n",
            [
                "no page says the text `sent`. "
                "Take it out, or write its name as in the release's own data/page_texts.yml."
            ],
        ),
        (
            "en: Send\n",
            "en: [Send]\n",
            [
                "a text must stand in `en`. "
                "Write words, in quotes if they look like a number, a date, or yes or no."
            ],
        ),
    ],
)
def test_a_mistake_is_named_with_its_mend(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    """As those of other texts."""
    text = (PROJECT_ROOT / PAGE_TEXTS).read_text(encoding="utf-8")
    assert old in text
    _write(tmp_path, text.replace(old, new, 1))
    problems = Problems(tmp_path)
    check_page_texts(tmp_path, problems)
    assert [f"{one.what}. {one.mend}." for one in sorted(problems.found)] == expected


def test_a_content_says_only_what_it_says_otherwise(content_copy: Path) -> None:
    """What it lacks, as one of an older release does, is said in the words of this one."""
    _write(content_copy, "send: {en: Ask, es: Preguntar}\n")
    own, released = read_content(content_copy).page_texts, with_released({})
    for language, asked in (("en", "Ask"), ("es", "Preguntar")):
        assert own[language] == {**released[language], "send": asked}


def test_what_programs_read_is_no_content() -> None:
    """No clerk finds the errors of the API among the texts, and none stands in both files."""
    released, own = with_released({})["en"], program_texts()["en"]
    assert {"error_not_json", "try_title"} <= own.keys() and own.keys() < released.keys()
    assert "send" not in own


def test_a_page_must_not_claim_what_no_text_may(content_copy: Path) -> None:
    """The words of the pages are looked at as answers are."""
    claims = content_copy / "data" / "claims.yml"
    entry = (
        "- id: leaving\n  reason: {en: It is not so., es: No es así.}\n  en: [leave now]\n  es: [salir ya]\n"
    )
    claims.write_text(claims.read_text(encoding="utf-8") + entry, encoding="utf-8")
    found = [str(problem) for problem in check_content(content_copy)]
    assert any("page_texts.yml:1: “Leave now” must not be said (leaving)" in one for one in found)


def test_another_hotline_is_on_the_pages_at_once(content_copy: Path) -> None:
    """The number that is withheld is looked for in what they say with the present one."""
    withheld = content_copy / "data" / "resources" / "withheld_phones.csv"
    with withheld.open("a", encoding="utf-8") as table:
        table.write("213-555-0100,Nobody,Not confirmed.,Sin confirmar.,,,,\n")
    phones = content_copy / "data" / "resources" / "phones.csv"
    phones.write_text(phones.read_text(encoding="utf-8").replace(",211-la,211,", ",211-la,213-555-0100,"))
    assert any("213-555-0100 must not be given" in str(problem) for problem in check_content(content_copy))


def test_there_must_be_a_hotline(content_copy: Path) -> None:
    """A directory without one is refused."""
    attributes = content_copy / "data" / "resources" / "attributes.csv"
    attributes.write_text(
        attributes.read_text(encoding="utf-8").replace(",211-la,hotline,", ",211-la,legal,")
    )
    assert [str(problem) for problem in check_content(content_copy)] == [
        "data/resources/services.csv:1: no active service with the need `hotline` has a phone, and every "
        "page names one. Add one, with its rows in attributes.csv and phones.csv."
    ]


def _write(content: Path, texts: str) -> None:
    (content / PAGE_TEXTS).parent.mkdir(exist_ok=True)
    (content / PAGE_TEXTS).write_text(texts, encoding="utf-8")

"""What the pages say by themselves: the same in both languages, and with the directory's number."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.checks import check_content
from bot.content.page_texts import FILE, check_page_texts, read_page_texts, with_hotline
from bot.problems import Problems
from bot.text.language import LANGUAGES


def test_the_hotline_stands_in_both_languages_of_the_same_texts() -> None:
    """On every page and in an error; and nothing is left of its place."""
    texts = with_hotline(read_page_texts(FILE), "213-555-0100")
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
                "the text `urgent_hotline` (en) names a phone. "
                "Write HOTLINE: the number is that of the directory.",
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
    file = tmp_path / "strings.yml"
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = Problems(tmp_path)
    check_page_texts(problems, file)
    assert [f"{one.what}. {one.mend}." for one in sorted(problems.found)] == expected


def test_a_page_must_not_claim_what_no_text_may(content_copy: Path) -> None:
    """The words of the pages are looked at as answers are."""
    claims = content_copy / "data" / "claims.yml"
    entry = (
        "- id: leaving\n  reason: {en: It is not so., es: No es así.}\n  en: [leave now]\n  es: [salir ya]\n"
    )
    claims.write_text(claims.read_text(encoding="utf-8") + entry, encoding="utf-8")
    found = [str(problem) for problem in check_content(content_copy)]
    assert any("strings.yml:1: “Leave now” must not be said (leaving)" in one for one in found)


def test_another_hotline_is_on_the_pages_at_once(content_copy: Path) -> None:
    """The number that is withheld is looked for in what they say with the present one."""
    withheld = content_copy / "data" / "resources" / "withheld_phones.csv"
    with withheld.open("a", encoding="utf-8") as table:
        table.write("213-555-0100,Nobody,Not confirmed.,Sin confirmar.,\n")
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

"""Texts by key, each language beside the other: how they are read, and the check of the public pages' own.

Those that residents read on pages are content (data/page_texts.yml), as answers are; what a content lacks of
them, as one of an older release does, is said in the words of this release. Those that only programs and
whoever runs them read belong to the program (bot/gateway/strings.yml). No phone is typed in either: HOTLINE
stands for the number that the directory gives.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ruamel.yaml import YAML

from bot.content.paths import PAGE_TEXTS
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from bot.text.facts import facts
from bot.text.language import LANGUAGES

_OF_THE_PROGRAM = PROJECT_ROOT / "bot" / "gateway" / "strings.yml"
HOTLINE = "HOTLINE"
# What is put into a text when it is shown, in the place of a word in capitals: no text can do without it.
PLACES: Mapping[str, tuple[str, ...]] = {
    "error_server_error": (HOTLINE,),
    "interpreter_words": ("LANGUAGE",),
    "saved_page": ("DATE",),
    "urgent_hotline": (HOTLINE,),
}
_PHONE = re.compile(r"\d{3}\)?[ .-]{0,2}\d{3}[ .-]?\d{4}")
_SHAPE = {...: dict.fromkeys(LANGUAGES, str)}

# By language, then by name.
PageTexts = Mapping[str, Mapping[str, str]]


def read_page_texts(*files: Path) -> PageTexts:
    """Return the texts of files in which each key has its text in each language. Raises ValueError."""
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for file in files:
        for name, twins in YAML(typ="safe").load(file).items():
            if set(twins) != set(LANGUAGES) or not all(isinstance(text, str) for text in twins.values()):
                raise ValueError(f"{file}: {name} is not there in both languages")
            for language, text in twins.items():
                if name in found[language]:
                    raise ValueError(f"{file}: {name} stands in another file too")
                found[language][name] = text
    return found


@functools.cache
def released_page_texts() -> PageTexts:
    """Return the texts of pages as this release has them: what a content may say in words of its own."""
    return read_page_texts(PROJECT_ROOT / PAGE_TEXTS)


@functools.cache
def program_texts() -> PageTexts:
    """Return the texts that are no content."""
    return read_page_texts(_OF_THE_PROGRAM)


def with_released(own: PageTexts) -> PageTexts:
    """Return all texts that pages say, a content's `own` before those of this release."""
    return {
        language: {
            **program_texts()[language],
            **released_page_texts()[language],
            **own.get(language, {}),
        }
        for language in LANGUAGES
    }


def with_hotline(texts: PageTexts, number: str) -> PageTexts:
    """Return the texts with the number of the hotline in its places."""
    return {
        language: {name: text.replace(HOTLINE, number) for name, text in of_one.items()}
        for language, of_one in texts.items()
    }


def check_page_texts(root: Path, problems: Problems) -> PageTexts:
    """Return the texts that the content under `root` has itself, after noting every mistake in them.

    A content without the file has none of its own, and so has one whose file cannot be read.
    """
    file = root / PAGE_TEXTS
    texts = read_yaml(file, problems, _SHAPE) if file.exists() else None
    if texts is None:
        return {}
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for name, twins in texts.items():
        if name not in released_page_texts()[LANGUAGES[0]]:
            problems.add(file, line_of(texts, name), "page_text_unknown", name=name)
            continue
        of_one = {language: str((twins or {}).get(language) or "").strip() for language in LANGUAGES}
        lines = {language: line_of(twins, language) for language in LANGUAGES}
        check_page_text(file, name, of_one, problems, lines=lines, line=line_of(texts, name))
        for language, text in of_one.items():
            if text:
                found[language][name] = text
    return found


def check_page_text(
    file: Path,
    name: str,
    of_one: Mapping[str, str],
    problems: Problems,
    *,
    lines: Mapping[str, int],
    line: int = 1,
) -> None:
    """Note every mistake in one text, which is given by language, as are the lines of its file."""
    for language, text in of_one.items():
        at, field = lines.get(language, line), f"text_{language}"
        if _PHONE.search(text):
            problems.add(
                file, at, "page_text_phone", field=field, name=name, language=language, hotline=HOTLINE
            )
        for place in missing_places(text, PLACES.get(name, ())) if text else ():
            problems.add(file, at, "place_missing", field=field, name=name, language=language, place=place)
    if not all(of_one.values()):
        problems.add(file, line, "page_text_missing", name=name)
    elif different := set.symmetric_difference(*map(_facts, of_one.values())):
        told = ", ".join(sorted(different))
        problems.add(file, line, "page_text_differs", name=name, facts=told)


def missing_places(text: str, needed: Iterable[str]) -> list[str]:
    """Return what is to be put into a text, and has no place in it."""
    return [place for place in needed if not re.search(rf"(?<![\w]){place}(?![\w])", text)]


def _facts(text: str) -> set[str]:
    return facts(text) | set(re.findall(HOTLINE, text))

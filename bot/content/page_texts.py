"""Texts by key, each language beside the other: how they are read, and the check of the public pages' own.

In those of the public pages (bot/gateway/strings.yml) no phone is typed: HOTLINE stands for the number that
the directory gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from bot.text.facts import facts
from bot.text.language import LANGUAGES

FILE = PROJECT_ROOT / "bot" / "gateway" / "strings.yml"
_HOTLINE = "HOTLINE"
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


def with_hotline(texts: PageTexts, number: str) -> PageTexts:
    """Return the texts with the number of the hotline in its places."""
    return {
        language: {name: text.replace(_HOTLINE, number) for name, text in of_one.items()}
        for language, of_one in texts.items()
    }


def check_page_texts(problems: Problems, file: Path = FILE) -> PageTexts:
    """Return the texts after noting every mistake in them; none where they cannot be read."""
    texts = read_yaml(file, problems, _SHAPE)
    if texts is None:
        return {}
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for name, twins in texts.items():
        of_one = {language: (twins or {}).get(language) or "" for language in LANGUAGES}
        for language, text in of_one.items():
            found[language][name] = text
            if _PHONE.search(text):
                line = line_of(twins, language)
                problems.add(file, line, "page_text_phone", name=name, language=language, hotline=_HOTLINE)
        if not all(of_one.values()):
            problems.add(file, line_of(texts, name), "page_text_missing", name=name)
        elif different := set.symmetric_difference(*map(_facts, of_one.values())):
            told = ", ".join(sorted(different))
            problems.add(file, line_of(texts, name), "page_text_differs", name=name, facts=told)
    return found


def _facts(text: str) -> set[str]:
    return facts(text) | set(re.findall(_HOTLINE, text))

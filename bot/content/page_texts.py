"""What the pages and errors say by themselves, in both languages (bot/gateway/strings.yml), and its check.

No phone is typed there: HOTLINE stands for the number that the directory gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from bot.files.shapes import Needed
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from bot.text.facts import facts
from bot.text.language import LANGUAGES

FILE = PROJECT_ROOT / "bot" / "gateway" / "strings.yml"
_HOTLINE = "HOTLINE"
_PHONE = re.compile(r"\d{3}\)?[ .-]{0,2}\d{3}[ .-]?\d{4}")
_SHAPE = {language: Needed({...: str}) for language in LANGUAGES}

# By language, then by name.
PageTexts = Mapping[str, Mapping[str, str]]


def read_page_texts() -> PageTexts:
    """Return the texts as they stand in their file."""
    texts: PageTexts = YAML(typ="safe").load(FILE)
    return texts


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
    for language in LANGUAGES:
        for name, text in texts[language].items():
            if text and _PHONE.search(text):
                line = line_of(texts[language], name)
                problems.add(file, line, "page_text_phone", name=name, language=language, hotline=_HOTLINE)
    english, spanish = (texts[language] for language in LANGUAGES)
    for name in {**english, **spanish}:
        here = english if name in english else spanish
        twins = english.get(name), spanish.get(name)
        if not all(twins):
            problems.add(file, line_of(here, name), "page_text_missing", name=name)
        elif different := _facts(english[name]) ^ _facts(spanish[name]):
            told = ", ".join(sorted(different))
            problems.add(file, line_of(here, name), "page_text_differs", name=name, facts=told)
    return {language: {name: text or "" for name, text in texts[language].items()} for language in LANGUAGES}


def _facts(text: str) -> set[str]:
    return facts(text) | set(re.findall(_HOTLINE, text))

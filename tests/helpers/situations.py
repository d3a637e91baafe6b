"""Answers for single situations, which the small content does not have."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from bot.content.reading import Content
from bot.content.topics import Answer, Topic

# What stands behind the first screen of each, by language.
MORE = {"en": "Print two cards.", "es": "Imprima dos tarjetas."}
LAW_NOW = {"en": "A court said so.", "es": "Una corte lo dijo."}


def with_situations(content: Content) -> Content:
    """Return the small content with two situations of the topic red_card: lost, shown."""
    core = content.topics["red_card"]
    asking = dataclasses.replace(
        core, ask={"en": "What about the card?", "es": "¿Qué pasó con la tarjeta?"}, order=("shown",)
    )
    situations = [
        _situation(core, "lost", "I lost my card", "Perdí mi tarjeta"),
        _situation(core, "shown", "I showed my card", "Enseñé mi tarjeta"),
    ]
    topics = {**content.topics, core.id: asking, **{one.id: one for one in situations}}
    return dataclasses.replace(content, topics=topics)


def _situation(core: Topic, name: str, english: str, spanish: str) -> Topic:
    titles = {"en": english, "es": spanish}
    answers = {
        language: Answer(
            language,
            f"{titles[language]}, 211.\n\n+++\n{MORE[language]}\n\n---\n{LAW_NOW[language]}",
            titles[language],
        )
        for language in titles
    }
    return dataclasses.replace(
        core, id=f"{core.id}.{name}", title=titles, volatility="litigated", related=(), answers=answers
    )


def write_situation(root: Path, name: str, english: str, spanish: str) -> None:
    """Write a file for a situation of the topic red_card into a copy of the small content."""
    folder = root / "data" / "faq"
    text = (folder / "red_card.yml").read_text(encoding="utf-8")
    for before, after in (
        ("faq/red_card", f"faq/red_card.{name}"),
        ("topic: red_card", f"topic: red_card.{name}"),
        ("{en: The red card, es: La tarjeta roja}", f"{{en: {english}, es: {spanish}}}"),
        ("  group: rights\n", ""),
        ("  related: [food_assistance]\n", ""),
        ("  services: [food]\n", ""),
        ("- what is a red card", f"- {english}, what is a red card"),
        ("- where do I get the card", f"- where do I get the card, {english}"),
        ("- qué es la tarjeta roja", f"- {spanish}, qué es la tarjeta roja"),
        ("- dónde consigo la tarjeta", f"- dónde consigo la tarjeta, {spanish}"),
    ):
        assert before in text, before
        text = text.replace(before, after)
    (folder / f"red_card.{name}.yml").write_text(text, encoding="utf-8")

"""Answers for one situation each, beside those of the small content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.text.facts import fingerprint

# A new topic's answers for two situations; the files are in the form in which edits write them.
LOST = {"en": "I lost my card", "es": "Perdí mi tarjeta"}
TAKEN = {"en": "An agent kept my card", "es": "Un agente se quedó con mi tarjeta"}
ASK = '  ask: {en: "What happened?", es: "¿Qué pasó?"}\n'


def answer_text(first: str) -> str:
    """Return an answer with a first line, two steps, words to say, and more."""
    return f"{first}\n\n1. Print one.\n2. Keep it.\n\n> I want to remain silent.\n\n+++\n\nIt is free."


def write_situation(
    root: Path,
    answer_id: str,
    titles: Mapping[str, str],
    *,
    first: Mapping[str, str] | None = None,
    header: str = "  call: [211-la]\n",
) -> Path:
    """Write an answer for one situation into a content; `header` are more lines of its header."""
    first = first or {"en": "Print another card today.", "es": "Imprima hoy otra tarjeta."}
    shorts = {"en": "Print another card.", "es": "Imprima otra tarjeta."}
    texts = {language: answer_text(line) for language, line in first.items()}
    lines = [
        *('version: "3.1"', "topic:", f'  title: {{en: "{titles["en"]}", es: "{titles["es"]}"}}'),
        *("  volatility: stable", "  reviewed: 2026-11-22", "  review_by: 2027-11-22", "  approved_by: null"),
        *("  sources:", '  - {title: A page, url: "https://example.org/page"}', *header.splitlines()),
        *("", "nlu:"),
    ]
    for language, title in titles.items():
        lines += [f"- intent: faq/{answer_id}", f"  metadata: {{language: {language}}}", "  examples: |"]
        lines += [f"    - {title} {answer_id}"]
    lines += ["", "responses:", f"  utter_faq/{answer_id}:"]
    for language, text in texts.items():
        lines += [f"  - condition: [{{type: slot, name: language, value: {language}}}]", "    text: |-"]
        lines += [f"      {line}".rstrip() for line in text.splitlines()]
        lines += ["    custom:", f"      topic: {answer_id}", f"      language: {language}"]
        if language == "es":
            lines.append(f'      reviewed_with: "{fingerprint(texts["en"], shorts["en"])}"')
        lines.append(f'      short: "{shorts[language]}"')
    path = root / "data" / "faq" / f"{answer_id}.yml"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def add_situations(root: Path) -> None:
    """Give the red card two situations, `lost` and `taken`, and the question that tells them apart."""
    write_situation(
        root, "red_card.lost", LOST, header="  facets: {who: me, when: [now, just]}\n  call: [211-la]\n"
    )
    write_situation(root, "red_card.taken", TAKEN, header="  next: [red_card.lost]\n")
    core = root / "data" / "faq" / "red_card.yml"
    text = core.read_text(encoding="utf-8")
    core.write_text(
        text.replace("  services: [food]\n", f"  services: [food]\n{ASK}  order: [taken]\n"), encoding="utf-8"
    )

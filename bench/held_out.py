"""Figures of questions that the thresholds were not chosen on, by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.content.reading import Content
from bot.settings import PROJECT_ROOT
from bot.text.language import LANGUAGES
from bot.training.evaluation import figures, result_row
from bot.training.thresholds import EvaluatedQuestion
from bot.training.train import chosen_on_halves, decision_step, decisions_of


def held_out_figures(asked: Sequence[EvaluatedQuestion], content: Content) -> dict[str, dict[str, Any]]:
    """Return the figures with our decision step, each half with thresholds chosen on the other."""
    rows = []
    halves = chosen_on_halves(asked, decision_step(PROJECT_ROOT, content))
    for row, decision in zip(asked, decisions_of(halves, asked), strict=True):
        parsed = {"decision": asdict(decision), "intent_ranking": [], "language": row.language}
        rows.append(result_row(row.question, parsed, content))
    return {language: figures([row for row in rows if row["lang"] == language]) for language in LANGUAGES}

"""The claims lint: phrases that no text of the assistant may hold, with the reason for each.

The phrases are data (`data/claims.yml`); this module only looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.language import LANGUAGES
from bot.problems import Problems
from bot.strict_yaml import line_of, read_yaml

_NEEDED_KEYS = {"id", "reason", *LANGUAGES}
_NEGATION = "true_when_negated"
_CLAIMS = {"claims": [{"id": str, "reason": str, _NEGATION: bool, **{key: [str] for key in LANGUAGES}}]}
_SENTENCE_END = re.compile(r"[.!?:;¿¡]\s|\n\s*\n|\n(?=[->\d])")
_NEGATIONS = {
    "en": re.compile(r"\b(not|never|no|nobody|cannot|neither|nor)\b|n['’]t\b", re.IGNORECASE),
    "es": re.compile(r"\b(no|nunca|nadie|ni|jamás|tampoco|sin)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Claim:
    """One thing that must never be said, as patterns by language."""

    id: str
    reason: str
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    true_when_negated: bool

    def found_in(self, text: str, language: str) -> str | None:
        """Return the words of a text that make the claim, or None."""
        for sentence in _SENTENCE_END.split(text):
            plain = " ".join(sentence.split())
            for pattern in self.patterns[language]:
                for match in pattern.finditer(plain):
                    negated = _NEGATIONS[language].search(plain, 0, match.start())
                    if not (self.true_when_negated and negated):
                        return match[0]
        return None


def read_claims(path: Path, problems: Problems) -> list[Claim]:
    """Read the claims, noting what cannot be used."""
    document = read_yaml(path, problems, _CLAIMS)
    claims = []
    for entry in (document.get("claims") if document else None) or []:
        line = line_of(entry)
        keys = {key for key, value in entry.items() if value is not None}
        if keys - {_NEGATION} != _NEEDED_KEYS:
            what = f"a claim has not exactly id, reason, en, es and perhaps {_NEGATION}"
            problems.add(path, line, what, "Compare it with the others")
            continue
        try:
            patterns = {
                language: tuple(re.compile(pattern, _flags(pattern)) for pattern in entry[language])
                for language in LANGUAGES
            }
        except re.error as error:
            what = f"a pattern of the claim {entry['id']} cannot be read ({error})"
            problems.add(path, line, what, "Compare it with the others")
            continue
        claims.append(Claim(entry["id"], entry["reason"], patterns, bool(entry.get(_NEGATION))))
    return claims


def _flags(pattern: str) -> int:
    # A pattern that looks for a name needs its capital letter.
    return 0 if "[A-Z]" in pattern else re.IGNORECASE


def check_claims(claims: Iterable[Claim], texts: Iterable[tuple[Path, str, str]], problems: Problems) -> None:
    """Note every claim made in (file, language, text)."""
    claims = list(claims)
    for path, language, text in texts:
        for claim in claims:
            if words := claim.found_in(text, language):
                what = f"“{words}” must not be said ({claim.id}): {claim.reason.rstrip('.')}"
                problems.add(path, 1, what, "Say it another way, or leave it out")

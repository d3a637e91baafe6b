"""Facts that must be equal in both languages of an answer: numbers, phones, amounts, statutes, addresses.

Words differ between languages, these do not; a twin that lacks one says something else.
"""

from __future__ import annotations

import hashlib
import re

# 888-624-4752, $150,000, 2025-06, 7282.5, 54, 9:00 - and www.hpca.gov, lawhelpca.org/x.
_FACT = re.compile(r"(?:[\w-]+\.)+(?:gov|org|com)(?:/[\w./-]*\w)?|\$?\d+(?:[-,.:/]\d+)*")


def facts(text: str) -> set[str]:
    """Return the numbers and web addresses that stand in a text."""
    return {match.lower() for match in _FACT.findall(text)}


def fingerprint(*texts: str) -> str:
    """Return eight letters and digits that change when one of the texts does."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:8]

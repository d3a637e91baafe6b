"""The letters of text messages: in how many segments a text is sent, and in which letters in fewer.

One letter that GSM 7-bit lacks, such as "í", makes segments of 70 letters instead of 160 of a whole message.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# The letters of GSM 7-bit (3GPP TS 23.038); those in the second row count twice.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")
# Letters that fit into one segment, and into each where there are more.
_GSM_ONE, GSM_SEGMENT = 160, 153
_UCS2_ONE, UCS2_SEGMENT = 70, 67
# Signs of printers, and what is on every keyboard. Of "…" and of spaces that do not break Unicode says it.
_PLAIN_SIGNS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′ʼ´`", "'"),
        **dict.fromkeys("‐‑‒–—―−•·", "-"),
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\ufeff", ""),
    }
)


def is_gsm(text: str) -> bool:
    """Whether GSM 7-bit has all letters of a text."""
    return set(text) <= _GSM | _GSM_TWICE


def segments(text: str) -> int:
    """Return in how many segments a phone company sends (and bills) a text."""
    if is_gsm(text):
        length = len(text) + sum(character in _GSM_TWICE for character in text)
        one, each = _GSM_ONE, GSM_SEGMENT
    else:
        length = len(text.encode("utf-16-le")) // 2
        one, each = _UCS2_ONE, UCS2_SEGMENT
    return 1 if length <= one else -(-length // each)


def fold_to_gsm(text: str, names: Iterable[str] = ()) -> str:
    """Return a text in letters of GSM 7-bit ("í" as "i") where it is sent in fewer segments so.

    It stays as it is where that saves nothing, where a letter has no plain one (Chinese, emoji), and where
    one of the `names` in it would be spelled in another way than it is.
    """
    composed = unicodedata.normalize("NFC", text)
    folded = "".join(map(_plain, composed))
    if not is_gsm(folded) or segments(folded) >= segments(text):
        return text
    return text if any(not is_gsm(name) and name in composed for name in names) else folded


def _plain(character: str) -> str:
    if character in _GSM or character in _GSM_TWICE:
        return character
    parted = unicodedata.normalize("NFKD", character.translate(_PLAIN_SIGNS))
    plain = "".join(each for each in parted if not unicodedata.combining(each))
    return plain if is_gsm(plain) else character

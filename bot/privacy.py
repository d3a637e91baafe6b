"""What may be logged, passed on or kept of what a resident typed: no word of it in any log, at any level.

Rasa and rasa-sdk print the words of residents in many places. Their output therefore never reaches a
log as it is; of each line only its level and the part of the program it comes from are passed on.
What is passed on to be understood has lost its personal details before; what is kept for staff holds only
words that the project's own texts have.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Container, Iterable

from bot.language import fold

_RASA_LINE = re.compile(
    r"(?:\x1b\[[0-9;]*m)*[\d:. \-]+(?P<level>WARNING|ERROR|CRITICAL) +(?P<logger>[a-z_.]+) +- "
)


def loggable(line: str) -> str | None:
    """Return what may be said of a line of a child's output: its level and origin, or None."""
    match = _RASA_LINE.match(line)
    if match is None:
        return None
    return f"{match['level']} in {match['logger']} (text withheld: it may hold a resident's words)"


class WithholdWords(logging.Filter):
    """Lets a record say where it comes from and what kind of error it is, and nothing more.

    For loggers of libraries that put what was received, or who sent it, into their messages: aiohttp's
    parser prints the offending line of a malformed request and the address it came from.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Take words and traceback out of the record."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "no details"
        record.msg, record.args = f"a request failed ({kind})", ()
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        return True


# Stands where a personal detail was.
REMOVED = "***"
# A word is known when so many of our own questions have it in small letters: names hardly ever do.
_TIMES_SEEN = 2

_EMAIL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w{3,}|(?:\w+ ){1,2}(?:arroba|at) \w+ (?:punto|dot) \w+",
    re.IGNORECASE,
)
# Seven digits or more, however they are parted: phones, A-numbers, SSNs, card, case, licence and passport
# numbers. Not 90255, $150,000, 2025-06 or 911.
_LONG_NUMBER = re.compile(
    r"(?<![\w$])\(?(?:[a-z]{1,3}-?|a[-# ]{0,3})?\+?\d(?:[-. ()/#\u2010-\u2015]{0,3}\d){6,}(?!\w)",
    re.IGNORECASE,
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|"
    "sep?tiembre|octubre|noviembre|diciembre"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: de| of)? (?:{_MONTHS})\.?"
    rf"|(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?)"
    r",?(?: del?| of)? '?(?:(?:19|20)\d\d|\d\d)\b|\b\d{1,4}([-/.])\d{1,2}\1\d{2,4}\b"
    r"|(?:(?<=\bborn in )|(?<=\bnac[ií] en )|(?<=\bnaci[oó] en )|(?<=\bnacid[oa] en )|(?<=\bdob ))"
    r"(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# The last four digits of a Social Security number say nearly as much as all of it.
_LAST_FOUR = re.compile(
    r"(?:(?<=\bssn )|(?<=\bsocial )|(?<=\bsocial security )|(?<=\bseguro )|(?<=\bseguro social ))"
    r"(?:number |n[uú]mero |is |es |ends in |termina en )*\d{4}\b",
    re.IGNORECASE,
)
# Plates of California, and whatever with a digit in it is called one.
_PLATE = re.compile(
    r"\b\d[a-z]{3}\d{3}\b"
    r"|(?:(?<=\bplate )|(?<=\bplates )|(?<=\bplaca )|(?<=\bplacas ))(?:is |are |number |es |son |n[uú]mero )*"
    r"(?:(?=[a-z]*\d)[a-z0-9]{5,8}|[a-z0-9]{2,4} \d{3,4})\b",
    re.IGNORECASE,
)
_STREET = (
    r"st|street|ave?|avenue|avenida|blvd|boulevard|bulevar|rd|road|dr|drive|ln|lane|ct|pl|place|calle|hwy"
)
# A house number, at most three words that are not such small ones, and a kind of street; or the other way.
_SMALL = r"(?!(?:the|on|in|at|a|an|of|my|la|el|los|las|en|de|un|una|mi|por|and|y|is|es|to)\b)"
_ADDRESS = re.compile(
    r"(?<![\w$,.-])(?!(?:911|211|988|19\d\d|20\d\d)\b)\d{3,6}"
    rf"(?: {_SMALL}[\w.]+){{0,3}}? (?:{_STREET})\b\.?"
    r"|\b(?:calle|avenida|av\.?|boulevard|bulevar|blvd)(?: [\w.]+){1,3}?,? (?:#|no\.? |n[uú]mero )?\d{3,6}\b"
    r"|(?:(?<=\bvivo en )|(?<=\bvive en )|(?<=\blive at )|(?<=\blives at )|(?<=\bdirecci[oó]n es )"
    r"|(?<=\baddress is ))#?\d{2,6}(?: \w+){1,2}"
    r"|\b(?:apt|apartment|apto|apartamento|departamento|depto|unit|unidad|suite)\.? ?#? ?\d+\w?\b",
    re.IGNORECASE,
)
# Where a name follows: a word that our own questions do not have, or that is written with a capital.
_NAMED = re.compile(
    r"\b(?:me llamo|(?:mi|su) nombre (?:completo )?es|se llaman?|nombre completo|ll[aá]me(?:n)?me|"
    r"my (?:full |real )?name(?: is|'s|’s|s)?|(?:his|her|their) (?:full |real )?name(?: is|'s|’s)|"
    r"(?:he|she|i) (?:is|am) called|(?:is|are) named|call me|"
    r"apellido(?: es)?|last name(?: is)?|(?:nombre|name):)\s+",
    re.IGNORECASE,
)
_RELATIVES = (
    r"espos[oa]|marido|mujer|herman[oa]|hij[oa]|pap[aá]|mam[aá]|t[ií][oa]|prim[oa]|abuel[oa]|novi[oa]|vecin[oa]|amig[oa]|"
    r"sobrin[oa]|cuñad[oa]|suegr[oa]|patr[oó]n|jefe|señora?|husband|wife|brother|sister|son|daughter|father|dad|mother|"
    r"mom|uncle|aunt|cousin|friend|neighbor|boyfriend|girlfriend|boss|landlord"
)
# Where one may follow: words that our own questions do not have ("mi esposo ernesto", not "mi esposo no").
_RELATIVE_NAMED = re.compile(
    rf"\b(?:don|doña|señora?|mrs?\.?|(?:mi|my|su|his|her|our|nuestr[oa]|el|la) (?:{_RELATIVES}),?)\s+",
    re.IGNORECASE,
)
# Where anything may follow: such words with a capital, or two of them ("soy Ana", not "soy vegana").
_SELF_NAMED = re.compile(r"\b(?:soy|yo,|atentamente,?|i am|i['’]?m|this is|sincerely,?)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’-]*\.?")
_BETWEEN_NAMES = frozenset(("de", "del", "la", "las", "los", "da", "van", "von", "san", "santa"))
# Behind a name these are names too, whatever else they are.
_ALSO_NAMES = frozenset(
    (
        *("angel", "cruz", "dolores", "esperanza", "flores", "guadalupe", "jesus", "leon", "luna", "luz"),
        *("maria", "mercedes", "milagros", "moreno", "reyes", "rico", "rios", "rosa", "santos", "sol"),
        *("vega", "victoria"),
    )
)
# What stands before a word that does not begin a sentence.
_INSIDE = tuple(f"{end} " for end in "abcdefghijklmnopqrstuvwxyzáéíóúñü,0123456789")
_MOST_WORDS = 5
# What is written in so many capital letters is no name but an abbreviation.
_LETTERS = 4


def own_words(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words, folded, of our own texts: those known, and those that may be kept of a question.

    Known is what at least two texts have in small letters. Kept is what of it names nobody and no place:
    what is not as often written with a capital inside of a sentence, and is no name besides.
    """
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        words = list(_WORD.finditer(text))
        small.update(set(fold(" ".join(word[0] for word in words if word[0].islower())).split()))
        inside = (word[0] for word in words if word[0].istitle() and text[: word.start()].endswith(_INSIDE))
        capital.update(set(fold(" ".join(inside)).split()))
    known = frozenset(word for word, times in small.items() if times >= _TIMES_SEEN)
    return known, frozenset(word for word in known - _ALSO_NAMES if small[word] > capital[word])


def remove_personal_details(text: str, known_words: Container[str]) -> str:
    """Return a message with *** for names, numbers, addresses and dates that tell who somebody is.

    `known_words` are as `own_words` returns them first. ZIP codes, cities and emergency numbers stay.
    """
    for pattern in (_EMAIL, _DATE, _LONG_NUMBER, _LAST_FOUR, _PLATE, _ADDRESS):
        text = pattern.sub(REMOVED, text)
    return _remove_names(text, known_words)


def keep_own_words(text: str, words_to_keep: Container[str]) -> str:
    """Return a message with *** for every number, and every word that may not be kept (see `own_words`).

    Whatever somebody writes, what is left of it stands in the project's own texts.
    """
    kept = [word if _may_be_kept(word, words_to_keep) else REMOVED for word in text.split()]
    return re.sub(r"\*\*\*(?: \*\*\*)+", REMOVED, " ".join(kept))


def _may_be_kept(word: str, words_to_keep: Container[str]) -> bool:
    parts = fold(word).split()
    return bool(parts) and all(part in words_to_keep for part in parts)


def _remove_names(text: str, known_words: Container[str]) -> str:
    for pattern in (_NAMED, _RELATIVE_NAMED, _SELF_NAMED):
        kept, end = [], 0
        for match in pattern.finditer(text):
            if match.start() < end:
                continue
            words = _name_at(text, match.end(), known_words, surely=pattern is _NAMED)
            if not words or (pattern is _SELF_NAMED and len(words) == 1 and words[0][0].islower()):
                continue
            kept += [text[end : match.end()], REMOVED]
            end = words[-1].end()
        text = "".join([*kept, text[end:]])
    return text


def _name_at(text: str, start: int, known_words: Container[str], *, surely: bool) -> list[re.Match[str]]:
    """Return the words of a name that begins at `start`; none where there is none."""
    # Whoever writes everything in capitals says nothing with them.
    shouted = text.isupper()
    name: list[re.Match[str]] = []
    position = start
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, position)
        if word is None:
            break
        position = word.end() + 1
        plain = fold(word[0])
        if name and plain in _BETWEEN_NAMES:
            continue
        unknown = any(part not in known_words for part in plain.split())
        capital = word[0][0].isupper() and not shouted
        letters = len(word[0]) <= _LETTERS and word[0].isupper() and not shouted  # DACA, HP, ICE
        if letters or not (unknown or (surely and capital) or (name and plain in _ALSO_NAMES)):
            break
        name.append(word)
        # A full stop ends the name, except behind an initial.
        if text[word.end() : position] != " " or (word[0].endswith(".") and len(word[0]) > 2):
            break
    return name

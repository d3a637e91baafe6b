"""What may be logged, passed on or kept of what a resident typed: no word of it in any log, at any level.

Rasa and rasa-sdk print the words of residents in many places. Their output therefore never reaches a
log as it is; of each line only its level and the part of the program it comes from are passed on.
What is passed on to be understood has lost its personal details before; what is kept for staff holds only
words that the project's own texts have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from typing import NamedTuple

from bot.text.language import fold

# Stands where a personal detail was.
REMOVED = "***"
# A word is known when so many of our own questions have it in small letters: names hardly ever do.
_TIMES_SEEN = 2

# Addresses and names in the net, also spelled out ("ana arroba gmail punto com").
_NET = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:[.,][\w-]+)*|(?<!\w)@[\w.-]{3,}"
    r"|\b(?:facebook|fb|instagram|tiktok|t|wa)\.(?:com|me)/\S+"
    r"|(?<![\w.+-])[\w.+-]{1,64}(?: (?:punto|dot) \w+)? ?[\[(]?(?:@|\barroba\b|\bat\b)[\])]? ?"
    r"(?:gmail|hotmail|yahoo|outlook|icloud|live|aol|msn|proton\w*)\b"
    r"(?: ?[\[(]?(?:\.|,|punto|dot)[\])]? ?(?:com|net|es|mx)\b)?",
    re.IGNORECASE,
)
# Seven digits or more, however they are parted: phones, A-numbers, SSNs, card, case, licence and passport
# numbers. Not 90255, $150,000, 2025-06 or 911.
_LONG_NUMBER = re.compile(
    r"(?<![\w$])\(?(?:[a-z]{1,3}-?|a[-# ]{0,3})?\+?\d(?:[-. ()/#\u2010-\u2015]{0,3}\d){6,}(?!\w)",
    re.IGNORECASE,
)
# Phones parted by other signs, and letters mixed with six digits or more (CURP, INE, VIN, visas).
_PHONE = re.compile(r"(?<!\d)\d{3}(?:[^\w$]|_){1,4}\d{3}(?:[^\w$]|_){1,4}\d{4}(?!\d)")
_MIXED = re.compile(
    r"\b(?!\d+(?:dol|dll|pesos|usd|k\b))(?=[a-z0-9]*[a-z])(?=(?:[a-z]*\d){6})[a-z0-9]{7,20}\b"
    r"|[x*]{3}[- ]?[x*]{2}[- ]?\d{4}\b",
    re.IGNORECASE,
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|"
    "sep?tiembre|octubre|noviembre|diciembre|ene|abr|ago|dic"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?:[ /-]?| del? | of )(?:{_MONTHS})\b\.?"
    rf"|(?:{_MONTHS})\.?[ /-]?(?:the )?\d{{1,2}}(?:st|nd|rd|th)?)"
    r"(?:,?(?: del?| of)? '?|[-/])(?:(?:19|20)\d\d|\d\d(?! (?:horas|hours|d[ií]as|days|personas|people)))\b"
    r"|\b\d{1,4} ?([-/.]) ?\d{1,2} ?\1 ?\d{2,4}\b",
    re.IGNORECASE,
)
# What follows words of birth: a year, or a day however it is written; not "born 3 months ago".
_BIRTH = re.compile(
    r"\b(?P<cue>(?:nac[ií]|naci[oó]|nacid[oa]|nacimiento|born|dob|birthday|cumplea[nñ]os)\b"
    rf"(?:\W+(?:el|en|del?|d[ií]a|a[nñ]o|is|es|on|in|the|of|year|{_MONTHS})){{0,6}}\W+)"
    r"(?!90\d{3}\b)\d{1,8}(?:st|nd|rd|th)?\b"
    r"(?!\s*(?:months?|mes(?:es)?|days?|d[ií]as|weeks?|semanas|min\w*|h?oras?|hours|years|a[nñ]os)\b)"
    rf"(?:[-/. ]+(?:(?:del?|of|{_MONTHS})[-/. ,']+){{0,3}}\d{{1,4}}\b){{0,2}}",
    re.IGNORECASE,
)
# The last four digits of a Social Security number say nearly as much as all of it.
_LAST_FOUR = re.compile(
    r"\b(?P<cue>(?:ssn|itin|social security|seguro social|social|seguro)\b"
    r"(?:[:# ]|number\b|n[uú]mero\b|last (?:4|four)\b|is\b|es\b|ends in\b|termina en\b){1,24})"
    r"(?!(?:19|20)\d\d\b|\d000\b)\d{4}\b",
    re.IGNORECASE,
)
# Plates of California, and whatever with a digit in it is called one.
_PLATE = re.compile(
    r"\b(?P<cue>(?:plates?|placas?)\b(?:[:# ]|\b(?:is|are|number|es|son|n[uú]mero)\b){1,24})"
    r"(?:(?=[a-z]*\d)[a-z0-9]{5,8}|(?=[a-z]*\d)[a-z0-9]{1,4}[- ](?:[a-z]{3}[- ])?\d{2,4})\b"
    r"|\b\d-?[a-z]{3}-?\d{3}\b",
    re.IGNORECASE,
)
_STREET = (
    r"st|street|ave?|avenue|avenida|blvd|boulevard|bulevar|rd|road|dr|drive|ln|lane|ct|pl|place|calle|hwy"
)
# A house number, at most three words that are not such small ones, and a kind of street; or the other way.
_SMALL = (
    r"(?!(?:the|on|in|at|a|an|of|my|la|el|los|las|en|de|un|una|mi|por|and|y|is|es|to|from|am|pm|years|"
    r"dollars|d[oó]lares|pesos|agents|agentes|people|personas|miles(?! av))\b)"
)
_ADDRESS = re.compile(
    r"(?<![\w$,.-])(?<!\bin )(?!(?:911|211|988)\b)\d{3,5}(?:-?[a-d]\b| 1/2)?"
    rf"(?: {_SMALL}[\w.]+){{0,4}}?,? (?:{_STREET})\b\.?"
    r"|\b(?:calle|avenida|av\.?|boulevard|bulevar|blvd)(?: [\w.]+){1,3}?,? (?:#|no\.? |n[uú]mero )?\d{3,5}\b"
    r"|\b(?P<cue>(?:viv[oe] en|lives? at|rento en|direcci[oó]n|domicilio|address)\b"
    r"(?:[: ]|\b(?:es|is|la|el)\b){1,12})(?!90\d{3}\b|(?:19|20)\d\d\b)#?\d{3,5}\b"
    r"(?! (?:dol|pesos))(?: \w+){1,2}"
    r"|\b(?:apt|apartment|apto|apartamento|departamento|depto|unit|unidad|suite)\.? ?#? ?\d+\w?\b",
    re.IGNORECASE,
)
# Between the words below and a name: spaces, a colon, quotes.
_GAP = r"[^\w?!.;]{1,4}"
# Where a name follows: a word that our own questions do not have, or that is written with a capital.
_NAMED = re.compile(
    r"\b(?:me (?:ll|y)am[oó]|(?:mi|su) nombre(?: completo)?(?: es)?|nombre (?:de (?:mi|la|el|su) \w+ )?es|"
    r"se llaman?|llamad[oa]s?|nombre completo|ll[aá]me(?:n)?me|my (?:full |real )?names?(?: is|'s|’s)?|"
    r"(?:his|her|their|the|s|first|last) (?:full |real )?names?(?: is|'s|’s| are| was)|"
    rf"(?:he|she|i) (?:is|am) called|named|call me|apellido(?: es)?|(?:nombre|name)(?=:)){_GAP}(?:el |la )?",
    re.IGNORECASE,
)
_RELATIVES = (
    r"(?:(?:older|younger|little|big|step|ex)[ -]?)?"
    r"(?:espos[oa]|marido|mujer|h?erman(?:it)?[oa]s?|h?ij(?:it)?[oa]s?|pap[aái]|mam[aái]|t[ií][oa]s?|prim[oa]s?|"
    r"abuel(?:it)?[oa]|novi[oa]|vecin[oa]|amig[oa]s?|carnal|compa|compadre|comadre|niet[oa]|ahijad[oa]|"
    r"padrastro|madrastra|pareja|caser[oa]|sobrin[oa]|cu[nñ]ad[oa]|suegr[oa]|patr[oó]n|jefe|señora?|beb[eé]|ex|"
    r"husband|wife|bro(?:ther)?s?|sis(?:ter)?s?|sons?|daughters?|father|dad|mother|mom|uncle|aunt|cousin|"
    r"friend|neighbor|boyfriend|girlfriend|boss|landlord|grandma|grandpa|nephew|niece|roommate|kids?|baby)"
    r"(?:[ -]in[ -]law)?(?: (?:menor|mayor))?"
)
# Where one may follow: words that our own questions do not have ("mi esposo ernesto", not "mi esposo no").
_RELATIVE_NAMED = re.compile(
    r"\b(?:don|doña|señora?|sra?\b\.?|dra?\b\.?|m(?:rs?|s)\b\.?|"
    rf"(?:mis?|my|su|his|her|our|nuestr[oa]|el|la|un|una) {_RELATIVES})"
    r"[ ,:(]{1,3}(?:(?:don|doña|mr|mrs|ms)\b\.? )?",
    re.IGNORECASE,
)
# Where anything may follow: such words with a capital, or two of them ("soy Ana", not "soy vegana").
_SELF_NAMED = re.compile(
    r"\b(?:soy(?: (?:el|la) señora?)?|yo(?=,)|att?e|atentamente|i am|i['’]?m|it['’]?s(?: me)?|this is|"
    r"sincerely|me dicen|le (?:habla|escribe)|les saluda|firma|(?:gracias|thanks)(?=,)|a nombre de|"
    r"preguntaban por|(?:detuvieron|llevaron|agarraron|buscan|busco)(?: a)?|looking for|asked for|took|"
    rf"is under|officer|oficial|agente|notari[oa]|abogad[oa]){_GAP}",
    re.IGNORECASE,
)
# A word in small letters that ends like a verb is none ("mi esposo tomaba", "my landlord evicting me").
_VERB = re.compile(r"(?:ó|aba|aban|ieron|rme|rnos|rse|rlo|ing|mente|(?<!moham)(?<!ahm)(?<!fr)ed)$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*\.?")
_BETWEEN_NAMES = frozenset(("de", "del", "la", "las", "los", "da", "van", "von", "san", "santa"))
# Behind a name these are names too, whatever else they are.
_ALSO_NAMES = frozenset(
    (
        *("abril", "amparo", "ana", "angel", "barrios", "blanca", "bravo", "caridad", "casas", "concha"),
        *("cortes", "costa", "cruz", "diego", "dolores", "domingo", "duran", "esperanza", "flores", "grace"),
        *(
            "guadalupe",
            "guerra",
            "hope",
            "iglesias",
            "james",
            "jesus",
            "juan",
            "julio",
            "lee",
            "leon",
            "luna",
        ),
        *(
            "luz",
            "maria",
            "mateo",
            "mercedes",
            "mesa",
            "milagros",
            "moreno",
            "nieto",
            "orlando",
            "paz",
            "pena",
        ),
        *("randolph", "refugio", "reyes", "rico", "rios", "rojas", "rosa", "rosario", "rosas", "rugby"),
        *("salvador", "santos", "sierra", "simon", "sol", "vega", "victoria"),
    )
)
# Of these even the first is one where a name was announced.
_FIRST_NAMES = frozenset(
    (
        *("ana", "angel", "blanca", "diego", "esperanza", "james", "juan", "julio", "luz", "maria", "mateo"),
        *("orlando", "paz", "rosa", "rosario", "simon"),
    )
)
# Numbers in words may be a phone or a day of birth; they are not kept.
_NUMBERS = frozenset(
    (
        *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once"),
        *("doce", "trece", "catorce", "quince", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta"),
        *("setenta", "ochenta", "noventa", "cien", "mil", "zero", "one", "two", "three", "four", "five"),
        *("six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty", "thirty", "forty", "fifty"),
        *("sixty", "seventy", "eighty", "ninety", "hundred", "thousand"),
    )
)
# What stands before a word that does not begin a sentence.
_INSIDE = tuple(f"{end} " for end in "abcdefghijklmnopqrstuvwxyzáéíóúñü,0123456789")
# Between the names of several people.
_AND = frozenset(("y", "e", "and"))
_MOST_WORDS = 7
# What is written in so many capital letters is no name but an abbreviation.
_LETTERS = 4


class OwnWords(NamedTuple):
    """The words, folded, of our own texts.

    `known` is what at least two texts have in small letters. `to_keep` is what of it names nobody and no
    place, and may be kept of a question: it is not as often written with a capital inside of a sentence, and
    is neither a name besides nor a number.
    """

    known: frozenset[str]
    to_keep: frozenset[str]


def own_words(texts: Iterable[str]) -> OwnWords:
    """Return the words of our own texts."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        words = list(_WORD.finditer(text))
        small.update(set(fold(" ".join(word[0] for word in words if word[0].islower())).split()))
        inside = (
            word[0]
            for word in words
            if len(word[0]) > 1 and word[0].istitle() and text[: word.start()].endswith(_INSIDE)
        )
        capital.update(set(fold(" ".join(inside)).split()))
    known = frozenset(word for word, times in small.items() if times >= _TIMES_SEEN)
    to_keep = (word for word in known - _ALSO_NAMES - _NUMBERS if small[word] > capital[word])
    return OwnWords(known, frozenset(to_keep))


def remove_personal_details(text: str, known_words: Container[str]) -> str:
    """Return a message with *** for names, numbers, addresses and dates that tell who somebody is.

    `known_words` are those of `OwnWords`. ZIP codes, cities and emergency numbers stay.
    """
    for pattern in (_NET, _DATE, _BIRTH, _PLATE, _LONG_NUMBER, _PHONE, _MIXED, _LAST_FOUR, _ADDRESS):
        text = pattern.sub(_without_detail, text)
    return _remove_names(text, known_words)


def _without_detail(match: re.Match[str]) -> str:
    """Leave the words that say what the detail was, where the pattern names them."""
    return (match.groupdict().get("cue") or "") + REMOVED


def keep_own_words(text: str, words_to_keep: Container[str]) -> str:
    """Return a message with *** for every number, and every word that may not be kept (see `OwnWords`).

    Whatever somebody writes, what is left of it stands in the project's own texts.
    """
    kept = [word if _may_be_kept(word, words_to_keep) else REMOVED for word in text.split()]
    return re.sub(r"\*\*\*(?: \*\*\*)+", REMOVED, " ".join(kept))


def _may_be_kept(word: str, words_to_keep: Container[str]) -> bool:
    parts = fold(word).split()
    return bool(parts) and all(part in words_to_keep and part.isalpha() for part in parts)


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
        if name and (plain in _BETWEEN_NAMES or (surely and plain in _AND)):
            continue
        unknown = any(part not in known_words for part in plain.split())
        capital = word[0][0].isupper() and not shouted
        # DACA, HP, ICE; a name that nobody asks about may be as short.
        abbreviation = capital and word[0].isupper() and 1 < len(word[0]) <= _LETTERS and not unknown
        with_digit = any(map(str.isdigit, word[0]))  # I-352
        verb = not name and not surely and word[0].islower() and _VERB.search(word[0])
        also = plain in (_ALSO_NAMES if name or capital else _FIRST_NAMES)
        if abbreviation or with_digit or verb or not (unknown or (surely and capital) or also):
            break
        name.append(word)
        # A full stop ends the name, except behind an initial.
        if text[word.end() : position] != " " or (word[0].endswith(".") and len(word[0]) > 2):
            break
    return name

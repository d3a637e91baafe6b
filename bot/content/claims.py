"""The claims lint: what no text of the assistant may say, or may say only with something beside it.

The phrases are data (`data/claims.yml`, which explains how they are written); this module only looks
for them.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.files.shapes import Needed
from bot.files.yaml_reading import line_of, read_yaml
from bot.messages import DataText, Message
from bot.problems import Problems
from bot.text.language import LANGUAGES

_NEEDED_KEYS = {"id", "reason", *LANGUAGES}
_NEGATION = "true_when_negated"
_IN_CLAUSE, _DIRECTLY = "in_clause", "directly"
# What must stand beside the words, how near, and the wording that is proposed.
_BESIDE_KEYS = {"unless", "within", "add"}
_SENTENCE, _PARAGRAPH, _TEXT = "sentence", "paragraph", "text"
_PATTERNS = {language: Needed([str]) for language in LANGUAGES}
_CLAIMS = {
    "words": {language: {...: str} for language in LANGUAGES},
    "claims": [
        {
            "id": str,
            "reason": {language: Needed(str) for language in LANGUAGES},
            **{language: [str] for language in LANGUAGES},
            _NEGATION: str,
            "unless": _PATTERNS,
            "within": str,
            "add": {language: Needed(str) for language in LANGUAGES},
        }
    ],
}

_MARK = re.compile(r"[ \t]*(\d+\.|-|>)[ \t]+")
_PARTING_LINE = re.compile(r"[ \t]*---[ \t]*")
# An ending within quotation marks, or after "U.S." or "EE. UU.", ends no sentence.
_SENTENCE_END = re.compile(r"(?<!\bU\.S\.)(?<!\bEE\.)(?<!\bUU\.)(?<!\bNo\.)(?<!\bSt\.)(?<=[.!?])[”»\")]*\s+")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"")
# What words to say aloud mean stands behind them in parentheses, or begins so.
_MEANING = re.compile(r"\(|(quiere decir|significa|es decir|en español|it means)\b", re.IGNORECASE)

# Patterns meet folded text, so these have no accents.
_NEGATIONS = {
    "en": re.compile(r"\b(?:not|never|no|nobody|cannot|neither|nor)\b|n't\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|nunca|nadie|ni|jamas|tampoco|sin)\b", re.IGNORECASE),
}
# These say what somebody lacks, and deny nothing of what comes behind: "with no papers", "sin papeles".
_LACKS = {
    "en": re.compile(
        r"\b(?:(?:with|have|has|had|having|got|and|or) no(?: \w+){0,2}?|"
        r"(?:do not|don't|does not|doesn't|did not|didn't) (?:have|carry|hold)(?: \w+){0,3}?) "
        r"(?:papers?|documents?|records?|status|visas?|licen[cs]es?|ids?|passports?|convictions?|crimes?|"
        r"history|lawyers?|attorneys?|judges?|warrants?|money|english)\b|\bno matter\b|"
        r"^\W*no (?:\w+ )?(?:papers|documents|record|status|visa|licen[cs]e)"
        r"(?= (?:and|or|you|he|she|they|your)\b)",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\bsin (?!que\b|\w+[aei]r(?:l[aeo]s?)?\b)\w+|"
        r"\bni (?=papeles|documentos|record|antecedentes|estatus)|"
        r"\bno (?:tiene|tienen|tenga|tengan|tener|trae|traen|hay|haya|lleva|llevan|cuenta con)(?: \w+){0,2}? "
        r"(?:papeles|documentos|records?|antecedentes|estatus|visas?|licencias?|pasaportes?|delitos|"
        r"identificacion|abogad[oa]s?|juez|jueza|orden|dinero|ingles)\b|"
        r"\b(?:no importa|sin importar)\b",
        re.IGNORECASE,
    ),
}
# A "not" after "if" or "who" denies the rest only with a word of saying: "it does not mean that".
_CONDITIONS = {
    "en": re.compile(
        r"\b(?:if|when|since|although|though|because|as long as|while|who|whoever|once|unless)\b", re.I
    ),
    "es": re.compile(r"\b(?:si|cuando|aunque|como|ya que|puesto que|mientras|quien|quienes)\b", re.I),
}
_SAYING = {
    "en": re.compile(
        r"\b(?:say|says|said|tell|tells|mean|means|promises?|guarantees?|believe|think|sure|certain|know|"
        r"true|proves?|makes?|that|count on)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(?:dic\w+|dig\w+|decir\w*|signific\w+|promet\w+|garantiz\w+|asegur\w+|cre[ae]\w*|piens\w+|"
        r"quiere|seguro de|sab\w+|cierto|verdad|hace|que)\b",
        re.IGNORECASE,
    ),
}
_CLAUSE_END = re.compile(r"[.!?:;,()¿¡]|\b(?:but|because|so|pero|porque|asi que)\b", re.IGNORECASE)
# English: one "not" covers a list that ends in "or" ("do not lie, run or hide"), up to these words.
_ENGLISH_FORBIDS = re.compile(r"\b(?:not|never|nor|cannot|nobody|instead of)\b|n't\b|\bbefore you\b", re.I)
_ENGLISH_TURNS = re.compile(
    r"[.!?:;()]|\b(?:but|then|so|and|just|please|(?P<condition>if|when|unless|until|because))\b",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
# Spanish: every verb has its own "no" or "ni", with at most these words between.
_SPANISH_FORBIDS = re.compile(
    r"\b(?:no|ni|nunca|jamas|tampoco|nadie|sin|antes de|en vez de)"
    r"(?: (?:se|lo|la|le|les|los|las|me|nos|nunca|jamas|debe|deben|deberia|puede|pueden|hay que|"
    r"intente|intenten|trate de|traten de|vaya a|conviene|es bueno|es buena idea|es necesario))* $",
    re.IGNORECASE,
)
_WORD_LIST = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True)
class Beside:
    """What must stand beside the words of a claim, by language, and how near: `within`.

    That is "sentence", "paragraph" (or the same item of a list) or "text"; `add` is a wording of it.
    """

    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    within: str
    add: Mapping[str, str]


@dataclass(frozen=True)
class Claim:
    """One thing that must not be said, or not alone, as patterns by language.

    `negation` says which "not" before the words makes them harmless: "" (none), "in_clause" or "directly".
    """

    id: str
    reason: DataText
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    negation: str = ""
    beside: Beside | None = None

    def found_in(self, text: str, language: str) -> str | None:
        """Return the words of a text that make the claim, or None."""
        return next(self.all_in(text, language), None)

    def all_in(self, text: str, language: str) -> Iterator[str]:
        """Yield all words of a text that make the claim."""
        paragraphs, whole = _taken_apart(text)
        # Words to say aloud stand in English in both languages.
        for said_in in dict.fromkeys((language, "en")):
            for pattern in self.patterns[said_in]:
                if not pattern.search(whole):
                    continue
                for paragraph in paragraphs:
                    for sentence, folded in paragraph:
                        for match in pattern.finditer(folded):
                            near = {
                                _SENTENCE: folded,
                                _PARAGRAPH: " ".join(plain for _, plain in paragraph),
                                _TEXT: whole,
                            }
                            if not self._is_harmless(match, said_in, near):
                                yield sentence[match.start() : match.end()]

    def _is_harmless(self, match: re.Match[str], language: str, near: Mapping[str, str]) -> bool:
        if self.negation == _IN_CLAUSE and _denied(match, language):
            return True
        if self.negation == _DIRECTLY and _forbidden(match, language):
            return True
        return self.beside is not None and any(
            pattern.search(near[self.beside.within].replace("\n", " "))
            for patterns in self.beside.patterns.values()
            for pattern in patterns
        )


def _fold(text: str) -> str:
    """Return a text without accents and with plain apostrophes, letter for letter."""
    return "".join(unicodedata.normalize("NFD", sign)[0] for sign in text).replace("’", "'")


@functools.lru_cache(maxsize=1)  # a text is taken apart once, and asked for each claim
def _taken_apart(text: str) -> tuple[list[list[tuple[str, str]]], str]:
    """Return the paragraphs of a text, each sentence also folded, and all that is folded."""
    paragraphs = [[(sentence, _fold(sentence)) for sentence in each] for each in _paragraphs(text)]
    return paragraphs, "\n".join(folded for paragraph in paragraphs for _, folded in paragraph)


def _paragraphs(text: str) -> list[list[str]]:
    """Take a text apart into paragraphs and items of lists, and each of these into its sentences.

    Words to say aloud belong to the sentence before them that ends with a colon, and what they mean,
    behind them, to the same.
    """
    paragraphs: list[list[str]] = []
    before = ""
    for kind, block in _blocks(unicodedata.normalize("NFC", text)):
        said = kind == ">" and before in ("", "-") and paragraphs and paragraphs[-1][-1].endswith(":")
        if said or (before == ">" and not kind and _MEANING.match(block)):
            paragraphs[-1][-1] += f" {block}"
        elif kind != "---":
            paragraphs.append([block] if kind == ">" else _sentences(block))
        before = kind
    return paragraphs


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield paragraphs (kind ""), items of lists ("-"), words to say aloud (">") and partings ("---")."""
    kind, lines = "", list[str]()
    for line in (*text.splitlines(), "---"):
        mark = _MARK.match(line)
        if mark is None:
            found = "---" if _PARTING_LINE.fullmatch(line) else ""
        else:
            found = ">" if mark[1] == ">" else "-"
        goes_on = line.strip() and (found == ">" == kind or (not found and kind != ">"))
        if lines and not goes_on:
            yield kind, " ".join(" ".join(lines).split())
            kind, lines = "", []
        if found == "---":
            yield "---", ""
        elif line.strip():
            kind = kind if lines else found
            lines.append(line[mark.end() :] if mark else line)


def _sentences(paragraph: str) -> list[str]:
    quotes = [quote.span() for quote in _QUOTED.finditer(paragraph)]
    ends = [
        end
        for end in _SENTENCE_END.finditer(paragraph)
        if not any(start < end.start() < stop - 1 for start, stop in quotes)
    ]
    starts = [0, *(end.end() for end in ends)]
    return [paragraph[a:b].strip() for a, b in zip(starts, [*starts[1:], len(paragraph)], strict=True)]


def _denied(match: re.Match[str], language: str) -> bool:
    """Whether a "not" or "nobody" stands before the words, in the same part of the sentence."""
    clause = _after_last(_CLAUSE_END, match.string[: match.start()])
    clause = _LACKS[language].sub(" ", clause)
    for negation in _NEGATIONS[language].finditer(clause):
        between = clause[negation.end() :].strip()
        if (
            not between
            or not _CONDITIONS[language].search(clause[: negation.start()])
            or _SAYING[language].search(between)
        ):
            return True
    return False


def _forbidden(match: re.Match[str], language: str) -> bool:
    """Whether a verb has its own "do not" before it."""
    before = match.string[: match.start()]
    if language == "es":
        return bool(_SPANISH_FORBIDS.search(before))
    turn = next(reversed([*_ENGLISH_TURNS.finditer(before)]), None)
    clause = before[turn.end() :] if turn else before
    if "," not in (between := _after_last(_ENGLISH_FORBIDS, clause)):
        return between != clause
    # A comma ends what a "not" covers, but not in a list: "do not lie, run or hide".
    if between == clause or (turn and turn["condition"]):
        return False
    after = match.string[match.start() :]
    next_turn = _ENGLISH_TURNS.search(after)
    return bool(
        _OR.search(between[between.rindex(",") :] + after[: next_turn.start() if next_turn else None])
    )


def _after_last(pattern: re.Pattern[str], text: str) -> str:
    end = 0
    for match in pattern.finditer(text):
        end = match.end()
    return text[end:]


def read_claims(path: Path, problems: Problems) -> list[Claim]:
    """Read the claims, noting what cannot be used."""
    document: Mapping[str, Any] = read_yaml(path, problems, _CLAIMS) or {}
    words = document.get("words") or {}
    claims = []
    for entry in document.get("claims") or []:
        line = line_of(entry)
        keys = {key for key, value in entry.items() if value is not None}
        if keys - {_NEGATION} - _BESIDE_KEYS != _NEEDED_KEYS or keys & _BESIDE_KEYS not in (
            {*()},
            _BESIDE_KEYS,
        ):
            problems.add(path, line, "claim_keys", negation=_NEGATION)
            continue
        negation, within = entry.get(_NEGATION, ""), entry.get("within", _TEXT)
        if negation not in ("", _IN_CLAUSE, _DIRECTLY) or within not in (_SENTENCE, _PARAGRAPH, _TEXT):
            problems.add(path, line, "claim_choice", negation=_NEGATION, claim=entry["id"])
            continue
        reason = DataText(*(entry["reason"][language].rstrip(".") for language in ("en", "es")))
        try:
            claim = Claim(entry["id"], reason, _patterns(entry, words), negation)
            if "unless" in entry:
                beside = Beside(_patterns(entry["unless"], words), within, entry["add"])
                claim = Claim(claim.id, claim.reason, claim.patterns, negation, beside)
        except re.error as error:
            problems.add(path, line, "claim_pattern", claim=entry["id"], reason=error.msg)
            continue
        except KeyError as error:
            problems.add(path, line, "claim_words", claim=entry["id"], words=error.args[0])
            continue
        claims.append(claim)
    return claims


def _patterns(
    entry: Mapping[str, Iterable[str]], words: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[re.Pattern[str], ...]]:
    return {
        language: tuple(_compile(pattern, words.get(language) or {}) for pattern in entry[language])
        for language in LANGUAGES
    }


def _compile(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    for depth in itertools.count():
        if not _WORD_LIST.search(pattern):
            break
        if depth > len(words):
            raise re.error("a list of words names itself")
        pattern = _WORD_LIST.sub(lambda name: f"(?:{words[name[1]]})", pattern)
    # A pattern that looks for a name needs its capital letter.
    flags = 0 if "[A-Z]" in pattern else re.IGNORECASE
    return re.compile(rf"(?<!\w)(?:{_fold(pattern)})", flags)


@dataclass(frozen=True)
class Spoken:
    """A text that is said to residents: its file, its language, itself and, in a topic, its field."""

    path: Path
    language: str
    text: str
    field: str = ""


def check_claims(claims: Iterable[Claim], texts: Iterable[Spoken], problems: Problems) -> None:
    """Note every claim that is made."""
    claims = list(claims)
    for spoken in texts:
        for claim in claims:
            if not (words := claim.found_in(spoken.text, spoken.language)):
                continue
            if claim.beside is None:
                problems.add(
                    spoken.path,
                    1,
                    "claim_made",
                    field=spoken.field,
                    words=words,
                    claim=claim.id,
                    reason=claim.reason,
                )
            else:
                problems.add(
                    spoken.path,
                    1,
                    "claim_alone",
                    field=spoken.field,
                    words=words,
                    claim=claim.id,
                    reason=claim.reason,
                    within=Message(f"within_{claim.beside.within}"),
                    wording=claim.beside.add[spoken.language],
                )

"""Every text that residents see and that is no answer: read from three files, changed one at a time.

They are the responses of domain.yml (by their names), the pages' own texts (data/page_texts.yml, by their
names) and the titles of the first screen (data/start.yml): "start.taken" what has happened, "start.topics.2"
the second heading of the topics. What each says stands in fields by language: "text_en", and "button_1_es"
where it has buttons of its own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.content.checks import check_phones
from bot.content.claims import Claim, Spoken, check_claims, read_claims
from bot.content.page_texts import check_page_text, missing_places, released_page_texts, with_hotline
from bot.content.paths import PAGE_TEXTS, RESOURCES, START
from bot.content.responses import DOMAIN, SENTENCES, Responses, check_response
from bot.content.service_references import check_responses_services
from bot.content.sounds import RECORDED, SOUNDS, SYNTHETIC, make_sound, read_sounds, sound_name
from bot.content.start import STARTER_LENGTH
from bot.content.training_data import LANGUAGE_MESSAGES, read_variations
from bot.directory.mentions import mentioned
from bot.directory.reading import check_directory
from bot.directory.services import Directory
from bot.editing.field_problems import FieldProblem
from bot.editing.replace import replace_texts
from bot.editing.yaml_round_trip import dump, load, put, quoted
from bot.errors import KyrError, reason_of
from bot.files.yaml_reading import read_yaml
from bot.messages import Message
from bot.problems import ContentError, Problem, Problems
from bot.text.facts import fingerprint
from bot.text.language import LANGUAGES
from bot.text.readability import too_hard

DOMAIN_FILE = Path("domain.yml")
_CLAIMS = Path("data") / "claims.yml"
_STARTER, _PART = "start.", "start.topics."
_START_SHAPE = {
    "starters": {...: {"title": dict.fromkeys(LANGUAGES, str), "answer": str, "card": str}},
    "topics": [{"title": dict.fromkeys(LANGUAGES, str), "ids": [str]}],
}
_PAGE_SHAPE = {...: dict.fromkeys(LANGUAGES, str)}
# What people are told to send in a text message: whoever mends the sentence must not lose the word.
# The longest, on what is kept, has 1,842 letters; a heading of the first screen has 27.
_MOST_LETTERS, _MOST_LETTERS_OF_A_HEADING = 2500, 60
# Numbers that everybody may call, and that are written as they are.
_NUMBERS_OF_ALL = re.compile(r"\b(?:911|988|211)\b")
_WORDS_TO_SEND = re.compile(r"\b(?:STOP|ALTO|START|HELP|AYUDA|MORE|MÁS)\b")
# A text of fewer words is no sentence whose grade could be measured.
_FEWEST_WORDS = 12


class TextEditError(KyrError):
    """A text that cannot be written; says why."""


class TextConflict(KyrError):
    """A text was changed by somebody else; `present` is how it stands now."""

    def __init__(self, present: ResidentText) -> None:
        self.present = present
        super().__init__(Message("text_changed_meanwhile", text=present.key))


@dataclass(frozen=True)
class ResidentText:
    """One text: the file it stands in, below the content's root, and what each of its fields says.

    `leads_to` are the ids of the answers that buttons below it lead to.
    """

    key: str
    file: Path
    fields: Mapping[str, str]
    leads_to: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Letters and digits that change with what it says, as when somebody else has changed it."""
        return fingerprint(*(part for pair in sorted(self.fields.items()) for part in pair))

    def of(self, language: str) -> str:
        """Return what it says first in a language."""
        return self.fields[f"text_{language}"]


def read_resident_texts(root: Path) -> dict[str, ResidentText]:
    """Return all texts of the content under `root`, by key; those of an unreadable file are missing."""
    return {text.key: text for text in _texts_in(root, Problems(root))}


def _texts_in(root: Path, problems: Problems) -> Iterator[ResidentText]:
    domain = read_yaml(root / DOMAIN_FILE, problems, DOMAIN)
    responses = (domain.get("responses") if domain else None) or CommentedMap()
    for name in responses:
        fields: dict[str, str] = {}
        leads_to: list[str] = []
        for language, variation, _ in read_variations(responses, name):
            fields[f"text_{language}"] = _plain(variation.get("text"))
            for number, button in enumerate(variation.get("buttons") or (), 1):
                fields[f"button_{number}_{language}"] = _plain(button.get("title"))
            custom = variation.get("custom")
            leads_to += (custom.get("next") or ()) if isinstance(custom, Mapping) else ()
        yield ResidentText(name, DOMAIN_FILE, _in_order(fields), tuple(dict.fromkeys(map(str, leads_to))))
    page_texts = root / PAGE_TEXTS
    own = (read_yaml(page_texts, problems, _PAGE_SHAPE) if page_texts.exists() else None) or CommentedMap()
    released = released_page_texts()
    for name in released[LANGUAGES[0]]:
        twins = own.get(name) or {}
        said = {language: twins.get(language) or released[language][name] for language in LANGUAGES}
        yield ResidentText(name, PAGE_TEXTS, _by_field(said))
    screen = root / START
    start = (read_yaml(screen, problems, _START_SHAPE) if screen.exists() else None) or CommentedMap()
    for name, starter in (start.get("starters") or {}).items():
        key = f"{_STARTER}{name}"
        yield ResidentText(key, START, _by_field(starter["title"]), (str(starter.get("answer") or ""),))
    for number, part in enumerate(start.get("topics") or (), 1):
        yield ResidentText(f"{_PART}{number}", START, _by_field(part["title"]))


def _plain(value: object) -> str:
    return str(value or "").strip()


def _by_field(twins: Mapping[str, Any]) -> dict[str, str]:
    return {f"text_{language}": _plain(twins.get(language)) for language in LANGUAGES}


def _in_order(fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields with each language beside the other."""
    names = dict.fromkeys(name.rpartition("_")[0] for name in ("text_", *fields))
    return {
        f"{name}_{language}": fields.get(f"{name}_{language}", "") for name in names for language in LANGUAGES
    }


@dataclass(frozen=True)
class TextEdited:
    """What an edit has changed, by field; nothing where it said the same before."""

    before: Mapping[str, str]
    after: Mapping[str, str]


def edit_text(
    root: Path,
    key: str,
    wanted: Mapping[str, str],
    *,
    seen: str,
    compared: bool = False,
) -> TextEdited:
    """Write what a text says in the content under `root`, if all of it is right; only its own lines change.

    `seen` is the state that the edit began from. Where only one language changes, `compared` says that the
    other was compared with it. A sentence that a phone says aloud gets a new sound. Raises TextConflict,
    TextEditError, ContentError with every mistake (see `TextCheck.locate`), SoundError and
    ContentChangedError.
    """
    present = _present(root, key)
    if present.fields.keys() != wanted.keys():
        raise TextEditError(Message("text_fields_wrong", text=key))
    changed = [name for name, text in wanted.items() if text != present.fields[name]]
    if seen != present.state and changed:
        raise TextConflict(present)
    if not changed:
        return TextEdited({}, {})
    if problems := [
        one for one in _own_problems(root, present, wanted, compared=compared) if not one.warning
    ]:
        raise ContentError(problems)
    before = _read(root / present.file)
    text = with_text(before or "", present, wanted)
    sounds = _new_sounds(root, present, wanted)
    try:
        replace_texts(root, present.file, text, before=before, sounds=sounds)
    except OSError as error:
        raise TextEditError(Message("text_not_written", file=present.file, reason=reason_of(error))) from None
    return TextEdited(
        {name: present.fields[name] for name in changed}, {name: wanted[name] for name in changed}
    )


def _present(root: Path, key: str) -> ResidentText:
    """Return a text as it stands; raises TextEditError where there is none."""
    found = read_resident_texts(root).get(key)
    if found is None:
        raise TextEditError(Message("text_unknown", text=key[:80]))
    return found


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def with_text(document: str, present: ResidentText, wanted: Mapping[str, str]) -> str:
    """Return the text of a file in which one text says something else; all other lines stay as they are."""
    parsed = load(document) if document.strip() else CommentedMap()
    for language in LANGUAGES:
        holder, name = _holder(parsed, present, language)
        _say(holder, name, wanted[f"text_{language}"])
        for number, button in enumerate(holder.get("buttons") or (), 1):
            _say(button, "title", wanted[f"button_{number}_{language}"])
    return dump(parsed)


def _holder(document: CommentedMap, present: ResidentText, language: str) -> tuple[CommentedMap, str]:
    """Return the mapping, and the key in it, that says a text in a language."""
    if present.file == DOMAIN_FILE:
        responses = document["responses"]
        variations = read_variations(responses, present.key)
        return next(one for code, one, _ in variations if code == language), "text"
    if present.file == START:
        if present.key.startswith(_PART):
            return document["topics"][int(present.key.removeprefix(_PART)) - 1]["title"], language
        return document["starters"][present.key.removeprefix(_STARTER)]["title"], language
    if present.key not in document:
        document[present.key] = CommentedMap(dict.fromkeys(LANGUAGES, ""))
    return document[present.key], language


def _say(holder: CommentedMap, key: str, text: str) -> None:
    """Set what is said, in the style in which it was written where that can hold it."""
    before = holder.get(key)
    if before is not None and str(before).strip() == text:
        return
    block = "\n" in text or isinstance(before, LiteralScalarString)
    put(holder, key, LiteralScalarString(text) if block else quoted(text), LANGUAGES)


def _new_sounds(root: Path, present: ResidentText, wanted: Mapping[str, str]) -> dict[Path, bytes | None]:
    """Return the files of sounds, below the root, that come with new words that a phone says; None: one goes.

    A content without sounds stays without. Raises TextEditError where a person has recorded the old words,
    and SoundError where a new sound cannot be made.
    """
    old, new = (sound_name(words) for words in (present.of("en"), wanted["text_en"]))
    if present.key not in SENTENCES or old == new or not (root / SOUNDS).is_dir():
        return {}
    sounds = read_sounds(root)
    if old in sounds and not sounds[old].synthetic:
        raise TextEditError(Message("sentence_recorded", file=RECORDED / sounds[old].path.name))
    changes: dict[Path, bytes | None] = {}
    if new not in sounds:
        changes[SYNTHETIC / f"{new}.mp3"] = make_sound(wanted["text_en"])
    # Residents hear the old one until the new words are published: it is kept with the model.
    if old in sounds:
        changes[sounds[old].path.relative_to(root)] = None
    return changes


def _own_problems(
    root: Path, present: ResidentText, wanted: Mapping[str, str], *, compared: bool
) -> list[Problem]:
    """Return what is wrong with a text beside what the check of the whole content says."""
    problems, file = Problems(root), root / present.file
    for name, text in wanted.items():
        language = name[-2:]
        if not text.strip():
            problems.add(file, 1, "text_empty", field=name, answer=LANGUAGE_MESSAGES[language])
        if any(not letter.isprintable() for letter in text.replace("\n", "")):
            problems.add(file, 1, "text_not_plain", field=name)
        most = _MOST_LETTERS_OF_A_HEADING if present.key.startswith(_PART) else _MOST_LETTERS
        if len(text) > most:
            problems.add(file, 1, "said_too_long", field=name, length=len(text), most=most)
        said = present.fields[name]
        before = [*(f"[{service}]" for service in mentioned(said)), *_NUMBERS_OF_ALL.findall(said)]
        if text.strip() and (gone := [one for one in dict.fromkeys(before) if one not in text]):
            problems.add(file, 1, "whom_to_call_gone", field=name, warning=True, gone=", ".join(gone))
        for word in dict.fromkeys(_WORDS_TO_SEND.findall(present.fields[name])):
            if text.strip() and missing_places(text, (word,)):
                problems.add(file, 1, "word_to_send_missing", field=name, word=word)
    changed = {name[-2:] for name, text in wanted.items() if text != present.fields[name]}
    if len(changed) == 1 and not compared:
        code = next(code for code in LANGUAGES if code not in changed)
        told = LANGUAGE_MESSAGES[code]
        problems.add(file, 1, "other_language_not_compared", field=f"text_{code}", language=told)
    return problems.found


@dataclass(frozen=True)
class _Around:
    """What a text is checked against, as it stands on the disk; `stamp` tells when that has changed."""

    stamp: tuple[tuple[str, int, int], ...] = ()
    claims: Sequence[Claim] = ()
    directory: Directory | None = None


@dataclass
class TextCheck:
    """Says of one text what `kyr check` would say of it, in a fraction of a second."""

    root: Path
    _around: _Around = field(default_factory=_Around)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def problems(
        self, present: ResidentText, wanted: Mapping[str, str], *, compared: bool = False
    ) -> list[FieldProblem]:
        """Return what is wrong with a text as it would be, warnings too, each at its field."""
        with self._lock:
            around = self._around = _read_around(self.root, self._around)
        found = _own_problems(self.root, present, wanted, compared=compared)
        if all(text.strip() for text in wanted.values()):
            found += _found(self.root, present, wanted, around)
        return self._placed(found, wanted)

    def locate(self, wanted: Mapping[str, str], error: ContentError) -> list[FieldProblem]:
        """Return the mistakes for which `edit_text` has refused a text, each at its field."""
        return self._placed(error.problems, wanted)

    def _placed(self, found: Iterable[Problem], wanted: Mapping[str, str]) -> list[FieldProblem]:
        return sorted(
            {
                FieldProblem(
                    problem.field if problem.field in wanted else "",
                    problem.text("what", "at_field"),
                    problem.text("mend", "on_page"),
                    problem.warning,
                )
                for problem in found
            }
        )


def _found(root: Path, present: ResidentText, wanted: Mapping[str, str], around: _Around) -> list[Problem]:
    """Return what the check of the content says of one text, and how hard it is to read."""
    problems, file = Problems(root), root / present.file
    twins = {language: wanted[f"text_{language}"] for language in LANGUAGES}
    shown: Mapping[str, str] = twins
    if present.file == DOMAIN_FILE:
        for language, text in twins.items():
            check_response(file, 1, present.key, language, text, problems)
        if around.directory is not None:
            alone = Responses({present.key: twins}, {})
            check_responses_services(root, alone, around.directory, problems)
    elif present.file == PAGE_TEXTS:
        check_page_text(file, present.key, twins, problems, lines={})
        if around.directory is not None:
            filled = with_hotline(
                {code: {present.key: text} for code, text in twins.items()}, around.directory.hotline
            )
            shown = {code: filled[code][present.key] for code in LANGUAGES}
    elif present.key.startswith(_STARTER) and not present.key.startswith(_PART):
        for language, text in twins.items():
            if len(text) > STARTER_LENGTH:
                name, most = f"text_{language}", STARTER_LENGTH
                problems.add(file, 1, "starter_too_long", field=name, starter=text, most=most)
    spoken = [Spoken(file, code, text, f"text_{code}") for code, text in shown.items()]
    spoken += [
        Spoken(file, name[-2:], text, name) for name, text in wanted.items() if not name.startswith("text_")
    ]
    check_claims(around.claims, spoken, problems)
    if around.directory is not None:
        check_phones(spoken, around.directory, problems)
    for language, text in twins.items():
        if len(text.split()) >= _FEWEST_WORDS and (measured := too_hard(text, language)):
            problems.add(
                file, 1, "text_hard_to_read", warning=True, field=f"text_{language}", measured=measured
            )
    return problems.found


def _read_around(root: Path, before: _Around) -> _Around:
    """Return what stands around a text now; it is read again only when it has changed."""
    files = [root / _CLAIMS, *sorted((root / RESOURCES).glob("*"))]
    states = [(path.name, path.stat()) for path in files if path.is_file()]
    stamp = tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)
    if stamp == before.stamp:
        return before
    problems = Problems(root)
    return _Around(stamp, read_claims(root / _CLAIMS, problems), check_directory(root / RESOURCES, problems))

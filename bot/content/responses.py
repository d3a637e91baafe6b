"""The responses of domain.yml, and the intents and training questions of data/nlu behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.paths import conversation_files
from bot.content.topic_reading import read_examples, read_variations
from bot.content.topics import TRAINING_DATA, VARIATIONS
from bot.directory.cards import TEXTS
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import LANGUAGES

# An emergency answer must fit one screen of a phone, and two text messages.
EMERGENCY_LENGTH = 480
# domain.yml.
DOMAIN = {
    "intents": [(str, {})],
    "actions": [str],
    "forms": {},
    "responses": {...: VARIATIONS},
}
# Responses that the code asks for by name.
NEEDED_RESPONSES = (
    "utter_hotline_card",
    "utter_not_legal_advice",
    "utter_clarify",
    "utter_none_of_these",
    "utter_none_chosen",
    "utter_find_help",
    "utter_talk_to_person",
    "utter_no_checked_answer",
    "utter_answer_being_checked",
    "utter_no_current_answer",
    "utter_may_have_changed",
    "utter_law_now",
    "utter_law_may_have_changed",
    "utter_emergency_now",
    "utter_ask_need",
    "utter_choose_again",
    "utter_also_asked",
    "utter_more_on_this",
    "utter_what_can_you_do",
    "utter_language_switched",
    "utter_language_switched_at_start",
    "utter_more_help",
    "utter_no_more_help",
    "utter_none_near",
    "utter_show_more",
    "utter_search_near",
    "utter_other_help",
    "utter_who_can_help",
    "utter_red_card_front",
    "utter_red_card_back",
    "utter_red_card_limits",
    "utter_privacy_not_kept",
    "utter_privacy_kept",
    "utter_privacy_others",
    "utter_privacy_careful",
    "utter_reply_with_number",
    "utter_words_only",
    "utter_text_help",
    "utter_text_stopped",
    "utter_group_declined",
    "utter_choice_gone",
    *TEXTS,
)


@dataclass(frozen=True)
class Responses:
    """The bot's texts by response name and language, and the questions of each intent."""

    responses: Mapping[str, Mapping[str, str]]
    questions: Mapping[str, Mapping[str, tuple[str, ...]]]


def check_responses(root: Path, problems: Problems) -> Responses | None:
    """Read domain.yml and data/nlu/<intent>.yml and note every mistake."""
    domain_path = root / "domain.yml"
    domain = read_yaml(domain_path, problems, DOMAIN)
    files = {path: read_yaml(path, problems, TRAINING_DATA) for path in conversation_files(root)}
    if domain is None or None in files.values():
        return None
    questions: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for path, nlu in files.items():
        if nlu is not None:
            questions |= _questions(nlu, domain, path, problems)
    return Responses(responses=_responses(domain, domain_path, problems), questions=questions)


def intent_names(domain: CommentedMap) -> list[str]:
    """Return the intents of domain.yml, which stand there as names or as mappings with options."""
    return [
        name
        for entry in domain.get("intents") or []
        for name in (entry if isinstance(entry, Mapping) else [entry])
    ]


def _responses(domain: CommentedMap, path: Path, problems: Problems) -> dict[str, dict[str, str]]:
    responses = domain.get("responses")
    if not isinstance(responses, CommentedMap):
        problems.add(path, 1, "`responses:` is missing", "Restore it")
        return {}
    texts: dict[str, dict[str, str]] = {}
    for name in responses:
        texts[name] = {}
        for language, variation, line in read_variations(responses, name):
            custom = variation.get("custom")
            if (
                language not in LANGUAGES
                or not isinstance(custom, Mapping)
                or custom.get("language") != language
            ):
                what = f"a variation of {name} does not name its language in `condition` and `custom`"
                problems.add(path, line, what, "Copy both from another response")
                continue
            texts[name][language] = str(variation.get("text") or "").strip()
        for language in LANGUAGES:
            if not texts[name].get(language):
                what = f"{name} has no text for {language}"
                problems.add(path, line_of(responses, name), what, "Write it beside the other one")
    for name in NEEDED_RESPONSES:
        if name not in texts:
            problems.add(path, line_of(domain, "responses"), f"the response {name} is missing", "Restore it")
    for language, text in texts.get("utter_emergency_now", {}).items():
        if len(text) > EMERGENCY_LENGTH:
            what = f"utter_emergency_now ({language}) has {len(text)} characters, {EMERGENCY_LENGTH} at most"
            problems.add(path, line_of(responses, "utter_emergency_now"), what, "Shorten it")
    return texts


def _questions(
    nlu: CommentedMap, domain: CommentedMap, path: Path, problems: Problems
) -> dict[str, dict[str, tuple[str, ...]]]:
    known = intent_names(domain)
    questions: dict[str, dict[str, tuple[str, ...]]] = {}
    for intent, language, line, examples in read_examples(nlu):
        if intent != path.stem:
            what = f"the questions are of the intent `{intent}`, not of this file's `{path.stem}`"
            problems.add(path, line, what, "Rename the file or the intent")
        if intent not in known:
            what = f"the intent `{intent}` does not stand in domain.yml"
            problems.add(path, line, what, "Add it there, with a rule in data/rules.yml")
        if language not in LANGUAGES:
            what = f"the questions of {intent} do not say their language"
            problems.add(path, line, what, "Write `metadata: {language: en}` or es")
            continue
        by_language = questions.setdefault(intent, {})
        by_language[language] = by_language.get(language, ()) + tuple(text for text, _ in examples)
    for intent, by_language in questions.items():
        for language in LANGUAGES:
            if language not in by_language:
                what = f"the intent {intent} has no question for {language}"
                problems.add(path, 1, what, "Add an `nlu:` entry in that language")
    return questions

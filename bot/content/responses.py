"""The responses of domain.yml, and the intents and training questions of data/nlu behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.paths import conversation_files
from bot.content.topics import TRAINING_DATA, VARIATIONS
from bot.content.training_data import read_examples, read_variations
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
        problems.add(path, 1, "responses_missing")
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
                problems.add(path, line, "variation_language", response=name)
                continue
            texts[name][language] = str(variation.get("text") or "").strip()
        for language in LANGUAGES:
            if not texts[name].get(language):
                line = line_of(responses, name)
                problems.add(path, line, "response_without_text", response=name, language=language)
    for name in NEEDED_RESPONSES:
        if name not in texts:
            problems.add(path, line_of(domain, "responses"), "response_missing", response=name)
    for language, text in texts.get("utter_emergency_now", {}).items():
        if len(text) > EMERGENCY_LENGTH:
            problems.add(
                path,
                line_of(responses, "utter_emergency_now"),
                "emergency_too_long",
                language=language,
                length=len(text),
                most=EMERGENCY_LENGTH,
            )
    return texts


def _questions(
    nlu: CommentedMap, domain: CommentedMap, path: Path, problems: Problems
) -> dict[str, dict[str, tuple[str, ...]]]:
    known = intent_names(domain)
    questions: dict[str, dict[str, tuple[str, ...]]] = {}
    for intent, language, line, examples in read_examples(nlu):
        if intent != path.stem:
            problems.add(path, line, "questions_of_another_intent", intent=intent, wanted=path.stem)
        if intent not in known:
            problems.add(path, line, "intent_unknown", intent=intent)
        if language not in LANGUAGES:
            problems.add(path, line, "intent_without_language", intent=intent)
            continue
        by_language = questions.setdefault(intent, {})
        by_language[language] = by_language.get(language, ()) + tuple(text for text, _ in examples)
    for intent, by_language in questions.items():
        for language in LANGUAGES:
            if language not in by_language:
                problems.add(path, 1, "intent_without_question", intent=intent, language=language)
    return questions

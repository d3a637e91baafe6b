"""The responses of domain.yml, and the intents and training questions of data/nlu behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.content.page_texts import missing_places
from bot.content.paths import conversation_files
from bot.content.topics import TRAINING_DATA, VARIATIONS
from bot.content.training_data import read_examples, read_variations
from bot.directory.cards import TEXTS
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problems
from bot.text.language import LANGUAGES

# The cards for agents who are there now: whatever the place, in each of these, and where one was said last.
EMERGENCY_RESPONSES = (
    "utter_emergency_now",
    "utter_emergency_home",
    "utter_emergency_street",
    "utter_emergency_car",
    "utter_emergency_work",
    "utter_emergency_again",
)
# domain.yml.
DOMAIN = {
    "intents": [(str, {})],
    "actions": [str],
    "forms": {},
    "responses": {...: VARIATIONS},
}
# What a phone says to agents, and nothing else: all of it is true for everybody.
SENTENCES = (
    "utter_say_no_entry",
    "utter_say_silent",
    "utter_say_lawyer",
    "utter_say_need_interpreter",
)
# What is put into a text when it is said, in the place of a word in capitals: no text can do without it.
PLACES: Mapping[str, tuple[str, ...]] = {
    "utter_card_miles": ("NUMBER",),
    "utter_card_open_until": ("TIME",),
    "utter_card_opens": ("DAY", "TIME"),
    "utter_card_weekday": ("DAY",),
    "utter_choose_again": ("NUMBER",),
    "utter_family_taken": ("NAME",),
    "utter_law_may_have_changed": ("DATE",),
    "utter_law_now": ("DATE",),
    "utter_may_have_changed": ("DATE",),
    "utter_none_near": ("PLACE",),
}
# Texts that stand where no more letters have room.
LENGTHS: Mapping[str, int] = {"utter_choose_here": 20}
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
    *EMERGENCY_RESPONSES,
    "utter_place_home",
    "utter_place_street",
    "utter_place_car",
    "utter_place_work",
    "utter_danger_now",
    "utter_life_in_danger",
    "utter_danger_again",
    "utter_danger_reminder",
    "utter_ask_need",
    "utter_choose_again",
    "utter_also_asked",
    "utter_what_is_it_about",
    "utter_words_to_say",
    "utter_words_to_be_silent",
    "utter_more_on_this",
    "utter_what_can_you_do",
    "utter_goodbye",
    "utter_language_switched",
    "utter_language_switched_at_start",
    "utter_more_help",
    "utter_no_more_help",
    "utter_none_near",
    "utter_show_more",
    "utter_search_near",
    "utter_other_help",
    "utter_who_can_help",
    "utter_call",
    "utter_more_button",
    "utter_red_card_front",
    "utter_red_card_back",
    "utter_shown_card_back",
    "utter_red_card_limits",
    *SENTENCES,
    "utter_say_limits",
    "utter_show_interpreter",
    "utter_privacy_not_kept",
    "utter_privacy_kept",
    "utter_privacy_others",
    "utter_privacy_careful",
    "utter_family_detained",
    "utter_family_door",
    "utter_family_stopped",
    "utter_family_taken",
    "utter_family_released",
    "utter_family_plan_first",
    "utter_family_plan_children",
    "utter_family_plan_papers",
    "utter_family_plan_money",
    "utter_reply_with_number",
    "utter_text_more",
    "utter_choose_here",
    "utter_voice_note",
    "utter_reaction",
    "utter_words_only",
    "utter_no_question",
    "utter_long_message",
    "utter_interpreter",
    "utter_text_help",
    "utter_text_stopped",
    "utter_group_declined",
    "utter_choice_gone",
    *TEXTS,
)


@dataclass(frozen=True)
class Responses:
    """The bot's texts by response name and language, and the questions of each intent.

    `next` are the answers that a text leads to, by response name.
    """

    responses: Mapping[str, Mapping[str, str]]
    questions: Mapping[str, Mapping[str, tuple[str, ...]]]
    next: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
    return Responses(_responses(domain, domain_path, problems), questions, _next(domain))


def check_response(path: Path, line: int, name: str, language: str, text: str, problems: Problems) -> None:
    """Note what one text must have or may not be, whatever it says."""
    field = f"text_{language}"
    for place in missing_places(text, PLACES.get(name, ())) if text else ():
        problems.add(path, line, "place_missing", field=field, name=name, language=language, place=place)
    if name in LENGTHS and len(text) > LENGTHS[name]:
        problems.add(
            path,
            line,
            "response_too_long",
            field=field,
            response=name,
            language=language,
            length=len(text),
            most=LENGTHS[name],
        )


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
            text = texts[name][language] = str(variation.get("text") or "").strip()
            check_response(path, line, name, language, text, problems)
        for language in LANGUAGES:
            if not texts[name].get(language):
                line = line_of(responses, name)
                problems.add(path, line, "response_without_text", response=name, language=language)
    for name in NEEDED_RESPONSES:
        if name not in texts:
            problems.add(path, line_of(domain, "responses"), "response_missing", response=name)
    return texts


def _next(domain: CommentedMap) -> dict[str, tuple[str, ...]]:
    """Return the answers that each response leads to, which stand in the `custom` of either language."""
    responses = domain.get("responses") or CommentedMap()
    leads_to: dict[str, tuple[str, ...]] = {}
    for name in responses:
        for _, variation, _ in read_variations(responses, name):
            if isinstance(variation.get("custom"), Mapping):
                named = (*leads_to.get(name, ()), *(variation["custom"].get("next") or ()))
                leads_to[name] = tuple(dict.fromkeys(named))
    return leads_to


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

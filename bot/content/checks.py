"""The checks of the whole content: what `kyr check` says."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.clock import current_date
from bot.content.claims import Spoken, check_claims, read_claims
from bot.content.follow_up_map import FollowUpMap, read_follow_ups
from bot.content.glossary import Glossary, check_glossary
from bot.content.model_rules import check_gate, check_pipeline
from bot.content.page_texts import PageTexts, check_page_texts, with_hotline, with_released
from bot.content.paths import FOLLOW_UPS, PAGE_TEXTS, RESOURCES, START, conversation_files, glossary_files
from bot.content.responses import DOMAIN, Responses, check_responses, intent_names
from bot.content.service_references import check_responses_services, check_services
from bot.content.sounds import check_sounds
from bot.content.start import Start, read_start
from bot.content.topic_reading import check_topics
from bot.content.topics import TRAINING_DATA, Topic
from bot.content.training_data import read_examples
from bot.directory.reading import check_directory, check_typed_numbers
from bot.directory.services import Directory
from bot.files.yaml_reading import line_of, read_yaml
from bot.problems import Problem, Problems, Twin
from bot.text.language import fold
from bot.text.near_duplicates import TrainingQuestion, near_duplicates
from bot.text.phones import PHONE
from bot.text.redaction import REMOVED

# data/rules.yml.
_RULES = {"rules": [{"rule": str, "steps": [{"intent": str, "action": str}]}]}


def check_content(
    root: Path, paths: Sequence[Path] = (), *, today: datetime.date | None = None
) -> list[Problem]:
    """Return every mistake in the content under `root`, or only those in (or under) `paths`.

    An answer past its review date is one; `today` is the day to judge by, by default the current one.
    """
    parts = read_parts(root)
    check_parts(parts)
    problems = parts.problems
    _check_overdue(root, parts.topics, today or current_date(), problems)
    warn_of_near_duplicates(near_duplicates(_questions(root, problems)), problems)
    found = sorted(problems.found)
    if not paths:
        return found
    wanted = [path.resolve() for path in paths]
    return [
        problem
        for problem in found
        if any((root / problem.path).resolve().is_relative_to(path) for path in wanted)
    ]


def overdue_answers(root: Path, topics: Mapping[str, Topic], today: datetime.date | None) -> list[Problem]:
    """Return the mistakes that time alone brings to a content which had none: answers past their review date.

    `topics` are those under `root`; `today` is as for `check_content`.
    """
    problems = Problems(root)
    _check_overdue(root, topics, today or current_date(), problems)
    return sorted(problems.found)


@dataclass
class Parts:
    """What was read of the content under `root`; None is what could not be read."""

    root: Path
    problems: Problems
    topics: dict[str, Topic]
    conversation: Responses | None
    directory: Directory | None
    glossary: Glossary | None
    follow_ups: FollowUpMap
    start: Start
    page_texts: PageTexts


def read_parts(root: Path) -> Parts:
    """Read the whole content under `root`, noting the mistakes that stand in a part by itself."""
    problems = Problems(root)
    topics = check_topics(root / "data" / "faq", problems)
    conversation = check_responses(root, problems)
    directory = check_directory(root / RESOURCES, problems)
    glossary = check_glossary(glossary_files(root), directory.needs, problems) if directory else None
    answers = {path.stem for path in (root / "data" / "faq").glob("*.yml")}
    follow_ups = read_follow_ups(root / FOLLOW_UPS, answers, problems)
    check_gate(root, problems)
    check_pipeline(root, answers, directory, problems)
    cards = conversation.responses if conversation else ()
    start = read_start(root / START, answers, cards, problems)
    pages = with_released(check_page_texts(root, problems))
    return Parts(root, problems, topics, conversation, directory, glossary, follow_ups, start, pages)


def check_parts(parts: Parts) -> None:
    """Note the mistakes between parts, and in what they say; this takes three times as long as to read."""
    root, problems, topics, directory = parts.root, parts.problems, parts.topics, parts.directory
    asked = _questions(root, problems)
    check_duplicate_questions(asked, problems)
    check_holes(asked, problems)
    _check_rules(root, problems)
    texts = [
        *_texts_of_answers(root, topics),
        *_other_texts(root, parts.conversation, parts.start, directory, parts.page_texts),
        *_texts_of_services(root, directory),
    ]
    if directory is not None:
        check_needs(root, topics, directory, problems)
        check_services(root, topics, directory, problems)
        if parts.conversation is not None:
            check_responses_services(root, parts.conversation, directory, problems)
        check_phones(texts, directory, problems)
        check_typed_numbers(root / RESOURCES, problems)
    check_titles(texts, root / START, problems)
    for response, names in parts.conversation.next.items() if parts.conversation else ():
        for name in names:
            if name not in topics:
                path = root / "domain.yml"
                problems.add(path, 1, "response_leads_nowhere", response=response, topic=name)
    if parts.conversation is not None:
        check_sounds(root, parts.conversation, problems)
    check_claims(read_claims(root / "data" / "claims.yml", problems), texts, problems)


def check_resident_texts(root: Path) -> list[Problem]:
    """Return the mistakes in the texts that are no answers: all that a change of their words can bring.

    That takes a second, where the check of the whole content takes ten and more.
    """
    problems = Problems(root)
    conversation, directory = check_responses(root, problems), check_directory(root / RESOURCES, problems)
    answers = {path.stem for path in (root / "data" / "faq").glob("*.yml")}
    start = read_start(root / START, answers, conversation.responses if conversation else (), problems)
    page_texts = with_released(check_page_texts(root, problems))
    texts = list(_other_texts(root, conversation, start, directory, page_texts))
    if directory is not None:
        check_phones(texts, directory, problems)
        if conversation is not None:
            check_responses_services(root, conversation, directory, problems)
    if conversation is not None:
        check_sounds(root, conversation, problems)
    check_claims(read_claims(root / "data" / "claims.yml", problems), texts, problems)
    return sorted(problems.found)


def _check_overdue(root: Path, topics: Mapping[str, Topic], today: datetime.date, problems: Problems) -> None:
    for topic in topics.values():
        if topic.overdue(today):
            path = root / "data" / "faq" / f"{topic.id}.yml"
            problems.add(path, 1, "overdue", field="review_by", day=topic.review_by)


def _questions(root: Path, problems: Problems) -> list[TrainingQuestion]:
    files = [*sorted((root / "data" / "faq").glob("*.yml")), *conversation_files(root)]
    return [question for path in files for question in questions_in(path, problems)]


def questions_in(path: Path, problems: Problems) -> list[TrainingQuestion]:
    """Return the questions of a file of training data, in their order."""
    document = read_yaml(path, problems, TRAINING_DATA)
    return [
        TrainingQuestion(text, intent, str(language), path, line)
        for intent, language, _, examples in (read_examples(document) if document is not None else ())
        for text, line in examples
    ]


def check_duplicate_questions(questions: Iterable[TrainingQuestion], problems: Problems) -> None:
    """Note questions that stand in two places; they come in the order of their files."""
    first: dict[str, TrainingQuestion] = {}
    for question in questions:
        key = fold(question.text)
        if not key:
            continue
        before = first.setdefault(key, question)
        if before == question:
            continue
        if before.intent == question.intent and before.language != question.language:
            continue  # "DACA" and "menu" are the same in both languages
        _add_pair("question_twice", before, question, problems)


def check_holes(questions: Iterable[TrainingQuestion], problems: Problems) -> None:
    """Note questions from the review queue in which nobody has written whole words ("f***" is one)."""
    for question in questions:
        if any(word.strip("¿?¡!.,;:\"'()") == REMOVED for word in question.text.split()):
            problems.add(
                question.path,
                question.line,
                "question_with_hole",
                field=_column(question),
                question=question.text,
                hole=REMOVED,
            )


def warn_of_near_duplicates(
    pairs: Iterable[tuple[TrainingQuestion, TrainingQuestion]], problems: Problems
) -> None:
    """Note pairs of questions that are as good as the same, at the second one."""
    for before, question in pairs:
        _add_pair("question_near", before, question, problems, warning=True)


def _add_pair(
    key: str,
    before: TrainingQuestion,
    question: TrainingQuestion,
    problems: Problems,
    *,
    warning: bool = False,
) -> None:
    """Note at a question that it repeats one before it."""
    problems.add(
        question.path,
        question.line,
        f"{key}_above" if before.path == question.path else key,
        warning=warning,
        field=_column(question),
        question=question.text,
        twin=Twin(problems.shown(before.path), _column(before), before.text),
        other=before.text,
        file=before.path.name,
        line=before.line,
        own_file=question.path.name,
    )


def _column(question: TrainingQuestion) -> str:
    return f"questions_{question.language}"


def _check_rules(root: Path, problems: Problems) -> None:
    path = root / "data" / "rules.yml"
    rules = read_yaml(path, problems, _RULES)
    domain = read_yaml(root / "domain.yml", problems, DOMAIN)
    if rules is None or domain is None:
        return
    named = [name for section in ("actions", "responses", "forms") for name in domain.get(section) or ()]
    known_actions = {*named, "utter_faq"}
    served = set()
    for rule in rules.get("rules") or []:
        for step in rule.get("steps") or []:
            served.add(step.get("intent"))
            action = step.get("action")
            if action and action not in known_actions:
                line = line_of(step, "action")
                problems.add(path, line, "unknown_action", rule=rule.get("rule"), action=action)
    for intent in intent_names(domain):
        if intent not in served:
            problems.add(path, 1, "intent_without_rule", intent=intent)


def check_needs(root: Path, topics: Mapping[str, Topic], directory: Directory, problems: Problems) -> None:
    """Note needs that topics name and the directory does not know."""
    for topic in topics.values():
        for need in topic.services if topic.is_core else ():
            if need not in directory.needs:
                path, allowed = root / "data" / "faq" / f"{topic.id}.yml", ", ".join(sorted(directory.needs))
                problems.add(path, 1, "need_unknown", field="services", need=need, allowed=allowed)


def _texts_of_answers(root: Path, topics: Mapping[str, Topic]) -> Iterable[Spoken]:
    """Yield what answers say to residents."""
    for topic in topics.values():
        path = root / "data" / "faq" / f"{topic.id}.yml"
        for language, answer in topic.answers.items():
            said = {"title": topic.title[language], "answer": answer.text, "short": answer.short}
            yield from (Spoken(path, language, text, f"{part}_{language}") for part, text in said.items())


def _other_texts(
    root: Path,
    conversation: Responses | None,
    start: Start,
    directory: Directory | None,
    page_texts: PageTexts,
) -> Iterable[Spoken]:
    """Yield what is said to residents beside answers and services."""
    for twins in conversation.responses.values() if conversation else ():
        for language, text in twins.items():
            yield Spoken(root / "domain.yml", language, text, f"text_{language}")
    of_pages = with_hotline(page_texts, directory.hotline) if directory else page_texts
    for language, of_one in of_pages.items():
        for text in of_one.values():
            yield Spoken(root / PAGE_TEXTS, language, text, f"text_{language}")
    for twins in start.titles():
        for language, text in twins.items():
            yield Spoken(root / START, language, text, f"text_{language}")


def _texts_of_services(root: Path, directory: Directory | None) -> Iterable[Spoken]:
    """Yield what is said of the services."""
    for service in directory.services if directory else ():
        shown = (service.name, service.description, service.eligibility, service.fees)
        for twins in (*shown, service.caution, service.alert):
            for language, text in twins.items():
                yield Spoken(root / RESOURCES / "services.csv", language, text)


def check_titles(texts: Iterable[Spoken], start: Path, problems: Problems) -> None:
    """Note numbers typed in titles and on the first screen, where no service can be named in their place."""
    for spoken in texts:
        if spoken.path == start or (spoken.field or "").startswith("title_"):
            for found in PHONE.finditer(spoken.text):
                problems.add(spoken.path, 1, "number_typed", answer=spoken.field or "", number=found[0])


def check_phones(texts: Iterable[Spoken], directory: Directory, problems: Problems) -> None:
    """Note numbers that must not be given, or that the directory does not know."""
    known = {phone for service in directory.services for phone in service.phones}
    for spoken in texts:
        path, text, column = spoken.path, spoken.text, spoken.field
        digits = "".join(character for character in text if character.isdigit())
        for number, reason in directory.withheld_phones.items():
            if number.replace("-", "") in digits:
                problems.add(path, 1, "phone_withheld", field=column, number=number, reason=reason)
        for found in dict.fromkeys("-".join(parts) for parts in PHONE.findall(text)):
            if found not in known and found not in directory.withheld_phones:
                problems.add(path, 1, "phone_unknown", field=column, number=found)

"""All content in one place: topics, the bot's other texts and the resource directory."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.claims import check_claims, read_claims
from bot.clock import current_date
from bot.conversation import DOMAIN, Conversation, check_conversation, intent_names
from bot.files.yaml_reading import line_of, read_yaml
from bot.glossary import EITHER_LANGUAGE, Glossary, check_glossary
from bot.model_rules import check_gate, check_pipeline
from bot.page_texts import FILE as PAGE_TEXTS
from bot.page_texts import PageTexts, check_page_texts, with_hotline
from bot.problems import ContentError, Problem, Problems
from bot.resources import Directory, LiveDirectory, check_directory
from bot.text.language import LanguageIdentifier, fold
from bot.text.near_duplicates import AskedIn, near_duplicates
from bot.text.redaction import REMOVED, OwnWords, own_words
from bot.topics import TRAINING_DATA, Topic, check_topics, read_examples, turned_off

RESOURCES = Path("data") / "resources"
# data/rules.yml.
_RULES = {"rules": [{"rule": str, "steps": [{"intent": str, "action": str}]}]}

# 888-624-4752, (888) 624-4752, 1-888-624-4752.
_PHONE = re.compile(r"(?<![\d-])(?:\+?1[-. ])?\(?(\d{3})\)?[-. ]{1,2}(\d{3})[-.](\d{4})(?![\d-])")


@dataclass(frozen=True)
class Content:
    """What the bot knows and says, checked."""

    topics: Mapping[str, Topic]
    conversation: Conversation
    glossary: Glossary
    live_directory: LiveDirectory
    # Whether answers that nobody has signed off are held back (KYR_REQUIRE_APPROVAL).
    require_approval: bool = False

    @property
    def directory(self) -> Directory:
        """The resource directory as it stands now."""
        return self.live_directory.current()

    def turned_off(self, off: Collection[str]) -> Content:
        """Return the same content with some topics turned off (see bot.topics_off)."""
        return dataclasses.replace(self, topics=turned_off(self.topics, off))

    def moved(self, root: Path) -> Content:
        """Return the same content after its folder was moved to `root`."""
        return dataclasses.replace(self, live_directory=LiveDirectory(root / RESOURCES))

    @functools.cached_property
    def own_words(self) -> OwnWords:
        """The words of all questions and answers."""
        answers = (answer.text for topic in self.topics.values() for answer in topic.answers.values())
        return own_words((*(text for _, text in self._asked()), *answers))

    def _asked(self) -> Iterator[tuple[str, str]]:
        """Yield all questions, each with its language before it."""
        for questions in (
            *(topic.questions for topic in self.topics.values()),
            *self.conversation.questions.values(),
        ):
            for language, texts in questions.items():
                yield from ((language, text) for text in texts)

    @functools.cached_property
    def language_identifier(self) -> LanguageIdentifier:
        """Tells the language of a message, by the words of all questions."""
        return LanguageIdentifier.learn(
            ((text, language) for language, text in self._asked()),
            self.glossary.tables.get(EITHER_LANGUAGE, ()),
        )

    def near(self, topic: str | None) -> tuple[str, ...]:
        """Return the topics that a topic names as related, and those that name it."""
        if topic is None or topic not in self.topics:
            return ()
        naming = (other.id for other in self.topics.values() if topic in other.related)
        return tuple(dict.fromkeys((*self.topics[topic].related, *naming)))

    @functools.cached_property
    def response_names(self) -> Mapping[tuple[str, str], str]:
        """The response of domain.yml that says a text, by language and text."""
        return {
            (language, text): name
            for name, twins in self.conversation.responses.items()
            for language, text in twins.items()
        }

    def say(self, response: str, language: str) -> str:
        """Return the text of a response of domain.yml in one language."""
        return self.conversation.responses[response][language]


def read_content(root: Path, *, require_approval: bool = False, resources_dir: Path | None = None) -> Content:
    """Read the content under `root`; raises ContentError with every mistake found.

    An answer past its review date is no mistake here: it is served with a warning, or held back. The
    resource directory is read from `resources_dir` where that is given and has no mistake.
    """
    topics, conversation, glossary, problems = _check(root)
    if problems.found or conversation is None or glossary is None:
        raise ContentError(sorted(problems.found))
    own = root / RESOURCES
    live = LiveDirectory(resources_dir, fallback=own) if resources_dir else LiveDirectory(own)
    return Content(topics, conversation, glossary, live, require_approval)


def check_content(
    root: Path, paths: Sequence[Path] = (), *, today: datetime.date | None = None
) -> list[Problem]:
    """Return every mistake in the content under `root`, or only those in (or under) `paths`.

    An answer past its review date is one; `today` is the day to judge by, by default the current one.
    """
    topics, _, _, problems = _check(root)
    _check_overdue(root, topics, today or current_date(), problems)
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


def _check(root: Path) -> tuple[dict[str, Topic], Conversation | None, Glossary | None, Problems]:
    problems = Problems(root)
    topics = check_topics(root / "data" / "faq", problems)
    conversation = check_conversation(root, problems)
    directory = check_directory(root / RESOURCES, problems)
    asked = _questions(root, problems)
    check_duplicate_questions(asked, problems)
    check_holes(asked, problems)
    _check_rules(root, problems)
    texts = list(_texts(root, topics, conversation, directory, check_page_texts(problems)))
    glossary = None
    if directory is not None:
        glossary = check_glossary(root / "data" / "nlu" / "glossary.yml", directory.needs, problems)
        check_needs(root, topics, directory, problems)
        check_phones(texts, directory, problems)
    check_gate(root, problems)
    ids = {path.stem for path in (root / "data" / "faq").glob("*.yml")}
    check_pipeline(root, ids, directory, problems)
    check_claims(read_claims(root / "data" / "claims.yml", problems), texts, problems)
    return topics, conversation, glossary, problems


def _check_overdue(root: Path, topics: Mapping[str, Topic], today: datetime.date, problems: Problems) -> None:
    for topic in topics.values():
        if topic.overdue(today):
            what = f"the answer was to be checked again by {topic.review_by}"
            mend = "Check its sources, mend it, and write the new dates as reviewed and review_by"
            problems.add(root / "data" / "faq" / f"{topic.id}.yml", 1, what, mend)


def _questions(root: Path, problems: Problems) -> list[AskedIn]:
    files = [*sorted((root / "data" / "faq").glob("*.yml")), root / "data" / "nlu" / "conversation.yml"]
    return [question for path in files for question in questions_in(path, problems)]


def questions_in(path: Path, problems: Problems) -> list[AskedIn]:
    """Return the questions of a file of training data, in their order."""
    document = read_yaml(path, problems, TRAINING_DATA)
    return [
        AskedIn(text, intent, str(language), path, line)
        for intent, language, _, examples in (read_examples(document) if document is not None else ())
        for text, line in examples
    ]


def check_duplicate_questions(questions: Iterable[AskedIn], problems: Problems) -> None:
    """Note questions that stand in two places; they come in the order of their files."""
    first: dict[str, AskedIn] = {}
    for question in questions:
        key = fold(question.text)
        if not key:
            continue
        before = first.setdefault(key, question)
        if before == question:
            continue
        if before.intent == question.intent and before.language != question.language:
            continue  # "DACA" and "menu" are the same in both languages
        where = _place(before, question)
        what = f"the question “{question.text}” stands also {where}, line {before.line}"
        problems.add(question.path, question.line, what, "Keep it once, where its answer is")


def check_holes(questions: Iterable[AskedIn], problems: Problems) -> None:
    """Note questions from the review queue in which nobody has written whole words ("f***" is one)."""
    for question in questions:
        if any(word.strip("¿?¡!.,;:\"'()") == REMOVED for word in question.text.split()):
            what = f"the question “{question.text}” has a hole ({REMOVED}), where a word was removed"
            problems.add(question.path, question.line, what, "Write a whole word there, but no name")


def warn_of_near_duplicates(pairs: Iterable[tuple[AskedIn, AskedIn]], problems: Problems) -> None:
    """Note pairs of questions that are as good as the same, at the second one."""
    for before, question in pairs:
        what = (
            f"the question “{question.text}” is as good as “{before.text}” {_place(before, question)}, "
            f"line {before.line}"
        )
        mend = "Keep one of them, or say in it what makes it another question"
        problems.add(question.path, question.line, what, mend, warning=True)


def _place(before: AskedIn, question: AskedIn) -> str:
    return "above" if before.path == question.path else f"in {before.path.name}"


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
                what = f"the rule “{rule.get('rule')}” names the unknown action `{action}`"
                problems.add(path, line_of(step, "action"), what, "Correct it, or add it to domain.yml")
    for intent in intent_names(domain):
        if intent not in served:
            problems.add(path, 1, f"no rule says what to do for the intent `{intent}`", "Add one")


def check_needs(root: Path, topics: Mapping[str, Topic], directory: Directory, problems: Problems) -> None:
    """Note needs that topics name and the directory does not know."""
    for topic in topics.values():
        for need in topic.services:
            if need not in directory.needs:
                problems.add(
                    root / "data" / "faq" / f"{topic.id}.yml",
                    1,
                    f"`services` names the unknown need `{need}`",
                    f"Use one of: {', '.join(sorted(directory.needs))}",
                )


def _texts(
    root: Path,
    topics: Mapping[str, Topic],
    conversation: Conversation | None,
    directory: Directory | None,
    page_texts: PageTexts,
) -> Iterable[tuple[Path, str, str]]:
    """Yield everything that is said to residents: its file, its language, itself."""
    for topic in topics.values():
        for language, answer in topic.answers.items():
            for text in (topic.title[language], answer.text, answer.short):
                yield root / "data" / "faq" / f"{topic.id}.yml", language, text
    for twins in conversation.responses.values() if conversation else ():
        for language, text in twins.items():
            yield root / "domain.yml", language, text
    of_pages = with_hotline(page_texts, directory.hotline) if directory else page_texts
    for language, of_one in of_pages.items():
        for text in of_one.values():
            yield PAGE_TEXTS, language, text
    for service in directory.services if directory else ():
        shown = (service.name, service.description, service.eligibility, service.fees)
        for twins in (*shown, service.caution, service.alert):
            for language, text in twins.items():
                yield root / RESOURCES / "services.csv", language, text


def check_phones(texts: Iterable[tuple[Path, str, str]], directory: Directory, problems: Problems) -> None:
    """Note numbers that must not be given, or that the directory does not know, in (file, language, text)."""
    known = {phone for service in directory.services for phone in service.phones}
    for path, _, text in texts:
        digits = "".join(character for character in text if character.isdigit())
        for number, reason in directory.withheld_phones.items():
            if number.replace("-", "") in digits:
                what = f"the number {number} must not be given to residents: {reason.rstrip('.')}"
                problems.add(path, 1, what, "Remove it, or call the number and clear it first")
        for found in dict.fromkeys("-".join(parts) for parts in _PHONE.findall(text)):
            if found not in known and found not in directory.withheld_phones:
                what = f"the number {found} belongs to no service of the directory"
                problems.add(path, 1, what, "Remove it, or add its service with a source to the directory")

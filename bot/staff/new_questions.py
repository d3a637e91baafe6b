"""Which question may be added to the training questions: one line, nobody told of, no twin elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answering.decision import TOPIC_PREFIX
from bot.content.paths import FAQ, NLU
from bot.content.reading import Content
from bot.errors import KyrError
from bot.messages import Message
from bot.text.language import fold
from bot.text.near_duplicates import TrainingQuestion, near_duplicates
from bot.text.redaction import REMOVED, remove_personal_details

# A training question is one question, not the whole story; ours have at most 250.
MOST_LETTERS = 300


class ReviewError(KyrError):
    """Something that cannot be done with the review queue; the text says why and what to do."""


def printable(text: str) -> str:
    """Return a text as it may be shown in a terminal: without signs that could move or colour anything."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def refuse(text: str, content: Content) -> None:
    """Refuse a question that nobody may be trained to ask; raises ReviewError."""
    shown = printable(text)
    if REMOVED in text:
        raise ReviewError(Message("question_has_holes", question=shown, removed=REMOVED))
    if not text.isprintable() or not fold(text):
        raise ReviewError(Message("question_no_line", question=shown))
    if len(text) > MOST_LETTERS:
        raise ReviewError(Message("question_too_long", length=len(text), most=MOST_LETTERS))
    without = remove_personal_details(text, content.own_words.known)
    if without != text:
        raise ReviewError(Message("question_tells_who", question=shown, without=printable(without)))


def stands_there(question: TrainingQuestion, content: Content) -> bool:
    """Whether a question stands where it belongs already; raises ReviewError where it stands elsewhere."""
    present = list(_training_questions(content))
    twins = [other for other in present if fold(other.text) == fold(question.text)]
    for other in twins:
        if other.intent != question.intent:
            raise _elsewhere(question, other)
    same_language = [other for other in present if other.language == question.language]
    for pair in near_duplicates([*same_language, question]):
        if question in pair:
            raise _elsewhere(question, next(other for other in pair if other != question))
    return any(other.language == question.language for other in twins)


def _elsewhere(question: TrainingQuestion, other: TrainingQuestion) -> ReviewError:
    return ReviewError(
        Message(
            "question_near_other",
            question=printable(question.text),
            other=printable(other.text),
            file=other.path,
            intent=other.intent,
        )
    )


def _training_questions(content: Content) -> Iterator[TrainingQuestion]:
    asked_by_intent = {
        **{
            (TOPIC_PREFIX + topic.id, FAQ / f"{topic.id}.yml"): topic.questions
            for topic in content.topics.values()
        },
        **{
            (intent, NLU / f"{intent}.yml"): asked for intent, asked in content.conversation.questions.items()
        },
    }
    for (intent, path), by_language in asked_by_intent.items():
        for language, texts in by_language.items():
            yield from (TrainingQuestion(text, intent, language, path, 0) for text in texts)

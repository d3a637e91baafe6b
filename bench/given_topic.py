"""How often an answer begins with what is needed, given the right topic: `python -m bench.given_topic FILE`.

FILE is a set of questions with `must_any` (see bot.training.evaluation). Of the acceptable topics the one
that the published model finds likeliest is taken, and of its answers the one that the decision step gives.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.answering.answers import answer
from bot.answering.decision import OUT_OF_SCOPE, TOPIC_PREFIX, answer_of, topic_scores
from bot.content.reading import Content
from bot.content.thresholds import Thresholds
from bot.content.topics import topic_of
from bot.settings import read_settings
from bot.text.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.text.markup import count_words
from bot.training.evaluation import Question, begins_with_what_is_needed, read_questions
from bot.training.models import ModelStore
from bot.training.thresholds import read_thresholds
from bot.training.train import parse


def given(
    question: Question, parsed: dict[str, Any], content: Content, thresholds: Thresholds
) -> tuple[str, str] | None:
    """Return the answer that is given and its text, None where no acceptable topic has an answer."""
    labels = [(entry["name"], entry["confidence"]) for entry in parsed["intent_ranking"]]
    topics = [TOPIC_PREFIX + topic for topic in question.right if topic in content.topics]
    likeliest = [entry for entry in topic_scores(labels) if entry[0] in topics]
    if not likeliest:
        return None
    name = answer_of(*likeliest[0], labels, thresholds)
    language = question.language if question.language in LANGUAGES else DEFAULT_LANGUAGE
    return name, answer(content, content.topics[name], language).text


def main(file: Path) -> None:
    """Print the figures, and what each question that missed got."""
    model = ModelStore(read_settings().data_dir).published()
    if model is None:
        raise SystemExit("There is no published model. `kyr publish` one first.")
    thresholds = read_thresholds(model.thresholds)
    questions = [
        question for question in read_questions(file) if question.must_any and question.topic != OUT_OF_SCOPE
    ]
    rows = asyncio.run(parse(model.archive, questions, thresholds=model.thresholds))
    by_language: dict[str, list[bool]] = {}
    words = []
    for question, parsed in zip(questions, rows, strict=True):
        spoken = parsed["language"] if parsed["language"] in LANGUAGES else DEFAULT_LANGUAGE
        said = given(question, parsed, model.content, thresholds[spoken])
        if said is None:
            continue
        name, text = said
        words.append(count_words(text))
        good = begins_with_what_is_needed(question, text)
        by_language.setdefault(question.language, []).append(good)
        if not good:
            print(f"  {topic_of(name)} {name}: “{question.text[:90]}” wants {', '.join(question.must_any)}")
    for language, found in {**by_language, "all": [*itertools.chain(*by_language.values())]}.items():
        print(f"{language:6} {len(found):4} questions, what is needed stands first in {_share(found):.1%}")
    print(f"median of {statistics.median(words):.0f} words")


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

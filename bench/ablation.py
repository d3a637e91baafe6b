"""What each part of the pipeline is good for: `uv run python -m bench.ablation` writes docs/nlu.md.

Each variant is trained in a process of its own on all training questions, and judges topics. Its
thresholds are those at which the decisions on one half of the evaluation questions cost least, used on the
other half, and the other way round, so that no figure is of a question that a threshold was chosen on.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rasa.shared.nlu.training_data.message import Message
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neural_network import MLPClassifier

from bench.held_out import held_out_figures
from bench.nearest_words import NearestQuestions
from bot.answering.decision import Understanding
from bot.content.glossary import Glossary
from bot.content.reading import read_content
from bot.content.topics import topic_of
from bot.nlu.bilingual_tokenizer import BilingualTokenizer
from bot.nlu.encoder import Vectors, encoder
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.linear_model import LinearModel
from bot.nlu.meaning_model import MeaningModel
from bot.nlu.question_weights import question_weights
from bot.nlu.tfidf import COMMON, LEMMAS, LETTERS
from bot.settings import PROJECT_ROOT
from bot.training.evaluation import EVALUATION, read_questions
from bot.training.thresholds import EvaluatedQuestion
from bot.training.train import component_settings, training_questions

PAGE = PROJECT_ROOT / "docs" / "nlu.md"
# Each on a core of its own, so that none is timed while it waits for another.
_AT_ONCE = 2
_ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Variant:
    """A way to understand: which features of a question, and which models judge them.

    `judges`: "linear" sees all features, "each" is a linear model for each kind, "nearest" are the nearest
    questions, "neural" a network with one hidden layer; "regression" and "meanings" judge by the vectors of
    the encoder, the latter by the nearest. What judges words shares what these two leave.
    """

    name: str
    letters: Mapping[str, Any] | None = None
    words: Mapping[str, Any] | None = None
    lemmas: bool = True
    synonyms: bool = True
    accents_folded: bool = True
    judges: tuple[str, ...] = ("linear",)


MEANINGS = ("regression", "meanings")
FOUR = ("linear", "each", "nearest")
CHOSEN = Variant("**chosen: linear, and two of meanings**", LETTERS, LEMMAS, judges=("linear", *MEANINGS))
ONE = Variant("one linear model", LETTERS, LEMMAS)
VARIANTS = (
    CHOSEN,
    replace(CHOSEN, name="chosen, without the glossary's synonyms", synonyms=False),
    replace(CHOSEN, name="four of words, without the sentence encoder", judges=FOUR),
    replace(CHOSEN, name="chosen, and four of words instead of one", judges=(*FOUR, *MEANINGS)),
    replace(CHOSEN, name="the sentence encoder alone", judges=MEANINGS),
    replace(CHOSEN, name="chosen, without the nearest meanings", judges=("linear", "regression")),
    replace(CHOSEN, name="chosen, without the regression of meanings", judges=("linear", "meanings")),
    replace(CHOSEN, name="chosen, and a neural network", judges=(*CHOSEN.judges, "neural")),
    ONE,
    replace(ONE, name="one linear model, words instead of lemmas", lemmas=False),
    replace(ONE, name="one linear model, no synonyms", synonyms=False),
    replace(ONE, name="one linear model, no synonyms, accents kept", synonyms=False, accents_folded=False),
    replace(
        ONE, name="one linear model, letter groups of 2 to 3", letters={**LETTERS, "ngram_range": (2, 3)}
    ),
    replace(ONE, name="one linear model, no pairs of words", words={**LEMMAS, "ngram_range": (1, 1)}),
    replace(ONE, name="letters alone", words=None),
    replace(ONE, name="lemmas alone", letters=None),
    replace(ONE, name="words alone", letters=None, lemmas=False),
    replace(ONE, name="nearest questions alone", judges=("nearest",)),
)


class Features:
    """Turns texts into sparse rows, one for each kind of features of a variant."""

    def __init__(self, variant: Variant, glossary: Glossary) -> None:
        self._variant, self._glossary = variant, glossary
        self._tokenizer = BilingualTokenizer(BilingualTokenizer.get_default_config())
        common = COMMON if variant.accents_folded else {**COMMON, "strip_accents": None}
        self._letters = TfidfVectorizer(**variant.letters, **common) if variant.letters else None
        self._words = TfidfVectorizer(**variant.words, **common) if variant.words else None

    def _texts(self, texts: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
        plain = [self._glossary.plain(text) if self._variant.synonyms else text for text, _ in texts]
        tokens = [
            self._tokenizer.tokenize(Message({"text": text, "language": language}), "text")
            for text, (_, language) in zip(plain, texts, strict=True)
        ]
        words = [
            " ".join(
                token.lemma if self._variant.lemmas else token.text
                for token in each
                if any(character.isalnum() for character in token.text)
            )
            for each in tokens
        ]
        return plain, words

    def learn(self, texts: Sequence[tuple[str, str]]) -> None:
        """Learn from training questions with their languages."""
        plain, words = self._texts(texts)
        if self._letters is not None:
            self._letters.fit(plain)
        if self._words is not None:
            self._words.fit(words)

    def rows(self, texts: Sequence[tuple[str, str]]) -> list[scipy.sparse.csr_matrix]:
        """Return a matrix for each kind of features."""
        plain, words = self._texts(texts)
        kinds = ((self._letters, plain), (self._words, words))
        return [vectorizer.transform(seen) for vectorizer, seen in kinds if vectorizer is not None]

    def vectors(self, texts: Sequence[tuple[str, str]]) -> Vectors:
        """Return the vectors of the encoder, where the variant has it."""
        asked = [text for text, _ in texts] if set(MEANINGS) & set(self._variant.judges) else []
        return encoder().vectors(asked)


Judge = Callable[[Sequence[scipy.sparse.csr_matrix], Vectors], Scores]
# The share of each judge in the mean; those of words have the first together.
Shared = tuple[float, Judge]


def judges(
    variant: Variant,
    blocks: Sequence[scipy.sparse.csr_matrix],
    vectors: Vectors,
    labels: list[str],
    names: list[str],
) -> list[Shared]:
    """Train the models of a variant; each gives the scores of the labels for one row of every kind."""
    numbers = np.array([names.index(label) for label in labels], dtype=np.int32)
    told = Hyperparameters.of(component_settings(PROJECT_ROOT, "JointClassifier"))
    weights = question_weights(labels)
    of_words = judges_of_words(
        [name for name in variant.judges if name not in MEANINGS], blocks, labels, names, weights, told
    )
    made: list[Shared] = [(told.words_share / len(of_words), judge) for judge in of_words]
    if set(MEANINGS) & set(variant.judges):
        meaning = MeaningModel.fit(vectors, numbers, numbers, weights, told)
    if "regression" in variant.judges:
        made.append((told.meaning_share, lambda row, vector: meaning.topic_scores(vector)))
    if "meanings" in variant.judges:
        made.append((told.nearest_share, lambda row, vector: meaning.label_votes(vector, len(names))))
    return made


def judges_of_words(
    kinds: Sequence[str],
    blocks: Sequence[scipy.sparse.csr_matrix],
    labels: list[str],
    names: list[str],
    weights: npt.NDArray[np.float64],
    told: Hyperparameters,
) -> list[Judge]:
    """Train the models that see TF-IDF features."""
    whole = scipy.sparse.hstack(blocks, format="csr")
    made: list[Judge] = []
    if "linear" in kinds:
        linear = LinearModel.fit(whole, labels, weights, told.C)
        made.append(lambda row, vector: linear.scores(scipy.sparse.hstack(row, format="csr")))
    if "each" in kinds:
        for kind, block in enumerate(blocks):
            one = LinearModel.fit(block, labels, weights, told.C)
            made.append(lambda row, vector, one=one, kind=kind: one.scores(row[kind]))  # type: ignore[misc] # bound here
    numbers = np.array([names.index(label) for label in labels], dtype=np.int32)
    if "nearest" in kinds:
        nearest = NearestQuestions.fit(whole, numbers, len(names))
        made.append(lambda row, vector: nearest.scores(scipy.sparse.hstack(row, format="csr")))
    if "neural" in kinds:
        reduced = TruncatedSVD(300, random_state=0).fit(whole)
        scale = reduced.transform(whole).std()
        network = MLPClassifier((256,), max_iter=14, random_state=0).fit(
            reduced.transform(whole) / scale, numbers
        )

        def neural(row: Sequence[scipy.sparse.csr_matrix], vector: Vectors) -> Scores:
            seen = reduced.transform(scipy.sparse.hstack(row, format="csr")) / scale
            return np.asarray(network.predict_proba(seen)[0])

        made.append(neural)
    return made


def run(variant: Variant) -> dict[str, Any]:
    """Train and ask one variant; return its figures by language, seconds, memory and milliseconds."""
    content = read_content(PROJECT_ROOT)
    trained_on = training_questions(content)
    questions = [
        one for path in sorted((PROJECT_ROOT / EVALUATION).glob("*.jsonl")) for one in read_questions(path)
    ]
    labels = [topic_of(label) for _, _, label in trained_on]
    names = sorted(set(labels))

    began = time.monotonic()
    features = Features(variant, content.glossary)
    texts = [(text, language) for text, language, _ in trained_on]
    features.learn(texts)
    models = judges(variant, features.rows(texts), features.vectors(texts), labels, names)
    seconds = time.monotonic() - began

    asked = []
    began = time.monotonic()
    for question in questions:
        language = content.language_identifier.identify(question.text, hint="es") or "es"
        text = [(question.text, language)]
        row, vector = features.rows(text), features.vectors(text)
        scores = np.sum([share * judge(row, vector).ravel() for share, judge in models], axis=0)
        best = np.argsort(-scores)[:10]
        ranking = tuple((names[index], float(scores[index] / (scores.sum() or 1))) for index in best)
        asked.append(
            EvaluatedQuestion(
                question, (Understanding(language, ranking, content.glossary.read(question.text)),)
            )
        )
    milliseconds = (time.monotonic() - began) * 1000 / len(questions)
    return {
        **held_out_figures(asked, content),
        "training_seconds": round(seconds),
        "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "milliseconds": round(milliseconds, 1),
    }


def table(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the figures as a table in Markdown."""
    shown = ("right", "wrong", "resolved", "false_answers")
    lines = [
        "| variant | en: right | wrong | resolved | false | es: right | wrong | resolved | false "
        "| training s | memory MiB | ms a question |",
        "|---|" + "--:|" * 11,
    ]
    for name, one in measured.items():
        shares = [f"{one[language][key]:.3f}" for language in ("en", "es") for key in shown]
        costs = [str(one[key]) for key in ("training_seconds", "memory_mib", "milliseconds")]
        lines.append(f"| {name} | {' | '.join([*shares, *costs])} |")
    return "\n".join(lines)


def _measured(number: int) -> tuple[str, dict[str, Any]]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.ablation", str(number)]
    done = subprocess.run(  # noqa: S603 - this file itself
        command, cwd=PROJECT_ROOT, check=True, stdout=subprocess.PIPE, text=True, env=_ENVIRONMENT
    )
    figures_of_it = json.loads(done.stdout.splitlines()[-1])
    print(VARIANTS[number].name, figures_of_it, flush=True)
    return VARIANTS[number].name, figures_of_it


def main() -> None:
    """Run every variant, each in a process of its own, and write the page."""
    if len(sys.argv) > 1:
        print(json.dumps(run(VARIANTS[int(sys.argv[1])])))
        return
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        measured = dict(pool.map(_measured, range(len(VARIANTS))))
    text = PAGE.read_text(encoding="utf-8")
    before, _, after = text.partition("<!-- figures -->\n")
    _, _, after = after.partition("<!-- end of figures -->\n")
    PAGE.write_text(
        f"{before}<!-- figures -->\n{table(measured)}\n<!-- end of figures -->\n{after}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()

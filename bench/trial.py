"""How well the trial of an answer foretells what a training makes of it.

    uv run python -m bench.trial VAR

Ten answers are taken out of the published model of a data folder and put back, each with a few of its
questions: once by a trial on a model that has learnt all others, and once by learning everything. What
residents would get is compared, question by question; of the questions that were not put back it is counted
how many reach the answer after the training, against the trial's questions that it held out. It takes about
five minutes on two free cores.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import joblib

from bot.answering.decision import TOPIC_PREFIX, Understanding
from bot.content.topics import topic_of
from bot.nlu.encoder import encoder
from bot.nlu.ensemble import Ensemble
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.kept_vectors import KeptVectors
from bot.nlu.lemmas import KeptLemmas
from bot.nlu.tfidf import Vectorizers
from bot.text.language import LANGUAGES
from bot.training.models import ARCHIVE, Model, ModelStore
from bot.training.own_questions import given_by
from bot.training.thresholds import read_thresholds
from bot.training.train import component_settings, decision_step, kept_files, training_questions
from bot.training.trial import Trials

ANSWERS = 10
# So many of an answer's questions in each language are put back, and so many that another answer has too.
TRIED = ((2, 0), (8, 0), (2, 3))
SEED = 20261130

Question = tuple[str, str, str]


class Everything:
    """Learns from training questions as a training does, without Rasa."""

    def __init__(self, model: Model) -> None:
        lemmas, vectors = kept_files(model.folder.parent)
        self._glossary = model.content.glossary
        self._lemmas, self._vectors = KeptLemmas.read(lemmas), KeptVectors.read(vectors)
        self._hyperparameters = Hyperparameters.of(component_settings(model.content_dir, "JointClassifier"))

    def _words(self, questions: Sequence[Question]) -> tuple[list[str], list[str]]:
        plain = [self._glossary.plain(text) or text for text, *_ in questions]
        return plain, [self._lemmas.of(text, row[1]) for text, row in zip(plain, questions, strict=True)]

    def learn(self, questions: Sequence[Question]) -> tuple[Vectorizers, Ensemble]:
        """Return what makes features, and the judges."""
        vectorizers, tables = Vectorizers.fit(*self._words(questions))
        vectors = self._vectors.of([text for text, *_ in questions], encoder().vectors)
        labels = [label for *_, label in questions]

        def each(function, arguments):  # type: ignore[no-untyped-def]
            return joblib.Parallel(n_jobs=2)(joblib.delayed(function)(*one) for one in arguments)

        return vectorizers, Ensemble.fit(tables, vectors, labels, self._hyperparameters, each)

    def rankings(
        self, learnt: tuple[Vectorizers, Ensemble], questions: Sequence[Question]
    ) -> list[list[tuple[str, float]]]:
        """Return the ranking of each question."""
        vectors = self._vectors.of([text for text, *_ in questions], encoder().vectors)
        return learnt[1].rankings(learnt[0].rows(*self._words(questions)), vectors, 40)


def without(model: Model, learnt: tuple[Vectorizers, Ensemble], chosen: Sequence[str], folder: Path) -> Model:
    """Return a model that has learnt all but some answers, with those files that a trial reads."""
    made = folder / model.version
    shutil.copytree(model.folder, made)
    components = folder / "components"
    for name, kept in (("TfidfFeaturizer", learnt[0]), ("JointClassifier", learnt[1])):
        (components / f"train_x.{name}0").mkdir(parents=True)
        kept.save(components / f"train_x.{name}0")
    with tarfile.open(made / ARCHIVE, "w") as archive:
        archive.add(components, "components")
    for answer in chosen:
        (made / "content" / "data" / "faq" / f"{answer}.yml").unlink()
    topics = {name: topic for name, topic in model.content.topics.items() if name not in chosen}
    content = dataclasses.replace(model.content, topics=topics)
    new = dataclasses.replace(model, folder=made)
    new.__dict__["content"] = content
    object.__setattr__(new, "verify", lambda: None)
    for kept_file in kept_files(model.folder.parent):
        shutil.copyfile(kept_file, folder / kept_file.name)
    return new


async def main(var: Path) -> None:
    """Print the agreement."""
    model = ModelStore(var).published()
    if model is None:
        sys.exit("nothing is published there")
    content = model.content
    every = training_questions(content)
    rng = random.Random(SEED)  # noqa: S311 - a draw, no secret
    situations = sorted(name for name in content.topics if "." in name)
    chosen = rng.sample(situations, ANSWERS)
    others_of = rng.sample([name for name in situations if name not in chosen], ANSWERS)
    print("answers:", ", ".join(chosen))
    labels = {TOPIC_PREFIX + name for name in chosen}
    rest = [question for question in every if question[2] not in labels]
    own = {
        name: {
            code: rng.sample(
                list(content.topics[name].questions[code]), len(content.topics[name].questions[code])
            )
            for code in LANGUAGES
        }
        for name in chosen
    }
    learner = Everything(model)
    step = dataclasses.replace(
        decision_step(model.content_dir, content), thresholds=read_thresholds(model.thresholds)
    )

    def given(question: Question, ranking: Sequence[tuple[str, float]]) -> str:
        text, language, _ = question
        return given_by(step.decide([Understanding(language, tuple(ranking), content.glossary.read(text))]))

    started = time.monotonic()
    base = learner.learn(rest)
    print(f"learning everything: {time.monotonic() - started:.0f} s", flush=True)
    trials = Trials()
    with tempfile.TemporaryDirectory() as folder:
        less = without(model, base, chosen, Path(folder))
        started = time.monotonic()
        await trials.warm_up(less)
        print(f"loading: {time.monotonic() - started:.1f} s")
        for few, foreign in TRIED:
            put_back = {
                name: {
                    code: (*texts[:few], *rng.sample(content.topics[other].questions[code], foreign))
                    for code, texts in own[name].items()
                }
                for name, other in zip(chosen, others_of, strict=True)
            }
            added = [
                (text, code, TOPIC_PREFIX + name)
                for name in chosen
                for code in LANGUAGES
                for text in put_back[name][code]
            ]
            whole = learner.learn([*rest, *added])
            same = asked = held_out = held_out_asked = verdicts = 0
            later = later_asked = 0
            seconds = []
            by_answer = []
            for name in chosen:
                topic = dataclasses.replace(content.topics[name], questions=put_back[name])
                started = time.monotonic()
                trial = await trials.ask(less, {**less.content.topics, name: topic}, name)
                seconds.append(time.monotonic() - started)
                questions = [(one.text, one.language, "") for one in trial.own]
                truth = [
                    given(*pair) for pair in zip(questions, learner.rankings(whole, questions), strict=True)
                ]
                same += sum(one.given == real for one, real in zip(trial.own, truth, strict=True))
                asked += len(truth)
                reached = sum(real in (name, topic_of(name)) for real in truth)
                verdicts += (reached / len(truth) >= trial.least) == trial.passed
                others = [
                    (text, code, "") for code, texts in own[name].items() for text in texts[few : few + 20]
                ]
                found = [given(*pair) for pair in zip(others, learner.rankings(whole, others), strict=True)]
                one_later = sum(real in (name, topic_of(name)) for real in found)
                later, later_asked = later + one_later, later_asked + len(found)
                held_out, held_out_asked = held_out + trial.reached_unlearnt, held_out_asked + len(truth)
                by_answer.append(
                    f"  {name}: own {trial.reached}/{len(truth)} trial, {reached}/{len(truth)} trained; "
                    f"others {trial.reached_unlearnt}/{len(truth)} trial, {one_later}/{len(found)} trained"
                )
            print(f"{few} questions a language, {foreign} of another answer, {len(chosen)} answers:")
            print(f"  own questions: the same is given to {same} of {asked} ({same / asked:.0%})")
            print(f"  the verdict is the same for {verdicts} of {len(chosen)}")
            print(
                f"  questions not learnt that reach it: trial {held_out / held_out_asked:.0%}, "
                f"trained {later / later_asked:.0%}"
            )
            print(f"  seconds: {sum(seconds) / len(seconds):.1f} on average, {max(seconds):.1f} at most")
            print("\n".join(by_answer), flush=True)
    await trials.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

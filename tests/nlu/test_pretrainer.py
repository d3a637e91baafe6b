"""The pretrainer: what it learns is what the components would learn, and nobody waits for a dead one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.reading import Content
from bot.nlu.bilingual_tokenizer import BilingualTokenizer
from bot.nlu.content_importer import ContentImporter
from bot.nlu.encoder import Encoder
from bot.nlu.encoder_featurizer import EncoderFeaturizer
from bot.nlu.ensemble import Ensemble
from bot.nlu.glossary_extractor import GlossaryExtractor
from bot.nlu.joint_classifier import JointClassifier
from bot.nlu.language_detector import LanguageDetector
from bot.nlu.pretrained import take
from bot.nlu.tfidf import Vectorizers
from bot.nlu.tfidf_featurizer import TfidfFeaturizer
from bot.settings import PROJECT_ROOT
from bot.training.train import training_questions
from bot.training.worker import (
    FEATURES,
    JUDGES,
    LEARNT_FOLDER,
    LEMMAS_FILE,
    OWN,
    UNLIKE,
    VECTORS_FILE,
    Pretrainer,
    WorkerError,
    pretrainer,
)
from tests.conftest import SMALL_CONTENT
from tests.helpers.waiting import SECONDS_AT_MOST
from tests.nlu.conftest import TOLD, ComponentFactory

pytestmark = pytest.mark.slow


CLASSIFIER = dataclasses.asdict(TOLD)
ASKED = [("what does the card do", "en"), ("cuánto hay que pagar de fianza", "es")]


def trained(folder: Path) -> dict[str, bytes]:
    """Return the files that the components keep after learning from the small content."""
    folder.mkdir()
    factory, data = ComponentFactory(folder), ContentImporter(SMALL_CONTENT).get_nlu_data()
    untrained = BilingualTokenizer, EncoderFeaturizer
    for kind in (
        GlossaryExtractor,
        LanguageDetector,
        *untrained[:1],
        TfidfFeaturizer,
        *untrained[1:],
        JointClassifier,
    ):
        component = factory.create(kind)
        if kind not in untrained:
            component.train(data)
        if kind is not JointClassifier:
            component.process_training_data(data)
    kept = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "words.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


@contextlib.asynccontextmanager
async def started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pretrainer]:
    """A pretrainer that the components of this process know of."""
    monkeypatch.setenv(LEARNT_FOLDER, str(folder / "learnt"))
    files = folder / "lemmas.json", folder / "vectors.npz"
    for name, file in zip((LEMMAS_FILE, VECTORS_FILE), files, strict=True):
        monkeypatch.setenv(name, str(file))
    async with pretrainer(folder / "learnt", *files) as pupil:
        yield pupil


def questions_of(data: TrainingData) -> list[tuple[str, str, str]]:
    return [
        (
            message.get("text"),
            message.get("metadata")["intent"]["language"],
            message.get("intent_response_key") or message.get("intent"),
        )
        for message in data.intent_examples
    ]


def never(*arguments: Any) -> Any:
    raise AssertionError("it was to be taken over")


def test_what_it_learnt_is_taken_over_and_is_the_same(
    small_content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last bit: a model does not tell which process has learnt it."""
    alone = trained(tmp_path / "alone")
    assert {"letters.npy", "words-weights.npy"} <= {Path(name).name for name in alone}

    async def together() -> dict[str, bytes]:
        async with started(tmp_path, monkeypatch) as pupil:
            await pupil.learn(
                training_questions(small_content), ASKED, [], small_content.glossary.synonyms, CLASSIFIER
            )
            return await asyncio.to_thread(trained, tmp_path / "together")

    monkeypatch.setattr(Vectorizers, "fit", never)
    monkeypatch.setattr(Ensemble, "fit", never)
    monkeypatch.setattr(Encoder, "vectors", never)
    assert asyncio.run(together()) == alone


def test_what_it_learnt_from_other_questions_is_left(
    small_content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The components learn themselves then."""
    alone = trained(tmp_path / "alone")

    async def together() -> dict[str, bytes]:
        async with started(tmp_path, monkeypatch) as pupil:
            fewer = training_questions(small_content)[:-1]
            await pupil.learn(fewer, ASKED, [], small_content.glossary.synonyms, CLASSIFIER)
            return await asyncio.to_thread(trained, tmp_path / "together")

    assert asyncio.run(together()) == alone


def test_nobody_waits_for_a_learner_that_has_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its locks are let go of, whatever it was doing, and what is not whole is not taken."""

    async def wait() -> list[Path | None]:
        async with started(tmp_path, monkeypatch) as pupil:
            waiting = [asyncio.to_thread(take, stage, "digest") for stage in (FEATURES, JUDGES)]
            together = asyncio.gather(*waiting)
            await asyncio.sleep(0.5)
            assert not together.done()
            os.kill(pupil._process.pid, signal.SIGKILL)
            return await asyncio.wait_for(together, SECONDS_AT_MOST)

    assert asyncio.run(wait()) == [None, None]


def test_judges_that_know_nothing_like_it_rank_each_question_asked(
    small_content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thresholds are chosen on them; one that is learnt word for word does not make it surer."""
    text, language, label = training_questions(small_content)[0]

    async def rankings() -> list[list[tuple[str, float]]]:
        async with started(tmp_path, monkeypatch) as pupil:
            asked = [*ASKED, (text, language)]
            questions = training_questions(small_content)
            await pupil.learn(questions, asked, [], small_content.glossary.synonyms, CLASSIFIER)
            return await pupil.rankings(UNLIKE)

    found = asyncio.run(rankings())
    assert len(found) == 3 and all(sum(score for _, score in each) > 0.99 for each in found)
    assert dict(found[2]).get(label, 0) < 0.9


def test_judges_rank_the_questions_that_they_have_learnt(
    small_content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were named, in their order; each has its own label first."""
    questions = training_questions(small_content)
    own = [5, len(questions) // 2]

    async def rankings() -> list[list[tuple[str, float]]]:
        async with started(tmp_path, monkeypatch) as pupil:
            await pupil.learn(questions, ASKED, own, small_content.glossary.synonyms, CLASSIFIER)
            return await pupil.rankings(OWN)

    first = [ranking[0][0] for ranking in asyncio.run(rankings())]
    assert first == [questions[place][2] for place in own]


def test_without_rankings_there_is_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than thresholds that are too bold."""

    async def ended() -> None:
        async with started(tmp_path, monkeypatch) as pupil:
            os.kill(pupil._process.pid, signal.SIGKILL)
            await pupil.rankings(UNLIKE)

    with pytest.raises(WorkerError):
        asyncio.run(ended())


def test_a_learner_that_fails_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The training goes on without it."""

    async def fail() -> None:
        async with started(tmp_path, monkeypatch) as pupil:
            await pupil.learn([], [], [], {}, CLASSIFIER)
            assert await asyncio.to_thread(take, JUDGES, "digest") is None
            await pupil._process.wait()

    asyncio.run(fail())
    assert "The pretrainer failed" in caplog.text and "empty vocabulary" in caplog.text


def test_it_is_given_the_questions_as_rasa_reads_them(project_content: Content) -> None:
    """In their order, or nothing could be taken over."""
    assert training_questions(project_content) == questions_of(ContentImporter(PROJECT_ROOT).get_nlu_data())

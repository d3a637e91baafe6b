"""Questions that staff try on a model, and the process that is kept for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from bot.answering.answers import answer
from bot.answering.help import ask_need
from bot.answering.replies import clarify
from bot.training.evaluation import Question
from bot.training.models import Model, ModelStore
from bot.training.train import TrainingError, parse, train
from bot.training.tryout import MOST_WORDS, TryOut
from tests.helpers.answers import LOST, write_situation

pytestmark = pytest.mark.slow

HOME = "can ICE come into my house without a warrant?"


@pytest.fixture(scope="module")
async def tryout() -> AsyncIterator[TryOut]:
    """One for all tests that leave it as they find it: to start its process takes so long."""
    shared = TryOut()
    yield shared
    await shared.close()


async def test_the_right_topic_answers_and_its_words_count(model: Model, tryout: TryOut) -> None:
    """The word that says the most counts most, and one that speaks against it less than nothing."""
    tried = await tryout.ask(model, HOME)
    assert (tried.language, tried.outcome, tried.topic, tried.offered) == ("en", "answer", "ice_at_home", ())
    assert len(tried.ranking) == 5 and tried.winner == tried.ranking[0]
    assert tried.winner.name == "ice_at_home" and tried.winner.is_topic
    assert tried.thresholds is not None and tried.winner.score >= tried.thresholds.answer_at
    assert [word.text for word in tried.words] == HOME.split()
    assert max(tried.words, key=lambda word: word.counted).text == "house"
    assert min(tried.words, key=lambda word: word.counted).counted < 0
    assert tried.reply == answer(model.content, model.content.topics["ice_at_home"], "en")


async def test_an_answer_is_added_with_one_file(
    small_model: Model, content_copy: Path, tmp_path: Path, tryout: TryOut
) -> None:
    """Nothing else is changed; trained, it is given to whoever asks as its questions do."""
    write_situation(content_copy, "red_card.lost", LOST)
    store = ModelStore(tmp_path / "var")
    trained = await train(content_copy, store, lambda text: None)
    assert trained.content.topics.keys() - small_model.content.topics.keys() == {"red_card.lost"}
    tried = await tryout.ask(trained, f"{LOST['en']} red_card.lost")
    assert tried.reply == answer(trained.content, trained.content.topics["red_card.lost"], "en")


async def test_a_word_counts_what_the_score_loses_without_it(model: Model, tryout: TryOut) -> None:
    """The score is that of the topic which is first with all words."""
    whole, less = await tryout.ask(model, "hospital police"), await tryout.ask(model, "police")
    assert whole.winner is not None and less.winner is not None
    without = next((one.score for one in less.ranking if one.name == whole.winner.name), 0.0)
    assert whole.words[0].counted == pytest.approx(whole.winner.score - without, abs=0.02)
    assert less.words[0].counted == less.winner.score


async def test_the_next_question_needs_no_other_process(model: Model, tryout: TryOut) -> None:
    """Also in the other language."""
    await tryout.ask(model, HOME)
    first = tryout.pid
    tried = await tryout.ask(model, "qué es la tarjeta roja")
    assert tried.topic == "red_card" and tried.language == "es"
    assert tryout.pid == first is not None


@pytest.mark.parametrize(
    ("text", "outcome", "intent", "said"),
    [
        ("ICE is at my door right now", "emergency", "emergency_home", "utter_emergency_home"),
        ("what is the best pizza", "decline", "out_of_scope", "utter_out_of_scope"),
        ("hola", "smalltalk", "greet", "utter_greet"),
        ("🙂", "fallback", "not_understood", "utter_not_understood"),
        ("", "fallback", "not_understood", "utter_not_understood"),
        ("我需要律師幫助我的家人", "decline", "other_language", "utter_other_language"),
    ],
)
async def test_the_reply_is_what_residents_would_read(
    model: Model, tryout: TryOut, text: str, outcome: str, intent: str, said: str
) -> None:
    """Also where no topic answers; thresholds are told where the language has some."""
    tried = await tryout.ask(model, text)
    assert (tried.outcome, tried.intent) == (outcome, intent)
    assert tried.reply is not None
    language = tried.language if tried.language != "other" else "es"
    assert tried.reply.text == model.content.text_of(said, language)
    assert (tried.thresholds is None) == (tried.language == "other")


async def test_topics_are_offered_where_none_is_sure(model: Model, tryout: TryOut) -> None:
    """The reply offers them as residents would be offered them."""
    tried = await tryout.ask(model, "se me olvidó mi cita con el juez")
    assert tried.outcome == "clarify" and tried.offered
    assert tried.winner == tried.ranking[0]
    assert tried.reply == clarify(model.content, tried.offered, "es")


async def test_a_search_finds_services_and_asks_what_it_was_not_told(model: Model, tryout: TryOut) -> None:
    """Asked where and in which language, residents go on: that depends on what they say."""
    found = await tryout.ask(model, "free lawyer near 90255")
    assert found.intent == "search_help" and found.reply is not None
    assert len(found.reply.services) == 3 and found.reply.topic == found.topic == "legal_aid_find"
    asked = await tryout.ask(model, "I need help")
    assert asked.intent == "find_help" and asked.reply == ask_need(model.content, "en")
    goes_on = await tryout.ask(model, "tell me more")
    assert goes_on.intent == "more" and goes_on.reply is None


async def test_of_a_long_text_the_first_words_are_tried(model: Model, tryout: TryOut) -> None:
    """Split at any white space."""
    text = "ICE came to my house\n and I do not know  what I can do " * 4
    tried = await tryout.ask(model, text)
    assert [word.text for word in tried.words] == text.split()[:MOST_WORDS]


async def test_personal_details_are_taken_out_as_they_are_for_residents(model: Model, tryout: TryOut) -> None:
    """Whatever name it is, it counts nothing; and yet it stands among the words."""
    one = await tryout.ask(model, "me llamo Xochiquetzal, ¿qué es la tarjeta roja?")
    other = await tryout.ask(model, "me llamo Wenceslao, ¿qué es la tarjeta roja?")
    assert one.words[2].text == "Xochiquetzal,"
    assert one.ranking == other.ranking


async def test_questions_at_the_same_time_wait_for_each_other(model: Model, tryout: TryOut) -> None:
    """Each gets its own result."""
    asked = (tryout.ask(model, text) for text in (HOME, "qué es la tarjeta roja", "hola"))
    tried = await asyncio.gather(*asked)
    assert [one.topic or one.intent for one in tried] == ["ice_at_home", "red_card", "greet"]


async def test_nothing_that_was_typed_is_logged_or_left_on_the_disk(
    model: Model, tryout: TryOut, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the log of this process, nor in the folder of the model, nor among temporary files."""
    caplog.set_level(logging.DEBUG)
    assert (await tryout.ask(model, "xochiquetzal")).words[0].text == "xochiquetzal"
    assert "xochiquetzal" not in caplog.text.lower()
    model.verify()
    written = Path(psutil.Process(tryout.pid).environ()["TMPDIR"])
    assert [path for path in written.rglob("*") if path.is_file()] == []


async def test_an_archive_that_cannot_be_read_ends_asking_with_a_sentence(tmp_path: Path) -> None:
    """Nothing is left beside it."""
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(b"no archive")
    with pytest.raises(TrainingError, match=r"^Asking the version ended: .*\. Nothing was changed\."):
        await parse(archive, [Question("hola", "es", "greet", frozenset(), False)])
    assert list(tmp_path.iterdir()) == [archive]

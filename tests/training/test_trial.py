"""An answer is asked its own questions before any training, on the small model."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence

import psutil
import pytest

from bot.content.topics import Topic
from bot.messages import Message
from bot.training.models import Model, ModelError
from bot.training.trial import Trial, Trials
from tests.conftest import still_running

pytestmark = pytest.mark.slow

FUNERAL = {
    "en": ("how do we send my father's body back to Mexico", "who helps pay for a funeral"),
    "es": ("cómo mandamos el cuerpo de mi papá a México", "quién ayuda con los gastos del funeral"),
}


@pytest.fixture
async def trials() -> AsyncIterator[Trials]:
    """Tries answers, and ends its process with the test."""
    made = Trials()
    yield made
    await made.close()


def with_answer(
    model: Model, name: str, questions: Mapping[str, Sequence[str]], like: str = "bond"
) -> dict[str, Topic]:
    """Return the topics of a model and a new answer with some questions."""
    new = dataclasses.replace(
        model.content.topics[like],
        id=name,
        title={"en": "The new answer", "es": "La respuesta nueva"},
        questions={code: tuple(asked) for code, asked in questions.items()},
    )
    return {**model.content.topics, name: new}


def keys_of(trial: Trial) -> list[str]:
    """Return the keys of what it advises."""
    return [one.key for one in trial.advice]


async def test_a_new_answer_with_two_questions_a_language_is_reached_by_them(
    small_model: Model, trials: Trials
) -> None:
    """And it says how many more are wanted, and of which kind."""
    trial = await trials.ask(small_model, with_answer(small_model, "funeral", FUNERAL), "funeral")
    # The thresholds of so small a model leave one of them in doubt.
    assert {one.given for one in trial.own} <= {"funeral", ""}
    assert trial.reached >= 3 and trial.passed and trial.taken == ()
    few = [one for one in trial.advice if one.key == "trial_too_few"]
    assert [one.values["number"] for one in few] == [8, 8]
    assert str(few[0]).startswith("Write 8 more in English: in the words of other people")
    assert few[1].in_language("es").startswith("Escriba 8 más en español: con las palabras de otras")


async def test_an_answer_for_a_situation_is_tried_beside_those_of_its_topic(
    small_model: Model, trials: Trials
) -> None:
    """The core answer, which asks for the situation, counts as reached."""
    questions = {"en": ("I lost my red card on the bus",), "es": ("perdí mi tarjeta roja en el bus",)}
    topics = with_answer(small_model, "red_card.lost", questions, "red_card")
    trial = await trials.ask(small_model, topics, "red_card.lost")
    assert trial.all_reached
    assert {one.given for one in trial.own} <= {"red_card.lost", "red_card"}


async def test_questions_of_another_answer_are_seen_to_be_taken_from_it(
    small_model: Model, trials: Trials
) -> None:
    """Both the question that is here too, and what is like it; and nothing passes that is not reached."""
    theirs = small_model.content.topics["bond"].questions
    trial = await trials.ask(small_model, with_answer(small_model, "funeral", theirs), "funeral")
    assert "trial_same_as_other" in keys_of(trial) or "trial_lost" in keys_of(trial)
    named = next(one for one in trial.advice if one.key in ("trial_same_as_other", "trial_lost"))
    assert small_model.content.topics["bond"].title["es"] in named.in_language("es")
    assert trial.taken or not trial.all_reached


async def test_questions_that_are_nearly_the_same_are_named_once(small_model: Model, trials: Trials) -> None:
    """As a pair, whatever the order."""
    asked = {**FUNERAL, "en": ("who helps pay for a funeral", "who helps pay for a funeral?")}
    trial = await trials.ask(small_model, with_answer(small_model, "funeral", asked), "funeral")
    assert keys_of(trial).count("trial_too_similar") == 1


async def test_what_was_asked_in_vain_and_would_get_the_answer_is_won(
    small_model: Model, trials: Trials
) -> None:
    """What is on something else is not."""
    waiting = [("who helps to pay for the funeral", "en"), ("zzz qqq", "en")]
    topics = with_answer(small_model, "funeral", FUNERAL)
    trial = await trials.ask(small_model, topics, "funeral", waiting=waiting)
    assert [one.text for one in trial.won] == ["who helps to pay for the funeral"]


async def test_an_answer_that_stands_as_it_was_learnt_is_judged_as_by_the_training(
    small_model: Model, trials: Trials
) -> None:
    """The report of the model says the same of its own questions."""
    for name, found in small_model.report["own_questions"].items():
        trial = await trials.ask(small_model, small_model.content.topics, name)
        assert trial.reached == found["reached"] and len(trial.own) == found["asked"], name


async def test_a_question_is_tried_also_where_it_alone_is_not_learnt(
    small_model: Model, trials: Trials
) -> None:
    """Of the only one there is nothing to learn."""
    topics = with_answer(small_model, "funeral", {"en": (FUNERAL["en"][1],), "es": ()})
    trial = await trials.ask(small_model, topics, "funeral")
    assert [one.unlearnt for one in trial.own] == [None]
    topics = with_answer(small_model, "funeral", FUNERAL)
    trial = await trials.ask(small_model, topics, "funeral")
    assert all(one.unlearnt is not None for one in trial.own)


async def test_its_process_ends_with_it_and_a_changed_model_is_not_loaded(
    small_model: Model, trials: Trials
) -> None:
    """As for trying a question."""
    await trials.warm_up(small_model)
    process = psutil.Process(trials.pid)
    await trials.close()
    assert await still_running([process]) == [] and trials.pid is None
    changed = dataclasses.replace(small_model, report={**small_model.report, "files": {}})
    with pytest.raises(ModelError):
        await trials.warm_up(changed)


def test_each_advice_can_be_said_in_both_languages() -> None:
    """With its values."""
    told = Message("trial_too_few", number=3, language=Message("spanish"), style=Message("style_short"))
    assert told.in_language("es").startswith("Escriba 3 más en español: cortas")

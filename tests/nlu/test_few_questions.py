"""An answer with two questions a language is found beside others that have the usual number of them."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.answering.decision import Understanding
from bot.content.reading import Content
from bot.nlu.bilingual_tokenizer import BilingualTokenizer
from bot.nlu.encoder_featurizer import EncoderFeaturizer
from bot.nlu.joint_classifier import LABEL_RANKING, JointClassifier
from bot.nlu.language_detector import LanguageDetector
from bot.nlu.tfidf_featurizer import TfidfFeaturizer
from bot.settings import PROJECT_ROOT
from bot.training.train import decision_step, training_questions
from tests.nlu.conftest import ComponentFactory, prepared

pytestmark = pytest.mark.slow

NEW = "funeral"
QUESTIONS = {
    "en": ["how do we send my father's body back to Mexico", "who helps pay a funeral if he had no papers"],
    "es": [
        "cómo mandamos el cuerpo de mi papá a México",
        "quién ayuda con los gastos del funeral si no tenía papeles",
    ],
}
# Of each topic all answers; the last label is no topic.
OTHERS = (
    "consulate_help",
    "deported_relative",
    "remittances",
    "public_benefits_public_charge",
    "out_of_scope",
)
MOST = 250


def others(content: Content) -> list[tuple[str, str, str]]:
    """Return the project's questions on what lies near, with their language and label."""
    every = training_questions(content)
    of_label = {
        label: [question for question in every if question[2] == label] for label in {row[2] for row in every}
    }
    return [
        question
        for label in sorted(of_label)
        if label.removeprefix("faq/").partition(".")[0] in OTHERS
        for question in of_label[label][:: max(1, len(of_label[label]) // MOST)]
    ]


def message(text: str, language: str, label: str) -> Message:
    """Return a training question as Rasa reads it."""
    intent, _, answer = label.partition("/")
    whole = {"intent_response_key": label} if answer else {}
    return Message({"text": text, "intent": intent, "metadata": {"language": language}, **whole})


@pytest.fixture(scope="module")
def judges(project_content: Content, tmp_path_factory: pytest.TempPathFactory) -> ComponentFactory:
    """Components that have learnt a new answer from two questions a language, others from many."""
    factory = ComponentFactory(tmp_path_factory.mktemp("judges"))
    new = [(text, language, f"faq/{NEW}") for language, texts in QUESTIONS.items() for text in texts]
    data = TrainingData([message(*question) for question in (*others(project_content), *new)])
    for kind in (LanguageDetector, BilingualTokenizer, TfidfFeaturizer, EncoderFeaturizer, JointClassifier):
        component = factory.create(kind)
        if kind in (TfidfFeaturizer, JointClassifier):
            component.train(data)
        if kind is not JointClassifier:
            component.process_training_data(data)
    return factory


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *((language, text) for language, texts in QUESTIONS.items() for text in texts),
        ("en", "my dad died and we want to take his body to Mexico"),
        ("en", "is there help to pay for the funeral of someone undocumented"),
        ("es", "falleció mi papá y queremos llevar su cuerpo a México"),
        ("es", "hay ayuda para pagar el funeral de alguien sin papeles"),
    ],
)
def test_its_questions_and_those_that_say_the_same_are_answered(
    judges: ComponentFactory, project_content: Content, language: str, text: str
) -> None:
    """With the thresholds of config.yml, in spite of a hundred questions on each matter beside it."""
    asked = judges.load(JointClassifier).process([prepared(judges, text)])[0]
    ranking = tuple(asked.get(LABEL_RANKING))
    decision = decision_step(PROJECT_ROOT, project_content).decide([Understanding(language, ranking)])
    assert (decision.outcome, decision.topic) == ("answer", NEW), ranking[:4]


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("en", "they deported my father to Mexico yesterday", "deported_relative"),
        ("es", "cuánto es el impuesto por mandar dinero a México", "remittances"),
    ],
)
def test_what_lies_beside_it_is_answered_as_before(
    judges: ComponentFactory, project_content: Content, language: str, text: str, topic: str
) -> None:
    """Words in common do not draw other questions to it."""
    asked = judges.load(JointClassifier).process([prepared(judges, text)])[0]
    ranking = tuple(asked.get(LABEL_RANKING))
    decision = decision_step(PROJECT_ROOT, project_content).decide([Understanding(language, ranking)])
    assert (decision.outcome, decision.topic) == ("answer", topic), ranking[:4]

"""ContentImporter: reads what Rasa's own importers read."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.content_importer import ContentImporter
from bot.settings import PROJECT_ROOT

pytestmark = pytest.mark.slow


def said(data: TrainingData) -> set[str]:
    """Return every training question, with all that is known of it."""
    return {str(sorted(message.data.items())) for message in data.intent_examples}


# `faq` stands in domain.yml, and Rasa finds it in the topics once more.
@pytest.mark.filterwarnings("ignore:The following duplicated intents:UserWarning")
def test_the_project_is_read_as_rasa_reads_it() -> None:
    """The same questions, tables, synonyms, answers, domain and rules: `rasa train` would train the same."""
    files = [str(PROJECT_ROOT / name) for name in ("config.yml", "domain.yml", "data")]
    theirs: Any = TrainingDataImporter.load_from_config(files[0], files[1], [files[2]])
    ours = ContentImporter(PROJECT_ROOT)
    there, here = theirs.get_nlu_data(), ours.get_nlu_data()
    assert said(here) == said(there)
    assert here.responses == there.responses
    assert here.entity_synonyms == there.entity_synonyms
    assert sorted(map(str, here.lookup_tables)) == sorted(map(str, there.lookup_tables))
    assert ours.get_domain().as_dict() == theirs.get_domain().as_dict()
    assert ours.get_stories().fingerprint() == theirs.get_stories().fingerprint()
    assert ours.get_config() == theirs.get_config()

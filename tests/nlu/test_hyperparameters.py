"""What the judges are told stands in config.yml, and nowhere else."""

from __future__ import annotations

import dataclasses

import pytest

from bot.content.model_rules import JUDGED_BY
from bot.nlu.hyperparameters import Hyperparameters
from bot.nlu.joint_classifier import JointClassifier
from bot.settings import PROJECT_ROOT
from bot.training.train import component_settings


def test_the_code_sets_none_of_them() -> None:
    """Neither the judges nor the component have a default that a value could differ from."""
    fields = dataclasses.fields(Hyperparameters)
    assert all(field.default is field.default_factory is dataclasses.MISSING for field in fields)
    assert not {field.name for field in fields} & JointClassifier.get_default_config().keys()


def test_config_sets_all_of_them() -> None:
    """`kyr check` asks for the same ones; each is taken as it stands there, and a missing one is named."""
    config = component_settings(PROJECT_ROOT, "JointClassifier")
    told = dataclasses.asdict(Hyperparameters.of(config))
    assert tuple(told) == JUDGED_BY
    assert told == {name: config[name] for name in JUDGED_BY}
    with pytest.raises(KeyError, match="power"):
        Hyperparameters.of({name: config[name] for name in JUDGED_BY if name != "power"})

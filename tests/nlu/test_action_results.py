"""Results of custom actions are checked as Rasa checks them, against a schema that is read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig

from bot.nlu import action_results
from bot.nlu.action_results import check_schema_once

ACTION = RemoteAction("action_find_help", EndpointConfig())
AS_RASA_DOES = RemoteAction._validate_action_result

GOOD: tuple[Mapping[str, Any], ...] = (
    {"events": [], "responses": []},
    {
        "events": [{"event": "slot", "timestamp": None, "name": "language", "value": "es"}],
        "responses": [{"text": "a"}],
    },
)
WRONG: tuple[Mapping[str, Any], ...] = (
    {"events": "none", "responses": []},
    {"events": [{"no": "event"}], "responses": []},
    {"events": [], "responses": {}},
)


@pytest.fixture(autouse=True)
def checked_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have it so for a test, as it is in the process of Rasa."""
    monkeypatch.setattr(RemoteAction, "_validate_action_result", AS_RASA_DOES)
    check_schema_once()
    yield


@pytest.mark.parametrize("result", GOOD)
def test_a_good_result_is_taken(result: Mapping[str, Any]) -> None:
    """As Rasa takes it."""
    assert ACTION._validate_action_result(result) is AS_RASA_DOES(ACTION, result) is True


@pytest.mark.parametrize("result", WRONG)
def test_a_wrong_result_is_refused_for_the_same_reason(result: Mapping[str, Any]) -> None:
    """With the same error, in the same place."""
    with pytest.raises(ValidationError) as by_rasa:
        AS_RASA_DOES(ACTION, result)
    with pytest.raises(ValidationError) as here:
        ACTION._validate_action_result(result)
    assert by_rasa.value.message.startswith(here.value.message)
    assert here.value.path == by_rasa.value.path


def test_the_schema_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many results come."""
    checked: list[object] = []
    schema = RemoteAction.action_response_format_spec()
    monkeypatch.setattr(validator_for(schema), "check_schema", checked.append)
    action_results._validator.cache_clear()
    for _ in range(3):
        ACTION._validate_action_result(GOOD[0])
    assert checked == [schema]

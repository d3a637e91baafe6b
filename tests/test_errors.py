"""Errors whose text is for people have one base class; a new one that lacks it is found here."""

from __future__ import annotations

from tests.helpers.errors import exceptions_of_ours

# Exceptions whose text nobody is shown, with the reason.
NOT_FOR_PEOPLE = {
    "BadMessage": "a line of the log: whoever sends webhooks is a program",
    "BadRequest": "carries a status and the code of an error, whose words stand in the texts of the page",
    "StandInError": "an ImportError: a programmer meets it who uses a component that needs TensorFlow",
    "RasaUnavailable": "a line of the log: residents are shown the hotline card in its place",
    "YamlEditError": "caught where topic files are edited, which says it as a TopicEditError",
    "_Failed": "caught in the file that raises it, where it is said on the page of signing in",
    "_ValueError": "caught in the file that raises it, where the problem is worded",
}


def test_every_exception_of_ours_is_for_people_or_says_here_why_not() -> None:
    """One that is neither would end a command with a traceback and a page with “nobody foresaw this”."""
    found = exceptions_of_ours()
    assert len(found) > 25
    assert {name for name, is_for_people in found.items() if not is_for_people} - {"KyrError"} == {
        *NOT_FOR_PEOPLE
    }

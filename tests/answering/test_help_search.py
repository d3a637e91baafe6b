"""A search for help, and the buttons that carry it."""

from __future__ import annotations

import pytest

from bot.answering.help_search import HelpSearch, read_payload
from bot.content.reading import Content


def test_a_search_goes_on_where_it_ended(project_content: Content) -> None:
    """Three at a time, none twice, until there are no more."""
    directory = project_content.directory
    search: HelpSearch | None = HelpSearch(("legal",), "90255", "es")
    seen: list[str] = []
    while search:
        services, search = search.run(directory)
        assert 0 < len(services) <= 3
        seen += [service.id for service in services]
    assert len(seen) == len(set(seen)) > 6
    assert seen[0] == "hp-with-you"


@pytest.mark.parametrize(
    "search",
    [
        HelpSearch(("legal",)),
        HelpSearch(("legal", "food"), "90255", "es", 3),
        HelpSearch(("city",), "Huntington Park", "any", 6),
    ],
)
def test_a_search_is_read_back_from_its_payload(project_content: Content, search: HelpSearch) -> None:
    """Nothing needs to be remembered for "more"."""
    assert read_payload(search.payload(), project_content.directory) == search


def test_a_payload_is_taken_as_it_would_be_written_here(project_content: Content) -> None:
    """Each need once, and the place by its own name: nothing that was sent comes back."""
    payload = f"show:{'legal,' * 5000}food:huntington <PARK>:es:3"
    expected = HelpSearch(("legal", "food"), "Huntington Park", "es", 3)
    assert read_payload(payload, project_content.directory) == expected


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "show",
        "show:legal",
        "show:legal::::",
        "show:nothing:::0",
        "show::::0",
        "show:legal:<script>::0",
        "show:legal:00000::0",
        "show:legal::fr:0",
        "show:legal:::-1",
        "show:legal:::³",
        "show:legal:::999999999999999999999",
        f"show:legal:::{'0' * 5000}",
        "show:legal:::0000009999",
        "topic:bond",
    ],
)
def test_a_payload_that_is_none_of_ours_is_refused(project_content: Content, payload: str) -> None:
    """Payloads come from outside and may say anything."""
    assert read_payload(payload, project_content.directory) is None

"""Where residents read what the directory says of a service."""

from __future__ import annotations

import dataclasses

from bot.content.page_texts import read_page_texts
from bot.content.reading import Content
from bot.content.service_places import CALL, CARD, SERVICE, SHORT, STARTER, Place, Said, places_changed
from bot.content.service_references import services_named
from bot.directory.services import Directory, Phone
from bot.settings import PROJECT_ROOT


def with_number(directory: Directory, service: str, number: str) -> Directory:
    """Return a directory in which a service has another number."""
    services = tuple(
        dataclasses.replace(one, lines=(Phone(number),)) if one.id == service else one
        for one in directory.services
    )
    return dataclasses.replace(directory, services=services)


def changed(content: Content, service: str) -> list[Place]:
    """Return what another number of a service changes."""
    texts = read_page_texts(PROJECT_ROOT / "bot" / "gateway" / "strings.yml")
    said = Said(content.conversation.responses, content.start, texts)
    other = with_number(content.directory, service, "323-584-6254")
    return places_changed(content.topics, said, content.directory, other, (service,))


def test_every_text_with_the_number_is_found(project_content: Content) -> None:
    """Answers, text messages, whom to call, cards and what the first screen leads to; the lines alone."""
    places = changed(project_content, "chirla-hotline")
    assert {SHORT, CALL, CARD, STARTER} <= {place.kind for place in places}
    for place in places:
        assert "888-624-4752" in place.before and "323-584-6254" in place.after, place
        assert "888-624-4752" not in place.after
    found = {place.id for place in places if place.kind == CALL}
    assert found == {one.id for one in project_content.topics.values() if "chirla-hotline" in one.call}


def test_a_service_that_no_answer_names_changes_none(project_content: Content) -> None:
    """Its card is shown by itself."""
    named = services_named(project_content.topics)
    unnamed = [one.id for one in project_content.directory.services if one.id not in named]
    kinds = {place.kind for service in unnamed[:3] for place in changed(project_content, service)}
    assert unnamed and not kinds - {SERVICE, CARD}


def test_texts_of_other_services_change_with_the_number(project_content: Content) -> None:
    """The jail's card sends people to CHIRLA: its number stands there by CHIRLA's id."""
    directory = project_content.directory
    assert "CHIRLA, 888-624-4752" in directory.by_id["county-jail-search"].alert["en"]
    raw = PROJECT_ROOT / "data" / "resources" / "services.csv"
    assert "Also call [chirla-hotline]." in raw.read_text(encoding="utf-8")

"""What the console says that residents get: asked of the assistant that runs, before and after a button."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator

import pytest
from markupsafe import escape
from sqlalchemy import insert

from bot.clock import current_date, week_of
from bot.console import keys
from bot.database.tables import USAGE
from bot.gateway.app import create_app
from bot.serving.processes import free_port
from bot.settings import Settings
from bot.training.models import Model, ModelStore
from bot.training.publishing import PublishError, ServingStatus, ServingStatusFile
from bot.training.topics_off import GivenTopics, TopicsOff
from bot.web.server import listening
from tests.helpers.clerks import Clerk, Console
from tests.helpers.models import add_untrained
from tests.helpers.situations import write_situation

GIVEN, CHECKED = "Residents get this answer.", "They are told that it is being checked"


@pytest.fixture
def store(console: Console) -> ModelStore:
    """Two versions: in the one before the card is not given, in the published one it is, as staff edit it."""
    content, store = console.settings.content_dir, ModelStore(console.settings.data_dir)
    write_situation(content, "lost", "A lost card", "Perdí una")
    file = console.topic_file("red_card")
    text = file.read_text(encoding="utf-8")
    before = text.replace("  group:", "  enabled: false\n  group:", 1).replace("The red card", "A card", 1)
    file.write_text(before, encoding="utf-8")
    add_untrained(store, "1", content=content)
    file.write_text(text, encoding="utf-8")
    add_untrained(store, "2", content=content)
    for version in "12":
        store.publish(version)
    return store


@contextlib.asynccontextmanager
async def answering(console: Console, model: Model) -> AsyncIterator[ServingStatusFile]:
    """Run the gateway of a version without the Rasa behind it, and say where it is, as `kyr serve` does."""
    data_dir = console.settings.data_dir
    given = GivenTopics(model.content.topics, TopicsOff(data_dir))
    content = dataclasses.replace(model.content, topics=given)
    settings = Settings(data_dir=data_dir, content_dir=console.settings.content_dir)
    app = create_app(content, settings, rasa_url="", actions_url="", model_version=model.version)
    serving = ServingStatusFile(data_dir)
    async with listening(app, "127.0.0.1", 0) as url:
        with serving.held():
            serving.write(ServingStatus(model.version, url=url))
            yield serving


async def test_while_another_version_is_loaded_the_one_that_answers_is_told(
    console: Console, store: ModelStore, editor: Clerk
) -> None:
    """Going back to a version without the card does not make it off before residents get that version."""
    async with answering(console, store.get("2")) as serving:
        page = await editor.get("/topics/red_card/given")
        assert GIVEN in page and "This is what the assistant itself gave just now." in page
        store.publish("1")
        page = await editor.get("/topics/red_card/given")
        assert GIVEN in page and "still answers from the version “2”. The version “1” is published" in page
        assert "/topics/red_card/off" in await editor.get("/topics?q=red_card")
        assert "still answers from the version “2”" in await editor.get("/release")
        status = serving.read()
        assert status is not None
        serving.write(dataclasses.replace(status, refused="1"))
        assert "refused the version “1” and goes on" in await editor.get("/topics/red_card/given")
    async with answering(console, store.get("1")):
        assert CHECKED in await editor.get("/topics/red_card/given")
        assert "The answer is turned off" in await editor.get("/topics/red_card")


async def test_where_the_assistant_cannot_be_asked_the_page_says_so(
    console: Console, store: ModelStore, editor: Clerk
) -> None:
    """Not running, starting, gone without a word, or of an older program: what is shown is worked out."""
    page = await editor.get("/topics/red_card/given")
    assert "The assistant does not run: residents get no answers at all." in page
    assert GIVEN in page and "worked out from what is published" in page
    serving = console.app[keys.SERVING]
    with serving.held():
        assert "The assistant is starting" in await editor.get("/topics/red_card/given")
        serving.write(ServingStatus("2", url=f"http://127.0.0.1:{free_port()}"))
        assert "was asked just now and did not answer" in await editor.get("/topics/red_card/given")
        serving.write(ServingStatus("2"))
        page = await editor.get("/topics/red_card/given")
        assert "does not say where it can be asked" in page and GIVEN in page


async def test_before_an_answer_is_turned_off_the_text_in_its_place_is_shown(
    console: Console, store: ModelStore, editor: Clerk
) -> None:
    """In both languages, with the situations that go with it, and how often it was asked."""
    with console.app[keys.DATABASE].transaction() as connection:
        week = week_of(current_date() - datetime.timedelta(weeks=1))
        row = {"week": week, "kind": "topic", "value": "red_card", "count": 43}
        connection.execute(insert(USAGE).values(row))
    page = await editor.get("/topics/red_card/off")
    for text in store.get("2").content.conversation.responses["utter_answer_being_checked"].values():
        assert escape(text.splitlines()[0]) in page
    assert "these answers for single situations stop (1):</p>\n<ul><li>A lost card</li>" in page
    assert "asked about 40 times or a little more" in page
    page = await editor.get("/topics/red_card.lost/off")
    assert "Residents get the general answer in its place: The red card." in page


async def test_before_an_answer_is_turned_on_the_text_that_is_given_is_shown(
    console: Console, store: ModelStore, approver: Clerk
) -> None:
    """It is the published one, also where another is saved; a situation alone does not come back."""
    console.app[keys.TOPICS_OFF].add("red_card")
    console.app[keys.TOPICS_OFF].add("red_card.lost")
    file = console.topic_file("red_card")
    file.write_text(file.read_text("utf-8").replace("The red card", "The newest card", 1), "utf-8")
    page = await approver.get("/topics/red_card/on")
    assert "The answer was changed since it was published." in page
    assert "<del>red</del>" in page and "<ins>newest</ins>" in page
    assert "were turned off by themselves and stay off:</p><ul><li>A lost card</li>" in page
    page = await approver.get("/topics/red_card.lost/on")
    assert "as long as the general answer of its topic is turned off" in page
    assert "Residents are told that the answer is being checked" in page
    console.app[keys.TOPICS_OFF].remove("red_card.lost")
    page = await approver.get("/topics/red_card/on")
    assert "With it these answers for single situations come back (1):" in page


async def test_an_answer_that_is_in_no_version_yet_changes_nothing_now(
    console: Console, store: ModelStore, approver: Clerk
) -> None:
    """Whatever is pressed; the page says from when on it counts."""
    write_situation(console.settings.content_dir, "found", "A found card", "Encontré una")
    for action in ("off", "on", "approve"):
        page = await approver.get(f"/topics/red_card.found/{action}")
        assert "Nothing changes for residents now" in page
    assert "Residents do not get this answer yet" in await approver.get("/topics/red_card.found/given")


async def test_what_an_approval_does_to_residents_is_shown(
    console: Console, store: ModelStore, approver: Clerk
) -> None:
    """It changes no word; of a text that is not published yet both are shown."""
    assert "The approval changes no word of what they get." in await approver.get("/topics/red_card/approve")
    file = console.topic_file("red_card")
    file.write_text(file.read_text("utf-8").replace("The red card", "The newest card", 1), "utf-8")
    page = await approver.get("/topics/red_card/approve")
    assert "You approve the changed text." in page and "<ins>newest</ins>" in page


async def test_what_undo_brings_back_is_shown_before(
    console: Console, store: ModelStore, approver: Clerk, editor: Clerk
) -> None:
    """Old and new side by side, and what stays off; from a page that is out of date nothing is undone."""
    console.app[keys.TOPICS_OFF].add("food_assistance")
    page = await approver.get("/release/undo")
    assert "from the version “1” again, and no longer from the version “2”" in page
    assert "Answers and texts that will be as before: 2." in page
    assert "<del>The red</del>" in page and "<ins>A</ins>" in page
    assert "<del>yes</del>" in page and "<ins>no</ins>" in page
    assert "stay so in the version before" in page and "<li>Food help</li>" in page
    with pytest.raises(PublishError, match="Somebody has published or undone another version"):
        dataclasses.replace(console.app[keys.RELEASE], who="berta").roll_back("2")
    await editor.get("/release/undo", status=403)


async def test_where_nothing_was_published_before_there_is_nothing_to_undo(approver: Clerk) -> None:
    """The page says so, and has no button."""
    page = await approver.get("/release/undo")
    assert (
        "There is no version before this one" in page and '<form method="post" action="/release' not in page
    )

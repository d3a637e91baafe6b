"""A clerk's day in the console, in a real browser, with a real assistant: from a spreadsheet to the undo.

With KYR_SCREENSHOTS set to a folder, the pictures of the README are taken on the way.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.async_api import Page, expect

from bot.content.reading import read_content
from bot.serving.processes import free_port
from bot.training.models import Model
from tests.browser.conftest import OpenVisit, Visit
from tests.helpers.office import Office, open_office, serving, topic_of

pytestmark = pytest.mark.slow

_PASSWORD = "a long enough password"  # noqa: S105 - of a test
_SHEET = Path(__file__).parent / "three_topics.csv"
_QUESTION = "¿hay que pagar por usar este chat?"
# What the console says that residents get.
_BEING_CHECKED = "They are told that it is being checked"
_NOT_THERE = "it is not in the version that they are answered from"


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """An office with the small content; with the project's where pictures are taken."""
    model: Model = request.getfixturevalue("model" if os.environ.get("KYR_SCREENSHOTS") else "small_model")
    return open_office(model, tmp_path)


async def _look(visit: Visit, name: str) -> None:
    """Assert that a page is accessible as it is, and take its picture."""
    await visit.check_accessible()
    await visit.check_fits()
    if folder := os.environ.get("KYR_SCREENSHOTS"):
        await visit.page.screenshot(path=f"{folder}/console-{name}.png")


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def test_a_clerk_brings_in_topics_trains_publishes_turns_one_off_and_goes_back(
    office: Office, tmp_path: Path, open_visit: OpenVisit
) -> None:
    """The residents' page follows each step, and the history has all of them under her name."""
    port, console = free_port(), free_port()
    being_checked = read_content(office.content).text_of("utter_answer_being_checked", "es").splitlines()[0]
    await office.kyr("users", "add", "berta", "--role", "approver", typed=f"{_PASSWORD}\n")
    wrong = tmp_path / "three.csv"
    wrong.write_text(
        _SHEET.read_text(encoding="utf-8").replace(",help,What", ",helpp,What"), encoding="utf-8"
    )
    async with serving(office, port, "--console", str(console)), ClientSession() as session:
        visit = await open_visit(
            f"http://127.0.0.1:{console}", viewport={"width": 1200, "height": 800}, locale="en"
        )
        page, url = visit.page, f"http://127.0.0.1:{port}"

        await visit.go("/")
        await _look(visit, "sign-in")
        await page.get_by_label("Account name").fill("berta")
        await page.get_by_label("Password").fill(_PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Today")).to_be_visible()
        await _look(visit, "today")
        await page.get_by_role("link", name="Answers", exact=True).click()
        await expect(page.get_by_role("heading", name="Answers")).to_be_visible()
        await _look(visit, "topics")

        await page.get_by_role("link", name="Spreadsheet").click()
        await page.get_by_label("Spreadsheet (.xlsx or .csv)").set_input_files(wrong)
        await _press(page, "Show what would change")
        row = page.get_by_role("row").filter(has_text="helpp")
        await expect(row).to_contain_text("group")
        await _look(visit, "sheet-refused")
        await page.get_by_label("Spreadsheet (.xlsx or .csv)").set_input_files(_SHEET)
        await _press(page, "Show what would change")
        await expect(page.get_by_text("assistant_cost: new")).to_be_visible()
        await _press(page, "Change the answers so")
        await expect(page.get_by_role("heading", name="Answers changed: 3")).to_be_visible()
        await _look(visit, "sheet-done")

        await page.get_by_role("link", name="Next: make a new version").click()
        await _press(page, "Make a new version")
        await expect(page.get_by_text("Under way")).to_be_visible()
        await expect(page.get_by_text("Learning which question belongs to which topic")).to_be_visible()
        await _look(visit, "training")
        await page.get_by_role("link", name="Read the report").click()
        await expect(page.locator("main .state.pass", has_text="PASS")).to_be_visible()
        await _look(visit, "report")
        assert await topic_of(session, url, _QUESTION) != "assistant_cost"
        await _press(page, "Publish")
        await expect(page.get_by_text("Done", exact=True).nth(1)).to_be_visible()
        await _look(visit, "published")
        assert await topic_of(session, url, _QUESTION) == "assistant_cost"

        resident = await open_visit(url, locale="es")
        await resident.go("/es/")
        await resident.ask(_QUESTION)
        answers = resident.page.locator(".message.bot", has_text="gratis")
        await expect(answers).to_have_count(1)

        await visit.go("/topics/assistant_cost")
        await _look(visit, "topic")
        await page.get_by_role("link", name="Turn the answer off").click()
        # What residents will get in its place is shown before, and after it what they get.
        await expect(page.locator(".preview[lang=es]")).to_contain_text(being_checked)
        await page.get_by_label("Why").fill("The price may have changed")
        await _look(visit, "off")
        await _press(page, "Turn the answer off")
        run = page.get_by_role("region", name="Turning off the answer “What the assistant costs”")
        await expect(run.get_by_text("Done", exact=True)).to_be_visible()
        await expect(page.get_by_text("This is what the assistant itself gave just now.")).to_be_visible()
        await expect(page.get_by_text(_BEING_CHECKED)).to_be_visible()
        await _look(visit, "given-off")
        await resident.ask(_QUESTION)
        await expect(resident.page.locator(".message.bot", has_text=being_checked).last).to_be_visible()
        await expect(answers).to_have_count(1)

        # In the version before it is not there; in the one after that it is, and stays off.
        for known, told in ((False, _NOT_THERE), (True, _BEING_CHECKED)):
            await visit.go("/release")
            await page.get_by_role("link", name="Undo: go back to").click()
            await expect(page.get_by_text("What the assistant costs: ")).to_be_visible()
            await _look(visit, "undo")
            await _press(page, "Undo: go back to")
            await expect(page.get_by_role("heading", name="Going back to the version before")).to_be_visible()
            await expect(page.get_by_text("Under way")).to_have_count(0)
            assert (await topic_of(session, url, _QUESTION) == "assistant_cost") == known
            await visit.go("/topics/assistant_cost/given")
            await expect(page.get_by_text(told)).to_be_visible()
        await visit.go("/release")
        await resident.ask(_QUESTION)
        await expect(resident.page.locator(".message.bot", has_text=being_checked)).to_have_count(2)
        await expect(answers).to_have_count(1)
        await expect(
            page.get_by_text("until somebody turns them on: What the assistant costs.")
        ).to_be_visible()
        await _look(visit, "undone")

        await visit.go("/topics/assistant_cost")
        await expect(page.get_by_text("The answer is turned off")).to_be_visible()
        await page.get_by_role("link", name="Turn the answer on").click()
        await expect(page.locator(".preview[lang=es]")).to_contain_text("gratis")
        await _press(page, "Turn the answer on")
        await expect(
            page.get_by_role("heading", name="Turning on the answer “What the assistant costs”")
        ).to_be_visible()
        run = page.get_by_role("region", name="Turning on the answer “What the assistant costs”")
        await expect(run.get_by_text("Done", exact=True)).to_be_visible()
        await expect(page.get_by_text("Residents get this answer.")).to_be_visible()
        await resident.ask(_QUESTION)
        await expect(answers).to_have_count(2)

        await visit.go("/history?verify=1")
        await expect(page.get_by_role("status")).to_contain_text("none changed")
        done = await page.locator("tbody tr").all_inner_texts()
        for action in (
            "spreadsheet brought in",
            "new version made",
            "published",
            "answer turned off",
            "went back",
            "signed in",
        ):
            assert any("berta" in text and action in text for text in done), action
        await _look(visit, "history")

"""The staff handbook (docs/staff.md), walked from the first step to the last with the real programs."""

from __future__ import annotations

import asyncio
import collections
import csv
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import ClientSession
from openpyxl import load_workbook

from bot.content.reading import read_content
from bot.serving.processes import free_port
from bot.training.models import Model
from tests.helpers.office import Office, open_office, serving, topic_of

pytestmark = pytest.mark.slow

NEW_TOPIC = Path(__file__).parent / "sheets" / "consulate.csv"
QUESTION = "¿puedo llamar a mi consulado desde la cárcel?"


@pytest.fixture
def office(small_model: Model, tmp_path: Path) -> Office:
    """An office with the small content, and the model of it published."""
    return open_office(small_model, tmp_path)


class Residents:
    """Three people who ask and ask, each question twice, as phones do on a bad line."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self.outcomes: collections.Counter[str] = collections.Counter()
        self._over = asyncio.Event()

    async def ask_until_told(self) -> None:
        """Ask; note what was answered."""
        await asyncio.gather(*(self._one(number) for number in range(3)))

    def enough(self) -> None:
        """Let them end."""
        self._over.set()

    async def _one(self, number: int) -> None:
        questions = ("hola", "what is a red card", "who can help me with that?")
        count = 0
        while not self._over.is_set():
            count += 1
            session = (await self._post({"message": "buenas tardes"}))["session"]
            body = {"message": questions[count % 3], "id": f"{number}-{count}", "session": session}
            first, again = await asyncio.gather(self._post(body), self._post(body))
            assert first["replies"], first
            self.outcomes["degraded" if first.get("degraded") else "answered"] += 1
            self.outcomes["answered otherwise again"] += first["replies"] != again["replies"]
            await asyncio.sleep(0.1)

    async def _post(self, body: Mapping[str, object]) -> dict[str, object]:
        async with self._session.post(f"{self._url}/api/chat", json=body) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, object] = await response.json()
            return answer


def add_row_of(sheet: Path, new_topic: Path) -> None:
    """Do by hand what a clerk does: type the row of a new topic below the others."""
    book = load_workbook(sheet)
    table = book.active
    assert table is not None
    header = [cell.value for cell in table[1]]
    with new_topic.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    table.append([row.get(str(name), "") for name in header])
    book.save(sheet)


async def is_being_checked(office: Office, session: ClientSession, url: str) -> bool:
    """Whether residents are told, in the place of an answer, that it is being checked."""
    said = read_content(office.content).text_of("utter_answer_being_checked", "es")
    async with session.post(f"{url}/api/chat", json={"message": QUESTION}) as response:
        return said in (await response.json())["replies"][0]["text"]


async def test_the_staff_chapter(office: Office) -> None:
    """Export, edit, import, check, train, report, publish, ask, turn one answer off and on, go back."""
    sheet, port = office.folder / "topics.xlsx", free_port()
    url = f"http://127.0.0.1:{port}"
    assert "3 topics" in await office.kyr("export", str(sheet))
    add_row_of(sheet, NEW_TOPIC)
    before = (office.content / "data" / "faq" / "bond.yml").read_bytes()
    assert "+ consulate_after_arrest: new" in await office.kyr("import", str(sheet), "--dry-run")
    assert not (office.content / "data" / "faq" / "consulate_after_arrest.yml").exists()
    assert "Topics changed: 1" in await office.kyr("import", str(sheet))
    assert (office.content / "data" / "faq" / "bond.yml").read_bytes() == before
    assert "4 topics" in await office.kyr("check")

    async with serving(office, port), ClientSession() as session:
        assert await topic_of(session, url, QUESTION) != "consulate_after_arrest"
        trained = await office.kyr("train")
        assert "consulate_after_arrest: added" in trained and "PASS" in trained
        version = trained.split()[-1]

        residents = Residents(session, url)
        asking = asyncio.create_task(residents.ask_until_told())
        began = time.monotonic()
        published = await office.kyr("publish", version)
        seconds_to_publish = time.monotonic() - began
        assert f"Version {version} answers" in published
        assert await topic_of(session, url, QUESTION) == "consulate_after_arrest"
        began = time.monotonic()
        assert "answers" in await office.kyr("rollback")
        assert await topic_of(session, url, QUESTION) != "consulate_after_arrest"
        assert time.monotonic() - began < seconds_to_publish, "nothing has to start again"
        assert f"Version {version} answers" in await office.kyr("publish", version)
        residents.enough()
        await asking
        assert residents.outcomes["answered"] > 50
        assert residents.outcomes["degraded"] == residents.outcomes["answered otherwise again"] == 0

        off = await office.kyr(
            "topics", "off", "consulate_after_arrest", "--reason", "the law may have changed"
        )
        assert off == "Residents do not get consulate_after_arrest from now on.\n"
        assert await is_being_checked(office, session, url)
        assert "answers" in await office.kyr("rollback")
        assert await topic_of(session, url, QUESTION) != "consulate_after_arrest"
        assert f"Version {version} answers" in await office.kyr("publish", version)
        assert await is_being_checked(office, session, url)
        assert "\noff        consulate_after_arrest " in "\n" + await office.kyr("topics")
        on = await office.kyr("topics", "on", "consulate_after_arrest")
        assert on == "Residents get the answer to consulate_after_arrest again.\n"
        assert await topic_of(session, url, QUESTION) == "consulate_after_arrest"
        assert not await is_being_checked(office, session, url)

    history = await office.kyr("audit", "--subject", "consulate_after_arrest", "-n", "50")
    for action in ("import", "topic off", "topic on"):
        assert action in history
    assert "entries" in await office.kyr("audit", "verify")

"""What is under way, as the console sends it to a page that watches."""

from __future__ import annotations

import asyncio
import json

from bot.console import keys
from tests.helpers.clerks import Clerk, Console
from tests.helpers.waiting import SECONDS_AT_MOST


async def test_a_page_is_told_of_a_run_until_it_is_over(console: Console, editor: Clerk) -> None:
    """A model that is not there: the run ends at once, and says why."""
    console.app[keys.RUNS].start({"kind": "publish", "version": "nothing", "despite": ""}, "ana")
    async with editor.client.get("/release/events") as response:
        assert response.content_type == "text/event-stream"
        told = (await asyncio.wait_for(response.text(), SECONDS_AT_MOST)).split("\n\n")
    first, last = json.loads(told[0].removeprefix("data: ")), json.loads(told[-3].removeprefix("data: "))
    assert "Publishing: nothing" in first
    assert "There is no version" in last
    assert told[-2].startswith("event: over")


async def test_a_browser_that_goes_away_leaves_the_others_alone(console: Console, editor: Clerk) -> None:
    """Pages are answered while a run goes on that nobody watches any more."""
    with console.app[keys.RUNS]._held("release"):
        async with editor.client.get("/release/events") as response:
            await response.content.readany()
        await editor.get("/release")

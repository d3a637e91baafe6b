"""How heavy the page is and how soon it can be used: `uv run python -m bench.page URL`.

On a phone whose processor is four times slower than this one, with and without a slow mobile network
(400 kbit/s, 400 ms there and back).
"""

from __future__ import annotations

import asyncio
import gzip
import statistics
import sys
from dataclasses import dataclass

from playwright.async_api import Browser, async_playwright

from bot.settings import PROJECT_ROOT

CHROMIUM = "/usr/bin/chromium"
TIMES = 5
SLOWER = 4
SLOW_NETWORK = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PAGES = ("/es/", "/es/ice_at_home", "/es/ayuda", "/es/tarjeta-roja", "/embed/es/")
# The chat is ready when its box can be typed into; other pages when they have been read to the end.
READY = """() => document.querySelector("kyr-chat")
    ? document.querySelector("kyr-chat form:not([hidden])") && performance.now()
    : document.readyState === "complete" && performance.now()"""


@dataclass(frozen=True)
class Load:
    """One load of a page: milliseconds until it can be used, requests, and bytes on the way."""

    ready: float
    requests: int
    size: int


async def load(browser: Browser, url: str, *, slow_network: bool) -> Load:
    """Open a page for the first time; nothing is saved for offline use meanwhile."""
    context = await browser.new_context(viewport={"width": 360, "height": 640})
    page = await context.new_page()
    await page.add_init_script("delete Navigator.prototype.serviceWorker;")
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    if slow_network:
        await session.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await page.goto(url)
    ready = await (await page.wait_for_function(READY)).json_value()
    await page.wait_for_load_state("networkidle")
    await context.close()
    return Load(ready, len(sizes), int(sum(sizes)))


async def measure(url: str) -> None:
    """Print the figures of each page."""
    static = PROJECT_ROOT / "bot/gateway/static"
    sizes = {
        name: len(gzip.compress((static / name).read_bytes())) for name in ("chat.js", "style.css", "page.js")
    }
    print(f"gzipped: {sizes}, together {sum(sizes.values())} bytes")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in PAGES:
            for slow_network in (False, True):
                loads = [await load(browser, url + path, slow_network=slow_network) for _ in range(TIMES)]
                network = "slow network" if slow_network else "fast network"
                ready = statistics.median(each.ready for each in loads)
                weight = f"{loads[0].requests} requests, {loads[0].size} bytes"
                print(f"{path:18} {network}: usable after {ready:5.0f} ms, {weight}")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1]))

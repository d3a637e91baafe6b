"""Makes the pictures of the README from a running assistant: `uv run python docs/pictures.py URL`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
SHEET = {"width": 816, "height": 1056}


def main() -> None:
    """Look at the first screen, an answer in each language on a phone, and the cards as they are printed."""
    url, folder = sys.argv[1], Path(__file__).parent
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=PHONE)
        page.goto(f"{url}/es/")
        page.screenshot(path=folder / "start-es.png")
        ask(page, "si la migra toca a la puerta tengo que abrir")
        page.screenshot(path=folder / "chat-es.png")
        page = browser.new_page(viewport=PHONE, color_scheme="dark")
        page.goto(f"{url}/en/")
        ask(page, "free lawyer near 90255")
        page.screenshot(path=folder / "chat-en.png")
        page = browser.new_page(viewport=SHEET)
        page.emulate_media(media="print")
        page.goto(f"{url}/es/tarjeta-roja")
        page.screenshot(path=folder / "cards.png")
        browser.close()


def ask(page: Page, question: str) -> None:
    """Ask a question and wait for the answer."""
    page.fill("#message", question)
    page.press("#message", "Enter")
    page.wait_for_selector(".message.bot >> nth=1")


if __name__ == "__main__":
    main()

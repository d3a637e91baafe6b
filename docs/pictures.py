"""Makes the pictures of the README from a running assistant: `uv run python docs/pictures.py URL`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUESTIONS = {
    "es": "si la migra toca a la puerta tengo que abrir",
    "en": "free lawyer near 90255",
}


def main() -> None:
    """Ask a question in each language on a phone-sized screen and keep what it shows."""
    url, folder = sys.argv[1], Path(__file__).parent
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language, question in QUESTIONS.items():
            page = browser.new_page(viewport={"width": 390, "height": 844})
            page.goto(f"{url}/{language}/")
            page.fill("#message", question)
            page.press("#message", "Enter")
            page.wait_for_selector(".message.bot >> nth=1")
            page.screenshot(path=folder / f"chat-{language}.png")
        browser.close()


if __name__ == "__main__":
    main()

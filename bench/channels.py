"""Measures every channel: `uv run python -m bench.channels`.

Starts the published model with stand-ins of Twilio and Telegram before it, sends 200 questions of the
evaluation set by each channel at concurrency 1 and 10, and prints the times. With KYR_REDIS_URL conversations
are in Redis. Then it counts in how many segments a phone company sends all answers, at this hour.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import statistics
import tempfile
from pathlib import Path

from aiohttp import ClientSession

from bench.chat import sender, texts
from bench.load import Send, load
from bot.answering.answers import answer
from bot.answering.text_messages import SMS, SMS_AS_WRITTEN, text_messages
from bot.content.reading import read_content
from bot.content.topics import page_path
from bot.serving.asking import wait_until_answered
from bot.serving.assistant import assemble
from bot.settings import PROJECT_ROOT, read_settings
from bot.text.gsm import segments
from bot.text.language import LANGUAGES
from bot.training.models import ModelStore
from bot.web.server import listening
from tests.gateway.messaging.standins import PUBLIC_URL, UNLIMITED_CHANNELS, Telegram, Twilio

CONCURRENCIES = (1, 10)


async def measure() -> None:
    """Print the times of each channel at each concurrency."""
    own = read_settings()
    model = ModelStore(own.data_dir).published()
    if model is None:
        raise SystemExit("There is no published model. Run `kyr train` and `kyr publish VERSION` first.")
    with tempfile.TemporaryDirectory() as folder:
        settings = dataclasses.replace(UNLIMITED_CHANNELS, data_dir=Path(folder), redis_url=own.redis_url)
        assistant = assemble(model, settings)
        async with (
            listening(assistant.app, "127.0.0.1", 0) as url,
            assistant.running(watch=False),
            ClientSession() as session,
        ):
            await wait_until_answered(url, "hola")
            twilio, telegram = Twilio(url, session), Telegram(url, session)

            async def text_message(text: str, number: int) -> bool:
                return bool(await twilio.text(text, sender=f"+1323555{number:04}"))

            async def telegram_message(text: str, number: int) -> bool:
                return bool(await telegram.write(text, chat=number + 1))

            channels: dict[str, Send] = {
                "web": sender(session, url),
                "text message": text_message,
                "Telegram": telegram_message,
            }
            for concurrency in CONCURRENCIES:
                for name, send in channels.items():
                    print(f"{name:12} concurrency {concurrency:2}: {await load(send, texts(), concurrency)}")


def count_segments() -> None:
    """Print in how many messages and segments all answers are sent, as they are and with every accent."""
    content = read_content(PROJECT_ROOT)
    for language, medium in itertools.product(LANGUAGES, (SMS, SMS_AS_WRITTEN)):
        sent = [
            text_messages(
                content,
                [answer(content, topic, language)],
                [PUBLIC_URL + page_path(topic.id, language)],
                medium,
            )
            for topic in content.topics.values()
        ]
        counted = [sum(map(segments, one.messages)) for one in sent]
        print(
            f"{language}, {'folded' if medium.folds else 'as written'}: "
            f"{statistics.mean(len(one.messages) for one in sent):.1f} messages an answer; segments: "
            f"median {statistics.median(counted):g}, "
            f"mean {statistics.mean(counted):.1f}, at most {max(counted)}; "
            f"{sum(bool(one.rest) for one in sent)} of {len(sent)} leave something for MORE"
        )


def main() -> None:
    """Measure, then count."""
    asyncio.run(measure())
    count_segments()


if __name__ == "__main__":
    main()

"""Twilio and Telegram as they behave: they sign, call the webhook, read the response, and call again."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

from aiohttp import ClientSession, ClientTimeout, encode_basic_auth, web
from twilio.request_validator import RequestValidator

from bot.settings import Settings

PUBLIC_URL = "https://rights.example.org"
ACCOUNT, TOKEN = "AC00000000000000000000000000000000", "a token of the account"
BOT_TOKEN, SECRET = "1234:a-token", "a-secret_token"

CHANNEL_SETTINGS = {
    "public_url": PUBLIC_URL,
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "telegram_bot_token": BOT_TOKEN,
    "telegram_secret_token": SECRET,
}
CHANNELS = Settings(**CHANNEL_SETTINGS)  # type: ignore[arg-type] # each is the text that its field takes
# For tests that send more in a minute than people do.
UNLIMITED_CHANNELS = dataclasses.replace(
    CHANNELS, messages_a_minute=1_000_000, messages_a_minute_overall=1_000_000
)
# What Twilio waits for a webhook, https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
TWILIO_TIMEOUT = ClientTimeout(total=15)


@dataclass
class Twilio:
    """Calls the webhook as Twilio does; `phones` are the messages that each phone was sent.

    `sent` are the messages that it was asked by a call to send, and `takes` whether it does.
    """

    url: str
    session: ClientSession
    sent: list[dict[str, str]] = field(default_factory=list)
    takes: bool = True
    phones: dict[str, list[str]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def text(self, body: str = "", *, sender: str = "+13235550100", **more: str) -> list[str]:
        """Send a message; return the messages that the phone gets for it."""
        fields = {"MessageSid": f"SM{next(self._numbers):032}", "AccountSid": ACCOUNT}
        fields |= {"From": sender, "To": "+13235550199", "Body": body, "NumMedia": "0", **more}
        status, text = await self.call(fields)
        assert status == 200, text
        messages = [str(each.text) for each in ElementTree.fromstring(text)]  # noqa: S314 # our own
        self.phones.setdefault(sender, []).extend(messages)
        return messages

    def api(self) -> web.Application:
        """Return the part of Twilio that sends messages."""

        async def send(request: web.Request) -> web.Response:
            assert request.headers["Authorization"] == encode_basic_auth(ACCOUNT, TOKEN)
            if not self.takes:
                return web.json_response({"code": 21656}, status=400)
            self.sent.append({name: str(value) for name, value in (await request.post()).items()})
            return web.json_response({"sid": "SM1"}, status=201)

        app = web.Application()
        app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", send)
        return app

    async def call(self, fields: dict[str, str], **headers: str) -> tuple[int, str]:
        """Call the webhook with a signature, or with the headers given; return status and body."""
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/messaging/twilio", fields)
        headers = {"X-Twilio-Signature": signature, **headers}
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        data = urlencode(fields).encode()
        assert dict(parse_qsl(data.decode(), keep_blank_values=True)) == fields
        url = f"{self.url}/messaging/twilio"
        async with self.session.post(url, data=data, headers=headers, timeout=TWILIO_TIMEOUT) as response:
            return response.status, await response.text()


@dataclass
class Telegram:
    """Calls the webhook as Telegram does, and answers the calls of the bot; `pressed` are those it got."""

    url: str
    session: ClientSession
    pressed: list[dict[str, Any]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def write(self, text: str | None, *, chat: int = 7, **more: Any) -> dict[str, Any]:
        """Send a message in a private chat; return the message that comes back, {} for none."""
        message = {"message_id": 1, "chat": {"id": chat, "type": "private"}, "from": {"language_code": "en"}}
        if text is not None:
            message["text"] = text
        return await self.update({"message": {**message, **more}})

    async def press(self, shown: dict[str, Any], row: int, *, chat: int = 7) -> dict[str, Any]:
        """Press a button under a message."""
        message = {"chat": {"id": chat, "type": "private"}, "reply_markup": shown["reply_markup"]}
        data = shown["reply_markup"]["inline_keyboard"][row][0]["callback_data"]
        pressed = {"id": f"press {next(self._numbers)}", "message": message, "data": data}
        return await self.update({"callback_query": pressed})

    async def update(self, update: dict[str, Any]) -> dict[str, Any]:
        """Send any update; return the method that comes back, {} for none."""
        status, body = await self.call({"update_id": next(self._numbers), **update})
        assert status == 200, body
        return body

    async def call(self, update: Any, *, secret: str = SECRET) -> tuple[int, dict[str, Any]]:
        """Call the webhook; return status and body."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        url = f"{self.url}/messaging/telegram"
        async with self.session.post(url, json=update, headers=headers) as response:
            return response.status, await response.json() if await response.read() else {}

    def api(self) -> web.Application:
        """Return the part of Telegram that the bot calls."""

        async def answer_callback_query(request: web.Request) -> web.Response:
            self.pressed.append(await request.json())
            return web.json_response({"ok": True})

        app = web.Application()
        app.router.add_post(f"/bot{BOT_TOKEN}/answerCallbackQuery", answer_callback_query)
        return app

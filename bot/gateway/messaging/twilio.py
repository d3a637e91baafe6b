"""Text messages and WhatsApp by Twilio, at /messaging/twilio.

The answer goes back in the response to the webhook (TwiML), not by a call of our own: there is nothing to
send again or twice, no key that sends messages in anybody's name, and a request that is recorded and
replayed makes no phone ring. https://www.twilio.com/docs/messaging/twiml
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from bot.answering.reply import Reply
from bot.answering.text_messages import text_messages
from bot.database.usage import SMS, WHATSAPP
from bot.gateway.current_model import CurrentModel
from bot.gateway.messaging.channel import BadMessage, Incoming, Kind, read_words

# SHA-1 as Base64; and a message has some thirty fields.
_SIGNATURE, _MOST_FIELDS = 28, 200


@dataclass(frozen=True)
class Twilio:
    """One account; `public_url` is what Twilio signs, whatever a proxy makes of it."""

    current: CurrentModel
    public_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    name: str = "twilio"

    def verify(self, request: web.Request, body: bytes) -> bool:
        """Whether the request is signed with the token of the account, and for this account."""
        signature = request.headers.get("X-Twilio-Signature", "")
        if len(signature) != _SIGNATURE or body.count(b"&") >= _MOST_FIELDS:
            return False  # checking the rest takes time
        fields = _fields(body)
        url = self.public_url + request.raw_path
        signed = RequestValidator(self.auth_token).validate(url, fields, signature)
        return bool(signed) and fields.get("AccountSid") == self.account_sid

    def parse(self, body: bytes) -> Incoming | None:
        """Return the message; None for what Twilio has answered itself, and for news of messages sent."""
        fields = _fields(body)
        if "MessageStatus" in fields:
            return None
        message_id, sender = fields.get("MessageSid", ""), fields.get("From", "")
        if not message_id or not sender:
            raise BadMessage("no MessageSid or From")
        if "OptOutType" in fields:
            stopped = fields["OptOutType"] == "STOP"
            return Incoming(message_id, sender, Kind.STOPPED) if stopped else None
        read = read_words(message_id, sender, fields.get("Body", "").strip())
        if fields.get("MessageType") == "reaction" and read.kind is not Kind.DOUBT:
            return Incoming(message_id, sender, Kind.REACTION)
        return read

    def counted_as(self, incoming: Incoming) -> str:
        """Return WhatsApp or text messages, as Twilio writes senders ("whatsapp:+13235550100")."""
        return WHATSAPP if incoming.sender.startswith("whatsapp:") else SMS

    def render(self, incoming: Incoming, replies: Sequence[Reply], page_urls: Sequence[str]) -> Any:
        """Return the messages, as many as it takes."""
        response = MessagingResponse()
        for text in text_messages(self.current.content, replies, page_urls):
            response.message(text)
        return str(response)

    async def send(self, incoming: Incoming | None, rendered: Any) -> web.Response:
        """Return the messages in the response."""
        return web.Response(text=rendered or str(MessagingResponse()), content_type="text/xml")


def _fields(body: bytes) -> MultiDict[str]:
    # Fields that Twilio adds one day are signed too, so all are taken.
    return MultiDict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

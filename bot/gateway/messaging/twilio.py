"""Text messages and WhatsApp by Twilio, at /messaging/twilio.

The answer goes back in the response to the webhook (TwiML), not by a call of our own: there is nothing to
send again or twice, and a request that is recorded and replayed makes no phone ring. Only buttons and lists
of WhatsApp, which TwiML has not, are sent by a call, where templates for them are set up.
https://www.twilio.com/docs/messaging/twiml
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth, web
from multidict import MultiDict
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from bot.answering.reply import Reply
from bot.answering.text_messages import SMS as FOLDED
from bot.answering.text_messages import SMS_AS_WRITTEN, text_messages
from bot.answering.text_messages import WHATSAPP as AS_WHATSAPP
from bot.database.usage import SMS, WHATSAPP
from bot.gateway.conversations import Conversation
from bot.gateway.current_model import CurrentModel
from bot.gateway.messaging.channel import BadMessage, Incoming, Kind, read_words
from bot.gateway.messaging.whatsapp import Templates

TWILIO_URL = "https://api.twilio.com"

logger = logging.getLogger(__name__)

# SHA-1 as Base64; and a message has some thirty fields.
_SIGNATURE, _MOST_FIELDS = 28, 200
# Twilio waits for the response in the meantime.
_TIMEOUT = ClientTimeout(total=5)
_NOT_SENT = (ClientError, asyncio.TimeoutError)


@dataclass
class _Rendered:
    """An answer as TwiML, and the same as a filled template, where there is one; `sending` is its sending."""

    twiml: str
    template: Mapping[str, str] | None = None
    sending: asyncio.Task[bool] | None = None


@dataclass(frozen=True)
class Twilio:
    """One account; `public_url` is what Twilio signs, whatever a proxy makes of it.

    `folds` says whether text messages are written in plain letters where they cost less so, and `api_url` is
    where Twilio is called.
    """

    current: CurrentModel
    public_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    folds: bool = True
    templates: Templates = field(default_factory=Templates)
    api_url: str = TWILIO_URL
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
            kind = {"STOP": Kind.STOPPED, "START": Kind.STARTED}.get(fields["OptOutType"])
            return Incoming(message_id, sender, kind) if kind else None
        read = dataclasses.replace(_read(message_id, sender, fields), receiver=fields.get("To", ""))
        if read.kind is Kind.REACTION and self.counted_as(read) == WHATSAPP:
            return dataclasses.replace(read, kind=Kind.LIKED)
        return read

    def counted_as(self, incoming: Incoming) -> str:
        """Return WhatsApp or text messages, as Twilio writes senders ("whatsapp:+13235550100")."""
        return WHATSAPP if incoming.sender.startswith("whatsapp:") else SMS

    def render(
        self,
        incoming: Incoming,
        conversation: Conversation,
        replies: Sequence[Reply],
        page_urls: Sequence[str],
    ) -> Any:
        """Return the messages, as many as it takes; for WhatsApp with buttons or a list where it can be."""
        content = self.current.content
        is_whatsapp = self.counted_as(incoming) == WHATSAPP
        medium = AS_WHATSAPP if is_whatsapp else FOLDED if self.folds else SMS_AS_WRITTEN
        said = text_messages(content, replies, page_urls, medium)
        conversation.rest = said.rest
        response = MessagingResponse()
        for text in said.messages:
            response.message(text)
        rendered = _Rendered(str(response))
        if is_whatsapp:
            bare = text_messages(content, replies, page_urls, medium, choices=False)
            if len(bare.messages) == 1 and not bare.rest:
                rendered.template = self.templates.fill(
                    bare.messages[0],
                    [button for reply in replies for button in reply.buttons],
                    content.text_of("utter_choose_here", replies[-1].language),
                )
        return rendered

    async def send(self, incoming: Incoming | None, rendered: Any) -> web.Response:
        """Return the messages in the response, unless buttons or a list with the same have been sent."""
        if incoming is not None and rendered is not None and rendered.template:
            # A message that comes again has the same answer, which is sent once.
            if rendered.sending is None:
                rendered.sending = asyncio.create_task(self._send(incoming, rendered.template))
            if await asyncio.shield(rendered.sending):
                rendered = None
        text = rendered.twiml if rendered else str(MessagingResponse())
        return web.Response(text=text, content_type="text/xml")

    async def _send(self, incoming: Incoming, template: Mapping[str, str]) -> bool:
        """Send a filled template and return whether Twilio has taken it."""
        url = f"{self.api_url}/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        fields = {"From": incoming.receiver, "To": incoming.sender, **template}
        headers = {"Authorization": encode_basic_auth(self.account_sid, self.auth_token)}
        try:
            async with (
                ClientSession(headers=headers, timeout=_TIMEOUT) as session,
                session.post(url, data=fields) as response,
            ):
                response.raise_for_status()
        except _NOT_SENT as error:
            logger.warning("Twilio did not take buttons or a list: %s", type(error).__name__)
            return False
        return True


def _read(message_id: str, sender: str, fields: Mapping[str, str]) -> Incoming:
    """Read what somebody has sent: a choice, a voice note, a reaction, or words."""
    text = fields.get("Body", "").strip()
    chosen = fields.get("ButtonPayload") or fields.get("ListId")
    if chosen:
        return Incoming(message_id, sender, Kind.CHOICE, text=text, choice=chosen)
    if not text and fields.get("MediaContentType0", "").startswith("audio/"):
        return Incoming(message_id, sender, Kind.VOICE)
    read = read_words(message_id, sender, text)
    if fields.get("MessageType") == "reaction" and read.kind is not Kind.DOUBT:
        return Incoming(message_id, sender, Kind.REACTION)
    return read


def _fields(body: bytes) -> MultiDict[str]:
    # Fields that Twilio adds one day are signed too, so all are taken.
    return MultiDict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

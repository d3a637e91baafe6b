"""Buttons and lists of WhatsApp, which content templates at Twilio make of a text and choices.

https://www.twilio.com/docs/content/twilio-quick-reply, https://www.twilio.com/docs/content/twiliolist-picker
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answering.reply import Button
from bot.gateway.messaging.choices import choice_name

# What WhatsApp shows of each.
_MOST_LETTERS = 1024
_LETTERS_OF_QUICK_REPLY, _LETTERS_OF_ITEM, _LETTERS_OF_DESCRIPTION = 20, 24, 72


@dataclass(frozen=True)
class Templates:
    """Content SIDs of templates: `quick_replies` with one to three buttons, `lists` with one to ten items."""

    quick_replies: Sequence[str] = ()
    lists: Sequence[str] = ()

    def fill(self, text: str, buttons: Sequence[Button], opens: str) -> Mapping[str, str] | None:
        """Return the fields of a message with a text and choices; None where no template has room for it.

        `opens` stands on what opens a list.
        """
        count = len(buttons)
        if not buttons or len(text) > _MOST_LETTERS:
            return None
        variables = {"body": text}
        for number, button in enumerate(buttons, 1):
            variables[f"id{number}"] = choice_name(button.payload)
        if count <= len(self.quick_replies) and all(
            len(button.title) <= _LETTERS_OF_QUICK_REPLY for button in buttons
        ):
            titles = {f"title{number}": button.title for number, button in enumerate(buttons, 1)}
            return _fields(self.quick_replies[count - 1], {**variables, **titles})
        if count > len(self.lists):
            return None
        for number, button in enumerate(buttons, 1):
            variables[f"title{number}"] = _cut(button.title, _LETTERS_OF_ITEM)
            variables[f"whole{number}"] = _cut(button.title, _LETTERS_OF_DESCRIPTION)
        return _fields(self.lists[count - 1], {**variables, "opens": opens})


def _fields(content_sid: str, variables: Mapping[str, str]) -> Mapping[str, str]:
    return {"ContentSid": content_sid, "ContentVariables": json.dumps(variables)}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rpartition(" ")[0].rstrip(" ,;:") + "…"

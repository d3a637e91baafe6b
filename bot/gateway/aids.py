"""What is heard and shown instead of read: sentences for agents, the red card, "I need an interpreter".

And the links that lead there, and to the pages for a family, from the start and from answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.answering.decision import SAY
from bot.answering.reply import Reply
from bot.content.page_texts import PageTexts
from bot.content.responses import SENTENCES
from bot.gateway import keys
from bot.gateway.family import family_links
from bot.text.language import LANGUAGES, fold

SHOWN_CARD = {"en": "/en/show-card", "es": "/es/mostrar-tarjeta"}
SPOKEN = {"en": "/en/let-the-phone-speak", "es": "/es/que-hable-el-telefono"}
INTERPRETER = {"en": "/en/interpreter", "es": "/es/interprete"}
# The class of links to the card, by which the page script (static/page.js) knows them.
SHOW_CARD = "show-card"
# The topic of the card. Another answer that names it can show it too, and what is said of agents at the door.
RED_CARD = "red_card"
_CARD = {"en": "red card", "es": "tarjeta roja"}
_AT_THE_DOOR = f"{SAY}utter_emergency_home"
# Where a phone may be taken out: not from answers on the car or the street, where hands must stay in view.
_AT_HOME = (RED_CARD, "ice_at_home")
# What leads to the sentence to show.
_OTHER_LANGUAGES = "indigenous_languages"
_NOT_SPOKEN = (f"{SAY}utter_interpreter", f"{SAY}utter_other_language")
# The languages to choose from beside a sentence to show: `language_<name>` in data/page_texts.yml.
_LANGUAGES = (
    *("spanish", "mixtec", "zapotec", "triqui", "nahuatl", "purepecha", "mixe", "otomi", "yucatec_maya"),
    *("tzotzil", "tzeltal", "kiche", "mam", "qanjobal", "qeqchi", "kaqchikel", "ixil", "chuj", "akateko"),
    *("popti", "garifuna", "quechua", "sign_language"),
)
# Stands in their sentence for the name.
_BLANK = "LANGUAGE"
# What the scripts of the aids say; an answer may be in the other language than its page.
_STRINGS = ("listen", "listen_stop")


@dataclass(frozen=True)
class Link:
    """A link to a page: its address, what it says, and the class that a script knows it by."""

    path: str
    title: str
    kind: str = ""


def start_links(language: str, strings: PageTexts) -> list[Link]:
    """Return the links that stand on the first screen: the card, the sentences, the interpreter."""
    own = strings[language]
    return [
        Link(SHOWN_CARD[language], own["show_card"], SHOW_CARD),
        Link(SPOKEN[language], own["spoken"]),
        Link(INTERPRETER[language], own["interpreter"]),
    ]


def links_of(reply: Reply, strings: PageTexts) -> list[Link]:
    """Return the links of an answer: those of the start that it has to do with, and a family's pages."""
    card, spoken, interpreter = start_links(reply.language, strings)
    at_the_door = reply.again == _AT_THE_DOOR
    named = reply.topic == RED_CARD or _CARD[reply.language] in fold(f"{reply.text} {reply.more}")
    links = []
    if named or at_the_door:
        links.append(card)
    if at_the_door or (named and reply.topic in _AT_HOME):
        links.append(spoken)
    if named or at_the_door or reply.topic == _OTHER_LANGUAGES or reply.again in _NOT_SPOKEN:
        links.append(interpreter)
    family = family_links(reply.topic or "", reply.language, strings[reply.language])
    return [*links, *(Link(path, title) for path, title in family)]


def aid_strings(strings: PageTexts) -> str:
    """Return what the scripts of the aids say, in both languages, as JSON."""
    said = {code: {key: strings[code][key] for key in _STRINGS} for code in LANGUAGES}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def shown_card(app: web.Application, language: str) -> Mapping[str, Any]:
    """Return the two sides of the card: for the agent in English, for the person in the page's language."""
    content = app[keys.CURRENT_MODEL].content
    return {
        "front": content.text_of("utter_red_card_front", "en"),
        "back": content.text_of("utter_shown_card_back", language),
    }


def spoken(app: web.Application, language: str) -> Mapping[str, Any]:
    """Return the sentences with their meaning, and their sounds where there are any."""
    content = app[keys.CURRENT_MODEL].content
    sentences = []
    for name in SENTENCES:
        words = content.text_of(name, "en")
        url, synthetic = app[keys.SOUNDS].of(words) or ("", False)
        sentences.append(
            {
                "id": name.removeprefix("utter_").replace("_", "-"),
                "words": words,
                "meaning": content.text_of(name, language),
                "url": url,
                "synthetic": synthetic,
            }
        )
    return {
        "limits": content.text_of("utter_say_limits", language),
        "sentences": sentences,
        "card_path": SHOWN_CARD[language],
        "interpreter_path": INTERPRETER[language],
    }


def interpreter(app: web.Application, language: str) -> Mapping[str, Any]:
    """Return the languages to choose from, and whom to call."""
    content = app[keys.CURRENT_MODEL].content
    strings = content.page_texts
    shown = strings["en"]["interpreter_words"]

    def words(name: str) -> str:
        own = strings["en"].get(f"interpreter_words_{name}", shown)
        return own.replace(_BLANK, strings["en"][f"language_{name}"])

    return {
        "explained": content.text_of("utter_show_interpreter", language),
        "spoken_languages": [
            {
                "id": name.replace("_", "-"),
                "words": words(name),
                "name": strings[language][f"language_{name}"],
            }
            for name in _LANGUAGES
        ],
        "blank": shown.split(_BLANK),
        "topic_path": f"/{language}/{_OTHER_LANGUAGES}",
        "has_topic": _OTHER_LANGUAGES in content.topics,
        "spoken_path": SPOKEN[language],
    }

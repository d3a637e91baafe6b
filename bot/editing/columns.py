"""The columns of the staff spreadsheet: their names, what may stand in them, and how they look."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.topics import (
    ANSWER_TITLE_LENGTH,
    DAYS_TO_REVIEW,
    FACETS,
    FIRST_LINE_LENGTH,
    GROUPS,
    MOST_CALLS,
    MOST_NEXT,
    MOST_STEPS,
    MOST_WORDS,
    SHORT_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
)

SHEET = "Topics"
# What the ids of examples begin with, which are no topics.
EXAMPLE = "example_"
# What a cell of Excel can hold.
MOST_CHARACTERS = 32_767

# Each column with the note that staff read on it.
COLUMNS: Mapping[str, str] = {
    "id": "Short name in small letters, digits and _: of a topic, like bond, for its core answer, or of an "
    "answer for one situation, like bond.refused. It names the file and the page, and cannot be changed "
    f"later. A new id makes a new answer. Rows whose id begins with {EXAMPLE} are ignored.",
    "group": f"One of: {', '.join(GROUPS)}. Empty in an answer for one situation.",
    "title_en": f"The title in English, {TITLE_LENGTH} characters at most; of a situation "
    f"{ANSWER_TITLE_LENGTH}, and unlike the others of its topic: it is a button on small screens.",
    "title_es": "The title in Spanish, as long at most.",
    "questions_en": "How residents ask, in English: one question per line (Alt+Enter). A topic with very "
    "many has several rows, `bond (1 of 2)` and `bond (2 of 2)`; keep them all.",
    "questions_es": "How residents ask, in Spanish: one question per line (Alt+Enter).",
    "answer_en": f"The answer in English: first a line of {FIRST_LINE_LENGTH} characters at most that says "
    f"what to do or to know first, then at most {MOST_STEPS} steps (`1. `), then words to say aloud (`> `); "
    f"{MOST_WORDS} words in all. Behind a line `+++` what goes beyond; behind a line `---`, in a litigated "
    f"answer, what the law and the courts say now, which expires. {TEXT_LENGTH} characters at most. A "
    "service is named by its id, like [chirla-hotline]: the directory puts in name and number.",
    "answer_es": "The same in Spanish. Numbers, phones and web addresses, and the lines with `> ` (in "
    "English), must be those of answer_en.",
    "short_en": f"The answer in {SHORT_LENGTH} characters, for text messages, in English.",
    "short_es": f"The answer in {SHORT_LENGTH} characters, for text messages, in Spanish.",
    "sources": "Who says so, one per line: title | https://address",
    "facets": "Which situation the answer is for: "
    + "; ".join(f"{name}={'/'.join(values)}" for name, values in FACETS.items())
    + ". Several values are parted by commas; leave out what does not matter.",
    "call": f"Ids of services to call, the most useful first, {MOST_CALLS} at most, parted by commas.",
    "next": f"Ids of answers that this person asks for next, {MOST_NEXT} at most, parted by commas.",
    "related": "Ids of other topics near this one, parted by commas. In a core answer alone.",
    "ask_en": "In a core answer: the question that tells the situations of the topic apart, in English.",
    "ask_es": "The same in Spanish.",
    "order": "In a core answer: which situations are offered first, like refused, paying.",
    "volatility": "stable: checked again within "
    f"{DAYS_TO_REVIEW['stable']} days; litigated: the courts are arguing, within "
    f"{DAYS_TO_REVIEW['litigated']} days.",
    "reviewed": "The day the sources were last checked, like 2026-11-22.",
    "review_by": "The day by which they must be checked again, like 2027-02-20.",
    "approved_by": "Who signed the answer off; empty if nobody has.",
    "enabled": "TRUE, or FALSE to stop giving the answer. Empty leaves it as it is.",
}
EXPORTED = "exported"
EXPORTED_NOTE = "Written by `kyr export`. Do not change it: it shows whether the topic has changed since."
# Where an empty cell says nothing, so that it may be missing at the end of a row.
STATED_ONLY = ("enabled", EXPORTED)

CHOICES: Mapping[str, tuple[str, ...]] = {
    "group": GROUPS,
    "volatility": tuple(DAYS_TO_REVIEW),
    "enabled": ("TRUE", "FALSE"),
}
DATES = ("reviewed", "review_by")

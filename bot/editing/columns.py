"""The columns of the staff spreadsheet: their names, what may stand in them, and how they look."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.topics import DAYS_TO_REVIEW, GROUPS, MOST_STEPS, SHORT_LENGTH, TEXT_LENGTH, TITLE_LENGTH

SHEET = "Topics"
# What the ids of examples begin with, which are no topics.
EXAMPLE = "example_"
# What a cell of Excel can hold.
MOST_CHARACTERS = 32_767

# Each column with the note that staff read on it.
COLUMNS: Mapping[str, str] = {
    "id": "Short name of the topic in small letters, digits and _, like bond. It names the file and the "
    f"page, and cannot be changed later. A new id makes a new topic. Rows whose id begins with {EXAMPLE} are "
    "ignored.",
    "group": f"One of: {', '.join(GROUPS)}.",
    "title_en": f"The title in English, {TITLE_LENGTH} characters at most: it is a button on small screens.",
    "title_es": f"The title in Spanish, {TITLE_LENGTH} characters at most.",
    "questions_en": "How residents ask, in English: one question per line (Alt+Enter). A topic with very "
    "many has several rows, `bond (1 of 2)` and `bond (2 of 2)`; keep them all.",
    "questions_es": "How residents ask, in Spanish: one question per line (Alt+Enter).",
    "answer_en": f"The answer in English, {TEXT_LENGTH} characters at most. Plain text: an empty line "
    f"between paragraphs, `1. ` before steps ({MOST_STEPS} at most), `- ` in lists, `> ` before words to say "
    "aloud; in a litigated topic a line `---` before what the law and the courts say now, which expires.",
    "answer_es": "The same in Spanish. Numbers, phones and web addresses, and the lines with `> ` (in "
    "English), must be those of answer_en.",
    "short_en": f"The answer in {SHORT_LENGTH} characters, for text messages, in English.",
    "short_es": f"The answer in {SHORT_LENGTH} characters, for text messages, in Spanish.",
    "sources": "Who says so, one per line: title | https://address",
    "related": "Ids of other topics to offer below the answer, parted by commas.",
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

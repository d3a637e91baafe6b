"""The console in Spanish: every message of the core that it can show has its Spanish."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import pytest
from jinja2 import Environment
from markupsafe import Markup
from ruamel.yaml import YAML

from bot.console.messages import FILE, read_entry, said, translate
from bot.directory.update import UpdateError, read_present
from bot.directory.update import differences as directory_differences
from bot.editing.differences import differences
from bot.editing.sheet.reading import SheetProblems
from bot.editing.topic_text import read_fields
from bot.files.shapes import differences as differences_of_shape
from bot.problems import ContentError, DataText, Message, Problem
from bot.settings import PROJECT_ROOT
from tests.console.core_messages import Samples, constants_of, messages_of
from tests.helpers.clerks import Clerk
from tests.helpers.errors import exceptions_of_ours

CORE = PROJECT_ROOT / "bot"
TEMPLATES = CORE / "console" / "templates"
CONTENT = PROJECT_ROOT / "tests" / "small_content"

# Modules whose messages nobody sees in the console, with the reason.
NOT_SHOWN = {
    "answering/replies": "speaks to residents",
    "database/purge": "a command of the terminal",
    "directory/cards": "speaks to residents",
    "settings": "the console does not start with a setting that cannot be used",
    "staff/backup": "commands of the terminal",
    "staff/restore": "commands of the terminal",
    "staff/unpacking": "commands of the terminal",
    "training/evaluation": "files of questions that developers keep",
}
# The rooms whose messages reach the console.
ROOMS = ("", "answering", "content", "database", "directory", "editing", "files", "staff", "text", "training")
# Errors that word their own text are looked at where they do so.
ERRORS = frozenset(
    name for name, error in exceptions_of_ours().items() if error.is_for_people and not error.words_itself
)
_DATABASE_ERROR = ("/var/staff.sqlite3: the disk is full. Make room and try again.",)
# What stands for a value that the code alone does not tell, by function and expression.
SAMPLES = Samples(
    {
        ("_floors", "called"): (
            "answered rightly",
            "answered wrongly",
            "right, or the right topic offered",
            "out of scope, yet answered",
        ),
        ("step", "_STEPS[step][0]"): ("Counting words",),
        ("", "_NAMES[language]"): ("English", "Spanish"),
        ("", "_NAMES[answer.language]"): ("English", "Spanish"),
        ("", "LANGUAGE_NAMES[language]"): ("English", "Spanish"),
        ("", "str(error)[0].upper()"): ("L",),
        ("", "str(error)[1:]"): ("ine 3: a list is expected",),
        ("export", "error"): ("Line 3: a list is expected. Mend the file first; `kyr check` helps.",),
        ("check_chain", "wrong"): (
            "Entry 3 of the audit log was removed.",
            "Entry 3 of the audit log was inserted.",
            "Entry 3 of the audit log was changed: its hash is of something else.",
            "Entry 3 of the audit log was changed, removed or inserted: entry 4 continues another one.",
        ),
        ("_taken_over", "state.why"): ("“ICE is here” was answered as nothing, not as emergency_now.",),
        ("_plainly", "self._reason(error)"): ("the disk is full. Make room and try again",),
        ("_noting_what_is_done", "error"): _DATABASE_ERROR,
        ("_note_all", "error"): _DATABASE_ERROR,
        ("add", "error"): _DATABASE_ERROR,
        ("begun", "error"): _DATABASE_ERROR,
        ("pull", "error"): ("service 3.id is missing",),
        ("_text", "where"): ("service bond_fund.url",),
        ("_id", "where"): ("service bond_fund.id",),
        ("_mapping", "where"): ("service bond_fund.location",),
        ("_list", "where"): ("service bond_fund.phones",),
        ("training_errors", "name"): ("Training", "Asking the model"),
        ("_do", "name"): ("Training", "Asking the model"),
        ("", "ASKING"): ("Asking the model",),
    },
    # Made of texts that are looked at where they are made.
    frozenset(
        {
            "str(error)",
            "what",
            "mend",
            "line",
            "meaning",
            "'\\n'.join(map(str, problems.found))",
            "'\\n'.join([*lines, f'{sheet}: nothing was changed. Mend this and import again.'])",
            "'\\n'.join(lines)",
            "str(problem)",
        }
    ),
)

# Texts in constants that messages are made of.
CONSTANTS = {
    "database/engine": ("_SQLITE_SAYS", "_POSTGRESQL_SAYS"),
    "staff/jobs": ("_UNDER_WAY", "_ENDED"),
    "training/pace": ("_STEPS",),
}
# Messages that are put together of what the code has in several places.
SAMPLE_MESSAGES = [
    "bond: added",
    "bond: changed (answer_en, short_en)",
    "bond: removed",
    "Choosing the thresholds (about 4 s left)",
    "Rasa did not start within 60 s",
    "/srv/a folder/sheet.xlsx: nothing was changed. Mend this and import again.",
    "The PostgreSQL database 'kyr' on this machine:5432: no server answers there. Start it, or correct "
    "KYR_DATABASE_URL.",
    "The PostgreSQL database 'kyr' on db.example.org:5432: the server does not answer. Look whether it and "
    "the network are well, and try again.",
    "Training ended: No space left on device. Nothing was changed. Make room on the disk (1 GB will do) or "
    "look at its permissions, and try again.",
]


def modules() -> list[str]:
    """Return the modules of the core whose messages may be shown, whichever there are."""
    files = (path for room in ROOMS for path in (CORE / room).glob("**/*.py" if room else "[!_]*.py"))
    found = {path.relative_to(CORE).with_suffix("").as_posix() for path in files if path.stem != "__init__"}
    return sorted(name for name in found - {*NOT_SHOWN} if name.split("/")[0] in ROOMS or "/" not in name)


def without_spanish(messages: list[str]) -> list[str]:
    return sorted({message for message in messages if translate(message) is None})


@pytest.mark.parametrize("module", modules())
def test_every_message_of_a_module_has_its_spanish(module: str) -> None:
    """What fails here needs an entry in bot/console/messages.yml, or a sample above."""
    messages = messages_of(CORE / f"{module}.py", ERRORS, SAMPLES)
    unread = [f"line {line}: {code}" for line, code in messages.unread]
    assert (without_spanish([text for _, text in messages.found]), unread) == ([], [])


@pytest.mark.parametrize("module", sorted(CONSTANTS))
def test_every_text_that_messages_are_made_of_has_its_spanish(module: str) -> None:
    """Also those that stand in tables, from which a message is put together."""
    file = CORE / f"{module}.py"
    assert file.exists(), f"bot/{module}.py is not there: its texts cannot be looked at"
    texts = constants_of(file, CONSTANTS[module])
    assert texts, f"the constants {CONSTANTS[module]} of bot/{module}.py hold no texts any more"
    assert without_spanish([text.replace("TOPIC", "bond") for text in texts]) == []


@pytest.mark.parametrize("message", SAMPLE_MESSAGES)
def test_messages_put_together_have_their_spanish(message: str) -> None:
    """Those of which the sources show only pieces."""
    assert translate(message) is not None


def test_why_something_must_not_be_said_has_its_spanish() -> None:
    """The reasons that stand in the claims and with the withheld numbers."""
    claims = YAML(typ="safe").load(PROJECT_ROOT / "data" / "claims.yml")["claims"]
    withheld = read_present(PROJECT_ROOT / "data" / "resources")["withheld_phones"]
    assert without_spanish([one["reason"] for one in (*claims, *withheld)]) == []


def test_what_is_said_of_odd_shapes_has_its_spanish() -> None:
    """With the key at which the odd value stands."""
    found = [*differences_of_shape({"a": [5, {"x": 1}]}, {"a": [{"x": str}]})]
    assert [said(one.what, "es") for one in found] == [
        "tiene que haber claves con valores en cada elemento de `a`",
        "tiene que haber un texto en `x`",
    ]


def test_what_a_sheet_changes_is_told_in_spanish() -> None:
    """Each kind of change of a topic, and nothing in place of an empty value."""
    present = read_fields((CONTENT / "data" / "faq" / "red_card.yml").read_text(encoding="utf-8"))
    asked = present.questions["en"]
    wanted = dataclasses.replace(
        present,
        questions={"en": (*asked[1:], "a new one", "b", "c", "d"), "es": present.questions["es"][::-1]},
        answers={"en": "It says your rights. Show it. Nothing -> more", "es": ""},
        approved_by="Somebody, J. D.",
        related=(),
    )
    signed = dataclasses.replace(present, approved_by="Somebody, J. D.")
    lines = [
        *differences("red_card", None, present),
        *differences("red_card", present, present),
        *differences("red_card", present, wanted),
        *differences("red_card", signed, dataclasses.replace(wanted, approved_by="Somebody, J. D.")),
    ]
    assert len(lines) > 9
    assert without_spanish(lines) == []
    assert translate("~ red_card: related: bond -> (nothing)") == "~ red_card: related: bond -> (nada)"


def test_what_changes_in_the_directory_is_told_in_spanish() -> None:
    """Each kind of change of a row, and nothing in place of an empty value."""
    present = read_present(CONTENT / "data" / "resources")
    other = {name: [{**row} for row in rows] for name, rows in present.items()}
    gone = other["services"].pop()
    other["services"][0]["description"] += " More. And more."
    other["phones"] = []
    lines = [*directory_differences(present, other), f"+ {gone['id']}: {gone['name']}"]
    assert len(lines) > 3
    assert without_spanish(lines) == []
    assert translate("~ line: phones: 211 -> (nothing)") == "~ line: teléfonos: 211 -> (nada)"


def test_a_message_of_a_check_says_file_line_and_what_to_do_in_spanish() -> None:
    """Alone, kept as JSON, within the message of an error, and as a row and column of a sheet."""
    problem = Problem(
        Path("data/faq/bond.yml"),
        9,
        "short_too_long",
        {
            "text": Message("short_of_answer", language=Message("spanish")),
            "length": 312,
            "most": 300,
        },
        warning=True,
    )
    spanish = (
        "data/faq/bond.yml, línea 9: aviso: el mensaje de texto de la respuesta en español tiene 312 "
        "caracteres; como máximo 300. Acórtelo."
    )
    assert said(problem.message, "es") == spanish
    assert said(Message.from_json(json.loads(json.dumps(problem.message.as_json()))), "es") == spanish
    error = UpdateError("The directory was not changed. These tables have mistakes:", [problem, problem])
    assert said(error, "es") == (
        f"El directorio no se cambió. Estas tablas tienen errores:\n{spanish}\n{spanish}"
    )
    assert said(ContentError([problem]), "es") == spanish
    problems = SheetProblems()
    problems.add(3, "review_by", "date_of_two", written="3/4/2026", one="2026-03-04", other="2026-04-03")
    assert said(problems.found[0].message, "es") == (
        "Fila 3, columna review_by: «3/4/2026» puede ser 2026-03-04 o 2026-04-03. Escriba año-mes-día, como "
        "2026-11-22."
    )


def test_lines_are_read_one_by_one() -> None:
    """Each line, and each sentence of it, has its own Spanish; the indentation stays."""
    message = (
        "There is no earlier directory to go back to.\n  Nothing was written; try again.\n"
        "The directory was not changed. Check the name."
    )
    assert translate(message) == (
        "No hay un directorio anterior al que volver.\n  No se escribió nada; intente otra vez.\n"
        "El directorio no se cambió. Revise el nombre."
    )


def test_a_full_stop_is_no_part_of_a_value() -> None:
    """A file name at the end of a sentence keeps its own dots."""
    message = "Give the files the names of the tables: phones.csv, services.csv."
    assert translate(message) == "Dé a los archivos los nombres de las tablas: phones.csv, services.csv."


def test_a_value_may_be_empty_where_it_may_be_any_text() -> None:
    """The quotes and brackets around it stay."""
    assert translate("“” got no answer ()") == "«» no recibió respuesta ()"


def test_what_somebody_wrote_stays_as_it_is_whatever_it_looks_like() -> None:
    """Also where it looks like a place for a value, or like a message of ours."""
    asked = "is {it} open. Write it? the cell is empty"
    what = Message("question_twice.what", question=asked, file="bond.yml", line=12)
    assert said(what, "es") == f"la pregunta «{asked}» también está en bond.yml, línea 12"


def test_a_reason_that_has_no_spanish_is_shown_as_it_is_within_the_message() -> None:
    """The rest of the message is in Spanish all the same."""

    def refusal(reason: str) -> Message:
        return Message("claim_made.what", words="Mr. X", claim="names", reason=DataText(reason))

    assert said(refusal("Nobody knows. It is new"), "es") == (
        "«Mr. X» no se debe decir (names): Nobody knows. It is new"
    )
    assert said(refusal("The number does not exist"), "es") == (
        "«Mr. X» no se debe decir (names): El número no existe"
    )


@pytest.mark.parametrize(
    "message",
    [
        "It rains.",
        "Nothing was changed. It rains.",
        "nothing was changed\nIt rains",
        "bond: it rains. Nothing was changed.",
        "",
    ],
)
def test_a_message_of_which_a_part_has_no_spanish_has_none(message: str) -> None:
    """Half in one language and half in the other, it would be hard to read."""
    assert translate(message) is None


def test_what_is_said_is_escaped_and_marked_english_where_it_has_no_spanish() -> None:
    """A screen reader then reads it as English; what is markup already stays so."""
    message = Message("no_date.what", written="<b>")
    assert said(message, "en") == Markup("“&lt;b&gt;” is no date")
    assert said(message, "es") == Markup("«&lt;b&gt;» no es una fecha")
    assert said("“<b>” got no answer (x)", "es") == Markup("«&lt;b&gt;» no recibió respuesta (x)")
    assert said("It rains on <b>", "es") == Markup('<span lang="en">It rains on &lt;b&gt;</span>')
    assert said(Markup("Llueve"), "es") == Markup("Llueve")


@pytest.mark.parametrize(
    "name", ["topic off", "publish: answer", "rollback refused", "review: draft", "edit"]
)
def test_what_the_history_calls_an_action_has_its_spanish(name: str) -> None:
    """Also one that was refused, and one that says what it was done to."""
    assert translate(name) is not None


@pytest.mark.parametrize(
    "piece",
    [
        "a: ",
        "/a b: ",
        "Nothing was changed. ",
        "x. “a” in b (",
        "\n",
        "~ a: b: +1: c and 2 more -> ",
    ],
)
def test_no_text_keeps_the_console_busy(piece: str) -> None:
    """However often a piece that fits many entries is repeated."""

    def seconds_for(characters: int) -> float:
        began = time.process_time()
        translate(piece * (characters // len(piece)))
        return time.process_time() - began

    seconds_for(10_000)  # the first time, patterns are made
    assert seconds_for(20_000) < 3 * seconds_for(10_000) + 0.1, "twice as much takes twice as long"


def test_the_entries_are_whole_and_none_is_there_twice() -> None:
    """Each has both languages, words of its own, and no full stop at the end."""
    entries = YAML(typ="safe").load(FILE)
    assert [one for one in entries if [*one] != ["en", "es"]] == []
    for one in entries:
        assert read_entry(one["en"], one["es"]).known > 0
        assert not one["en"].endswith(".") and not one["es"].endswith(".")
    english = [one["en"] for one in entries]
    assert sorted({text for text in english if english.count(text) > 1}) == []


@pytest.mark.parametrize(
    ("english", "spanish"), [("{0} is {0}", "{0}"), ("{0} is", "{1} es"), ("a {x!w}", "{0}")]
)
def test_an_entry_whose_places_do_not_fit_is_refused(english: str, spanish: str) -> None:
    """The same places for values stand in both languages, each once, and of a known kind."""
    with pytest.raises(ValueError, match="do not fit"):
        read_entry(english, spanish)


def test_templates_leave_it_to_the_translation_what_is_english() -> None:
    """None of them marks a text as English by itself."""
    for template in sorted(TEMPLATES.glob("*.html")):
        text = template.read_text(encoding="utf-8")
        Environment(autoescape=True).parse(text)
        assert 'lang="en"' not in text, template.name


async def test_a_clerk_who_reads_spanish_is_told_so_what_is_wrong(editor: Clerk) -> None:
    """On pages of the console, with nothing left in English."""
    await editor.post("/language", to="es", back="/spreadsheet")
    page = await editor.upload("/spreadsheet", b"id,colour\nbond,red\n", "topics.csv", status=422)
    assert "columna desconocida `colour`" in page
    page = await editor.post("/asked/12345678/discard", status=409)
    assert "No hay ningún grupo" in page
    assert '<span lang="en">' not in page

"""The console in Spanish: what the core says is said in the language of whoever reads."""

from __future__ import annotations

import ast
import dataclasses
import json
from pathlib import Path

import pytest
from jinja2 import Environment
from ruamel.yaml import YAML

from bot.console.rendering import said
from bot.directory.tables import read_package
from bot.directory.update import UpdateError, read_present
from bot.directory.update import differences as directory_differences
from bot.editing.differences import differences
from bot.editing.sheet.reading import SheetProblems
from bot.editing.topic_text import read_fields
from bot.files.shapes import differences as differences_of_shape
from bot.messages import Message, read_messages
from bot.problems import ContentError, Problem, Problems
from bot.settings import PROJECT_ROOT
from tests.helpers.clerks import Clerk
from tests.helpers.messages import Code

CORE = PROJECT_ROOT / "bot"
TEMPLATES = CORE / "console" / "templates"
TEXTS = CORE / "console" / "texts"
CONTENT = PROJECT_ROOT / "tests" / "small_content"
# What adds an entry to the audit log, with the place of the action among its arguments.
NOTING = {"record": 1, "recording": 1, "append": 2, "_note": 0}
# Actions that are put together, or come from callers.
OTHERS = ("publish: answer", "rollback refused", "review: draft", "edit", "pull")


def test_every_column_of_the_directory_has_its_name_in_both_languages() -> None:
    """What differs of a service or of another row is named by it."""
    tables = read_package(PROJECT_ROOT / "data" / "resources", Problems(PROJECT_ROOT)) or {}
    shown = ("services", "organizations", "taxonomy_terms", "withheld_phones")
    columns = {field["name"] for name in shown for field in tables[name]["schema"]["fields"]} - {"id"}
    assert sorted(name for name in columns if f"field_{name}" not in read_messages()) == []


def actions() -> set[str]:
    """Return what the audit log may call an entry, read from the code that adds them."""
    found = set()
    for name, place in NOTING.items():
        for _, _, call in Code().calls[name]:
            if len(call.args) > place and isinstance(action := call.args[place], ast.Constant):
                found.add(str(action.value))
    return found


@pytest.mark.parametrize("action", sorted({*actions(), *OTHERS}))
def test_the_history_calls_an_action_by_plain_words_in_both_languages(action: str) -> None:
    texts = YAML(typ="safe").load(TEXTS / "history.yml")
    name = action.replace(": ", "_").replace(" ", "_").replace("-", "_")
    assert set(texts[f"action_{name}"]) == {"en", "es"}


def test_what_is_said_of_odd_shapes_has_its_spanish() -> None:
    found = [*differences_of_shape({"a": [5, {"x": 1}]}, {"a": [{"x": str}]})]
    assert [said(one.what, "es") for one in found] == [
        "tiene que haber claves con valores en cada elemento de `a`",
        "tiene que haber un texto en `x`",
    ]


def test_what_a_sheet_changes_is_told_in_spanish() -> None:
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
    spanish = [line.in_language("es") for line in lines]
    assert [
        line for line in spanish if "(nothing)" in line or "must be" in line or " and 1 more" in line
    ] == []
    assert [line for line in spanish if line.endswith(" -> (nada)")]


def test_what_changes_in_the_directory_is_told_in_spanish() -> None:
    present = read_present(CONTENT / "data" / "resources")
    other = {name: [{**row} for row in rows] for name, rows in present.items()}
    gone = other["services"].pop()
    other["services"][0]["description"] += " More. And more."
    other["phones"] = []
    lines = directory_differences(present, other)
    assert len(lines) > 2
    assert f"- {gone['id']}: {gone['name']}" in lines
    spanish = [line.in_language("es") for line in lines]
    assert [line for line in spanish if ": teléfonos: " in line and line.endswith(" -> (nada)")]


def test_a_message_of_a_check_says_file_line_and_what_to_do_in_spanish() -> None:
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
    error = UpdateError(Message("directory_not_changed"), [problem, problem])
    assert said(error.message, "es") == (
        f"El directorio no se cambió. Estas tablas tienen errores:\n{spanish}\n{spanish}"
    )
    assert said(ContentError([problem]).message, "es") == spanish
    problems = SheetProblems()
    problems.add(3, "review_by", "date_of_two", written="3/4/2026", one="2026-03-04", other="2026-04-03")
    assert said(problems.found[0].message, "es") == (
        "Fila 3, columna review_by: «3/4/2026» puede ser 2026-03-04 o 2026-04-03. Escriba año-mes-día, como "
        "2026-11-22."
    )


def test_templates_leave_it_to_the_translation_what_is_english() -> None:
    for template in sorted(TEMPLATES.glob("*.html")):
        text = template.read_text(encoding="utf-8")
        Environment(autoescape=True).parse(text)
        assert 'lang="en"' not in text, template.name


async def test_a_clerk_who_reads_spanish_is_told_so_what_is_wrong(editor: Clerk) -> None:
    await editor.post("/language", to="es", back="/spreadsheet")
    page = await editor.upload("/spreadsheet", b"id,colour\nbond,red\n", "topics.csv", status=422)
    assert "columna desconocida `colour`" in page
    page = await editor.post("/asked/12345678/discard", status=409)
    assert "No hay ningún grupo" in page


async def test_where_a_sheet_lay_is_not_told_to_whoever_has_sent_it(editor: Clerk) -> None:
    """Its name stands above; what is wrong with it begins a sentence."""
    await editor.post("/language", to="es", back="/spreadsheet")
    page = await editor.upload("/spreadsheet", b"PK\x03\x04", "topics.csv", status=422)
    assert '<p class="lines">Es un archivo de Excel con el nombre de un archivo CSV.' in page
    assert "sheet.csv" not in page

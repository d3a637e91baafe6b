"""Who may import whom (see "How it is put together" in the README)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT

RASA = {"rasa", "tensorflow", "spacy", "sklearn", "scipy", "numpy"}
DOORS = {"bot.nlu", "bot.web", "actions"}
# Puts the parts together, and so may import the public door.
COMPOSITION = {"bot/__main__.py", "bot/console/serve.py", "bot/serving/serve.py"}
# Speaks HTTP to others, as a client, behind no door.
CLIENTS = {"bot/directory/pull.py"}

# Which modules each part must not import, by the beginning of their names.
FORBIDDEN = {
    "core": RASA | DOORS | {"rasa_sdk", "sanic", "aiohttp", "jinja2"},
    "client": RASA | DOORS | {"rasa_sdk", "sanic", "jinja2"},
    "composition": RASA | {"bot.nlu", "actions", "rasa_sdk", "sanic"},
    "bot/nlu": {"bot.web", "actions", "rasa_sdk", "aiohttp"},
    "bot/web": RASA | {"bot.nlu", "actions", "rasa_sdk", "sanic"},
    "actions": RASA | {"bot.nlu", "bot.web"},
}


def part_of(path: str) -> str:
    if path in COMPOSITION:
        return "composition"
    if path in CLIENTS:
        return "client"
    return next((part for part in ("bot/nlu", "bot/web", "actions") if path.startswith(f"{part}/")), "core")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a name comes from"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def modules() -> list[Path]:
    return sorted(path for folder in ("bot", "actions") for path in (PROJECT_ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    """Doors never import each other, and only bot/nlu loads Rasa and TensorFlow."""
    name = path.relative_to(PROJECT_ROOT).as_posix()
    forbidden = FORBIDDEN[part_of(name)]
    wrong = {
        module
        for module in imported(ast.parse(path.read_text(encoding="utf-8")))
        for banned in forbidden
        if module == banned or module.startswith(f"{banned}.")
    }
    assert wrong == set()


def test_the_rules_find_a_forbidden_import() -> None:
    """The check itself sees both forms of import."""
    tree = ast.parse("import rasa.core\nfrom bot import web")
    assert {"rasa.core", "bot.web"} <= set(imported(tree))

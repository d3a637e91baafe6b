"""Which exceptions the program defines, read from its code: nothing is imported, Rasa least of all."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from bot.settings import PROJECT_ROOT


@dataclass(frozen=True)
class OwnError:
    """An exception of ours: whether it derives from KyrError, and whether it makes its text itself."""

    is_for_people: bool
    words_itself: bool


def exceptions_of_ours() -> dict[str, OwnError]:
    """Return every exception class of bot/ and actions/ by its name."""
    classes = {
        node.name: node
        for room in ("bot", "actions")
        for file in (PROJECT_ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }

    def lineage(name: str) -> set[str]:
        bases = [ast.unparse(base).split(".")[-1] for base in classes[name].bases] if name in classes else []
        return {name}.union(*map(lineage, bases))

    return {
        name: OwnError(
            "KyrError" in lineage(name),
            any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body),
        )
        for name, node in classes.items()
        if any(_is_exception(ancestor) for ancestor in lineage(name) - {name})
    }


def _is_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return (isinstance(known, type) and issubclass(known, BaseException)) or name.endswith(
        ("Error", "Exception", "Warning")
    )

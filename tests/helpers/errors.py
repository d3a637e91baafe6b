"""Which exceptions the program defines, read from its code: nothing is imported, Rasa least of all."""

from __future__ import annotations

import ast
import builtins

from bot.settings import PROJECT_ROOT


def exceptions_of_ours() -> dict[str, bool]:
    """Return every exception class of bot/ and actions/, with whether it derives from KyrError."""
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
        name: "KyrError" in lineage(name)
        for name in classes
        if any(_is_exception(ancestor) for ancestor in lineage(name) - {name})
    }


def _is_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return (isinstance(known, type) and issubclass(known, BaseException)) or name.endswith(
        ("Error", "Exception", "Warning")
    )

"""Which messages the code makes, read from it: the keys that each may have, and the values that it gives."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.settings import PROJECT_ROOT

CORE = PROJECT_ROOT / "bot"

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Made:
    """A message that the code makes: where, the keys as patterns, and the names of its values.

    `values` is None where these come from elsewhere (`**values`), and `keys` empty where nothing tells them.
    """

    place: str
    keys: tuple[str, ...]
    values: frozenset[str] | None


def places(text: str) -> set[str]:
    """Return the names of the values in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class Code:
    """The modules of the core."""

    def __init__(self) -> None:
        self._trees = {
            file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(CORE.rglob("*.py"))
        }
        # Calls by the name of what is called, each with the module and the functions that it stands in.
        self.calls: dict[str, list[tuple[Path, list[_Function], ast.Call]]] = defaultdict(list)
        # The class whose instances a method makes ready.
        self._class_of: dict[_Function, str] = {}
        for file, tree in self._trees.items():
            self._walk(file, tree, [])

    def made(self, name: str = "Message") -> Iterator[Made]:
        """Yield the messages that are made by calling something by its name with the key first."""
        for file, functions, call in self.calls[name]:
            if not call.args:
                continue
            given = {word.arg for word in call.keywords}
            values = None if None in given else frozenset(str(one) for one in given)
            keys = tuple(dict.fromkeys(self._texts(call.args[0], file, functions)))
            yield Made(f"{file.relative_to(CORE)}:{call.lineno}", keys, values)

    def _walk(self, file: Path, node: ast.AST, functions: list[_Function]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                name = getattr(child.func, "attr", getattr(child.func, "id", ""))
                self.calls[name].append((file, functions, child))
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if isinstance(node, ast.ClassDef):
                    self._class_of[child] = node.name
                self._walk(file, child, [*functions, child])
            else:
                self._walk(file, child, functions)

    def _texts(self, node: ast.expr, file: Path, functions: list[_Function]) -> Iterator[str]:
        """Yield what an expression may be, as patterns of regular expressions."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in node.values
            )
        elif isinstance(node, ast.IfExp):
            yield from self._texts(node.body, file, functions)
            yield from self._texts(node.orelse, file, functions)
        elif isinstance(node, ast.Name):
            yield from self._named(node.id, file, functions)
        elif isinstance(node, ast.Dict):
            for value in node.values:
                yield from self._texts(value, file, functions)
        elif isinstance(node, ast.Subscript):
            yield from self._texts(node.value, file, functions)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items"
        ):
            yield from self._texts(node.func.value, file, functions)

    def _named(self, name: str, file: Path, functions: list[_Function]) -> Iterator[str]:
        for scope in (*reversed(functions), self._trees[file]):
            assigned = list(_assigned(scope, name))
            for value in assigned:
                yield from self._texts(value, file, functions)
            if assigned:
                return
            if not isinstance(scope, ast.Module) and name in (
                names := [one.arg for one in (*scope.args.posonlyargs, *scope.args.args)]
            ):
                yield from self._passed(scope, names.index(name))
                return
        for source in self._imported(name, file):
            yield from self._named(name, source, [])

    def _passed(self, function: _Function, index: int) -> Iterator[str]:
        """Yield what callers pass for a parameter."""
        of_class = function in self._class_of
        called = self._class_of[function] if function.name == "__init__" else function.name
        for file, functions, call in self.calls[called]:
            if len(call.args) > index - of_class:
                yield from self._texts(call.args[index - of_class], file, functions)

    def _imported(self, name: str, file: Path) -> Iterator[Path]:
        for node in self._trees[file].body:
            if isinstance(node, ast.ImportFrom) and any(one.name == name for one in node.names):
                source = PROJECT_ROOT / f"{str(node.module).replace('.', '/')}.py"
                if source in self._trees:
                    yield source


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what is assigned to a name in a function or a module, by loops too."""
    nodes = scope.body if isinstance(scope, ast.Module) else ast.walk(scope)
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _at(target, node.value, name)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
            yield from _at(node.target, node.value, name)
        elif isinstance(node, ast.For) and any(
            isinstance(one, ast.Name) and one.id == name for one in ast.walk(node.target)
        ):
            yield node.iter


def _at(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, of_one in zip(target.elts, value.elts, strict=True):
            yield from _at(one, of_one, name)

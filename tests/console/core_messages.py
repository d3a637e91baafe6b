"""What modules of the core may say to people, read from their code: texts with samples for what varies."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Functions that tell of progress.
_TELLING = {"progress", "_progress", "show"}
# Functions whose texts other modules or classes show.
_MAKING = {"_reason"}
_SAMPLES = {"r": "'sample'", "": "sample"}


@dataclass(frozen=True)
class Samples:
    """What stands for a value in a text: by the function and the expression, or by the expression alone."""

    by_place: Mapping[tuple[str, str], Sequence[str]]
    # Expressions that are texts from elsewhere.
    elsewhere: frozenset[str]


@dataclass
class Messages:
    """The texts of a module with the lines where they stand, and the lines of those that cannot be read."""

    found: list[tuple[int, str]] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)


def messages_of(file: Path, errors: frozenset[str], samples: Samples) -> Messages:
    """Return what a module may say: its errors of some names, mistakes, stops and progress."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    reader = _Reader(tree, samples)
    messages = Messages()
    for function, node in _within_functions(tree):
        for expression in _texts_for_people(node, errors, function):
            texts = reader.texts(expression, function, near=_is_named(node, "Stop"))
            if texts is not None:
                messages.found += [(expression.lineno, text) for text in texts]
            elif ast.unparse(expression) not in samples.elsewhere:
                messages.unread.append((expression.lineno, ast.unparse(expression)))
    return messages


def constants_of(file: Path, names: Sequence[str]) -> list[str]:
    """Return the texts in the values of constants of a module."""
    reader = _Reader(ast.parse(file.read_text(encoding="utf-8")), Samples({}, frozenset()))
    return [
        text for name in names if name in reader.constants for text in reader.all_in(reader.constants[name])
    ]


_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def _within_functions(tree: ast.Module) -> Iterator[tuple[_Function, ast.AST]]:
    """Yield every node with the function that it stands in."""

    def walk(node: ast.AST, function: _Function) -> Iterator[tuple[_Function, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            yield function, child
            inner = child if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
            yield from walk(child, inner)

    return walk(tree, tree)


def _texts_for_people(node: ast.AST, errors: frozenset[str], function: _Function) -> Iterator[ast.expr]:
    if isinstance(node, ast.Return) and getattr(function, "name", "") in _MAKING and node.value:
        yield node.value
    if not isinstance(node, ast.Call):
        return
    name = _name(node.func)
    if name in errors and node.args and isinstance(node.func, ast.Name):
        yield node.args[0]
    elif _is_named(node, "Stop") and len(node.args) == 2:
        yield node.args[1]
    elif len(node.args) == 1 and _tells(name, node.args[0]):
        yield node.args[0]


def _tells(name: str, told: ast.expr) -> bool:
    """Whether a function of a name shows its argument, which does not know its Spanish."""
    if name == "__init__":
        return isinstance(told, ast.JoinedStr)
    return name in _TELLING and not _is_named(told, "Message")


def _name(function: ast.expr) -> str:
    return str(getattr(function, "attr", "") or getattr(function, "id", ""))


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == name


class _Reader:
    """Reads the expressions of a module that are texts."""

    def __init__(self, tree: ast.Module, samples: Samples) -> None:
        self._samples = samples
        self.constants: dict[str, ast.expr] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.constants[node.targets[0].id] = node.value
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                self.constants[node.target.id] = node.value
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}

    def texts(self, node: ast.expr, function: _Function, *, near: bool = False) -> list[str] | None:
        """Return what an expression may say; None where that cannot be read.

        A name has all of its values in the function, or, `near`, the last one above.
        """
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) and node.value[:6] != "utter_" else []
        if isinstance(node, ast.JoinedStr):
            parts = [self._part(part, function) for part in node.values]
            return ["".join(one) for one in itertools.product(*parts)]
        if isinstance(node, ast.IfExp):
            return _all(self.texts(one, function, near=near) for one in (node.body, node.orelse))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = (self.texts(one, function, near=True) for one in (node.left, node.right))
            return [first + more for first in left for more in right] if left and right else None
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            constant = self.constants.get(node.value.id)
            return (self.all_in(constant) or None) if constant else None
        if isinstance(node, ast.Call) and (called := self._functions.get(_name(node.func))):
            returned = (one.value for one in ast.walk(called) if isinstance(one, ast.Return))
            return _all(self.texts(value, called) for value in returned if value is not None)
        if isinstance(node, ast.Name):
            return self._named(node, function, near=near)
        return None

    def all_in(self, node: ast.expr) -> list[str]:
        """Return all texts in the values of a constant."""
        if isinstance(node, ast.Dict):
            return [text for value in node.values for text in self.all_in(value)]
        if isinstance(node, (ast.Tuple, ast.List)):
            return [text for value in node.elts for text in self.all_in(value)]
        return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []

    def _part(self, part: ast.expr, function: _Function) -> Sequence[str]:
        if not isinstance(part, ast.FormattedValue):
            return [str(ast.literal_eval(part))]
        expression = ast.unparse(part.value)
        known = self._samples.by_place
        for place in ((getattr(function, "name", ""), expression), ("", expression)):
            if place in known:
                return known[place]
        if part.conversion == ord("r"):
            return [_SAMPLES["r"]]
        if part.format_spec is not None:
            return ["12%"]
        return self.texts(part.value, function) or [_SAMPLES[""]]

    def _named(self, node: ast.Name, function: _Function, *, near: bool) -> list[str] | None:
        assigned = list(_assigned(function, node.id))
        if not assigned:
            constant = self.constants.get(node.id)
            return self.texts(constant, function) if constant is not None else None
        above = [one for one in assigned if one[0] <= node.lineno]
        wanted = above[-1:] if near else assigned
        found: list[str] = []
        for one in wanted:
            texts = self.texts(one[1], function)
            if texts is not None and one[2]:
                first = self.texts(assigned[assigned.index(one) - 1][1], function)
                texts = [text + more for text in first or () for more in texts]
            found += texts or ()
        return found or None


def _assigned(function: _Function, name: str) -> Iterator[tuple[int, ast.expr, bool]]:
    """Yield what a function assigns to a name, in order: the line, the value, whether it is put behind."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    found.append((node.lineno, node.value, False))
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(one, ast.Name) and one.id == name:
                            found.append((node.lineno, value, False))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            found.append((node.lineno, node.value, True))
    yield from sorted(found, key=lambda one: one[0])


def _all(found: Iterator[list[str] | None]) -> list[str] | None:
    texts = [text for one in found if one for text in one]
    return texts or None

"""Problems carry the key of their message, whose texts stand in problems.yml."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.messages import read_messages
from bot.problems import Problem, Problems
from bot.settings import PROJECT_ROOT
from tests.helpers.messages import places

CORE = PROJECT_ROOT / "bot"
# Other arguments of Problems.add.
_NOT_VALUES = {"warning", "field", "twin", "row"}


def keys_in_code() -> set[str]:
    """Return every text in the code of the core that may be a key."""
    found = set()
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def noted() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each problem that the code notes with a key: the place, the key and the names of its values."""
    for file in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("add", "_add")):
                continue
            if len(node.args) in (2, 3) and isinstance(key := node.args[-1], ast.Constant):
                given = {str(word.arg) for word in node.keywords} - _NOT_VALUES
                yield f"{file.relative_to(CORE)}:{node.lineno}", str(key.value), given


def test_every_problem_that_is_noted_has_its_texts_and_their_values() -> None:
    """Else a mistake in the content would end the check."""
    messages, wrong = read_messages(), []
    for place, key, given in noted():
        parts = [texts for name, texts in messages.items() if name.partition(".")[0] == key]
        needed = {name for texts in parts for name in places(texts["en"])}
        if not {f"{key}.what", f"{key}.mend"} <= messages.keys() or not needed <= given:
            wrong.append((place, key, sorted(needed - given)))
    assert wrong == []


def test_no_text_is_left_over() -> None:
    """Each key stands in the code, whole or with its beginning (name_group is name_ and a value)."""
    written = keys_in_code()
    beginnings = tuple(key for key in written if key.endswith("_") and len(key) > 1)
    endings = {"text_lacks", "short_lacks", "question_twice_above", "question_near_above"}
    keys = {key.partition(".")[0] for key in read_messages()} - written - endings
    assert sorted(key for key in keys if not key.startswith(beginnings)) == []


def test_a_problem_is_printed_with_its_place_and_its_mend() -> None:
    """A warning says so, and what is said on a page stays the same where there is nothing else to say."""
    problems = Problems(Path("/content"))
    path = Path("/content/data/faq/bond.yml")
    problems.add(path, 3, "related_unknown", field="related", warning=True, topic="x")
    (problem,) = problems.found
    assert str(problem) == (
        "data/faq/bond.yml:3: warning: the related topic `x` does not exist. "
        "Use the name of a file in data/faq without .yml."
    )
    assert problem.text("mend", "in_sheet") == "Use the id of a topic"
    assert problem.text("what", "in_sheet") == problem.what


def test_problems_come_in_the_order_of_their_places() -> None:
    """By file, by line, then by what they say."""
    at = [("b.yml", 1, "no_source"), ("a.yml", 10, "no_source"), ("a.yml", 2, "tab"), ("a.yml", 2, "no_keys")]
    problems = sorted(Problem(Path(path), line, key) for path, line, key in at)
    assert [(str(one.path), one.line, one.key) for one in problems] == [
        ("a.yml", 2, "tab"),
        ("a.yml", 2, "no_keys"),
        ("a.yml", 10, "no_source"),
        ("b.yml", 1, "no_source"),
    ]

"""The README's table of measurements is what `make bench` wrote, whole; no broken promise is hidden in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.bench.readme import MISSED, line_of, lines
from tests.bench.row import Row

BENCH = Path(__file__).resolve().parents[1] / "bench"


def row_names() -> set[str]:
    """Patterns of the names that the bench gives its rows."""
    return {
        pattern_of(node.args[0])
        for path in BENCH.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Row"
    }


def pattern_of(name: ast.expr) -> str:
    """A regular expression for a name; what is filled in may be anything."""
    if isinstance(name, ast.Constant):
        return re.escape(str(name.value))
    if isinstance(name, ast.JoinedStr):
        return "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
            for part in name.values
        )
    msg = f"a row's name has to be written where the row is made, not as {ast.unparse(name)}"
    raise TypeError(msg)


def test_every_row_of_the_bench_is_in_the_table_and_no_other() -> None:
    names = [line.name for line in lines()]
    patterns = row_names()
    assert [name for name in names if not any(re.fullmatch(p, name) for p in patterns)] == []
    assert [p for p in patterns if not any(re.fullmatch(p, name) for name in names)] == []


def test_only_the_promises_that_are_known_to_be_missed_are() -> None:
    assert {line.name for line in lines() if not line.kept} == set(MISSED)


def test_a_broken_promise_would_be_seen() -> None:
    slow = Row("a thing", 90.0, "req/s", 100.0, "more", 10.0, "another")
    assert not slow.kept
    assert line_of(slow) == "| a thing | 90 req/s | ≥ 100 req/s | 9 × another **missed** |"

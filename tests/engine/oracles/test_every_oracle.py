"""No row of the table of oracles is forgotten: each is checked by a test or waits for its primitive."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.engine.oracles.pending import ORACLES, PARTLY, PENDING

TESTS = Path(__file__).resolve().parents[2]


@cache
def marked_numbers() -> set[int]:
    """Numbers that `@pytest.mark.oracle(…)` gives to tests."""
    found: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if "mark.oracle" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                found.update(*(numbers_of(each) for each in node.decorator_list))
    return found


def numbers_of(decorator: ast.expr) -> list[int]:
    """The numbers of an oracle marker; nothing for other decorators."""
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.oracle":
        return [int(ast.literal_eval(argument)) for argument in decorator.args]
    return []


def test_every_oracle_is_checked_or_waits() -> None:
    checked = marked_numbers()
    assert checked <= set(ORACLES)
    assert checked | set(PENDING) == set(ORACLES)


def test_what_waits_is_not_checked_yet() -> None:
    assert not marked_numbers() & set(PENDING)
    assert set(PARTLY) <= marked_numbers()

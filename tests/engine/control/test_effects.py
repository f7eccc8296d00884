"""Every kind of event has an effect, and nothing else names kinds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from engine.control.effects import EFFECTS, effect_of
from engine.model.event_kinds import EVENT_KINDS
from tests.helpers.plans import event

ROOT = Path(__file__).parents[3]
HOMES = {
    "engine/model/event_kinds.py",
    "engine/control/effects.py",
}
"""Where a kind is written down: its record, and what it does."""


def test_every_kind_has_an_effect_in_the_same_order() -> None:
    assert [effect.name for effect in EFFECTS] == [kind.name for kind in EVENT_KINDS]
    for effect, kind in zip(EFFECTS, EVENT_KINDS, strict=True):
        assert (effect.start is not None) == kind.instant
        assert (effect.link is not None) == (kind.hits == "links")
        assert (effect.node is not None) == (kind.hits in {"nodes", "clients", "users", "replicas"})


def test_an_unknown_kind_has_none() -> None:
    with pytest.raises(KeyError):
        effect_of(event(1.0, 1.0, "boom"))


def test_nobody_else_asks_which_kind_an_event_is() -> None:
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("engine", "widgets", "app")
        for path in (ROOT / folder).rglob("*.py")
    }
    asking = [
        f"{place}:{node.lineno}"
        for place, text in texts.items()
        if place not in HOMES and "change" in text  # most need not be parsed
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Compare) and _asks(node)
    ]
    assert asking == []


def _asks(compare: ast.Compare) -> bool:
    """Whether the change of something is compared with the name of a kind."""
    sides = [compare.left, *compare.comparators]
    names = {kind.name for kind in EVENT_KINDS}
    words = {c.value for side in sides for c in ast.walk(side) if isinstance(c, ast.Constant)}
    of_change = any(isinstance(side, ast.Attribute) and side.attr == "change" for side in sides)
    of_change = of_change or any(isinstance(s, ast.Name) and s.id == "change" for s in sides)
    return of_change and bool(words & names)

"""Strict reading of JSON: bounded in size, depth and counts; no NaN, no infinity, no duplicate keys."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from engine.model.limits import (
    MAX_COUNTS,
    MAX_WHOLE,
    LimitError,
    short,
    too_deep,
    too_many,
    weigh,
)


class ReadError(ValueError):
    """What is wrong with the text, in one line."""


DESIGN: Final = "a design (an object with 'windtunnel': 1)"
"""What a text is expected to hold, in words."""


def read_json(text: str, wanted: str = DESIGN) -> dict[str, Any]:
    """The object that a text holds; ``wanted`` says in messages what it should be. Raises ``ReadError``."""
    if not text.strip():
        raise ReadError("is empty; restore a copy")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except RecursionError:
        raise ReadError(too_deep()) from None
    except json.JSONDecodeError as error:
        msg = (
            f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}; restore a copy"
        )
        raise ReadError(msg) from None
    if not isinstance(value, dict):
        msg = f"holds {kind_of(value)}, not {wanted}"
        raise ReadError(msg)
    try:
        weigh(value)
    except LimitError as error:
        raise ReadError(str(error)) from None
    return value


def finite_json(text: str | bytes) -> Any:
    """What a text of JSON holds, without numbers that are none. Raises ``ValueError`` and ``RecursionError``."""
    return json.loads(text, parse_constant=_no_constant, parse_float=_finite)


def check_counts(raw: dict[str, Any]) -> None:
    """Refuse more items than any view could show."""
    for name in MAX_COUNTS:
        held: Any = raw
        for key in name.split("."):
            held = held.get(key) if isinstance(held, dict) else None
        problem = too_many(name, len(held)) if isinstance(held, list) else None
        if problem is not None:
            raise ReadError(problem)


def kind_of(value: Any) -> str:
    """What sort of JSON a value is, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    names = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                msg = f"has the key {short(key)} twice in one object; remove one of them"
                raise ReadError(msg)
            seen.add(key)
    return made


def _no_constant(name: str) -> float:
    """Refuse NaN and the infinities, which JSON does not have."""
    msg = f"holds {name}, which is no JSON number; write a finite number"
    raise ReadError(msg)


def _finite(text: str) -> float:
    """A float, if there is room for it."""
    value = float(text)
    if not math.isfinite(value):
        msg = f"holds the number {short(text)}, which is too large; write a finite number"
        raise ReadError(msg)
    return value


def _bounded(text: str) -> int:
    """A whole number of 64 bits."""
    value = int(text) if len(text) < 30 else MAX_WHOLE
    if abs(value) >= MAX_WHOLE:
        msg = f"holds the number {short(text)}, which is too large; write at most 19 digits"
        raise ReadError(msg)
    return value

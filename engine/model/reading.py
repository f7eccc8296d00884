"""Strict reading of JSON: bounded in size, depth and counts; no NaN, no infinity, no duplicate keys."""

from __future__ import annotations

import json
import math
from typing import Any, Final

MAX_BYTES: Final = 10_000_000
MAX_DEPTH: Final = 40
MAX_WHOLE: Final = 2**63
_MAX_COUNTS: Final = {
    "nodes": 5_000,
    "links": 20_000,
    "frames": 5_000,
    "notes": 5_000,
    "classes": 200,
    "objectives": 1_000,
}
_MAX_EVENTS: Final = 10_000


class ReadError(ValueError):
    """What is wrong with the text, in one line."""


DESIGN: Final = "a design (an object with 'windtunnel': 1)"
"""What a text is expected to hold, in words."""


def read_json(text: str, wanted: str = DESIGN) -> dict[str, Any]:
    """The object that a text holds; ``wanted`` says in messages what it should be. Raises ``ReadError``."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except RecursionError:
        raise ReadError(_too_deep()) from None
    except json.JSONDecodeError as error:
        msg = (
            f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}; restore a copy"
        )
        raise ReadError(msg) from None
    if not isinstance(value, dict):
        msg = f"holds {kind_of(value)}, not {wanted}"
        raise ReadError(msg)
    _measure(value)
    return value


def check_counts(raw: dict[str, Any]) -> None:
    """Refuse more items than any view could show."""
    for name, most in _MAX_COUNTS.items():
        _count(name, raw.get(name), most)
    scenario = raw.get("scenario")
    if isinstance(scenario, dict):
        _count("scenario.events", scenario.get("events"), _MAX_EVENTS)


def kind_of(value: Any) -> str:
    """What sort of JSON a value is, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    names = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _count(name: str, value: Any, most: int) -> None:
    """Refuse a list that is too long."""
    if isinstance(value, list) and len(value) > most:
        msg = f"has {len(value)} {name}; at most {most} are read: split the design"
        raise ReadError(msg)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                msg = f"has the key {_short(key)} twice in one object; remove one of them"
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
        msg = f"holds the number {_short(text)}, which is too large; write a finite number"
        raise ReadError(msg)
    return value


def _bounded(text: str) -> int:
    """A whole number of 64 bits."""
    value = int(text) if len(text) < 30 else MAX_WHOLE
    if abs(value) >= MAX_WHOLE:
        msg = f"holds the number {_short(text)}, which is too large; write at most 19 digits"
        raise ReadError(msg)
    return value


def _measure(value: Any) -> None:
    """Refuse what is nested too deeply or cannot be written as UTF-8 again."""
    level = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                deeper += each.values()
                deeper += each.keys()
            elif isinstance(each, list):
                deeper += each
            elif isinstance(each, str) and not each.isascii():
                _writable(each)
        if not deeper:
            return
        level = deeper
    raise ReadError(_too_deep())


def _writable(text: str) -> None:
    """Refuse half a surrogate pair, which no UTF-8 file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        msg = f"holds a broken character in {_short(text)}; write the text again"
        raise ReadError(msg) from None


def _too_deep() -> str:
    """The message of nesting without end."""
    return f"is nested deeper than {MAX_DEPTH} levels; a design has no such depth"


def _short(text: str) -> str:
    """The beginning of a text, in quotes, printable."""
    return ascii(text if len(text) <= 40 else f"{text[:40]}...")

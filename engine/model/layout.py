"""How a design file is laid out: fixed key order, one item a line where it fits, stable to the byte."""

from __future__ import annotations

import json
from typing import Any, Final

_WIDTH: Final = 110
_MANY: Final = 200
"""From so many plain values on, as in recordings, a line holds as many as fit."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_FIRST_KEYS: Final = ("law", "process")
"""What tells the sort of a nested object stands first in it."""


def ordered(value: Any) -> Any:
    """Config with its keys in a fixed order, whatever the order in which they were edited."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (key not in _FIRST_KEYS, key))
        return {key: ordered(value[key]) for key in keys}
    return [ordered(each) for each in value] if isinstance(value, list) else value


def whole(value: Any) -> Any:
    """Floats without a fraction as whole numbers, as people write them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    return [whole(each) for each in value] if isinstance(value, list) else value


def text_of(value: Any, indent: int = 0, lead: int = 0) -> str:
    """JSON text: on one line where that fits, else one entry a line.

    Args:
        value: what ``json`` can write.
        indent: column at which the value's block begins.
        lead: characters that stand before the value on its first line.
    """
    if not isinstance(value, dict | list) or not value or not _is_long(value):
        flat = _flat(value)
        if not isinstance(value, dict | list) or not value:
            return flat
        if indent > 0 and indent + lead + len(flat) <= _WIDTH:
            return flat
    step = indent + 2
    if isinstance(value, dict):
        names = [f"{_flat(key)}: " for key in value]
        entries = [
            name + text_of(each, step, len(name))
            for name, each in zip(names, value.values(), strict=True)
        ]
    elif len(value) >= _MANY and not any(isinstance(each, dict | list) for each in value):
        entries = _filled(value, _WIDTH - step)
    else:
        entries = [text_of(each, step) for each in value]
    inside = f",\n{' ' * step}".join(entries)
    opened, closed = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opened}\n{' ' * step}{inside}\n{' ' * indent}{closed}"


def _flat(value: Any) -> str:
    """JSON on one line."""
    return _ENCODER.encode(value)


def _is_long(value: Any) -> bool:
    """Whether a value is surely wider than a line, which is seen without writing it."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return 3 * len(value) > _WIDTH + 2 or any(map(_is_long, inner))
    return False


def _filled(values: list[Any], width: int) -> list[str]:
    """Plain values as lines of a width at most, without the comma at their ends."""
    texts = any(isinstance(value, str) for value in values)
    lines: list[str] = []
    line = ""
    for text in map(_flat, values) if texts else _flat(values)[1:-1].split(", "):
        if line and len(line) + 2 + len(text) >= width:
            lines.append(line)
            line = text
        else:
            line = f"{line}, {text}" if line else text
    return [*lines, line]

"""What a design may hold, so that whatever can be saved can be opened.

One judge for the reader, the writer, every edit and what is pasted. Counts, depth, numbers and texts are bounded, and so is the size of the file. How large the file of a
design would be is bounded from above by a sum over its parts (``weigh``), so that a change of one field
among thousands costs no more than the field.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

from pydantic_core import to_json

MAX_BYTES: Final = 10_000_000
"""Bytes of the largest file."""
MAX_DEPTH: Final = 40
"""Levels of nested JSON, the design itself being the first."""
MAX_WHOLE: Final = 2**63
"""Whole numbers are smaller than this, and larger than its negative."""
MAX_NESTING: Final = 64
"""Frames inside frames."""
MAX_COUNTS: Final = {
    "nodes": 5_000,
    "links": 20_000,
    "frames": 5_000,
    "notes": 5_000,
    "classes": 200,
    "objectives": 1_000,
    "comments": 1_000,
    "presentation": 500,
    "scenario.events": 10_000,
}
"""More than any view could show."""
_MANY: Final = 200
"""From so many plain values on a line holds as many as fit (see ``engine.model.layout``)."""
_LINE: Final = 0.3
"""Share that line breaks and indents add to such a list, where it is not nested deeply."""
_DEEP: Final = 10
_PLAIN: Final = frozenset({int, float})


class LimitError(ValueError):
    """A value that no design file can hold: where it is, and what is wrong with it, in one line."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: list[str] = []

    def __str__(self) -> str:
        """``config.x.y holds …``."""
        where = ".".join(self.path)
        return f"{where} {self.problem}" if where else self.problem


def weigh(value: Any, level: int = 0) -> int:
    """The bytes that a value takes in a file at most. Raises ``LimitError`` if a file cannot hold it.

    Args:
        value: JSON in Python's terms; anything else is refused.
        level: how many objects and lists are around it.
    """
    if level >= MAX_DEPTH:
        raise LimitError(too_deep())
    kind = type(value)
    if kind is str:
        return _of_text(value)
    if kind is float or kind is int:
        _check_number(value)
        return len(repr(value))
    if value is None or kind is bool:
        return 5
    if kind is dict:
        return _of_object(value, level)
    if kind is list:
        return _of_list(value, level)
    msg = f"holds {kind.__name__!r}, which is no JSON; write a text, a number, a list or an object"
    raise LimitError(msg)


def least_of(value: Any) -> int:
    """Bytes that a value takes at least, known at a glance: two for each entry of the lists in it, near the top."""
    if isinstance(value, list):
        return 2 * len(value)
    return sum(map(least_of, value.values())) if isinstance(value, dict) else 0


def too_many(name: str, count: int) -> str | None:
    """What is wrong with so many items of a sort; None where nothing is."""
    most = MAX_COUNTS[name]
    if count <= most:
        return None
    what = "steps of the presentation" if name == "presentation" else name
    return f"has {count} {what}; at most {most} are read: split the design"


def too_deep() -> str:
    """The message of nesting without end."""
    return f"is nested deeper than {MAX_DEPTH} levels; a design has no such depth"


def too_large() -> str:
    """The message of a design whose file would be too large."""
    return (
        f"the file would be larger than {MAX_BYTES // 1_000_000} MB, which could not be opened; "
        "split the design"
    )


def printable(text: str) -> str:
    """A text for messages: what cannot be printed in it is written as Python would."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def short(text: str) -> str:
    """The beginning of a text, in quotes, printable."""
    return ascii(text if len(text) <= 40 else f"{text[:40]}...")


def _of_text(text: str) -> int:
    """The bytes of a text. Half a surrogate pair is refused: no UTF-8 file can hold it."""
    if text.isascii() and text.isprintable():
        return len(text) + text.count('"') + text.count("\\") + 2
    try:
        return len(json.dumps(text, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        msg = f"holds a broken character in {short(text)}; write the text again"
        raise LimitError(msg) from None


def _check_number(value: float) -> None:
    """Refuse what JSON does not have, and whole numbers of more than 64 bits."""
    if isinstance(value, int):
        if abs(value) >= MAX_WHOLE:
            raise LimitError("holds a number that is too large; write at most 19 digits")
    elif not math.isfinite(value):
        raise LimitError(f"should be a finite number, not {value!r}")


def _check_numbers(values: list[float], sorts: set[type]) -> None:
    """Refuse a list in which one of the numbers, all of these sorts, is none for a file."""
    wholes: list[float] = []
    if int in sorts:  # floats among them may be larger
        wholes = values if len(sorts) == 1 else [each for each in values if type(each) is int]
    for some in (wholes, values) if wholes else (values,):
        _check_number(max(some))
        _check_number(min(some))
    # A NaN is neither the largest nor the smallest, but no sum is finite with it.
    if not math.isfinite(sum(values)) and not all(map(math.isfinite, values)):
        raise LimitError("should hold finite numbers only")


def _of_numbers(values: list[float]) -> int:
    """The characters of a list of numbers on one line at most: written by pydantic, ten times as fast as Python.

    Python puts a space behind each comma, and a zero before an exponent of one digit.
    """
    text = to_json(values)
    return len(text) + len(values) + text.count(b"e")


def _of_object(value: dict[Any, Any], level: int) -> int:
    """The bytes of an object, each entry on a line of its own."""
    total = 2 * level + 4
    for key, each in value.items():
        if type(key) is not str:
            raise LimitError(f"has the key {key!r}, which is no text; write it in quotes")
        total += _of_text(key) + 2 * level + 6
        try:
            total += weigh(each, level + 1)
        except LimitError as error:
            error.path.insert(0, short(key)[1:-1])
            raise
    if value and level + 1 >= MAX_DEPTH:
        raise LimitError(too_deep())
    return total


def _of_list(value: list[Any], level: int) -> int:
    """The bytes of a list; long lists of numbers or of texts, as in recordings, are looked at as a whole."""
    total = 2 * level + 4
    if len(value) >= _MANY and level <= _DEEP:
        sorts = set(map(type, value))
        if sorts <= _PLAIN:
            _check_numbers(value, sorts)
            return total + math.ceil((1 + _LINE) * _of_numbers(value))
        joined = "".join(value) if sorts == {str} else "\n"
        if joined.isascii() and joined.isprintable():
            return total + _of_text(joined) + (2 * level + 6) * len(value)
    for place, each in enumerate(value):
        try:
            total += weigh(each, level + 1) + 2 * level + 4
        except LimitError as error:
            error.path.insert(0, str(place))
            raise
    return total

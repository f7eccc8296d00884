"""Probability laws as short text, both ways: ``exp 85`` with ``ms`` behind it.

The line holds the law and its place (mean, or the two ends of ``uniform``); a second parameter such
as cv² has a line of its own but may be typed here too: ``lognormal 20 ms cv2 3``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from engine.model.laws import Law
from widgets.inspector.quantities import read, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "constant": "const",
        "exponential": "exp",
        "lognormal": "logn",
        "gamma": "gamma",
        "hyperexponential": "hyper",
        "uniform": "unif",
        "pareto": "pareto",
        "empirical": "empirical",
    }
)
"""Word that the form writes for each law."""

SAME = "same"
"""What the form writes for a law that is left out: that of all other classes holds."""

_ALIASES: Mapping[str, str] = MappingProxyType(
    {word: law for law, word in WORDS.items()}
    | {law: law for law in WORDS}
    | {
        "fixed": "constant",
        "det": "constant",
        "erlang": "gamma",
        "hyperexp": "hyperexponential",
        "h2": "hyperexponential",
    }
)
_PARAMETER = re.compile(r"\b(cv2|cv²|alpha|α|tail)\s*=?\s*([0-9.]+)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:\bto\b|…|\.\.|\u2013)\s*")
_LAW: TypeAdapter[Any] = TypeAdapter(Law)
_EXAMPLE = "try exp 85 ms, logn 20 ms or unif 5 to 20 ms"


def law_text(value: JsonValue) -> tuple[str, str]:
    """Text and unit for a law, or for a bare number where the field takes one."""
    if value is None:
        return SAME, ""
    if isinstance(value, int | float):
        return shown(float(value), "s", 0.0)
    law = value if isinstance(value, dict) else {}
    name = str(law.get("law", ""))
    word = WORDS.get(name, name)
    if name == "uniform":
        typed = _typed(value)
        if typed is None:
            return word, ""
        high, suffix = shown(typed.high, "s", 0.0)
        low, low_suffix = shown(typed.low, "s", 0.0)
        same = suffix == low_suffix or typed.low == 0
        start = low if same else f"{low} {low_suffix} "
        return f"{word} {start}\N{EN DASH}{high}", suffix
    mean = mean_of(value)
    if name == "empirical" or mean is None:
        return word, ""
    number, suffix = shown(mean, "s", 0.0)
    return f"{word} {number}", suffix


def read_law(text: str, suffix: str, current: JsonValue, *, plain_number: bool) -> JsonValue:
    """Law typed as text; a bare number keeps the law that is there.

    Args:
        text: what was typed.
        suffix: unit shown behind the field, meant where none is typed.
        current: the value so far.
        plain_number: whether the field also takes a bare number.

    Raises:
        ValueError: with one line that says what to type.
    """
    words = text.strip().split(maxsplit=1)
    name = _ALIASES.get(words[0].casefold()) if words else None
    if name is None:
        if isinstance(current, int | float) and plain_number:
            return read(text, "s", suffix or "ms")
        if not words or (words[0][0].isalpha() and words[0][0].isascii()):
            raise ValueError(f"“{text.strip()[:24]}” is no law; {_EXAMPLE}")
        name, rest = _law_name(current), text
    else:
        rest = words[1] if len(words) > 1 else ""
    made: dict[str, JsonValue] = dict(with_law(current, name))
    for match in _PARAMETER.finditer(rest):
        key = "cv2" if match[1].casefold().startswith("cv") else "alpha"
        made[key] = float(match[2])
    place = _PARAMETER.sub("", rest).strip(" ,;")
    if place:
        made |= _place(name, place, suffix or "ms")
    return made


def with_law(current: JsonValue, name: str) -> dict[str, JsonValue]:
    """The same mean under another law; the same law stays as it is."""
    if isinstance(current, dict) and current.get("law") == name:
        return current
    mean = mean_of(current)
    mean = 0.005 if mean is None else mean
    if name == "uniform":
        return {"law": name, "low": 0.0, "high": 2 * mean}
    if name == "empirical":
        return {"law": name, "values": [mean]}
    return {"law": name, "mean": mean}


def mean_of(value: JsonValue) -> float | None:
    """Mean of a law or number in seconds; nothing for what is not valid."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    typed = _typed(value)
    return None if typed is None else float(typed.mean)


def _typed(value: JsonValue) -> Any:
    """The typed law, or nothing."""
    try:
        return _LAW.validate_python(value)
    except ValidationError:
        return None


def _law_name(current: JsonValue) -> str:
    """Law in force; a bare number is constant."""
    name = current.get("law") if isinstance(current, dict) else None
    return name if isinstance(name, str) and name in WORDS else "constant"


def _place(name: str, text: str, suffix: str) -> dict[str, JsonValue]:
    """Where the law lies: its mean, its ends, or its values."""
    if name == "uniform":
        ends = _RANGE.split(text)
        if len(ends) == 1:
            return {"low": 0.0, "high": 2 * read(text, "s", suffix)}
        if len(ends) != 2:
            raise ValueError("Two ends are needed; try unif 5 to 20 ms")
        low, high = _shared_unit(ends, suffix)
        return {"low": low, "high": high}
    if name == "empirical":
        return {"values": _shared_unit([part for part in text.split(",") if part.strip()], suffix)}
    return {"mean": read(text, "s", suffix)}


def _shared_unit(parts: list[str], suffix: str) -> list[JsonValue]:
    """Numbers of which only the last needs a unit: ``1, 2, 5 ms``."""
    unit = re.search(r"[^\W\d_]+$", parts[-1].strip()) if parts else None
    return [read(part, "s", unit.group() if unit else suffix) for part in parts]

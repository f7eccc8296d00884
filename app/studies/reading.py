"""Numbers of a study as a person types them. Each raises ``StudyError`` with a line that names the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.units import parse_quantity
from engine.study import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping


def whole(values: Mapping[str, str], name: str, title: str = "Runs") -> int:
    """A count."""
    text = values.get(name, "")
    if not text.isdecimal():
        msg = f"{title}: “{text}” is not a whole number; write one such as 10."
        raise StudyError(msg)
    return int(text)


def number(text: str, unit: str, title: str) -> float:
    """A quantity in a unit."""
    try:
        return parse_quantity(text, unit)
    except ValueError as error:
        msg = f"{title}: {error}"
        raise StudyError(msg) from error


def number_or_none(values: Mapping[str, str], name: str, unit: str, title: str) -> float | None:
    """A quantity that may be left out."""
    return number(values[name], unit, title) if name in values else None


def words(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Words with commas between."""
    return tuple(word for each in values.get(name, "").split(",") if (word := each.strip()))

"""Numbers with units, numbers that may be none, and short texts."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter

from widgets.inspector.editors.line import LineEditor
from widgets.inspector.quantities import read, shown

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

_NONE_WORDS = frozenset({"", "none", "-", "null", "unlimited", "∞"})


class NumberEditor(LineEditor):
    """A number, integer or not, with a unit or without; ``none`` where the field takes null."""

    def written(self) -> tuple[str, str]:
        """The number in its most readable unit."""
        value = self.field.value
        if isinstance(value, str) and value in self.field.shape.choices:
            return value, ""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ("none" if value is None else json.dumps(value)), ""
        return shown(value, self.field.unit, self._usual())

    def read(self, text: str) -> object:
        """The number in SI units."""
        if self.field.shape.nullable and text.strip().casefold() in _NONE_WORDS:
            return None
        if text.strip() in self.field.shape.choices:
            return text.strip()
        suffix = self.line.suffix()
        if not suffix and self.field.unit:
            suffix = shown(self._usual() or 1.0, self.field.unit)[1]
        value = read(text, self.field.unit, suffix)
        if self.field.shape.sort != "integer":
            return value
        if value != math.floor(value):
            raise ValueError("Must be a whole number")
        return int(value)

    def step(self, by: int) -> None:
        """One up or down for integers; about a tenth of the size for others."""
        value = self.field.value
        self.commit()
        if self.field.mixed or isinstance(value, bool) or not isinstance(value, int | float):
            return
        if self.field.shape.sort == "integer":
            new: float = int(value) + by
        else:
            size = 10.0 ** math.floor(math.log10(abs(value))) / 10.0 if value else self._unit_size()
            new = float(f"{value + by * size:.12g}")
        if new >= 0 or value < 0:
            self.committed.emit(new)

    def _unit_size(self) -> float:
        """One of the unit that is shown."""
        suffix = self.line.suffix()
        return read("1", self.field.unit, suffix)

    def _usual(self) -> float | None:
        """The default, for the unit in which a zero or a first value stands."""
        default = self.field.default
        return float(default) if isinstance(default, int | float) else None


class TextEditor(LineEditor):
    """A short text, with suggestions where the field has options; their values stand there by their labels."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self._suggested: tuple[str, ...] = ()

    def wide(self) -> bool:
        """What options are called is long."""
        return bool(self.field.options)

    def refresh(self) -> None:
        """Show the text, and offer the options while typing."""
        super().refresh()
        if self.field.value is None and not self.line.placeholderText():
            self.line.setPlaceholderText("none")
        suggested = tuple(option.label for option in self.field.options)
        if suggested != self._suggested:
            self._suggested = suggested
            completer = QCompleter(list(suggested), self.line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            self.line.setCompleter(completer)

    def written(self) -> tuple[str, str]:
        """The text, or what an option of that value is called; none is empty."""
        value = self.field.value
        labels = (option.label for option in self.field.options if option.value == value)
        return next(labels, "" if value is None else str(value)), ""

    def read(self, text: str) -> object:
        """The text, without spaces around it, or the value of the option that is called so."""
        typed = " ".join(text.splitlines()).strip()  # what is pasted may have many lines
        values = (option.value for option in self.field.options if option.label == typed)
        return next(values, None if not typed and self.field.shape.nullable else typed)


class NumbersEditor(LineEditor):
    """A short list of numbers in one unit, separated by commas."""

    def written(self) -> tuple[str, str]:
        """The numbers, all in the unit of the largest."""
        values = self.field.value
        if not isinstance(values, list):
            return "none", ""
        numbers = [float(v) for v in values if isinstance(v, int | float)]
        unit = self.field.unit
        suffix = shown(max(numbers, default=0.0), unit)[1]
        if not suffix:
            return ", ".join(f"{v:.12g}" for v in numbers), ""
        scale = read("1", unit, suffix)
        return ", ".join(f"{v / scale:.12g}" for v in numbers), suffix

    def read(self, text: str) -> object:
        """The list; empty is none where the field takes null."""
        parts = [part for part in text.replace(";", ",").split(",") if part.strip()]
        if self.field.shape.nullable and (not parts or text.strip().casefold() in _NONE_WORDS):
            return None
        return [read(part, self.field.unit, self.line.suffix()) for part in parts]


class JsonEditor(LineEditor):
    """Any value as JSON, for types without an editor of their own; other text is a string."""

    def written(self) -> tuple[str, str]:
        """The value as JSON; a string without its quotes."""
        value = self.field.value
        return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)), ""

    def read(self, text: str) -> object:
        """The value."""
        typed = text.strip()
        strict = typed.startswith(("{", "[", '"'))
        try:
            return json.loads(typed, parse_constant=_refuse, parse_float=_finite)
        except (ValueError, RecursionError):
            if not strict:
                return typed
            raise ValueError('No valid JSON; try 5, "text" or [1, 2]') from None


def _refuse(word: str) -> None:
    """JSON has no NaN and no infinity."""
    raise ValueError(word)


def _finite(digits: str) -> float:
    """A number of a JSON text; too large a one is refused like the words."""
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value

"""Vertical scales: where a value is drawn, which ticks stand beside it, and how it is written.

A scale fits itself to the visible data with hysteresis: it grows as soon as data leaves it and
shrinks only when most of it would stay empty, so the picture never trembles.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np

from widgets.instruments.text import PREFIXED, count_text, nice_step, seconds_text, value_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ticks = list[tuple[float, str]]


class Scale(Protocol):
    """How values become heights."""

    measure: str
    """What the numbers are in where they stand in a table: ``s``, ``rps``, ``share``; empty for plain ones."""

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights of values, in the scale's own coordinate; NaN where there is nothing to draw."""

    def fit(self, low: float, high: float) -> tuple[float, float]:
        """Range to show (in heights) for data between ``low`` and ``high``; NaN for no data."""

    def ticks(self) -> Ticks:
        """Labelled heights of the present range."""

    def text(self, value: float) -> str:
        """A value as written in the legend."""


class LogSeconds:
    """Durations over decades, 1 ms to 10 s at first; heights are powers of ten."""

    measure = "s"

    def __init__(self, low: int = -3, high: int = 1) -> None:
        """Show at least 10^low to 10^high seconds."""
        self._least = (low, high)
        self._range = (low, high)

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of positive values."""
        heights = np.full(len(values), np.nan)
        np.log10(values, out=heights, where=values > 0.0)
        return heights

    def fit(self, low: float, high: float) -> tuple[float, float]:
        """Whole decades that hold the data and the usual ones."""
        bottom, top = self._least
        if low > 0.0:
            bottom = min(bottom, math.floor(math.log10(low)))
        if high > 0.0:
            top = max(top, math.ceil(math.log10(high) - 1e-9))
        self._range = (bottom, top)
        return float(bottom), float(top)

    def ticks(self) -> Ticks:
        """One tick a decade."""
        bottom, top = self._range
        return [(float(power), seconds_text(10.0**power)) for power in range(bottom, top + 1)]

    def text(self, value: float) -> str:
        """Duration with its unit."""
        return value_text(value, "s")


class FromZero:
    """Linear from zero to a round top, in three to five steps."""

    def __init__(self, unit: str) -> None:
        """Scale for values in ``unit``: ``rps``, ``B``, ``/s``, or empty for a plain number."""
        self.measure = self._unit = unit
        self._prefixed = unit in PREFIXED
        self._top = 0.0
        self._step = 1.0

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values are heights."""
        return values

    def fit(self, low: float, high: float) -> tuple[float, float]:  # noqa: ARG002 - starts at 0
        """Grow at once, shrink when less than two fifths are used."""
        if math.isfinite(high) and high > 0.0:
            if high > self._top or high < 0.4 * self._top:
                self._top, self._step = round_top(high * 1.02)
        elif self._top == 0.0:
            self._top, self._step = round_top(1.0)
        return 0.0, self._top

    def ticks(self) -> Ticks:
        """Equal steps; the unit stands beside the zero, and where it has prefixes at each step."""
        heights = [i * self._step for i in range(round(self._top / self._step) + 1)]
        if self._prefixed:
            return [(height, value_text(height, self._unit)) for height in heights]
        labels = [count_text(height) for height in heights]
        labels[0] = f"0 {self._unit}".rstrip()
        return list(zip(heights, labels, strict=True))

    def text(self, value: float) -> str:
        """Number without its unit where the axis has it."""
        return value_text(value, self._unit if self._prefixed else "")


def round_top(high: float) -> tuple[float, float]:
    """The lowest top that holds ``high`` in three to five round steps, and the step; four if equal."""
    choices: list[tuple[float, int, float]] = []
    for steps in (3, 4, 5):
        step = nice_step(high / steps)
        count = max(math.ceil(high / step - 1e-9), 1)
        choices.append((count * step, abs(count - 4), step))
    top, _, step = min(choices)
    return top, step


class Percent:
    """Shares from 0 to 100 %."""

    measure = "share"

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares are heights."""
        return values

    def fit(self, low: float, high: float) -> tuple[float, float]:  # noqa: ARG002 - always whole
        """Always the whole range."""
        return 0.0, 1.0

    def ticks(self) -> Ticks:
        """Quarters."""
        return [(0.0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1.0, "100 %")]

    def text(self, value: float) -> str:
        """Share in percent."""
        return value_text(value, "%")


def scale_for(unit: str) -> Scale:
    """The scale that suits a unit."""
    if unit == "s":
        return LogSeconds()
    return Percent() if unit == "%" else FromZero(unit)

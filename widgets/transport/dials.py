"""What the two sliders mean: positions to values and back, and how values are written."""

from __future__ import annotations

import math
from typing import Final, Protocol

from engine.model.units import format_figure

MAX: Final = math.inf
"""Speed that means: as fast as it goes."""
_ROUND: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Ten round steps a decade, nearly equal in ratio."""
_DECADE: Final = len(_ROUND)


class Dial(Protocol):
    """A scale of whole positions from 0 to ``last``."""

    @property
    def last(self) -> int:
        """Rightmost position."""

    @property
    def rest(self) -> float:
        """Value that a double click goes back to."""

    def value(self, position: int) -> float:
        """Value at a position."""

    def position(self, value: float) -> int:
        """Nearest position of a value."""

    def settle(self, position: int) -> int:
        """Where a drag that stops here comes to rest (detents)."""

    def step(self, position: int, steps: int) -> int:
        """Where so many steps by key or wheel lead."""

    def text(self, value: float) -> str:
        """Value as people read it."""


class SpeedDial:
    """Simulated seconds a wall second: 0.1 to 1000 in round steps, and "max" at the right end."""

    last = 4 * _DECADE + 3
    rest = 1.0

    def value(self, position: int) -> float:
        """Round speeds; beyond 1000 as fast as it goes."""
        if position > 4 * _DECADE:
            return MAX
        power, step = divmod(position, _DECADE)
        return round(_ROUND[step] * math.pow(10.0, power - 1), 6)

    def position(self, value: float) -> int:
        """Nearest in ratio."""
        if math.isinf(value):
            return self.last
        wanted = math.log10(max(value, 1e-9))
        return min(
            range(4 * _DECADE + 1), key=lambda each: abs(math.log10(self.value(each)) - wanted)
        )

    def settle(self, position: int) -> int:
        """Beyond 1000 there is only the right end."""
        limit = 4 * _DECADE
        if position <= limit:
            return position
        return self.last if position > limit + 1 else limit

    def step(self, position: int, steps: int) -> int:
        """One round speed a step; "max" is the step beyond 1000."""
        rank = min(position, 4 * _DECADE + 1) + steps
        return self.last if rank > 4 * _DECADE else max(rank, 0)

    def text(self, value: float) -> str:
        """``10×``, or ``max``."""
        return "max" if math.isinf(value) else f"{value:g}×"


class LoadDial:
    """Factor on all traffic: × 0.1 to × 100, with a detent at × 1. What is typed may be beyond."""

    last = 300
    rest = 1.0
    _DETENT = 6
    _STEP = 4

    def value(self, position: int) -> float:
        """Two significant digits; × 1 a third of the way."""
        value = math.pow(10.0, position / 100.0 - 1.0)
        return round(value, 1 - math.floor(math.log10(value)))

    def position(self, value: float) -> int:
        """Nearest in ratio."""
        return min(max(round((math.log10(max(value, 1e-9)) + 1.0) * 100.0), 0), self.last)

    def settle(self, position: int) -> int:
        """Near × 1 it snaps to it."""
        return 100 if abs(position - 100) <= self._DETENT else position

    def step(self, position: int, steps: int) -> int:
        """About a tenth a step; no step jumps over × 1."""
        wanted = min(max(position + steps * self._STEP, 0), self.last)
        return 100 if (position - 100) * (wanted - 100) < 0 else wanted

    def text(self, value: float) -> str:
        """``× 2.4``."""
        return f"× {format_figure(value)}"


def clock_text(seconds: float) -> str:
    """Simulated time as ``hh:mm:ss.d``; tenths are cut, not rounded, as a clock does."""
    tenths = math.floor(max(seconds, 0.0) * 10.0 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 10:02d}.{rest % 10}"

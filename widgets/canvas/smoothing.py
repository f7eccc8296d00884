"""Exponential smoothing over wall time, so that live numbers can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass

TAU = 2.5
"""Time constant of everything shown live (wall seconds); a reader follows changes of this pace."""


def weight_of(wall: float, tau: float = TAU) -> float:
    """How much a new value counts after ``wall`` seconds: ``1 - exp(-wall / tau)``."""
    return 1.0 - math.exp(-max(wall, 0.0) / tau)


@dataclass(slots=True)
class Smooth:
    """One smoothed number; NaN until it has seen one."""

    value: float = math.nan

    def feed(self, new: float, weight: float) -> float:
        """Take a new value in; the first one counts whole, and NaN not at all."""
        if not math.isnan(new):
            known = not math.isnan(self.value)
            self.value = self.value + weight * (new - self.value) if known else new
        return self.value

    def at_least(self, default: float = 0.0) -> float:
        """The value, or a default while there is none."""
        return default if math.isnan(self.value) else self.value

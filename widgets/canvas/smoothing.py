"""Exponential smoothing, so that live numbers can be read: over wall time, or simulated time where that is faster.

A reader follows changes within seconds of his own time. At a hundred times that pace, however, some seconds
are many minutes of a run, and a card would still tell of an outage that is long over. So what is shown
settles within some simulated seconds as well, but not faster than an eye can see that it changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

TAU: Final = 2.5
"""Time constant of everything shown live (wall seconds); a reader follows changes of this pace."""
SIMULATED_TAU: Final = 10.0
"""The same in simulated seconds: an outage of everything is forgotten after some 50 of them."""
FASTEST_TAU: Final = 0.15
"""The shortest time constant, however fast the run (wall seconds)."""


def elapsed(wall: float, simulated: float) -> float:
    """Wall seconds that an interval counts as: its own, or more where simulated time goes faster.

    Args:
        wall: its length in wall time (s).
        simulated: and in simulated time (s).
    """
    faster = min(simulated * TAU / SIMULATED_TAU, wall * TAU / FASTEST_TAU)
    return max(wall, faster)


def weight_of(seconds: float, tau: float = TAU) -> float:
    """How much a new value counts after so many seconds: ``1 - exp(-seconds / tau)``."""
    return 1.0 - math.exp(-max(seconds, 0.0) / tau)


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

    def feed_level(self, new: float, weight: float) -> float:
        """Take in a value that goes over decades, such as a latency: an equal part of the way on a log scale.

        Otherwise one second of an outage would outweigh a minute of milliseconds.
        """
        if new > 0.0 and self.value > 0.0:
            self.value *= (new / self.value) ** weight
            return self.value
        return self.feed(new, weight)

    def forget(self) -> None:
        """Begin anew."""
        self.value = math.nan

    def at_least(self, default: float = 0.0) -> float:
        """The value, or a default while there is none."""
        return default if math.isnan(self.value) else self.value

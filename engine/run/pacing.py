"""How far to simulate, and when: pure arithmetic on wall time that somebody else measures.

``Pacer`` says where simulated time should be by now; ``Slicer`` cuts the way there into pieces that
take a few milliseconds, so that a command is answered at once whatever a design costs.
"""

from __future__ import annotations

import math
from typing import Final

from engine.records import dataclass

MAX_LAG: Final = 0.1
"""Wall seconds by which a run may lag before the lost time is given up rather than made good."""
SLICE: Final = 0.008
"""Wall seconds that a slice should take: well under the 30 ms within which commands are answered."""
MAX_SPAN: Final = 50.0
"""Simulated seconds of the longest slice."""
MIN_SPAN: Final = 1e-6
_GROWTH: Final = 2.0


@dataclass(slots=True)
class Pacer:
    """Keeps simulated time in step with the wall at a speed (simulated seconds a wall second)."""

    speed: float = 1.0
    _wall: float = 0.0
    _simulated: float = 0.0

    def anchor(self, wall: float, simulated: float) -> None:
        """Count from here: after a pause, a step, a new speed or a new run."""
        self._wall = wall
        self._simulated = simulated

    def target(self, wall: float, simulated: float) -> float:
        """Where simulated time should be now; infinity when as fast as it goes.

        A run that cannot keep its speed does not owe the difference for ever: past ``MAX_LAG`` of
        wall time the debt is dropped, so that it does not race once the load is gone.
        """
        if math.isinf(self.speed):
            return math.inf
        due = self._simulated + (wall - self._wall) * self.speed
        if due - simulated > MAX_LAG * self.speed:
            self.anchor(wall - MAX_LAG, simulated)
            due = simulated + MAX_LAG * self.speed
        return due

    def wait(self, wall: float, simulated: float) -> float:
        """Wall seconds until simulated time is due again; 0 when it is due now."""
        if math.isinf(self.speed):
            return 0.0
        return max(0.0, (simulated - self.target(wall, simulated)) / self.speed)


@dataclass(slots=True)
class Slicer:
    """Learns how many simulated seconds fit into a slice of wall time."""

    span: float = 0.01
    """Simulated seconds of the next slice."""

    def record(self, simulated: float, wall: float) -> None:
        """Adapt to a slice that simulated so much in so many wall seconds.

        The span grows by at most a factor of two, since a cheap stretch may end at once, and
        shrinks as far as the measurement says.
        """
        if simulated <= 0.0:
            return
        ideal = simulated * SLICE / max(wall, 1e-7)
        self.span = min(MAX_SPAN, max(MIN_SPAN, min(ideal, self.span * _GROWTH)))

    def doubt(self) -> None:
        """Take a short next slice: something changed, and the old measurement may mislead."""
        self.span = max(MIN_SPAN, self.span / 8.0)

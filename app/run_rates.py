"""How fast a run goes, measured on the wall."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.sim.snapshot import Snapshot

_WINDOW: Final = 1.5
"""Wall seconds over which speeds are averaged."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast the run goes."""

    speed: float = 0.0
    """Simulated seconds a wall second."""
    requests: float = 0.0
    """Simulated requests a wall second."""
    cores: float = 0.0
    """Share of a core that simulating takes."""


class RateMeter:
    """Remembers the snapshots of the last moments."""

    def __init__(self) -> None:
        """Know of none."""
        self._marks: deque[tuple[float, float, int, float]] = deque()
        """Wall time, simulated time, requests so far and processor seconds so far."""

    def forget(self) -> None:
        """The speed changes from here on."""
        self._marks.clear()

    def note(self, wall: float, snapshot: Snapshot) -> None:
        """A snapshot came at a wall time (s)."""
        self._marks.append((wall, snapshot.time, snapshot.requests, snapshot.wall))
        while wall - self._marks[0][0] > _WINDOW and len(self._marks) > 2:
            self._marks.popleft()

    def rates(self) -> Rates:
        """How fast it goes just now; zeros where that is not known yet."""
        if len(self._marks) < 2:
            return Rates()
        (wall0, time0, requests0, work0), (wall1, time1, requests1, work1) = (
            self._marks[0],
            self._marks[-1],
        )
        span = max(wall1 - wall0, work1 - work0)  # a window that waits hears of much work at once
        if span <= 0.0:
            return Rates()
        return Rates((time1 - time0) / span, (requests1 - requests0) / span, (work1 - work0) / span)

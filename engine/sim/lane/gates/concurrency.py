"""A concurrency limit: a bound on the calls inside a node, fixed or found by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER, OK, SHED
from engine.sim.lane.gates.gradient import Gradient
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.node import Node

# Algorithms.
FIXED: Final = 0
AIMD: Final = 1
GRADIENT: Final = 2

MOMENT: Final = 1.0
"""Seconds for which a refusal is news."""
BACKOFF: Final = 0.9
"""Share of the limit that is left after a call that took too long or failed (Netflix: AIMDLimit)."""


@final
class ConcurrencyLimit(Gate):
    """Sheds what comes while too many are inside."""

    def __init__(self, node: Node) -> None:
        self.hears = True
        self.node = node
        self.algorithm: i64 = FIXED
        self.limit = 1.0
        """Calls inside at a time; a share of one counts for nothing."""
        self.least = 1.0
        self.most = 1.0
        self.target = NEVER
        """Seconds that a call may take inside."""
        self.inside: i64 = 0
        self.shed: i64 = 0
        self._shed_at = -NEVER
        self._gradient: Gradient | None = None
        self._area = 0.0
        self._touched = node.agenda.now

    def turn(self, algorithm: i64, limit: float, least: float, most: float, target: float) -> None:
        """Have other knobs; what it found by itself stays where it may."""
        now = self.node.agenda.now
        if algorithm != self.algorithm or algorithm == FIXED:
            self._move(limit, now)
        self.algorithm = algorithm
        self.least = least
        self.most = most
        self.target = target
        if algorithm != FIXED:
            self._move(min(max(self.limit, least), most), now)
        if algorithm != GRADIENT:
            self._gradient = None
        elif self._gradient is None:
            self._gradient = Gradient(self.limit, now)
            self._move(least, now)

    def limit_area(self, now: float) -> float:
        """The limit, integrated over time; looking changes nothing."""
        return self._area + (now - self._touched) * self.limit

    def admit(self, call: Call, now: float) -> i64:
        """Let a call in while there is room."""
        if float(self.inside + 1) > self.limit:
            self.shed += 1
            self._shed_at = now
            return SHED
        self.inside += 1
        return OK

    def left(self, call: Call, reason: i64, now: float) -> None:
        """There is room for one more; who came before the limit never took any."""
        if self.algorithm == AIMD:
            self._add_or_lower(now - call.arrived, reason, now)
        elif self.algorithm == GRADIENT and reason == OK:
            self._follow_gradient(call, now)
        if self.inside > 0:
            self.inside -= 1

    def is_full(self, now: float) -> bool:
        """Whether somebody was shed a moment ago."""
        return now - self._shed_at < MOMENT

    def _add_or_lower(self, time: float, reason: i64, now: float) -> None:
        """One more after a full round of good calls, much fewer after one that failed or took too long."""
        if reason != OK or time > self.target:
            self._move(max(self.least, self.limit * BACKOFF), now)
        elif 2.0 * float(self.inside) >= self.limit:
            self._move(min(self.most, self.limit + 1.0 / self.limit), now)

    def _follow_gradient(self, call: Call, now: float) -> None:
        """Have the limit that the gradient leads to, or the least one while the least time is measured."""
        gradient = self._gradient
        if gradient is not None and gradient.note(
            call.arrived, now - call.arrived, self.least, self.most, now
        ):
            self._move(self.least if gradient.measures else gradient.limit, now)

    def _move(self, limit: float, now: float) -> None:
        """Have another limit from now on; none is no reason to round anew."""
        if limit == self.limit:
            return
        self._area += (now - self._touched) * self.limit
        self._touched = now
        self.limit = limit

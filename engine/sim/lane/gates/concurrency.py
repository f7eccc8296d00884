"""A concurrency limit: a bound on the calls inside a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER, OK, SHED
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.node import Node

MOMENT: Final = 1.0
"""Seconds for which a refusal is news."""


@final
class ConcurrencyLimit(Gate):
    """Sheds what comes while too many are inside."""

    def __init__(self, node: Node) -> None:
        self.hears = True
        self.node = node
        self.limit: i64 = 1
        self.inside: i64 = 0
        self.shed: i64 = 0
        self._shed_at = -NEVER

    def admit(self, call: Call, now: float) -> i64:
        """Let a call in while there is room."""
        if self.inside >= self.limit:
            self.shed += 1
            self._shed_at = now
            return SHED
        self.inside += 1
        return OK

    def left(self, call: Call, reason: i64, now: float) -> None:
        """There is room for one more; who came before the limit never took any."""
        if self.inside > 0:
            self.inside -= 1

    def is_full(self, now: float) -> bool:
        """Whether somebody was shed a moment ago."""
        return now - self._shed_at < MOMENT

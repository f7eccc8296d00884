"""Counts the writes that a node has acknowledged: what a failover or a restore may lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.codes import OK
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from engine.sim.lane.call import Call


@final
class WriteLog(Gate):
    """Lets everybody in, and hears which writes succeed."""

    def __init__(self) -> None:
        self.hears = True
        self.writes: list[bool] = [False]
        """Whether requests of each class write."""
        self.acknowledged: i64 = 0
        """Writes that succeeded so far."""
        self.lost: i64 = 0
        """Those of them of which nobody knows any more."""

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Count a write that has succeeded."""
        if reason == OK and self.writes[call.kind]:
            self.acknowledged += 1

    def lose(self, writes: int) -> None:
        """Lose so many of the writes that are known."""
        self.lost += min(i64(writes), self.acknowledged - self.lost)

    def lose_since(self, acknowledged: int) -> int:
        """Lose what was written since there were so many; returns how many writes that are."""
        lost = self.acknowledged - acknowledged
        self.lost += lost
        return int(lost)

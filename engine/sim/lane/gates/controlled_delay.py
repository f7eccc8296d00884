"""Controlled delay: calls are dropped from the line of an instance where it stands (RFC 8289)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import QueueManager
from engine.sim.lane.codes import NEVER, OK
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node

LATELY: Final = 16.0
"""Intervals within which dropping goes on at the pace that it had."""


@final
class LineState:
    """What is known of one line."""

    def __init__(self) -> None:
        self.dropping = False
        self.above = NEVER
        """When the line will have stood for an interval; never where it does not stand."""
        self.next = -NEVER
        """When the next call is dropped."""
        self.count: i64 = 0
        """Calls dropped since dropping began."""
        self.last: i64 = 0
        """The count with which it began."""


@final
class LineWatch(QueueManager):
    """Looks at the calls that workers take up."""

    def __init__(self, gate: ControlledDelay) -> None:
        self._gate = gate

    def drops(self, call: Call, now: float) -> bool:
        """Whether a call is dropped instead."""
        return self._gate.drops(call, now)


@final
class ControlledDelay(Gate):
    """Lets everybody in, and drops some out of lines that stand, ever faster until they do not."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.target = 0.005
        """Seconds that whoever is taken up may have waited."""
        self.interval = 0.1
        """Seconds for which nobody may have waited less."""
        self.dropped: i64 = 0
        self.watch = LineWatch(self)
        self._lines: dict[Pool, LineState] = {}

    def turn(self, target: float, interval: float) -> None:
        """Have other knobs; lines that have left the node are forgotten."""
        self.target = target
        self.interval = interval
        here = self.node.pools
        self._lines = {pool: line for pool, line in self._lines.items() if pool in here}

    def is_shedding(self, now: float) -> bool:
        """Whether calls are dropped from some line."""
        return any(line.dropping for line in self._lines.values())

    def admit(self, call: Call, now: float) -> i64:
        """Everybody may enter."""
        return OK

    def give_back(self, pool: Pool) -> list[Call]:
        """The line of a dead instance is empty."""
        self._lines.pop(pool, None)
        return []

    def drops(self, call: Call, now: float) -> bool:
        """Whether a call that a worker takes up is dropped instead, as RFC 8289 says."""
        pool = call.pool
        line = self._lines.get(pool)
        if line is None:
            line = LineState()
            self._lines[pool] = line
        stands = self._stands(line, call, pool.waiting, now)
        if line.dropping:
            line.dropping = stands
            if not stands or now < line.next:
                return False
            line.count += 1
            line.next += self._gap(line)
        elif stands:
            line.dropping = True
            recent = line.count - line.last
            line.count = recent if recent > 1 and now - line.next < LATELY * self.interval else 1
            line.last = line.count
            line.next = now + self._gap(line)
        else:
            return False
        self.dropped += 1
        return True

    def _stands(self, line: LineState, call: Call, behind: i64, now: float) -> bool:
        """Whether nobody has waited less than the target for an interval."""
        if now - call.arrived < self.target or behind == 0:
            line.above = NEVER
        elif line.above == NEVER:
            line.above = now + self.interval
        return now >= line.above

    def _gap(self, line: LineState) -> float:
        """Seconds until the next drop: they shrink so that throughput falls linearly (RFC 8289, 3.2)."""
        return float(self.interval / float(line.count) ** 0.5)

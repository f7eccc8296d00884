"""Shedding by priority: the least urgent calls are refused while a line stands (DAGOR, Zhou et al. 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import vec

from engine.sim.lane.call import QueueManager
from engine.sim.lane.codes import NEVER, OK, SHED
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.node import Node

LEVELS: Final = 4
"""Priorities: 0 is the most urgent."""
LESS: Final = 0.05
"""Share of those let in that is shed as well after an interval with a standing line (DAGOR: 5 %)."""
MORE: Final = 0.01
"""Share of them that is let in as well after one without (DAGOR: 1 %)."""
KEPT: Final = 0.9
"""Share of what came in earlier intervals that still counts as usual."""


@final
class WaitWatch(QueueManager):
    """Tells how long whoever is taken up has waited."""

    def __init__(self, gate: PriorityShedding) -> None:
        self._gate = gate

    def drops(self, call: Call, now: float) -> bool:
        """Nobody is: it only looks."""
        self._gate.taken_up(now - call.arrived)
        return False


@final
class PriorityShedding(Gate):
    """Lets those in whose priority is below a threshold, and of that at the threshold a share.

    An interval ends with the first call after it: nothing happens while nobody comes.
    """

    def __init__(self, node: Node, uniforms: Draws) -> None:
        self.node = node
        self.target = 0.005
        """Seconds; a line stands where nobody waits less."""
        self.interval = 0.1
        """Seconds."""
        self.levels: list[int] = [0]
        """Priority of each request class."""
        self.threshold = float(LEVELS)
        self.dropped: i64 = 0
        self.watch = WaitWatch(self)
        self._uniforms = uniforms
        self._ends = -NEVER
        """When the present interval ends."""
        self._usual = vec[float]([0.0] * LEVELS)
        """Calls that come in an interval, by priority; earlier ones count less and less."""
        self._least = NEVER
        """The shortest wait (s) of those who were taken up in the interval."""
        self._waited: i64 = 0
        """How many of them stood in line."""
        self._begun: i64 = node.wait.count_ever
        """Those ever taken up before the interval."""

    def turn(self, target: float, interval: float, levels: list[int]) -> None:
        """Have other knobs; the threshold stays."""
        self.target = target
        self.interval = interval
        self.levels = levels

    def is_shedding(self, now: float) -> bool:
        """Whether not everybody is let in."""
        return self.threshold < float(LEVELS)

    def taken_up(self, wait: float) -> None:
        """A worker takes up a call that has stood in line."""
        self._waited += 1
        self._least = min(self._least, wait)

    def admit(self, call: Call, now: float) -> i64:
        """Let a call in whose priority is let in now, or the dice wants it."""
        if now >= self._ends:
            self._end_interval(now)
        level = self.levels[call.kind]
        self._usual[level] += 1.0
        room = self.threshold - float(level)
        if room >= 1.0 or (room > 0.0 and self._uniforms.draw() < room):
            return OK
        self.dropped += 1
        return SHED

    def _end_interval(self, now: float) -> None:
        """Draw the conclusion from an interval: fewer are let in if a line stood all the time, else more."""
        if now >= self._ends + self.interval:
            self.threshold = float(LEVELS)  # nobody came for as long as that
        elif self._stood(now):
            self._let_in(1.0 - LESS)
        elif self.threshold < float(LEVELS):
            self._let_in(1.0 + MORE)
        self._ends = now + self.interval
        self._least = NEVER
        self._waited = 0
        self._begun = self.node.wait.count_ever
        place: i64 = 0
        while place < LEVELS:
            self._usual[place] *= KEPT
            place += 1

    def _stood(self, now: float) -> bool:
        """Whether nobody was taken up who had waited less than the target."""
        started = self.node.wait.count_ever - self._begun
        if started == 0:
            return self.node.waiting > 0.0
        return started == self._waited and self._least > self.target

    def _let_in(self, factor: float) -> None:
        """Set the threshold so that of what usually comes a multiple of those let in by now is let in."""
        allowed, usual = 0.0, 0.0
        level: i64 = 0
        while level < LEVELS:
            room = self.threshold - float(level)
            allowed += self._usual[level] * min(max(room, 0.0), 1.0)
            usual += self._usual[level]
            level += 1
        left = max(factor * allowed, MORE * usual)
        level = 0
        while level < LEVELS:
            coming = self._usual[level]
            if coming > left:
                self.threshold = float(level) + left / coming
                return
            left -= coming
            level += 1
        self.threshold = float(LEVELS)

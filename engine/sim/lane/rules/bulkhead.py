"""A bulkhead: a bound on the calls of a link under way, and on those that wait to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import BULKHEAD_FULL, HELD, OK
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.seams import ADMIT, SETTLE, Rule
from engine.sim.lane.station.line import Fifo

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link


@final
class Opening(Task):
    """Lets those go for whom there are places by now."""

    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    def due(self, timer: Timer, now: float) -> None:
        """Everything is wired again."""
        self._bulkhead.serve(now)


@final
class Bulkhead(Rule):
    """Has places for calls; whoever finds none waits for one in order, or fails."""

    def __init__(self, link: Link) -> None:
        self.moments = ADMIT + SETTLE
        self.link = link
        self.places: i64 = 1
        self.pending: i64 = 0
        """Calls that may wait."""
        self.used: i64 = 0
        self.waiting: i64 = 0
        self.begun = link.agenda.now
        """Calls sent before have no place."""
        self.used_area = 0.0
        self.wait_area = 0.0
        self._touched = link.agenda.now
        self._line = Fifo()

    def areas(self, now: float) -> tuple[float, float]:
        """Places in use, and calls that wait, integrated over time; looking changes nothing."""
        span = now - self._touched
        used = self.used_area + span * float(self.used)
        return (used, self.wait_area + span * float(self.waiting))

    def touch(self, now: float) -> None:
        """Bring the areas up to now."""
        span = now - self._touched
        self.used_area += span * float(self.used)
        self.wait_area += span * float(self.waiting)
        self._touched = now

    def admit(self, call: Call, now: float) -> i64:
        """Take a place, or wait for one."""
        self.touch(now)
        if self.used < self.places:
            self.used += 1
            self._note()
            return OK
        if self.waiting >= self.pending:
            return BULKHEAD_FULL
        self.waiting += 1
        self._line.push(call)
        self._note()
        return HELD

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """A call is over: its place is free."""
        if call.sent < self.begun or self.used == 0:
            return
        self.touch(now)
        self.used -= 1
        self.serve(now)

    def withdrawn(self, call: Call, now: float) -> None:
        """Nobody waits any more; the place in line stays behind."""
        self.touch(now)
        self.waiting -= 1
        self._note()

    def turn(self, places: i64, pending: i64, now: float) -> None:
        """Have other bounds from now on; who waits goes when the change is over."""
        self.touch(now)
        self.places = places
        self.pending = pending
        self._note()
        self.link.agenda.schedule(0.0, Timer(Opening(self)))

    def serve(self, now: float) -> None:
        """Let those go for whom there are places; a queue may have messages for the others."""
        while self.waiting > 0 and self.used < self.places:
            call = self._line.pop()
            if call is None:
                break
            if call.settled:
                continue
            self.touch(now)
            self.waiting -= 1
            self.used += 1
            self.link.release(call, self, now)
        self._note()
        if not self.shut:
            self.link.reopen(now)

    def _note(self) -> None:
        """Note whether all places are taken: a queue then keeps its messages instead of having them wait here."""
        self.shut = self.used >= self.places

"""The clock: a SimPy environment that carries the request lane's agenda along.

Control (faults, health checks, …) is SimPy processes; requests are entries of the agenda. At equal
times SimPy goes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import simpy
from simpy.events import NORMAL

from engine.sim.lane.agenda import StandstillError

_LOOK: Final = 256
"""Events of processes between two looks at the world outside."""
_MOMENT: Final = 1e-5
"""Seconds by which time has to go on while so many events pass: at a slower pace, a second takes half a day."""
_AT_ONCE: Final = 200_000
"""Events of processes at one instant from which on it is looked whether they go round."""
_ROUNDS: Final = 1000
"""Rounds of one instant from which on they do: in each comes what that before it brought about, of however many."""

if TYPE_CHECKING:
    from simpy.events import Event, EventPriority

    from engine.sim.lane.agenda import Agenda


class Clock(simpy.Environment):
    """Simulated time of both lanes."""

    def __init__(self, agenda: Agenda) -> None:
        super().__init__()
        self.agenda = agenda
        self._steps = 0
        self._moved = (0.0, 0)
        """When time went on last, and after how many steps."""
        self._scheduled = 0
        """Events so far."""
        self._rounds = 0
        """Rounds since time went on."""
        self._round = 0
        """The first event that is of none of them yet."""

    @property
    def now(self) -> float:
        """Simulated time (s), also where a request asks: the lane is ahead while it drains.

        What stood here last, for a look or an event, is not when a request does something.
        """
        return max(self._now, self.agenda.now)

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0.0) -> None:
        """Schedule an event; made from the request lane, it lets the lane yield."""
        self._now = self.now
        super().schedule(event, priority, delay)
        self._scheduled += 1
        self.agenda.stop = True

    def advance(self, until: float) -> bool:
        """Do all that is due before a time, and stand there.

        Returns:
            False where an answer (`Agenda.stop_at_answer`), or what was heard from outside
            (`Agenda.heed`), stopped it earlier.
        """
        agenda = self.agenda
        agenda.answered = agenda.halted = False
        halt = False
        while True:
            due = self.peek()
            horizon = min(due, until)
            agenda.drain(horizon)
            if agenda.stop:
                self._now = agenda.now
                if agenda.answered or agenda.halted:
                    return False
                continue
            self._now = agenda.now = horizon
            if due >= until:
                return not halt
            if self._queue[0][2] >= self._round:  # the number of the event
                self._round = self._scheduled
                self._rounds += 1
            self.step()
            self._steps += 1
            if self._steps % _LOOK == 0:
                self._despair()
                halt = halt or agenda.look()
            if halt and self.peek() > self._now:
                # Not between two events of one instant, where a replay could not stand.
                until = min(until, self.peek())

    def _despair(self) -> None:
        """Give up where processes have gone round so often that time should have gone on.

        Raises:
            StandstillError: where it has not.
        """
        since, steps = self._moved
        if self._now - since >= _MOMENT:
            self._moved = (self._now, self._steps)
            self._rounds = 0
        elif self._steps - steps > _AT_ONCE and self._rounds > _ROUNDS:
            msg = (
                f"simulated time stands still at {self._now:g} s: something is done again in no time; give what "
                "happens from time to time, such as checks and heartbeats, a longer interval"
            )
            raise StandstillError(msg)

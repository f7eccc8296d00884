"""The clock: a SimPy environment that carries the request lane's agenda along.

Control (faults, health checks, …) is SimPy processes; requests are entries of the agenda. At equal
times SimPy goes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import simpy
from simpy.events import NORMAL

if TYPE_CHECKING:
    from simpy.events import Event, EventPriority

    from engine.sim.lane.agenda import Agenda


class Clock(simpy.Environment):
    """Simulated time of both lanes."""

    def __init__(self, agenda: Agenda) -> None:
        super().__init__()
        self.agenda = agenda

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0.0) -> None:
        """Schedule an event; made from the request lane, it lets the lane yield."""
        self._now = max(self._now, self.agenda.now)  # the lane is ahead while it drains
        super().schedule(event, priority, delay)
        self.agenda.stop = True

    def advance(self, until: float) -> bool:
        """Do all that is due before a time, and stand there.

        Returns:
            False where an answer stopped it earlier (`Agenda.stop_at_answer`).
        """
        agenda = self.agenda
        agenda.answered = False
        while True:
            due = self.peek()
            horizon = min(due, until)
            agenda.drain(horizon)
            if agenda.stop:
                self._now = agenda.now
                if agenda.answered:
                    return False
                continue
            self._now = agenda.now = horizon
            if due >= until:
                return True
            self.step()

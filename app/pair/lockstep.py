"""Drives several runs as one: all are told how far to go, and none goes further before all are there.

So they show the same simulated time whatever each costs, at the pace of the slowest. Each is computed by its own
process; nothing here waits.
"""

from __future__ import annotations

import math
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.pair.side import Side

_LEAST: Final = 0.02
"""Wall seconds of the shortest step: what it shows comes no more often anyway."""
_MOST: Final = 0.25
"""Wall seconds of the longest step at a given speed; what cannot be made good is given up."""
_AIM: Final = 0.12
"""Wall seconds that a step should take where it is to go as fast as it can."""
_NEAR: Final = 1e-9


class LockStep(QObject):
    """Runs, pauses and steps all sides together."""

    running_changed = Signal(bool)
    moved = Signal(float)
    """All sides have come to this time (s)."""

    def __init__(
        self,
        sides: Sequence[Side],
        parent: QObject,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Stand still at 0."""
        super().__init__(parent)
        self._sides, self._clock = sides, clock
        self._target = 0.0
        self._running = False
        self._speed = 1.0
        self._wall = self._simulated = 0.0
        self._asked = 0.0
        self._span = 0.1
        """Simulated seconds of the next step where it is to go as fast as it can."""
        self._lost: list[Side] = []
        """Who began again at 0 alone, and is to come to where the others are once it runs."""
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._go_on)
        for side in sides:
            side.progressed.connect(self._hear)
            side.stopped.connect(self._stand_still)
            side.run.cleared.connect(partial(self._begin_again, side))

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self._running

    @property
    def speed(self) -> float:
        """Simulated seconds a wall second; infinity for as fast as the slowest goes."""
        return self._speed

    @property
    def now(self) -> float:
        """The time to which all have come (s)."""
        return min(side.now for side in self._sides)

    @property
    def is_level(self) -> bool:
        """Whether all have come to where they were sent."""
        return all(side.now >= self._target - _NEAR for side in self._sides)

    def set_running(self, wanted: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Run or pause. Nothing runs while a side cannot."""
        wanted = wanted and not any(side.problem for side in self._sides)
        if wanted != self._running:
            self._running = wanted
            self.running_changed.emit(wanted)
        self._anchor()
        self._due.stop()
        if wanted:
            self._go_on()

    def toggle(self) -> None:
        """Run if paused, pause if running."""
        self.set_running(not self._running)

    def set_speed(self, speed: float) -> None:
        """Simulated seconds a wall second; infinity for as fast as the slowest goes."""
        self._speed = speed
        self._anchor()
        if self._running and not self._due.isActive():
            self._go_on()

    def step(self, seconds: float = 1.0) -> None:
        """Go on by so much and stand still."""
        self.set_running(wanted=False)
        self._send(max(self._target, *(side.now for side in self._sides)) + seconds)

    def restart(self) -> None:
        """All back to 0."""
        for side in self._sides:
            side.run.restart()

    def catch_up(self) -> None:
        """Send who is behind to where the foremost is."""
        self._send(max(side.now for side in self._sides))

    def _begin_again(self, side: Side) -> None:
        """A run began at 0: if all did, so does the common time; one alone catches up."""
        self._lost.append(side)
        if all(each.run.latest is None for each in self._sides):
            self._lost.clear()
            self._target = 0.0
            self._anchor()

    def _stand_still(self, problem: str) -> None:
        """A side cannot go on: neither does the other."""
        if problem:
            self.set_running(wanted=False)

    def _anchor(self) -> None:
        """Owe nothing of what was."""
        self._wall, self._simulated = self._clock(), self._target

    def _hear(self) -> None:
        """A side came further."""
        for side in [each for each in self._lost if each.run.latest is not None]:
            self._lost.remove(side)
            self._send_one(side)
        if self.is_level:
            self.moved.emit(self.now)
            if self._running and not self._due.isActive():
                self._go_on()

    def _go_on(self) -> None:
        """Send all on to where they should be by now."""
        if not self._running or not self.is_level:
            return
        wall = self._clock()
        if math.isinf(self._speed):
            took = max(wall - self._asked, 1e-3)
            self._span = min(max(self._span * min(max(_AIM / took, 0.5), 2.0), 1e-3), 100.0)
            self._send(self._target + self._span)
            return
        due = self._simulated + (wall - self._wall) * self._speed
        owed = (due - self._target) / self._speed
        if owed < _LEAST:
            self._due.start(math.ceil(1000.0 * (_LEAST - owed)))
            return
        step = min(owed, _MOST)
        self._send(self._target + step * self._speed)
        if owed > _MOST:
            self._anchor()

    def _send(self, target: float) -> None:
        """Have all go to a time (s); who is there already waits."""
        self._target, self._asked = target, self._clock()
        for side in self._sides:
            self._send_one(side)

    def _send_one(self, side: Side) -> None:
        """Have one go to where all are to be."""
        if self._target > side.now + _NEAR and not side.problem:
            side.run.step_time(self._target - side.now)

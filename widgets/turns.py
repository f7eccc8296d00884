"""Long work of the window, a step a turn of the event loop, so that the window answers in between."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TURN: Final = 0.012
"""Seconds of processor time after which a turn takes no more steps."""


def in_turns(
    steps: Iterator[None], clock: Callable[[], float] = time.thread_time
) -> Iterator[None]:
    """Steps of a few milliseconds, as many at once as a turn has time for: each waits for a window that paints.

    Args:
        steps: a generator, each of whose steps is short.
        clock: counts seconds.
    """
    end = clock() + _TURN
    for _ in steps:
        if clock() >= end:
            yield
            end = clock() + _TURN


class Turns(QObject):
    """Does one thing after the other, in the order in which they were asked for."""

    def __init__(self, parent: QObject) -> None:
        """Nothing to do."""
        super().__init__(parent)
        self._waiting: deque[Iterator[None]] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self.turn)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._waiting)

    def do(self, steps: Iterator[None], *, is_long: bool) -> None:
        """Do something in steps, the first one now.

        Args:
            steps: a generator; what is between two of its ``yield`` is a step.
            is_long: whether each step gets a turn of its own; else all are taken at once.
        """
        if not is_long and not self._waiting:
            for _ in steps:
                pass
            return
        self._waiting.append(steps)
        if len(self._waiting) == 1:
            self._timer.start()
            self.turn()

    def turn(self) -> None:
        """Take the next step. Called by a timer."""
        steps = self._waiting[0]
        try:
            next(steps)
        except StopIteration:
            # What it did last may have had everything forgotten.
            if self._waiting and self._waiting[0] is steps:
                self._waiting.popleft()
        if not self._waiting:
            self._timer.stop()

    def finish(self) -> None:
        """Do at once all that is left: somebody needs it now."""
        while self._waiting:
            self.turn()

    def forget(self) -> None:
        """What is under way is about something that is not there any more."""
        self._waiting.clear()
        self._timer.stop()

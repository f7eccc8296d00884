"""An application that takes the processor time of its events, and says what the long ones did."""

from __future__ import annotations

import cProfile
import io
import pstats
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent, QObject

LINES = 32


@dataclass(frozen=True, order=True, slots=True)
class Turn:
    """An event that came from the event loop, with all that it led to."""

    work: float
    """Processor time (ms)."""
    what: str


class Watched(QApplication):
    """Takes the time of every event that comes from the event loop; those inside of it are part of it."""

    def __init__(self, bound: float | None) -> None:
        """Show with ``bound`` (ms) what is called by events that take longer, which makes all slower."""
        super().__init__([])
        self.turns: list[Turn] = []
        self._bound = bound
        self._inside = False

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Deliver it."""
        if self._inside:
            return super().notify(receiver, event)
        what = f"{event.type().name} {type(receiver).__name__}"
        self._inside = True
        profile = cProfile.Profile() if self._bound is not None else None
        begun = time.thread_time()
        if profile is not None:
            profile.enable()
        try:
            return super().notify(receiver, event)
        finally:
            if profile is not None:
                profile.disable()
            self._inside = False
            turn = Turn(1e3 * (time.thread_time() - begun), what)
            self.turns.append(turn)
            if profile is not None and turn.work >= (self._bound or 0.0):
                said = io.StringIO()
                pstats.Stats(profile, stream=said).sort_stats("cumulative").print_stats(LINES)
                table = "\n".join(said.getvalue().splitlines()[6:])
                sys.stdout.write(f"--- {turn.work:.0f} ms (profiled): {what}\n{table}\n")

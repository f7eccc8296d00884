"""Keeps the past of a run and finds moments of it, in short turns where a design is large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from widgets.instruments.past import Past
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.sim.snapshot import Snapshot
    from widgets.instruments.packing import Memory

_AT_ONCE: Final = 500
"""Nodes and links of a design whose moments are found without a break."""


class Recall(QObject):
    """Owns a past. What is kept or looked for takes turns; what is asked for last is shown last."""

    found = Signal(object)
    """The ``Moment`` that was looked for."""

    def __init__(self, parent: QObject) -> None:
        """Nothing has happened yet."""
        super().__init__(parent)
        self.past = Past()
        self._keeping, self._looking = Turns(self), Turns(self)
        self._wanted: float | None = None
        """The moment that is asked for and not found yet (s)."""
        self._is_large = False

    def add(self, snapshot: Snapshot, memory: Memory) -> None:
        """Keep a snapshot.

        Args:
            snapshot: what was seen.
            memory: what a view wants to find again with it.
        """
        self._is_large = len(snapshot.gauges) + len(snapshot.in_flight) > _AT_ONCE
        steps = in_turns(self.past.adding(snapshot, memory))
        self._keeping.do(steps, is_long=self._is_large)

    def look_for(self, instant: float) -> None:
        """Find a moment (s); ``found`` tells, at once where the design is not large."""
        self._wanted = instant
        if not self._looking.is_busy:
            self._looking.do(in_turns(self._finding()), is_long=self._is_large)

    def _finding(self) -> Iterator[None]:
        """Find what was asked for last, and then what was asked for meanwhile."""
        while (instant := self._wanted) is not None:
            self._wanted = None
            yield from self.past.reaching(instant)
            moment = self.past.at(instant)
            if moment is not None:
                self.found.emit(moment)

    def forget_wish(self) -> None:
        """Nothing is looked for any more."""
        self._wanted = None
        self._looking.forget()

    def forget_after(self, instant: float) -> None:
        """The run went back to a moment (s), and goes on differently."""
        self.forget_wish()
        self._keeping.finish()
        self.past.forget_after(instant)

    def clear(self) -> None:
        """Forget the run."""
        self.forget_wish()
        self._keeping.forget()
        self.past.clear()

"""Links that come one slice a turn of the event loop, so that thousands of them never keep the window waiting."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

AT_ONCE: Final = 100
"""Links that are brought in step in one turn at most."""
_SLICE: Final = 10
"""Links between two looks at the clock."""
_TURN: Final = 8_000_000
"""Nanoseconds after which a turn takes no more of them."""


class Arriving(QObject):
    """Links that wait for their turn, in the order in which they were put in; none waits twice."""

    done = Signal()
    """All have had their turn that had to wait."""

    def __init__(self, bring: Callable[[set[str], set[str]], None], parent: QObject) -> None:
        """Nothing waits.

        Args:
            bring: brings links in step with the design; the second set is of those that are to be routed
                again though their ends are where they were.
            parent: the owner.
        """
        super().__init__(parent)
        self._bring = bring
        self._waiting: dict[str, bool] = {}
        """By link, whether it is to be routed again."""
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self.turn)

    @property
    def waiting(self) -> int:
        """How many links wait."""
        return len(self._waiting)

    def put(
        self, link_ids: Iterable[str], again: Iterable[str] = (), *, at_once: bool = True
    ) -> None:
        """Bring some links in step now, and the others in the turns to come.

        Args:
            link_ids: the first ones first.
            again: those that are to be routed though their ends are where they were.
            at_once: False where this turn has enough to do.
        """
        for link_id in link_ids:
            self._waiting.setdefault(link_id, False)
        self._waiting.update(dict.fromkeys(again, True))
        if at_once and not self._timer.isActive():
            self._take()
        if self._waiting:
            self._timer.start()

    def turn(self) -> None:
        """Bring the next links in step. Called by a timer."""
        self._take()
        if not self._waiting:
            self._timer.stop()
            self.done.emit()

    def finish(self) -> None:
        """Bring all in step that wait: somebody needs the whole picture."""
        while self._waiting:
            self.turn()

    def clear(self) -> None:
        """Forget all that wait."""
        self._waiting.clear()
        self._timer.stop()

    def _take(self) -> None:
        """As many as a turn has time for."""
        spent = QElapsedTimer()
        spent.start()
        for _ in range(0, AT_ONCE, _SLICE):
            some = {each: self._waiting[each] for each in islice(self._waiting, _SLICE)}
            for each in some:
                del self._waiting[each]
            self._bring(set(some), {each for each, again in some.items() if again})
            if not self._waiting or spent.nsecsElapsed() > _TURN:
                return

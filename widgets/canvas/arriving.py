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
"""Most links between two looks at the clock."""
_QUICK: Final = 2_000_000
"""Nanoseconds within which more links may come between two looks; after twice as long, fewer do."""
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
        self._slice = 2
        """Links between two looks at the clock: as many as come in no time."""
        self._rests = False
        """Whether the cards are to be seen first: to paint them is enough for a turn."""
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._next)

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
            at_once: False where this turn has enough to do, and the next one has to paint.
        """
        for link_id in link_ids:
            self._waiting.setdefault(link_id, False)
        self._waiting.update(dict.fromkeys(again, True))
        self._rests = not at_once
        if at_once and not self._timer.isActive():
            self._take()
        if self._waiting:
            self._timer.start()

    def _next(self) -> None:
        """Another turn of the event loop. Called by a timer."""
        if self._rests:
            self._rests = False
        else:
            self.turn()

    def turn(self) -> None:
        """Bring the next links in step."""
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
        taken = before = 0
        while self._waiting and taken < AT_ONCE and before <= _TURN:
            number = min(self._slice, AT_ONCE - taken)
            some = {each: self._waiting[each] for each in islice(self._waiting, number)}
            for each in some:
                del self._waiting[each]
            self._bring(set(some), {each for each, again in some.items() if again})
            taken += len(some)
            before, begun = spent.nsecsElapsed(), before
            if before - begun < _QUICK:
                self._slice = min(2 * self._slice, _SLICE)
            elif before - begun > 2 * _QUICK:
                self._slice = max(self._slice // 2, 1)

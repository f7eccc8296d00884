"""Goes back in a run: does again, in slices, what its journal tells up to a time, and lets it go on from there."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from engine.run.journal import Journal, JournalError
from engine.run.pacing import Slicer
from engine.run.protocol import ApplyEdit
from engine.run.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.trace_settings import TraceSettings

_SLICE: Final = 0.02
"""Wall seconds that a slice may take: a command, such as to cancel, waits no longer."""


class Rewinding:
    """A replay that is under way, beside the run that it may take the place of.

    Raises:
        DesignError: the design that the journal begins with cannot run.
    """

    def __init__(
        self,
        journal: Journal,
        until: float,
        memory: float,
        clock: Callable[[], float],
        traces: TraceSettings | None = None,
        *,
        watched: bool = False,
    ) -> None:
        """Begin at 0.

        Args:
            journal: what was done.
            until: where to go (s): the new run stands after everything that was done before that time.
            memory: what it may take (bytes).
            clock: wall seconds.
            traces: which requests it records.
            watched: whether what it measures on the way is kept for the first snapshot.
        """
        self.until = until
        self.session = Session(journal.design, memory, traces)
        self._entries = deque(each for each in journal.entries if each.at.time < until)
        self._clock = clock
        self._slicer = Slicer()
        self.watched = watched
        """Whether the first snapshot has all that it measures."""
        if watched:
            self.session.snapshot()

    @property
    def share(self) -> float:
        """How much of the way is done, 0 to 1."""
        return min(self.session.now / self.until, 1.0) if self.until > 0.0 else 1.0

    def advance(self) -> bool:
        """Go on for a slice; true once it is there.

        Raises:
            JournalError: the run does not go as the journal tells.
            MemoryLimitError: it would take more than it may.
        """
        ends = self._clock() + _SLICE
        session = self.session
        while self._clock() < ends:
            target = self._entries[0].at.time if self._entries else self.until
            if session.now < target:
                self._go(min(target, session.now + self._slicer.span), ends)
            elif self._entries:
                session.repeat(self._entries.popleft())
            else:
                return True
        return False

    def go_on(self, later: Journal) -> Session:
        """The run, to go on differently; what was changed later in the other run is changed now.

        The design that people see has those changes in it: a run without them would be one of another design.

        Args:
            later: the journal of the other run, as it is by now.

        Raises:
            JournalError: a change does not fit.
        """
        for entry in later.entries:
            if entry.at.time < self.until:
                continue
            if isinstance(entry.command, ApplyEdit):
                try:
                    self.session.apply(entry.command.edit)
                except ValueError as error:  # a design or an edit that does not fit
                    raise JournalError(str(error)) from error
            else:
                self.session.set_load(entry.command.factor)
        self.session.snapshot()  # what it noticed on the way was seen before
        return self.session

    def _go(self, until: float, ends: float) -> None:
        """Simulate up to a time, or as far as a slice goes."""
        session, begun, wall = self.session, self.session.now, self._clock()
        session.heed = lambda: self._clock() >= ends
        session.advance(until)
        session.heed = _never
        self._slicer.record(session.now - begun, max(self._clock() - wall, 1e-7))


def _never() -> bool:
    """Go on."""
    return False


def place(until: float, now: float) -> float:
    """A time to go back to, made one of the run: not before its start, not after now."""
    return min(max(until, 0.0), now) if math.isfinite(until) else now

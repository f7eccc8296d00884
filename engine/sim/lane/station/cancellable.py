"""A waiting line out of which calls can be taken, and in which those that come too late are dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import DEAD
from engine.sim.lane.station.line import Line

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool


@final
class CancellableQueue(Line):
    """Any other line, without those who need not be served any more.

    Whoever is taken out stays in the chain as a dead call until the chain is looked through.
    """

    def __init__(self, line: Line, pool: Pool) -> None:
        self._line = line
        self._pool = pool
        self._length: i64 = 0
        """Calls in the chain, the dead included."""

    def push(self, call: Call) -> None:
        """Let a call wait."""
        if self._length > 2 * self._pool.waiting + 64:
            self._weed()
        self._length += 1
        self._line.push(call)

    def pop(self) -> Call | None:
        """Take out the next call that somebody still wants."""
        pool = self._pool
        call = self._take()
        while call is not None:
            context = call.context
            late = context is not None and context.deadline <= pool.site.agenda.now
            if call.path is None or not late:
                return call  # parts of a request that has begun go on
            site = pool.site
            site.touch(site.agenda.now)
            pool.leave_line(site.agenda.now)
            site.drop(call, site.agenda.now)
            call = self._take()
        return None

    def oldest(self) -> float:
        """When whoever waits longest came, alive or dead."""
        return self._line.oldest()

    def _take(self) -> Call | None:
        """The next call that is not dead."""
        call = self._line.pop()
        while call is not None:
            self._length -= 1
            if call.stage != DEAD and not call.done:
                return call
            call = self._line.pop()
        return None

    def empty(self) -> list[Call]:
        """Take everybody out who is alive; whoever is late is found when its turn comes."""
        self._length = 0
        return [call for call in self._line.empty() if call.stage != DEAD and not call.done]

    def _weed(self) -> None:
        """Throw the dead out of the chain; the others keep their places."""
        kept = self.empty()
        for each in kept:
            self._line.push(each)
        self._length = len(kept)

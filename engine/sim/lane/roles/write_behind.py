"""Write-behind: a write is answered once the store has it, and goes on to where the data lives later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import NEVER, OK
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.stores.versions import UNKNOWN, note

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.roles.background import Background
    from engine.sim.lane.stores.versions import Versions

_AGAIN: Final = 0.1
"""Seconds until the next try where no instance can flush."""


@final
class Unwritten:
    """A write that is answered and not yet where it belongs."""

    def __init__(self, key: i64, kind: i64, since: float) -> None:
        self.key: i64 = key
        self.kind: i64 = kind
        self.since = since
        """When its key was written (s)."""
        self.version: i64 = UNKNOWN
        self.writes: i64 = 1
        """How many writes it stands for."""
        self.gone = False
        """Whether a crash took it."""


@final
class WriteBehind(Task):
    """The writes that wait, in the order in which they go on."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self.delay = 0.0
        """Seconds for which a write waits at least."""
        self.interval = 0.0
        """Seconds from one write that goes on to the next, at least."""
        self.merges = False
        """Whether the writes of a key that wait go on as one, the last of them."""
        self.limit: i64 = 0
        """Writes that may wait."""
        self.lost: i64 = 0
        """Writes that crashes took."""
        self.errors: i64 = 0
        """Writes that failed behind."""
        self.flushed: i64 = 0
        """Writes that went on and succeeded."""
        self.source: Versions | None = None
        """Whose keys are written, where it is one origin."""
        self._line: list[Unwritten] = []
        self._first: i64 = 0
        """Place of the next in the line."""
        self._of: dict[int, Unwritten] = {}
        """The last of each key that waits or is under way."""
        self._under_way: dict[Call, Unwritten] = {}
        self._sending: dict[int, Unwritten] = {}
        """The same by their keys: of each key one at a time, so that none overtakes another."""
        self._timer: Timer | None = None
        self._next = 0.0
        """When the next may go on (s)."""

    def waiting(self) -> i64:
        """Writes that wait."""
        return len(self._line) - self._first

    def is_full(self, key: i64) -> bool:
        """Whether there is no room for another write of a key."""
        return self.waiting() >= self.limit and not (self.merges and self._waits(key) is not None)

    def take(self, job: Call, now: float) -> None:
        """A write is stored: it goes on later."""
        source = self.source
        version = UNKNOWN if source is None else source.promise(job.key, now)
        found = self._waits(job.key) if self.merges else None
        if found is None:
            found = Unwritten(job.key, i64(job.kind), now)
            self._line.append(found)
            self._of[int(job.key)] = found
        else:
            found.writes += 1
        found.version = version
        if version != UNKNOWN:
            note(job, version)
        self._set_timer(now)

    def has(self, key: i64) -> bool:
        """Whether a write of a key waits or is under way: who reads it is served that."""
        return len(self._of) > 0 and int(key) in self._of

    def version(self, key: i64) -> i64:
        """The version of the last write of a key that waits or is under way."""
        found = self._of.get(int(key))
        return UNKNOWN if found is None else found.version

    def due(self, timer: Timer, now: float) -> None:
        """Send on what has waited for long enough."""
        self._timer = None
        while self.waiting() > 0:
            first = self._line[self._first]
            if first.since + self.delay > now or self._next > now or self._is_sent(first.key):
                break
            pool = self._background.home()
            if pool is None:
                self._next = now + _AGAIN
                break
            self._pop()
            self._next = now + self.interval
            job = self._background.job(pool, first.kind, first.key, now)
            if first.version != UNKNOWN:
                note(job, first.version)
            self._under_way[job] = first
            self._sending[int(first.key)] = first
            self._background.node.flow.serve(job, now)
        self._set_timer(now)

    def ended(self, job: Call, reason: i64, now: float) -> None:
        """A write that went on has succeeded, or failed for good."""
        self._background.end(job, now)
        found = self._under_way.pop(job, None)
        if found is None:
            return
        del self._sending[int(found.key)]
        if self._of.get(int(found.key)) is found:
            del self._of[int(found.key)]
        if reason == OK:
            self.flushed += found.writes
        else:
            if found.gone:
                self.lost += found.writes
            else:
                self.errors += found.writes
            self._forget(found)
        self._set_timer(now)

    def died(self, job: Call) -> None:
        """The instance that did a write is dead: if it fails now, a crash took it."""
        found = self._under_way.get(job)
        if found is not None:
            found.gone = True

    def crash(self) -> None:
        """All that waits is lost; what is under way may get there."""
        while self.waiting() > 0:
            found = self._line[self._first]
            self._pop()
            self.lost += found.writes
            self._forget(found)
        self._of = {}
        for each in self._under_way.values():
            each.gone = True

    def _waits(self, key: i64) -> Unwritten | None:
        """The write of a key that waits; one that is under way takes no more along."""
        found = self._of.get(int(key))
        if found is None or self._sending.get(int(key)) is found:
            return None
        return found

    def _is_sent(self, key: i64) -> bool:
        """Whether a write of a key is under way."""
        return len(self._sending) > 0 and int(key) in self._sending

    def _forget(self, found: Unwritten) -> None:
        """Nobody will ever read a write."""
        source = self.source
        if source is not None and found.version != UNKNOWN:
            source.lose(found.key, found.version)

    def _pop(self) -> None:
        """Take the first out of the line."""
        self._first += 1
        if self._first > 1024 and 2 * self._first > len(self._line):
            del self._line[: int(self._first)]
            self._first = 0

    def _set_timer(self, now: float) -> None:
        """Wake when the next may go on."""
        if self._timer is not None or self.waiting() == 0:
            return
        if self._is_sent(self._line[self._first].key):
            return  # until that has ended
        at = max(self._line[self._first].since + self.delay, self._next, now)
        if at < NEVER:
            self._timer = Timer(self)
            self._background.node.agenda.schedule(at - now, self._timer)

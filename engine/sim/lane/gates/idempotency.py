"""A table of idempotency keys: what was done once is not done again, but answered as it was then."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import ANSWERED, CONFLICT, OK
from engine.sim.lane.numbering import logical_of
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.logical_call import LogicalCall
    from engine.sim.lane.node import Node


@final
class Record:
    """What is known of one logical call."""

    def __init__(self, logical: LogicalCall) -> None:
        self.logical = logical
        self.done = False
        """Whether it was done, and is not under way."""
        self.at = 0.0
        """When it was (s)."""


@final
class IdempotencyTable(Gate):
    """Answers what was done already, and refuses what is being done; what failed may be tried again.

    Of calls that began before anybody told repeats apart nothing is known: they are let in.
    """

    def __init__(self, node: Node) -> None:
        self.hears = True
        self.node = node
        self.ttl = 86_400.0
        """Seconds for which what was done is known."""
        self.answers = True
        """Whether it answers and refuses, and does not only count."""
        self.replayed: i64 = 0
        self.doubled: i64 = 0
        """Successes of what had been done already."""
        self._records: dict[LogicalCall, Record] = {}
        self._done: list[Record] = []
        """In the order in which they were done."""
        self._first: i64 = 0
        """Place of the oldest that is known still."""

    def keys(self, now: float) -> i64:
        """Keys that it holds."""
        self._forget(now)
        return len(self._records)

    def admit(self, call: Call, now: float) -> i64:
        """Let in what is new; answer what was done, refuse what is under way."""
        logical = logical_of(call)
        if logical is None or not self.answers:
            return OK
        self._forget(now)
        record = self._records.get(logical)
        if record is None:
            self._records[logical] = Record(logical)
            return OK
        if record.done:
            self.replayed += 1
            return ANSWERED
        return CONFLICT

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Remember what was done; forget what failed."""
        logical = logical_of(call)
        if logical is None:
            return
        if reason == OK and logical.do(self.node.name) > 1:
            self.doubled += 1
        record = self._records.get(logical)
        if record is None or record.done:
            return
        if reason == OK:
            record.done = True
            record.at = now
            self._done.append(record)
        else:
            del self._records[logical]

    def _forget(self, now: float) -> None:
        """Forget what was done too long ago."""
        done = self._done
        first = self._first
        count: i64 = len(done)
        while first < count and done[first].at + self.ttl <= now:
            del self._records[done[first].logical]
            first += 1
        if first > 1024 and 2 * first > count:
            del done[:first]
            first = 0
        self._first = first

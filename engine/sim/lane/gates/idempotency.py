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
        self.under_way: i64 = 0
        """Attempts at it that are inside."""
        self.done = False
        """Whether one of them succeeded."""
        self.at = 0.0
        """When the first one did (s)."""


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
        if logical is None:
            return OK
        self._forget(now)
        record = self._records.get(logical)
        if record is None:
            record = Record(logical)
            self._records[logical] = record
        elif self.answers and record.done:
            self.replayed += 1
            return ANSWERED
        elif self.answers and record.under_way > 0:
            return CONFLICT
        record.under_way += 1
        return OK

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Remember what was done; forget what failed."""
        logical = logical_of(call)
        record = None if logical is None else self._records.get(logical)
        if record is None or record.under_way == 0:
            return
        record.under_way -= 1
        if reason == OK:
            if record.done:
                self.doubled += 1
            else:
                record.done = True
                record.at = now
                self._done.append(record)
        elif record.under_way == 0 and not record.done:
            del self._records[record.logical]

    def _forget(self, now: float) -> None:
        """Forget what was done too long ago, but for what is being done again."""
        done = self._done
        first = self._first
        count: i64 = len(done)
        while first < count and done[first].at + self.ttl <= now:
            record = done[first]
            first += 1
            if record.under_way == 0:
                del self._records[record.logical]
            else:
                record.at = now
                done.append(record)
                count += 1
                if self.ttl <= 0.0:
                    break
        if first > 1024 and 2 * first > count:
            del done[:first]
            first = 0
        self._first = first

"""The log of a partition: records in the order in which they were stored, and how far each group has read."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Context, MessageSource
from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.logical_call import LogicalCall
    from engine.sim.lane.tracing.records import Cause

_TIDY = 1024
"""Records that nobody needs from which on the log is shortened, once they are half of it."""


@final
class LogRecord:
    """One record of a log."""

    logical: LogicalCall | None = None
    """What it is about, where repeats are told from other calls."""
    cause: Cause | None = None
    """What published it, where that is recorded."""
    poison: bool = False
    """Whether it fails whenever it is worked on."""

    def __init__(self, key: i64, kind: i64, number: i64, at: float) -> None:
        self.key: i64 = key
        self.kind: i64 = kind
        self.number: i64 = number
        """Its place among all that were published."""
        self.at = at
        """When it was published (s)."""


@final
class PublishBatch:
    """Records that a producer sends together to one partition."""

    def __init__(self, partition: i64, epoch: i64) -> None:
        self.partition: i64 = partition
        self.epoch: i64 = epoch
        """How often the leader had crashed when it was begun."""
        self.records: list[LogRecord] = []
        self.jobs: list[Call] = []
        """Calls that are answered once it is safe; none where nobody waits for that."""
        self.size = 0.0
        """Bytes."""
        self.sent = False
        self.answered = False
        """Whether its producer takes it for safe."""


@final
class Log:
    """The records of one partition that consumers may read."""

    def __init__(self) -> None:
        self.first: i64 = 0
        """Offset of the oldest that is kept."""
        self.end: i64 = 0
        """Offset of the next that comes."""
        self.replicated = 0.0
        """When the last that was appended is at all replicas (s): none overtakes another."""
        self._records: list[LogRecord] = []

    def append(self, record: LogRecord) -> None:
        """One record more may be read."""
        self._records.append(record)
        self.end += 1

    def at(self, offset: i64) -> LogRecord:
        """The record at an offset that is kept."""
        return self._records[offset - self.first]

    def forget(self, offset: i64) -> None:
        """Nobody needs any more what comes before an offset."""
        spare: i64 = offset - self.first
        if spare >= _TIDY and 2 * spare >= len(self._records):
            del self._records[:spare]
            self.first = offset


@final
class Cursor:
    """How far a group has read a partition. An offset is through once it is consumed, dead, expired or not wanted."""

    owner: Endpoint | None = None
    """The instance that reads it."""
    message: Call | None = None
    """The delivery that is under way."""

    def __init__(self, partition: i64, offset: i64, now: float) -> None:
        self.partition: i64 = partition
        self.position: i64 = offset
        """The next that is delivered, or the one under way."""
        self.reached: i64 = offset
        """The first that is not through."""
        self.delivered: i64 = offset
        """The first that was never delivered."""
        self.worked: i64 = offset
        """The first that never took effect, nor any after it."""
        self.committed: i64 = offset
        """Where whoever takes over begins."""
        self.committed_at = now
        """When that was noted (s)."""
        self.tries: i64 = 0
        """Deliveries of the one at the position that failed."""

    def rewind(self) -> None:
        """Begin again at what was committed; what is under way counts no more."""
        self.message = None
        self.tries = 0
        self.position = self.committed


class Reader(MessageSource):
    """Somebody who reads all partitions of a topic."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cursors: list[Cursor] = []
        """One a partition."""
        self.behind: i64 = 0
        """Messages that are not through."""

    def cover(self, logs: list[Log], now: float, *, latest: bool) -> None:
        """Read partitions that are new, from their end where the reader is new as well."""
        while len(self.cursors) < len(logs):
            place: i64 = len(self.cursors)
            log = logs[place]
            self.cursors.append(Cursor(place, log.end if latest else log.first, now))

    def offer(self, cursor: Cursor, now: float) -> None:
        """A partition may have something for its owner."""
        raise NotImplementedError

    def proceed(self, message: Call, now: float) -> None:
        """A message was worked on."""
        raise NotImplementedError

    def failed(self, message: Call, reason: i64, now: float) -> None:
        """A delivery failed."""
        raise NotImplementedError


@final
class Delivery(Context):
    """Whose delivery a message is: by the time it is over, its consumer may belong to others."""

    special: bool = True

    def __init__(self, reader: Reader) -> None:
        super().__init__(NEVER)
        self.reader = reader


def reader_of(message: Call) -> Reader | None:
    """Whose delivery a message is."""
    context = message.context
    return context.reader if isinstance(context, Delivery) else None

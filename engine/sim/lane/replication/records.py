"""What a leader writes down, and what each of the other instances still lacks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER
from engine.sim.lane.entry import Task
from engine.sim.lane.meaning import Meaning
from engine.sim.lane.stores.versions import UNKNOWN

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.entry import Timer
    from engine.sim.lane.samplers import Sampler

READS: Final = 1
WRITES: Final = 2
"""What an instance takes: one of them, their sum, or nothing."""


# How far a record is at a follower.
ON_ITS_WAY: Final = 0
WRITTEN: Final = 1
"""It is in the log there: a crash would lose it, a promotion would not."""
FLUSHED: Final = 2
"""It is on disk there."""
APPLIED: Final = 3
"""Reads see it there."""


class Receiver(Task):
    """Who is told that something has reached a follower."""

    def arrives(self, shipment: Shipment, now: float) -> None:
        """It is there, if its follower can take it now."""
        raise NotImplementedError

    def confirmed(self, record: Record, now: float) -> None:
        """The leader hears from one more follower that this has a record."""
        raise NotImplementedError

    def reached(self, shipment: Shipment, now: float) -> None:
        """A record is a step further at a follower."""
        raise NotImplementedError

    def try_again(self) -> None:
        """Look soon whether there is a way again."""
        raise NotImplementedError


@final
class Record(Meaning):
    """One write, as the leader keeps it: a new version of a key."""

    def __init__(self, number: i64, key: i64, owner: object, begun: float) -> None:
        self.number: i64 = number
        """Its place in the log, one for all leaders."""
        self.key: i64 = key
        self.owner = owner
        """Who wrote it: a user, or else the request."""
        self.begun = begun
        """When it was written down (s)."""
        self.acknowledged: float = NEVER
        """When whoever wrote it was told so (s)."""
        self.copies: i64 = 0
        """Followers that the leader knows to have it."""
        self.job: Call | None = None
        """What waits for followers to have it."""
        self.version: i64 = UNKNOWN
        """Of its key, where anybody else wants to know versions."""
        self.before: i64 = UNKNOWN
        """The version that it follows."""
        self.safe: bool = False
        """Whether it was acknowledged because all followers, or a majority of the instances, had it."""
        self.dead: bool = False
        """Whether nobody has it any more."""

    def die(self) -> None:
        """Nobody has it any more."""
        self.dead = True
        if self.session is not None:
            self.session.recorded = False


@final
class Shipment(Task):
    """A record on its way to one instance."""

    following: Shipment | None = None
    """The next of its key that the instance lacks."""
    due_at: float = 0.0
    """When it is there at the soonest (s)."""
    stalled: bool = False
    """Whether it has to be sent again: there was no way, or nobody to take it."""
    stage: i64 = ON_ITS_WAY
    """How far it is there."""
    counted: bool = False
    """Whether the leader has been told, or is being told, that it is there as far as writes wait for."""
    ahead: Shipment | None = None
    """The one before of its key that the instance lacks."""

    def __init__(self, record: Record, member: Member, receiver: Receiver) -> None:
        self.record = record
        self.member = member
        self._receiver = receiver

    def due(self, timer: Timer, now: float) -> None:
        """It is there."""
        self._receiver.arrives(self, now)


@final
class Confirmation(Task):
    """On its way back: the leader hears that a follower has a record."""

    def __init__(self, record: Record, receiver: Receiver) -> None:
        self._record = record
        self._receiver = receiver

    def due(self, timer: Timer, now: float) -> None:
        """It hears that."""
        self._receiver.confirmed(self._record, now)


class ReceivedLog(Task):
    """What a follower has received, where that is not there at once."""

    def receive(self, shipment: Shipment, now: float) -> None:
        """A record has come: it is in the log, and not on disk."""
        raise NotImplementedError

    def look(self, now: float) -> None:
        """After a crash: what was not on disk is gone, and has to be sent again."""
        raise NotImplementedError

    def hurry(self, now: float) -> None:
        """Have on disk and replay at once all that is there."""
        raise NotImplementedError

    def tune(self, flushing_time: Sampler | None, replay_time: Sampler | None) -> None:
        """Take other times from now on."""
        raise NotImplementedError


@final
class Member:
    """One instance of a database, and what it lacks of what was written."""

    leads: bool = False
    """Whether it takes writes."""
    detached: bool = False
    """Whether it lacks so much that it needs a new copy of everything."""
    stalled: i64 = 0
    """Of what it lacks, what has to be sent again."""
    applied: i64 = 0
    """Records that it has got so far."""
    lag_sum: float = 0.0
    """Sum of the times (s) from when they were written until it had them."""
    log: ReceivedLog | None = None
    """What it flushes and replays; None where all that takes no time."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.pending: dict[int, Shipment] = {}
        """What it lacks, by its place in the log, in that order."""
        self.first: dict[int, Shipment] = {}
        """The first of each key that it lacks."""
        self._last: dict[int, Shipment] = {}

    def well(self) -> bool:
        """Whether it does anything at all."""
        pool = self.pool
        return not (pool.down or pool.frozen or pool.halted)

    def lack(self, shipment: Shipment) -> None:
        """Lack one record more: of its key it is the last."""
        record = shipment.record
        key = int(record.key)
        self.pending[int(record.number)] = shipment
        last = self._last.get(key)
        shipment.ahead = last
        if last is None:
            self.first[key] = shipment
        else:
            last.following = shipment
        self._last[key] = shipment

    def latest(self, key: int) -> float:
        """When the last record of a key that it lacks is there at the soonest (s); -infinity where it lacks none."""
        last = self._last.get(key)
        return -NEVER if last is None else last.due_at

    def take(self, shipment: Shipment, now: float) -> None:
        """Have the first record of a key that it lacked."""
        record = shipment.record
        key = int(record.key)
        del self.pending[int(record.number)]
        following = shipment.following
        if following is None:
            del self.first[key]
            del self._last[key]
        else:
            self.first[key] = following
            following.ahead = None
        shipment.stage = APPLIED
        self.applied += 1
        self.lag_sum += now - record.begun

    def is_next(self, shipment: Shipment) -> bool:
        """Whether it can take a record: it has the one before of its key."""
        ahead = shipment.ahead
        return ahead is None or ahead.stage >= WRITTEN

    def misses(self, number: int) -> bool:
        """Whether a record is nowhere in it, not even in its log."""
        shipment = self.pending.get(number)
        return shipment is not None and shipment.stage < WRITTEN

    def missing(self) -> i64:
        """How many such records there are."""
        if self.log is None:
            return len(self.pending)
        found: i64 = 0
        for shipment in self.pending.values():
            if shipment.stage < WRITTEN:
                found += 1
        return found

    def oldest(self) -> float:
        """When the oldest record that it lacks was written (s); infinite where it lacks none."""
        for shipment in self.pending.values():
            return shipment.record.begun
        return NEVER

    def keep_only(self, kept: list[Shipment]) -> None:
        """Lack nothing else than some of what it lacks, in the order of the log."""
        self.pending = {}
        self.first = {}
        self._last = {}
        self.stalled = 0
        for shipment in kept:
            shipment.following = None
            self.stalled += 1 if shipment.stalled else 0
            self.lack(shipment)

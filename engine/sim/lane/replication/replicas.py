"""The instances of a replicated database: one leads and writes down, the others follow and may be read.

Each write is a record that reaches each follower after a lag of its own, in order for each key; records of
different keys do not wait for each other. What the leader alone has dies with it, also what is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.lane.codes import NEVER, UNAVAILABLE
from engine.sim.lane.entry import Timer
from engine.sim.lane.owners import root_of
from engine.sim.lane.replication.records import (
    APPLIED,
    FLUSHED,
    ON_ITS_WAY,
    WRITTEN,
    Confirmation,
    Member,
    Receiver,
    Record,
    Shipment,
)
from engine.sim.lane.stores.versions import UNKNOWN, note

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.network.ways import Peers
    from engine.sim.lane.node import Node
    from engine.sim.lane.samplers import Sampler
    from engine.sim.lane.seams import Listener, Role
    from engine.sim.lane.stores.versions import Versions

FROM_LEADER: Final = 0
FROM_FOLLOWER: Final = 1
FROM_ANY: Final = 2

ASYNC: Final = 0
SEMI_SYNC: Final = 1
SYNC: Final = 2
QUORUM: Final = 3

RETRY: Final = 0.1
"""Seconds after which what could not be sent is sent again."""
MOST_BEHIND: Final = 200_000
"""Records that a leader keeps for a follower that cannot take them; then it needs a new copy of everything
(PostgreSQL's ``max_slot_wal_keep_size``, which bounds the bytes)."""


class Replicas(Receiver):
    """What was written, and who lacks what of it."""

    lagging: Sampler
    """How long a record takes to a follower (s)."""
    level: i64 = APPLIED
    """How far it has to be there before the follower counts as having it."""
    flushing_time: Sampler | None = None
    """How long a follower takes to flush its log to disk (s); None where that takes no time."""
    replay_time: Sampler | None = None
    """How long it takes to replay one record (s)."""
    listener: Listener | None = None
    """Who is told when semi-synchronous replication goes on alone, and when it is back."""
    read_from: i64 = FROM_LEADER
    """Who answers reads."""
    acknowledge: i64 = ASYNC
    """Who has to have a write before it is acknowledged."""
    semi_timeout: float = 10.0
    """Seconds that semi-synchronous followers have."""
    split: bool = False
    """Whether an old leader goes on beside the new one."""
    alone: bool = False
    """Whether the leader of semi-synchronous followers has given up waiting for them."""

    reads: i64 = 0
    """Reads that were answered."""
    stale: i64 = 0
    """Of those, with something older than the newest acknowledged version when they came."""
    stale_own: i64 = 0
    """Of those, by who had written that version."""
    age_sum: float = 0.0
    """Sum of how long (s) that version had been acknowledged."""
    acknowledged: i64 = 0
    """Writes that were acknowledged."""
    commit_sum: float = 0.0
    """Sum of the times (s) for which they waited for followers."""
    lost: i64 = 0
    """Acknowledged writes that nobody has any more."""
    divergent: i64 = 0
    """Acknowledged writes that an old leader had alone, beside another one."""
    apart: i64 = 0
    """Acknowledged writes of a new leader while there was an old one."""
    by_itself: i64 = 0
    """Of those, what it has alone still."""
    written: i64 = 0
    """Records that came into the logs of followers."""
    write_lag: float = 0.0
    """Sum of the times (s) from when they were written by the leader until then."""
    flushed: i64 = 0
    """Records that followers have flushed."""
    flush_lag: float = 0.0
    """Sum of the times (s) until then."""
    broken: i64 = 0
    """Lost writes that a majority, or all followers, had: there are none."""

    def __init__(self, node: Node, agenda: Agenda, peers: Peers) -> None:
        self.node = node
        self.agenda = agenda
        self.flow: Role = node.flow
        self.peers = peers
        """What lies between its instances."""
        self.writes: list[bool] = [False]
        """Whether requests of each class write."""
        self.versions: Versions | None = None
        """The versions of its keys, where caches want to know what they hold."""
        self.members: list[Member] = []
        self.leader: Member | None = None
        """Who leads as far as callers and followers know."""
        self.of: dict[Pool, Member] = {}
        """The members by their instances."""
        self.waiting: dict[int, Record] = {}
        """Writes that wait for followers, in the order of the log."""
        self.unshared: list[Record] = []
        """Messages of transactions, and new sessions, that an old leader has alone, beside a new one."""
        self._number: i64 = 0
        self._retry = Timer(self)
        self._retrying = False
        self.patience = Timer(self)
        """Runs out for the oldest write that waits for a semi-synchronous follower."""
        self.patient = False
        """Whether it runs."""

    # What calls do.

    def read(self, job: Call, now: float) -> None:
        """See how old what a read finds is."""
        self.reads += 1
        member = self.of.get(job.pool)
        if member is None:
            return
        shipment = member.first.get(int(job.key))
        if shipment is None:
            if member.detached:
                self.stale += 1
            return
        began = job.arrived
        since = NEVER
        owner: object = None
        own = False
        while shipment is not None:
            record = shipment.record
            if record.acknowledged <= began:
                if since == NEVER:
                    owner = _owner_of(job)
                since = min(since, record.acknowledged)
                own = own or record.owner is owner
            shipment = shipment.following
        if since < NEVER:
            _notice(job, member.first[int(job.key)].record)
            self.stale += 1
            self.age_sum += began - since
            if own:
                self.stale_own += 1

    def write(self, job: Call, now: float) -> bool:
        """Write down what a job writes; false where it has to wait for followers, or has failed."""
        leader = self.of.get(job.pool)
        if leader is None or not leader.leads:
            self.node.finish(job, UNAVAILABLE, now)  # it led when the job came
            return False
        self._number += 1
        record = Record(self._number, job.key, _owner_of(job), now)
        context = job.context
        if context is not None and context.part is not None:
            record.part = context.part
            record.message = context.message
        session = None if context is None else context.session
        if session is not None and not session.recorded:
            session.recorded = True
            record.session = session
        versions = self.versions
        if versions is not None and session is None:
            record.before = versions.newest(record.key)
            record.version = versions.issue()
            note(job, record.version)
        for member in self.members:
            if member is not leader and not member.detached:
                self._ship(record, member, leader, now)
        if self._needed() == 0:
            self._acknowledge(record, leader, now)
            return True
        record.job = job
        self.waiting[int(record.number)] = record
        if self.acknowledge == SEMI_SYNC and not self.patient:
            self.patient = True
            self.agenda.schedule(self.semi_timeout, self.patience)
        return False

    def _ship(self, record: Record, member: Member, leader: Member, now: float) -> None:
        """Send a record to an instance, unless that cannot take any now: then it lacks one more."""
        shipment = Shipment(record, member, self)
        if leader is self.leader and self._reaches(member):
            due = now + self._crossing(member)
            shipment.due_at = max(due, member.latest(int(record.key)))
            self.agenda.schedule_at(shipment.due_at, Timer(shipment))
        elif leader is not self.leader:
            return  # nobody follows it any more
        elif len(member.pending) >= MOST_BEHIND:
            member.detached = True
            member.keep_only([])
            self.try_again()
            return
        else:
            shipment.stalled = True
            member.stalled += 1
            self.try_again()
        member.lack(shipment)

    def _needed(self) -> i64:
        """How many followers have to have a write before it is acknowledged."""
        followers: i64 = len(self.members) - 1
        mode = self.acknowledge
        if mode == ASYNC or self.alone:
            return 0
        if mode == SEMI_SYNC:
            return min(1, followers)
        return followers if mode == SYNC else (followers + 1) // 2

    def _acknowledge(self, record: Record, leader: Member | None, now: float) -> None:
        """Whoever wrote it may be told."""
        record.acknowledged = now
        self.acknowledged += 1
        self.commit_sum += now - record.begun
        versions = self.versions
        if versions is not None and record.version != UNKNOWN:
            versions.acknowledge(record.key, record.version, now)
        on_disk = self.level >= FLUSHED or self.flushing_time is None
        record.safe = self.acknowledge >= SYNC and on_disk
        if leader is not None and leader is not self.leader:
            self.divergent += 1
            self.by_itself += 1
            if record.part is not None or record.session is not None:
                self.unshared.append(record)
        elif self.split:
            self.apart += 1

    # What happens on the way to followers.

    def _reaches(self, member: Member) -> bool:
        """Whether anything gets from the leader to an instance that follows it."""
        leader = self.leader
        if leader is None or member.leads or not member.well():
            return False
        return leader.well() and not self.peers.cut(leader.pool, member.pool)

    def _crossing(self, member: Member) -> float:
        """How long (s) a record takes to an instance: its lag, and the way."""
        lag = self.lagging.draw() * member.pool.slow
        leader = self.leader
        return lag if leader is None else lag + self.peers.delay(leader.pool, member.pool)

    def arrives(self, shipment: Shipment, now: float) -> None:
        """A follower has a record, unless something kept it from that: then it is sent again."""
        record, member = shipment.record, shipment.member
        if record.dead or shipment.stalled or shipment.stage > ON_ITS_WAY:
            return
        if int(record.number) not in member.pending:
            return
        if not self._reaches(member) or not member.is_next(shipment):
            shipment.stalled = True
            member.stalled += 1
            self.try_again()
            return
        log = member.log
        if log is None:
            shipment.stage = APPLIED
            self.reached(shipment, now)
        else:
            log.receive(shipment, now)

    def reached(self, shipment: Shipment, now: float) -> None:
        """A record is a step further at a follower; the leader hears of the step for which writes wait."""
        record, member, stage = shipment.record, shipment.member, shipment.stage
        if stage == APPLIED:
            member.take(shipment, now)
        elif stage == WRITTEN:
            self.written += 1
            self.write_lag += now - record.begun
        else:
            self.flushed += 1
            self.flush_lag += now - record.begun
        if stage < self.level or shipment.counted:
            return
        shipment.counted = True
        leader = self.leader
        back = 0.0 if leader is None else self.peers.delay(member.pool, leader.pool)
        if back > 0.0 and record.job is not None:
            self.agenda.schedule(back, Timer(Confirmation(record, self)))
        else:
            self.confirmed(record, now)
        if self.alone and now - member.oldest() < self.semi_timeout:
            self.alone = False
            self._tell("together", now)

    def count_again(self, now: float) -> None:
        """Writes wait for another step by now: some records may be there."""
        for member in self.members:
            for shipment in member.pending.values():
                if not shipment.counted and ON_ITS_WAY < shipment.stage >= self.level:
                    shipment.counted = True
                    shipment.record.copies += 1
        self.settle_waiting(now)

    def confirmed(self, record: Record, now: float) -> None:
        """One more follower has a record: enough of them may have it."""
        record.copies += 1
        if record.job is not None and record.copies >= self._needed():
            self._release(record, now)

    def _release(self, record: Record, now: float) -> None:
        """Let a write go on that waited for followers; its leader may stand still just now."""
        job = record.job
        if job is None:
            return
        if job.done:
            self.forget(record)
            return
        leader = self.of.get(job.pool)
        if leader is not None and not leader.well():
            self.try_again()
            return
        self.forget(record)
        self._acknowledge(record, leader, now)
        self.flow.serve(job, now)

    def forget(self, record: Record) -> None:
        """Wait for followers no more."""
        record.job = None
        self.waiting.pop(int(record.number), None)

    def try_again(self) -> None:
        """Look soon whether there is a way again."""
        if not self._retrying:
            self._retrying = True
            self.agenda.schedule(RETRY, self._retry)

    def due(self, timer: Timer, now: float) -> None:
        """Send again what could not be sent, or wait for followers no longer."""
        if timer is self._retry:
            self._retrying = False
            self._send_again(now)
        elif timer is self.patience:
            self.patient = False
            self._lose_patience(now)

    def _send_again(self, now: float) -> None:
        """Send again what stalled, to whom there is a way; and let go what waits for nothing."""
        for member in self.members:
            if member.log is not None:
                member.log.look(now)
            if member.detached:
                if self._reaches(member):
                    member.detached = False
                else:
                    self.try_again()
            if member.stalled > 0:
                if self._reaches(member):
                    self._resend(member, now)
                else:
                    self.try_again()
        self.settle_waiting(now)

    def _resend(self, member: Member, now: float) -> None:
        """Send an instance again what stalled, in the order of the log."""
        member.stalled = 0
        soonest: dict[int, float] = {}
        for shipment in member.pending.values():
            key = int(shipment.record.key)
            if shipment.stalled:
                shipment.stalled = False
                due = now + self._crossing(member)
                shipment.due_at = max(due, soonest.get(key, now))
                self.agenda.schedule_at(shipment.due_at, Timer(shipment))
            soonest[key] = shipment.due_at

    def settle_waiting(self, now: float) -> None:
        """Let writes go on that enough followers have, and forget those that nobody waits for."""
        needed = self._needed()
        for record in list(self.waiting.values()):
            job = record.job
            if job is None or job.done or record.copies >= needed:
                self._release(record, now)

    def _lose_patience(self, now: float) -> None:
        """Wait no longer for semi-synchronous followers once the oldest write has waited for too long."""
        if self.acknowledge != SEMI_SYNC or self.alone:
            return
        for record in list(self.waiting.values()):
            job = record.job
            if job is None or job.done:
                self.forget(record)
                continue
            end = record.begun + self.semi_timeout
            if end > now:
                self.patient = True
                self.agenda.schedule_at(end, self.patience)
                return
            self.alone = True
            self._tell("alone", now)
            self.settle_waiting(now)
            return

    def _tell(self, state: str, now: float) -> None:
        """Say that the leader acknowledges in another way."""
        listener = self.listener
        if listener is not None:
            listener.changed(state, now)


def _notice(job: Call, first: Record) -> None:
    """See what a read finds where the first record that is missing is not there."""
    if first.session is not None:
        job.missed = True  # nobody has told that instance yet that there is such a session
    if first.before != UNKNOWN:
        note(job, first.before)


def _owner_of(job: Call) -> object:
    """Whose a job is: the user's, or else the request's."""
    root = root_of(job)
    user = root.user
    return root if user is None else user

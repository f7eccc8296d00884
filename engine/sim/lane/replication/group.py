"""The instances of a replicated database: one leads and writes down, the others follow and may be read.

Each write is a record that reaches each follower after a lag of its own, in order for each key; records of
different keys do not wait for each other. What the leader alone has dies with it, also what is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.agenda import Timer
from engine.sim.lane.codes import CRASHED, NEVER, UNAVAILABLE
from engine.sim.lane.owners import root_of
from engine.sim.lane.replication.records import (
    READS,
    WRITES,
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


@final
class Group(Receiver):
    """Who leads, what was written, and who lacks what of it."""

    lagging: Sampler
    """How long a record takes to a follower (s)."""
    listener: Listener | None = None
    """Who is told when semi-synchronous replication goes on alone, and when it is back."""
    read_from: i64 = FROM_LEADER
    acknowledge: i64 = ASYNC
    semi_timeout: float = 10.0
    _split: bool = False
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
    _alone: i64 = 0
    """Acknowledged writes that the old leader has alone now."""
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
        self._of: dict[Pool, Member] = {}
        self._waiting: dict[int, Record] = {}
        """Writes that wait for followers, in the order of the log."""
        self._number: i64 = 0
        self._retry = Timer(self)
        self._retrying = False
        self._patience = Timer(self)
        self._patient = False

    # What calls do.

    def read(self, job: Call, now: float) -> None:
        """See how old what a read finds is."""
        self.reads += 1
        member = self._of.get(job.pool)
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
            first = member.first[int(job.key)].record
            if first.before != UNKNOWN:
                note(job, first.before)
            self.stale += 1
            self.age_sum += began - since
            if own:
                self.stale_own += 1

    def write(self, job: Call, now: float) -> bool:
        """Write down what a job writes; false where it has to wait for followers, or has failed."""
        leader = self._of.get(job.pool)
        if leader is None or not leader.leads:
            self.node.finish(job, UNAVAILABLE, now)  # it led when the job came
            return False
        self._number += 1
        record = Record(self._number, job.key, _owner_of(job), now)
        versions = self.versions
        if versions is not None:
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
        self._waiting[int(record.number)] = record
        if self.acknowledge == SEMI_SYNC and not self._patient:
            self._patient = True
            self.agenda.schedule(self.semi_timeout, self._patience)
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
            self._try_again()
            return
        else:
            shipment.stalled = True
            member.stalled += 1
            self._try_again()
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
        record.safe = self.acknowledge >= SYNC
        if leader is not None and leader is not self.leader:
            self.divergent += 1
            self._alone += 1
        elif self._split:
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
        if record.dead or shipment.stalled or int(record.number) not in member.pending:
            return
        if not self._reaches(member) or member.first.get(int(record.key)) is not shipment:
            shipment.stalled = True
            member.stalled += 1
            self._try_again()
            return
        member.take(shipment, now)
        leader = self.leader
        back = 0.0 if leader is None else self.peers.delay(member.pool, leader.pool)
        if back > 0.0 and record.job is not None:
            self.agenda.schedule(back, Timer(shipment))
        else:
            self.confirmed(record, now)
        if self.alone and now - member.oldest() < self.semi_timeout:
            self.alone = False
            self._tell("together", now)

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
            self._forget(record)
            return
        leader = self._of.get(job.pool)
        if leader is not None and not leader.well():
            self._try_again()
            return
        self._forget(record)
        self._acknowledge(record, leader, now)
        self.flow.serve(job, now)

    def _forget(self, record: Record) -> None:
        """Wait for followers no more."""
        record.job = None
        self._waiting.pop(int(record.number), None)

    def _try_again(self) -> None:
        """Look soon whether there is a way again."""
        if not self._retrying:
            self._retrying = True
            self.agenda.schedule(RETRY, self._retry)

    def due(self, timer: Timer, now: float) -> None:
        """Send again what could not be sent, or wait for followers no longer."""
        if timer is self._retry:
            self._retrying = False
            self._send_again(now)
        elif timer is self._patience:
            self._patient = False
            self._lose_patience(now)

    def _send_again(self, now: float) -> None:
        """Send again what stalled, to whom there is a way; and let go what waits for nothing."""
        for member in self.members:
            if member.detached:
                if self._reaches(member):
                    member.detached = False
                else:
                    self._try_again()
            if member.stalled > 0:
                if self._reaches(member):
                    self._resend(member, now)
                else:
                    self._try_again()
        self._settle_waiting(now)

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

    def _settle_waiting(self, now: float) -> None:
        """Let writes go on that enough followers have, and forget those that nobody waits for."""
        needed = self._needed()
        for record in list(self._waiting.values()):
            job = record.job
            if job is None or job.done or record.copies >= needed:
                self._release(record, now)

    def _lose_patience(self, now: float) -> None:
        """Wait no longer for semi-synchronous followers once the oldest write has waited for too long."""
        if self.acknowledge != SEMI_SYNC or self.alone:
            return
        for record in list(self._waiting.values()):
            job = record.job
            if job is None or job.done:
                self._forget(record)
                continue
            end = record.begun + self.semi_timeout
            if end > now:
                self._patient = True
                self.agenda.schedule_at(end, self._patience)
                return
            self.alone = True
            self._tell("alone", now)
            self._settle_waiting(now)
            return

    def _tell(self, state: str, now: float) -> None:
        """Say that the leader acknowledges in another way."""
        listener = self.listener
        if listener is not None:
            listener.changed(state, now)

    # Who leads.

    def follow(self, pools: list[Pool], now: float) -> None:
        """Consist of other instances. New ones begin with a copy of everything; a leader that goes hands over."""
        for member in self.members:
            if member.pool not in pools:
                member.pool.takes = READS | WRITES
                del self._of[member.pool]
        self.members = [self._of.get(pool) or Member(pool) for pool in pools]
        self._of = {member.pool: member for member in self.members}
        leader = self.leader
        if leader is None or leader.pool not in pools:
            first = self.most_advanced()
            new = self.members[0] if first is None else first
            new.keep_only([])
            new.leads = True
            self.leader = new
        self.settle(now)

    def settle(self, now: float) -> None:
        """Have callers know who reads and who writes, and let go what waits for nothing by now."""
        followers = READS if self.read_from != FROM_LEADER else 0
        leaders = WRITES if self.read_from == FROM_FOLLOWER else READS | WRITES
        for member in self.members:
            member.pool.takes = leaders if member.leads else followers
        if self.acknowledge != SEMI_SYNC:
            self.alone = False
        elif len(self._waiting) > 0 and not self._patient:
            self._patient = True
            self.agenda.schedule(self.semi_timeout, self._patience)
        self._settle_waiting(now)

    def dissolve(self, now: float) -> None:
        """Be no group any more: whoever waits for followers goes on."""
        for member in self.members:
            member.pool.takes = READS | WRITES
            member.keep_only([])
        self.acknowledge = ASYNC
        self._settle_waiting(now)
        self.members = []
        self._of = {}
        self.leader = None

    def led_by(self, pool: Pool) -> bool:
        """Whether an instance takes writes."""
        member = self._of.get(pool)
        return member is not None and member.leads

    def answers(self) -> bool:
        """Whether the leader is there: it is well, and no more than half of the followers that are well miss it."""
        leader = self.leader
        if leader is None or leader.pool.down or leader.pool.frozen:
            return False
        others = [each for each in self.members if not each.leads and each.well()]
        missing = [each for each in others if self.peers.cut(leader.pool, each.pool)]
        return 2 * len(missing) <= len(others)

    def is_out_of_reach(self) -> bool:
        """Whether the leader is well, so that it can be shut out only by somebody who gets to it."""
        leader = self.leader
        return leader is not None and leader.well() and not self.answers()

    def most_advanced(self) -> Member | None:
        """Who lacks least among those that follow and are well; those that still see the leader follow on."""
        found: Member | None = None
        leader = self.leader
        apart = self.is_out_of_reach()
        for member in self.members:
            fit = not member.leads and not member.detached and member.well()
            if apart and leader is not None and not self.peers.cut(leader.pool, member.pool):
                continue
            if fit and (found is None or len(member.pending) < len(found.pending)):
                found = member
        return found

    def promote(self, new: Member, now: float, *, fenced: bool) -> i64:
        """Have a follower lead; it takes over what other followers have that it lacks.

        Args:
            new: the follower.
            now: simulated time (s).
            fenced: whether the old leader knows that it leads no more; else it goes on once it is well.

        Returns:
            Acknowledged writes that are lost: no instance that is well has them.
        """
        others = [
            each
            for each in self.members
            if each is not new and not each.leads and not each.detached and each.well()
            if not self.peers.cut(new.pool, each.pool)
        ]
        many = 2 * (len(others) + 1) > len(self.members)
        lost: i64 = 0
        broken: i64 = 0
        for number, shipment in new.pending.items():
            record = shipment.record
            if any(number not in other.pending for other in others):
                continue
            record.dead = True
            if record.acknowledged < NEVER:
                lost += 1
                if record.safe and many:
                    broken += 1
        for member in self.members:
            kept = [each for each in member.pending.values() if not each.record.dead]
            member.keep_only([] if member is new else kept)
        old = self.leader
        if old is not None and fenced:
            old.leads = False
            self._abandon(old, now)
        elif old is not None and old.well():  # it has them still, alone
            self.divergent += lost
            self._alone += lost
            lost = 0
        self._split = not fenced
        new.leads = True
        self.leader = new
        self.alone = False
        self.broken += broken
        self.lost += lost
        self.settle(now)
        self._try_again()
        return lost

    def stray(self) -> Member | None:
        """An old leader that goes on beside the new one."""
        for member in self.members:
            if member.leads and member is not self.leader:
                return member
        return None

    def meets(self, stray: Member) -> bool:
        """Whether an old leader can hear that there is a new one."""
        leader = self.leader
        if leader is None or not stray.well():
            return False
        return not self.peers.cut(leader.pool, stray.pool)

    def rejoin(self, old: Member, now: float) -> i64:
        """Have an old leader follow the new one: what it has written alone is lost.

        Returns:
            How many acknowledged writes that are.
        """
        lost = self._alone
        self._alone = 0
        self._split = False
        self.lost += lost
        old.leads = False
        self._abandon(old, now)
        self.settle(now)
        self._try_again()
        return lost

    def restore(self, now: float) -> None:
        """Begin anew with a copy: everybody has what there is."""
        for member in self.members:
            for shipment in member.pending.values():
                shipment.record.dead = True
            member.keep_only([])
            member.detached = False

    def _abandon(self, old: Member, now: float) -> None:
        """Fail what waits for followers at a leader that is none any more."""
        for record in list(self._waiting.values()):
            job = record.job
            if job is None or job.done:
                self._forget(record)
            elif job.pool is old.pool:
                self._forget(record)
                self.node.finish(job, CRASHED, now)

    def lag(self, now: float) -> float:
        """For how long (s) the oldest record has not reached everybody."""
        oldest = NEVER
        for member in self.members:
            oldest = min(oldest, member.oldest())
        return 0.0 if oldest == NEVER else now - oldest


def _owner_of(job: Call) -> object:
    """Whose a job is: the user's, or else the request's."""
    root = root_of(job)
    user = root.user
    return root if user is None else user

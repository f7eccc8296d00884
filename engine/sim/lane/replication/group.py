"""Who leads a replicated database: followers that are promoted, old leaders that go on or follow, instances that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import CRASHED, NEVER
from engine.sim.lane.replication.follower_log import FollowerLog
from engine.sim.lane.replication.records import READS, WRITES, Member
from engine.sim.lane.replication.replicas import (
    ASYNC,
    FROM_FOLLOWER,
    FROM_LEADER,
    SEMI_SYNC,
    Replicas,
)

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Pool
    from engine.sim.lane.replication.records import Record
    from engine.sim.lane.samplers import Sampler


@final
class Group(Replicas):
    """The instances, and who of them takes writes and who answers reads."""

    def follow(self, pools: list[Pool], now: float) -> None:
        """Consist of other instances. New ones begin with a copy of everything; a leader that goes hands over."""
        for member in self.members:
            if member.pool not in pools:
                member.pool.takes = READS | WRITES
                del self.of[member.pool]
        self.members = [self.of.get(pool) or Member(pool) for pool in pools]
        self.of = {member.pool: member for member in self.members}
        leader = self.leader
        if leader is None or leader.pool not in pools:
            first = self.most_advanced()
            new = self.members[0] if first is None else first
            new.keep_only([])
            new.leads = True
            self.leader = new
        self.settle(now)

    def keep_logs(
        self, level: i64, flushing_time: Sampler | None, replay_time: Sampler | None, now: float
    ) -> None:
        """Have followers flush and replay what they receive, or have all that take no time; writes wait for a step."""
        self.level = level
        self.flushing_time = flushing_time
        self.replay_time = replay_time
        needed = flushing_time is not None or replay_time is not None
        for member in self.members:
            log = member.log
            if log is None and needed:
                log = FollowerLog(member, self, self.agenda)
                member.log = log
            elif log is not None and not needed:
                log.hurry(now)
                member.log = None
            if log is not None:
                log.tune(flushing_time, replay_time)
        self.count_again(now)

    def settle(self, now: float) -> None:
        """Have callers know who reads and who writes, and let go what waits for nothing by now."""
        followers = READS if self.read_from != FROM_LEADER else 0
        leaders = WRITES if self.read_from == FROM_FOLLOWER else READS | WRITES
        for member in self.members:
            member.pool.takes = leaders if member.leads else followers
        if self.acknowledge != SEMI_SYNC:
            self.alone = False
        elif len(self.waiting) > 0 and not self.patient:
            self.patient = True
            self.agenda.schedule(self.semi_timeout, self.patience)
        self.settle_waiting(now)

    def dissolve(self, now: float) -> None:
        """Be no group any more: whoever waits for followers goes on."""
        for member in self.members:
            member.pool.takes = READS | WRITES
            member.keep_only([])
        self.acknowledge = ASYNC
        self.settle_waiting(now)
        self.members = []
        self.of = {}
        self.leader = None

    def led_by(self, pool: Pool) -> bool:
        """Whether an instance takes writes."""
        member = self.of.get(pool)
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
            if fit and (found is None or member.missing() < found.missing()):
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
        for member in self.members:
            if member.log is not None:
                member.log.look(now)
        many = 2 * (len(others) + 1) > len(self.members)
        gone = _only_elsewhere(new, others)
        lost: i64 = len(gone)
        for record in gone:
            if record.safe and many:
                self.broken += 1
        for member in self.members:
            kept = [each for each in member.pending.values() if not each.record.dead]
            member.keep_only([] if member is new else kept)
        old = self.leader
        if old is not None and fenced:
            old.leads = False
            self._abandon(old, now)
        elif old is not None and old.well():  # it has them still, alone
            self.divergent += lost
            self.by_itself += lost
            lost = 0
        self.split = not fenced
        new.leads = True
        self.leader = new
        self.alone = False
        self.lost += lost
        self.settle(now)
        self.try_again()
        for record in reversed(gone):
            record.forget(now)
        return lost

    def hand_over(self, new: Member, now: float) -> None:
        """Have a follower lead in place of a leader that is well, and gives it all that it lacks before."""
        for shipment in list(new.pending.values()):
            new.take(shipment, now)
            if not shipment.counted:
                shipment.counted = True
                self.confirmed(shipment.record, now)
        new.keep_only([])
        old = self.leader
        if old is not None:
            old.leads = False
        new.leads = True
        self.leader = new
        self.settle(now)

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
        lost = self.by_itself
        self.by_itself = 0
        self.split = False
        self.lost += lost
        old.leads = False
        self._abandon(old, now)
        self.settle(now)
        self.try_again()
        unshared = self.unshared
        self.unshared = []
        for record in reversed(unshared):
            record.forget(now)
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
        for record in list(self.waiting.values()):
            job = record.job
            if job is None or job.done:
                self.forget(record)
            elif job.pool is old.pool:
                self.forget(record)
                self.node.finish(job, CRASHED, now)

    def lag(self, now: float) -> float:
        """For how long (s) the oldest record has not reached everybody."""
        oldest = NEVER
        for member in self.members:
            oldest = min(oldest, member.oldest())
        return 0.0 if oldest == NEVER else now - oldest


def _only_elsewhere(new: Member, others: list[Member]) -> list[Record]:
    """Records that neither a new leader nor those who follow it have: nobody does from now on; returns the acknowledged."""
    gone: list[Record] = []
    for number, shipment in new.pending.items():
        record = shipment.record
        if not new.misses(number) or any(not other.misses(number) for other in others):
            continue
        record.die()
        if record.acknowledged < NEVER:
            gone.append(record)
    return gone

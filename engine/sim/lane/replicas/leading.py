"""Requests where each partition has a leader: writes go through it, and it, or its followers, answer reads.

Whoever gets a write passes it to the leader, who does it, sends it to the followers, and answers once as many
replicas as the write quorum have it, itself included: one is asynchronous replication, all are synchronous.
A leader that has lost its place meanwhile refuses, and so does a follower that is sent what an earlier leader wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i64

from engine.sim.lane.codes import DEAD, ENGAGED, OK, RETURNING, UNAVAILABLE
from engine.sim.lane.context import inherit
from engine.sim.lane.replicas.holding import TERM, bit_of
from engine.sim.lane.replicas.messaging import Messaging
from engine.sim.lane.replicas.operation import (
    LEADING,
    READING,
    REPLICATING,
    Operation,
    operation_of,
)
from engine.sim.lane.replicas.replica import Hint
from engine.sim.lane.replication.replicas import FROM_ANY, FROM_LEADER

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.node import Node
    from engine.sim.lane.replicas.replica import Replica
    from engine.sim.lane.samplers import Sampler


class Leading(Messaging):
    """What a cluster does with requests where there are leaders."""

    def __init__(self, node: Node, lag: Sampler) -> None:
        super().__init__(node, lag)
        self.write_quorum: i64 = 1
        self.read_from: i64 = FROM_LEADER
        """Who answers reads where there are leaders."""
        self.sloppy: i64 = 0
        """Requests that had to do with fewer replicas than they should."""
        self.refused: i64 = 0
        self._turn: i64 = 0

    def answered(self, part: Call, operation: Operation, now: float) -> None:
        """A replica has answered."""
        raise NotImplementedError

    def operation(self, job: Call, phase: i64, here: Replica, slot: i64, now: float) -> Operation:
        """What a request carries from now on, with what it carried before."""
        operation = Operation(phase, here, slot)
        operation.begun = now
        context = job.context
        if context is not None:
            inherit(operation, context)
        job.context = operation
        return operation

    def pass_to_leader(
        self, job: Call, here: Replica, partition: i64, slot: i64, now: float, *, writes: bool
    ) -> None:
        """Have the leader of its partition do a request, or for a read another owner."""
        post = self.posts[partition]
        target = None
        if not writes and self.read_from != FROM_LEADER:
            target = self._reader(here, partition, post.leader)
        if target is None:
            target = self.leader_for(post, here)
        if target is None:
            self.refused += 1
            self.node.finish(job, UNAVAILABLE, now)
            return
        operation = self.operation(job, LEADING if writes else READING, here, slot, now)
        operation.pending = 1
        if not writes:
            operation.floor = self.ledger.acked[slot]
            # What a leader reads, only a leader may say.
            operation.by_leader = self.read_from == FROM_LEADER
        self.send(job, operation, target, 0, self.kinds + i64(writes), now)

    def _reader(self, here: Replica, partition: i64, leader: Replica | None) -> Replica | None:
        """The instance itself, where it may answer; else the next owner that may, in turn."""
        owners = self.partitions.owners[partition]
        every = self.read_from == FROM_ANY
        if here in owners and (every or here is not leader):
            return here
        count: i64 = len(owners)
        tried: i64 = 0
        while tried < count:
            self._turn += 1
            tried += 1
            owner = owners[self._turn % count]
            if (every or owner is not leader) and self.reaches(here, owner):
                return owner
        return None

    def is_void(self, replica: Replica, operation: Operation) -> bool:
        """Whether a replica does not take what it is sent, since whoever sent it leads no more.

        It follows a new leader from the first on that it hears from it: what it has then counts for a majority.
        """
        place = self.ledger.partition[operation.slot]
        post = self.posts[place]
        term: i64 = i64(operation.stamp / TERM)
        if term == post.term and len(post.behind) > 0 and not self.has_heard(post, replica):
            self.rejoin(place, replica)
        return 0 < term < post.term and self.has_heard(post, replica)

    def is_deposed(self, replica: Replica, operation: Operation) -> bool:
        """Whether a replica does not lead the partition that an operation is about, or does so in another term."""
        if not self.led:
            return True
        post = self.posts[self.ledger.partition[operation.slot]]
        term: i64 = i64(operation.stamp / TERM)
        own = post.stray_term if replica is post.stray else post.term
        return not self.leads(post, replica) or (term > 0 and term != own)

    def committed(self, replica: Replica, slot: i64) -> i64:
        """What a leader answers a read with: of what it holds, what enough of its followers have as well."""
        held = replica.versions[slot]
        return min(held, self.ledger.acked[slot]) if self.strict else held

    def write_down(self, part: Call, operation: Operation, now: float) -> None:
        """A leader has done a write: it sends it to those who follow."""
        replica, slot = self.replica_of(part.pool), operation.slot
        owners = self.partitions.owners[self.ledger.partition[slot]]
        asked: i64 = 1
        for owner in owners:
            if owner is not replica and self.reaches(replica, owner):
                asked += 1
        needed = min(self.write_quorum, i64(len(owners)))
        short = asked < needed
        if self.is_deposed(replica, operation) or (short and self.strict):
            self._turn_down(part, now)
            return
        if short:
            self.sloppy += 1
            needed = asked
        log = self._log(part, operation, owners)
        log.needed, log.answers = needed, 1
        log.pending = asked - 1
        log.spare = asked - needed
        part.stage = ENGAGED
        job = part.parent
        for owner in owners:
            if owner is replica:
                continue
            if self.reaches(replica, owner):
                self.send(part if job is None else job, log, owner, 0, self.kinds + 1, now)
            elif self.hint_life > 0.0:
                self.hint(replica, Hint(owner, slot, log.number, log.stamp, now))
        if needed <= 1:
            log.over = True
            self._reply(part, now)

    def _log(self, part: Call, operation: Operation, owners: list[Replica]) -> Operation:
        """Write a new version down in the log of a leader; what it sends to those who follow."""
        replica, slot, ledger = self.replica_of(part.pool), operation.slot, self.ledger
        post = self.posts[ledger.partition[slot]]
        term = post.stray_term if replica is post.stray else post.term
        number = ledger.begun[slot] + 1
        ledger.begun[slot] = number
        stamp = float(term) * TERM + float(number)
        operation.number, operation.stamp = number, stamp
        watch = self.watch
        if watch is not None and part.key == watch.key:
            watch.begins(number, operation.begun)
        issued = self.issued
        if issued is not None:
            whole = ledger.holders[slot] == i64(len(owners))
            issued.begin(part, slot, number, whole=whole)
        self.conflicts.begin(slot, number, bit_of(owners, replica), term)
        self.take(replica, slot, number, stamp, None)
        log = Operation(REPLICATING, replica, slot)
        log.number, log.stamp, log.waiting = number, stamp, part
        return log

    def follower_answered(self, part: Call, log: Operation, now: float) -> None:
        """A follower has written, or does not answer; the leader has heard of it."""
        log.pending -= 1
        waiting = log.waiting
        if log.over or waiting is None or waiting.stage == DEAD:
            return
        if part.reason != OK:
            log.spare -= 1
            if log.spare >= 0:
                return
            if self.strict or log.answers < 1:
                log.over = True
                self._turn_down(waiting, now)
                return
            log.needed -= 1
            log.spare = 0
            self.sloppy += 1
        else:
            log.answers += 1
        if log.answers >= log.needed:
            log.over = True
            if self.is_deposed(log.here, log):
                self._turn_down(waiting, now)
            else:
                self._reply(waiting, now)

    def _turn_down(self, part: Call, now: float) -> None:
        """Tell whoever passed a write on that nothing comes of it."""
        part.reason = UNAVAILABLE
        self._reply(part, now)

    def _reply(self, part: Call, now: float) -> None:
        """Be through with a write, and tell whoever passed it on."""
        replica, operation = self.replica_of(part.pool), operation_of(part)
        replica.inside.remove(part)
        part.pool.detached -= 1
        if replica is operation.here:
            self.answered(part, operation, now)
        else:
            replica.answering += 1
            part.stage = RETURNING
            part.path = self.path
            self.cross(part)

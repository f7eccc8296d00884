"""A cluster of replicas: the instance that a request reaches has the owners of its key do the work.

All owners that can be reached are asked, and the answers of the first so many are enough (Dynamo, 2007). A write
is sent to all of them in any case; owners that cannot be reached get it later, as a hint. Nothing here
is a formula: an answer is stale because the replicas that answered first did not have the newest version yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from librt.vecs import vec
from mypy_extensions import i32, i64

from engine.sim.lane.call import Call, calls_in
from engine.sim.lane.codes import (
    DEAD,
    ENGAGED,
    ERROR,
    OK,
    RATE_LIMITED,
    RETURNING,
    UNAVAILABLE,
)
from engine.sim.lane.context import inherit
from engine.sim.lane.draws import chance
from engine.sim.lane.replicas.cells import Cell
from engine.sim.lane.replicas.holding import bit_of
from engine.sim.lane.replicas.leading import Leading
from engine.sim.lane.replicas.operation import (
    LEADING,
    MENDING,
    READING,
    REPAIRING,
    REPLICATING,
    WRITING,
    Operation,
    operation_of,
)
from engine.sim.lane.replicas.replica import Hint

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.replicas.replica import Replica
    from engine.sim.lane.samplers import Sampler


@final
class Cluster(Leading):
    """Coordinates reads and writes of keys that several instances hold."""

    def __init__(self, node: Node, lag: Sampler) -> None:
        super().__init__(node, lag)
        self.writes: list[bool] = [False]
        """Whether each class writes."""
        self.units = vec[float]([1.0])
        """Of the bounds on reads or writes of a partition, what a request of each class takes."""
        self.read_quorum: i64 = 1
        self.local = False
        """Whether each instance answers from what it holds itself (several leaders)."""
        self.reads: i64 = 0
        self.stale: i64 = 0
        self.written: i64 = 0
        self.throttled: i64 = 0

    # --- requests -------------------------------------------------------------------------------------------------

    def worked(self, call: Call, now: float) -> None:
        """A worker is through with a request, or with what a replica does for one."""
        call.stage = ENGAGED
        call.pool.discipline.release(call, now)
        if call.path is None and isinstance(call.context, Operation):
            self._done(call, now)
        else:
            self.node.after_work(call, now)

    def serve(self, job: Call, now: float) -> None:
        """Coordinate a request: ask all owners of its key that can be reached."""
        ledger = self.ledger
        slot = ledger.keys.find(job.key)
        if slot < 0:
            slot = self._enter(job.key)
        partition = ledger.partition[slot]
        writes = self.writes[job.kind]
        if not self.partitions.takes(partition, self.units[i64(job.kind)], now, writes=writes):
            self.throttled += 1
            self.node.finish(job, RATE_LIMITED, now)
            return
        here = self.replica_of(job.pool)
        if self.led:
            self.pass_to_leader(job, here, partition, slot, now, writes=writes)
            return
        owners = self.partitions.owners[partition]
        quorum = self.write_quorum if writes else self.read_quorum
        asked: i64 = 0
        for owner in owners:
            if owner is here or self.reaches(here, owner):
                asked += 1
        if asked < quorum:
            if self.strict:
                self.refused += 1
                self.node.finish(job, UNAVAILABLE, now)
                return
            self.sloppy += 1
            quorum = max(1, asked)
        operation = self.operation(job, WRITING if writes else READING, here, slot, now)
        operation.needed = quorum
        if writes:
            self._write(job, operation, owners, asked, now)
        elif self.local and (here in owners or asked == 0):
            operation.pending = 1
            self.send(job, operation, here, 0, self.kinds, now)
        else:
            self._ask(job, operation, owners, asked, now)

    def _write(
        self, job: Call, operation: Operation, owners: list[Replica], asked: i64, now: float
    ) -> None:
        """Give the write a number and a time stamp, and send it to all owners."""
        ledger, slot, here = self.ledger, operation.slot, operation.here
        version = ledger.begun[slot] + 1
        ledger.begun[slot] = version
        stamp = now + here.offset + here.skew
        operation.number, operation.stamp = version, stamp
        operation.pending = max(1, asked)
        operation.spare = operation.pending - operation.needed
        watch = self.watch
        if watch is not None and job.key == watch.key:
            watch.begins(version, now)
        issued = self.issued
        if issued is not None:
            whole = ledger.holders[slot] == i64(len(owners))
            issued.begin(job, slot, version, whole=whole)
        known = self._known_to(here, owners)
        self.conflicts.begin(slot, version, known)
        if self.merging:
            stamp = operation.stamp = float(version)
            operation.cell = self._goes_on(slot, version, known, here, owners)
        place: i64 = 0
        for owner in owners:
            if owner is here or self.reaches(here, owner):
                self.send(job, operation, owner, place, self.kinds + 1, now)
            elif self.hint_life > 0.0:
                self.hint(here, Hint(owner, slot, version, stamp, now).carrying(operation.cell))
            place += 1
        if asked == 0:  # it stands in for those whom it does not reach
            self.send(job, operation, here, place, self.kinds + 1, now)

    def _goes_on(
        self, slot: i64, version: i64, known: i64, here: Replica, owners: list[Replica]
    ) -> Cell:
        """What a write brings where conflicts are merged: it goes on from what those hold of whom it knows."""
        cell = Cell()
        if known == 0 and here.versions[slot] > 0:
            cell.join(here.cell(slot, keeps=self.side_by_side))
        bit: i64 = 1
        for owner in owners:
            if known & bit and owner.versions[slot] > 0:
                cell.join(owner.cell(slot, keeps=self.side_by_side))
            bit <<= 1
        self.merged += max(0, i64(len(cell.siblings)) - 1)
        cell.begin(version, keeps=self.side_by_side)
        return cell

    def _known_to(self, here: Replica, owners: list[Replica]) -> i64:
        """The owners of whose versions a write knows: all that are reached; of a leader, its own, if it has any."""
        own = bit_of(owners, here)
        if self.local and own > 0:
            return own
        known: i64 = 0
        bit: i64 = 1
        for owner in owners:
            if owner is here or self.reaches(here, owner):
                known |= bit
            bit <<= 1
        return known

    def _ask(
        self, job: Call, operation: Operation, owners: list[Replica], asked: i64, now: float
    ) -> None:
        """Send a read to all owners that can be reached."""
        here = operation.here
        operation.floor = self.ledger.acked[operation.slot]
        operation.pending = max(1, asked)
        operation.spare = operation.pending - operation.needed
        place: i64 = 0
        for owner in owners:
            if owner is here or self.reaches(here, owner):
                self.send(job, operation, owner, place, self.kinds, now)
            place += 1
        if asked == 0:
            self.send(job, operation, here, place, self.kinds, now)

    def arrived(self, part: Call, now: float) -> None:
        """Something reaches a replica, unless that is down or cut off by now."""
        part.path = None
        replica, operation = self.replica_of(part.pool), operation_of(part)
        pool = part.pool
        # What a leader has in its log and not sent entirely dies with it.
        gone = operation.phase == REPLICATING and operation.here.pool.down
        if pool.down or gone or not self.connects(operation.here, replica):
            pool.detached -= 1
            self._fails(part, operation, now)
            return
        replica.inside.add(part)
        pool.discipline.rejoin(part, now)

    def _done(self, part: Call, now: float) -> None:
        """A replica has read or written."""
        replica, operation = self.replica_of(part.pool), operation_of(part)
        pool = part.pool
        slot, phase = operation.slot, operation.phase
        here = operation.here
        if pool.error > 0.0 and replica is not here and chance(self.node.errors, pool.error):
            part.reason = ERROR
        elif phase == LEADING:
            self.write_down(part, operation, now)
            return
        elif phase == READING:
            part.step = i32(replica.versions[slot])
            part.sent = replica.stamps[slot]
            if operation.by_leader:
                part.step = i32(self.committed(replica, slot))
                if self.is_deposed(replica, operation):
                    part.reason = UNAVAILABLE
        elif self.led and self.is_void(replica, operation):
            part.reason = UNAVAILABLE
        else:
            self.take(replica, slot, operation.number, operation.stamp, operation.cell)
        replica.inside.remove(part)
        pool.detached -= 1
        if phase == MENDING:
            return
        if replica is here:
            self.answered(part, operation, now)
        else:
            replica.answering += 1
            part.stage = RETURNING
            part.path = self.path
            self.cross(part)

    def returned(self, part: Call, now: float) -> None:
        """An answer reaches the coordinator, unless the two are cut off by now."""
        part.path = None
        replica, operation = self.replica_of(part.pool), operation_of(part)
        replica.answering -= 1
        if part.reason != OK or not self.connects(replica, operation.here):
            self._fails(part, operation, now)
        else:
            self.answered(part, operation, now)

    def answered(self, part: Call, operation: Operation, now: float) -> None:
        """A replica has answered; during a pause nobody notices."""
        if operation.phase == REPLICATING:
            self.follower_answered(part, operation, now)
            return
        job = part.parent
        if job is None:
            return
        operation.pending -= 1
        if part.reason != OK:
            self._counts_out(job, part, operation, now)
            return
        if operation.phase == READING:
            self._compare(part, operation)
        operation.answers += 1
        if not operation.over and operation.answers >= operation.needed:
            self.node.proceed(job, part, now)
        if operation.pending == 0 and operation.phase == READING:
            self._mend(operation, now)

    def _compare(self, part: Call, operation: Operation) -> None:
        """Keep the newest version that replicas have answered with, and who holds it."""
        bit: i64 = 1 << i64(part.attempt)
        operation.answered |= bit
        version, stamp = i64(part.step), part.sent
        if self.merging and version > 0:
            cell = operation.cell
            if cell is None:
                cell = operation.cell = Cell()
            cell.join(self.replica_of(part.pool).cell(operation.slot, keeps=self.side_by_side))
        if version == operation.number:
            operation.holders |= bit
        elif version > 0 and (
            operation.number == 0
            or stamp > operation.stamp
            or (stamp == operation.stamp and version > operation.number)
        ):
            operation.number, operation.stamp = version, stamp
            operation.holders = bit

    def _fails(self, part: Call, operation: Operation, now: float) -> None:
        """A replica does not answer."""
        job = part.parent
        if job is None or operation.phase == MENDING:
            return
        log = operation.phase == REPLICATING
        if (log or operation.phase == WRITING) and self.hint_life > 0.0:
            version, stamp = operation.number, operation.stamp
            hint = Hint(self.replica_of(part.pool), operation.slot, version, stamp, now)
            self.hint(operation.here, hint.carrying(operation.cell))
        if log:
            part.reason = UNAVAILABLE
            self.follower_answered(part, operation, now)
            return
        operation.pending -= 1
        self._counts_out(job, part, operation, now)
        if operation.pending == 0 and operation.phase == READING:
            self._mend(operation, now)

    def _counts_out(self, job: Call, part: Call, operation: Operation, now: float) -> None:
        """A request can do with fewer answers, or fails."""
        operation.spare -= 1
        if operation.spare >= 0 or operation.over:
            return
        if operation.needed > 1 and not self.strict:
            operation.needed -= 1
            operation.spare = 0
            self.sloppy += 1
            if operation.answers >= operation.needed:
                self.node.proceed(job, part, now)
        else:
            operation.over = True
            if not job.done:
                self.refused += 1
                self.node.finish(job, UNAVAILABLE, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """There are answers enough: acknowledge a write, or give the newest version."""
        operation = operation_of(child)
        if operation.over or job.done:
            return
        slot, ledger, watch = operation.slot, self.ledger, self.watch
        if operation.phase in (WRITING, LEADING):
            operation.over = True
            self.written += 1
            if self.led:
                self.conflicts.acknowledge(slot, operation.number)
            ledger.acked[slot] = max(ledger.acked[slot], operation.number)
            if self.issued is not None:
                self.issued.written(job, slot, operation.number, now)
            if watch is not None and job.key == watch.key:
                watch.acknowledged(operation.number, now)
        else:
            if operation.phase == READING and self._writes_back(job, operation, now):
                return
            operation.over = True
            self.reads += 1
            if operation.number < operation.floor:
                self.stale += 1
            if self.issued is not None:
                self.issued.read(job, slot, operation.number)
            if watch is not None and job.key == watch.key:
                watch.answered(operation.begun, operation.number, now)
        self.node.finish(job, OK, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """It makes no calls."""
        self.node.finish(job, reason, now)

    # --- repair ---------------------------------------------------------------------------------------------------

    def _writes_back(self, job: Call, operation: Operation, now: float) -> bool:
        """Have a quorum hold what is about to be answered, so that no later read is older (Attiya et al. 1995).

        Only where consistency goes before, and the answers differ; mostly they do not.
        """
        version = operation.number
        if not self.strict or operation.holders == operation.answered:
            return False
        held: i64 = 0
        owners = self.partitions.owners[self.ledger.partition[operation.slot]]
        lacking: list[Replica] = []
        bit: i64 = 1
        here = operation.here
        for owner in owners:
            if operation.holders & bit:
                held += 1
            elif owner is here or self.reaches(here, owner):
                lacking.append(owner)
            bit <<= 1
        quorum = min(self.write_quorum, len(owners))
        if held >= quorum:
            return False
        back = Operation(REPAIRING, here, operation.slot)
        back.number, back.stamp, back.floor = version, operation.stamp, operation.floor
        back.cell = operation.cell
        back.begun = operation.begun
        back.needed = quorum - held
        back.pending = len(lacking)
        back.spare = back.pending - back.needed
        operation.over = True
        job.context = back
        inherit(back, operation)
        if back.spare < 0:
            back.over = True
            self.refused += 1
            self.node.finish(job, UNAVAILABLE, now)
            return True
        for owner in lacking:
            self.send(job, back, owner, 0, self.kinds + 1, now)
        return True

    def _mend(self, operation: Operation, now: float) -> None:
        """Bring those up to date that have answered with something older (read repair)."""
        if operation.holders == operation.answered:
            return
        owners = self.partitions.owners[self.ledger.partition[operation.slot]]
        bit: i64 = 1
        for owner in owners:
            if operation.answered & bit and not operation.holders & bit:
                newest = Hint(owner, operation.slot, operation.number, operation.stamp, 0.0)
                newest.cell = operation.cell
                self.mend(operation.here, newest, now)
            bit <<= 1

    # --- faults ---------------------------------------------------------------------------------------------------

    def parts(self, pool: Pool) -> list[Call]:
        """The requests inside an instance, and what it does for others."""
        return calls_in(pool.inside) + calls_in(self.replica_of(pool).inside)

    def killed(self, pool: Pool, now: float) -> None:
        """An instance died: what it held is on its disk, what it had in hand does not get done."""
        replica = self.replica_of(pool)
        parts = calls_in(replica.inside)
        replica.inside.clear()
        for part in parts:
            part.stage = DEAD
            pool.detached -= 1
        for part in parts:
            self._fails(part, operation_of(part), now)

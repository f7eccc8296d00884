"""Agreement of a majority: a request is answered once most instances of its node have agreed to it.

One instance leads, as in Raft. Whoever gets a request asks the leader. A write is in the log of the leader, who
sends it to all others, and counts once a majority, the leader included, has it on disk. A read by majority waits
until most have confirmed that the leader still leads (ReadIndex). So both take an order statistic of the ways
between the instances: with N the (N/2 + 1)-th, rounded down, of N.

Who cannot reach the leader, or whose leader cannot reach a majority, is refused at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK, UNAVAILABLE
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.network.ways import Peers
from engine.sim.lane.seams import Role

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.samplers import Sampler


@final
class Quorum(Role):
    """Has instances agree."""

    leader: Pool | None = None
    """Who leads; None while nobody does."""
    asks: bool = True
    """Whether reads wait for a majority as well, not for the leader alone."""
    agreed: i64 = 0
    """Requests that most agreed to."""
    refused: i64 = 0
    """Those without a leader, or a majority."""
    waited: float = 0.0
    """Time (s) that those took which most agreed to."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.ends_here = True
        self.peers = Peers()
        self.sync: Sampler | None = None
        """Sampler of the time (s) until a write is on the disk of an instance."""
        self.writes: list[bool] = []
        """Whether each class writes."""

    def serve(self, job: Call, now: float) -> None:
        """Answer a request after its work, once most agree."""
        wait = self.agreement(job.pool, writes=self.writes[job.kind])
        if wait < 0.0:
            self.refused += 1
            self.node.finish(job, UNAVAILABLE, now)
            return
        self.agreed += 1
        self.waited += wait
        if wait > 0.0:
            self.node.agenda.schedule(wait, Timer(Agreed(self, job)))
        else:
            self.node.finish(job, OK, now)

    def agreement(self, asking: Pool, *, writes: bool) -> float:
        """Time (s) until an instance knows that most agree; negative where they cannot."""
        leader = self.leader
        if leader is None or not answers(leader):
            return -1.0
        trip = 0.0
        if asking is not leader:
            if self.peers.cut(asking, leader) or self.peers.cut(leader, asking):
                return -1.0
            trip = self.peers.delay(asking, leader) + self.peers.delay(leader, asking)
        most = self._most(leader, writes=writes)
        if most < 0.0:
            return -1.0
        return trip if not (writes or self.asks) else trip + most

    def leads(self, pool: Pool) -> bool:
        """Whether an instance reaches a majority, itself included."""
        return answers(pool) and self._most(pool, writes=False) >= 0.0

    def _most(self, leader: Pool, *, writes: bool) -> float:
        """Time (s) until a majority has answered a leader; negative where too few are there."""
        peers = self.peers
        times: list[float] = []
        for pool in self.node.pools:
            trip = 0.0
            if pool is not leader:
                if not answers(pool) or peers.cut(leader, pool) or peers.cut(pool, leader):
                    continue
                trip = peers.delay(leader, pool) + peers.delay(pool, leader)
            if writes and self.sync is not None:
                trip += self.sync.draw() * pool.slow
            times.append(trip)
        needed: i64 = len(self.node.pools) // 2 + 1
        if len(times) < needed:
            return -1.0
        times.sort()
        return times[needed - 1]


@final
class Agreed(Task):
    """A request that most will have agreed to."""

    def __init__(self, role: Quorum, job: Call) -> None:
        self._role = role
        self._job = job

    def due(self, timer: Timer, now: float) -> None:
        """They have."""
        if not self._job.done:
            self._role.node.finish(self._job, OK, now)


def answers(pool: Pool) -> bool:
    """Whether an instance answers the others."""
    return not (pool.down or pool.frozen or pool.halted)

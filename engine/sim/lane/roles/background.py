"""What a store does by itself, over the links of its node, while no request waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call
from engine.sim.lane.codes import ENGAGED, EXPIRED
from engine.sim.lane.roles.steps import known_frame

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node


@final
class Background:
    """Jobs without a path: the flow of the node runs them as it runs requests, and nobody is answered."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._jobs: dict[Call, None] = {}
        """Those under way."""

    def job(self, pool: Pool, kind: i64, key: i64, now: float) -> Call:
        """A job in an instance; whoever wants it then has the flow serve it."""
        job = Call(self.node, pool, None, i16(kind), key)
        job.stage = ENGAGED
        job.arrived = now
        pool.detached += 1
        self._jobs[job] = None
        return job

    def end(self, job: Call, now: float) -> None:
        """It is over."""
        if job in self._jobs:
            del self._jobs[job]
            job.done = True
            job.pool.detached -= 1
            context = job.context
            if context is not None:
                self.node.flow.call_off(context, EXPIRED, now)

    def with_local_work(self, pool: Pool) -> list[Call]:
        """The jobs of an instance that die with it: they need its workers. A call alone that is under way gets there."""
        return [job for job in self._jobs if job.pool is pool and known_frame(job) is not None]

    def home(self) -> Pool | None:
        """An instance that can begin a job now; None where none can."""
        for pool in self.node.pools:
            if not (pool.down or pool.frozen or pool.halted):
                return pool
        return None

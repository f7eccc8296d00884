"""The instances of a node: of the right sort, as many as there should be, their knobs turned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.primitives import INFINITE
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.station.backlog import Backlog
from engine.sim.lane.station.batches import BatchPool
from engine.sim.lane.station.cancellable import CancellableQueue
from engine.sim.lane.station.line import Fifo, Lifo, Priority
from engine.sim.lane.station.memory import Memory
from engine.sim.lane.station.paced import PacedPool, PacedSharedPool
from engine.sim.lane.station.pool import QueuePool
from engine.sim.lane.station.sharing import SharedPool
from engine.sim.servers import server_of

if TYPE_CHECKING:
    from collections.abc import Container

    from engine.plan.primitives import StationPlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.variable_rate import VariableRateServer
    from engine.sim.parts import NodePart

_GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo 1, are spread evenly however many there are."""


def sort_of(node: Node, station: StationPlan) -> type[Pool]:
    """What an instance has to be; a change of it makes another one.

    A flow hands workers from one part of a request to another, so it has no batches.
    """
    shared = station.discipline == "ps" and station.workers is not None
    if station.batch is not None and not shared and not node.stepwise:
        return BatchPool
    if _varies(station):
        return PacedSharedPool if shared else PacedPool
    return SharedPool if shared else QueuePool


def _varies(station: StationPlan) -> bool:
    """Whether the pace of work varies, or somebody has to look at each request that enters."""
    watched = station.memory is not None and station.memory.limit < INFINITE
    warms = station.start is not None and station.start.warm_up > 0.0
    others = (station.scaling, station.cpu, station.pauses)
    return watched or warms or any(each is not None for each in others)


class Instances:
    """Makes and tunes the instances of one machine."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.priorities = [0]
        """Priority of each request class."""

    def tune(self, part: NodePart, station: StationPlan, told: Container[str]) -> None:
        """Have the right instances; surplus ones finish what they have.

        Calls can be taken out of the line where a flow may, or a caller among the nodes that are ``told``.
        """
        screens = part.node.stepwise or part.plan.id in told
        node, sort, now = part.node, sort_of(part.node, station), self.agenda.now
        before = len(node.pools)
        part.retired = [pool for pool in part.retired if pool in part.bound or not pool.unused()]
        kept = [pool for pool in node.pools if type(pool) is sort][: station.instances]
        staying = {id(pool) for pool in kept}
        part.retired += [pool for pool in node.pools if id(pool) not in staying]
        while len(kept) < station.instances:
            pool = _new(sort, node, len(kept))
            if len(kept) >= before and now > 0.0 and station.start is not None:
                pool.starting = pool.down = True
                pool.listed = False
            kept.append(pool)
        node.pools = kept
        self._tune_backlog(node, station)
        for pool in kept:
            self._tune(pool, station)
            if isinstance(pool, QueuePool):
                line = self._line(station)
                pool.reline(CancellableQueue(line, pool) if screens else line)
            pool.holds = pool.holds or station.hold
            pool.resize(UNLIMITED if station.workers is None else station.workers, now)
        part.meters.follow(kept, part.retired, now)

    def _tune_backlog(self, node: Node, station: StationPlan) -> None:
        """Have who finds no place come again, or refuse them; who is on the way comes in any case."""
        if station.overflow == "refuse":
            node.backlog = None
        elif node.backlog is None:
            node.backlog = Backlog(node)

    def _tune(self, pool: Pool, station: StationPlan) -> None:
        """Turn the knobs of an instance."""
        now = self.agenda.now
        pool.limit = UNLIMITED if station.queue_limit is None else station.queue_limit
        server = server_of(pool)
        if server is not None:
            _set_pace(server, station, pool.index, now)
        if isinstance(pool, BatchPool) and station.batch is not None:
            batch = station.batch
            pool.size, pool.linger, pool.fixed = batch.size, batch.linger, batch.fixed
            pool.per_item = -1.0 if batch.per_item is None else batch.per_item
        _set_memory(pool, station, now)

    def _line(self, station: StationPlan) -> Line:
        """An empty waiting line of a station's discipline."""
        if station.discipline == "lifo":
            return Lifo()
        if station.discipline == "priority":
            return Priority(self.priorities)
        return Fifo()


def _new(sort: type[Pool], node: Node, index: int) -> Pool:
    """A new instance."""
    if sort is PacedSharedPool:
        return PacedSharedPool(node, index)
    if sort is SharedPool:
        return SharedPool(node, index)
    if sort is BatchPool:
        return BatchPool(node, index, Fifo())
    return PacedPool(node, index, Fifo()) if sort is PacedPool else QueuePool(node, index, Fifo())


def _set_pace(server: VariableRateServer, station: StationPlan, index: int, now: float) -> None:
    """Turn the knobs of an instance's pace. Periods of instances do not begin all at once."""
    server.catch_up(now)
    pace, scaling, cpu = server.pace, station.scaling, station.cpu
    pace.contention = scaling.contention if scaling is not None else 0.0
    pace.coherency = scaling.coherency if scaling is not None else 0.0
    if cpu is not None:
        pace.limit(cpu.quota, cpu.period, index * _GOLDEN % 1.0 * cpu.period)
    else:
        pace.limit(0.0, 1.0, 0.0)
    pace.pauses = station.pauses is not None
    start = station.start
    pace.warm_up = start.warm_up if start is not None else 0.0
    pace.cold = start.cold if start is not None else 1.0
    server.plan(now)


def _set_memory(pool: Pool, station: StationPlan, now: float) -> None:
    """Turn the knobs of an instance's memory."""
    plan = station.memory
    if plan is None:
        pool.memory = None
        return
    memory = pool.memory
    if not isinstance(memory, Memory):
        memory = Memory(pool)
        pool.memory = memory
    fixed = plan.base + plan.per_peer * (station.instances - 1)
    memory.turn(fixed, plan.per_request, plan.leak, now)
    memory.limit = plan.limit
    memory.refuses = plan.refuses
    memory.watch(now)

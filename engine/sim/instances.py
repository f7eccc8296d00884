"""The instances of a node: of the right sort, as many as there should be, their knobs turned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.lane.call import UNLIMITED
from engine.sim.lane.flow import FlowNode
from engine.sim.lane.line import Fifo, Lifo, Priority
from engine.sim.lane.paced import PacedPool, PacedSharedPool
from engine.sim.lane.pool import QueuePool
from engine.sim.lane.screened import Screened
from engine.sim.lane.sharing import SharedPool

if TYPE_CHECKING:
    from engine.plan.primitives import StationPlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.bench import Bench
    from engine.sim.lane.call import Pool
    from engine.sim.lane.line import Line
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart

_GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo 1, are spread evenly however many there are."""


def sort_of(station: StationPlan) -> type[Pool]:
    """What an instance has to be; a change of it makes another one."""
    shared = station.discipline == "ps" and station.workers is not None
    if station.scaling is not None or station.cpu is not None:
        return PacedSharedPool if shared else PacedPool
    return SharedPool if shared else QueuePool


class Instances:
    """Makes and tunes the instances of one machine."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.priorities = [0]
        """Priority of each request class."""

    def tune(self, part: NodePart, station: StationPlan) -> None:
        """Have the right instances; surplus ones finish what they have."""
        node, sort, now = part.node, sort_of(station), self.agenda.now
        part.retired = [pool for pool in part.retired if not pool.unused()]
        kept = [pool for pool in node.pools if type(pool) is sort][: station.instances]
        part.retired += [pool for pool in node.pools if pool not in kept]
        while len(kept) < station.instances:
            kept.append(_new(sort, node, len(kept)))
        node.pools = kept
        workers = UNLIMITED if station.workers is None else station.workers
        for pool in kept:
            pool.limit = UNLIMITED if station.queue_limit is None else station.queue_limit
            if isinstance(pool, QueuePool):
                line = self._line(station)
                pool.reline(Screened(line, pool) if isinstance(node, FlowNode) else line)
            if isinstance(pool, PacedPool | PacedSharedPool):
                _set_pace(pool.bench, station, pool.index, now)
            pool.resize(workers, now)

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
    return PacedPool(node, index, Fifo()) if sort is PacedPool else QueuePool(node, index, Fifo())


def _set_pace(bench: Bench, station: StationPlan, index: int, now: float) -> None:
    """Turn the knobs of an instance's pace. Periods of instances do not begin all at once."""
    bench.catch_up(now)
    pace, scaling, cpu = bench.pace, station.scaling, station.cpu
    pace.contention = scaling.contention if scaling is not None else 0.0
    pace.coherency = scaling.coherency if scaling is not None else 0.0
    if cpu is not None:
        pace.limit(cpu.quota, cpu.period, index * _GOLDEN % 1.0 * cpu.period)
    else:
        pace.limit(0.0, 1.0, 0.0)
    bench.plan(now)

"""How the workers of an instance serve, by its plan and by what events do to it, and the knobs of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.primitives import INFINITE
from engine.sim.curves import curve_of
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.instance import Lease
from engine.sim.lane.samplers import Constant
from engine.sim.lane.station.batches import Batching
from engine.sim.lane.station.elastic import Elastic
from engine.sim.lane.station.fleet import Fleet
from engine.sim.lane.station.line import AdaptiveLifo, Fifo, Lifo, Priority
from engine.sim.lane.station.load import Move
from engine.sim.lane.station.memory import Memory
from engine.sim.lane.station.paced import PacedQueueing, PacedSharing
from engine.sim.lane.station.queueing import Queueing
from engine.sim.lane.station.sharing import Sharing
from engine.sim.lane.station.variable_rate import VariableRateServer
from engine.sim.servers import server_of

if TYPE_CHECKING:
    from engine.plan.primitives import StationPlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.load import Movable

_GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo 1, are spread evenly however many there are."""


def sort_of(pool: Pool, node: Node, station: StationPlan) -> type[Movable]:
    """How an instance has to serve.

    A flow hands workers from one part of a request to another, so it has no batches. A pace that
    never varies costs nothing: whatever varies it, be it for a while, makes the discipline another one.
    """
    if station.elastic is not None:
        return Elastic
    shared = station.discipline == "ps" and station.workers is not None
    if station.batch is not None and not shared and not node.stepwise:
        return Batching
    if pool.slow != 1.0 or pool.frozen or _varies(station):
        return PacedSharing if shared else PacedQueueing
    return Sharing if shared else Queueing


def _varies(station: StationPlan) -> bool:
    """Whether the pace of work varies, or somebody has to look at each request that enters."""
    warms = station.start is not None and station.start.warm_up > 0.0
    others = (station.scaling, station.cpu, station.pauses)
    return has_limit(station) or warms or any(each is not None for each in others)


def has_limit(station: StationPlan) -> bool:
    """Whether the memory of its instances ends somewhere."""
    return station.memory is not None and station.memory.limit < INFINITE


def discipline_of(
    pool: Pool,
    sort: type[Movable],
    station: StationPlan,
    line: Line,
    server: VariableRateServer | None,
) -> Movable:
    """A discipline of a sort, its knobs turned.

    Args:
        pool: the instance.
        sort: of the discipline.
        station: the plan.
        line: an empty one.
        server: what does the work of the instance so far, where its pace varies.
    """
    if sort is Queueing:
        return Queueing(pool, line)
    if sort is Sharing:
        return Sharing(pool)
    if server is None:
        server = VariableRateServer(pool, pool.site.agenda.now)
        server.hamper(pool.site.agenda.now)
    made: Movable
    if sort is PacedSharing:
        made = PacedSharing(pool, server)
    elif sort is Elastic:
        made = Elastic(pool, line, server, Fleet(Constant(0.0)))
    elif sort is Batching:
        made = Batching(pool, line, server)
    else:
        made = PacedQueueing(pool, line, server)
    _set_pace(server, station, pool.index, pool.site.agenda.now)
    _set_batches(made, station)
    return made


def move_of(pool: Pool, node: Node, sort: type[Movable], station: StationPlan, line: Line) -> Move:
    """A change of an instance to a discipline of a sort."""
    server = server_of(pool)
    if sort in (Queueing, Sharing) and server is not None and server.pace.paused:
        server.resume(pool.site.agenda.now)
    parts = node.flow.parts(pool)
    carried = [part for part in parts if node.flow.carries(part)]
    return Move(pool, discipline_of(pool, sort, station, line, server), parts, carried)


def tune(
    pool: Pool, station: StationPlan, before: StationPlan | None, line: Line | None, now: float
) -> None:
    """Turn the knobs of an instance, and none of those of its pace where the plan before had the same.

    Nobody looks at work under way for nothing: its virtual time is rounded wherever that is done. Nor does anybody
    move to another ``line`` without one: whoever has waited at a gate, or for a later part of a flow, is not
    in line in the order in which requests came.
    """
    pool.limit = UNLIMITED if station.queue_limit is None else station.queue_limit
    pool.prefetch = station.prefetch
    lease = station.lease
    pool.lease = None if lease is None else Lease(lease.every, lease.longest)
    server, discipline = server_of(pool), pool.discipline
    if server is not None and (before is None or _pace_of(before) != _pace_of(station)):
        _set_pace(server, station, pool.index, now)
    _set_batches(discipline, station)
    _set_memory(pool, station, now)
    if line is not None and isinstance(discipline, Queueing):
        discipline.reline(line)
    pool.holds = pool.holds or station.hold
    discipline.resize(UNLIMITED if station.workers is None else station.workers, now)


def line_of(station: StationPlan, priorities: list[int], agenda: Agenda) -> Line:
    """An empty waiting line of a station's order of service."""
    if station.discipline == "adaptive_lifo":
        return AdaptiveLifo(station.lifo_after, agenda)
    if station.discipline == "lifo":
        return Lifo()
    if station.discipline == "priority":
        return Priority(priorities)
    return Fifo()


def _set_batches(discipline: object, station: StationPlan) -> None:
    """Turn the knobs of an instance's batches, where it has any."""
    if isinstance(discipline, Batching) and station.batch is not None:
        batch = station.batch
        discipline.size, discipline.linger, discipline.fixed = batch.size, batch.linger, batch.fixed
        discipline.per_item = -1.0 if batch.per_item is None else batch.per_item


def _pace_of(station: StationPlan) -> tuple[object, ...]:
    """What the pace of instances follows from."""
    return station.scaling, station.cpu, station.pauses is None, station.start


def _set_pace(server: VariableRateServer, station: StationPlan, index: int, now: float) -> None:
    """Turn the knobs of an instance's pace. Periods of instances do not begin all at once."""
    server.catch_up(now)
    pace, scaling, cpu = server.pace, station.scaling, station.cpu
    pace.contention = scaling.contention if scaling is not None else 0.0
    pace.coherency = scaling.coherency if scaling is not None else 0.0
    pace.curve = curve_of(scaling.curve) if scaling is not None else None
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

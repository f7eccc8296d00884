"""Instances that events take out of rotation: nothing new comes to them until they are back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.control.rotation import settle_callers
from engine.sim.primitives.drains import DRAINS, DrainCounts

if TYPE_CHECKING:
    from engine.plan.primitives import EventPlan, NodePlan
    from engine.sim.lane.call import Pool
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart

_ROUNDING: Final = 1e-9


def stop_time(event: EventPlan, node: NodePlan) -> float:
    """When an instance of a node is stopped (s) that an event drains; infinite where it may take as long as it takes."""
    limit = node.station.drain if event.seconds is None else event.seconds
    return event.at + limit


def is_stopped(event: EventPlan, part: NodePart) -> bool:
    """Whether the time to drain is up."""
    return part.node.agenda.now >= stop_time(event, part.plan) - _ROUNDING


def take_out(part: NodePart, wanted: dict[Pool, bool], machine: Machine) -> None:
    """Have callers pick those instances no more that events drain, and those again that no event does."""
    turned = [pool for pool, draining in wanted.items() if pool.draining != draining]
    if not turned and not any(wanted.values()):
        return
    for pool in turned:
        pool.draining = not pool.draining
    if part.controller(DRAINS) is None:
        part.control(DRAINS, DrainCounts())
    for link in part.entering:
        for endpoint in link.link.endpoints:
            if endpoint.pool.draining or endpoint.pool in turned:
                endpoint.healthy = endpoint.pool.offered()
    settle_callers(machine, part)
    for pool in turned:
        if part.node.pulls and not (pool.draining or pool.down):
            part.node.invite(pool, machine.agenda.now)


def count_cut(part: NodePart, pool: Pool) -> None:
    """Count what is still there when an instance that drains is stopped."""
    body = part.controller(DRAINS)
    if body is not None and not pool.down:
        body.thing.requests += int(pool.inside.count + pool.coming)
        body.thing.connections += int(pool.pinned)

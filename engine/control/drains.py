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


def take_out(part: NodePart, draining: list[Pool], stopped: list[Pool], machine: Machine) -> None:
    """Have callers pick those instances no more that events drain, and those again that no event does.

    Those whose time is up are struck off the list, as in a registry: nobody who belongs there is sent there
    still, and nobody has to find out that they are gone.
    """
    if draining and part.controller(DRAINS) is None:
        part.control(DRAINS, DrainCounts())
    body = part.controller(DRAINS)
    if body is None:
        return
    gone = body.thing.gone
    turned = [
        pool
        for pool in (*part.node.pools, *part.retired)
        if _turn(pool, gone, drains=pool in draining, stopped=pool in stopped)
    ]
    if not turned and not draining:
        return
    for link in part.entering:
        for endpoint in link.link.endpoints:
            if endpoint.pool.draining or endpoint.pool in gone or endpoint.pool in turned:
                endpoint.healthy = endpoint.pool.offered()
    settle_callers(machine, part)
    for pool in turned:
        if part.node.pulls and pool.offered() and not pool.down:
            part.node.invite(pool, machine.agenda.now)


def _turn(pool: Pool, gone: dict[Pool, bool], *, drains: bool, stopped: bool) -> bool:
    """Have an instance drain, be gone or be there, as events want it; says whether that is news."""
    known = (pool in gone) == stopped and not (stopped and pool.listed)
    if known and pool.draining == (drains and not stopped):
        return False
    pool.draining = drains and not stopped
    if stopped:
        gone[pool] = True
        pool.listed = False
    elif gone.pop(pool, False):
        pool.listed = True
    return True


def count_cut(part: NodePart, pool: Pool) -> None:
    """Count what is still there when an instance that drains is stopped."""
    body = part.controller(DRAINS)
    if body is not None and not pool.down:
        body.thing.requests += int(pool.inside.count + pool.coming)
        body.thing.connections += int(pool.pinned)

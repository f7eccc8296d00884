"""What has to hold in every run, whatever the design: checked whenever a result is made.

Conservation: what came in was answered, failed, or is still inside. Little's law: the number inside,
integrated over time, is the time that everybody spent inside. Both hold to the last request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.invariant import ROUNDING, InvariantError, at_most, close, same
from engine.sim.lane.roles.keeper import MessageKeeper

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart

__all__ = ["InvariantError", "check"]


def check(machine: Machine) -> None:
    """Check a machine as it stands.

    Raises:
        InvariantError: with the node or link, and the numbers.
    """
    for part in machine.nodes.values():
        _check_node(part, machine.now)
    for link in machine.links.values():
        _check_link(link, machine.now)


def _check_node(part: NodePart, now: float) -> None:
    """Conservation, Little's law and the workers' book-keeping at a node."""
    node = part.node
    known = int(node.completed) + sum(node.failed) + int(node.in_system)
    same(node.name, "requests", int(node.arrivals), known)
    spent = node.residence.total + node.in_system * now - node.arrived_sum
    area = node.system_area + (now - node.touched) * node.in_system
    scale = area + (node.in_system + 1.0) * (now + 1.0)
    close(node.name, "Little's law", area, spent, scale)
    if node.in_system == 0.0:
        close(node.name, "arrivals of nobody", node.arrived_sum, 0.0, now + 1.0)
    for body in (*part.roles, *part.gates):
        body.adapter.check(body.thing, node, now)
    if part.is_client:
        return
    pools = [*node.pools, *part.retired]
    held = sum(int(gate.held) for gate in node.gates)
    inside = sum(int(pool.inside.count) for pool in pools)
    same(node.name, "jobs inside", node.in_system, inside + held)
    same(node.name, "busy workers", node.busy, sum(int(pool.busy) for pool in pools))
    _check_instances(node, pools, now)
    _check_workers(part, pools, now)
    keeper = part.role(MessageKeeper)
    queued = held + (int(keeper.kept()) if keeper is not None else 0)
    same(node.name, "waiting", node.waiting, queued + sum(int(pool.waiting) for pool in pools))


def _check_instances(node: Node, pools: list[Pool], now: float) -> None:
    """What instances count of themselves adds up to what their node counts, unless some are gone."""
    same(node.name, "held workers", node.vitals.resting, sum(int(pool.resting) for pool in pools))
    at_most(node.name, "held workers", node.vitals.resting, node.busy)
    at_most(node.name, "arrivals", sum(int(pool.arrivals) for pool in pools), int(node.arrivals))
    area = node.busy_area + (now - node.touched) * node.busy
    busy = sum(int(pool.busy) * now - pool.busy_sum for pool in pools)
    at_most(node.name, "busy instances", busy, area + ROUNDING * (area + now + 1.0))
    rest = node.vitals.resting * now - node.vitals.resting_sum
    at_most(node.name, "time held", rest, area + ROUNDING * (area + now + 1.0))


def _check_workers(part: NodePart, pools: list[Pool], now: float) -> None:
    """No more workers are busy than there are, now and ever.

    Those that were taken away while they had something in hand finish it and are counted until then:
    as excess of an instance that has fewer workers now, or all that work in one that is gone.
    """
    node = part.node
    for pool in pools:
        at_most(
            node.name,
            "busy workers of an instance",
            int(pool.busy),
            int(pool.workers + pool.excess),
        )
    for tally in part.meters.bounded(now):
        room = tally.capacity * (1.0 + ROUNDING) + ROUNDING * (now + 1.0)
        at_most(node.name, "busy workers of an instance over time", tally.busy, room)
    excess = sum(int(pool.excess) for pool in pools)
    same(node.name, "workers in excess", node.excess, excess)
    if part.capacity:
        at_most(node.name, "busy workers", node.busy, part.capacity + node.excess)
        at_most(
            node.name,
            "busy workers over time",
            part.busy_area(now),
            part.capacity_area(now) * (1.0 + ROUNDING),
        )


def _check_link(part: LinkPart, now: float) -> None:
    """Conservation and Little's law on a link."""
    link = part.link
    known = int(link.succeeded) + sum(link.failed) + int(link.in_flight)
    same(link.name, "attempts", int(link.attempts), known)
    spent = link.settled_sum + link.in_flight * now - link.sent_sum
    for body in part.bodies:
        body.adapter.check(body.thing, link, now)
    area = link.area(now)
    scale = area + (link.in_flight + 1.0) * (now + 1.0)
    close(link.name, "Little's law", area, spent, scale)

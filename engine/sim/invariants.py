"""What has to hold in every run, whatever the design: checked whenever a result is made.

Conservation: what came in was answered, failed, or is still inside. Little's law: the number inside,
integrated over time, is the time that everybody spent inside. Both hold to the last request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.network.transport import Network
from engine.sim.lane.roles.queue import Backlog
from engine.sim.lane.traffic.client import Client

if TYPE_CHECKING:
    from engine.sim.lane.link import Link
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart

_ROUNDING = 1e-6
"""Relative difference of two sums of the same durations, added in different orders."""


class InvariantError(AssertionError):
    """The simulator broke one of its own laws: a bug, never a property of a design."""


def check(machine: Machine) -> None:
    """Check a machine as it stands.

    Raises:
        InvariantError: with the node or link, and the numbers.
    """
    for part in machine.nodes.values():
        _check_node(part, machine.now)
    for link in machine.links.values():
        _check_link(link.link, machine.now)


def _check_node(part: NodePart, now: float) -> None:
    """Conservation, Little's law and the workers' book-keeping at a node."""
    node = part.node
    known = int(node.completed) + sum(node.failed) + int(node.in_system)
    _same(node.name, "requests", int(node.arrivals), known)
    spent = node.residence.total + node.in_system * now - node.arrived_sum
    area = node.system_area + (now - node.touched) * node.in_system
    scale = area + (node.in_system + 1.0) * (now + 1.0)
    _close(node.name, "Little's law", area, spent, scale)
    if isinstance(node, Client):
        return
    pools = [*node.pools, *part.retired]
    _same(node.name, "jobs inside", node.in_system, sum(len(pool.inside) for pool in pools))
    _same(node.name, "busy workers", node.busy, sum(int(pool.busy) for pool in pools))
    queued = 0
    if isinstance(node, Backlog):
        queued = int(node.depth)
        known = int(node.consumed + node.dead + node.depth + node.in_flight)
        _same(node.name, "messages", int(node.published), known)
    _same(node.name, "waiting", node.waiting, queued + sum(int(pool.waiting) for pool in pools))


def _check_link(link: Link, now: float) -> None:
    """Conservation and Little's law on a link."""
    known = int(link.succeeded) + sum(link.failed) + int(link.in_flight)
    _same(link.name, "attempts", int(link.attempts), known)
    spent = link.settled_sum + link.in_flight * now - link.sent_sum
    if isinstance(link.network, Network):
        _check_network(link, link.network)
    area = link.area(now)
    scale = area + (link.in_flight + 1.0) * (now + 1.0)
    _close(link.name, "Little's law", area, spent, scale)


def _check_network(link: Link, network: Network) -> None:
    """Book-keeping of the connections of a link; calls from before they were wanted have none."""
    pools = network.pools.values()
    held = sum(int(pool.waiting + pool.riding) for pool in pools)
    if held > link.in_flight:
        msg = f"{link.name}: {held} calls on connections or waiting, {link.in_flight:g} in flight"
        raise InvariantError(msg)
    for pool in pools:
        _same(link.name, "waiting for a connection", int(pool.waiting), int(pool.in_line()))
        if not 0 <= pool.pending <= pool.open:
            msg = f"{link.name}: {pool.pending} of {pool.open} connections are being set up"
            raise InvariantError(msg)


def _same(where: str, what: str, counted: float, accounted: float) -> None:
    """Two counts have to be equal."""
    if counted != accounted:
        msg = f"{where}: {what}: {counted:g} counted, {accounted:g} accounted for"
        raise InvariantError(msg)


def _close(where: str, what: str, area: float, spent: float, scale: float) -> None:
    """Two sums have to be equal but for rounding."""
    if abs(area - spent) > _ROUNDING * scale:
        msg = f"{where}: {what}: area {area:.9g} s, time spent {spent:.9g} s"
        raise InvariantError(msg)

"""Whether people or tools at one node get to another one, over the links as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.network.origins import Origins
from engine.sim.lane.network.ways import Ways
from engine.sim.lane.roles.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from engine.sim.lane.call import Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart


def reaches(machine: Machine, origin: str, sites: Container[str]) -> bool:
    """Whether a way leads from a node to one of the sites, which may be dead themselves.

    A link leads somewhere while it is not cut and an instance is up behind it; a balancer or DNS server only to
    whom it believes in.
    """
    if origin in sites:
        return True
    start = machine.nodes.get(origin)
    if start is None or _is_down(start):
        return False
    left: list[tuple[NodePart, LinkPart | None]] = [(start, None)]
    seen = {(origin, "")}
    while left:
        part, over = left.pop()
        for link in _open_links(part, over):
            name = link.plan.target
            if name in sites:
                return True
            key = (name, link.plan.id if machine.nodes[name].node.aside else "")
            if key not in seen and any(map(_is_up, link.link.endpoints)):
                seen.add(key)
                left.append((machine.nodes[name], link))
    return False


def _open_links(part: NodePart, over: LinkPart | None) -> Iterator[LinkPart]:
    """The links of a node that are not cut for who comes over another one."""
    routed, resolver = part.plan.router is not None, part.role(Resolver)
    for link in part.leaving:
        if resolver is not None and link.plan.id not in resolver.records:
            continue
        believed = not routed or any(each.healthy for each in link.link.endpoints)
        if believed and not is_cut(link, over):
            yield link


def is_cut(link: LinkPart, over: LinkPart | None = None) -> bool:
    """Whether nothing gets over a link now, for who comes over another one: that matters behind DNS alone."""
    network = link.link.network
    if isinstance(network, Ways):
        return all(network.cut(None, each.pool) for each in link.link.endpoints)
    if over is not None and isinstance(network, Origins):
        rows = network.routes.get(over.link, [])
        if rows and all(route.cuts > 0 for row in rows for route in row):
            return True
    return bool(link.link.is_cut())


def _is_up(endpoint: Endpoint) -> bool:
    """Whether an instance answers."""
    return not (endpoint.pool.down or endpoint.pool.frozen)


def _is_down(part: NodePart) -> bool:
    """Whether nothing of a node answers."""
    return all(pool.down or pool.frozen for pool in part.node.pools)

"""Connects the parts: who calls whom in which order, and what picks the instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Body
from engine.sim.choosing import KEYED
from engine.sim.picking import join, pick_for
from engine.sim.primitives.adapter import GateAdapter, RoleAdapter, RuleAdapter
from engine.sim.primitives.balancing import BALANCING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.reach import Reach
    from engine.sim.setup import Setup


def wire(nodes: Mapping[str, NodePart], links: Iterable[LinkPart], setup: Setup) -> None:
    """Connect everything anew. Endpoints and pickers that stay right are kept as they are."""
    for part in nodes.values():
        part.entering, part.leaving = [], []
        for pool in (*part.node.pools, *part.retired):
            pool.inlets = []
    for link in links:
        target = nodes[link.plan.target]
        target.entering.append(link)
        nodes[link.plan.source].leaving.append(link)
        join(link, target)
    for part in nodes.values():
        wire_source(part, setup)
    for link in links:
        _trim(link, nodes[link.plan.source])


def rewire(
    nodes: Mapping[str, NodePart], changed: Iterable[NodePart], touched: Reach, setup: Setup
) -> None:
    """Connect what a change reached, as `wire` connects everything.

    Args:
        nodes: All nodes of the machine.
        changed: Those that may have other instances.
        touched: With all links that enter those, and with the sources of all its links.
        setup: What pickers are made from.
    """
    for part in changed:
        for pool in (*part.node.pools, *part.retired):
            pool.inlets = []
    for link in touched.links:
        join(link, nodes[link.plan.target])
    for part in touched.nodes:
        wire_source(part, setup)
    for part in changed:
        for link in (*part.entering, *part.leaving):
            _trim(link, nodes[link.plan.source])


def wire_source(part: NodePart, setup: Setup) -> None:
    """Let a node know its links, and its links what they pick among."""
    for link in part.leaving:
        if part.plan.router is None or link.plan.checks:
            pick_for(link, setup)
            _see_spread(link)
            link.link.source = None
    routes = part.leaving if part.plan.flow is not None else part.routes
    for body in part.roles:
        if isinstance(body.adapter, RoleAdapter):
            body.adapter.wire(body.thing, part, routes, setup)
    for gate in part.gates:
        if isinstance(gate.adapter, GateAdapter):
            gate.adapter.wire(gate.thing, part, part.leaving)
    for link in part.leaving:
        for rule in link.bodies:
            if isinstance(rule.adapter, RuleAdapter):
                rule.adapter.wire(rule.thing, link, part.leaving)


def _see_spread(link: LinkPart) -> None:
    """See how evenly a link spreads its calls, where what they carry decides."""
    link.bodies = [body for body in link.bodies if body.adapter is not BALANCING]
    if link.plan.picker in KEYED and link.choosing is not None:
        link.bodies.append(Body(BALANCING, link.choosing.spread))


def _trim(link: LinkPart, source: NodePart) -> None:
    """Let the rules of a link forget instances that are gone."""
    for body in link.bodies:
        if isinstance(body.adapter, RuleAdapter):
            body.adapter.trim(body.thing, link, source)

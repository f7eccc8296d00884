"""Connects the parts: who calls whom in which order, and what picks the instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.picking import join, pick_for
from engine.sim.primitives.adapter import RoleAdapter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.sim.parts import LinkPart, NodePart
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


def wire_source(part: NodePart, setup: Setup) -> None:
    """Let a node know its links, and its links what they pick among."""
    if part.plan.router is None:
        for link in part.leaving:
            pick_for(link, setup.streams, setup.kinds)
            link.link.source = None
    for body in part.roles:
        if isinstance(body.adapter, RoleAdapter):
            body.adapter.wire(body.thing, part, part.leaving, setup)

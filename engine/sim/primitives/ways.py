"""Nodes that are spread over places, and the links at them: a way for each pair of places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.network.ways import Way, Ways

if TYPE_CHECKING:
    from engine.plan.primitives import HomePlan, LinkPlan, SpacingPlan
    from engine.sim.parts import LinkPart, NodePart


def place(part: NodePart, home: HomePlan | None) -> None:
    """Have the instances of a node be as far from each other as a plan says; faults of the network stay."""
    apart = ((0.0,),) if home is None or not home.apart else home.apart
    rows = part.peers.rows
    if [len(row) for row in rows] != [len(row) for row in apart]:
        rows = part.peers.rows = [[Way() for _ in row] for row in apart]
    for ways, delays in zip(rows, apart, strict=True):
        for way, delay in zip(ways, delays, strict=True):
            way.delay = delay


def space(part: LinkPart, plan: LinkPlan) -> None:
    """Have the crossings of a link take the ways of a plan, over the network that it has by now."""
    link, spacing = part.link, plan.spacing
    if spacing is None:
        part.ways = None
        return
    ways = part.ways or Ways(link, None)
    under = ways.under = link.network
    ways.handshake = 0.0 if under is None else under.handshake
    ways.passes = under is not None and under.passes
    ways.rows = _rows(ways.rows, spacing)
    part.ways = link.network = ways


def _rows(had: list[list[Way]], spacing: SpacingPlan) -> list[list[Way]]:
    """The ways of a plan: those of before, with all that faults did to them, where there are as many."""
    shape = [len(row) for row in spacing.delays]
    same = [len(row) for row in had] == shape
    rows = had if same else [[Way() for _ in row] for row in spacing.delays]
    for ways, delays, crosses in zip(rows, spacing.delays, spacing.crosses, strict=True):
        for way, delay, crossing in zip(ways, delays, crosses, strict=True):
            way.delay, way.crosses = delay, crossing
    return rows

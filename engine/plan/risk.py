"""What a plan's shape says about failures: single points, patience of callers, retries that multiply."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan, NodePlan, Plan

_NONE: frozenset[str] = frozenset()


def single_points(plan: Plan, order: Sequence[str]) -> frozenset[str]:
    """The nodes without which no request of any client succeeds.

    For each node and class, the set of nodes whose death fails the request: itself, those of every call
    that it needs, and for a router those that all its targets have in common. That is exact for one
    death at a time.

    Args:
        plan: the plan.
        order: nodes, callers before what they call.
    """
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    nodes = {node.id: node for node in plan.nodes}
    fatal: dict[tuple[str, int], frozenset[str]] = {}
    for name in reversed(order):
        for kind in range(len(plan.classes)):
            needed = _needed(plan, nodes[name], leaving[name], kind)
            sets = [fatal[link.target, kind] for link in needed]
            if nodes[name].router is not None:
                common = frozenset.intersection(*sets) if sets else _NONE
            else:
                common = _NONE.union(*sets)
            fatal[name, kind] = common | {name}
    ways = [
        fatal[node.id, kind]
        for node in plan.nodes
        if node.traffic is not None
        for kind, share in enumerate(node.traffic.mix)
        if share > 0.0
    ]
    clients = {node.id for node in plan.nodes if node.traffic is not None}
    return frozenset.intersection(*ways) - clients if ways else _NONE


def _needed(plan: Plan, node: NodePlan, leaving: Sequence[LinkPlan], kind: int) -> list[LinkPlan]:
    """The calls without which a request of a class fails at a node (for a router: its choices)."""
    if node.backlog is not None or (node.store is not None and not plan.classes[kind].write):
        return []
    if node.router is not None:
        return [link for link in leaving if link.classes[kind]]
    used = [link for link in leaving if link.waits and link.classes[kind]]
    return [
        link
        for link in used
        if link.probability >= 1.0 and (plan.classes[kind].write or not link.on_miss)
    ]


def patience(plan: Plan, order: Sequence[str]) -> dict[str, float]:
    """For each node, how long (s) after which the first of those who wait for it gives up."""
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    backlogs = {node.id for node in plan.nodes if node.backlog is not None}
    waits: dict[str, float] = {}
    for name in order:
        waits[name] = min(
            (
                min(link.timeout, waits[link.source])
                for link in entering[name]
                if link.waits and link.source not in backlogs
            ),
            default=INFINITE,
        )
    return waits


def amplification(plan: Plan, order: Sequence[str]) -> dict[str, int]:
    """For each node, the most tries that one request can turn into there: retries multiply."""
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    tries: dict[str, int] = {}
    for name in order:
        tries[name] = max(
            (link.retry.attempts * tries[link.source] for link in entering[name]), default=1
        )
    return tries

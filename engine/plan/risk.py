"""What a plan's shape says about failures: patience of callers, retries that multiply."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.plan.retries import most_tries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan, Plan


def patience(plan: Plan, order: Sequence[str]) -> dict[tuple[str, int], float]:
    """For each node and class that comes to it, how long (s) after which the first of those who wait gives up."""
    leaving: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        leaving[link.source].append(link)
    nodes = {node.id: node for node in plan.nodes}
    waits: dict[tuple[str, int], float] = {}
    for name in order:
        node = nodes[name]
        if node.traffic is not None:
            waits |= {(name, kind): INFINITE for kind in node.traffic.asked}
        for link in leaving[name]:
            for kind in range(len(plan.classes)):
                if (name, kind) not in waits or not link.classes[kind]:
                    continue
                visit = link.target, link.kind_at(kind)
                limit = INFINITE
                if link.waits and not node.keeps_messages:
                    limit = min(link.timeout, waits[name, kind])
                waits[visit] = min(waits.get(visit, INFINITE), limit)
    return waits


def amplification(plan: Plan, order: Sequence[str]) -> dict[str, float]:
    """For each node, the most tries that one request can turn into there: retries multiply."""
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    tries: dict[str, float] = {}
    for name in order:
        tries[name] = max(
            (most_tries(link) * tries.get(link.source, 1.0) for link in entering[name]), default=1.0
        )
    return tries

"""What a plan's shape says about failures: patience of callers, retries that multiply."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.plan.primitives import INFINITE
from engine.plan.retries import most_tries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan, Plan


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
                min(link.timeout, waits.get(link.source, INFINITE))
                for link in entering[name]
                if link.waits and link.source not in backlogs
            ),
            default=INFINITE,
        )
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

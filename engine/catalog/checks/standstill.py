"""Errors of clients that ask again at once and are answered at once: simulated time would stand still."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.plan.flow import works_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.primitives import LinkPlan, NodePlan, Plan


def standstill_errors(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Closed clients without a think time, on whose way nothing takes time.

    Only what is plain: where a fault or a full queue makes answers instant, the run will tell.
    """
    for node in plan.nodes:
        if is_restless(node) and not _takes_time(plan, node.id):
            name = name_of(reading.design, node.id)
            path = ("config", "arrivals", "think_time")
            yield Finding(
                level="error",
                code="no-time",
                id=node.id,
                field=".".join(path),
                message=f"Users of {name} ask again at once and are answered in no time, so time "
                "would stand still; let them think",
                fix=SetField(node.id, path, 1.0, "Set think time to 1 s"),
            )


def is_restless(node: NodePlan) -> bool:
    """Whether users of a node ask again at once."""
    traffic = node.traffic
    if traffic is None or traffic.process != "closed" or traffic.users == 0:
        return False
    return traffic.think.mean <= 0.0


def _takes_time(plan: Plan, client: str) -> bool:
    """Whether anything that a client waits for may take time."""
    nodes = {node.id: node for node in plan.nodes}
    waiting: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        if link.waits and not nodes[link.source].keeps_messages:
            waiting[link.source].append(link)
    seen, left = {client}, [client]
    while left:
        for link in waiting[left.pop()]:
            if crossing_takes_time(link) or work_takes_time(nodes[link.target]):
                return True
            if link.target not in seen:
                seen.add(link.target)
                left.append(link.target)
    return False


def crossing_takes_time(link: LinkPlan) -> bool:
    """Whether the network of a link may take time."""
    return link.delay.mean > 0.0 or link.jitter > 0.0 or link.loss > 0.0


def work_takes_time(node: NodePlan) -> bool:
    """Whether the work of any class at a node may take time."""
    batch = node.station.batch
    if batch is not None and (batch.fixed > 0.0 or batch.linger > 0.0 or batch.per_item):
        return True
    if batch is not None and batch.per_item == 0.0:
        return False
    works = [node.station.work, *(part.laws for part in works_in(node.flow or ()))]
    return any(law.mean > 0.0 for laws in works for law in laws)

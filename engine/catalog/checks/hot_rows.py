"""Risks: rows that are written more often than their lock can change hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.transactions import round_trip
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.policies.locks import Locks
from engine.model.units import format_quantity
from engine.plan.demand import demand_of
from engine.plan.flow import transactions_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.primitives import KeyPlan, NodePlan, Plan


def hot_rows(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Databases whose most popular row takes more time to write than there is."""
    locked = [(node, node.gate(Locks)) for node in plan.nodes if node.gates]
    if not any(settings is not None for _, settings in locked):
        return
    demand = demand_of(plan)
    if demand is None:
        return
    for node, settings in locked:
        if settings is None:
            continue
        held, writes = _hottest(plan, node, demand.nodes[node.id], settings, _kept(plan, node.id))
        if held >= 1.0:
            ceiling = format_quantity(round(writes / held, 1), "")
            yield Finding(
                level="risk",
                code="hot-row",
                id=node.id,
                field="config.locks",
                message=f"The most popular row of {name_of(reading.design, node.id)} can be written {ceiling} times a "
                f"second, once its lock is free, and {format_quantity(writes, '')} writes a second want it: they wait "
                "without end. Split the row, write it less often, or hold its lock for a shorter time",
            )


def _hottest(
    plan: Plan, node: NodePlan, rates: tuple[float, ...], settings: Locks, kept: float
) -> tuple[float, float]:
    """Seconds a second for which the lock of the most popular row is wanted, and by how many writes a second."""
    held = writes = 0.0
    for kind, rate, work in zip(plan.classes, rates, node.station.service, strict=True):
        if kind.write and rate > 0.0:
            share = 1.0 if settings.by == "table" else _first_share(kind.keys)
            writes += rate * share
            held += rate * share * max(work.mean, kept / 2.0)
    return held, writes


def _kept(plan: Plan, node_id: str) -> float:
    """Seconds for which a transaction keeps rows of a node locked, at least; half of its calls ask for locks."""
    nodes = {node.id: node for node in plan.nodes}
    links = {link.id: link for link in plan.links}
    longest = 0.0
    for node in plan.nodes:
        for part in transactions_in(node.flow or ()):
            mine = [link for link in part.links if links[link].target == node_id]
            if part.locks and mine:
                slowest = max(
                    round_trip(links[link], nodes[links[link].target]) for link in part.links
                )
                longest = max(longest, slowest)
    return longest


def _first_share(keys: KeyPlan) -> float:
    """Share of the requests that are for the most popular key."""
    # Imported here: numpy's part of this is for few designs.
    from engine.plan.hits import groups_of_keys  # noqa: PLC0415

    first, end, share = groups_of_keys(keys)[0]
    return share / (end - first)

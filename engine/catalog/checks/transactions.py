"""Warnings and risks of transactions: nothing that is locked, nothing that undoes, one that keeps all others waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.flows import explicit_flow
from engine.model.findings import Finding
from engine.model.flow import transactions_of
from engine.model.names import name_of
from engine.model.policies.locks import Locks
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.transaction import Transaction
    from engine.plan.primitives import LinkPlan, NodePlan, Plan

_SLOWER: Final = 5.0
"""Times as long as the next slowest, from which on a participant keeps the others waiting."""


def transaction_findings(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """What is dangerous in the transactions of a design."""
    for node_id, config in reading.configs.items():
        flow = explicit_flow(config)
        if flow is None:
            continue
        for path, transaction in transactions_of(flow):
            field = ".".join(("config", "flow", *path))
            if transaction.mode == "two_phase":
                yield from _two_phase(reading, plan, node_id, transaction, field)
            elif transaction.mode == "saga":
                yield from _saga(reading, plan, node_id, transaction, field)


def _two_phase(
    reading: Reading, plan: Plan, node_id: str, transaction: Transaction, field: str
) -> Iterator[Finding]:
    """Participants that lock nothing, and one for which all others keep their locks."""
    nodes, links = _parts(plan)
    taking: list[tuple[float, str]] = []
    for link_id in transaction.participants:
        target = nodes[links[link_id].target]
        name = name_of(reading.design, target.id)
        taking.append((round_trip(links[link_id], target), name))
        if transaction.lock and (not target.gates or target.gate(Locks) is None):
            yield Finding(
                level="warning",
                code="no-locks",
                id=node_id,
                field=field,
                message=f"{name} takes part in two phases and locks no rows, so that others see and change what may yet "
                "be undone; switch on its row locks, or take a database that has some",
            )
    if len(taking) < 2:
        return
    taking.sort()
    (second, other), (longest, slowest) = taking[-2], taking[-1]
    if longest > _SLOWER * max(second, 1e-4):
        yield Finding(
            level="risk",
            code="slow-participant",
            id=node_id,
            field=field,
            message=f"{slowest} takes {format_quantity(longest, 's')} to prepare and {other} "
            f"{format_quantity(second, 's')}: all participants keep their rows locked until the slowest has voted. "
            "Take it out of the transaction, or use a saga or an outbox",
        )


def _saga(
    reading: Reading, plan: Plan, node_id: str, transaction: Transaction, field: str
) -> Iterator[Finding]:
    """Steps that cannot be undone though later ones may fail."""
    nodes, links = _parts(plan)
    for place, link_id in enumerate(transaction.participants[:-1]):
        if transaction.undo_of(place) is None:
            name = name_of(reading.design, nodes[links[link_id].target].id)
            yield Finding(
                level="risk",
                code="no-compensation",
                id=node_id,
                field=field,
                message=f"What {name} does is not undone when a later step of the saga fails; give it a compensation, or "
                "make it the last step",
            )


def _parts(plan: Plan) -> tuple[dict[str, NodePlan], dict[str, LinkPlan]]:
    """Nodes and links by id."""
    return {node.id: node for node in plan.nodes}, {link.id: link for link in plan.links}


def round_trip(link: LinkPlan, target: NodePlan) -> float:
    """Seconds of a call where nobody waits, by the longest work of any class."""
    return 2.0 * (link.delay.mean + link.jitter) + max(law.mean for law in target.station.service)

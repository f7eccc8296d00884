"""Warnings and risks of transactions: nothing that is locked, nothing that undoes, one that keeps all others waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.flows import explicit_flow
from engine.model.edits import UNSET, SetField
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
            yield from _stand_ins(reading, transaction)
            if transaction.mode == "two_phase":
                yield from _two_phase(reading, plan, node_id, transaction, field)
            elif transaction.mode == "saga":
                yield from _saga(reading, plan, node_id, transaction, field)


def _stand_ins(reading: Reading, transaction: Transaction) -> Iterator[Finding]:
    """Fallbacks that are never used: nothing stands in for a participant."""
    for link_id in transaction.links():
        config = reading.links.get(link_id)
        if config is None or config.fallback is None:
            continue
        yield Finding(
            level="warning",
            code="participant-fallback",
            id=link_id,
            field="config.fallback",
            message=f"{name_of(reading.design, link_id)} leads to a participant of a transaction, for which nothing stands "
            "in: its fallback is never used, and the transaction is undone when the participant fails",
            fix=SetField(link_id, ("config", "fallback"), UNSET, "Remove the fallback"),
        )


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
        if _may_forget(target):
            yield Finding(
                level="risk",
                code="forgetful-participant",
                id=node_id,
                field=field,
                message=f"A failover of {name} may lose what it has prepared or committed, so that a transaction is done "
                "by the others alone; have its followers acknowledge (sync or quorum), or shut the old leader out",
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


def _may_forget(target: NodePlan) -> bool:
    """Whether whoever leads after a failover may not know what the leader before had acknowledged."""
    if target.failover is None:
        return False
    if target.replication is not None:
        return target.replication.acknowledge in ("async", "semi_sync")
    return not target.failover.fencing


def _parts(plan: Plan) -> tuple[dict[str, NodePlan], dict[str, LinkPlan]]:
    """Nodes and links by id."""
    return {node.id: node for node in plan.nodes}, {link.id: link for link in plan.links}


def round_trip(link: LinkPlan, target: NodePlan) -> float:
    """Seconds of a call where nobody waits, by the longest work of any class."""
    return 2.0 * (link.delay.mean + link.jitter) + max(law.mean for law in target.station.service)

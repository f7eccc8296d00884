"""Objectives that a run missed: what each measured, and what led to that.

Users need not suffer for it: an attacker has nodes, a bill or a queue grows while every answer is good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.catalog.measures import unit_of
from engine.model.event_kinds import event_kind
from engine.model.metrics import BLAST_RADIUS, COMPROMISED
from engine.model.uncertainty import about, measured
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.why.chain import explain
from engine.why.events import links_of
from engine.why.fact import Fact, chain_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.model.design import Design, Objective
    from engine.plan.primitives import EventPlan
    from engine.why.record import Record

_MOST: Final = 20
"""Nodes that an attacker has, or acts, that are told one by one."""
_BOUNDS: Final = ("below", "above", "equals")


@dataclass(frozen=True, slots=True)
class Missed:
    """An objective that was missed."""

    objective: Mapping[str, Any]
    """As the result has it."""
    facts: tuple[Fact, ...]
    """What led to it, first cause first; the last is what was measured."""


def missed(record: Record, design: Design, judged: Sequence[Mapping[str, Any]]) -> list[Missed]:
    """The objectives of a design that a run missed, each with what led to it.

    Args:
        record: what the run recorded.
        design: as it was run.
        judged: its objectives, as the result has them.
    """
    pairs = zip(design.objectives, judged, strict=True)
    return [
        Missed(found, _chain(record, design, objective, found))
        for objective, found in pairs
        if not found["met"]
    ]


def chain_of(found: Iterable[Missed]) -> tuple[Fact, ...]:
    """The chains of some objectives as one, each fact once, in order of time."""
    facts = dict.fromkeys(fact for each in found for fact in each.facts)
    return tuple(sorted(facts, key=lambda fact: fact.time))


def missed_object(found: Missed) -> dict[str, Any]:
    """A missed objective as ``--json`` writes it."""
    return {**found.objective, "chain": chain_object(found.facts)}


def _chain(
    record: Record, design: Design, objective: Objective, judged: Mapping[str, Any]
) -> tuple[Fact, ...]:
    """What led to a miss, and what was measured."""
    item, _, name = objective.metric.partition(".")
    names = {each.id: each.name or each.id for each in design.nodes}
    is_node = item in design.node_by_id
    if objective.metric == BLAST_RADIUS.name:
        facts = _ways(record, _comes(record))
    elif name == f"extra.{COMPROMISED.name}":
        facts = _ways(record, _way_to(record, item))
    else:
        facts = list(explain(record, names, None, item)) if is_node else []
        if not any(fact.first for fact in facts):
            facts = [*_happened(record, item if name else None), *facts]
    return (*facts, _measured(record, design, objective, judged))


def _measured(
    record: Record, design: Design, objective: Objective, judged: Mapping[str, Any]
) -> Fact:
    """What an objective measured, and what it asks for."""
    unit = unit_of(design, objective.metric)
    asked = [
        f"{bound} {format_quantity(value, unit)}"
        for bound in _BOUNDS
        if (value := getattr(objective, bound)) is not None
    ]
    at = record.samples[-1].end if record.samples else 0.0
    what = f"{about(judged)}: {measured(judged, unit)} measured, {' and '.join(asked)} asked for"
    if "reason" in judged:
        what += f" ({judged['reason']})"
    item = objective.metric.partition(".")[0]
    return Fact(
        at if objective.to is None else min(at, objective.to),
        what,
        node=item if item in design.node_by_id else None,
        link=item if item in design.link_by_id else None,
        value=judged["value"],
    )


def _comes(record: Record) -> list[str]:
    """The nodes that attackers came to, in the order in which they did."""
    return sorted(record.came, key=lambda name: record.came[name][0])


def _way_to(record: Record, node: str) -> list[str]:
    """The nodes on the way of an attacker to one that he came to, which is the last."""
    sources = {link.id: link.source for link in record.plan.links}
    way: list[str] = []
    name: str | None = node
    while name in record.came and name not in way:
        way.append(name)
        name = sources.get(record.came[name][1])
    return way[::-1]


def _ways(record: Record, nodes: Sequence[str]) -> list[Fact]:
    """How an attacker came to some nodes: the events with which he came in, and every hop."""
    facts = [
        Fact(event.at, event.label or event.change, node=name, first=True)
        for event in record.plan.events
        if event_kind(event.change).spreads
        for name in event.nodes[:1]
        if name in nodes
    ]
    for name in nodes[:_MOST]:
        at, over = record.came[name]
        if over:
            text = f"{record.plan.name(name)} compromised over {record.plan.name(over)}"
            facts.append(Fact(at, text, node=name))
    if len(nodes) > _MOST:
        at = record.came[nodes[-1]][0]
        facts.append(Fact(at, f"{len(nodes) - _MOST:,} more nodes compromised"))
    return facts


def _happened(record: Record, item: str | None) -> list[Fact]:
    """What was done to an item, or to anything where none is named: events, what people did and what controllers did."""
    events = [each for each in record.plan.events if item is None or item in _hit(each)]
    facts = [_event(event, item) for event in events]
    told = {fact.what for fact in facts}
    facts += [
        Fact(each.at, each.text, node=each.target, first="cause" in each.roles)
        for each in record.notices
        if (item is None or each.target == item)
        and (each.kind == "edit" or {"cause", "act"} & set(each.roles))
        and each.text not in told
    ]
    return sorted(facts, key=lambda fact: fact.time)[:_MOST]


def _event(event: EventPlan, item: str | None) -> Fact:
    """An event, as a cause from outside."""
    is_link = item is not None and item not in event.nodes
    what = event.label or event.change
    node = item if item is not None else next(iter(event.nodes), None)
    return Fact(
        event.at, what, node=None if is_link else node, link=item if is_link else None, first=True
    )


def _hit(event: EventPlan) -> set[str]:
    """The nodes and links that an event is about."""
    return {*event.nodes, *links_of(event)}

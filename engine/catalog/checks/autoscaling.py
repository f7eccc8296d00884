"""Risks of autoscalers: those that see nothing of an overload, and those that come too late for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import LONGEST, risk
from engine.model.edits import CompoundEdit, SetField
from engine.model.units import format_instant, format_quantity
from engine.plan.growth import lateness_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.autoscale import Autoscale
    from engine.model.findings import Finding
    from engine.plan.primitives import NodePlan

_ROOM: Final = 0.7
"""Share of what they can serve that a proposed number of instances gets, where the target is no share."""


def autoscaler_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """What may go wrong with the autoscaler of a node, which is as it begins."""
    scale = node.autoscale
    if scale is None or facts.demand.rate(node.id) <= 0.0:
        return
    blind = list(_blind(facts, node, scale))
    yield from blind or _late(facts, node, scale)


def _blind(facts: Facts, node: NodePlan, scale: Autoscale) -> Iterator[Finding]:
    """Workers that wait for calls use no CPU, so that they are all taken below the target."""
    can, station = facts.capacity[node.id], node.station
    work = _work(facts, node)
    if scale.metric != "utilization" or scale.steps is not None or not station.hold:
        return
    if can.hold <= 0.0 or work <= 0.0:
        return
    most = work / can.hold
    if most > scale.target * (1.0 + scale.tolerance):
        return
    name = facts.name(node.id)
    message = (
        f"The autoscaler of {name} never adds any: its workers wait for calls most of the time, so all are "
        f"taken at a utilization of {format_quantity(most, '%')}, and it waits for "
        f"{format_quantity(scale.target, '%')}; have it look at busy workers"
    )
    fix = SetField(node.id, ("config", "autoscale", "metric"), "busy", "Look at busy workers")
    yield risk(node.id, "autoscaler-blind", message, "autoscale.metric", fix)


def _work(facts: Facts, node: NodePlan) -> float:
    """Mean seconds of work on a request, whatever is waited for."""
    rates = facts.demand.nodes[node.id]
    whole = sum(rates)
    means = (law.mean for law in node.station.service)
    return sum(mean * rate for mean, rate in zip(means, rates, strict=True)) / whole


def _late(facts: Facts, node: NodePlan, scale: Autoscale) -> Iterator[Finding]:
    """Load that comes faster than instances."""
    each = facts.capacity[node.id].rate / scale.max
    if not math.isfinite(each) or each <= 0.0:
        return
    late = lateness_of(facts.plan, node, each)
    patience = min(facts.patience[node.id], LONGEST)
    if late is None or late.wait <= patience:
        return
    target = scale.target if scale.metric in ("utilization", "busy") else _ROOM
    needed = min(scale.max, math.ceil(late.peak / each / target - 1e-9))
    message = (
        f"The autoscaler of {facts.name(node.id)} is too slow for the ramp: from "
        f"{format_instant(late.begin)} on more comes in than its instances can serve, and at "
        f"{format_instant(late.at)} those who wait need {format_quantity(late.wait, 's')}; begin with more"
    )
    edits = (
        SetField(node.id, ("config", "instances"), needed),
        SetField(node.id, ("config", "autoscale", "min"), needed),
    )
    fix = CompoundEdit(edits, f"Begin with {needed} instances")
    yield risk(node.id, "autoscaler-slow", message, "autoscale.min", fix)

"""A plan with as many instances as its autoscalers may bring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan, Plan


def at_largest(plan: Plan) -> Plan:
    """The plan once everything has grown as far as it may; the same one where nothing grows."""
    if all(node.autoscale is None for node in plan.nodes):
        return plan
    return replace(plan, nodes=tuple(_grown(node) for node in plan.nodes))


def _grown(node: NodePlan) -> NodePlan:
    """A node with the most instances that it may have."""
    scale = node.autoscale
    if scale is None:
        return node
    return replace(node, station=replace(node.station, instances=scale.max))

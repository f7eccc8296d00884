"""Risks of functions: callers that give up during a cold start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import NodePlan

_SLACK: Final = 3.0
"""A proposed timeout over what a request takes that starts cold."""


def elastic_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """Timeouts that are shorter than a cold start and the work after it."""
    elastic = node.station.elastic
    if elastic is None:
        return
    work = max(law.mean for law in node.station.service)
    takes = elastic.cold.mean + work
    for link in facts.plan.links:
        if link.target != node.id or not link.waits or link.timeout >= takes:
            continue
        seconds = float(f"{_SLACK * takes:.2g}")
        message = (
            f"{facts.name(link.source)} waits {format_quantity(link.timeout, 's')} for {facts.name(node.id)}, which takes "
            f"{format_quantity(takes, 's')} where it starts cold"
        )
        fix = SetField(
            link.id, ("config", "timeout"), seconds, f"Set {format_quantity(seconds, 's')}"
        )
        yield risk(link.id, "cold-start-timeout", message, "timeout", fix)

"""Risks of retries: those that keep a node down, and those that multiply from layer to layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField
from engine.model.policies.retry_budget import RetryBudget
from engine.model.policies.throttle import Throttle
from engine.model.units import format_figure, format_quantity
from engine.plan.retries import most_tries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import LinkPlan, NodePlan

_MANY_TRIES: Final = 6
"""Tries of one request, retries of all layers multiplied, from which they are worth a word."""
_BUDGET: Final = 0.2
"""Retries a first try that a proposed budget allows (Finagle's default)."""


def retry_risks(facts: Facts) -> Iterator[Finding]:
    """What retries may lead to."""
    nodes = {node.id: node for node in facts.plan.nodes}
    for link in facts.plan.links:
        if link.retry.attempts > 1:
            yield from _layers(facts, link)
            yield from _unbudgeted(facts, link)
            yield from _storm(facts, link, nodes[link.target])


def _layers(facts: Facts, link: LinkPlan) -> Iterator[Finding]:
    """Many tries for one request."""
    tries = facts.tries[link.target]
    if tries >= _MANY_TRIES and tries > most_tries(link):
        message = (
            f"Retries multiply along the path: up to {format_figure(tries)} tries at "
            f"{facts.name(link.target)} for one request; retry in one place only"
        )
        fix = SetField(link.id, ("config", "retry"), {"attempts": 1}, "Retry nowhere else")
        yield risk(link.id, "retry-layers", message, "retry.attempts", fix)


def _unbudgeted(facts: Facts, link: LinkPlan) -> Iterator[Finding]:
    """Retries on top of those of others, as many as there are failures."""
    above = facts.tries.get(link.source, 1.0)
    if above < 2.0 or link.policy(RetryBudget) is not None or link.policy(Throttle) is not None:
        return
    message = (
        f"Nothing limits the retries on {facts.name(link.id)}, and requests come to "
        f"{facts.name(link.source)} up to {format_figure(above)} times already: an outage of "
        f"{facts.name(link.target)} multiplies its load; give them a budget"
    )
    fix = SetField(
        link.id, ("config", "retry", "budget"), {"ratio": _BUDGET}, "Set a budget of 20 %"
    )
    yield risk(link.id, "no-retry-budget", message, "retry.budget", fix)


def _storm(facts: Facts, link: LinkPlan, target: NodePlan) -> Iterator[Finding]:
    """Retries that keep down what has stalled once."""
    attempts, name = most_tries(link), facts.name(target.id)
    offered, can = facts.demand.rate(target.id), facts.capacity[target.id].rate
    stormy = (
        target.station.queue_limit is None and math.isfinite(link.timeout) and not link.cancellation
    )
    if stormy and offered <= can < offered * attempts:
        message = (
            f"Retries can keep {name} down once it stalls: {format_quantity(offered, 'rps')} × "
            f"{format_figure(attempts)} tries is more than the {format_quantity(can, 'rps')} it can serve; "
            "bound its queue"
        )
        limit = facts.queue_limit(target)
        bound = SetField(target.id, ("config", "queue_limit"), limit, f"Set queue limit to {limit}")
        yield risk(link.id, "retry-storm", message, "retry.attempts", bound)

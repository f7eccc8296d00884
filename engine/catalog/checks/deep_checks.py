"""Deep health checks of what all instances share: when that is down, nobody is left in rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import NodePlan, Plan


def deep_check_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """Balancers that take every instance out at once, good as they are."""
    health = None if node.router is None else node.router.health
    if health is None or not health.deep or health.fail_open or health.panic is not None:
        return
    shared = _shared(facts.plan, node.id)
    if not shared:
        return
    name, below = facts.name(node.id), facts.name(shared[0])
    message = (
        f"The health checks of {name} go deep, and all instances behind it call {below}: when that is down or "
        "slow, all of them are out at once, for requests that do not need it as well; fail open, or check "
        "the instances alone"
    )
    field = "health" if node.router is None or node.router.resolver is None else "check"
    fix = SetField(node.id, ("config", field, "fail_open"), value=True, label="Fail open")
    yield risk(node.id, "deep-check", message, f"{field}.depth", fix)


def _shared(plan: Plan, balancer: str) -> list[str]:
    """The nodes that a deep check asks behind every target of a balancer, in the order of the plan."""
    targets = [link.target for link in plan.links if link.source == balancer]
    asked = [
        {
            link.target
            for link in plan.links
            if link.source == target and link.waits and not link.on_failure
        }
        for target in targets
    ]
    common = set.intersection(*asked) if asked else set()
    return [node.id for node in plan.nodes if node.id in common]

"""Which links carry connections past a balancer of layer 4, which ends neither TCP nor TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan, Plan


@dataclass(frozen=True, slots=True)
class PassThrough:
    """Links by id."""

    entering: frozenset[str]
    """Those that lead to such a balancer: their TLS costs it nothing."""
    leaving: frozenset[str]
    """Those that leave one, over which set-ups or TLS go on."""


def pass_through(plan: Plan) -> PassThrough:
    """The links of a plan at both sides of its balancers of layer 4."""
    nodes = {node.id for node in plan.nodes if node.router is not None and node.router.layer == 4}
    if not nodes:
        return _NOTHING
    entering = [link for link in plan.links if link.target in nodes]
    ciphered = {link.target for link in entering if link.encryption is not None}
    greeting = {link.target for link in entering if link.connection and link.connection.round_trips}
    leaving = [link for link in plan.links if link.source in nodes]
    return PassThrough(
        frozenset(link.id for link in entering),
        frozenset(
            link.id
            for link in leaving
            if link.source in ciphered or (link.source in greeting and _takes_time(link))
        ),
    )


def _takes_time(link: LinkPlan) -> bool:
    """Whether a crossing does."""
    return link.delay.mean > 0.0 or link.jitter > 0.0 or link.loss > 0.0


_NOTHING = PassThrough(frozenset(), frozenset())

"""Warnings and risks of DNS: records that nothing leads to, answers that outlive a failover, targets that nobody checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from engine.catalog.checks.facts import risk
from engine.catalog.client import ClientConfig
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import did_you_mean, name_of, one_of
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.catalog.dns import DnsConfig
    from engine.catalog.reading import Reading
    from engine.plan.primitives import HealthPlan, NodePlan

_LONG: Final = 120.0
"""Seconds of an answer's life from which a failover takes long: twice what is advised for records with checks."""
_ADVISED: Final = 60.0
_CHOICE: Final = 2
"""Records from which answers may differ."""
_USERS: Final = 1000
"""Users that a remedy has."""


def resolution_warnings(reading: Reading) -> Iterator[Finding]:
    """What of the settings of DNS does nothing, or not what was meant."""
    for node_id, each in reading.configs.items():
        # By its kind, since what a kind consists of is loaded by designs that have one.
        if reading.design.node_by_id[node_id].kind == "dns":
            config = cast("DnsConfig", each)
            yield from _strange_records(reading, node_id, config)
            yield from _unread(reading, node_id, config)
            yield from _single_resolver(reading, node_id, config)


def _strange_records(reading: Reading, node_id: str, config: DnsConfig) -> Iterator[Finding]:
    """Records for nodes to which no link leads."""
    if config.records is None:
        return
    design = reading.design
    known = [link.target for link in design.links if link.source == node_id]
    for name in config.records:
        if name in known:
            continue
        hint = did_you_mean(name, known)
        remedy = f"did you mean {hint!r}?" if hint else f"name {one_of(known)}"
        left = [each for each in config.records if each in known]
        yield Finding(
            level="warning",
            code="no-record",
            id=node_id,
            field="config.records",
            message=f"{name_of(design, node_id)} has a record for {name!r}, to which none of its links leads; {remedy}",
            fix=SetField(node_id, ("config", "records"), [*left], "Forget it"),
        )


def _unread(reading: Reading, node_id: str, config: DnsConfig) -> Iterator[Finding]:
    """Settings of another policy."""
    name = name_of(reading.design, node_id)
    if config.convergence > 0.0 and config.policy != "anycast":
        yield Finding(
            level="warning",
            code="no-effect",
            id=node_id,
            field="config.convergence",
            message=f"{name} announces no routes, so that its convergence does nothing; choose the policy anycast, "
            "or no convergence",
            fix=SetField(node_id, ("config", "convergence"), UNSET, "No convergence"),
        )
    if config.stale_share > 0.0 and config.stale_ttl <= config.ttl:
        yield Finding(
            level="warning",
            code="no-effect",
            id=node_id,
            field="config.stale_ttl",
            message=f"{name} stretches answers to {format_quantity(config.stale_ttl, 's')}, which is no longer than "
            "the TTL, so that nobody keeps them longer; make it longer, or stretch none",
            fix=SetField(node_id, ("config", "stale_share"), UNSET, "Stretch none"),
        )


def _single_resolver(reading: Reading, node_id: str, config: DnsConfig) -> Iterator[Finding]:
    """Callers that all have one answer, so that all change over at once."""
    design = reading.design
    records = [link for link in design.links if link.source == node_id]
    if config.policy == "anycast" or len(records) < _CHOICE:
        return
    for link in design.links:
        asking = reading.configs.get(link.source)
        if link.target != node_id or not isinstance(asking, ClientConfig):
            continue
        arrivals = asking.arrivals
        if arrivals.process == "sessions" or getattr(arrivals, "users", None) is not None:
            continue
        client = name_of(design, link.source)
        yield Finding(
            level="warning",
            code="no-users",
            id=node_id,
            field="config.ttl",
            message=f"{client} does not tell its users apart, so that all of it has one answer of "
            f"{name_of(design, node_id)} and changes over at once; set users of its arrivals",
            fix=SetField(
                link.source,
                ("config", "arrivals", "users"),
                _USERS,
                f"Tell {_USERS} users apart",
            ),
        )


def resolution_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """Records of the dead: of those that nobody checks, and of those that everybody remembers for long."""
    router = node.router
    resolver = None if router is None else router.resolver
    records = facts.leaving[node.id]
    if router is None or resolver is None or len(records) < _CHOICE:
        return
    name, health = facts.name(node.id), router.health
    if health is None:
        message = f"{name} does not check its records: it goes on telling callers to go where nobody answers; switch checks on"
        yield risk(
            node.id,
            "unchecked-records",
            message,
            "check",
            SetField(node.id, ("config", "check"), {}, "Check them"),
        )
        return
    if resolver.policy != "anycast" and resolver.ttl > _LONG:
        yield _slow(facts, node.id, resolver.ttl, health)


def _slow(facts: Facts, node_id: str, ttl: float, health: HealthPlan) -> Finding:
    """Answers that are kept for much longer than it takes to find out that they are wrong."""
    detection = (health.failures - 0.5) * health.interval
    lost = ""
    rate = facts.demand.rate(node_id)
    if rate > 0.0:
        count = format_figure(rate * (detection + ttl / 2.0), 2)
        lost = f": if all are there, {count} requests fail, λ (detection + TTL / 2)"
    message = (
        f"When a target of {facts.name(node_id)} dies, it takes {format_quantity(detection, 's')} on average to find "
        f"out, and {format_quantity(ttl, 's')} more until the last caller has asked again{lost}; "
        f"{format_quantity(_ADVISED, 's')} is advised for records with checks"
    )
    fix = SetField(
        node_id, ("config", "ttl"), _ADVISED, f"Set TTL to {format_quantity(_ADVISED, 's')}"
    )
    return risk(node_id, "slow-failover", message, "ttl", fix)

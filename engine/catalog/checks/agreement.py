"""Risks of coordinators and of the leases that they grant: lost majorities, elections and renewals that leases do not survive."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from engine.catalog.checks.facts import risk
from engine.model.edits import SetField
from engine.model.names import name_of
from engine.model.policies.lease import Lease
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.model.findings import Finding
    from engine.plan.primitives import NodePlan


def agreement_risks(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """What leaves a coordinator without a majority, or those who hold its leases without them."""
    if node.quorum is None:
        return
    yield from _one_frame_too_many(facts, node)
    holders = [each for each in facts.plan.nodes if each.coordinator == node.id]
    for each in holders:
        yield from _short_leases(facts, node, each)
    yield from _many_renewals(facts, node, holders)


def _one_frame_too_many(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """A frame of several without which no majority is left."""
    count = node.station.instances
    if len(set(node.spread)) < 2:
        return
    homes = Counter(node.spread[place % len(node.spread)] for place in range(count))
    frame, most = homes.most_common(1)[0]
    if count - most > count // 2:
        return
    where = name_of(facts.reading.design, frame)
    message = (
        f"{most} of the {count} instances of {facts.name(node.id)} lie in {where}: without it no majority is left; "
        "spread them over three frames or more, so that each holds fewer than half"
    )
    yield risk(node.id, "majority-in-one-frame", message, "spread")


def _short_leases(facts: Facts, node: NodePlan, holder: NodePlan) -> Iterator[Finding]:
    """Leases that run out while a leader is elected."""
    lease = holder.gate(Lease)
    if lease is None or node.quorum is None or node.station.instances < 2:
        return
    election, left = node.quorum.election, lease.ttl - lease.every
    if left >= election or left <= 0.0:
        return
    name, wait = facts.name(holder.id), format_quantity(election, "s")
    message = (
        f"When the leader of {facts.name(node.id)} is lost nobody renews for {wait}, and leases of {name} may have no more "
        f"than {format_quantity(left, 's')} left: its instances refuse meanwhile; have leases last longer"
    )
    enough = float(f"{1.5 * election + lease.every:.2g}")
    if lease.renew is None:
        enough = float(f"{2.0 * election:.2g}")
    fix = SetField(
        holder.id, ("config", "lease", "ttl"), enough, f"Last {format_quantity(enough, 's')}"
    )
    yield risk(holder.id, "lease-below-election", message, "lease.ttl", fix)


def _many_renewals(facts: Facts, node: NodePlan, holders: list[NodePlan]) -> Iterator[Finding]:
    """More renewals than a coordinator can answer, beside whatever else it is asked."""
    station = node.station
    work = max(each.mean for each in station.work)
    if station.workers is None or work <= 0.0:
        return
    can = station.instances * station.workers / work
    leases = [(each.station.instances, each.gate(Lease)) for each in holders]
    renewals = math.fsum(count / lease.every for count, lease in leases if lease is not None)
    if renewals < 0.9 * can:
        return
    message = (
        f"{format_quantity(renewals, 'rps')} of renewals come to {facts.name(node.id)}, which answers "
        f"{format_quantity(can, 'rps')} at most: leases run out; have them last longer, or give it more workers"
    )
    yield risk(node.id, "many-renewals", message, "workers")

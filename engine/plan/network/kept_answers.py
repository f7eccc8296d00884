"""Few who keep what DNS told them: each goes to one target for long, so that loads differ by chance.

Of N users who keep their answers, about N∙w go to a target with the share w, give or take the standard deviation
of a binomial number: √((1 − w) ∕ (w∙N)) of its load. An answer that is kept for L requests on average makes lumps
of L, and none at all where each request asks anew (L = 1): the variance is that part of it, (L − 1) ∕ L.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Final

from engine.model.units import format_figure, format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.network.centers import Center, Edge, Network
    from engine.plan.primitives import Plan, ResolverPlan

_MATTERS: Final = 0.1
"""Relative error of a time from which it is told. Waits err by at least 1 ∕ (1 − load) times the error of the load."""
_UNLUCKY: Final = 2.0
"""Standard deviations that are well possible: a load that may be full then leaves no goodput undoubted."""


def resolvers_of(plan: Plan) -> dict[str, ResolverPlan]:
    """The DNS servers of a plan, by node, whose answers are kept; anycast asks the network for each packet."""
    routers = {node.id: node.router for node in plan.nodes if node.router is not None}
    found = {name: each.resolver for name, each in routers.items() if each.resolver is not None}
    return {name: each for name, each in found.items() if each.policy != "anycast"}


@dataclass(slots=True)
class Lumps:
    """What is doubted since few keep the answers of DNS."""

    rates: list[tuple[str, str]] = field(default_factory=list)
    """Nodes, by id, and what is to be said against how much comes to them."""
    goodput: list[tuple[str, str]] = field(default_factory=list)
    """Clients, and what is to be said against what is answered: a target may have more than it can do."""


def lumps_in(network: Network, resolvers: Mapping[str, ResolverPlan]) -> Lumps:
    """What is to be said against the loads of targets of DNS of which few keep the answers.

    Args:
        network: the solved network.
        resolvers: the DNS servers, as `resolvers_of` finds them.
    """
    found = Lumps()
    for site in network.sites:
        resolver = resolvers.get(site.plan.id)
        if resolver is not None and site.rate > 0.0:
            _add(found, site, resolver)
    return found


def _add(found: Lumps, site: Center, resolver: ResolverPlan) -> None:
    """Add what is doubted behind one DNS server."""
    spread, few = _spread(site, resolver)
    for edge in site.leaving:
        off = _off(edge, site.rate, spread)
        load = edge.target.stay.load or 0.0
        if off <= _MATTERS * (1.0 - load if load < 1.0 else 1.0):
            continue
        text = (
            f"few keep the answers of {site.name} ({few}), so that by chance the load of each "
            f"instance is off by ±{format_figure(100.0 * off, 2)} % (standard deviation)"
        )
        found.rates.append((edge.target.plan.id, text))
        if load < 1.0 <= load * (1.0 + _UNLUCKY * off):
            full = (
                f"{edge.target.name} may have more than it can do, since few keep the answers of "
                f"{site.name}"
            )
            askers = [each.source.plan.id for each in site.entering if each.rate > 0.0]
            found.goodput += [(each, full) for each in askers]


def _off(edge: Edge, whole: float, spread: float) -> float:
    """Standard deviation of the load of an instance behind a link, over its mean."""
    share = edge.rate / whole / max(1, edge.target.plan.station.instances)
    return math.sqrt(max(0.0, 1.0 - share) / share) * spread if share > 0.0 else 0.0


def _spread(site: Center, resolver: ResolverPlan) -> tuple[float, str]:
    """1 ∕ √N of those who ask, by what they send and how much of it is lumps; and how many there are, in words."""
    variance, words = 0.0, []
    for edge in site.entering:
        if edge.rate <= 0.0:
            continue
        users, most = _asking(edge)
        lumps = _lumps(edge.rate / users, most, resolver)
        variance += (edge.rate / site.rate) ** 2 * lumps / users
        words.append(f"{format_figure(users)} of {edge.source.name}")
    longest = max(resolver.ttl, resolver.stretch if resolver.stretched > 0.0 else 0.0)
    kept = format_quantity(longest, "s") if math.isfinite(longest) else "good"
    return math.sqrt(variance), f"{', '.join(words)}, for {kept}"


def _asking(edge: Edge) -> tuple[float, float]:
    """How many ask over a link at a time, each for itself, and the most requests that one of them has."""
    traffic = edge.source.plan.traffic
    if traffic is None:
        return float(max(1, edge.source.plan.station.instances)), math.inf
    if traffic.process == "sessions" and traffic.session is not None:
        return max(1.0, edge.rate * traffic.think.mean), max(1.0, traffic.session.mean)
    return float(max(1, traffic.users, traffic.known_users)), math.inf


def _lumps(rate: float, most: float, resolver: ResolverPlan) -> float:
    """Which part of the requests of a user follows another with the same answer."""
    part = 0.0
    for share, kept in (
        (1.0 - resolver.stretched, resolver.ttl),
        (resolver.stretched, resolver.stretch),
    ):
        length = min(most, 1.0 + rate * kept) if share > 0.0 else 1.0
        part += share * (1.0 - 1.0 / length)
    return part

"""Clients that may get less done than is predicted: others leave them no room, or a node has more than it can do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.plan.network.alike import below
from engine.plan.network.queued_stores import after_misses, missed_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.network.centers import Center, Edge, Network
    from engine.plan.network.verdict import Verdict

_NONE: Final = 1e-4
"""Share of calls that is none."""
_FULL: Final = 0.97
"""Load of a node from which it may have no room for all, by a model of those who come."""


def answers_decide(client: Center) -> bool:
    """Whether a client sends when it has an answer to what it sent before."""
    traffic = client.plan.traffic
    return traffic is not None and traffic.process in ("closed", "sessions")


def only_refused(edge: Edge) -> bool:
    """Whether calls that a router forwards fail only where they find no place, or leave the line, and are then over."""
    link, target = edge.plan, edge.target
    refused = target.stay.wait.loss
    routed = edge.source.plan.router is not None and edge.source.plan.store is None
    plain = link.retry.attempts == 1 and link.loss <= 0.0 and not (link.policies or target.blind)
    if not (routed and plain and refused > 0.0) or edge.late > _NONE or target.plan.failing > 0.0:
        return False
    return all(
        chance <= 0.0 or abs(target.ok[link.kind_at(kind)] - 1.0 + refused) <= _NONE
        for kind, chance in enumerate(edge.chance)
    )


def overrun(network: Network, verdicts: Mapping[str, Verdict]) -> list[tuple[str, str]]:
    """Clients of nodes that may have more than they can do if a store of which hits are doubted has less."""
    full: dict[str, str] = {}
    for site in network.sites:
        verdict = verdicts[site.plan.id]
        more = verdict.misses - missed_at(site) if verdict.hits else 0.0
        for edge in after_misses(site) if more > 0.0 else ():
            asked, asks = edge.target, edge.source
            calls = more * site.rate
            if asked.workers and _fills(
                asked, calls * asked.mixed([law.mean for law in asked.work])
            ):
                full[asked.plan.id] = site.name
            longer = asked.mixed([each.mean for each in asked.answers]) + edge.crossing.mean
            if asks.plan.station.hold and asks.workers and _fills(asks, calls * longer):
                full[asks.plan.id] = site.name
    if not full:
        return []
    found = []
    for client in network.sites:
        if client.plan.traffic is None:
            continue
        for met in below(client):
            if met.plan.id in full:
                text = f"{met.name} may have more than it can do, since hits of {full[met.plan.id]} are doubted"
                found.append((client.plan.id, text))
                break
    return found


def held_up(network: Network) -> list[tuple[str, str]]:
    """Clients of a node that has more than it can do but a line that ends: those who wait are in the workers of others."""
    return [
        (client.plan.id, f"{met.name} has more than it can do: how many get through is doubted")
        for client in network.sites
        if client.plan.traffic is not None
        for met in below(client)
        if _overflows_into_others(met)
    ]


def _overflows_into_others(site: Center) -> bool:
    """Whether a node is offered too much, refuses nobody, and is answering all the same, as far as is known."""
    load, stay = site.stay.load or 0.0, site.stay
    return load >= 1.0 and stay.wait.loss <= 0.0 and stay.wait.mean < math.inf and not site.blind


def driven_over(network: Network) -> list[tuple[str, str]]:
    """Clients of a node that retries may keep full: if all calls that may be late are tried as often as they may be."""
    found: dict[str, str] = {}
    for site in network.sites:
        again = sum(map(_tries_left, site.entering))
        if site.workers and again > 0.0 and _fills(site, again * site.hold.mean):
            found[site.plan.id] = f"{site.name} may be kept full by those who try again"
    if not found:
        return []
    return [
        (client.plan.id, found[met.plan.id])
        for client in network.sites
        if client.plan.traffic is not None
        for met in below(client)
        if met.plan.id in found
    ]


def _tries_left(edge: Edge) -> float:
    """Calls a second over a link that may be made beside those that are predicted, as some are late and tried again."""
    tries, attempts = max(edge.tries, default=1.0), edge.plan.retry.attempts
    late = edge.late > _NONE or edge.late_doubted
    return edge.rate * (attempts / max(tries, 1.0) - 1.0) if late and attempts > 1 else 0.0


def _fills(site: Center, more: float) -> bool:
    """Whether seconds of work a second beside those that are predicted fill a node that is not full."""
    load = site.stay.load or 0.0
    return load < 1.0 <= load + more / (site.workers or 1)


def crowded_out(network: Network) -> list[tuple[str, str]]:
    """Clients that send at a rate, to a node that closed populations fill: these leave room only as they wait longer."""
    users = [site for site in network.sites if site.plan.traffic is not None]
    full = {
        met.plan.id
        for client in users
        if client.plan.traffic is not None and client.plan.traffic.process == "closed"
        for met in below(client)
        if (met.stay.load or 0.0) > _FULL
    }
    found = []
    for site in users if full else ():
        if site.plan.traffic is not None and site.plan.traffic.process != "closed":
            met = next((each.name for each in below(site) if each.plan.id in full), None)
            if met is not None:
                text = (
                    f"{met} is full of closed populations: how many others get through is doubted"
                )
                found.append((site.plan.id, text))
    return found

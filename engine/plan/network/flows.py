"""Downwards through a network: how much arrives where, and how unevenly (Whitt's queueing network analyzer)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.plan.network.alike import SELDOM, hardly_waits
from engine.plan.network.sources import mix_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.network.centers import Center, Edge, Network


def send_down(network: Network, closed: Mapping[str, float]) -> None:
    """Set the rates and the variability of arrivals everywhere, callers first.

    Args:
        network: the network.
        closed: requests a second of each closed population.
    """
    for site in network.sites:
        _arrive(site, closed.get(site.plan.id, 0.0))
        _leave(site)


def _arrive(site: Center, closed: float) -> None:
    """Everything that comes to a site."""
    traffic, source = site.plan.traffic, site.source
    if traffic is not None and source is not None:
        rate = closed if traffic.process == "closed" else source.rate
        site.rates = [rate * share for share in mix_of(traffic)]
        site.cv2, site.dispersion, site.peak = source.cv2, source.dispersion, source.peak
        return
    for kind in range(len(site.rates)):
        site.rates[kind] = sum(
            _admitted(edge, caller) * edge.tries[caller] * edge.arriving
            for edge in site.entering
            for caller in ((kind,) if edge.plan.kind is None else _callers(edge, kind))
        )
        if site.filled_by and not site.classes[kind].write:
            site.rates[kind] += sum(_admitted(edge, kind) for edge in site.filled_by)
    whole = site.rate
    if whole <= 0.0:
        return
    shares = [
        (edge.rate * edge.arriving / whole, edge)
        for edge in site.entering
        if edge.rate * edge.arriving > 0.0
    ]
    site.cv2 = superposed([(share, edge.cv2) for share, edge in shares], site.stay.load)
    site.dispersion = sum([share * _dispersion(edge) for share, edge in shares])
    site.peak = sum([share * edge.source.peak for share, edge in shares])


def _callers(edge: Edge, kind: int) -> Sequence[int]:
    """Classes of the callers whose calls over a link are of a class."""
    return range(len(edge.each)) if edge.plan.kind == kind else ()


def superposed(streams: list[tuple[float, float]], load: float | None) -> float:
    """Variability of streams together, by Whitt: from their weighted mean when busy towards Poisson when idle.

    Args:
        streams: share of the whole and cv² of each.
        load: utilization of the station that they come to.
    """
    if len(streams) == 1:
        return streams[0][1]
    mean = sum([share * cv2 for share, cv2 in streams])
    alike = 1.0 / max(sum([share * share for share, _ in streams]), 1e-300)
    idle = 1.0 - min(load or 0.0, 1.0)
    weight = 1.0 / (1.0 + 4.0 * idle * idle * (alike - 1.0))
    return weight * mean + 1.0 - weight


def _admitted(edge: Edge, kind: int) -> float:
    """Calls a second of a class over a link, retries not counted."""
    source = edge.source
    return source.rates[kind] * source.served * edge.each[kind] * edge.alive[kind]


def _leave(site: Center) -> None:
    """What a site sends, by link, once it knows what comes."""
    _survivors(site)
    served = site.rate * site.served
    leaving = _departures(site)
    for edge in site.leaving:
        edge.rate = sum(
            [_admitted(edge, kind) * edge.tries[kind] for kind in range(len(site.rates))]
        )
        share = min(1.0, edge.rate / served) if served > 0.0 else 0.0
        edge.cv2 = share * leaving + 1.0 - share


def _survivors(site: Center) -> None:
    """How many requests are still alive at each group of calls: a failed call ends the request."""
    for edge in site.leaving:
        edge.alive = [1.0 - site.plan.failing] * len(site.rates)
    for kind in range(len(site.rates)):
        # Who fails by itself does so after its work, before it calls anybody.
        alive = 1.0 - site.plan.failing
        for group in site.groups:
            for edge in group:
                edge.alive[kind] = alive
            for edge in group:
                alive *= edge.survives(kind)
            if alive < 1.0 and site.plan.flow is None:
                _later_sends(site, group[0].plan.order, kind, alive)


def _later_sends(site: Center, order: int, kind: int, alive: float) -> None:
    """Who is alive where something is sent after a group of calls."""
    for edge in site.leaving:
        if not edge.plan.waits and edge.plan.order > order:
            edge.alive[kind] = alive


def _departures(site: Center) -> float:
    """cv² of what leaves a site: arrivals when idle, service when busy (Whitt 1983)."""
    load, workers = site.stay.load, site.workers
    if load is None or workers is None or site.stay.stretched is not None:
        return site.cv2
    busy = min(load, 1.0)
    service = max(min(site.hold.cv2, 100.0), 0.2)
    if site.cv2 == 1.0 and service == 1.0:
        return 1.0
    if site.stay.wait.chance <= SELDOM and not site.plan.station.hold and hardly_waits(site):
        return site.cv2
    return 1.0 + (1.0 - busy**2) * (site.cv2 - 1.0) + busy**2 / math.sqrt(workers) * (service - 1.0)


def _dispersion(edge: Edge) -> float:
    """Index of dispersion of what is sent over a link: thinned, it comes closer to 1."""
    source = edge.source
    served = source.rate * source.served
    share = min(1.0, edge.rate / served) if served > 0.0 else 0.0
    return 1.0 + share * (source.dispersion - 1.0)

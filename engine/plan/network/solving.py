"""Sweeps through a network until nothing changes any more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.plan.network.alike import laws_at, serves_exponentially
from engine.plan.network.answers import answer_up
from engine.plan.network.flows import send_down
from engine.plan.network.layers import layer_below, solve_held_population
from engine.plan.network.populations import Population, mix_waits, solve_population
from engine.plan.queueing.overload import shared_share

if TYPE_CHECKING:
    from engine.plan.network.centers import Center, Network

_SWEEPS: Final = 40
_SAME: Final = 1e-5
"""Relative change below which nothing changes."""


def settle(network: Network, load: float) -> tuple[dict[str, Population], bool]:
    """Solve a network.

    Args:
        network: the network.
        load: factor on all traffic.

    Returns:
        The closed populations, and whether the sweeps came to an end.
    """
    clients = [
        site
        for site in network.sites
        if site.plan.traffic is not None and site.plan.traffic.process == "closed"
    ]
    rates: dict[str, float] = dict.fromkeys((client.plan.id for client in clients), 1e-9)
    found: dict[str, Population] = {}
    before: list[float] = []
    for sweep in range(_SWEEPS):
        send_down(network, rates)
        answer_up(network)
        if not clients:
            layer_below(network)
        for site in network.sites if clients else ():
            site.met.clear()
        for client in clients:
            population = solve_held_population(network, client, load)
            if population is None:
                population = solve_population(network, client, load)
            found[client.plan.id] = population
            old = rates[client.plan.id]
            rates[client.plan.id] = population.rate if sweep < 3 else (old + population.rate) / 2.0
        mix_waits(network)
        _throttle(network, sweep)
        now = _state(network)
        if sweep > 0 and _same(before, now):
            return found, True
        before = now
    return found, False


def _throttle(network: Network, sweep: int) -> None:
    """Let an overloaded station pass on only what it gets done, approached step by step."""
    for site in network.sites:
        load = site.stay.load
        if load is None or site.stay.wait.loss > 0.0 or not math.isfinite(site.hold.mean):
            site.through = 1.0
        else:
            wanted = _done(site, load) if load > 1.0 else 1.0
            site.through = wanted if sweep == 0 else (site.through + wanted) / 2.0


def _done(site: Center, load: float) -> float:
    """Share of what comes that an overloaded station gets done."""
    if site.plan.station.discipline != "ps" or serves_exponentially(site):
        return 1.0 / load
    came = [rate / site.rate for rate in site.rates if rate > 0.0]
    return shared_share(tuple(zip(came, laws_at(site), strict=True)), load)


def _state(network: Network) -> list[float]:
    """Numbers that settle last."""
    return [value for site in network.sites for value in (site.rate, _answer(site))]


def _answer(site: Center) -> float:
    """Mean time to answer."""
    return site.mixed([each.mean for each in site.answers])


def _same(before: list[float], now: list[float]) -> bool:
    """Whether nothing changed that counts."""
    return all(
        old == new or abs(new - old) <= _SAME * abs(new)
        for old, new in zip(before, now, strict=True)
    )

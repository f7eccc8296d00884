"""Workers that are held during calls, as the population of the network below (Norton; Chandy, Herzog and Woo 1975).

What such a node calls never has more to do than the node has workers. With k of them at work it finishes as
many requests a second as the closed network below with k users, so the node is a process of births and deaths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.network.alike import SELDOM, may_all_be_held
from engine.plan.network.centers import Stay
from engine.plan.network.populations import Population, path_of
from engine.plan.network.sources import think_of, users_of
from engine.plan.queueing.closed import bounds_of, staircase
from engine.plan.queueing.erlang import erlang_c
from engine.plan.queueing.waits import ENDLESS, Wait
from engine.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.plan.network.centers import Center, Network
    from engine.plan.network.populations import Path
    from engine.plan.queueing.closed import Staircase

    Floats = NDArray[np.float64]

_MOST_WORKERS: Final = 256
_MOST_STATIONS: Final = 8
_BUSY: Final = 0.3
"""Load of a called node from which it matters how many can come at once."""
_ALONE: Final = 0.99
"""Share of a node's arrivals from which they count as all of them."""
_DEEP: Final = 20_000
"""Waiting places counted."""


@dataclass(frozen=True, slots=True)
class _States:
    """Probabilities of how many are in a node."""

    working: Floats
    """0 … N at work; those with more inside count with the last."""
    waiting: float
    """Mean number waiting."""
    full: float
    """Probability that all workers work."""
    loss: float


def layer_below(network: Network) -> None:
    """Find the waits below nodes whose workers are held, and those of the nodes themselves."""
    for site in network.sites:  # what was found in a sweep before may no longer hold
        site.layer, site.among_users, site.population = None, None, ""
    for site in reversed(network.sites):
        if _is_held(site):
            path = path_of(network, site)
            if _matters(site, path) and not _is_free(site):
                _solve(site, path)


def solve_held_population(network: Network, client: Center, load: float) -> Population | None:
    """A closed population before one node whose workers are held; None where that is not its shape."""
    traffic = client.plan.traffic
    path = path_of(network, client)
    held = [site for site in path.stations if _is_held(site)]
    if traffic is None or len(held) != 1 or abs(path.visits[held[0].plan.id] - 1.0) > 1e-6:
        return None
    site, users = held[0], users_of(traffic, load)
    below, workers = path_of(network, site), site.workers or 1
    if len(below.stations) != len(path.stations) - 1 or not below.stations or workers >= users:
        return None
    if site.plan.station.instances > 1 or site.plan.station.queue_limit is not None:
        return None
    work = site.mixed([law.mean for law in site.work])
    steps = staircase(workers, work + below.delay, below.queues)
    if steps is None:
        return None
    away = max(1e-9, think_of(traffic) + path.delay - below.delay)
    pace = steps.throughput[np.minimum(np.arange(1, users + 1), workers)]
    logs = np.cumsum(np.log(np.arange(users, 0, -1) / away / pace))
    inside = np.exp(np.concatenate([[0.0], logs]) - max(0.0, float(logs.max())))
    inside /= float(inside.sum())
    rate = float(inside[1:] @ pace)
    waiting = float(inside[workers:] @ np.arange(users - workers + 1.0))
    working = inside[: workers + 1].copy()
    working[-1] = float(inside[workers:].sum())
    _below(below, steps, _States(working, waiting, float(working[-1]), 0.0))
    most = float(steps.throughput[workers])
    # Who asks sees n inside in proportion to the N-n who may ask then; n-c+1 of them end before it begins.
    seen = inside[:-1] * np.arange(users, 0, -1)
    met = seen[workers:] / float(seen.sum())
    ahead = np.arange(1.0, len(met) + 1.0)
    square = float(met @ (ahead * (ahead + 1.0))) / most**2
    wait = Wait(float(met.sum()), waiting / rate, square)
    site.layer = Stay(_name(workers, below), wait, load=rate / most)
    bounds = bounds_of(users, think_of(traffic) + path.delay, path.queues)
    return Population(rate, "closed network over held workers (Norton)", bounds)


def _is_held(site: Center) -> bool:
    """Whether workers of a node wait for calls that are made one after the other."""
    station, workers = site.plan.station, site.workers
    if (
        not station.hold
        or site.comes_back
        or station.discipline not in ("fifo", "lifo", "adaptive_lifo")
        or station.scaling is not None
        or station.elastic is not None
    ):
        return False
    if workers is None or workers > _MOST_WORKERS or site.rate <= 0.0 or site.plan.flow is not None:
        return False
    if any(len(group) > 1 for group in site.groups) or any(not e.plan.waits for e in site.leaving):
        return False
    return any(calls.mean > 0.0 for calls in site.calls)


def _is_free(site: Center) -> bool:
    """Whether so few ever wait for a worker that what is called is asked as if nobody were held."""
    station = site.plan.station
    count, workers = station.instances, station.workers or 1
    load = site.rate / count * site.hold.mean
    return load < workers and erlang_c(workers, load) <= SELDOM and not may_all_be_held(site)


def _matters(site: Center, path: Path) -> bool:
    """Whether the stations below are busy enough, and its own alone."""
    if not 0 < len(path.stations) <= _MOST_STATIONS:
        return False
    busy = any((each.stay.load or 0.0) > _BUSY for each in path.stations)
    own = all(
        path.visits[each.plan.id] * site.rate * site.served >= _ALONE * each.rate
        for each in path.stations
    )
    plain = all(
        each.plan.station.queue_limit is None or each.stay.wait.loss < 1e-6
        for each in path.stations
    )
    return busy and own and plain


def _solve(site: Center, path: Path) -> None:
    """Births and deaths above, the closed network below."""
    workers = site.workers or 1
    work = site.mixed([law.mean for law in site.work])
    steps = staircase(workers, work + path.delay, path.queues)
    if steps is None:
        return
    limit = site.plan.station.queue_limit
    places = None if limit is None else limit * site.plan.station.instances
    load = site.rate / float(steps.throughput[workers])
    if load >= 1.0 and places is None:
        if site.plan.station.instances == 1:
            site.layer = Stay(_name(workers, path), ENDLESS, load=load)
        return
    states = _births_and_deaths(site.rate, steps.throughput, places)
    _below(path, steps, states)
    if site.plan.station.instances == 1:
        admitted = site.rate * (1.0 - states.loss)
        mean = states.waiting / admitted
        chance = min(1.0, max(states.full - states.loss, 1e-12) / (1.0 - states.loss))
        square = 2.0 * mean * mean / chance
        site.layer = Stay(_name(workers, path), Wait(chance, mean, square, states.loss), load=load)


def _name(workers: int, path: Path) -> str:
    """What people call it."""
    return f"M/{workers} held workers over {len(path.stations)} queue{'s' if len(path.stations) > 1 else ''} (Norton)"


def _births_and_deaths(rate: float, throughput: Floats, places: int | None) -> _States:
    """How many are in a node that finishes so many a second with each number of workers at work."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(rate / throughput[1:]))])
    ratio = rate / float(throughput[-1])
    count = _DEEP if places is None else min(places, _DEEP)
    # So many waiting, relative to all at work and nobody waiting.
    more = np.arange(1.0, count + 1.0) * np.log(ratio) if count else np.zeros(0)
    largest = max(float(logs.max()), float(logs[-1] + more.max()) if count else 0.0)
    working = np.exp(logs - largest)
    behind = np.exp(logs[-1] + more - largest)
    whole = float(working.sum() + behind.sum())
    waiting = float(behind @ np.arange(1.0, count + 1.0)) / whole
    loss = 0.0
    if places is not None:
        loss = float(behind[-1] if count else working[-1]) / whole
    working = working / whole
    working[-1] += float(behind.sum()) / whole
    return _States(working, waiting, float(working[-1]), loss)


def _below(path: Path, steps: Staircase, states: _States) -> None:
    """The waits of the stations below: those with k users, by how often calls are made then."""
    weights = states.working * steps.throughput
    weights = weights / float(weights.sum())
    for site, (chance, mean, square) in zip(path.stations, steps.waits, strict=True):
        service = site.hold.mean
        site.population = "as many inside as callers hold workers"
        site.among_users = Wait(
            min(1.0, float(weights @ chance)),
            float(weights @ mean) * service,
            float(weights @ square) * service**2,
        )

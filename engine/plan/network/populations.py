"""Closed populations in a network: how fast they ask, from the network that is otherwise known."""

from __future__ import annotations

import math
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.model.prediction import TIMES
from engine.model.units import format_figure, format_share
from engine.plan.flow import goes_side_by_side
from engine.plan.network.alike import below, hardly_waits, picker_of
from engine.plan.network.explicit import own_time_of_flow
from engine.plan.network.sources import mix_of, think_of, users_of
from engine.plan.queueing.closed import Bounds, Queue, bounds_of, solve
from engine.plan.queueing.moments import law_of
from engine.plan.queueing.waits import Wait, exponential_wait
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.network.centers import Center, Network
    from engine.plan.queueing.closed import ClosedSolution

_NEAR: Final = 1.05
"""Ratio of two bounds between which any rate is near enough."""
_NOBODY: Final = 1e-6
"""Share of the visits to a station below which nobody else comes."""
_LATE: Final = 1e-3
"""Share of calls given up that hardly anybody comes again for."""
_AT_WORK: Final = 0.2
"""Share of the users who wait or are served, and ..."""
_ELSEWHERE: Final = 0.02
"""... of those of them who are not at the fullest station, up to which waits one after the other are as good as
independent: percentiles of sums were up to 8 % too long there, and up to 29 % beyond."""
_ONCE: Final = 1.01
"""Stations that a request meets up to which there is no sum."""
_EQUAL: Final = 0.05
"""Standard deviation of a round, relative to it, up to which it takes hundreds until users are anywhere in theirs."""
_NO_WORK: Final = 1e-290
"""Seconds of work of a request up to which it is none: a share of it may be no number."""
_FULL: Final = 0.99
"""Largest share of a station that others can take."""


@dataclass(frozen=True, slots=True)
class Population:
    """One closed client, solved."""

    rate: float
    """Requests a second."""
    model: str
    bounds: Bounds
    doubts: tuple[str, ...] = ()
    coupled: frozenset[str] = frozenset()
    """Nodes that a request waits at several others for, where so few ask that one line is short while another is long."""
    in_step: frozenset[str] = frozenset()
    """Nodes to which the users come one after the other as they began, since their rounds take nearly equal times."""


@dataclass(frozen=True, slots=True)
class Path:
    """What a request of a population meets."""

    visits: Mapping[str, float]
    stations: tuple[Center, ...]
    queues: tuple[Queue, ...]
    delay: float
    """Time (s) for which it waits for nobody: the network, and nodes without a queue."""
    taken: tuple[float, ...] = ()
    """Share of each station that others take."""
    sites: tuple[Center, ...] = ()
    """All nodes that it meets, those without work of their own, too, but none that pulls."""


def solve_population(network: Network, client: Center, load: float) -> Population:
    """The rate of one population, everybody else's being as it is; sets the waits of the stations that it meets.

    Args:
        network: the network, with rates and holds of a sweep before.
        client: the client.
        load: factor on the number of users.
    """
    traffic = client.plan.traffic
    users, think = (users_of(traffic, load), think_of(traffic)) if traffic else (0, 0.0)
    path = path_of(network, client)
    bounds = bounds_of(users, think + path.delay, path.queues)
    broken = _no_product_form(path, client, users)
    if broken:
        for site in path.sites:
            site.blind = f"no model for the waits of a closed population where {broken}"
        rate = _as_open(client, users, think, bounds, path)
        doubt = f"only bounds are known where {broken}: the rate lies somewhere between"
        return Population(rate, "rate between the bounds", bounds, (doubt,))
    solution = solve(users, think + path.delay, path.queues)
    for site, taken, wait in zip(path.stations, path.taken, solution.waits, strict=True):
        site.population = "closed network"
        visits = path.visits[site.plan.id] * solution.throughput
        site.met.append((visits, _among_others(wait, site.hold.mean, taken)))
    model = "MVA, exact" if solution.exact else "MVA, Bard–Schweitzer and Seidmann"
    if any(path.taken):
        model = "MVA, what others take as lost capacity"
    unlike = _unlike_product_form(path)
    if bounds.throughput <= _NEAR * _least(users, think, path):
        unlike = tuple(f"{TIMES}{each}" for each in unlike)
    doubts = (*unlike, *_shared_with_others(path), *_given_up(path))
    return Population(
        solution.throughput,
        model,
        bounds,
        doubts,
        _coupled(path, client, users, solution),
        _in_step(path, client, users / solution.throughput)
        if solution.throughput > 0.0
        else frozenset(),
    )


def _in_step(path: Path, client: Center, cycle: float) -> frozenset[str]:
    """Nodes of users whose rounds (s) differ by so little that a run ends before nobody knows when they began."""
    traffic = client.plan.traffic
    variance = law_of(traffic.think).moments.variance if traffic is not None else 0.0
    for site in path.sites:
        count = path.visits[site.plan.id]
        variance += count * (site.mixed([law.moments.variance for law in site.work]))
        variance += count * site.stay.wait.moments.variance
        variance += count * sum(edge.crossing.variance for edge in site.leaving)
    variance += sum(edge.crossing.variance for edge in client.leaving)
    if not variance < (_EQUAL * cycle) ** 2:
        return frozenset()
    return frozenset((client.plan.id, *(site.plan.id for site in path.stations)))


def _coupled(path: Path, client: Center, users: int, solution: ClosedSolution) -> frozenset[str]:
    """Nodes whose answers are sums of times that depend on each other, since all users are in one line or the other."""
    inside = sorted(solution.throughput * each for each in solution.times)
    if sum(inside) < _AT_WORK * users or sum(inside[:-1]) < _ELSEWHERE * users:
        return frozenset()
    queued = {site.plan.id for site in path.stations}
    return frozenset(
        site.plan.id
        for site in (client, *path.sites)
        if sum(path.visits[each.plan.id] for each in below(site) if each.plan.id in queued)
        > path.visits[site.plan.id] * _ONCE
    )


def _least(users: int, think: float, path: Path) -> float:
    """Requests a second that a population sends at least, whatever the laws of work and the order in which it is served.

    Of N users at most N are at a station, N ∕ c for each worker that works: time there is at most N ∕ c of the work
    (Denning and Buzen 1978). None is known where others come, too.
    """
    if any(path.taken):
        return 0.0
    longest = sum(
        queue.demand * queue.copies * max(1.0, users / queue.servers) for queue in path.queues
    )
    whole = think + path.delay + longest
    return users / whole if whole > 0.0 else 0.0


def mix_waits(network: Network) -> None:
    """Set the wait at each station to which populations come: over them, and others beside them."""
    for site in network.sites:
        if not site.met:
            continue
        service, workers = site.hold.mean, site.workers or 1
        parts = list(site.met)
        visits = sum(rate for rate, _ in parts)
        others = site.rate - visits
        if others > _NOBODY * site.rate and visits > 0.0:
            inside = sum(rate * (wait.mean + service) for rate, wait in parts)
            if workers == 1 and others * service < _FULL:
                # Who comes from outside sees the populations whole, and others (mixed product form).
                mean = service * (1.0 + inside) / (1.0 - others * service) - service
            else:
                mean = sum(rate * wait.mean for rate, wait in parts) / visits
            chance = sum(rate * wait.chance for rate, wait in parts) / visits
            parts.append((others, exponential_wait(chance, mean)))
        whole = sum(rate for rate, _ in parts)
        if len(parts) == 1 or whole <= 0.0:
            site.among_users = parts[0][1]
        else:
            chance, mean, square = (
                sum(rate * value(wait) for rate, wait in parts) / whole
                for value in (attrgetter("chance"), attrgetter("mean"), attrgetter("square"))
            )
            site.among_users = Wait(chance, mean, square)


def _among_others(wait: Wait, service: float, taken: float) -> Wait:
    """The wait (s) of a visit, from that in a network where others make every service longer."""
    slower = service / (1.0 - taken)
    mean = wait.mean * slower + (slower - service)
    chance = 1.0 - (1.0 - wait.chance) * (1.0 - taken)
    stages = wait.stages.times(service) if wait.stages is not None and taken <= 0.0 else None
    square = wait.square * slower**2 + mean**2 - (wait.mean * slower) ** 2
    return Wait(chance, mean, square, stages=stages)


def path_of(network: Network, client: Center) -> Path:
    """Visits and demands of one request of a client, or of one that a node works on."""
    visits: dict[str, float] = {site.plan.id: 0.0 for site in network.sites}
    visits[client.plan.id] = 1.0
    delay, stations, queues, taken, sites = 0.0, [], [], [], []
    for site in network.sites:
        count = visits[site.plan.id]
        if count <= 0.0:
            continue
        if not site.plan.pulls:
            sites.append(site)
        shares = _shares(site)
        # Nobody waits for what is pulled from a queue: it is no part of the round.
        for edge in site.leaving if site.plan.backlog is None else ():
            parts = zip(shares, edge.each, edge.alive, edge.tries, strict=True)
            calls = count * sum(s * c * alive * tries for s, c, alive, tries in parts)
            visits[edge.target.plan.id] += calls
            delay += calls * edge.crossing.mean if edge.plan.waits else 0.0
        work = site.mixed([law.mean for law in site.work])
        if site is client:
            continue
        if site.workers is None:
            later = [own_time_of_flow(site, kind) for kind in range(network.kinds)]
            delay += count * (work + site.mixed(later))
        elif not site.plan.pulls and count * work > _NO_WORK:
            stations.append(site)
            taken.append(_taken(site, count * client.rate))
            queues.append(_queue(site, count * work, taken[-1]))
            if site.plan.station.elastic is not None:
                delay += count * site.stay.wait.mean  # for workers that start: nobody else matters
    return Path(visits, tuple(stations), tuple(queues), delay, tuple(taken), tuple(sites))


def _shares(site: Center) -> list[float]:
    """Share of each class at a site."""
    if site.plan.traffic is not None:
        return list(mix_of(site.plan.traffic))
    whole = site.rate
    return [rate / whole if whole > 0.0 else 1.0 / len(site.rates) for rate in site.rates]


def _taken(site: Center, own: float) -> float:
    """Share of a station that others than a population take."""
    others = site.rate - own
    if others <= _NOBODY * site.rate or not site.workers:
        return 0.0
    return min(_FULL, others * site.hold.mean / site.workers)


def _queue(site: Center, demand: float, taken: float) -> Queue:
    """A station as the population meets it; what others send makes it slower, as in a mixed network."""
    station = site.plan.station
    return Queue(
        demand / station.instances / (1.0 - taken), station.workers or 1, station.instances
    )


def _no_product_form(path: Path, client: Center, users: int) -> str:
    """Why the network of a population has no solution in product form, not even nearly."""
    for site in path.sites:
        if any(len(group) > 1 for group in site.groups):
            return "calls are made in parallel"
        if goes_side_by_side(site.plan.flow or ()):
            return "steps of a flow go on side by side"
        if any(not edge.plan.waits and edge.rate > 0.0 for edge in site.leaving):
            return "some calls are sent without waiting"
    for site in path.sites:
        station, workers = site.plan.station, site.plan.station.workers
        if workers is None or site is client:
            continue
        calls = any(each.mean > 0.0 for each in site.calls)
        scarce = station.instances > 1 or workers < users
        if station.hold and station.discipline != "ps" and calls and scarce:
            return "workers are held while they wait for calls"
        if station.queue_limit is not None and workers + station.queue_limit < users:
            return "a queue is bounded"
    return ""


def _unlike_product_form(path: Path) -> tuple[str, ...]:
    """Stations whose service is not as product form takes it, or whose instances are picked otherwise."""
    waited = [site for site in path.stations if not hardly_waits(site)]
    work = tuple(
        f"{site.name}: service cv² is {format_figure(site.hold.cv2, 2)}, product form takes 1"
        for site in waited
        if site.plan.station.discipline != "ps" and abs(site.hold.cv2 - 1.0) > 0.05
    )
    picked = tuple(
        f"{site.name}: instances by {picker.replace('_', ' ')}, product form takes them by chance"
        for site in waited
        if (picker := _picker_at(site))
    )
    return (*work, *picked)


def _picker_at(site: Center) -> str:
    """How instances of a station are picked where that is not by chance; empty where it is, or there is one."""
    for edge in site.entering:
        router = edge.source.plan.router
        choice = site.plan.station.instances > 1
        choice = choice or (router is not None and len(edge.source.leaving) > 1)
        if edge.rate > 0.0 and choice and picker_of(edge) not in ("random", "weighted"):
            return picker_of(edge)
    return ""


def _given_up(path: Path) -> tuple[str, ...]:
    """Calls that are given up: their users come again while they are still worked on."""
    return tuple(
        f"{format_share(edge.late)} of the calls over {edge.name} are given up: their users come again earlier"
        for site in path.sites
        for edge in site.leaving
        if edge.plan.waits and edge.rate > 0.0 and edge.late > _LATE
    )


def _shared_with_others(path: Path) -> tuple[str, ...]:
    """Stations at which others come, too."""
    return tuple(
        f"{site.name}: others take {format_share(taken)} of its workers, as if these were not there; "
        "waits there are means over all who come"
        for site, taken in zip(path.stations, path.taken, strict=True)
        if taken > 0.0
    )


def _as_open(client: Center, users: int, think: float, bounds: Bounds, path: Path) -> float:
    """The rate at which users who wait as the last sweep says would ask, between bounds."""
    response = sum(
        share * calls.mean for share, calls in zip(_shares(client), client.calls, strict=True)
    )
    most = bounds.throughput
    if path.queues:
        most = min(most, 0.999 / max(queue.demand / queue.servers for queue in path.queues))
    if not math.isfinite(response) or think + response <= 0.0:
        return 0.5 * client.rate if client.rate > 0.0 else 0.5 * min(most, 1e9)
    return min(most, users / (think + response))

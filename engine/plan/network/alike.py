"""Small questions about a station that decide which models hold there."""

from __future__ import annotations

import math
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.model.policies.policy import Surroundings
from engine.model.policies.rate_limit import RateLimit
from engine.plan.flow import works_in
from engine.plan.primitives import WorkPart

if TYPE_CHECKING:
    from engine.model.policies.policy import Policy
    from engine.plan.network.centers import Center, Edge
    from engine.plan.primitives import LawPlan

BY_CALLS: Final = ("least_connections", "power_of_two", "ewma")
"""Pickers that go by what is under way."""
_BUSY: Final = 0.9
"""Load from which lines may become long by chance."""
_MANY: Final = 5.0
"""Times as many inside as usual, and a few more, for whom there should be memory."""
_FEW: Final = 20.0
_MEAN: Final = attrgetter("mean")
_SAME: Final = 1e-9
"""Relative difference of two mean works that are the same."""
SELDOM: Final = 0.005
"""Share of requests that wait, and of their time, up to which a station is as good as one where nobody waits."""
_REFUSED: Final = 1e-5
"""Share of requests refused that is none."""


def is_exponential(law: LawPlan) -> bool:
    """Whether a law is the exponential one, by whatever name."""
    shaped = law.law in ("gamma", "hyperexponential") and law.cv2 == 1.0
    return law.law == "exponential" or shaped


def picker_of(edge: Edge) -> str:
    """How instances are picked for calls over a link."""
    router = edge.source.plan.router
    return router.picker if router is not None else edge.plan.picker


def held_calls(site: Center) -> bool:
    """Whether workers wait for calls: nobody keeps one where all share them."""
    station = site.plan.station
    if not station.hold or station.discipline == "ps" or station.workers is None:
        return False
    return any(map(_MEAN, site.calls))


def laws_at(site: Center) -> list[LawPlan]:
    """The laws of work of the classes that come."""
    laws = site.plan.station.service
    return [
        laws[kind if kind < len(laws) else 0] for kind, rate in enumerate(site.rates) if rate > 0.0
    ]


def hardly_waits(site: Center) -> bool:
    """Whether so few wait at a station that it is as good as M/G/∞, whatever the law and whoever keeps its workers.

    What such a station passes on is what came to it, later (Mirasol 1963), if what came is a Poisson stream.
    """
    station, wait = site.plan.station, site.stay.wait
    if station.workers is None:
        return True
    if station.scaling is not None or station.elastic is not None or site.plan.pulls:
        return False
    if station.batch is not None or station.pauses is not None or station.cpu is not None:
        return False
    if wait.loss > _REFUSED or not math.isfinite(wait.mean):
        return False
    if wait.chance > SELDOM or wait.mean > SELDOM * site.hold.mean:
        return False
    return not (held_calls(site) and may_all_be_held(site))


def may_all_be_held(site: Center) -> bool:
    """Whether queues below a station may become so long, more than seldom, that they hold all workers of an instance.

    As many wait there as in M/M/c, each for one of the instances: a geometric number, also of those of one instance.
    """
    station = site.plan.station
    count, workers = station.instances, station.workers or 1
    spare = max(0.0, workers - 2.0 * site.rate / count * site.hold.mean)
    for met in below(site):
        load = met.stay.load
        if met is site or load is None or met.plan.backlog is not None:
            continue
        if load >= 1.0:
            return True
        share = load / count / (1.0 - load + load / count)
        if met.stay.wait.chance * share**spare > SELDOM:
            return True
    return False


def serves_exponentially(site: Center) -> bool:
    """Whether all who come bring exponential work of one mean, and nothing else keeps a worker."""
    laws = laws_at(site)
    if held_calls(site) or not laws:
        return False
    first = laws[0].mean
    return all(map(is_exponential, laws)) and (
        len(laws) == 1 or all(math.isclose(each.mean, first, rel_tol=_SAME) for each in laws)
    )


def levels_at(site: Center) -> list[int]:
    """The priorities of the classes that come, the most urgent first."""
    return sorted(
        {site.classes[kind].priority for kind, rate in enumerate(site.rates) if rate > 0.0}
    )


def works_again(site: Center) -> bool:
    """Whether a flow comes back to its own workers after it began, or comes to them only after a call."""
    flow = site.plan.flow
    if flow is None:
        return False
    begins = bool(flow) and isinstance(flow[0], WorkPart)
    return sum(1 for _ in works_in(flow)) > int(begins)


def comes_evenly(site: Center) -> bool:
    """Whether requests come straight from one client that sends at even gaps."""
    came = [edge for edge in site.entering if edge.rate > 0.0]
    if len(came) != 1:
        return False
    edge = came[0]
    sent = [
        chance for chance, rate in zip(edge.chance, edge.source.rates, strict=True) if rate > 0.0
    ]
    plain = edge.crossing.variance <= 0.0 and all(chance >= 1.0 for chance in sent)
    if not plain or edge.plan.times > 1 or edge.plan.retry.attempts > 1:
        return False
    traffic = edge.source.plan.traffic
    if traffic is not None:
        return traffic.process == "deterministic" and len(set(traffic.schedule)) == 1
    return edge.source.plan.router is not None and comes_evenly(edge.source)


def short_of_memory(site: Center) -> bool:
    """Whether the memory of an instance may not be enough for many more than are usually inside."""
    station = site.plan.station
    memory = station.memory
    if memory is None or math.isinf(memory.limit):
        return False
    if memory.leak > 0.0 or site.blind or (site.stay.load or 0.0) > _BUSY:
        return True
    usual = site.rate * site.mixed([each.mean for each in site.answers]) / station.instances
    peers = memory.per_peer * (station.instances - 1)
    return not memory.base + peers + memory.per_request * (_MANY * usual + _FEW) < memory.limit


def is_calm(gate: Policy, site: Center) -> bool:
    """Whether a rate limit is asked for so little that it refuses nobody."""
    where = Surroundings(offered=site.rate, capacity=math.inf, under_way=math.nan, timeout=math.inf)
    return isinstance(gate, RateLimit) and not gate.decides(where)


def fails_by_chance(edge: Edge) -> bool:
    """Whether calls over a link fail by chance alone, after their work, at a node where nobody waits for another."""
    link, target = edge.plan, edge.target
    plain = link.loss <= 0.0 and not link.policies and math.isinf(link.queue_timeout)
    plain = plain and edge.late <= 0.0 and target.plan.failing > 0.0
    alone = target.workers is None and target.plan.store is None and not target.leaving
    return plain and alone and all(is_calm(gate, target) for gate in target.plan.gates)


def below(client: Center) -> list[Center]:
    """All sites that a client's requests come to, itself first."""
    found = {client.plan.id: client}
    left = [client]
    while left:
        for edge in left.pop().leaving:
            if edge.rate > 0.0 and edge.target.plan.id not in found:
                found[edge.target.plan.id] = edge.target
                left.append(edge.target)
    return list(found.values())

"""Small questions about a station that decide which models hold there."""

from __future__ import annotations

import math
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
_SAME: Final = 1e-9
"""Relative difference of two mean works that are the same."""


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
    return any(calls.mean > 0.0 for calls in site.calls)


def laws_at(site: Center) -> list[LawPlan]:
    """The laws of work of the classes that come."""
    laws = site.plan.station.service
    return [
        laws[kind if kind < len(laws) else 0] for kind, rate in enumerate(site.rates) if rate > 0.0
    ]


def serves_exponentially(site: Center) -> bool:
    """Whether all who come bring exponential work of one mean, and nothing else keeps a worker."""
    laws = laws_at(site)
    if held_calls(site) or not laws:
        return False
    first = laws[0].mean
    return all(is_exponential(each) for each in laws) and all(
        math.isclose(each.mean, first, rel_tol=_SAME) for each in laws
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

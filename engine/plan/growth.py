"""How far an autoscaler stays behind a load that is known beforehand: a fluid that asks for the best case."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.plan.demand import demand_of
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.autoscale import Autoscale
    from engine.plan.primitives import NodePlan, Plan, TrafficPlan

_STEPS: Final = 5000
"""Most steps of a run that are looked at."""
_KNOTS: Final = 200
"""Most times at which the load may change its course."""
_CALM: Final = 0.7
"""Share of what the instances serve up to which nobody waits, where nothing says better."""
_ROUNDING: Final = 1e-9
_SCHEDULED: Final = ("poisson", "deterministic", "mmpp", "sessions", "active_users")


@dataclass(frozen=True, slots=True)
class Lateness:
    """What comes in before the instances that it takes."""

    begin: float
    """Since when more comes in than is served (s)."""
    at: float
    """When most is waiting (s)."""
    wait: float
    """How long whoever comes then has to wait (s)."""
    peak: float
    """The most that comes in (rps)."""


@dataclass(slots=True)
class _Fleet:
    """The instances of a node while they grow in number."""

    scale: Autoscale
    start_up: float
    ready: list[float]
    """When each is ready (s)."""
    added: list[tuple[float, int]]
    """How many were added when."""

    def serving(self, now: float) -> int:
        """How many are ready."""
        return sum(1 for at in self.ready if at <= now)

    def look(self, now: float, load: float, each: float) -> None:
        """Add what it wants, as far as the limits of growth allow; nobody leaves.

        Args:
            now: the time (s).
            load: requests a second that come in.
            each: requests a second that an instance serves.
        """
        scale, current = self.scale, len(self.ready)
        since = now - scale.up.per
        before = current - sum(count for at, count in self.added if at > since)
        share = math.ceil(before * (1.0 + scale.up.percent / 100.0) - _ROUNDING)
        allowed = max(current, before + scale.up.instances, share)
        wanted = min(self._wanted(load, self.serving(now) * each, each, allowed), allowed)
        wanted = min(max(wanted, scale.least(now)), scale.max)
        if wanted > current:
            self.ready += [now + self.start_up] * (wanted - current)
            self.added.append((now, wanted - current))

    def _wanted(self, load: float, can: float, each: float, most: int) -> int:
        """Instances that it wants; no share and no rate says how much more comes in than is served."""
        scale = self.scale
        if scale.metric in ("queue", "in_flight") or scale.steps is not None:
            return most if load > _CALM * can else 0
        served = min(load, can)
        return math.ceil(
            served / (1.0 if scale.metric == "rate" else each) / scale.target - _ROUNDING
        )


@dataclass(frozen=True, slots=True)
class _Course:
    """What comes to a node over time: straight lines between knots, of which two at one time are a step."""

    times: list[float]
    rates: list[float]

    def at(self, now: float) -> float:
        """The rate at a time."""
        place = bisect_right(self.times, now)
        before = self.rates[place - 1]
        if place == len(self.times):
            return before
        begin, end = self.times[place - 1], self.times[place]
        return before + (self.rates[place] - before) * (now - begin) / (end - begin)


def lateness_of(plan: Plan, node: NodePlan, each: float) -> Lateness | None:
    """By how much the autoscaler of a node comes too late for the schedules of its clients, at best.

    It is taken to know at each look how many instances the present load takes, so only its period, its
    limits of growth and the start-up time hold it up.

    Args:
        plan: the plan.
        node: a node that scales itself, as it begins.
        each: requests a second that one of its instances serves.
    """
    scale = node.autoscale
    knots = _knots(plan)
    if scale is None or not 2 <= len(knots) <= _KNOTS:
        return None
    rates = [_rate(plan, node.id, at, after=after) for at, after in knots]
    course = _Course([at for at, _ in knots], rates)
    start = node.station.start
    fleet = _Fleet(
        scale, 0.0 if start is None else start.time.mean, [0.0] * node.station.instances, []
    )
    step = max(min(scale.interval / 10.0, 1.0), plan.duration / _STEPS)
    look = scale.phase or scale.interval
    now = waiting = 0.0
    begin = worst_begin = worst_at = worst = 0.0
    while now < plan.duration:
        if now >= look - 1e-9:
            fleet.look(now, course.at(now), each)
            look += scale.interval
        can = fleet.serving(now) * each
        if waiting <= 0.0:
            begin = now
        waiting = max(0.0, waiting + (course.at(now) - can) * step)
        now += step
        if waiting / can > worst:
            worst_begin, worst_at, worst = begin, now, waiting / can
    return Lateness(worst_begin, worst_at, worst, max(rates))


def _knots(plan: Plan) -> list[tuple[float, bool]]:
    """The times at which the load of the clients changes its course, before and after a step of it."""
    times = {0.0}
    for node in plan.nodes:
        traffic = node.traffic
        if traffic is not None and traffic.process in _SCHEDULED:
            times |= {at for at, _ in traffic.schedule if at < plan.duration}
    if len(times) < 2:
        return []
    return [(at, after) for at in sorted(times) for after in (False, True)]


def _rate(plan: Plan, name: str, at: float, *, after: bool) -> float:
    """Requests a second that come to a node while clients send as at a time."""
    nodes = tuple(
        node
        if node.traffic is None
        else replace(node, traffic=_then(node.traffic, at, after=after))
        for node in plan.nodes
    )
    demand = demand_of(replace(plan, nodes=nodes))
    return 0.0 if demand is None else demand.rate(name)


def _then(traffic: TrafficPlan, at: float, *, after: bool) -> TrafficPlan:
    """Traffic that always is as at a time; at a step, as before or after it."""
    if traffic.process not in _SCHEDULED:
        return traffic
    points = traffic.schedule
    begun = [point for point in points if (point[0] <= at if after else point[0] < at)] or points[
        :1
    ]
    coming = points[len(begun) :] if begun[-1][0] <= at else ()
    (left, low), rate = begun[-1], begun[-1][1]
    if coming and coming[0][0] > left and at > left:
        right, high = coming[0]
        rate = low + (high - low) * (min(at, right) - left) / (right - left)
    return replace(traffic, schedule=((0.0, rate),))

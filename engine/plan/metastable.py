"""Where a load that a design bears can become one that it cannot get rid of: predicted from its plan.

A node with capacity cμ is offered λ. Once its queue is longer than its callers wait, all it does comes too late, every
request is tried again, and with r retries λ(1 + r) comes in: above cμ the queue never empties, although λ is
below it. So there is a band of loads, from cμ / (λ(1 + r)) to cμ / λ, in which a trigger that is long over keeps it
down (Bronson et al., HotOS 2021; Huang et al., OSDI 2022; Isaacs et al., HotOS 2025). A cache that is empty does
the same: what it held back comes in as well, and is not kept if the answer comes too late.
What breaks the loop is a queue so short that a full one is served in time, K ≤ cμ · timeout, or whatever lets less in.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.concurrency import Concurrency
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.throttle import Throttle
from engine.plan.capacity import capacities
from engine.plan.demand import at_peak, demand_of
from engine.plan.primitives import INFINITE
from engine.plan.retries import most_tries
from engine.plan.risk import patience
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, NodePlan, Plan

State = Literal["stable", "vulnerable", "overloaded"]
_COLD: Final = 1e-9
"""Seconds that an entry lives in a cache that holds nothing."""
_NEAR: Final = 0.1
"""Relative distance from a full queue's limit at which chance decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What a node is offered, what it can do, and what may keep it down."""

    node: str
    offered: float
    """First tries a second at load 1 (λ)."""
    capacity: float
    """Requests a second that it can serve (cμ)."""
    tries: float
    """Tries of a request while all fail (1 + r), retries of all layers on the way multiplied."""
    cold: float
    """Times as many that come while the caches on the way are empty."""
    places: float
    """Waiting places; infinite where nothing bounds them."""
    patience: float
    """Seconds after which the first of its callers gives up."""
    guard: str
    """What keeps it from staying down, in a few words; empty where nothing does."""

    @property
    def amplification(self) -> float:
        """Times as much that comes while all fails."""
        return self.tries * self.cold

    @property
    def low(self) -> float:
        """The load, as on the dial, below which it always recovers; infinite where it does at any."""
        if self.guard:
            return INFINITE
        return self.capacity / (self.offered * self.amplification)

    @property
    def high(self) -> float:
        """The load from which on it is overloaded anyway."""
        return self.capacity / self.offered

    @property
    def is_close(self) -> bool:
        """Whether its queue is so near to being short enough that chance decides."""
        if not (math.isfinite(self.places) and math.isfinite(self.patience)):
            return False
        return abs(self.places / self.capacity / self.patience - 1.0) <= _NEAR

    def state(self, load: float) -> State:
        """What it is at a load, as on the dial."""
        if load >= self.high:
            return "overloaded"
        return "vulnerable" if load >= self.low else "stable"

    def backlog(self, load: float, seconds: float, factor: float) -> float:
        """Requests that wait after so many seconds in which work takes that many times longer."""
        grows = load * self.offered * self.tries - self.capacity / factor
        return min(self.places, max(0.0, grows * seconds))

    def drain(self, load: float, backlog: float) -> tuple[float, float]:
        """Seconds until answers come in time again, and until nothing is left of a backlog; infinite: never.

        While it waits too long all of it is tried again, so it goes at cμ − λ(1 + r).
        """
        spare = self.capacity - load * self.offered * self.tries
        if spare <= 0.0:
            return INFINITE, INFINITE
        late = backlog - self.capacity * min(self.patience, backlog / self.capacity)
        return late / spare, backlog / spare


def bands_of(plan: Plan) -> tuple[Band, ...]:
    """A band for each node that can be full, the one whose begins at the lowest load first."""
    plan = at_peak(plan)
    demand = demand_of(plan)
    if demand is None:
        return ()
    capacity = capacities(plan, demand)
    waits = patience(plan, demand.order)
    tries = _tries(plan, demand)
    cold = demand_of(_emptied(plan))
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    found = []
    for node in plan.nodes:
        offered, can = demand.rate(node.id), capacity[node.id].rate
        if node.traffic is not None or not offered > 0.0 or not math.isfinite(can) or node.pulls:
            continue
        band = Band(
            node=node.id,
            offered=offered,
            capacity=can,
            tries=tries[node.id],
            cold=max(1.0, cold.rate(node.id) / offered) if cold is not None else 1.0,
            places=_places(node),
            patience=min(
                (s for (name, _), s in waits.items() if name == node.id), default=INFINITE
            ),
            guard="",
        )
        guard = next(_guards(band, node, entering[node.id]), "")
        found.append(replace(band, guard=guard))
    return tuple(sorted(found, key=lambda band: (band.low, band.high)))


def _emptied(plan: Plan) -> Plan:
    """A plan whose caches hold nothing."""
    return replace(
        plan,
        nodes=tuple(
            node if node.store is None else replace(node, store=replace(node.store, ttl=_COLD))
            for node in plan.nodes
        ),
    )


def _tries(plan: Plan, demand: Demand) -> Mapping[str, float]:
    """Tries for each first one at each node while all fail: means over the ways that lead there."""
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in plan.links:
        entering[link.target].append(link)
    tries: dict[str, float] = {}
    for name in demand.order:
        rates = [sum(demand.links.get(link.id, (0.0,))) for link in entering[name]]
        whole = sum(rates)
        each = [most_tries(link) * tries.get(link.source, 1.0) for link in entering[name]]
        mean = sum(rate * times for rate, times in zip(rates, each, strict=True))
        tries[name] = mean / whole if whole > 0.0 else 1.0
    return tries


def _places(node: NodePlan) -> float:
    """How many may wait at a node."""
    station, limit = node.station, node.gate(Concurrency)
    places = (
        INFINITE
        if station.queue_limit is None or station.overflow == "resend"
        else float(station.queue_limit * station.instances)
    )
    return places if limit is None else min(places, float(limit.limit))


def _guards(band: Band, node: NodePlan, entering: Sequence[LinkPlan]) -> Iterator[str]:
    """What keeps a node from staying down."""
    if band.amplification <= 1.0:
        yield "nothing multiplies the load: no retries, no cache"
    if math.isinf(band.patience):
        yield "no caller gives up, so no work is in vain"
    if band.places <= band.capacity * band.patience:
        yield "a full queue is served before its callers give up"
    if node.station.discipline == "lifo":
        yield "the newest are served first, and in time"
    rate = node.gate(RateLimit)
    if rate is not None and rate.by == "all" and rate.rate <= band.capacity:
        yield "its rate limit lets no more in than it can serve"
    waiting = [link for link in entering if link.waits]
    if all(link.policy(Breaker) is not None for link in waiting):
        yield "breakers open and let it drain"
    if all(link.policy(Throttle) is not None for link in waiting):
        yield "callers throttle themselves"
    bulkheads = [link.policy(Bulkhead) for link in waiting]
    inside = sum(each.concurrent for each in bulkheads if each is not None)
    if None not in bulkheads and inside / band.patience < band.capacity:
        yield "bulkheads let no more in than it can serve"

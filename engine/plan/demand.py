"""Traffic equations: how many requests a second each node and link would see if nothing failed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from engine.plan.order import callers_first, visit_name
from engine.plan.primitives import INFINITE, MOMENT
from engine.plan.shares import Rates, Shares
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.endless import Visits
    from engine.plan.primitives import CrowdPlan, LinkPlan, NodePlan, Plan, TrafficPlan

_ROUNDS: Final = 100
"""Most rounds in which hit ratios and rates of a circle settle."""
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Demand:
    """What flows where. Rates of scheduled clients are those of the peak."""

    order: tuple[str, ...]
    """Nodes, callers before what they call."""
    nodes: Mapping[str, Rates]
    links: Mapping[str, Rates]
    """By the class of the caller."""
    hits: Mapping[str, float]
    """Predicted hit ratio of each keyed store."""
    circles: tuple[tuple[str, ...], ...] = ()
    """Groups of nodes that reach each other again."""

    def rate(self, node_id: str) -> float:
        """Requests per second at a node, all classes together."""
        return sum(self.nodes[node_id])


def demand_of(plan: Plan) -> Demand | None:
    """The rates; None where requests go round and grow in number without end."""
    groups = _groups(plan)
    stores = {node.id: 0.0 for node in plan.nodes if node.store is not None}
    made = _Downwards(plan, groups, stores).demand()
    if made is not None and (
        any(link.on_miss for link in plan.links) or any(node.flow for node in plan.nodes)
    ):
        # A caller comes before the cache that it asks, so what the cache holds back is known only now.
        made = _Downwards(plan, groups, made.hits).demand()
    return made


def at_peak(plan: Plan) -> Plan:
    """A plan with its open traffic at the height of its bursts, and without closed populations.

    Whoever waits for an answer asks for nothing meanwhile, so only open traffic fills queues without end.
    """
    return replace(
        plan, nodes=tuple(replace(each, traffic=_peak(each.traffic)) for each in plan.nodes)
    )


def _peak(traffic: TrafficPlan | None) -> TrafficPlan | None:
    """Traffic at the height of its bursts; none of a closed population."""
    if traffic is None or traffic.process not in ("closed", "mmpp"):
        return traffic
    if traffic.process == "closed":
        return replace(traffic, users=0)
    points = tuple((at, rate * traffic.burst_factor) for at, rate in traffic.schedule)
    return replace(traffic, schedule=points, burst_factor=1.0)


def _groups(plan: Plan) -> list[list[str]]:
    """All nodes, callers first; those that reach each other again together."""
    pairs = [(link.source, link.target) for link in plan.links if link.loss < 1.0]
    order = callers_first(pairs)
    if order is not None:
        groups = [[name] for name in order]
    else:
        # Imported here: networkx takes longer to import than all the rest, and circles are rare.
        from engine.plan.cycles import in_groups  # noqa: PLC0415

        groups = in_groups(pairs)
    reached = {name for group in groups for name in group}
    return [*groups, *([node.id] for node in plan.nodes if node.id not in reached)]


class _Downwards:
    """Rates from the clients downwards."""

    def __init__(
        self, plan: Plan, groups: Sequence[Sequence[str]], known: Mapping[str, float]
    ) -> None:
        """Begin; ``known`` hit ratios decide the calls after a miss."""
        self._plan = plan
        self._groups = groups
        self._known = known
        self._nodes = {node.id: node for node in plan.nodes}
        self._leaving: dict[str, list[LinkPlan]] = defaultdict(list)
        for link in plan.links:
            self._leaving[link.source].append(link)
        self._own = {
            each.source for each in plan.links if each.source == each.target and each.passes
        }
        """The nodes that call themselves, and get there."""
        self._visits = _visits(plan)
        self._rates: dict[str, Rates] = dict.fromkeys(self._nodes, (0.0,) * len(plan.classes))
        self._links: dict[str, Rates] = {}
        self._hits: dict[str, float] = {}

    def demand(self) -> Demand | None:
        """All rates; None where there are none."""
        circles = []
        for group in self._groups:
            for name in group:
                traffic = self._nodes[name].traffic
                if traffic is not None:
                    self._rates[name] = _offered(traffic)
            if len(group) > 1 or group[0] in self._own:
                circles.append(tuple(group))
                if not self._go_round(group):
                    return None
            else:
                self._hit(group)
            for name in group:
                self._send(name, within=group if circles and circles[-1] == tuple(group) else ())
        order = tuple(name for group in self._groups for name in group)
        return Demand(order, self._rates, self._links, self._hits, tuple(circles))

    def _hit(self, names: Sequence[str]) -> None:
        """Predict the hit ratios of stores under the present rates."""
        for name in names:
            if self._nodes[name].store is not None:
                self._hits[name] = _hits(self._plan, self._nodes[name], self._rates[name])

    def _shares(self, name: str) -> Mapping[str, Rates]:
        """What leaves a node over its links for each request that comes."""
        hits = {**self._known, **self._hits}
        leaving = self._leaving[name]
        shares = Shares(self._plan, self._nodes, hits, tuple(leaving)).of(self._nodes[name])
        visits = self._visits
        if visits is None:
            return shares
        return {
            link.id: tuple(
                share if share > 0.0 and visits.makes(name, kind, link.id) else 0.0
                for kind, share in enumerate(shares[link.id])
            )
            for link in leaving
        }

    def _send(self, name: str, within: Sequence[str]) -> None:
        """Let a node's requests arrive at what it calls; those within its own circle are there already."""
        shares = self._shares(name)
        for link in self._leaving[name]:
            sent = _times(self._rates[name], shares[link.id])
            self._links[link.id] = sent
            if link.target not in within:
                before = self._rates[link.target]
                come = sent if link.kind is None else link.as_called(sent)
                if link.loss > 0.0:
                    come = tuple(each * link.arriving for each in come)
                self._rates[link.target] = tuple(a + b for a, b in zip(before, come, strict=True))

    def _go_round(self, group: Sequence[str]) -> bool:
        """Solve the traffic equations of a circle; false where no rates solve them."""
        entering = {name: self._rates[name] for name in group}
        for _ in range(_ROUNDS):
            before = dict(self._hits)
            self._hit(group)
            shares = {name: self._shares(name) for name in group}
            solved = self._solved(group, shares, entering)
            if solved is None:
                return False
            for place, name in enumerate(group):
                self._rates[name] = tuple(rates[place] for rates in solved)
            if all(
                abs(hit - before.get(name, -1.0)) < _ROUNDING for name, hit in self._hits.items()
            ):
                break
        return True

    def _solved(
        self,
        group: Sequence[str],
        shares: Mapping[str, Mapping[str, Rates]],
        entering: Mapping[str, Rates],
    ) -> list[list[float]] | None:
        """The rates of each class at the nodes of a circle; None where no rates solve the equations."""
        from engine.plan.cycles import growth, rates_around  # noqa: PLC0415

        kinds = range(len(self._plan.classes))
        solved: list[list[float]] = []
        # Classes are solved one by one, but all at once where calls change theirs.
        parts = [list(kinds)] if self._mixes(group) else [[kind] for kind in kinds]
        for part in parts:
            visits = [visit_name(name, kind) for kind in part for name in group]
            gains = self._gains(group, shares, part)
            wanted = [entering[name][kind] for kind in part for name in group]
            if any(wanted) and growth(visits, gains) >= 1.0 - _ROUNDING:
                return None
            found = rates_around(visits, gains, wanted) if any(wanted) else wanted
            solved += [found[at : at + len(group)] for at in range(0, len(found), len(group))]
        return solved

    def _mixes(self, group: Sequence[str]) -> bool:
        """Whether calls from the nodes of a circle are of another class than their callers."""
        return any(link.kind is not None for name in group for link in self._leaving[name])

    def _gains(
        self,
        group: Sequence[str],
        shares: Mapping[str, Mapping[str, Rates]],
        kinds: Sequence[int],
    ) -> dict[tuple[str, str], float]:
        """Calls that a request of each class makes within a circle, of those that get there."""
        gains: dict[tuple[str, str], float] = defaultdict(float)
        for name in group:
            for link in self._leaving[name]:
                for kind in kinds:
                    share = shares[name][link.id][kind]
                    if share > 0.0 or link.kind is None:
                        called = visit_name(link.target, link.kind_at(kind))
                        gains[visit_name(name, kind), called] += share * link.arriving
        return gains


def _visits(plan: Plan) -> Visits | None:
    """Which calls can be made, where some cannot for what fails before them; None where all can."""
    fails = any(not link.passes for link in plan.links)
    if not fails and not any(node.failing >= 1.0 for node in plan.nodes):
        return None
    from engine.plan.endless import Visits  # noqa: PLC0415 - few designs need it

    return Visits(plan)


def _times(rates: Rates, shares: Rates) -> Rates:
    """Rates by class, each times a share."""
    return tuple(rate * share for rate, share in zip(rates, shares, strict=True))


def _offered(traffic: TrafficPlan) -> Rates:
    """What a client sends at its peak. A closed population sends as fast as it is answered: none here."""
    if traffic.process == "trace":
        return _recorded(traffic)
    rate = 0.0
    if traffic.process != "closed":
        rate = max(rps for _, rps in traffic.schedule)
    if traffic.process == "mmpp":
        whole = traffic.calm_mean + traffic.burst_mean
        rate *= (traffic.calm_mean + traffic.burst_factor * traffic.burst_mean) / whole
    if traffic.session is not None:
        rate *= traffic.session.mean
    if traffic.crowd is not None:
        rate *= _crowd_mean(traffic.crowd) / max(traffic.crowd.mean, 1e-9)
    return tuple(rate * share for share in traffic.mix)


def _recorded(traffic: TrafficPlan) -> Rates:
    """Mean rate of a recording over its whole length."""
    length = traffic.times[-1] if traffic.times else 0.0
    if traffic.period < INFINITE:
        length = traffic.period
    rate = len(traffic.times) / length if length >= MOMENT else 0.0
    if not traffic.kinds:
        return tuple(rate * share for share in traffic.mix)
    counts = Counter(traffic.kinds)
    return tuple(rate * counts[kind] / len(traffic.kinds) for kind in range(len(traffic.mix)))


def _crowd_mean(crowd: CrowdPlan) -> float:
    """Mean number of active users; a normal number is cut off at zero, which raises its mean."""
    if crowd.law == "poisson" or crowd.variance == 0.0:
        return crowd.mean
    law = NormalDist(crowd.mean, math.sqrt(crowd.variance))
    return crowd.mean * (1.0 - law.cdf(0.0)) + crowd.variance * law.pdf(0.0)


def _hits(plan: Plan, node: NodePlan, rates: Rates) -> float:
    """Predicted hit ratio of a store under these rates."""
    if node.store is None:
        return 0.0
    from engine.plan.hits import hit_ratio  # noqa: PLC0415 - numpy takes longer to load than most checks

    reads = [
        (rate, each.keys, float(node.store.bytes_of(each)))
        for rate, each in zip(rates, plan.classes, strict=True)
        if not each.write
    ]
    return hit_ratio(node.store, reads)

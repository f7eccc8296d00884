"""Looks whether a design is too small for what comes, or in its own way, where nothing came from outside."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.plan.link_load import load_of
from engine.why import words
from engine.why.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.plan.capacity import Capacity
    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, NodePlan, TrafficPlan
    from engine.why.case import Case
    from engine.why.stretch import Stretch

_ALL: Final = 0.95
"""Share of the busy workers that are all of them."""
TIGHT: Final = 0.97
"""Share of its capacity from which a node is too small for what comes."""
_ALIKE: Final = 0.01
"""Relative difference up to which a capacity is that of its workers by themselves."""
_SOME: Final = 0.2
"""Share of the time that a worker is kept from which it is told how much of it waits for others."""
_QUICK: Final = 1e-3
"""Seconds that users who do not think are taken to."""


class Limits:
    """What follows from the settings of the design: it is inferred, not recorded."""

    def __init__(self, case: Case) -> None:
        """Write down what is found in this case."""
        self._case = case
        self._demand: Demand | None = None
        self._capacity: Mapping[str, Capacity] | None = None

    def in_each_others_way(self, near: Stretch) -> None:
        """Nodes all of whose workers wait for each other."""
        full = [
            name
            for name in self._case.nodes
            if self._case.signs.busy(name, near) > _ALL and self._case.signs.held(name, near) > _ALL
        ]
        circle = [
            name
            for name in full
            if any(link.target in full for link in self._case.leaving[name])
            and any(link.source in full for link in self._case.entering[name])
        ]
        if circle:
            names = " and ".join(self._case.name(each) for each in circle)
            self._case.note(
                "deadlock",
                Fact(
                    near.start,
                    f"All workers of {names} wait for each other",
                    node=circle[0],
                    inferred=True,
                    first=True,
                ),
            )

    def too_small(self, name: str, near: Stretch) -> None:
        """A node gets as much as it can serve, or more, and nothing else is to blame."""
        most = self.most(name)
        comes = self._case.signs.usual_rate(name, near.start)
        if math.isfinite(most) and comes > TIGHT * most:
            text = (
                f"{self._case.name(name)} gets {words.rate(comes)} and can serve {words.rate(most)}"
                f"{self.formula(name)}"
            )
            self.small(name, near.seen, text, most)

    def pauses(self, name: str, near: Stretch) -> None:
        """All workers of a node stand still by its settings, again and again."""
        rules = self._case.nodes[name].station.pauses
        if rules is None:
            return
        text = (
            f"{self._case.name(name)} pauses for {words.seconds(rules.length.mean)} every "
            f"{words.seconds(rules.every.mean)}, as a mean"
        )
        fact = Fact(near.start, text, node=name, value=rules.length.mean, inferred=True, first=True)
        self._case.note("pauses", fact)

    def too_slow(self, name: str, near: Stretch) -> None:
        """As much is published at a queue or topic as who works on it can do, or more."""
        comes = self._case.signs.usual_rate(name, near.start)
        for targets in self.readers(name):
            most = sum(self.most(each) for each in targets)
            if math.isfinite(most) and comes > TIGHT * most:
                self.small(targets[0], near.seen, self.behind(name, targets, comes, most), most)

    def readers(self, name: str) -> Iterable[list[str]]:
        """Those who work on the messages of a queue, or of a topic by group."""
        groups: dict[str | None, list[str]] = {}
        for link in self._case.leaving[name]:
            topic = self._case.nodes[name].topic is not None
            groups.setdefault((link.group or link.target) if topic else None, []).append(
                link.target
            )
        return groups.values()

    def behind(self, name: str, targets: list[str], comes: float, most: float) -> str:
        """That more messages come than some can work on, in words."""
        who = " and ".join(self._case.name(each) for each in targets)
        formula = self.formula(targets[0]) if len(targets) == 1 else ""
        return f"{self._case.name(name)} gets {words.rate(comes)}, and {who} can do {words.rate(most)}{formula}"

    def small(self, name: str, instant: float, text: str, most: float) -> None:
        """Note that a node can do less than comes from a time (s) on."""
        self._case.note(
            "small", Fact(instant, text, node=name, value=most, inferred=True, first=True)
        )

    def most(self, name: str) -> float:
        """What a node can serve (per second); infinite where there is no telling."""
        found = self._capacities().get(name)
        return math.inf if found is None else found.rate

    def hold(self, name: str) -> float:
        """Seconds that a request keeps a worker of a node where nobody waits; NaN where there is no telling."""
        found = self._capacities().get(name)
        return math.nan if found is None else found.hold

    def formula(self, name: str) -> str:
        """Where a capacity comes from, in brackets; nothing where it is not that of workers by themselves."""
        found, station = self._capacities().get(name), self._case.nodes[name].station
        if found is None or station.workers is None or not found.hold > 0.0:
            return ""
        together = station.instances * station.workers
        if abs(together / found.hold - found.rate) > _ALIKE * found.rate:
            return ""
        text = f"{together:,} at a time, {words.seconds(found.hold)} each"
        if found.waits > _SOME * found.hold:
            text += f", {words.seconds(found.waits)} of it for others"
        return f" ({text})"

    def calls_each(self, link_id: str, source: str) -> float:
        """Calls over a link for each request that its source gets, as the settings say; NaN without any."""
        self._capacities()
        if self._demand is None:
            return math.nan
        whole = self._demand.rate(source)
        return sum(self._demand.links.get(link_id, ())) / whole if whole > 0.0 else math.nan

    def bytes_each_way(self, link: LinkPlan) -> float:
        """Bytes a second that a link is to carry in the busier direction, as the settings say; 0 without any."""
        self._capacities()
        demand = self._demand
        if demand is None or link.id not in demand.links or not math.isfinite(link.bandwidth):
            return 0.0
        return load_of(link, self._case.record.plan, demand).larger

    def _capacities(self) -> Mapping[str, Capacity]:
        """What each node can do for what all clients ask for together."""
        if self._capacity is None:
            plan = self._case.record.plan
            plan = replace(plan, nodes=tuple(_asking(each) for each in plan.nodes))
            self._demand = demand_of(plan)
            self._capacity = {} if self._demand is None else capacities(plan, self._demand)
        return self._capacity


def _asking(node: NodePlan) -> NodePlan:
    """A node that asks for as much, as open traffic, as its users would if each were answered at once."""
    traffic = node.traffic
    if traffic is None or traffic.process != "closed":
        return node
    return replace(node, traffic=as_open(traffic))


def as_open(traffic: TrafficPlan) -> TrafficPlan:
    """What users who wait for their answers would ask for if each came at once."""
    rate = traffic.users / max(traffic.think.mean, _QUICK)
    return replace(traffic, process="poisson", users=0, schedule=((0.0, rate),))

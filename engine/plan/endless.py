"""Requests that surely go round for ever: where every way that a request may take comes back to it.

A request ends where all that it makes ends. So a node can end a class where some outcome of its flow
makes only calls that can end; whoever cannot goes round for ever, whatever is drawn. Caches are taken as
cold, as they are for the first request of every key, and calls as never failing, but for those over
links that nothing gets over: they come nowhere, and end.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.plan.flow import flow_of
from engine.plan.order import visit_name
from engine.plan.primitives import (
    AsyncPart,
    CallPart,
    ChoicePart,
    FlowPlan,
    LoopPart,
    ParallelPart,
)
from engine.plan.shares import Shares
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.plan.primitives import LinkPlan, NodePlan, Part, Plan

Visit = tuple[str, int]
"""A node, and the class of a request that comes to it."""
_ROUNDING: Final = 1e-9


class Visits:
    """What requests come to, by node and class."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.nodes = {node.id: node for node in plan.nodes}
        self.leaving: dict[str, list[LinkPlan]] = defaultdict(list)
        for link in plan.links:
            self.leaving[link.source].append(link)
        cold = {node.id: 0.0 for node in plan.nodes if node.store is not None}
        self._shares = {
            node.id: Shares(plan, self.nodes, cold, tuple(self.leaving[node.id])).of(node)
            for node in plan.nodes
        }
        self.reached = self._reached()
        """Visits that some client's requests come to."""

    def share(self, link: LinkPlan, kind: int) -> float:
        """Mean calls over a link for each request of a class at its source, everything being missed."""
        return self._shares[link.source][link.id][kind]

    def used(self, kind: int) -> list[LinkPlan]:
        """The links that requests of a class get over, in the order of the plan."""
        return [
            link
            for link in self.plan.links
            if link.passes and (link.source, kind) in self.reached and self.share(link, kind) > 0.0
        ]

    def endless(self) -> set[Visit]:
        """Visits from which every request goes round for ever."""
        # Imported here: networkx takes longer to import than all the rest, and circles are rare.
        from engine.plan.cycles import in_groups  # noqa: PLC0415

        pairs = [(link.source, link.target) for link in self.plan.links if link.passes]
        called_first = [name for group in reversed(in_groups(pairs)) for name in group]
        left = [
            (name, kind)
            for name in called_first
            for kind in range(len(self.plan.classes))
            if (name, kind) in self.reached
        ]
        ending: set[Visit] = set()
        while True:
            before = len(ending)
            for name, kind in left:
                if self._ends(self.nodes[name], kind, ending):
                    ending.add((name, kind))
            left = [visit for visit in left if visit not in ending]
            if len(ending) == before:
                return set(left)

    def _reached(self) -> set[Visit]:
        """Whatever can be reached from the clients."""
        left = [
            (node.id, kind)
            for node in self.plan.nodes
            if node.traffic is not None
            for kind, share in enumerate(node.traffic.mix)
            if share > 0.0
        ]
        found = set(left)
        while left:
            name, kind = left.pop()
            for link in self.leaving[name]:
                visit = (link.target, link.kind_at(kind))
                if link.passes and visit not in found and self.share(link, kind) > 0.0:
                    found.add(visit)
                    left.append(visit)
        return found

    def _ends(self, node: NodePlan, kind: int, ending: set[Visit]) -> bool:
        """Whether a request of a class may end at a node, where these visits may."""
        leaving = self.leaving[node.id]
        if node.router is not None or node.keeps_messages:
            taken = [link for link in leaving if self.share(link, kind) > 0.0]
            return not taken or any(
                not link.passes or (link.target, link.kind_at(kind)) in ending for link in taken
            )
        targets = {link.id: (link.target, link.kind_at(kind)) for link in leaving}
        stopped = {link.id for link in leaving if not link.passes}
        flow = flow_of(node, leaving, self.plan.classes)
        outcomes = _Outcomes(
            kind,
            lambda link: link in stopped or targets[link] in ending,
            lambda link: self.nodes[targets[link][0]].store is not None,
        )
        return outcomes.ends(flow)


class _Outcomes:
    """A request of one class on its way through a flow, by the outcomes that are possible."""

    def __init__(
        self, kind: int, may_end: Callable[[str], bool], may_miss: Callable[[str], bool]
    ) -> None:
        self._kind = kind
        self._may_end = may_end
        self._may_miss = may_miss
        self._missed = False

    def ends(self, flow: FlowPlan) -> bool:
        """Whether some outcome of a flow makes only calls that may end."""
        return all(self._part(part) for part in flow)

    def _part(self, part: Part) -> bool:
        """Whether some outcome of a part does."""
        match part:
            case CallPart():
                self._missed = self._missed or self._may_miss(part.link)
                return self._may_end(part.link)
            case LoopPart() | AsyncPart():
                return self.ends(part.do)
            case ParallelPart():
                return all(self.ends(way) for way in part.ways)
            case ChoicePart():
                return self._choice(part)
            case _:
                return True

    def _choice(self, part: ChoicePart) -> bool:
        """Whether a way that may be taken does, or none need be taken."""
        missed = self._missed
        usual = ("always", "miss", "miss_or_failed") if missed else ("always", "hit")
        left, found = 1.0, False
        for way in part.ways:
            if way.when not in usual or (way.classes is not None and not way.classes[self._kind]):
                continue
            share = 1.0 if way.share is None else way.share
            self._missed = missed
            if share > 0.0 and self.ends(way.do):
                found = True
            self._missed = missed and not (share >= 1.0 and way.when != "always")  # made up for
            left -= share
            if left <= _ROUNDING:
                return found
        return True


@dataclass(frozen=True, slots=True)
class Trip:
    """A link, and the class of the requests that make calls over it."""

    link: LinkPlan
    kind: int

    @property
    def ends(self) -> tuple[str, str]:
        """What it leads from and to, each a node and a class as one name."""
        link = self.link
        return visit_name(link.source, self.kind), visit_name(link.target, link.kind_at(self.kind))


def trips_of(visits: Visits) -> list[list[Trip]]:
    """The calls of each class; those of all together where some are of another class than their callers."""
    each = [
        [Trip(link, kind) for link in visits.used(kind)] for kind in range(len(visits.plan.classes))
    ]
    if all(link.kind is None for link in visits.plan.links):
        return each
    return [[trip for trips in each for trip in trips]]


def gains_of(visits: Visits, trips: Sequence[Trip]) -> Mapping[tuple[str, str], float]:
    """Mean calls of a request between nodes and classes."""
    gains: dict[tuple[str, str], float] = defaultdict(float)
    for trip in trips:
        gains[trip.ends] += visits.share(trip.link, trip.kind)
    return gains


def closing(trips: Sequence[Trip], circle: Sequence[str]) -> Trip:
    """The call that closes a circle: the last of it, from the caller that requests come to last."""
    return next(trip for trip in trips if trip.ends == (circle[-2], circle[-1]))


def nodes_of(circle: Sequence[str]) -> list[str]:
    """The nodes of a circle."""
    return [each.partition(" ")[2] for each in circle]

"""Requests that surely go round for ever: where every way that a request may take comes back to it.

A request ends where all that it makes ends. So a node can end a class where some outcome of its flow
makes only calls that can end; whoever cannot goes round for ever, whatever is drawn. Caches are taken as
cold, as they are for the first request of every key. A call may fail where something says so: a link that
loses, a service that fails by itself, a limit, a caller who gives up and is heard. What comes after a
call that can only fail is made only where the flow goes on after failures.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.model.policies.auth import Auth
from engine.model.policies.fallback import Fallback
from engine.plan.endings import FAILS, NEVER, SUCCEEDS, Endings, either
from engine.plan.flow import whole_flow_of
from engine.plan.order import visit_name
from engine.plan.primitives import INFINITE
from engine.plan.refusals import RARE, CutOffs, Visit, gives_up, turns_away
from engine.plan.shares import Shares
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import FlowPlan, LinkPlan, NodePlan, Plan


class Visits:
    """What requests come to, by node and class, and how they may end there."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.nodes = {node.id: node for node in plan.nodes}
        self.leaving: dict[str, list[LinkPlan]] = defaultdict(list)
        for link in plan.links:
            self.leaving[link.source].append(link)
        self._links = {link.id: link for link in plan.links}
        cold = {node.id: 0.0 for node in plan.nodes if node.store is not None}
        self._shares = {
            node.id: Shares(plan, self.nodes, cold, tuple(self.leaving[node.id])).of(node)
            for node in plan.nodes
        }
        self._flows: dict[str, FlowPlan] = {}
        visits = self._in_order()
        self._cut_offs = CutOffs(plan, visits)
        self._ends: dict[Visit, int] = dict.fromkeys(visits, NEVER)
        self._made: dict[Visit, frozenset[str]] = {}
        self._settle(visits)
        self.reached = self._reached()
        """Visits that some client's requests come to."""

    def share(self, link: LinkPlan, kind: int) -> float:
        """Mean calls over a link for each request of a class at its source, everything being missed."""
        return self._shares[link.source][link.id][kind]

    def makes(self, name: str, kind: int, link: str) -> bool:
        """Whether a request of a class at a node may ever make a call over a link."""
        return (name, kind) in self.reached and link in self._made[name, kind]

    def made(self, kind: int) -> list[LinkPlan]:
        """The links over which requests of a class may come to another node, in the order of the plan."""
        return [
            link
            for link in self.plan.links
            if link.passes and self.makes(link.source, kind, link.id)
        ]

    def used(self, kind: int) -> list[LinkPlan]:
        """Those over which they do while no call fails by chance."""
        return [link for link in self.made(kind) if self.share(link, kind) > 0.0]

    def endless(self) -> set[Visit]:
        """Visits from which every request goes round for ever."""
        return {visit for visit in self.reached if self._ends[visit] == NEVER}

    def _in_order(self) -> list[Visit]:
        """Whatever links lead to from the clients, whoever is called first."""
        # Imported here: networkx takes longer to import than all the rest, and circles are rare.
        from engine.plan.cycles import in_groups  # noqa: PLC0415

        found = set(self._sent())
        left = list(found)
        while left:
            name, kind = left.pop()
            for link in self.leaving[name]:
                visit = (link.target, link.kind_at(kind))
                if link.passes and visit not in found:
                    found.add(visit)
                    left.append(visit)
        pairs = [(link.source, link.target) for link in self.plan.links if link.passes]
        called_first = [name for group in reversed(in_groups(pairs)) for name in group]
        place = {name: index for index, name in enumerate(called_first)}
        return sorted(found, key=lambda visit: (place.get(visit[0], -1), visit[1]))

    def _sent(self) -> list[Visit]:
        """The requests that clients make."""
        return [
            (node.id, kind)
            for node in self.plan.nodes
            if node.traffic is not None
            for kind, share in enumerate(node.traffic.mix)
            if share > 0.0
        ]

    def _reached(self) -> set[Visit]:
        """Whatever can be reached from the clients."""
        left = self._sent()
        found = set(left)
        while left:
            name, kind = left.pop()
            for made in self._made[name, kind]:
                link = self._links[made]
                visit = (link.target, link.kind_at(kind))
                if link.passes and visit not in found:
                    found.add(visit)
                    left.append(visit)
        return found

    def _settle(self, visits: Sequence[Visit]) -> None:
        """Find how requests may end everywhere: who calls somebody is looked at again when more is known of it."""
        callers: dict[Visit, set[Visit]] = defaultdict(set)
        left = list(reversed(visits))
        waiting = set(left)
        while left:
            visit = left.pop()
            waiting.discard(visit)
            ends, made = self._visit(*visit)
            self._made[visit] = made
            for name in made:
                link = self._links[name]
                callers[link.target, link.kind_at(visit[1])].add(visit)
            if ends != self._ends[visit]:
                self._ends[visit] = ends
                again = sorted(callers[visit] - waiting)
                waiting.update(again)
                left += again

    def _visit(self, name: str, kind: int) -> tuple[int, frozenset[str]]:
        """How requests of a class may end at a node, and over which links they may make calls."""
        node, leaving = self.nodes[name], self.leaving[name]
        auth = node.gate(Auth) if node.gates else None
        asked = [
            link
            for link in leaving
            if link.checks and auth is not None and auth.looks_up and link.target == auth.server
        ]
        made: set[str] = set()
        let_in = [self._call(link, kind, made) for link in asked]
        ends = FAILS if turns_away(node) or any(each & FAILS for each in let_in) else NEVER
        if all(each & SUCCEEDS for each in let_in):
            if node.failing > RARE:
                ends |= FAILS
            if node.failing < 1.0:
                ends |= self._inside(node, kind, made)
        return ends, frozenset(made)

    def _inside(self, node: NodePlan, kind: int, made: set[str]) -> int:
        """How they may end once they are let in, and do not fail by themselves."""
        leaving = [link for link in self.leaving[node.id] if not link.checks]
        if node.router is None and not node.keeps_messages:
            if node.id not in self._flows:
                self._flows[node.id] = whole_flow_of(node, leaving, self.plan.classes)
            return Endings(
                kind,
                lambda link: self._call(self._links[link], kind, made),
                lambda link: self._misses(link, kind),
            ).of(self._flows[node.id])
        taken = [link for link in leaving if self.share(link, kind) > 0.0]
        if node.router is not None:
            return either([self._call(link, kind, made) for link in taken] or [FAILS])
        groups: dict[str, int] = defaultdict(int)
        for link in taken:
            group = "" if node.topic is None else link.group or link.target
            groups[group] |= self._call(link, kind, made)
        return SUCCEEDS if all(groups.values()) else NEVER

    def _misses(self, link: str, kind: int) -> bool:
        """Whether what a request asks a store for is not there, nor fetched by it."""
        target = self._links[link].target
        if self.nodes[target].store is None or self.plan.classes[kind].write:
            return False
        return not any(not each.checks for each in self.leaving[target])

    def _call(self, link: LinkPlan, kind: int, made: set[str]) -> int:
        """How a call over a link may end, whatever stands in for it included."""
        ends, tried = FAILS, set[str]()
        instead: LinkPlan | None = link
        while instead is not None and ends & FAILS and instead.id not in tried:
            tried.add(instead.id)
            ends = (ends & SUCCEEDS) | self._try(instead, kind)
            fallback = instead.policy(Fallback) if instead.policies else None
            if ends & FAILS and fallback is not None and fallback.kind == "static":
                ends = SUCCEEDS
            spare = None if fallback is None else fallback.spare
            instead = None if spare is None else self._links.get(spare)
        made |= tried
        return ends

    def _try(self, link: LinkPlan, kind: int) -> int:
        """How a call over a link may end by itself."""
        if not link.passes:
            return FAILS
        visit = (link.target, link.kind_at(kind))
        ends = self._ends[visit]
        late = ends != NEVER and link.timeout < INFINITE
        if late or gives_up(link) or self._cut_offs.ends(link, visit):
            ends |= FAILS
        return ends


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
        [Trip(link, kind) for link in visits.made(kind)] for kind in range(len(visits.plan.classes))
    ]
    if all(link.kind is None for link in visits.plan.links):
        return each
    return [[trip for trips in each for trip in trips]]


def gains_of(visits: Visits, trips: Sequence[Trip]) -> Mapping[tuple[str, str], float]:
    """Mean calls of a request between nodes and classes that get there."""
    gains: dict[tuple[str, str], float] = defaultdict(float)
    for trip in trips:
        link = trip.link
        goes_on = (1.0 - visits.nodes[link.source].failing) * link.arriving
        gains[trip.ends] += visits.share(link, trip.kind) * goes_on
    return gains


def closing(trips: Sequence[Trip], circle: Sequence[str]) -> Trip:
    """The call that closes a circle: the last of it, from the caller that requests come to last."""
    return next(trip for trip in trips if trip.ends == (circle[-2], circle[-1]))


def nodes_of(circle: Sequence[str]) -> list[str]:
    """The nodes of a circle."""
    return [each.partition(" ")[2] for each in circle]

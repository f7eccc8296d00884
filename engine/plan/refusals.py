"""What ends calls beside their work: losses, places that turn requests away, and callers who give up and say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.policies.breaker import Breaker
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.concurrency import Concurrency
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.shed import Shed
from engine.plan.deadline_propagation import deadline_propagation
from engine.plan.flow import calls_in, spares_of, transactions_in
from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.plan.primitives import LinkPlan, NodePlan, Plan

Visit = tuple[str, int]
"""A node, and the class of a request that comes to it."""
RARE: Final = 1e-9
"""A chance so small that nobody waits for it."""


def turns_away(node: NodePlan) -> bool:
    """Whether a node may refuse a request, however well it would be worked on."""
    station = node.station
    limits = (station.queue_limit, station.memory)
    if any(limit is not None for limit in limits) and node.router is None:
        return True
    return any(node.gate(gate) is not None for gate in (RateLimit, Concurrency, Shed))


def gives_up(link: LinkPlan) -> bool:
    """Whether a call over a link may fail before it gets there, or while nobody works on it."""
    if link.loss > 0.0 and 1.0 - link.arriving > RARE:
        return True
    if link.queue_timeout < INFINITE:
        return True
    if link.timeout < INFINITE and link.policy(Breaker) is not None:
        return True
    connection = link.connection
    line = connection is not None and connection.pending is not None
    full = line and connection is not None and connection.connections is not None
    return link.waits and (full or link.policy(Bulkhead) is not None)


class CutOffs:
    """Calls that end when their callers give them up: they are told, and so is whomever they call."""

    def __init__(self, plan: Plan, visits: Iterable[Visit]) -> None:
        """Begin.

        Args:
            plan: whose calls.
            visits: what requests may come to, whoever is called first.
        """
        told = deadline_propagation(plan)
        self._leaving: dict[str, list[LinkPlan]] = {node.id: [] for node in plan.nodes}
        for link in plan.links:
            self._leaving[link.source].append(link)
        self._sent = _sent(plan.nodes)
        self._spares = spares_of(plan.links)
        self._links = {link.id: link for link in plan.links}
        self._cut: dict[str, tuple[frozenset[str], frozenset[Visit]]] = {}
        every = list(visits) if told.cancelling or told.propagating else []
        ending = self._ending(every)
        deadlines = any(kind.deadline < INFINITE for kind in plan.classes)
        for sort, links in (("cancel", told.cancelling), ("deadline", told.propagating)):
            limited = any(self._links[link].timeout < INFINITE for link in links)
            if limited or (links and sort == "deadline" and deadlines):
                self._cut[sort] = (links, self._cuttable(every, links, ending))

    def ends(self, link: LinkPlan, visit: Visit) -> bool:
        """Whether what a call leads to ends when its caller gives up, and its caller may."""
        return any(link.id in links and visit in cut for links, cut in self._cut.values())

    def _calls(self, visit: Visit) -> list[tuple[LinkPlan, Visit]]:
        """All that a request at a node may call."""
        name, kind = visit
        return [
            (link, (link.target, link.kind_at(kind)))
            for link in self._leaving[name]
            if link.passes and (link.classes[kind] or link.id in self._spares)
        ]

    def _ending(self, visits: list[Visit]) -> set[Visit]:
        """Visits that end whatever is drawn: nothing that they lead to comes round."""
        found: set[Visit] = set()
        for visit in visits:
            if all(called in found for _, called in self._calls(visit)):
                found.add(visit)
        return found

    def _cuttable(
        self, visits: list[Visit], links: frozenset[str], ending: set[Visit]
    ) -> frozenset[Visit]:
        """Visits all of whose calls end with them."""
        found = set(visits)

        def stays(visit: Visit) -> bool:
            return all(
                called in ending
                or (
                    link.id in links
                    and link.waits
                    and link.id not in self._sent
                    and called in found
                )
                for link, called in self._calls(visit)
            )

        return _largest(found, stays)


def _largest(found: set[Visit], stays: Callable[[Visit], bool]) -> frozenset[Visit]:
    """What is left of a set when whatever does not stay in it has gone."""
    while True:
        gone = [visit for visit in found if not stays(visit)]
        if not gone:
            return frozenset(found)
        found.difference_update(gone)


def _sent(nodes: Iterable[NodePlan]) -> frozenset[str]:
    """Links over which flows make calls that nobody waits for, those that undo what was done included."""
    flows = [node.flow for node in nodes if node.flow is not None]
    sent = {link for flow in flows for link, waited in calls_in(flow) if not waited}
    undoing = (undo for flow in flows for part in transactions_in(flow) for undo in part.undo)
    return frozenset(sent.union(undo for undo in undoing if undo is not None))

"""What is held while more is waited for, in a circle (Coffman 1971): workers, connections, bulkheads.

Holding something and waiting for more make a deadlock where they come round. Whoever lets go while it
waits breaks it, and so do a timeout on the way, a place without a waiting line and one with more to
give than there are requests that can ever hold it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from engine.model.policies.bulkhead import Bulkhead
from engine.plan.flow import goes_side_by_side
from engine.plan.primitives import INFINITE
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.plan.endless import Visits
    from engine.plan.primitives import LinkPlan, NodePlan
    from engine.plan.refusals import Visit

Sort = Literal["workers", "connections", "bulkhead"]


@dataclass(frozen=True, slots=True)
class Held:
    """Something of which there is a limited number, and which requests keep while they wait for more."""

    sort: Sort
    owner: str
    """The node or link."""
    count: int

    @property
    def name(self) -> str:
        """What it is called in a graph."""
        return f"{self.sort} {self.owner}"


@dataclass(frozen=True, slots=True)
class Deadlock:
    """What may all be held by requests that wait for each other's."""

    circle: tuple[Held, ...]
    """The first again at the end."""
    link: LinkPlan
    """The call with which the last of them waits for the first."""


@dataclass(frozen=True, slots=True)
class _Wait:
    """That what holds something waits for something."""

    holder: Held
    wanted: Held
    link: LinkPlan
    kind: int
    """Class of the requests that do."""


def deadlocks(visits: Visits) -> list[Deadlock]:
    """What may come to a standstill in a plan."""
    limits = _limits(visits)
    if not limits:
        return []
    calls = _calls(visits)
    while True:
        waits = list(_waits(visits, calls, limits))
        if not waits:
            return []
        spare = _spare(visits, waits)
        if not spare:
            break
        limits = {name: each for name, each in limits.items() if name not in spare}
    # Imported here: networkx takes longer to import than all the rest.
    from engine.plan.cycles import circles  # noqa: PLC0415

    links: dict[tuple[str, str], LinkPlan] = {}
    for wait in waits:
        links.setdefault((wait.holder.name, wait.wanted.name), wait.link)
    return [
        Deadlock(tuple(limits[name] for name in circle), links[circle[-2], circle[-1]])
        for circle in circles(links)
    ]


def holds(node: NodePlan) -> bool:
    """Whether a node has a limited number of workers, and keeps them while their requests wait."""
    station = node.station
    limited = station.workers is not None and station.discipline != "ps"
    return node.traffic is None and station.hold and limited


def _limits(visits: Visits) -> dict[str, Held]:
    """All that is limited and held, by name."""
    found = [
        Held("workers", name, visits.nodes[name].station.workers or 0)
        for name in sorted(visits.nodes)
        if holds(visits.nodes[name])
    ]
    for link in visits.plan.links:
        connection, bulkhead = link.connection, link.policy(Bulkhead)
        if connection is not None and connection.connections is not None:
            found.append(Held("connections", link.id, connection.connections * connection.streams))
        if bulkhead is not None:
            found.append(Held("bulkhead", link.id, bulkhead.concurrent))
    return {each.name: each for each in found}


def _calls(visits: Visits) -> dict[Visit, list[LinkPlan]]:
    """The calls that requests wait for without an end."""
    calls: dict[Visit, list[LinkPlan]] = defaultdict(list)
    for kind in range(len(visits.plan.classes)):
        for link in visits.used(kind):
            queued = visits.nodes[link.source].keeps_messages
            if link.waits and not queued and link.timeout == INFINITE:
                calls[link.source, kind].append(link)
    return calls


def _waits(
    visits: Visits, calls: dict[Visit, list[LinkPlan]], limits: dict[str, Held]
) -> Iterator[_Wait]:
    """What is waited for by those who hold something, and with which call first."""
    for (name, kind), links in calls.items():
        for link in links:
            # Who calls holds a worker, and then what the call takes on its way, one after the other.
            holders = [f"workers {name}", *_taken(link)[:-1]]
            for place, holder in enumerate(holders):
                if holder in limits:
                    for wanted in _wanted(visits, calls, limits, (link, kind), place):
                        yield _Wait(limits[holder], limits[wanted], link, kind)


def _taken(link: LinkPlan) -> list[str]:
    """What a call needs, in the order in which it waits for it."""
    return [f"bulkhead {link.id}", f"connections {link.id}", f"workers {link.target}"]


def _wanted(
    visits: Visits,
    calls: dict[Visit, list[LinkPlan]],
    limits: dict[str, Held],
    first: tuple[LinkPlan, int],
    place: int,
) -> list[str]:
    """What a call waits for next, or those that it leads to, once it has the first so many things that it needs."""
    found: list[str] = []
    seen: set[Visit] = set()
    left = [(*first, place)]
    while left:
        link, kind, begun = left.pop()
        wanted = next((each for each in _taken(link)[begun:] if each in limits), None)
        if wanted is not None:
            if _is_waited_for(visits, link, limits[wanted]):
                found.append(wanted)
            continue
        called = (link.target, link.kind_at(kind))
        if called not in seen:
            seen.add(called)
            left += [(each, called[1], 0) for each in calls.get(called, ())]
    return found


def _is_waited_for(visits: Visits, link: LinkPlan, wanted: Held) -> bool:
    """Whether a call waits, for as long as it takes, for what it cannot have at once."""
    if link.queue_timeout < INFINITE:
        return False
    if wanted.sort == "workers":
        return visits.nodes[link.target].station.queue_limit != 0
    if wanted.sort == "connections":
        return link.connection is not None and link.connection.pending != 0
    bulkhead = link.policy(Bulkhead)
    return bulkhead is not None and bulkhead.pending > 0


def _spare(visits: Visits, waits: list[_Wait]) -> set[str]:
    """Names of that of which there is more than can ever be held by those who wait."""
    most = {kind: most_requests(visits, kind) for kind in {wait.kind for wait in waits}}
    kinds: dict[Held, set[int]] = defaultdict(set)
    for wait in waits:
        kinds[wait.holder].add(wait.kind)
    links = {link.id: link for link in visits.plan.links}
    return {
        held.name
        for held, waiting in kinds.items()
        if min(sum(most[kind] for kind in waiting), _callers(visits, links, held)) < held.count
    }


def _callers(visits: Visits, links: dict[str, LinkPlan], held: Held) -> float:
    """Most calls that want connections at a time, by the workers that make them; infinite where nothing says."""
    if held.sort != "connections":
        return INFINITE
    source = visits.nodes[links[held.owner].source]
    if not holds(source) or goes_side_by_side(source.flow or ()):
        return INFINITE
    return (
        source.station.workers or INFINITE
    ) - 1  # as many connections as workers are never short


def most_requests(visits: Visits, kind: int) -> float:
    """Most requests of a class that can be anywhere at a time; infinite where nothing bounds them."""
    plan = visits.plan
    senders = [
        node.traffic
        for node in plan.nodes
        if node.traffic is not None and node.traffic.mix[kind] > 0.0
    ]
    if any(traffic.process != "closed" for traffic in senders):
        return INFINITE
    if any(link.kind is not None for link in plan.links):
        return INFINITE  # whose requests are of another class by then is not followed here
    used = visits.used(kind)
    met = {link.source for link in used} | {link.target for link in used}
    if any(not link.waits or link.timeout < INFINITE for link in used):
        return INFINITE
    if any(goes_side_by_side(visits.nodes[name].flow or ()) for name in met):
        return INFINITE
    if any(len(each) > 1 for each in _at_once(visits, used).values()) or _comes_back(used):
        return INFINITE
    return float(sum(traffic.users for traffic in senders))


def _at_once(visits: Visits, used: list[LinkPlan]) -> dict[tuple[str, int], list[LinkPlan]]:
    """Calls that one request makes side by side: links of one order of a node without a flow of its own."""
    groups: dict[tuple[str, int], list[LinkPlan]] = defaultdict(list)
    for link in used:
        node = visits.nodes[link.source]
        if node.flow is None and node.router is None and not node.keeps_messages:
            groups[link.source, link.order].append(link)
    return groups


def _comes_back(used: list[LinkPlan]) -> bool:
    """Whether a request may come to a node again before it has left it."""
    # Imported here: networkx takes longer to import than all the rest.
    from engine.plan.cycles import circles  # noqa: PLC0415

    return bool(circles((link.source, link.target) for link in used))

"""Workers that are held while their requests wait for workers of others, who wait for these (Coffman 1971).

Held workers and the wait for more make a deadlock where they come round in a circle. Whoever lets its
workers go while it waits breaks it, and so do a timeout on the way, a node without a waiting line and
one with more workers than requests that can ever hold them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.plan.flow import goes_side_by_side
from engine.plan.primitives import INFINITE
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.endless import Visit, Visits
    from engine.plan.primitives import LinkPlan, NodePlan


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Nodes whose workers may all wait for each other's."""

    circle: tuple[str, ...]
    """The nodes that hold workers, the first again at the end."""
    link: LinkPlan
    """The call with which the last of them waits for the first."""


def deadlocks(visits: Visits) -> list[Deadlock]:
    """What may come to a standstill in a plan."""
    waits: dict[tuple[str, str], LinkPlan] = {}
    kinds: dict[tuple[str, str], set[int]] = defaultdict(set)
    holding = {name for name, node in visits.nodes.items() if holds(node)}
    calls: dict[Visit, list[LinkPlan]] = defaultdict(list)
    classes = range(len(visits.plan.classes)) if holding else ()
    for kind in classes:
        for link in visits.used(kind):
            if (
                link.waits
                and visits.nodes[link.source].backlog is None
                and link.timeout == INFINITE
            ):
                calls[link.source, kind].append(link)
    for kind in classes:
        for name in sorted(holding):
            for first, target in _waited_for((name, kind), calls, holding):
                if visits.nodes[target].station.queue_limit != 0:
                    waits.setdefault((name, target), first)
                    kinds[name, target].add(kind)
    return _circles(visits, waits, kinds)


def holds(node: NodePlan) -> bool:
    """Whether a node has a limited number of workers, and keeps them while their requests wait."""
    station = node.station
    limited = station.workers is not None and station.discipline != "ps"
    return node.traffic is None and station.hold and limited


def _waited_for(
    visit: Visit, calls: dict[Visit, list[LinkPlan]], holding: set[str]
) -> list[tuple[LinkPlan, str]]:
    """The nodes that hold workers for which a request at one waits, each with the call that it makes first."""
    found = []
    for first in calls.get(visit, ()):
        start = (first.target, first.kind_at(visit[1]))
        seen, left = {start}, [start]
        while left:
            reached = left.pop()
            if reached[0] in holding:
                found.append((first, reached[0]))
                continue
            for link in calls.get(reached, ()):
                called = (link.target, link.kind_at(reached[1]))
                if called not in seen:
                    seen.add(called)
                    left.append(called)
    return found


def _circles(
    visits: Visits,
    waits: dict[tuple[str, str], LinkPlan],
    kinds: dict[tuple[str, str], set[int]],
) -> list[Deadlock]:
    """The circles of waits in which all workers can be held."""
    if not waits:
        return []
    # Imported here: networkx takes longer to import than all the rest.
    from engine.plan.cycles import circles  # noqa: PLC0415

    most = {kind: most_requests(visits, kind) for each in kinds.values() for kind in each}
    pairs = dict(waits)
    while True:
        asked: dict[str, set[int]] = defaultdict(set)
        for pair in pairs:
            asked[pair[0]] |= kinds[pair]
        spare = {
            name
            for name, waiting in asked.items()
            if sum(most[kind] for kind in waiting)
            < (visits.nodes[name].station.workers or INFINITE)
        }
        if not spare:
            break
        pairs = {pair: link for pair, link in pairs.items() if spare.isdisjoint(pair)}
    return [Deadlock(tuple(circle), pairs[circle[-2], circle[-1]]) for circle in circles(pairs)]


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
        if node.flow is None and node.router is None and node.backlog is None:
            groups[link.source, link.order].append(link)
    return groups


def _comes_back(used: list[LinkPlan]) -> bool:
    """Whether a request may come to a node again before it has left it."""
    # Imported here: networkx takes longer to import than all the rest.
    from engine.plan.cycles import circles  # noqa: PLC0415

    return bool(circles((link.source, link.target) for link in used))

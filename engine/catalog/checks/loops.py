"""What is to know of circles of calls: requests that go round for ever, that multiply, that lock each other out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.standstill import crossing_takes_time, work_takes_time
from engine.model.edits import Remove, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_quantity
from engine.plan.at_once import made_at_once
from engine.plan.deadlock import deadlocks
from engine.plan.endless import Trip, Visits, closing, gains_of, nodes_of, trips_of
from engine.plan.flow import flow_of
from engine.plan.order import callers_first
from engine.plan.primitives import LinkPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.catalog.reading import Reading
    from engine.plan.deadlock import Deadlock, Held
    from engine.plan.primitives import Plan

_TIMEOUT: Final = 1.0
"""Timeout (s) that is proposed for a call that may wait for ever."""
_ROUNDING: Final = 1e-9
_SHOWN: Final = 8
"""Names of a circle up to which all are shown."""


def loop_errors(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Requests that go round for ever, whatever is drawn on their way."""
    if not has_circles(plan):
        return
    visits = Visits(plan)
    endless = visits.endless()
    known: set[frozenset[str]] = set()
    for trips in trips_of(visits):
        stuck = [
            trip
            for trip in trips
            if (trip.link.source, trip.kind) in endless
            and (trip.link.target, trip.link.kind_at(trip.kind)) in endless
        ]
        for circle in _circles(stuck):
            names, last = nodes_of(circle), closing(stuck, circle)
            if frozenset(names) not in known:
                known.add(frozenset(names))
                yield Finding(
                    level="error",
                    code="endless-loop",
                    id=last.link.id,
                    message=f"{_requests(plan, last)} go round for ever: {_path(reading, names)}; let a link "
                    f"take other classes{_or_make(plan)} or a probability below 1, or remove it",
                    fix=Remove(frozenset({last.link.id}), "Remove link"),
                )
    if not known:
        yield from _timeless(reading, plan, visits)


def loop_findings(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """What a design without errors does in circles."""
    if not has_circles(plan):
        return
    visits = Visits(plan)
    for circle, last, _ in _growing(visits):
        yield Finding(
            level="warning",
            code="growing-loop",
            id=last.link.id,
            message=f"{_requests(plan, last)} multiply: each makes one or more of the next round on average: "
            f"{_path(reading, nodes_of(circle))}; so work grows without bound. Lower a probability",
        )
    for each in deadlocks(visits):
        yield _deadlock(reading, each)


def has_circles(plan: Plan) -> bool:
    """Whether any node can reach itself, over links that something gets over, or does once an event opens them."""
    opened = [each.replacement for each in plan.events if isinstance(each.replacement, LinkPlan)]
    links = (*plan.links, *opened)
    return callers_first((each.source, each.target) for each in links if each.passes) is None


def _circles(trips: Sequence[Trip]) -> list[list[str]]:
    """One circle of each group of nodes that some calls lead round."""
    # Imported here: networkx takes longer to import than all the rest, and circles are rare.
    from engine.plan.cycles import circles  # noqa: PLC0415

    return circles(trip.ends for trip in trips)


def _growing(visits: Visits) -> Iterator[tuple[list[str], Trip, list[Trip]]]:
    """Circles in which requests become more on average, with the call that closes each and all calls within."""
    from engine.plan.cycles import growth  # noqa: PLC0415

    known: set[frozenset[str]] = set()
    for trips in trips_of(visits):
        gains = gains_of(visits, trips)
        for group, circle in _groups(trips):
            nodes = frozenset(nodes_of(sorted(group)))
            if nodes not in known and growth(sorted(group), gains) >= 1.0 - _ROUNDING:
                known.add(nodes)
                inner = [trip for trip in trips if set(circle).issuperset(trip.ends)]
                yield circle, closing(trips, circle), inner


def _groups(trips: Sequence[Trip]) -> Iterator[tuple[frozenset[str], list[str]]]:
    """Nodes that reach each other over some calls, and one circle of each group."""
    from engine.plan.cycles import in_groups  # noqa: PLC0415

    round_trips = {circle[0]: circle for circle in _circles(trips)}
    for group in in_groups(trip.ends for trip in trips):
        for name in group:
            if name in round_trips:
                yield frozenset(group), round_trips[name]


def _timeless(reading: Reading, plan: Plan, visits: Visits) -> Iterator[Finding]:
    """Circles in which requests become more and nothing takes time: there would be no end of an instant."""
    nodes = {node.id: node for node in plan.nodes}
    for circle, last, inner in _growing(visits):
        names = nodes_of(circle)
        takes_time = any(work_takes_time(nodes[each]) for each in names)
        if takes_time or any(_waits_before(trip.link, visits) for trip in inner):
            continue
        yield Finding(
            level="error",
            code="endless-loop",
            id=last.link.id,
            message=f"{_requests(plan, last)} multiply in no time: {_path(reading, names)}; give a node "
            "work or a link a delay, and lower a probability",
        )


def _waits_before(link: LinkPlan, visits: Visits) -> bool:
    """Whether time passes before a call gets over a link: on it, or while its caller waits for something else first."""
    node, leaving = visits.nodes[link.source], visits.leaving[link.source]
    if crossing_takes_time(link):
        return True
    if node.router is not None or node.keeps_messages:
        return False
    links = {each.id: each for each in leaving}

    def takes_time(called: str) -> bool:
        each = links[called]
        return crossing_takes_time(each) or work_takes_time(visits.nodes[each.target])

    flow = flow_of(node, [each for each in leaving if not each.checks], visits.plan.classes)
    return link.id not in made_at_once(flow, takes_time)


def _requests(plan: Plan, trip: Trip) -> str:
    """The requests of a class, named where there are others."""
    name = plan.classes[trip.link.kind_at(trip.kind)].name
    return f"Requests of class {name!r}" if len(plan.classes) > 1 else "Requests"


def _or_make(plan: Plan) -> str:
    """What else breaks a circle where there are several classes."""
    return ", make calls of another class" if len(plan.classes) > 1 else ""


def _deadlock(reading: Reading, found: Deadlock) -> Finding:
    """What requests may hold while they wait for each other's."""
    pairs = list(pairwise(found.circle))
    first = found.circle[0]
    name = name_of(reading.design, first.owner)
    if len(pairs) == 1 and first.sort == "workers":
        message = (
            f"{name} can deadlock: it keeps its {_held(first)} while their requests wait for "
            "another of them"
        )
    elif len(pairs) == 1:
        message = (
            f"{name} can deadlock: its calls keep its {_held(first)} while they wait for another "
            "of them further on"
        )
    else:
        held = ", ".join(
            f"{name_of(reading.design, one.owner)} keeps its {_held(one)} while it waits for "
            f"{name_of(reading.design, other.owner)}"
            for one, other in pairs[:_SHOWN]
        )
        message = f"Can deadlock: {held}; once all are held, none comes free"
    return Finding(
        level="risk",
        code="deadlock",
        id=found.link.id,
        field="config.timeout",
        message=f"{message}. Let go while waiting, give a call a timeout, or keep a pool apart for "
        "these calls",
        fix=SetField(
            found.link.id,
            ("config", "timeout"),
            _TIMEOUT,
            f"Set timeout to {format_quantity(_TIMEOUT, 's')}",
        ),
    )


def _held(held: Held) -> str:
    """How many of what."""
    if held.sort == "bulkhead":
        return f"bulkhead of {held.count}"
    thing = held.sort if held.count > 1 else held.sort[:-1]
    return f"{held.count} {thing}"


def _path(reading: Reading, circle: Sequence[str]) -> str:
    """The circle by names, shortened in the middle where it is long."""
    names = [name_of(reading.design, node_id) for node_id in circle]
    if len(names) > _SHOWN:
        names = [*names[:4], f"… {len(names) - 7} more …", *names[-3:]]
    return " → ".join(names)

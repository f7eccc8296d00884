"""Flows that a node says step by step: how long they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.flow import calls_in, ways_in
from engine.plan.primitives import (
    CallPart,
    ChoicePart,
    LoopPart,
    ParallelPart,
    WorkPart,
)
from engine.plan.queueing.curves import slowest_of
from engine.plan.queueing.moments import NOTHING, Moments, law_of, mixed

if TYPE_CHECKING:
    from engine.plan.network.centers import Center, Edge
    from engine.plan.primitives import FlowPlan, Part, Way


def time_of_flow(site: Center, kind: int) -> Moments:
    """Time of a node's flow for a class, the work that it begins with not included."""
    flow = site.plan.flow or ()
    rest = flow[1:] if flow and isinstance(flow[0], WorkPart) else flow
    edges = {edge.plan.id: edge for edge in site.leaving}
    return _sequence(rest, _Class(kind, 1.0 / site.plan.station.speed, edges))


def own_time_of_flow(site: Center, kind: int) -> float:
    """Mean time (s) of what a node itself does in its flow for a class after the work that it begins with, calls apart."""
    flow = site.plan.flow or ()
    rest = flow[1:] if flow and isinstance(flow[0], WorkPart) else flow
    edges = {edge.plan.id: edge for edge in site.leaving}
    return _sequence(rest, _Class(kind, 1.0 / site.plan.station.speed, edges, calls=False)).mean


def needs_fewer(flow: FlowPlan) -> bool:
    """Whether some parallel ways are over before all of them are: the slowest do not bound it."""
    for part in flow:
        match part:
            case ParallelPart(ways, need):
                if need < len(ways) or any(needs_fewer(way) for way in ways):
                    return True
            case LoopPart(_, do) if needs_fewer(do):
                return True
            case ChoicePart(choices) if any(needs_fewer(way.do) for way in choices):
                return True
            case _:
                pass
    return False


def rescues_of(site: Center) -> list[str]:
    """The links that a node calls after other calls failed."""
    flow = site.plan.flow
    if flow is None:
        return [edge.plan.id for edge in site.leaving if edge.plan.on_failure]
    return [link for way in ways_in(flow) if way.after_failure for link, _ in calls_in(way.do)]


class _Class:
    """For whom a flow is evaluated."""

    def __init__(
        self, kind: int, pace: float, edges: dict[str, Edge], *, calls: bool = True
    ) -> None:
        self.kind = kind
        self.pace = pace
        """Seconds for a second of work."""
        self.edges = edges
        self.calls = calls
        """Whether calls take time."""


def _sequence(flow: FlowPlan, who: _Class) -> Moments:
    """Parts one after the other."""
    whole = NOTHING
    for part in flow:
        whole = whole.plus(_part(part, who))
    return whole


def _part(part: Part, who: _Class) -> Moments:
    """One part; what nobody waits for takes no time."""
    match part:
        case WorkPart(laws):
            return law_of(laws[min(who.kind, len(laws) - 1)]).moments.scaled(who.pace)
        case CallPart(link):
            edge = who.edges.get(link)
            return edge.calls[who.kind] if edge is not None and who.calls else NOTHING
        case ParallelPart(ways, need):
            return slowest_of(tuple(_sequence(way, who) for way in ways), min(need, len(ways)))
        case ChoicePart(ways):
            return mixed(_shares(ways, who))
        case LoopPart(rounds, do):
            return _sequence(do, who).repeated(rounds)
        case _:
            return NOTHING


def _shares(ways: tuple[Way, ...], who: _Class) -> list[tuple[float, Moments]]:
    """The ways of a choice by how often they are taken; a key is missing as often as the calls behind say."""
    left, shares = 1.0, []
    for way in ways:
        if way.when == "failed":
            continue
        if way.classes is not None and not way.classes[who.kind]:
            continue
        share = left if way.share is None else min(left, way.share)
        if way.when != "always":
            share = min(left, _behind(way.do, who, share))
        shares.append((share, _sequence(way.do, who)))
        left -= share
    shares.append((max(0.0, left), NOTHING))
    return shares


def _behind(flow: FlowPlan, who: _Class, otherwise: float) -> float:
    """How often a conditional way is taken, by how often its first call is made."""
    for part in flow:
        if isinstance(part, CallPart) and part.link in who.edges:
            return min(1.0, who.edges[part.link].each[who.kind])
    return otherwise

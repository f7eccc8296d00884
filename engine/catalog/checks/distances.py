"""Warnings about distances: round trips to frames that are not there, and requests that cross a long way again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.facts import risk
from engine.catalog.links import dns_nodes
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import all_of, did_you_mean, name_of, one_of
from engine.model.round_trips import RoundTrips
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.checks.facts import Facts
    from engine.catalog.reading import Reading
    from engine.model.round_trips import RoundTrip
    from engine.plan.primitives import LinkPlan

_FAR: Final = 0.01
"""Seconds there and back from which on a way is long: more than between zones."""
_SHORTER: Final = 10.0
"""Times by which a delay is shorter than what frames say from which that was hardly meant."""
_OFTEN: Final = 2.0
"""Calls a request over a long way above which it is chatty."""


def distance_warnings(reading: Reading) -> Iterator[Finding]:
    """Round trips to nowhere."""
    frames = reading.design.frame_by_id
    for frame_id, config in reading.frames.items():
        for other in config.round_trip:
            if other in frames and other != frame_id:
                continue
            known = [each for each in frames if each != frame_id]
            hint = did_you_mean(other, known)
            remedy = f"did you mean {hint!r}?" if hint else f"name {one_of(known)}"
            left = {name: trip for name, trip in config.round_trip.items() if name != other}
            yield Finding(
                level="warning",
                code="no-frame",
                id=frame_id,
                field="config.round_trip",
                message=f"{name_of(reading.design, frame_id)} says how far it is to {other!r}, which is no other "
                f"frame; {remedy}",
                fix=SetField(frame_id, ("config", "round_trip"), {**left}, "Forget it"),
            )


def distance_risks(facts: Facts) -> Iterator[Finding]:
    """Links over which a request goes a long way several times, and links of whose way nothing is known."""
    trips = RoundTrips(facts.reading.design)
    if not trips:
        return
    yield from _unknown_ways(facts, trips)
    yield from _outdone(facts, trips)
    yield from _chatty(facts, trips)


def _spread(facts: Facts, link: str) -> bool:
    """Whether the instances at one end of a link are spread over frames, so that it is not one way but several."""
    return any(each.id == link and each.spacing is not None for each in facts.plan.links)


def _unknown_ways(facts: Facts, trips: RoundTrips) -> Iterator[Finding]:
    """Links between two places that no table and no person has measured, and that take no time therefore."""
    design = facts.reading.design
    nowhere = dns_nodes(design)
    for link in facts.reading.design.links:
        if nowhere & {link.source, link.target} or _spread(facts, link.id):
            continue
        here, there = trips.place_of(link.source), trips.place_of(link.target)
        config = facts.reading.links[link.id]
        if here is None or there is None or here == there or "delay" in config.model_fields_set:
            continue
        if trips.between(link.source, link.target) is None:
            message = (
                f"{name_of(design, link.id)} goes from {here} to {there}, and nobody says how far that is: it takes "
                "no time; fill in the round trip between their frames, or a delay"
            )
            yield risk(link.id, "no-distance", message, "delay")


def _outdone(facts: Facts, trips: RoundTrips) -> Iterator[Finding]:
    """Links with a short delay of their own between frames that are far from each other: the frames do not count."""
    design = facts.reading.design
    nowhere = dns_nodes(design)
    for link in design.links:
        config = facts.reading.links[link.id]
        if "delay" not in config.model_fields_set or link.target in nowhere:
            continue
        if _spread(facts, link.id):
            continue
        asking = [each.source for each in design.links if each.target == link.source]
        sources = asking if link.source in nowhere else [link.source]
        known = [trips.between(source, link.target) or 0.0 for source in sources]
        trip, own = max(known, default=0.0), config.delay_law().mean
        if trip < _FAR or own * _SHORTER > trip / 2.0:
            continue
        message = (
            f"{name_of(design, link.id)} has a delay of its own of {format_quantity(own, 's')}, so that the round trip "
            f"of {format_quantity(trip, 's')} between the frames around its ends does not count; take the delay out"
        )
        fix = SetField(link.id, ("config", "delay"), UNSET, "Take the distance of the frames")
        yield replace(risk(link.id, "own-delay", message, "delay"), level="warning", fix=fix)


def _chatty(facts: Facts, trips: RoundTrips) -> Iterator[Finding]:
    """Links over which a request goes a long way several times."""
    told: set[frozenset[str]] = set()
    nowhere = dns_nodes(facts.reading.design)
    far = [
        (link, trip)
        for link in facts.plan.links
        if link.waits
        and link.spacing is None
        and not nowhere & {link.source, link.target}
        and (trip := trips.find(link.source, link.target)) is not None
        and trip.seconds >= _FAR
    ]
    for link, trip in far:
        asked = facts.demand.rate(link.source)
        calls = sum(facts.demand.links[link.id]) / asked if asked > 0.0 else 0.0
        if calls <= _OFTEN:
            continue
        told.add(frozenset(trip.frames))
        message = (
            f"{facts.name(link.id)} goes {format_quantity(trip.seconds, 's')} there and back "
            f"{format_figure(calls, 2)} times a request, {format_quantity(calls * trip.seconds, 's')} in all where "
            "one call waits for the other; ask for all at once, or keep a copy nearby"
        )
        yield risk(link.id, "chatty-link", message, "times")
    yield from _to_and_fro(facts, far, told)


def _to_and_fro(
    facts: Facts, far: list[tuple[LinkPlan, RoundTrip]], told: set[frozenset[str]]
) -> Iterator[Finding]:
    """Requests that cross the way between two frames again and again, each time over another link."""
    asked = sum(facts.demand.rate(node.id) for node in facts.plan.nodes if node.traffic is not None)
    ways: dict[frozenset[str], list[LinkPlan]] = {}
    for link, trip in far:
        if "delay" not in facts.reading.links[link.id].model_fields_set:
            ways.setdefault(frozenset(trip.frames), []).append(link)
    seconds = {frozenset(trip.frames): trip.seconds for _, trip in far}
    for pair, links in ways.items():
        calls = sum(sum(facts.demand.links[link.id]) for link in links) / max(asked, 1e-9)
        if len(links) < 2 or calls <= _OFTEN or pair in told:
            continue
        between = all_of(sorted(facts.name(frame) for frame in pair))
        busiest = max(links, key=lambda link: sum(facts.demand.links[link.id]))
        message = (
            f"A request goes {format_quantity(seconds[pair], 's')} there and back between {between} "
            f"{format_figure(calls, 2)} times, over {all_of(facts.name(link.id) for link in links)}: "
            f"{format_quantity(calls * seconds[pair], 's')} in all where one waits for the other; have together what "
            "calls each other, or keep a copy nearby"
        )
        yield risk(busiest.id, "chatty-link", message, None)

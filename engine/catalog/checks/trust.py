"""Warnings about trust zones: links that they shut, and links that lead past the zones between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.passing import Passing
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import all_of, name_of
from engine.model.round_trips import RoundTrips
from engine.model.spread import homes_of
from engine.model.trust import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.trust import Caller


def trust_warnings(reading: Reading) -> Iterator[Finding]:
    """What boundaries of zones make of links that was hardly meant."""
    if not any(config.trust for config in reading.frames.values()):
        return
    design, trips = reading.design, RoundTrips(reading.design)
    passing = Passing(design, trips)
    for link in design.links:
        config = reading.links.get(link.id)
        found = [] if config is None else list(entries(link, trips, design))
        entering = [(caller, zones) for caller, zones in found if zones]
        if config is None or not entering:
            continue
        if config.allowed == "auto":
            every = len(entering) == len(found)
            yield _shut(reading, link, entering[0][1][-1]) if every else _open(reading, link, found)
        elif config.allowed:
            callers = [name for (name, _), _ in entering]
            caller = min(callers, key=passing.trust)
            yield from _past(reading, link, caller, passing)


def _shut(reading: Reading, link: Link, zone: str) -> Finding:
    """A link that its zone does not let in, though nobody said that it should be shut."""
    design = reading.design
    return Finding(
        level="warning",
        code="not-allowed",
        id=link.id,
        field="config.allowed",
        message=f"{name_of(design, link.id)} leads into {name_of(design, zone)}, which lets in only links that are "
        "allowed: nothing gets over it; allow it, or set it to no",
        fix=SetField(link.id, ("config", "allowed"), value=True, label="Allow it"),
    )


def _open(reading: Reading, link: Link, found: list[tuple[Caller, tuple[str, ...]]]) -> Finding:
    """A link that its zone lets in for all, since it does not come from outside for some who call over it."""
    design = reading.design
    (outer, home), (zone, *_) = next((caller, zones[::-1]) for caller, zones in found if zones)
    inner, _ = next(caller for caller, zones in found if not zones)
    name, into = name_of(design, link.id), name_of(design, zone)
    outside = name_of(design, outer)
    if outer != inner:
        message = (
            f"{name} lets everybody into {into} who asks {name_of(design, link.source)}, since {name_of(design, inner)}, "
            f"which is inside, does: {outside} comes in from outside; have a DNS of its own for those inside, or set it to "
            "yes if this is meant"
        )
    elif len(homes_of(design.node_by_id[outer])) > 1:
        place = "no frame" if home is None else name_of(design, home)
        message = (
            f"{name} lets all instances of {outside} into {into}, since some are inside: those in {place} come in from "
            "outside; have a node of its own for those outside, or set it to yes if this is meant"
        )
    else:
        target = name_of(design, link.target)
        message = (
            f"{name} lets {outside} into {into}, to the instances of {target} there, since others of {target} are outside; "
            "have a node of its own for those inside, or set it to yes if this is meant"
        )
    return Finding(
        level="warning",
        code="open-zone",
        id=link.id,
        field="config.allowed",
        message=message,
        fix=SetField(link.id, ("config", "allowed"), value=True, label="Allow it"),
    )


def _past(reading: Reading, link: Link, caller: str, passing: Passing) -> Iterator[Finding]:
    """An allowed link to what is trusted far more than its caller, past zones by which others come there."""
    design = reading.design
    low, high = passing.trust(caller), passing.trust(link.target)
    between = passing.between(low, link.target)
    if between:
        passed = all_of(name_of(design, each) for each in between[:3])
        yield Finding(
            level="risk",
            code="past-zones",
            id=link.id,
            field="config.allowed",
            message=f"{name_of(design, link.id)} leads from trust level {low} to {high}, past {passed}: who has "
            f"{name_of(design, caller)} has {name_of(design, link.target)} with one hop; have something between that "
            "checks",
        )

"""Warnings about trust zones: links that they shut, and links that lead past the zones between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import all_of, name_of
from engine.model.round_trips import RoundTrips
from engine.model.trust import OUTSIDE, trust_of, zones_entered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link


def trust_warnings(reading: Reading) -> Iterator[Finding]:
    """What boundaries of zones make of links that was hardly meant."""
    if not any(config.trust for config in reading.frames.values()):
        return
    trips = RoundTrips(reading.design)
    for link in reading.design.links:
        config = reading.links.get(link.id)
        zones = zones_entered(link, trips, reading.design) if config is not None else ()
        if config is None or not zones:
            continue
        if config.allowed == "auto":
            yield _shut(reading, link, zones[-1])
        elif config.allowed:
            yield from _past(reading, link, trips)


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


def _past(reading: Reading, link: Link, trips: RoundTrips) -> Iterator[Finding]:
    """An allowed link to what is trusted far more than its caller, past zones that lie between."""
    design = reading.design
    low, high = (trust_of(each, trips, design) for each in (link.source, link.target))
    between = [each for each in design.frames if low < trips.trust.get(each.id, OUTSIDE) < high]
    if between:
        passed = all_of(name_of(design, each.id) for each in between[:3])
        yield Finding(
            level="risk",
            code="past-zones",
            id=link.id,
            field="config.allowed",
            message=f"{name_of(design, link.id)} leads from trust level {low} to {high}, past {passed}: who has "
            f"{name_of(design, link.source)} has {name_of(design, link.target)} with one hop; have something between that "
            "checks",
        )

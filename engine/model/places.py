"""Regions of cloud providers, and how far they are from each other as somebody has measured it.

The tables lie in ``assets/regions``, a file a provider, each with its source and its date. They are read
when the first frame names a place.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from engine.assets import asset_path
from engine.model.names import did_you_mean, one_of
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

_MILLISECOND: Final = 1e-3


@dataclass(frozen=True, slots=True)
class RoundTripTable:
    """The regions of a provider, and the round trips between them."""

    provider: str
    title: str
    """What people call the provider."""
    measured: str
    """Date of the measurement, as in ``2025-05-29``."""
    statistic: str
    """What the numbers are: a median, a percentile, and over how long."""
    source: str
    """Where they were published."""
    regions: Mapping[str, str]
    """The town or country of each region, by the region's name."""
    trips: Mapping[tuple[str, str], float]
    """Seconds there and back, by the names of two regions, in one of the two orders."""

    def between(self, source: str, target: str) -> float | None:
        """Seconds from one region to another and back; None where nobody has measured them."""
        found = self.trips.get((source, target))
        return self.trips.get((target, source)) if found is None else found


@dataclass(frozen=True, slots=True)
class Place:
    """A region of a provider."""

    provider: str
    region: str

    @property
    def town(self) -> str:
        """Where the region is."""
        table = round_trip_table(self.provider)
        return "" if table is None else table.regions.get(self.region, "")

    def __str__(self) -> str:
        return f"{self.provider}/{self.region}"


@cache
def providers() -> tuple[str, ...]:
    """The providers whose round trips are known, by name."""
    return tuple(sorted(path.stem for path in asset_path("regions").glob("*.json")))


@cache
def round_trip_table(provider: str) -> RoundTripTable | None:
    """The regions of a provider; None where nothing is known of it."""
    if provider not in providers():
        return None
    path = asset_path("regions", f"{provider}.json")
    raw = json.loads(path.read_text(encoding="utf-8"))
    return RoundTripTable(
        provider,
        raw["title"],
        raw["measured"],
        raw["statistic"],
        raw["source"],
        raw["regions"],
        {
            (source, target): trip * _MILLISECOND
            for source, row in raw["round_trips"].items()
            for target, trip in row.items()
        },
    )


def all_places() -> tuple[Place, ...]:
    """Every place that a frame may name, a provider after the other."""
    tables = [table for each in providers() if (table := round_trip_table(each)) is not None]
    return tuple(Place(table.provider, region) for table in tables for region in table.regions)


def place(text: str) -> Place:
    """The place that a text such as ``aws/eu-west-1`` names.

    Raises:
        ValueError: no such place is known; the message says which are.
    """
    provider, _, region = text.partition("/")
    table = round_trip_table(provider)
    if table is None:
        msg = f"{text!r} names no provider whose round trips are known; write {one_of(providers())} and a region, "
        raise ValueError(msg + "as in 'aws/eu-west-1', or leave it out and fill in round trips")
    if region not in table.regions:
        close = did_you_mean(region, table.regions)
        hint = f"did you mean '{provider}/{close}'?" if close else f"use {one_of(table.regions)}"
        msg = f"{text!r} names no region of {table.title} that is known; {hint}"
        raise ValueError(msg)
    return Place(provider, region)


def trip_between(source: Place, target: Place) -> float | None:
    """Seconds from one place to another and back; None between providers, and where nobody has measured."""
    table = round_trip_table(source.provider) if source.provider == target.provider else None
    return None if table is None else table.between(source.region, target.region)

"""The record of one metric."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from engine.model.units import format_quantity
from engine.records import dataclass

EXTRA: Final = "extra."
"""Prefix of the full name of what components and links add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that is measured of a client, a node or a link."""

    name: str
    """What follows the id, such as ``latency.p99``; in ``extra`` the key alone, such as ``hit_ratio``."""
    title: str
    """Label, such as ``hit ratio``."""
    unit: str = ""
    """Unit as in fields: ``s``, ``B``, ``%`` (0 to 1), ``rps``, ``/s`` or empty."""
    counts: bool = False
    """Whether it counts what happened: a result has the total, a chart how many there are a second."""
    needs: str = ""
    """Config field without which it is not measured, or several, of which one is enough, with spaces between
    them; empty where it always is."""
    event: str = ""
    """Kind of event without which it is not measured; empty where it needs none."""
    each: str = ""
    """Under which name there is one for each part of it, such as ``lag`` of ``lag.mail``; empty where there is none."""
    writes: bool = False
    """Whether it is measured only where some request class writes."""
    taker: str = ""
    """Config field of those who take messages from it without which it is not measured; empty where it needs none."""

    @property
    def heading(self) -> str:
        """The title where a line or a menu begins with it: ``Hit ratio``, but ``p99 latency``."""
        percentile = self.title[1:2].isdigit()
        return self.title if percentile else self.title[:1].upper() + self.title[1:]

    @property
    def live(self) -> Metric:
        """The same metric over a moment: what is counted becomes a rate."""
        return replace(self, unit="/s", counts=False) if self.counts else self

    @property
    def extra(self) -> Metric:
        """The same metric under its full name, ``extra.hit_ratio``."""
        return _extra(self)

    def text(self, value: float) -> str:
        """A value for reading, in the unit."""
        return format_quantity(value, self.unit)


@cache  # asked for again and again, of the few hundred metrics that there are
def _extra(metric: Metric) -> Metric:
    """A metric under its full name."""
    return replace(metric, name=f"{EXTRA}{metric.name}")

"""How callers know who is near them, and what crosses between zones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.plan.zones import Zones
from engine.sim.lane.network.ways import Way
from engine.sim.nearness import Nearness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import Plan
    from engine.sim.choosing import Manner
    from engine.sim.lane.link import Link
    from engine.sim.parts import LinkPart


class Zoning:
    """What a caller knows of where it is, and where its targets are."""

    def __init__(self, plan: Plan, caller: str) -> None:
        """Read where everything is."""
        self._zones = Zones(plan, caller)
        self._callers = tuple(self._zones.callers().items())

    def manner(self, manner: Manner, links: Iterable[LinkPart]) -> Manner:
        """A way of choosing that knows how near the instances behind some links are."""
        zones = self._zones
        targets = [
            zones.of(link.plan.target).of(int(endpoint.pool.index))
            for link in links
            for endpoint in link.link.endpoints
        ]
        return replace(
            manner,
            nearness=Nearness(
                tuple(zones.tier(each) for each in targets),
                tuple(each.name or "" for each in targets),
                zones.home.name or "",
                self._callers,
            ),
        )

    def crosses(self, link: LinkPart) -> bool:
        """Whether calls over a link leave the caller's zone."""
        return self._zones.of(link.plan.target).name != self._zones.home.name

    @property
    def is_somewhere(self) -> bool:
        """Whether the caller is in a zone or a region."""
        return self._zones.home.name is not None


class Crossings:
    """The calls of a caller, and those of them that left its zone. What was counted stays when links go or move."""

    def __init__(self) -> None:
        """Nothing called yet."""
        self._ways: list[tuple[Link | Way, bool, float]] = []
        """The links or their ways, whether these leave the zone, and what they had carried before they did."""
        self._calls = self._crossed = 0.0
        """Of links as they were before."""

    def follow(self, links: Iterable[LinkPart], zoning: Zoning) -> None:
        """Know the links, and where they lead."""
        self._calls, self._crossed = self.counts()
        self._ways = []
        for part in links if zoning.is_somewhere else ():
            if part.ways is None:
                link = part.link
                self._ways.append((link, zoning.crosses(part), float(link.attempts)))
            else:
                for way in (way for row in part.ways.rows for way in row):
                    self._ways.append((way, way.crosses, float(way.calls)))

    def counts(self) -> tuple[float, float]:
        """All calls, and those to other zones."""
        calls, crossed = self._calls, self._crossed
        for taken, crosses, before in self._ways:
            made = float(taken.calls if isinstance(taken, Way) else taken.attempts) - before
            calls += made
            crossed += made if crosses else 0.0
        return calls, crossed

"""How callers know who is near them, and what crosses between zones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.plan.zones import Zones
from engine.sim.nearness import Nearness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import Plan
    from engine.sim.choosing import Manner
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
        targets = [link.plan.target for link in links for _ in link.link.endpoints]
        return replace(
            manner,
            nearness=Nearness(
                tuple(zones.tier(each) for each in targets),
                tuple(zones.of(each).name or "" for each in targets),
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
        self._ways: list[tuple[LinkPart, bool, float]] = []
        """The links, whether they leave the zone, and what they had carried before they did."""
        self._calls = self._crossed = 0.0
        """Of links as they were before."""

    def follow(self, links: Iterable[LinkPart], zoning: Zoning) -> None:
        """Know the links, and where they lead."""
        self._calls, self._crossed = self.counts()
        self._ways = [
            (link, zoning.crosses(link), float(link.link.attempts))
            for link in links
            if zoning.is_somewhere
        ]

    def counts(self) -> tuple[float, float]:
        """All calls, and those to other zones."""
        calls, crossed = self._calls, self._crossed
        for link, crosses, before in self._ways:
            made = float(link.link.attempts) - before
            calls += made
            crossed += made if crosses else 0.0
        return calls, crossed

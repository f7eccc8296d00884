"""Trust zones on the way of calls: those by which others come, who are trusted no more, to what a link leads to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.model.spread import homes_of
from engine.model.trust import DNS, OUTSIDE, trust_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Design
    from engine.model.round_trips import RoundTrips


class Passing:
    """Which zones calls pass on their way; each way is looked for once."""

    def __init__(self, design: Design, trips: RoundTrips) -> None:
        """Know who calls whom over links that nobody has shut, and who lies where."""
        self._design, self._trips = design, trips
        self._called: defaultdict[str, list[str]] = defaultdict(list)
        for link in design.links:
            if link.config.get("allowed") is not False:
                self._called[link.source].append(link.target)
        self._inside: defaultdict[str, list[str]] = defaultdict(list)
        for node in design.nodes:
            around = {each for home in homes_of(node) for each in trips.around_frame(home)}
            for zone in around & trips.trust.keys():
                self._inside[zone].append(node.id)
        self._from_below: dict[int, set[str]] = {}
        self._behind: dict[tuple[str, int], set[str]] = {}

    def trust(self, name: str) -> int:
        """How far a node is trusted."""
        return trust_of(name, self._trips, self._design)

    def between(self, low: int, target: str) -> list[str]:
        """The zones, trusted more than a level and less than a node, that calls from there pass on other ways to it.

        Args:
            low: how far the callers are trusted.
            target: the node.
        """
        node, high = self._design.node_by_id.get(target), self.trust(target)
        homes = () if node is None else homes_of(node)
        around = {each for home in homes for each in self._trips.around_frame(home)}
        return [
            each.id
            for each in self._design.frames
            if low < self._trips.trust.get(each.id, OUTSIDE) < high
            and (each.id in around or target in self._behind_zone(each.id, low))
        ]

    def _behind_zone(self, zone: str, low: int) -> set[str]:
        """What is called from inside a zone for those who come to it from no higher level."""
        key = (zone, low)
        if key not in self._behind:
            known = self._from_below.get(low)
            if known is None:
                known = self._from_below[low] = self._reached(
                    node.id
                    for node in self._design.nodes
                    if node.kind != DNS and self.trust(node.id) <= low
                )
            self._behind[key] = self._reached(each for each in self._inside[zone] if each in known)
        return self._behind[key]

    def _reached(self, begin: Iterable[str]) -> set[str]:
        """What some nodes call, and what that does."""
        left = list(begin)
        found: set[str] = set()
        while left:
            for each in self._called[left.pop()]:
                if each not in found:
                    found.add(each)
                    left.append(each)
        return found

"""From where those ask who ask a DNS server, and which way of its links each of them takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.plan.primitives import LinkPlan, RoutePlan

Place = tuple[int, ...]
"""What tells those who are told the same from others: numbers of the groups that they belong to; empty for none."""


class Places:
    """The places from which a server is asked, each looked at once, however many ask there."""

    def __init__(self, leaving: Sequence[LinkPlan]) -> None:
        """Read the ways of a server's links."""
        groups: dict[int, int] = {}  # by identity: those of one server are the same objects
        labels: defaultdict[str, list[int]] = defaultdict(list)
        self._routes: dict[str, dict[int, RoutePlan]] = {}
        for link in leaving:
            known = self._routes.setdefault(link.id, {})
            for route in link.routes:
                group = groups.get(id(route.links))
                if group is None:
                    group = groups[id(route.links)] = len(groups)
                    for asking in route.links:
                        labels[asking].append(group)
                known[group] = route
        self._places = {asking: tuple(each) for asking, each in labels.items()}

    def counts(self, asking: Iterable[str]) -> Counter[Place]:
        """How many of some links lead from each place, in the order of the first."""
        return Counter(map(self.of, asking))

    def of(self, asking: str) -> Place:
        """The place from which those ask who do so over a link."""
        return self._places.get(asking, ())

    def route(self, link: LinkPlan, place: Place) -> RoutePlan | None:
        """The way of a link from a place; None where nothing is said of it."""
        known = self._routes[link.id]
        return next((known[group] for group in place if group in known), None)

"""Least connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint


@final
class LeastConnections(Picker):
    """The one with the fewest calls outstanding; among equals, one after the other."""

    def __init__(self, endpoints: list[Endpoint]) -> None:
        super().__init__(endpoints)
        self._next: i64 = 0

    def pick(self, call: Call) -> Endpoint | None:
        """The least loaded healthy one, searched from where the search before ended."""
        endpoints = self.endpoints
        count: i64 = len(endpoints)
        best: Endpoint | None = None
        least: i64 = 0
        found: i64 = 0
        place = self._next
        for _ in range(count):
            if place >= count:
                place = 0
            endpoint = endpoints[place]
            place += 1
            if endpoint.healthy and (best is None or endpoint.outstanding < least):
                best = endpoint
                least = endpoint.outstanding
                found = place
                if least == 0:
                    break
        if best is not None:
            self._next = found
        return best

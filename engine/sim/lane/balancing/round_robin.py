"""Round robin."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint


@final
class RoundRobin(Picker):
    """One after the other; the unhealthy are skipped."""

    def __init__(self, endpoints: list[Endpoint]) -> None:
        super().__init__(endpoints)
        self._next: i64 = 0

    def pick(self, call: Call) -> Endpoint | None:
        """The next healthy one."""
        count: i64 = len(self.endpoints)
        place = self._next
        left = count
        while left > 0:
            left -= 1
            if place >= count:
                place = 0
            endpoint = self.endpoints[place]
            place += 1
            if endpoint.healthy:
                self._next = place
                return endpoint
        return None

"""By distance: the instance that is the shortest way from the caller, as anycast routes lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint


@final
class Nearest(Picker):
    """The nearest that is up; of those as near each in turn. Routes that lead to a dead one are withdrawn at once."""

    def __init__(self, endpoints: list[Endpoint], rows: list[list[float]]) -> None:
        super().__init__(endpoints)
        self._rows = rows
        """How far each endpoint is from each place of the caller's instances."""
        self._turn: i64 = 0

    def pick(self, call: Call) -> Endpoint | None:
        """The nearest for the instance that calls."""
        job = call.parent
        place: i64 = 0 if job is None else job.pool.index % len(self._rows)
        row = self._rows[place]
        least = 0.0
        equals: i64 = 0
        for number, endpoint in enumerate(self.endpoints):
            if endpoint.healthy and not endpoint.pool.down:
                far = row[number]
                if equals == 0 or far < least:
                    least = far
                    equals = 1
                elif far == least:
                    equals += 1
        if equals == 0:
            return None
        self._turn += 1
        return self._in_turn(row, least, self._turn % equals)

    def _in_turn(self, row: list[float], least: float, left: i64) -> Endpoint | None:
        """One of those that are as near."""
        for number, endpoint in enumerate(self.endpoints):
            if row[number] == least and endpoint.healthy and not endpoint.pool.down:
                if left == 0:
                    return endpoint
                left -= 1
        return None

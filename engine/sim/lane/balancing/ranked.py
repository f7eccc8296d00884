"""By rank: the nearest, or the first in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, CallPath, Endpoint


@final
class Ranked(Picker):
    """The healthy one of the lowest rank, in the eyes of the caller; of equals each in turn."""

    def __init__(
        self,
        endpoints: list[Endpoint],
        usual: list[float],
        ranks: dict[CallPath, list[list[float]]],
    ) -> None:
        super().__init__(endpoints)
        self._usual = usual
        """Rank of each, for callers of whom nothing is known."""
        self._ranks = ranks
        """By the link over which a caller comes, then by its place."""
        self._turn: i64 = 0

    def pick(self, call: Call) -> Endpoint | None:
        """The best that is healthy."""
        ranks = self._seen_by(call.parent)
        best = -1.0
        equals: i64 = 0
        for place, endpoint in enumerate(self.endpoints):
            rank = ranks[place]
            if endpoint.healthy and (equals == 0 or rank <= best):
                equals = equals + 1 if equals > 0 and rank == best else 1
                best = rank
        if equals == 0:
            return None
        self._turn += 1
        return self._so_manieth(ranks, best, self._turn % equals)

    def _seen_by(self, job: Call | None) -> list[float]:
        """The ranks in the eyes of whoever has sent a request; who is no instance is in the first place."""
        path = None if job is None else job.path
        rows = None if path is None else self._ranks.get(path)
        if job is None or rows is None:
            return self._usual
        caller = job.parent
        return rows[0 if caller is None else caller.pool.index % len(rows)]

    def _so_manieth(self, ranks: list[float], rank: float, left: i64) -> Endpoint | None:
        """One of the healthy of a rank."""
        for place, endpoint in enumerate(self.endpoints):
            if endpoint.healthy and ranks[place] == rank:
                if left == 0:
                    return endpoint
                left -= 1
        return None

"""By zone: instances nearby first, and further away only what nearby is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.balancing.round_robin import RoundRobin
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.draws import Draws


@final
class NearestFirst(Picker):
    """The freest of the nearest that has a worker to spare; where none has, the freest of all."""

    def __init__(self, endpoints: list[Endpoint], tiers: list[list[Endpoint]]) -> None:
        super().__init__(endpoints)
        self._tiers = tiers
        """The endpoints, the nearest first."""
        self._next: i64 = 0

    def pick(self, call: Call) -> Endpoint | None:
        """Where the fewest calls of this caller are under way, for each worker that there is."""
        best: Endpoint | None = None
        most: i64 = 0
        turn = self._next
        self._next = turn + 1
        for tier in self._tiers:
            count: i64 = len(tier)
            place = turn % count
            for _ in range(count):
                endpoint = tier[place]
                place += 1
                if place == count:
                    place = 0
                if endpoint.healthy:
                    room = endpoint.pool.workers - endpoint.outstanding
                    if best is None or room > most:
                        best = endpoint
                        most = room
            if best is not None and most > 0:
                return best
        return best


@final
class ZoneGroup:
    """The instances of one zone."""

    def __init__(self, endpoints: list[Endpoint], callers: float) -> None:
        self.endpoints = endpoints
        self.callers = callers
        """Share of all callers that are in this zone."""
        self.inner = RoundRobin(endpoints)
        self.share = 0.0
        """Share of all healthy instances that are in this zone."""

    def count(self) -> float:
        """How many are healthy."""
        healthy: i64 = 0
        for endpoint in self.endpoints:
            if endpoint.healthy:
                healthy += 1
        return float(healthy)

    def residual(self) -> float:
        """What is left of its share by the callers of its own."""
        return max(0.0, self.share - self.callers)


@final
class EvenZones(Picker):
    """As much stays in the zone as leaves all instances of all zones the same load (Envoy: zone aware routing).

    Where the zone has a larger share of the instances than of the callers, everything stays. Else so much stays
    as the one is of the other, and the rest goes to zones in proportion to what their own callers leave of them.
    """

    def __init__(
        self, endpoints: list[Endpoint], groups: list[ZoneGroup], home: i64, uniforms: Draws
    ) -> None:
        super().__init__(endpoints)
        self._groups = groups
        self._home: ZoneGroup | None = groups[home] if home >= 0 else None
        """The zone of the caller, where it has instances."""
        self._uniforms = uniforms

    def pick(self, call: Call) -> Endpoint | None:
        """One in turn of the zone that the shares say."""
        whole = 0.0
        for group in self._groups:
            group.share = group.count()
            whole += group.share
        if whole <= 0.0:
            return None
        for group in self._groups:
            group.share /= whole
        home = self._home
        if home is not None and self._stays(home):
            return home.inner.pick(call)
        return self._elsewhere(call)

    def _stays(self, home: ZoneGroup) -> bool:
        """Whether a call stays in its zone."""
        if home.share <= 0.0 or home.share >= home.callers:
            return home.share > 0.0
        return self._uniforms.draw() * home.callers < home.share

    def _elsewhere(self, call: Call) -> Endpoint | None:
        """One in turn of another zone, by what is left there; by what there is where nothing is left anywhere."""
        left = 0.0
        there = 0.0
        for group in self._groups:
            if group is not self._home:
                left += group.residual()
                there += group.share
        chosen = self._home
        drawn = self._uniforms.draw() * (left if left > 0.0 else there)
        for group in self._groups:
            if group is not self._home and group.share > 0.0:
                weight = group.residual() if left > 0.0 else group.share
                if weight > 0.0:
                    chosen = group
                    drawn -= weight
                    if drawn < 0.0:
                        break
        return None if chosen is None else chosen.inner.pick(call)

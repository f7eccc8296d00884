"""A link whose calls come from several places, each at its own distance: what DNS leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.network.connection import connection_of
from engine.sim.lane.network_path import ALL_WAITS, Transport

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, CallPath, Pool
    from engine.sim.lane.instance import Instance
    from engine.sim.lane.link import Link


@final
class Route:
    """The way from one place to the target of a link."""

    def __init__(self) -> None:
        self.delay = 0.0
        """One way (s)."""
        self.extra = 0.0
        """Delay (s) that faults between the two places add to each crossing."""
        self.cuts: i64 = 0
        """Partitions between the two places."""


@final
class Origins(Transport):
    """Adds to the crossings of a link the way from wherever a call comes."""

    def __init__(self, link: Link, under: Transport | None) -> None:
        self.link = link
        self.under = under
        """What the bytes meet beside the way."""
        self.routes: dict[CallPath, list[list[Route]]] = {}
        """By the link over which callers ask for the way, then by the place of the caller and of the target."""

    def there(self, call: Call, now: float) -> float:
        """Time (s) until a request is there; a new connection is set up first."""
        under = self.under
        delay = self.link.crossing() if under is None else under.there(call, now)
        if delay < 0.0:
            return delay
        away = self._away(call)
        if away < 0.0:
            return away
        connection = connection_of(call)
        if connection is not None and connection.used == 1:
            delay += 2.0 * away * float(connection.pool.keeper.rules.round_trips)
        return delay + away

    def back(self, call: Call, now: float) -> float:
        """Time (s) until the answer is there."""
        under = self.under
        delay = self.link.crossing() if under is None else under.back(call, now)
        if delay < 0.0:
            return delay
        away = self._away(call)
        return away if away < 0.0 else delay + away

    def leg(self, caller: Pool | None, callee: Pool) -> float:
        """Time (s) of a crossing of the link alone, between two instances."""
        under = self.under
        return self.link.crossing() if under is None else under.leg(caller, callee)

    def cut(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        under = self.under
        return self.link.is_cut() if under is None else under.cut(caller, callee)

    def leads(self, job: Call, pool: Pool) -> bool:
        """Whether anything gets through to an instance from wherever a request that asks the way comes."""
        route = self._route(job, pool)
        return route is None or route.cuts == 0

    def _route(self, job: Call, pool: Pool) -> Route | None:
        """The way to an instance from wherever a request comes; who is no instance is in the first place."""
        path = job.path
        rows = None if path is None else self.routes.get(path)
        if rows is None:
            return None
        caller = job.parent
        row = rows[0 if caller is None else caller.pool.index % len(rows)]
        return row[pool.index % len(row)]

    def _away(self, call: Call) -> float:
        """How far away (s, one way) the caller is; negative where nothing gets through, after that time."""
        job = call.parent
        route = None if job is None else self._route(job, call.pool)
        if route is None:
            return 0.0
        return -self.link.retransmit * ALL_WAITS if route.cuts > 0 else route.delay + route.extra

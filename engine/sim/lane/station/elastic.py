"""An environment for each request at a time, made when none is idle: serverless functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import RATE_LIMITED
from engine.sim.lane.station.paced import PacedQueueing

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.station.fleet import Fleet
    from engine.sim.lane.station.line import Line
    from engine.sim.lane.station.variable_rate import VariableRateServer


@final
class Elastic(PacedQueueing):
    """As many workers as requests are inside, up to a limit; nobody waits but for a worker to be made."""

    def __init__(self, pool: Pool, line: Line, server: VariableRateServer, fleet: Fleet) -> None:
        super().__init__(pool, line, server)
        self.fleet = fleet
        self.refusal = RATE_LIMITED

    def offer(self, call: Call, now: float) -> bool:
        """Begin at once in an idle environment or after the start of a new one; refuse at the limit."""
        pool, fleet = self.pool, self.fleet
        if pool.busy >= pool.workers:
            fleet.throttled += 1
            return False
        cold = fleet.take(now)
        if cold < 0.0:
            fleet.throttled += 1
            return False
        pool.site.touch(now)
        pool.enter(call, now)
        pool.occupy(now)
        self._start(call, cold, now)
        return True

    def release(self, call: Call, now: float) -> None:
        """The environment is idle."""
        self.fleet.put_back(now)
        super().release(call, now)

    def clear(self, now: float) -> None:
        """Forget everybody: all environments are gone as well."""
        self.fleet.clear(now)
        super().clear(now)

    def _begin(self, call: Call, now: float) -> None:
        """Begin with a call that another discipline had in line: it is let in whatever the ramp says."""
        self._start(call, max(0.0, self.fleet.take(now)), now)

    def _start(self, call: Call, cold: float, now: float) -> None:
        """Start the environment of a call, and then work on it. Its cold start is its wait."""
        wait = now + cold - call.arrived
        site = call.site
        if wait > 0.0:
            site.wait.add(wait)
        else:
            site.wait.add_none()
        if call.span is not None:
            call.span.start(now + cold)
        self._work_on(call, cold + self._work_of(call), now)

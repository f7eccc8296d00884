"""Workers that are kept for messages on their way, and free again where a message does not come."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.entry import Task, Timer

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool


@final
class Invitation(Task):
    """Has queues send an instance what they have, once whatever happens now is over."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def due(self, timer: Timer, now: float) -> None:
        """Let them send."""
        self._pool.site.invite(self._pool, now)


def unbook(call: Call) -> None:
    """A message does not come to where a worker was kept for it: there is room for another one."""
    pool = call.pool
    call.booked = False
    pool.reserved -= 1
    pool.site.agenda.schedule(0.0, Timer(Invitation(pool)))

"""What hears of a node's requests and instances for its sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.seams import Gate
from engine.sim.lane.sessions.table import STORE

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.sessions.stored import StoredSessions


@final
class SessionGate(Gate):
    """Lets everybody in, hears whose requests are answered, and which instances die."""

    def __init__(self, stored: StoredSessions) -> None:
        self.hears = True
        self.stored = stored
        self.table = stored.table

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Write the session of an answered request back; what failed changes none."""
        if reason == OK and self.table.place == STORE:
            self.stored.write(call, now)

    def give_back(self, pool: Pool) -> list[Call]:
        """An instance dies, and its sessions with it."""
        self.table.fell(pool, pool.site.agenda.now)
        return []

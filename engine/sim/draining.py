"""Instances that are taken away: they get nothing new, and have some time to finish what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.entry import Task, Timer

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Pool
    from engine.sim.lane.node import Node


class DrainLimit(Task):
    """The time of an instance is up: whoever is inside fails, and its connections are closed."""

    def __init__(self, node: Node, pool: Pool) -> None:
        self._node = node
        self._pool = pool

    def due(self, _timer: Timer, now: float) -> None:
        """Cut off what is left."""
        pool = self._pool
        if pool.down or pool.unused():
            return
        if pool.memory is not None:
            pool.memory.stop()
        self._node.kill(pool, now)


def limit_drain(node: Node, pool: Pool, drain: float, agenda: Agenda) -> None:
    """Let an instance that was taken away drain for so long (s)."""
    if drain < float("inf"):
        agenda.schedule(drain, Timer(DrainLimit(node, pool)))

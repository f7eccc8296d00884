"""A router: hands each request to one instance among all that lie behind its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import OK, UNAVAILABLE, Call, Endpoint, Picker
from engine.sim.lane.node import Node

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws


@final
class Router(Node):
    """A node whose flow is a choice."""

    def __init__(self, name: str, agenda: Agenda, errors: Draws) -> None:
        super().__init__(name, agenda, errors)
        self.pickers: list[Picker] = []
        """What picks among the endpoints that take a class; its links share them for retries."""
        self.endpoints: list[Endpoint] = []

    def advance(self, job: Call, now: float) -> None:
        """Send the request on, or fail where no instance is healthy."""
        endpoint = self.pickers[job.kind].pick()
        if endpoint is None:
            self.finish(job, UNAVAILABLE, now)
            return
        pool = endpoint.pool
        call = Call(pool.site, pool, job, job.kind, job.key)
        call.fill = job.fill
        endpoint.path.send(call, endpoint, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """Hand the answer back."""
        job.missed = child.missed
        self.finish(job, OK, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """Hand the failure back."""
        self.finish(job, reason, now)

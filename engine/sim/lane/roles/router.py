"""A router: hands each request to one instance among all that lie behind its links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.call import Call
from engine.sim.lane.codes import OK, UNAVAILABLE
from engine.sim.lane.context import context_of, tried_by
from engine.sim.lane.numbering import repeat
from engine.sim.lane.seams import Role
from engine.sim.lane.stores.versions import pass_on

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Endpoint, Site
    from engine.sim.lane.seams import Picker


class Router(Role):
    """A flow that is a choice."""

    def __init__(self, node: Site) -> None:
        self.node = node
        self.pickers: list[Picker] = []
        """What picks among the endpoints that take a class; its links share them for retries."""
        self.endpoints: list[Endpoint] = []

    def serve(self, job: Call, now: float) -> None:
        """Send the request on, or fail where no instance is healthy."""
        self.forward(job, call_for(job), now)

    def forward(self, job: Call, call: Call, now: float) -> None:
        """Pick an instance, and send there."""
        picker = self.pickers[job.kind]
        tried = tried_by(job)
        if tried is None:
            endpoint = picker.pick(call)
        else:
            context_of(
                call
            ).tried = tried  # one list for all: whoever tries again behind which balancer ever avoids them
            endpoint = picker.pick_other(call, tried)
        if endpoint is None:
            self.node.finish(job, UNAVAILABLE, now)
            return
        call.fill = job.fill
        endpoint.path.offer(call, endpoint, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """Hand the answer back."""
        job.missed = child.missed
        self.node.finish(job, OK, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """Hand the failure back."""
        self.node.pass_on(job, reason, now)


def call_for(job: Call) -> Call:
    """The call by which a request is handed on."""
    call = Call(job.site, job.pool, job, job.kind, job.key)
    if job.context is not None:
        repeat(job, call)
        pass_on(job, call)
    return call

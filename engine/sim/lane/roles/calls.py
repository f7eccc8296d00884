"""The flow that a node's links tell: groups of calls in order, those of a group at once; then the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.seams import Role

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Site
    from engine.sim.lane.link import Link


@final
class Calls(Role):
    """Makes the calls of its links."""

    def __init__(self, node: Site) -> None:
        self.node = node
        self.groups: i64 = 0
        """Number of groups of calls."""
        self.only: Link | None = None
        """The only call, where the flow is no more than that."""
        self._steps: list[list[Link]] = []
        self.ends_here = True

    def follow(self, steps: list[list[Link]]) -> None:
        """Make other calls: groups of them; those of a group are made at once."""
        self._steps = steps
        self.groups = len(steps)
        self.only = steps[0][0] if len(steps) == 1 and len(steps[0]) == 1 else None
        self.ends_here = self.groups == 0

    def serve(self, job: Call, now: float) -> None:
        """Make the calls of the next group in which there are any to wait for, or answer."""
        while job.step < self.groups:
            only = self.only
            if only is not None:
                job.step += 1
                self._call(only, job, now)
            else:
                group = self._steps[job.step]
                job.step += 1
                for link in group:
                    self._call(link, job, now)
            if job.pending > 0:
                return
        self.node.finish(job, OK, now)

    def _call(self, link: Link, job: Call, now: float) -> None:
        """Make a call if the job wants it."""
        if link.always or link.wants(job):
            if link.waits:
                job.pending += 1
            link.begin(job, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """Go on when all calls of the group are answered."""
        job.pending -= 1
        if job.pending == 0:
            self.serve(job, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """Fail at once, and with the same reason."""
        self.node.finish(job, reason, now)

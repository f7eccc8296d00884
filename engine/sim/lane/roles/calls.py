"""The flow that a node's links tell: groups of calls in order, those of a group at once; then the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i32, i64

from engine.sim.lane.codes import ENGAGED, OK
from engine.sim.lane.seams import Role

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Site
    from engine.sim.lane.link import Link


@final
class Calls(Role):
    """Makes the calls of its links."""

    def __init__(self, node: Site) -> None:
        self.node = node
        self.groups: i32 = 0
        """Number of groups of calls."""
        self.only: Link | None = None
        """The only call, where the flow is no more than that."""
        self._steps: list[list[Link]] = []
        self.ends_here = True
        self._rescues = False
        """Whether some links are for jobs whose call failed."""

    def follow(self, steps: list[list[Link]]) -> None:
        """Make other calls: groups of them; those of a group are made at once."""
        self._steps = steps
        self.groups = len(steps)
        self.only = steps[0][0] if len(steps) == 1 and len(steps[0]) == 1 else None
        self.ends_here = self.groups == 0
        self._rescues = any(link.on_failure for group in steps for link in group)

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
            job.stage = ENGAGED
            if link.waits:
                job.pending += 1
            link.begin(job, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """Go on when all calls of the group are answered."""
        job.pending -= 1
        if job.pending == 0:
            if job.reason == OK:
                self.serve(job, now)
            else:
                self._rescue(job, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """Fail at once, and with the same reason, unless a later group says what to do then.

        It does that once the whole group is over. Until then the job's reason says why the first failed.
        """
        if not self._rescues or not self._is_rescued(job, now):
            self.node.pass_on(job, reason, now)
            return
        if job.reason == OK:
            job.reason = i16(reason)
        job.pending -= 1
        if job.pending == 0:
            self._rescue(job, now)

    def _is_rescued(self, job: Call, now: float) -> bool:
        """Whether a later group has something for a job whose call failed, and it is not too late."""
        if self.node.deadline(job) <= now:
            return False
        place = job.step
        while place < self.groups:
            for link in self._steps[place]:
                if link.on_failure and link.accepts[job.kind]:
                    return True
            place += 1
        return False

    def _rescue(self, job: Call, now: float) -> None:
        """Make the calls of the next group that has any for a job whose call failed, or fail."""
        reason = i64(job.reason)
        while job.step < self.groups:
            group = self._steps[job.step]
            job.step += 1
            for link in group:
                if link.rescues(job):
                    job.reason = OK
                    if link.waits:
                        job.pending += 1
                    link.begin(job, now)
            if job.reason == OK:
                if job.pending == 0:
                    self.serve(job, now)
                return
        self.node.pass_on(job, reason, now)

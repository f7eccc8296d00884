"""What comes before the flow of a node that has sessions: each request finds its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import ENGAGED, UNAVAILABLE
from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.seams import Role
from engine.sim.lane.sessions.table import STORE

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Context, Endpoint, Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.sessions.stored import StoredSessions


@final
class SessionFlow(Role):
    """Finds the session of each request, then goes on with the flow.

    It stays where it is when sessions are switched off: some requests may be asking for theirs.
    """

    def __init__(self, node: Node, flow: Role) -> None:
        self.node = node
        self.flow = flow
        self.stored: StoredSessions | None = None

    def serve(self, job: Call, now: float) -> None:
        """Find the session of the user, if there is a user: here, or where another node keeps it."""
        stored = self.stored
        root = root_of(job)
        user = root.user
        if stored is None or user is None:
            self.flow.serve(job, now)
            return
        table = stored.table
        if table.place != STORE:
            table.meet(client_of(root), int(user.number), job.pool, now)
            self.flow.serve(job, now)
            return
        job.stage = ENGAGED
        if job.held and not self.node.hold:
            job.held = False
            job.pool.discipline.release(job, now)
        if not stored.ask(job, root, int(user.number), now):
            self.node.pass_on(job, UNAVAILABLE, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A call that a job waited for succeeded: that for its session, or one of its flow."""
        context = job.context
        if context is None or not context.asks:
            self.flow.proceed(job, child, now)
            return
        if child.missed:
            context.missed_over = None
        context.asks = False
        session = context.session
        if session is not None:
            context.session = session.keeper.answered(session, now, missed=child.missed)
        self.flow.serve(job, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A call failed for good: without its session a request fails."""
        context = job.context
        if context is None or not context.asks:
            self.flow.child_failed(job, reason, now)
            return
        context.asks = False
        self.node.pass_on(job, reason, now)

    def worked(self, call: Call, now: float) -> None:
        """A worker has done its work on a part of the flow."""
        self.flow.worked(call, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """The flow has nothing to see there."""
        self.flow.finish(job, reason, now)

    def deadline(self, job: Call) -> float:
        """What the flow knows."""
        return self.flow.deadline(job)

    def keeps(self, call: Call) -> bool:
        """What the flow says."""
        return self.flow.keeps(call)

    def call_off(self, context: Context, reason: i64, now: float) -> None:
        """Call off what a job no longer needs."""
        self.flow.call_off(context, reason, now)

    def parts(self, pool: Pool) -> list[Call]:
        """What may keep a worker."""
        return self.flow.parts(pool)

    def carries(self, call: Call) -> bool:
        """What the flow says."""
        return self.flow.carries(call)

    def killed(self, pool: Pool, now: float) -> None:
        """An instance went down."""
        self.flow.killed(pool, now)

    def revived(self, pool: Pool, now: float) -> None:
        """An instance is up again."""
        self.flow.revived(pool, now)

    def feed(self, endpoint: Endpoint, now: float) -> bool:
        """What the flow has."""
        return self.flow.feed(endpoint, now)

    def pull(self, now: float) -> None:
        """What the flow has."""
        self.flow.pull(now)

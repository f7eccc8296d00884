"""What a replicated database does with its requests: leaders write down, and everybody reads what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK, UNAVAILABLE
from engine.sim.lane.replication.records import WRITES
from engine.sim.lane.seams import Gate, Role
from engine.sim.lane.sessions.calls import writes_session

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.replication.group import Group


@final
class ReplicaRole(Role):
    """Stands before the flow of a node, once the work is done."""

    def __init__(self, node: Node, group: Group) -> None:
        self.node = node
        self.group = group

    def serve(self, job: Call, now: float) -> None:
        """Read or write, then go on; a write may have to wait for followers."""
        group, context = self.group, job.context
        about_session = context is not None and context.session is not None
        if not (job.fill if about_session else group.writes[job.kind]):
            group.read(job, now)
        elif not group.write(job, now):
            return
        group.flow.serve(job, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """Nothing is left to be done."""
        self.node.end(job, reason, now)


@final
class LeaderGate(Gate):
    """Refuses writes at instances that do not lead; it stands for the whole mechanism among the gates."""

    def __init__(self, node: Node, group: Group) -> None:
        self.group = group
        self.role = ReplicaRole(node, group)

    def admit(self, call: Call, now: float) -> i64:
        """Let a call in, unless it writes where only reads are answered."""
        pool: Pool = call.pool
        if pool.takes & WRITES == 0 and (self.group.writes[call.kind] or writes_session(call)):
            return UNAVAILABLE
        return OK

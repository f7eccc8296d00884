"""How a node that locks rows serves queries: a write asks for its lock first, then its work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import CONFLICT, ENGAGED, OK
from engine.sim.lane.locks.records import Owner
from engine.sim.lane.locks.table import LockTable
from engine.sim.lane.participation import ABORT, COMMIT, PREPARE
from engine.sim.lane.seams import Gate, Role
from engine.sim.lane.station.special_work import QueryCost

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.node import Node


@final
class Locking(Role):
    """What goes on with a query whose work is done, or that has its connection and waits for its lock."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.table = LockTable(node)

    def worked(self, call: Call, now: float) -> None:
        """Go on once the lock is there and the work is done."""
        ticket = self.table.tickets.get(call)
        call.stage = ENGAGED
        call.held = True
        if ticket is None or ticket.granted:
            self.node.after_work(call, now)
        elif self.table.wait(ticket, now):
            self.table.resume(call, now)


@final
class LockCost(QueryCost):
    """Has writes that do not get their lock at once begin with no work."""

    def __init__(self, table: LockTable) -> None:
        self.table = table
        self.writes: list[bool] = [False]
        """Whether requests of each class write."""
        self.before: QueryCost | None = None
        """What says how long reads take."""

    def seconds(self, call: Call) -> float:
        """No work for who has to wait; what it brings otherwise."""
        if not self.writes[call.kind]:
            before = self.before
            return -1.0 if before is None else before.seconds(call)
        table = self.table
        context = call.context
        part = None if context is None else context.part
        if part is None or context is None:
            return -1.0 if table.begins(call, Owner(table.number())) else 0.0
        if context.message in (COMMIT, ABORT):
            return 0.0
        # Whoever has been told the outcome already keeps nothing more.
        if context.message == PREPARE and part.locks and not part.refuses(PREPARE):
            return -1.0 if table.begins(call, table.hold_of(part)) else 0.0
        return -1.0 if table.begins(call, Owner(table.number())) else 0.0


@final
class LockGate(Gate):
    """Lets everybody in, and hears when queries end."""

    def __init__(self, locking: Locking, cost: LockCost) -> None:
        self.hears = True
        self.locking = locking
        self.table = locking.table
        self.cost = cost

    def admit(self, call: Call, now: float) -> i64:
        """Refuse what comes too late."""
        context = call.context
        part = None if context is None else context.part
        if part is None or context is None or not part.refuses(context.message):
            return OK
        return CONFLICT

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Give back what the query holds."""
        self.table.over(call, now, keeps=reason == OK and self._keeps(call))

    def _keeps(self, call: Call) -> bool:
        """Whether a transaction goes on."""
        context = call.context
        part = None if context is None else context.part
        return part is not None and context is not None and part.keeps_locks(context.message)

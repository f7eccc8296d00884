"""How a node that locks rows serves queries: a write asks for its lock first, then its work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import ENGAGED, OK
from engine.sim.lane.locks.records import Owner
from engine.sim.lane.locks.table import LockTable
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
        return -1.0 if table.begins(call, Owner(table.number())) else 0.0


@final
class LockGate(Gate):
    """Lets everybody in, and hears when queries end."""

    def __init__(self, locking: Locking, cost: LockCost) -> None:
        self.hears = True
        self.locking = locking
        self.table = locking.table
        self.cost = cost

    def left(self, call: Call, reason: i64, now: float) -> None:
        """Give back what the query holds."""
        self.table.over(call, now, keeps=reason == OK and self._keeps(call))

    def _keeps(self, call: Call) -> bool:
        """Whether a transaction goes on."""
        return False

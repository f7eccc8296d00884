"""Row locks of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.locks import Locks
from engine.sim.body import Values, padded, ratio
from engine.sim.invariant import at_most, same
from engine.sim.lane.codes import NEVER
from engine.sim.lane.gates.query_plan import QueryPlan
from engine.sim.lane.locks.locking import LockCost, LockGate, Locking
from engine.sim.lane.station.special_work import SpecialWork, special_work
from engine.sim.primitives.adapter import GateAdapter
from engine.sim.setup import Herald

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


def can_lock(plan: NodePlan) -> bool:
    """Whether the queries of a node can wait for locks: one connection serves one, from its begin to its end."""
    station = plan.station
    told = plan.router is None and not plan.keeps_messages and plan.flow is None
    told = told and plan.cluster is None and plan.quorum is None
    alone = station.batch is None and station.discipline != "ps" and station.workers is not None
    return told and alone and plan.traffic is None and station.hold


class LocksAdapter(GateAdapter[LockGate]):
    """One table for all instances of a node. What is held stays held while its knobs are turned."""

    name = "locks"

    def body(
        self, had: LockGate | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> LockGate | None:
        """Has writes ask for their locks from now on; who waits goes on when there are no locks any more."""
        settings, node = plan.gate(Locks), part.node
        if settings is None or not can_lock(plan):
            if had is not None:
                self._unlock(had, part, setup)
            return None
        gate = had or _gate_of(node)
        gate.table.listener = Herald(setup, plan.id, Locks)
        node.stepwise, node.stepper = True, gate.locking
        table, cost = gate.table, gate.cost
        table.whole = settings.by == "table"
        table.limit(NEVER if settings.timeout is None else settings.timeout)
        cost.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)
        plans = [body.thing for body in part.gates if isinstance(body.thing, QueryPlan)]
        cost.before = plans[0].cost if plans else None
        for pool in (*node.pools, *part.retired):
            special_work(pool).cost = cost
        return gate

    @staticmethod
    def _unlock(gate: LockGate, part: NodePart, setup: Setup) -> None:
        """Lock nothing any more."""
        part.node.stepwise = False
        for pool in (*part.node.pools, *part.retired):
            if isinstance(pool.rule, SpecialWork) and pool.rule.cost is gate.cost:
                pool.rule.cost = gate.cost.before
        gate.table.open(setup.agenda.now)

    def counters(self, body: LockGate, now: float) -> Counters:
        """Locks that were got, seconds that took, who waited; given back after how long; timeouts, deadlocks."""
        table = body.table
        return (
            table.asked,
            table.waited,
            table.waits,
            table.given_back,
            table.held_for,
            table.timeouts,
            table.deadlocks,
        )

    def extra(self, body: LockGate, since: Sequence[float], span: float, now: float) -> Values:
        """How long writes waited for their locks, and how it ended."""
        asked, waited, waits, given_back, held_for, timeouts, deadlocks = since
        return {
            "lock_wait": ratio(waited, asked),
            "lock_waits": waits,
            "lock_hold": ratio(held_for, given_back),
            "lock_timeouts": timeouts,
            "deadlocks": deadlocks,
            "locks_held": float(len(body.table.locks)),
        }

    def state(self, body: LockGate) -> str:
        """Whether somebody waits, or cannot say how it ends."""
        if body.table.doubts > 0:
            return "in_doubt"
        return "waiting" if body.table.waiting > 0 else "free"

    def check(self, body: LockGate, owner: Node, now: float) -> None:
        """Each lock has one owner who knows it, and whoever waits is inside."""
        table = body.table
        waiting = sum(1 for each in table.tickets.values() if each.waits)
        same(owner.name, "queries that wait for a lock", int(table.waiting), waiting)
        at_most(owner.name, "queries that ask for locks", len(table.tickets), owner.in_system)
        for lock in table.locks.values():
            held = 0 if lock.owner is None else sum(1 for each in lock.owner.held if each is lock)
            same(owner.name, f"owners of the lock of row {lock.key}", held, 1)


def _gate_of(node: Node) -> LockGate:
    """The locks of a node that had none."""
    locking = Locking(node)
    return LockGate(locking, LockCost(locking.table))

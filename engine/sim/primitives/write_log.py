"""The writes of nodes whose leader may be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import padded
from engine.sim.invariant import at_most
from engine.sim.lane.gates.write_log import WriteLog
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters, Values
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class WriteLogAdapter(GateAdapter[WriteLog]):
    """One for a node that fails over, or is restored."""

    name = "write_log"

    def body(
        self, had: WriteLog | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> WriteLog | None:
        """It stays as long as anything may be lost."""
        if plan.failover is None and plan.backup is None:
            return None
        gate = had or WriteLog()
        gate.keeps = gate.keeps or plan.backup is not None
        gate.writes = padded([kind.write for kind in setup.plan.classes], setup.kinds)
        return gate

    def counters(self, body: WriteLog, now: float) -> Counters:
        """Writes that were lost."""
        return (float(body.lost),)

    def extra(self, body: WriteLog, since: Sequence[float], span: float, now: float) -> Values:
        """How many they were."""
        return {"lost_writes": since[0]}

    def check(self, body: WriteLog, owner: Node, now: float) -> None:
        """Nothing is lost that was never written, and nothing twice."""
        at_most(owner.name, "lost writes", float(body.lost), float(body.acknowledged))


WRITE_LOG = WriteLogAdapter()


def write_log_of(part: NodePart) -> WriteLog | None:
    """What counts the writes of a node, if anything does."""
    found = (gate.thing for gate in part.gates if isinstance(gate.thing, WriteLog))
    return next(found, None)

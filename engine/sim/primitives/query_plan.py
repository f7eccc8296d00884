"""Query plans of databases: what reads look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.policies.query import Query
from engine.sim.body import Values, padded, ratio
from engine.sim.invariant import at_most
from engine.sim.lane.gates.query_plan import QueryPlan
from engine.sim.lane.station.special_work import SpecialWork, special_work
from engine.sim.primitives.adapter import GateAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.body import Counters
    from engine.sim.lane.node import Node
    from engine.sim.parts import NodePart
    from engine.sim.setup import Setup


class QueryPlanAdapter(GateAdapter[QueryPlan]):
    """One for all instances of a node; queries that run when it changes take what they were to take."""

    name = "query"

    def body(
        self, had: QueryPlan | None, part: NodePart, plan: NodePlan, setup: Setup
    ) -> QueryPlan | None:
        """It says how long reads take from now on."""
        settings = plan.gate(Query)
        pools = [*part.node.pools, *part.retired]
        if settings is None:
            for pool in pools:
                if isinstance(pool.rule, SpecialWork):
                    pool.rule.cost = None
            return None
        gate = had or QueryPlan()
        cost = gate.cost
        cost.reads = padded([not kind.write for kind in setup.plan.classes], setup.kinds)
        cost.rows, cost.seeks = settings.rows, settings.seeks
        cost.whole = not settings.index
        cost.page = settings.page if settings.paging is not None else 0
        cost.offset = settings.paging == "offset"
        cost.seek_time, cost.row_time = settings.seek_time, settings.row_time
        for pool in pools:
            special_work(pool).cost = cost
        return gate

    def counters(self, body: QueryPlan, now: float) -> Counters:
        """Reads, seeks, rows."""
        return (body.cost.begun, body.cost.sought, body.cost.scanned)

    def extra(self, body: QueryPlan, since: Sequence[float], span: float, now: float) -> Values:
        """What a read looked at on average, and all of them together."""
        reads, seeks, rows = since
        return {
            "seeks": ratio(seeks, reads),
            "rows_per_read": ratio(rows, reads),
            "rows_scanned": rows,
        }

    def check(self, body: QueryPlan, owner: Node, now: float) -> None:
        """No more reads began than requests came."""
        at_most(owner.name, "reads begun", body.cost.begun, float(owner.arrivals))

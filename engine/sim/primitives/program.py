"""Flows that are said step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.flow import has_transactions
from engine.sim.body import Counters, Values, padded, ratio
from engine.sim.invariant import same
from engine.sim.lane.roles.courier import Courier
from engine.sim.lane.roles.flow import Program
from engine.sim.lane.transactions.coordinator import Coordinator
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.programs import further_works, program
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import NodePlan
    from engine.sim.lane.node import Node
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.setup import Setup


class ProgramAdapter(RoleAdapter[Program]):
    """A flow of its own: works and calls in steps."""

    name = "program"

    def applies(self, plan: NodePlan) -> bool:
        """A plan with a flow."""
        return plan.flow is not None

    def make(self, node: Node, plan: NodePlan, setup: Setup) -> Program:
        """Without steps yet; its workers do more than one work a request."""
        role = Program(node, setup.streams.uniform(plan.id, "choice"))
        node.stepwise, node.stepper = True, role
        return role

    def tune(self, role: Program, part: NodePart, setup: Setup) -> None:
        """Know the laws of all works; as many as before at least, since some may be under way."""
        node, plan = part.node, part.plan
        node.hold = plan.station.hold and plan.station.discipline != "ps"
        pace = 1.0 / plan.station.speed
        for place, work in enumerate(further_works(plan.flow or ())):
            laws = [
                make_sampler(
                    law.times(pace), setup.streams, plan.id, f"work {place + 1}/{kind.name}"
                )
                for law, kind in zip(work.laws, setup.plan.classes, strict=False)
            ]
            node.work += padded(laws, setup.kinds)
        node.work = padded(node.work, role.works)
        role.works = len(node.work)

    def wire(self, role: Program, part: NodePart, leaving: list[LinkPart], setup: Setup) -> None:
        """Put the links into the steps."""
        links = {each.plan.id: each.link for each in leaving}
        flow = part.plan.flow or ()
        if has_transactions(flow):
            setup.numbering.wanted = True
            if role.coordinator is None:
                role.coordinator = Coordinator(Courier(role))
        terms = {} if role.coordinator is None else role.coordinator.terms
        role.program = program(flow, links, setup.kinds, terms)
        role.ends_here = not role.program

    def counters(self, body: Program, now: float) -> Counters:
        """Transactions by how they ended, and what became of their participants."""
        leader = body.coordinator
        if leader is None:
            return (0.0,) * 8
        return (
            float(leader.commits),
            float(leader.aborts),
            float(leader.compensated),
            float(leader.doubted),
            float(leader.resolved),
            leader.doubted_for,
            float(leader.stranded),
            float(leader.forgotten),
        )

    def extra(self, body: Program, since: Sequence[float], span: float, now: float) -> Values:
        """How transactions ended, where it has some."""
        leader = body.coordinator
        if leader is None:
            return {}
        commits, aborts, compensations, doubted, resolved, doubted_for, stranded, forgotten = since
        found = {
            "commits": commits,
            "aborts": aborts,
            "abort_share": ratio(aborts, commits + aborts),
            "compensations": compensations,
            "in_doubt": doubted,
            "in_doubt_time": ratio(doubted_for, resolved),
            "in_doubt_last": float(leader.in_doubt()),
            "not_undone": stranded,
            "unsettled": float(len(leader.open)),
        }
        return {**found, "forgotten": forgotten} if leader.forgotten else found

    def check(self, body: Program, owner: Node, now: float) -> None:
        """No transaction is forgotten, and no money made or lost but what could not be undone."""
        leader = body.coordinator
        if leader is None:
            return
        same(owner.name, "transactions", int(leader.begun), int(leader.ended) + len(leader.open))
        held, known = int(leader.balance()), int(leader.total + leader.unsettled())
        same(owner.name, "money of all participants", held, known)
        same(owner.name, "money of transactions that are over", int(leader.total), int(leader.lost))

"""Flows that are said step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import padded
from engine.sim.lane.roles.flow import Program
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.programs import further_works, program
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
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
        role.program = program(part.plan.flow or (), links, setup.kinds)
        role.ends_here = not role.program

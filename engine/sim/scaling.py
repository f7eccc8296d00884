"""Numbers of instances that were changed while a machine runs, and how they go together with its plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import NodePlan, Plan
    from engine.sim.parts import NodePart


@dataclass(frozen=True, slots=True)
class Scaled:
    """A node that has another number of instances than its plan says."""

    instances: int
    planned: int
    """What the plan said then; a plan that says something else is the later word."""


class Scaling:
    """The nodes of a machine that were scaled.

    A later plan, of an edit or an event, that has as many instances of a node as before leaves the node
    scaled, whatever else it changes. One that has another number is obeyed, and the scaling forgotten.
    """

    def __init__(self) -> None:
        self._scaled: dict[str, Scaled] = {}

    def note(self, name: str, instances: int, planned: int) -> None:
        """A node has so many instances from now on."""
        if instances == planned:
            self._scaled.pop(name, None)
        else:
            self._scaled[name] = Scaled(instances, planned)

    def over(self, plan: Plan, parts: Mapping[str, NodePart]) -> Plan:
        """A plan with the instances of scaled nodes as they are.

        Args:
            plan: What is asked for.
            parts: The nodes as they are, which know where to look for them in most plans.
        """
        if not self._scaled:
            return plan
        changed = {}
        for name, scaled in list(self._scaled.items()):
            place = _place(plan, name, parts[name].place)
            if place is None or plan.nodes[place].station.instances != scaled.planned:
                del self._scaled[name]
            else:
                changed[place] = with_instances(plan.nodes[place], scaled.instances)
        return with_nodes(plan, changed)


def with_instances(node: NodePlan, instances: int) -> NodePlan:
    """A node with another number of instances."""
    return replace(node, station=replace(node.station, instances=instances))


def with_nodes(plan: Plan, changed: Mapping[int, NodePlan]) -> Plan:
    """A plan with other nodes at some places; the same one where there are none."""
    if not changed:
        return plan
    nodes = list(plan.nodes)
    for place, node in changed.items():
        nodes[place] = node
    return replace(plan, nodes=tuple(nodes))


def _place(plan: Plan, name: str, likely: int) -> int | None:
    """Where a node is in a plan, if it is there."""
    if likely < len(plan.nodes) and plan.nodes[likely].id == name:
        return likely
    return next((place for place, node in enumerate(plan.nodes) if node.id == name), None)

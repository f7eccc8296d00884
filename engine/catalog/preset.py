"""A preset: a component, and how its config lowers to primitives."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.model.admission import Admission
from engine.model.backup import Backup
from engine.model.failover import Failover
from engine.model.faults import NodeFaults
from engine.model.policies.of_nodes import OF_NODES
from engine.model.spread import FIELD
from engine.plan.lower import law_plan
from engine.plan.lower_flow import flow_plan
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.model.component import Component
    from engine.model.fields import Config
    from engine.model.flow import Step
    from engine.model.laws import Law
    from engine.plan.primitives import ClassPlan, FlowPlan, LawPlan, NodePlan


@dataclass(frozen=True, slots=True)
class Lowering:
    """What a component may know of the design while it lowers."""

    id: str
    """The node's id."""
    classes: tuple[ClassPlan, ...]
    """The design's request classes, in order."""

    def each(
        self, law: Law, special: Mapping[str, Law] = MappingProxyType({})
    ) -> tuple[LawPlan, ...]:
        """The same law for every class, but for those with a law of their own."""
        return tuple(law_plan(special.get(each.name, law)) for each in self.classes)

    def flow(
        self, steps: Sequence[Step] | None, service_time: tuple[LawPlan, ...]
    ) -> FlowPlan | None:
        """An explicit flow, or none."""
        return None if steps is None else flow_plan(steps, self.classes, service_time)


@dataclass(frozen=True, slots=True)
class Preset:
    """One entry of the catalog."""

    component: Component
    lower: Callable[[Any, Lowering], NodePlan]
    """From a config of ``component.config`` to primitives, its gates, faults and recovery left out."""

    def plan(self, config: Config, context: Lowering) -> NodePlan:
        """From a config to primitives; gates, faults, recovery and places are the same for every component that has some."""
        plan = self.lower(config, context)
        admission, faults = getattr(config, "admission", None), getattr(config, "faults", None)
        if isinstance(admission, Admission):
            plan = replace(plan, gates=admission.gates())
        for sort in OF_NODES:
            settings = getattr(config, sort.field, None)
            if isinstance(settings, sort):
                plan = replace(plan, gates=(*plan.gates, settings))
        if isinstance(faults, NodeFaults):
            plan = replace(plan, faults=faults)
        failover, backup = getattr(config, "failover", None), getattr(config, "backup", None)
        if isinstance(failover, Failover):
            plan = replace(plan, failover=failover)
        spread = getattr(config, FIELD, ())
        if spread:
            plan = replace(plan, spread=tuple(spread))
        return replace(plan, backup=backup) if isinstance(backup, Backup) else plan

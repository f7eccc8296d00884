"""Lowers one design after another, each a little different from the one before, as edits make them.

Whoever drags a field of one node must not wait until the other thousand are read again: of a design that
differs in the settings of a few nodes and links, only those are read, checked and lowered. What did not
change is the same frozen object in both designs, and its plan stays the same object as well, so that
whoever follows the plans finds what is new by looking which objects are.

What is not local goes the whole way: other items, ends, kinds, frames, classes, scenarios and objectives,
and whatever else the checks of one item read of another. So does everything that may be wrong, since
then all findings are wanted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from engine.catalog.checks.faults import fault_errors
from engine.catalog.checks.instances import instance_errors
from engine.catalog.checks.loops import has_circles
from engine.catalog.checks.standstill import crossing_takes_time, is_restless, work_takes_time
from engine.catalog.checks.structure import class_errors
from engine.catalog.links import lowered_link, tells_users_apart
from engine.catalog.lowering import lower, names_in, node_plan
from engine.catalog.reading import Reading
from engine.catalog.typed import DesignError, typed_config, typed_link
from engine.model.design import Link, Node
from engine.model.last_mile import last_mile
from engine.model.round_trips import RoundTrips
from engine.plan.difference import others
from engine.plan.forwarding import as_forwarded
from engine.plan.lower import DEFAULT_CLASSES
from engine.plan.primitives import LinkPlan, NodePlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design
    from engine.plan.primitives import Plan

_Item = TypeVar("_Item", Node, Link)
_Lowered = TypeVar("_Lowered", NodePlan, LinkPlan)


class _NotLocalError(Exception):
    """A change that may affect more than the item itself."""


class Lowerer:
    """Remembers the design that it lowered last, and its plan."""

    def __init__(self) -> None:
        self._design: Design | None = None
        self._plan: Plan | None = None
        self._places: dict[str, int] = {}
        """Of the nodes, by id."""
        self._round = False
        """Whether requests can go round: then any setting may decide whether they do so for ever."""
        self.lowered = 0
        """Nodes and links that were lowered since the beginning."""

    def lower(self, design: Design) -> Plan:
        """What a design means: what `engine.catalog.lowering` says, sooner.

        Raises:
            DesignError: with everything that keeps it from running; the one before is still remembered.
        """
        try:
            plan = self._follow(design)
        except (_NotLocalError, DesignError):
            plan = lower(design)
            self._places = {node.id: place for place, node in enumerate(design.nodes)}
            self._round = has_circles(plan)
            self.lowered += len(design.nodes) + len(design.links)
        self._design, self._plan = design, plan
        return plan

    def _follow(self, design: Design) -> Plan:
        """The plan of a design that differs in the settings of single items only.

        Raises:
            _NotLocalError: where it may differ in more.
            DesignError: where a config is wrong.
        """
        old, plan = self._design, self._plan
        if old is None or plan is None or not _is_alike(old, design):
            raise _NotLocalError
        _demand(not self._round)
        step = _Step(design, plan)
        nodes = _changed(old.nodes, design.nodes, plan.nodes, step.node)

        def link(before: Link, now: Link, lowered: LinkPlan) -> LinkPlan:
            return step.link(before, now, lowered, nodes[self._places[before.source]])

        links = _changed(old.links, design.links, plan.links, link)
        self.lowered += step.lowered
        names = names_in(design) if step.renamed else plan.names
        return replace(plan, title=design.title, nodes=nodes, links=links, names=names)


def _is_alike(old: Design, new: Design) -> bool:
    """Whether two designs differ in their nodes and links at most, and have as many of them."""
    names = ("classes", "scenario", "objectives", "frames", "notes", "prices")
    same = all(_is_same(getattr(old, name), getattr(new, name)) for name in names)
    return same and len(old.nodes) == len(new.nodes) and len(old.links) == len(new.links)


def _is_same(mine: object, other: object) -> bool:
    """Whether two values are the same to the last type: a field may take 1 and refuse ``True``."""
    return mine is other or (mine == other and repr(mine) == repr(other))


def _changed(
    old: tuple[_Item, ...],
    new: tuple[_Item, ...],
    plans: tuple[_Lowered, ...],
    lowered: Callable[[_Item, _Item, _Lowered], _Lowered],
) -> tuple[_Lowered, ...]:
    """The plans of items; what means the same as before stays the same object."""
    found: list[_Lowered] | None = None
    for place in others(old, new):
        plan = lowered(old[place], new[place], plans[place])
        if plan != plans[place]:
            found = found or list(plans)
            found[place] = plan
    return plans if found is None else tuple(found)


class _Step:
    """From one design to the next: what changed items mean, where that is local."""

    def __init__(self, design: Design, plan: Plan) -> None:
        self._design = design
        self._plan = plan
        self._classes = design.classes or DEFAULT_CLASSES
        events = design.scenario.events
        self._named = bool(events)
        """Whether texts of events name nodes."""
        self._replaced = {event.target for event in events if event.kind.hits == "settings"}
        self.renamed = False
        """Whether people call a node something else now."""
        self.lowered = 0

    def node(self, before: Node, now: Node, plan: NodePlan) -> NodePlan:
        """What a node means now. Raises ``_NotLocalError`` or ``DesignError``."""
        _demand((before.id, before.kind, before.frame) == (now.id, now.kind, now.frame))
        _demand(not self._named or before.name == now.name)
        _demand(now.id not in self._replaced)
        # Flows and sessions name links, and links at a node go to where its instances lie.
        for field in ("flow", "sessions", "spread", "pops", "lease"):
            _demand(_is_same(before.config.get(field), now.config.get(field)))
        arrivals = [each.config.get("arrivals") for each in (before, now)]
        _demand(tells_users_apart(arrivals[0]) == tells_users_apart(arrivals[1]))
        _demand(last_mile(before.kind, before.config) == last_mile(now.kind, now.config))
        config = typed_config(now)
        reading = Reading(self._design, self._classes, {now.id: config}, {}, ())
        checks = (class_errors, instance_errors, fault_errors)
        _demand(not any(finding for check in checks for finding in check(reading)))
        lowered = replace(node_plan(now, config, self._plan.classes), price=plan.price)
        _demand(_layer(lowered) == _layer(plan))  # what the links behind it mean
        _demand(is_restless(lowered) == is_restless(plan))
        _demand(work_takes_time(lowered) == work_takes_time(plan))
        self.renamed |= before.name != now.name
        self.lowered += 1
        return lowered

    def link(self, before: Link, now: Link, plan: LinkPlan, source: NodePlan) -> LinkPlan:
        """What a link means now. Raises ``_NotLocalError`` or ``DesignError``."""
        ends = (now.id, now.source, now.target)
        _demand((before.id, before.source, before.target) == ends)
        _demand(now.id not in self._replaced)
        config = typed_link(now)
        reading = Reading(self._design, self._classes, {}, {now.id: config}, ())
        _demand(not any(class_errors(reading)))
        lowered = as_forwarded(
            lowered_link(now, config, self._plan.classes, RoundTrips(self._design), self._design),
            source,
        )
        lowered = replace(lowered, price=plan.price)
        _demand(lowered.waits == plan.waits)
        _demand(lowered.passes == plan.passes)  # whether calls can go round
        _demand(crossing_takes_time(lowered) == crossing_takes_time(plan))
        self.lowered += 1
        return lowered


def _layer(node: NodePlan) -> int | None:
    """At which layer a node routes, if it does."""
    return None if node.router is None else node.router.layer


def _demand(local: object) -> None:
    """Go the whole way unless a change is local."""
    if not local:
        raise _NotLocalError

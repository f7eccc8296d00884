"""Errors of cycles: calls that wait for each other, and requests that go round without end."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from engine.catalog.checks.flows import explicit_flow
from engine.catalog.registry import component
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.plan.flow import calls_in
from engine.plan.lower import class_plan
from engine.plan.lower_flow import flow_plan
from engine.plan.order import Arc, callers_first
from engine.plan.primitives import ZERO
from engine.plan.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link
    from engine.model.flow import Step


def loop_errors(reading: Reading) -> Iterator[Finding]:
    """Cycles that no run could finish."""
    arcs = _arcs(reading)
    if callers_first((arc.source, arc.target) for arc in arcs) is not None:
        return
    # Imported here: networkx takes longer to import than all the rest, and cycles are rare.
    from engine.plan.cycles import endless_loops, waiting_loops  # noqa: PLC0415

    waiting = waiting_loops(arcs)
    for circle in waiting:
        yield _waiting_error(reading, circle)
    known = {frozenset(circle) for circle in waiting}
    for circle in endless_loops(arcs):
        if frozenset(circle) not in known:
            path = _path(reading, circle)
            message = f"Requests go round without end: {path}; lower a probability below 1"
            yield Finding(level="error", code="endless-loop", id=circle[0], message=message)


def _arcs(reading: Reading) -> list[Arc]:
    """The links as arcs. What a queue hands to its workers, nobody waits for; a balancer always waits."""
    nodes = reading.design.node_by_id
    arcs = []
    for link in reading.design.links:
        config = reading.links.get(link.id)
        if config is None or link.source not in nodes or link.target not in nodes:
            continue
        source = component(nodes[link.source].kind)
        flow = explicit_flow(reading.configs.get(link.source))
        if flow is not None:
            arc = _flow_arc(reading, link, flow)
        elif source is not None and source.forwards:
            arc = Arc(link.source, link.target, waits=source.output != "messages", gain=1.0)
        else:
            gain = config.probability * config.times
            arc = Arc(link.source, link.target, waits=config.mode == "call", gain=gain)
        arcs.append(arc)
    return arcs


def _flow_arc(reading: Reading, link: Link, flow: tuple[Step, ...]) -> Arc:
    """A link that an explicit flow calls: as often as the class that calls it most, nothing being cached."""
    classes = tuple(class_plan(each) for each in reading.classes)
    plan = flow_plan(flow, classes, (ZERO,))
    gains = []
    for kind in range(len(classes)):
        walk = Walk(kind, missed=1.0)
        walk.through(plan)
        gains.append(walk.calls[link.id])
    waits = any(waited for name, waited in calls_in(plan) if name == link.id)
    return Arc(link.source, link.target, waits=waits, gain=max(gains))


def _waiting_error(reading: Reading, circle: list[str]) -> Finding:
    """The error of a circle of waiting calls; sending on the last link that can opens it."""
    nodes = reading.design.node_by_id
    links = {(link.source, link.target): link for link in reversed(reading.design.links)}
    last, fix = links[circle[-2], circle[-1]], None
    for ends in pairwise(circle):
        source = component(nodes[ends[0]].kind)
        told = explicit_flow(reading.configs.get(ends[0])) is None
        if source is not None and not source.forwards and told:
            last = links[ends]
            fix = SetField(last.id, ("config", "mode"), "send", "Send instead of waiting")
    return Finding(
        level="error",
        code="waiting-loop",
        id=last.id,
        field="config.mode",
        message=f"Calls wait for each other in a circle: {_path(reading, circle)}; "
        "let one of them send, or remove it",
        fix=fix,
    )


def _path(reading: Reading, circle: list[str]) -> str:
    """The circle by names, shortened in the middle where it is long."""
    names = [name_of(reading.design, node_id) for node_id in circle]
    if len(names) > 8:
        names = [*names[:4], f"… {len(names) - 7} more …", *names[-3:]]
    return " → ".join(names)

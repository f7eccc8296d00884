"""Findings about instances that an event takes out of rotation: nobody left, no time, no end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.event_fixes import raw_event, with_events
from engine.catalog.inside import members
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_instant, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design, Event, Node

_KEEPERS: Final = ("queue", "topic")
_ROUTERS: Final = ("load_balancer", "api_gateway", "dns")
"""Kinds that choose one of their links."""


def drain_problem(design: Design, event: Event, nodes: list[Node]) -> tuple[str, str] | None:
    """Why an event that should take instances out of rotation takes none."""
    if not event.kind.drains or any(each.kind not in ("client", "dns") for each in nodes):
        return None
    name = name_of(design, event.target or "")
    message = f"{name} is in nobody's rotation; name a node behind a balancer, a queue or a caller"
    return "target", message


def drain_warnings(reading: Reading, index: int, event: Event) -> Iterator[Finding]:
    """What a drain leaves nobody for, or has no time for."""
    design = reading.design
    drained = {
        node.id: node
        for node in members(design, event.target)
        if node.kind not in ("client", "dns") and _is_whole(reading, node, event)
    }
    for name in drained:
        for link in design.links:
            if link.target == name and link.source not in drained:
                if design.node_by_id[link.source].kind in _KEEPERS:
                    continue  # messages wait meanwhile
                if not _has_others(design, link.source, drained):
                    yield _nobody_left(reading, index, event, name, link.source)
                break
    yield from _too_short(design, index, event)
    yield from _never_empty(reading, index, event)


def _is_whole(reading: Reading, node: Node, event: Event) -> bool:
    """Whether all instances of a node are taken out."""
    there = int(getattr(reading.configs.get(node.id), "instances", 1))
    return event.instances is None or event.instances >= there


def _has_others(design: Design, source: str, drained: dict[str, Node]) -> bool:
    """Whether a router leads somewhere else as well."""
    if design.node_by_id[source].kind not in _ROUTERS:
        return False
    return any(link.source == source and link.target not in drained for link in design.links)


def _nobody_left(reading: Reading, index: int, event: Event, name: str, source: str) -> Finding:
    """The warning about a drain that is an outage."""
    design = reading.design
    there = int(getattr(reading.configs.get(name), "instances", 1))
    fix = None
    remedy = "drain one after the other behind a balancer"
    if there > 1 and event.target == name:
        remedy = "drain some of them at a time"
        raw = {**raw_event(event), "instances": 1}
        fix = with_events(design, {index: raw}, "Drain one instance")
    return Finding(
        level="warning",
        code="drains-all",
        id=name,
        field=f"scenario.events.{index}.instances",
        message=f"The drain event at {format_instant(event.at)} takes all of {name_of(design, name)} out of rotation: what "
        f"{name_of(design, source)} sends there meanwhile fails with unavailable; {remedy}",
        fix=fix,
    )


def _too_short(design: Design, index: int, event: Event) -> Iterator[Finding]:
    """A drain that is over before its time to drain is."""
    if event.seconds is None or event.duration is None or event.seconds < event.duration:
        return
    limit = format_quantity(event.seconds, "s")
    raw = {**raw_event(event), "duration": 2.0 * event.seconds or 1.0}
    yield Finding(
        level="warning",
        code="short-drain",
        id=event.target,
        field=f"scenario.events.{index}.duration",
        message=f"The drain event at {format_instant(event.at)} lasts {format_quantity(event.duration, 's')}, and its time to drain is "
        f"{limit}: the instances are back before they have stopped, and nothing is ever cut off; let it last longer",
        fix=with_events(
            design, {index: raw}, f"Let it last {format_quantity(2.0 * event.seconds, 's')}"
        ),
    )


def _never_empty(reading: Reading, index: int, event: Event) -> Iterator[Finding]:
    """Connections of layer 4 that nothing closes: their instance is never empty."""
    design = reading.design
    if event.seconds is not None:
        return
    for node in members(design, event.target):
        if getattr(reading.configs.get(node.id), "drain", 0.0) is not None:
            continue
        for link in design.links:
            balancer = reading.configs.get(link.source)
            if link.target != node.id or getattr(balancer, "layer", 7) != 4:
                continue
            yield Finding(
                level="warning",
                code="endless-drain",
                id=node.id,
                field=f"scenario.events.{index}.seconds",
                message=f"{name_of(design, link.source)} picks once a connection, and the drain event at {format_instant(event.at)} "
                f"gives {name_of(design, node.id)} as long as it takes: what comes over connections that nobody closes "
                "goes there all the time; write a time to drain",
                fix=with_events(
                    design, {index: {**raw_event(event), "seconds": 30.0}}, "Drain within 30 s"
                ),
            )
            break

"""Break it: faults for the item under the pointer, as events of the scenario at the current time.

An event that is part of the design is on the timeline, is undone with Ctrl-Z, is saved, and happens
again in the next run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engine.model.edits import SetDesign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from engine.model.component import Component
    from engine.model.design import Design, Event

DURATIONS: Final[tuple[tuple[str, float | None], ...]] = (
    ("10 s", 10.0),
    ("30 s", 30.0),
    ("2 min", 120.0),
    ("until repaired", None),
)
"""How long a fault lasts, as offered."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break something."""

    title: str
    icon: str
    fields: Mapping[str, JsonValue]
    """Fields of the event beside time, duration and target."""
    target: str | None = None
    """What it hits, where that is not the item itself."""
    instant: bool = field(default=False, kw_only=True)
    """Whether it is over at once, whatever the chosen duration."""


def faults_for(
    design: Design, item_id: str, components: Mapping[str, Component]
) -> tuple[Fault, ...]:
    """The faults that make sense for a node, a link or a frame."""
    node = design.node_by_id.get(item_id)
    if node is not None:
        component = components.get(node.kind)
        if component is not None and component.input == "none":
            return _of_traffic()
        return _of_node(design, item_id, component)
    link = design.link_by_id.get(item_id)
    if link is not None:
        return _of_link(link.source, link.target)
    if item_id in design.frame_by_id:
        return (
            Fault("Kill everything inside", "kill", {"change": "kill"}),
            Fault("Slow everything × 10", "slow", {"change": "slow", "factor": 10.0}),
        )
    return ()


def _of_traffic() -> tuple[Fault, ...]:
    """What a source of requests can do to the rest."""
    return (
        Fault("Traffic × 3", "traffic", {"change": "traffic", "factor": 3.0}),
        Fault("Traffic × 10", "traffic", {"change": "traffic", "factor": 10.0}),
        Fault("No traffic", "traffic", {"change": "traffic", "factor": 0.0}),
    )


def _of_node(design: Design, item_id: str, component: Component | None) -> tuple[Fault, ...]:
    """What can happen to something that works."""
    faults = [
        Fault("Kill one instance", "kill", {"change": "kill", "instances": 1}),
        Fault("Kill all instances", "kill", {"change": "kill"}),
        Fault("Slow × 10", "slow", {"change": "slow", "factor": 10.0}),
        Fault("Errors 20 %", "error", {"change": "error", "probability": 0.2}),
    ]
    extras = {metric.name for metric in component.metrics} if component is not None else set()
    if "hit_ratio" in extras:
        faults.append(Fault("Flush the cache", "flush", {"change": "flush"}, instant=True))
    for link in design.links:
        other = link.target if link.source == item_id else link.source
        if item_id in (link.source, link.target) and other in design.node_by_id:
            name = design.node_by_id[other].name or other
            faults.append(
                Fault(f"Cut off from {name}", "partition", {"change": "partition", "with": other})
            )
    return tuple({fault.title: fault for fault in faults}.values())


def _of_link(source: str, target: str) -> tuple[Fault, ...]:
    """What can happen on the way."""
    return (
        Fault("Delay + 200 ms", "delay", {"change": "delay", "seconds": 0.2}),
        Fault("Delay + 2 s", "delay", {"change": "delay", "seconds": 2.0}),
        Fault("Lose 5 %", "loss", {"change": "loss", "probability": 0.05}),
        Fault("Cut it", "partition", {"change": "partition", "with": target}, target=source),
    )


def break_edit(
    design: Design, item_id: str, fault: Fault, at: float, duration: float | None
) -> SetDesign:
    """The edit that adds the fault to the scenario at a simulated time."""
    event: dict[str, JsonValue] = {"at": round(at, 3)}
    if duration is not None and not fault.instant:
        event["duration"] = duration
    event |= {"target": fault.target or item_id, **fault.fields}
    return _with_events([*_raw_events(design), event], f"Break: {fault.title.lower()}")


def is_active(event: Event, now: float) -> bool:
    """Whether an event is in force at a simulated time."""
    end = math.inf if event.duration is None else event.at + event.duration
    return event.change != "flush" and event.at <= now < end


def touches(event: Event, item_id: str, design: Design) -> bool:
    """Whether an event acts on an item; for a link also by its two ends."""
    ends = {event.target, event.with_}
    link = design.link_by_id.get(item_id)
    cut = link is not None and {link.source, link.target} == ends
    return item_id in (event.target, event.with_) or cut


def repair_edit(design: Design, item_id: str | None, now: float) -> SetDesign | None:
    """The edit that ends what is in force on an item (None: on everything); None if nothing is.

    An event that already did something keeps its place on the timeline and ends now.
    """
    raw = _raw_events(design)
    kept: list[JsonValue] = []
    ended = False
    for event, fields in zip(design.scenario.events, raw, strict=True):
        mine = item_id is None or touches(event, item_id, design)
        if not mine or not is_active(event, now):
            kept.append(fields)
            continue
        ended = True
        lasted = round(now - event.at, 3)
        if lasted > 0.0 and isinstance(fields, dict):
            kept.append(fields | {"duration": lasted})
    return _with_events(kept, "Repair") if ended else None


def _raw_events(design: Design) -> list[JsonValue]:
    """The scenario's events as JSON."""
    return [
        event.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for event in design.scenario.events
    ]


def _with_events(events: list[JsonValue], label: str) -> SetDesign:
    """The edit that replaces the events."""
    return SetDesign(("scenario", "events"), events, label)

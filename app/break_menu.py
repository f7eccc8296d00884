"""Break it: faults for the item under the pointer, as events of the scenario at the current time.

An event that is part of the design is on the timeline, is undone with Ctrl-Z, is saved, and happens
again in the next run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from engine.catalog.inside import Side, frames_in, pairs_between
from engine.model.design import Link, Node, Note
from engine.model.edits import SetDesign
from engine.model.event_kinds import EVENT_KINDS
from engine.model.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from engine.model.component import Component
    from engine.model.design import Design, Event, Frame
    from engine.model.event_record import EventKind, MenuChoice

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
    """The faults that make sense for a node, a link or a frame, as the event kinds offer them."""
    item = design.item(item_id)
    if item is None or isinstance(item, Note):
        return ()
    on = "node" if isinstance(item, Node) else "link" if isinstance(item, Link) else "frame"
    found = [
        fault
        for kind in EVENT_KINDS
        if not isinstance(item, Node) or _hits(kind, components.get(item.kind), item)
        for choice in kind.menu
        if on in choice.on
        for fault in _faults(design, item, kind, choice)
    ]
    return tuple({fault.title: fault for fault in found}.values())


def _hits(kind: EventKind, component: Component | None, node: Node) -> bool:
    """Whether there is something to hit at a node: load comes from sources, faults hit the rest."""
    source = component is not None and component.input == "none"
    if kind.hits in ("stores", "replicas"):
        kept = ("divergent",) if kind.hits == "replicas" else ("divergent", "hit_ratio")
        return component is not None and any(m.name in kept for m in component.metrics)
    if kind.hits in ("users", "keys", "logins"):
        if kind.hits == "logins" and node.config.get("sessions") is not None:
            return True
        return component is not None and any(m.name == "logged_in" for m in component.metrics)
    return source == (kind.hits == "clients")


def _faults(
    design: Design, item: Node | Link | Frame, kind: EventKind, choice: MenuChoice
) -> Iterator[Fault]:
    """One entry of a kind; one for each neighbour where it parts two sides."""
    second = next((field.name for field in kind.fields if field.sort == "item"), "")
    fields = {"change": kind.name, **kind.values(choice)}
    names = partial(name_of, design)
    if not choice.sided:
        yield Fault(kind.choice_text(choice, names), kind.icon, fields, instant=kind.instant)
    elif isinstance(item, Link):
        text = kind.choice_text(choice, names)
        yield Fault(text, kind.icon, fields | {second: item.target}, target=item.source)
    else:
        for other in _neighbours(design, item.id):
            sided = replace(choice, values=(*choice.values, (second, other)))
            values = {"change": kind.name, **kind.values(sided)}
            yield Fault(kind.choice_text(sided, names), kind.icon, values)


def _neighbours(design: Design, item_id: str) -> Iterator[str]:
    """The nodes at the other ends of a node's links; of a frame the frames to which links lead."""
    if item_id in design.frame_by_id:
        yield from _frames_linked(design, item_id)
        return
    for link in design.links:
        other = link.target if link.source == item_id else link.source
        if item_id in (link.source, link.target) and other in design.node_by_id:
            yield other


def _frames_linked(design: Design, frame_id: str) -> Iterator[str]:
    """The frames that links lead to or come from, from inside a frame; none that holds the other."""
    inside, around = frames_in(design, frame_id), _around(design, frame_id)
    one = Side(design, frame_id)
    for frame in design.frames:
        if frame.id in inside or frame.id in around:
            continue
        other = Side(design, frame.id)
        if one.parts.keys() & other.names or any(
            any(pairs_between(design, link, one, other)) for link in design.links
        ):
            yield frame.id


def _around(design: Design, frame_id: str) -> set[str]:
    """The frames around a frame."""
    return {frame.id for frame in design.frames if frame_id in frames_in(design, frame.id)}


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
    return not event.kind.instant and event.at <= now < end


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

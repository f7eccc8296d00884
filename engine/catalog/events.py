"""Events of a scenario, as primitives: targets resolved to nodes and links, changes typed."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.catalog.differing import setting_told
from engine.catalog.inside import Beyond, Side, members, pairs_between, parts_inside
from engine.catalog.links import dns_nodes, lowered_link
from engine.catalog.preset import Lowering
from engine.catalog.registry import preset
from engine.catalog.typed import DesignError, typed_config, typed_link
from engine.catalog.unknown import names_in, new_unknown
from engine.model.design import Link, Node
from engine.model.edits import EditError, SetField
from engine.model.names import did_you_mean, name_of
from engine.model.round_trips import RoundTrips
from engine.model.spread import homes_of
from engine.plan.primitives import INFINITE, EventPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Event
    from engine.model.fields import Config
    from engine.plan.primitives import ClassPlan, LinkPlan, NodePlan


def replaced(design: Design, event: Event) -> Node | Link:
    """The node or link as a ``set`` event makes it, with a valid config.

    Raises:
        EditError: where there is no such item or field.
        DesignError: where the value does not fit the field.
    """
    path = config_path(event.path or "")
    target = event.target or ""
    changed = SetField(target, path, event.value).apply(design).design
    item = changed.item(target)
    config: Config
    if isinstance(item, Node):
        config = typed_config(item)
    elif isinstance(item, Link):
        config = typed_link(item)
    else:
        msg = f"{target!r} is no node or link"
        raise EditError(msg)
    known = names_in(config)
    if path[1] not in known:
        hint = did_you_mean(path[1], known)
        msg = f"there is no field {path[1]!r}" + (f"; did you mean {hint!r}?" if hint else "")
        raise EditError(msg)
    before = design.item(target)
    if isinstance(before, Node | Link):
        old = typed_config(before) if isinstance(before, Node) else typed_link(before)
        wrong = new_unknown(before.config, old, item.config, config)
        if wrong:
            raise EditError(wrong)
    return item


def config_path(path: str) -> tuple[str, ...]:
    """The path of a field inside an item; ``workers`` and ``config.workers`` mean the same."""
    parts = tuple(path.split("."))
    return parts if parts[0] == "config" and len(parts) > 1 else ("config", *parts)


def event_plan(design: Design, event: Event, classes: tuple[ClassPlan, ...]) -> EventPlan:
    """An event with its target resolved. The event is known to be right."""
    nodes, links = _touched(design, event)
    pairs = _pairs(design, event) if event.kind.hits == "links" else {}
    whole = {name for name, each in pairs.items() if each is None}
    return EventPlan(
        at=event.at,
        end=INFINITE if event.duration is None else event.at + event.duration,
        change=event.change,
        target=event.target,
        nodes=tuple(node.id for node in design.nodes if node.id in nodes),
        links=tuple(link.id for link in design.links if link.id in links | whole),
        within=_within(design, event, nodes),
        peers=tuple(_peers(design, event)),
        pairs=tuple((name, *pair) for name, each in pairs.items() for pair in each or ()),
        routes=tuple(_routes(design, event)),
        unseen=tuple(_unseen(design, event)),
        sites=_sites(design, event),
        replacement=_replacement(design, event, classes),
        only=None if event.instance is None else event.instance - 1,
        label=describe(event, design),
        **_numbers(event),
    )


def _numbers(event: Event) -> dict[str, Any]:
    """The fields that the event's kind reads and that go into a plan as they are."""
    names = {each.name for each in fields(EventPlan)}
    read = {each.name: getattr(event, each.attribute) for each in event.kind.fields}
    return {name: value for name, value in read.items() if name in names and value is not None}


def _touched(design: Design, event: Event) -> tuple[set[str], set[str]]:
    """Ids of the nodes and of the links that an event changes."""
    if event.target in design.link_by_id:
        return set(), {event.target or ""}
    nodes = {node.id for node in members(design, event.target)}
    hits = event.kind.hits
    if hits == "clients":
        return {
            node.id for node in design.nodes if node.id in nodes and node.kind == "client"
        }, set()
    if hits != "links":
        return nodes, set()
    return set(), {event.with_ or ""} & design.link_by_id.keys()


def _within(
    design: Design, event: Event, nodes: set[str]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The nodes of which an event hits the instances in some places alone, with those places."""
    if not nodes or event.kind.hits == "clients":
        return ()
    return tuple(
        (name, places)
        for name, places in parts_inside(design, event.target).items()
        if name in nodes
    )


def _peers(design: Design, event: Event) -> Iterator[tuple[str, int, int]]:
    """The places of a node between which its own instances are kept apart: frames alone have some inside and some not."""
    frames = design.frame_by_id
    if event.kind.hits != "links" or event.target not in frames:
        return
    if event.with_ is not None and event.with_ not in frames:
        return
    one = Side(design, event.target)
    other = _other_side(design, event, one)
    for name in one.parts:
        places = range(len(homes_of(design.node_by_id[name])))
        for here in places:
            for there in places:
                ends = ((here, there), (there, here))
                if other is None:
                    hit = any(one.holds(name, each) for each, _ in ends)
                else:
                    hit = any(one.holds(name, a) and other.holds(name, b) for a, b in ends)
                if hit and here != there:
                    yield name, here, there


def _pairs(design: Design, event: Event) -> dict[str, list[tuple[int, int]] | None]:
    """The links at a side, or between two: None for all of a link, else the places of its ends that are hit."""
    if event.target in design.link_by_id:
        return {}
    one = Side(design, event.target)
    other = _other_side(design, event, one)
    nowhere = dns_nodes(design) - {event.target, event.with_}  # whatever lies around it
    one.names -= nowhere
    if isinstance(other, Side):
        other.names -= nowhere
    found: dict[str, list[tuple[int, int]] | None] = {}
    for link in design.links:
        pairs = list(pairs_between(design, link, one, other))
        if pairs:
            ends = (design.node_by_id[link.source], design.node_by_id[link.target])
            every = math.prod(len(homes_of(end)) for end in ends)
            found[link.id] = None if len(pairs) == every else pairs
    return found


def _other_side(design: Design, event: Event, one: Side) -> Side | Beyond | None:
    """What an event keeps one side from: the other that it names, else what lies outside a frame that it cuts off.

    None is everybody: what touches a node or link is hit, and what a fault other than a cut does to a frame is done
    inside it as well.
    """
    if event.with_ is not None:
        return Side(design, event.with_)
    if event.kind.stops and event.target in design.frame_by_id:
        return Beyond(one, dns_nodes(design))
    return None


def _sites(design: Design, event: Event) -> tuple[str, ...]:
    """The nodes at one of which people have to be to end an event: either end, where it is a link."""
    if event.through is None:
        return ()
    link = design.link_by_id.get(event.target or "")
    if link is not None:
        return (link.source, link.target)
    return tuple(node.id for node in members(design, event.target))


def _routes(design: Design, event: Event) -> Iterator[tuple[str, str, int, int]]:
    """The ways past DNS that an event between two sides is about, with the places of both ends."""
    if event.kind.hits != "links" or event.target in design.link_by_id:
        return
    one = Side(design, event.target)
    other = _other_side(design, event, one)
    if other is None:
        return
    servers = dns_nodes(design)
    for taken in design.links:
        for asking in design.links:
            if taken.source not in servers or asking.target != taken.source:
                continue
            way = Link(id=taken.id, source=asking.source, target=taken.target)
            for here, there in pairs_between(design, way, one, other):
                yield asking.id, taken.id, here, there


def _unseen(design: Design, event: Event) -> Iterator[tuple[str, int]]:
    """The links of DNS, and the places of their targets, that are cut off from all that lies outside: DNS checks from there."""
    if event.kind.hits != "links" or event.target not in design.frame_by_id:
        return
    one = Side(design, event.target)
    if not isinstance(_other_side(design, event, one), Beyond):
        return
    servers = dns_nodes(design)
    for link in design.links:
        if link.source in servers:
            for there in range(len(homes_of(design.node_by_id[link.target]))):
                if one.holds(link.target, there):
                    yield link.id, there


def _replacement(
    design: Design, event: Event, classes: tuple[ClassPlan, ...]
) -> NodePlan | LinkPlan | None:
    """What the target of a ``set`` event is meanwhile."""
    if event.kind.hits != "settings":
        return None
    item = replaced(design, event)
    if isinstance(item, Link):
        return lowered_link(item, typed_link(item), classes, RoundTrips(design), design)
    found = preset(item.kind)
    return found.plan(typed_config(item), Lowering(item.id, classes)) if found else None


def describe(event: Event, design: Design) -> str:
    """An event as people read it: ``Catalog cache flushed``."""
    setting = None
    if event.path and isinstance(item := design.item(event.target or ""), Node | Link):
        with suppress(
            EditError, DesignError, ValueError
        ):  # what does not fit is told as it is written
            item = replaced(design, event)
        setting = setting_told(item, config_path(event.path)[1:], event.value)
    return event.kind.sentence_of(event, partial(name_of, design), setting)

"""Findings about events that have to be ended from somewhere: whether anybody gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.event_fixes import raw_event, with_events
from engine.catalog.inside import members
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.model.design import Design, Event, Link


def repair_problem(design: Design, event: Event) -> tuple[str, str] | None:
    """Why nobody can end an event from where it says."""
    if event.through is None or event.through in design.node_by_id:
        return None
    return (
        "through",
        f"A {event.change} event is repaired from a node, and {event.through!r} is none",
    )


def repair_warnings(design: Design, index: int, event: Event) -> Iterator[Finding]:
    """Repairs that nobody gets to: at all, or while what they repair lasts."""
    origin = event.through or ""
    if event.duration is None:
        yield _finding(
            design,
            index,
            event,
            "no-effect",
            "it lasts to the end whoever gets there; give it a duration, or take 'through' out",
        )
    elif not _leads(design.links, origin, _sites(design, event)):
        yield _finding(
            design,
            index,
            event,
            "no-way-to-repair",
            f"no way over the links leads there from {name_of(design, origin)}, so it never ends; draw one, or name "
            "another node",
        )
    elif not _leads(_left(design, event), origin, _sites(design, event)):
        yield _finding(
            design,
            index,
            event,
            "repair-cut-off",
            f"every way there from {name_of(design, origin)} leads over what it breaks, so it never ends; draw a way "
            "that needs nothing of that, such as a network of its own for the administrators",
        )


def _finding(design: Design, index: int, event: Event, code: str, what: str) -> Finding:
    """A finding about one event, which a person may take the condition out of."""
    raw = raw_event(event)
    del raw["through"]
    return Finding(
        level="warning",
        code=code,
        id=event.target,
        field=f"scenario.events.{index}.through",
        message=f"The {event.change} event at {format_instant(event.at)} is repaired from {name_of(design, event.through or '')}: {what}",
        fix=with_events(design, {index: raw}, "Repair it from anywhere"),
    )


def _sites(design: Design, event: Event) -> set[str]:
    """Where people have to be."""
    link = design.link_by_id.get(event.target or "")
    if link is not None:
        return {link.source, link.target}
    return {node.id for node in members(design, event.target)}


def _left(design: Design, event: Event) -> list[Link]:
    """The links over which somebody still gets while an event stops what it hits."""
    if not event.kind.stops:
        return list(design.links)
    sites = _sites(design, event)
    if event.with_ is None:
        return [link for link in design.links if link.source not in sites]
    others = {node.id for node in members(design, event.with_)}
    return [
        link
        for link in design.links
        if not (link.source in sites and link.target in others)
        and not (link.source in others and link.target in sites)
        and link.id not in (event.target, event.with_)
    ]


def _leads(links: Iterable[Link], origin: str, sites: set[str]) -> bool:
    """Whether a way leads from a node to one of others."""
    seen, left = {origin}, [origin]
    while left:
        name = left.pop()
        if name in sites:
            return True
        for link in links:
            if link.source == name and link.target not in seen:
                seen.add(link.target)
                left.append(link.target)
    return False

"""Ids inside a design: each used once, and each reference to one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.design import Frame, Link, Note
from engine.model.limits import MAX_NESTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Node


def reference_problem(design: Design) -> str | None:
    """What is wrong with the ids of a design, the first problem in one line; None where nothing is."""
    return next(_problems(design), None)


def item_problem(design: Design, item: Node | Link | Frame | Note) -> str | None:
    """What is wrong with what one item of a design refers to, in one line; None where nothing is."""
    if isinstance(item, Link):
        for field, end in (("source", item.source), ("target", item.target)):
            if end not in design.node_by_id:
                return f"{item.id}: {field}: {end!r} is no node; name a node or remove the link"
        return None
    if isinstance(item, Note) or item.frame is None:
        return None
    if item.frame not in design.frame_by_id:
        return f"{item.id}: frame: {item.frame!r} is no frame; name a frame or write null"
    return _nesting_problem(design, item) if isinstance(item, Frame) else None


def _problems(design: Design) -> Iterator[str]:
    """All problems in the order of the file."""
    seen: set[str] = set()
    items: list[Node | Link | Frame | Note] = [*design.nodes, *design.links, *design.frames]
    for item in [*items, *design.notes]:
        if item.id in seen:
            yield f"{item.id}: id: is used twice; give every item an id of its own"
        seen.add(item.id)
    parts: list[Node | Link | Frame | Note] = [*design.links, *design.nodes, *design.frames]
    for item in parts:
        problem = item_problem(design, item)
        if problem is not None:
            yield problem


def _nesting_problem(design: Design, frame: Frame) -> str | None:
    """What is wrong with the frames around a frame: they lead back to it, or never end."""
    seen = {frame.id}
    outer = frame.frame
    while outer is not None and len(seen) <= MAX_NESTING:
        if outer in seen:
            return f"{frame.id}: frame: lies inside itself; write null for one of the frames"
        seen.add(outer)
        found = design.frame_by_id.get(outer)
        outer = found.frame if found is not None else None
    if outer is None:
        return None
    return f"{frame.id}: frame: lies in more than {MAX_NESTING} frames; write null for one of them"

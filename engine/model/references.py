"""Ids inside a design: each used once, and each reference to one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Frame, Link, Node, Note


def reference_problem(design: Design) -> str | None:
    """What is wrong with the ids of a design, the first problem in one line; None where nothing is."""
    problems = _problems(design)
    return next(problems, None)


def _problems(design: Design) -> Iterator[str]:
    """All problems in the order of the file."""
    seen: set[str] = set()
    items: list[Node | Link | Frame | Note] = [*design.nodes, *design.links, *design.frames]
    for item in [*items, *design.notes]:
        if item.id in seen:
            yield f"{item.id}: id: is used twice; give every item an id of its own"
        seen.add(item.id)
    nodes = design.node_by_id
    for link in design.links:
        for field, end in (("source", link.source), ("target", link.target)):
            if end not in nodes:
                yield f"{link.id}: {field}: {end!r} is no node; name a node or remove the link"
    frames = design.frame_by_id
    framed: list[Node | Frame] = [*design.nodes, *design.frames]
    for each in framed:
        if each.frame is not None and each.frame not in frames:
            yield f"{each.id}: frame: {each.frame!r} is no frame; name a frame or write null"
    for frame in design.frames:
        if _is_inside_itself(design, frame.id):
            yield f"{frame.id}: frame: lies inside itself; write null for one of the frames"


def _is_inside_itself(design: Design, frame_id: str) -> bool:
    """Whether following a frame's frames leads back to it."""
    seen = {frame_id}
    outer = design.frame_by_id[frame_id].frame
    while outer is not None and outer in design.frame_by_id:
        if outer in seen:
            return True
        seen.add(outer)
        outer = design.frame_by_id[outer].frame
    return False

"""Auto-layout: layers from left to right along the links, ordered so that few links cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF

from engine.model.edits import Move, Position
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, card_rect, snapped
from widgets.canvas.layers import columns_of
from widgets.canvas.layout_frames import framed, keep_frames_apart
from widgets.canvas.ordering import at_once, laid_out, ordering
from widgets.canvas.rows import settling

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.model.design import Design

_COLUMN: Final = CARD_WIDTH + 108.0
_ROW: Final = CARD_HEIGHT + 44.0
_CLIENT: Final = "client"
"""The kind that stays at the left: what it sends is where everything begins."""
_NOTES: Final = 48.0
"""Room around notes that had to move."""


def layout_edit(design: Design) -> Move:
    """Place all nodes anew, open frames around their members, notes below where they are in the way."""
    return at_once(laying_out(design))


def laying_out(design: Design) -> Generator[None, None, Move]:
    """The same in steps of some milliseconds: a design has thousands of nodes."""
    centres = yield from _arranging(design)
    yield
    positions = [Position(each, x, y) for each, (x, y) in centres.items()]
    boxes = framed(design, centres)
    positions += [Position(each, b.x(), b.y(), b.width(), b.height()) for each, b in boxes.items()]
    cards = [card_rect(x, y) for x, y in centres.values()]
    positions += _notes(design, [*cards, *boxes.values()])
    return Move(tuple(positions), "Arrange")


def arranged(design: Design) -> dict[str, tuple[float, float]]:
    """Centres of all nodes: column by distance from the clients, row by its neighbours' rows."""
    return at_once(_arranging(design))


def _arranging(design: Design) -> Generator[None, None, dict[str, tuple[float, float]]]:
    """The same in steps."""
    nodes = sorted(design.nodes, key=lambda n: (n.frame or "", n.y, n.id))
    known = design.node_by_id
    ends = [(e.source, e.target) for e in design.links if e.source in known and e.target in known]
    clients = {node.id for node in nodes if node.kind == _CLIENT}
    columns = columns_of([node.id for node in nodes], ends, clients)
    layers: list[list[str]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for node in nodes:
        layers[columns[node.id]].append(node.id)
    graph = laid_out(layers, ends, {node.id: node.frame or node.id for node in nodes})
    yield
    yield from ordering(graph)
    heights = yield from settling(graph)
    rows = dict(zip(graph.names, heights, strict=False))
    yield
    keep_frames_apart(design, columns, rows)
    left = min((node.x for node in nodes), default=0.0)
    middle = sum(node.y for node in nodes) / max(len(nodes), 1)
    centre = (min(rows.values(), default=0.0) + max(rows.values(), default=0.0)) / 2
    return {
        each: (snapped(left + column * _COLUMN), snapped(middle + (rows[each] - centre) * _ROW))
        for each, column in columns.items()
    }


def _notes(design: Design, taken: list[QRectF]) -> list[Position]:
    """New places, in a row below everything, for notes that lie on something now."""
    if not taken:
        return []
    rects = {n.id: QRectF(n.x, n.y, n.width, n.height) for n in design.notes}
    moved = [n for n in design.notes if any(rects[n.id].intersects(other) for other in taken)]
    kept = [rects[n.id] for n in design.notes if n not in moved]
    left = min(rect.left() for rect in taken)
    bottom = max(rect.bottom() for rect in [*taken, *kept]) + _NOTES
    found: list[Position] = []
    for note in moved:
        found.append(Position(note.id, left, bottom))
        left += note.width + _NOTES
    return found

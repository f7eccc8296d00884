"""Auto-layout: layers from left to right along the links, ordered so that few links cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF

from engine.model.edits import Move, Position
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, card_rect, snapped
from widgets.canvas.layout_frames import framed, keep_frames_apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design

_COLUMN: Final = CARD_WIDTH + 108.0
_ROW: Final = CARD_HEIGHT + 44.0
_SWEEPS: Final = 8
_NOTES: Final = 48.0
"""Room around notes that had to move."""


def layout_edit(design: Design) -> Move:
    """Place all nodes anew, open frames around their members, notes below where they are in the way."""
    centres = arranged(design)
    positions = [Position(each, x, y) for each, (x, y) in centres.items()]
    boxes = framed(design, centres)
    positions += [Position(each, b.x(), b.y(), b.width(), b.height()) for each, b in boxes.items()]
    cards = [card_rect(x, y) for x, y in centres.values()]
    positions += _notes(design, [*cards, *boxes.values()])
    return Move(tuple(positions), "Arrange")


def arranged(design: Design) -> dict[str, tuple[float, float]]:
    """Centres of all nodes: column by distance from the clients, row by its neighbours' rows."""
    layers = _layers(design)
    _order(design, layers)
    left = min((node.x for node in design.nodes), default=0.0)
    middle = sum(node.y for node in design.nodes) / max(len(design.nodes), 1)
    rows = _rows(design, layers)
    columns = {each: column for column, layer in enumerate(layers) for each in layer}
    keep_frames_apart(design, columns, rows)
    centre = (min(rows.values(), default=0.0) + max(rows.values(), default=0.0)) / 2
    return {
        each: (snapped(left + column * _COLUMN), snapped(middle + (rows[each] - centre) * _ROW))
        for each, column in columns.items()
    }


def _layers(design: Design) -> list[list[str]]:
    """Nodes by the longest way to them; loops count as one step."""
    # Here, not above: loading it takes a tenth of the application's start, and most starts need it not.
    import networkx as nx  # noqa: PLC0415

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(node.id for node in design.nodes)
    graph.add_edges_from((link.source, link.target) for link in design.links)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    depth: dict[str, int] = {}
    condensed = nx.condensation(graph)
    for layer, parts in enumerate(nx.topological_generations(condensed)):
        for part in parts:
            members = condensed.nodes[part]["members"]
            for step, each in enumerate(_loop_order(design, members)):
                depth[each] = layer + step
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in sorted(design.nodes, key=lambda n: (n.frame or "", n.y, n.id)):
        layers[depth[node.id]].append(node.id)
    return [layer for layer in layers if layer]


def _loop_order(design: Design, members: set[str]) -> Sequence[str]:
    """Nodes that call each other, in the order they were drawn: one column each."""
    return [node.id for node in design.nodes if node.id in members]


def _order(design: Design, layers: list[list[str]]) -> None:
    """Sort every layer by the mean place of its neighbours, forth and back, frames together."""
    before: dict[str, list[str]] = {node.id: [] for node in design.nodes}
    after: dict[str, list[str]] = {node.id: [] for node in design.nodes}
    for link in design.links:
        if link.source in before and link.target in before:
            before[link.target].append(link.source)
            after[link.source].append(link.target)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        place = {each: i / max(len(layer), 1) for layer in layers for i, each in enumerate(layer)}
        for layer in layers if forth else reversed(layers):
            _sort_layer(design, layer, before if forth else after, place)
            place.update({each: i / max(len(layer), 1) for i, each in enumerate(layer)})


def _sort_layer(
    design: Design,
    layer: list[str],
    neighbours: Mapping[str, list[str]],
    place: Mapping[str, float],
) -> None:
    """Sort by barycentre; members of a frame stay next to each other."""

    def mean(each: str) -> float:
        near = neighbours[each]
        return sum(place[n] for n in near) / len(near) if near else place[each]

    groups: dict[str, list[float]] = {}
    for each in layer:
        groups.setdefault(design.node_by_id[each].frame or each, []).append(mean(each))
    group_mean = {name: sum(values) / len(values) for name, values in groups.items()}
    layer.sort(key=lambda e: (group_mean[design.node_by_id[e].frame or e], mean(e)))


def _rows(design: Design, layers: list[list[str]]) -> dict[str, float]:
    """Rows: as near as possible to the neighbours in the layer before, never on each other."""
    before: dict[str, list[str]] = {node.id: [] for node in design.nodes}
    for link in design.links:
        if link.target in before and link.source in before:
            before[link.target].append(link.source)
    rows: dict[str, float] = {}
    for layer in layers:
        wanted = []
        for i, each in enumerate(layer):
            near = [rows[n] for n in before[each] if n in rows]
            wanted.append(sum(near) / len(near) if near else i - (len(layer) - 1) / 2)
        rows.update(zip(layer, _spread(wanted), strict=True))
    return rows


def _spread(wanted: list[float]) -> list[float]:
    """The wanted rows in their order, moved apart to a distance of one, around the same middle."""
    placed: list[float] = []
    for value in wanted:
        placed.append(max(value, placed[-1] + 1.0) if placed else value)
    drift = sum(p - w for p, w in zip(placed, wanted, strict=True)) / max(len(wanted), 1)
    return [value - drift for value in placed]


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

"""Auto-layout: layers from left to right along the links, ordered so that few links cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.edits import Move, Position
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, FRAME_PADDING, FRAME_TAB, snapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design, Frame

_COLUMN: Final = CARD_WIDTH + 108.0
_ROW: Final = CARD_HEIGHT + 44.0
_SWEEPS: Final = 8


def layout_edit(design: Design) -> Move:
    """Place all nodes anew, and open frames around their members."""
    centres = arranged(design)
    positions = [Position(each, x, y) for each, (x, y) in centres.items()]
    positions += _framed(design, centres)
    return Move(tuple(positions), "Arrange")


def arranged(design: Design) -> dict[str, tuple[float, float]]:
    """Centres of all nodes: column by distance from the clients, row by its neighbours' rows."""
    layers = _layers(design)
    _order(design, layers)
    left = min((node.x for node in design.nodes), default=0.0)
    middle = sum(node.y for node in design.nodes) / max(len(design.nodes), 1)
    rows = _rows(design, layers)
    centre = (min(rows.values(), default=0.0) + max(rows.values(), default=0.0)) / 2
    return {
        each: (snapped(left + column * _COLUMN), snapped(middle + (rows[each] - centre) * _ROW))
        for column, layer in enumerate(layers)
        for each in layer
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


def _framed(design: Design, centres: Mapping[str, tuple[float, float]]) -> list[Position]:
    """Open and closed frames around their members, inner ones first."""
    boxes: dict[str, tuple[float, float, float, float]] = {}
    found: list[Position] = []
    for frame in sorted(design.frames, key=lambda f: -_depth(design, f)):
        inside = [
            (x - CARD_WIDTH / 2, y - CARD_HEIGHT / 2, x + CARD_WIDTH / 2, y + CARD_HEIGHT / 2)
            for each, (x, y) in centres.items()
            if design.node_by_id[each].frame == frame.id
        ]
        inside += [boxes[f.id] for f in design.frames if f.frame == frame.id and f.id in boxes]
        if not inside:
            continue
        pad = FRAME_PADDING
        left = min(b[0] for b in inside) - pad
        top = min(b[1] for b in inside) - pad - FRAME_TAB / 2
        right = max(b[2] for b in inside) + pad
        bottom = max(b[3] for b in inside) + pad
        boxes[frame.id] = (left, top, right, bottom)
        found.append(Position(frame.id, left, top, right - left, bottom - top))
    return found


def _depth(design: Design, frame: Frame) -> int:
    """How many frames lie around a frame; loops in a file are cut."""
    depth = 0
    outer = frame.frame
    while outer is not None and depth < len(design.frames):
        around = design.frame_by_id.get(outer)
        outer = around.frame if around is not None else None
        depth += 1
    return depth

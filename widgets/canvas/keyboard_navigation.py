"""Walking the design by keyboard: nodes in the order in which requests meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.model.design import Design

Step = Literal["on", "back", "next", "previous"]


def walk_order(design: Design) -> list[str]:
    """Node ids along the links, depth first from where nothing arrives; siblings top to bottom."""
    targets: dict[str, list[str]] = {node.id: [] for node in design.nodes}
    arrived: set[str] = set()
    for link in design.links:
        if link.source in targets and link.target in targets and link.source != link.target:
            targets[link.source].append(link.target)
            arrived.add(link.target)

    def place(node_id: str) -> tuple[float, float, str]:
        node = design.node_by_id[node_id]
        return (node.y, node.x, node.id)

    order: list[str] = []
    seen: set[str] = set()
    starts = sorted((each for each in targets if each not in arrived), key=place)
    for start in [*starts, *sorted(targets, key=place)]:
        trail = [start]
        while trail:
            here = trail.pop()
            if here in seen:
                continue
            seen.add(here)
            order.append(here)
            trail.extend(sorted(targets[here], key=place, reverse=True))
    return order


def next_stop(order: list[str], current: str | None, step: int) -> str | None:
    """The node after (1) or before (-1) the current one; None past either end."""
    if not order:
        return None
    if current not in order:
        return order[0] if step > 0 else order[-1]
    index = order.index(current) + step
    return order[index] if 0 <= index < len(order) else None


def followed(design: Design, item_id: str, step: Step) -> str | None:
    """What comes after a node or link when one follows the links.

    ``on`` and ``back`` go from a node to its first outgoing or incoming link, and from a link to its
    ends; ``next`` and ``previous`` go round the links that leave the same node.
    """
    link = design.link_by_id.get(item_id)
    if link is None:
        if step in ("next", "previous") or item_id not in design.node_by_id:
            return None
        found = _beside(design, item_id, "source" if step == "on" else "target")
        return found[0] if found else None
    if step in ("on", "back"):
        return link.target if step == "on" else link.source
    around = _beside(design, link.source, "source")
    turn = 1 if step == "next" else -1
    return around[(around.index(item_id) + turn) % len(around)]


def _beside(design: Design, node_id: str, end: Literal["source", "target"]) -> list[str]:
    """Links at one side of a node, from top to bottom by their other ends."""

    def height(link_id: str) -> tuple[float, str]:
        link = design.link_by_id[link_id]
        other = design.node_by_id.get(link.target if end == "source" else link.source)
        return (other.y if other is not None else 0.0, link_id)

    return sorted((link.id for link in design.links if getattr(link, end) == node_id), key=height)

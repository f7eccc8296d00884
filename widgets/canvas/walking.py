"""Walking the design by keyboard: nodes in the order in which requests meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.model.design import Design


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

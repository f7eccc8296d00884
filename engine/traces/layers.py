"""Where the nodes of a service map stand: in columns, from those that begin to those that are called last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.traces.edge import Edge


def columns(edges: Iterable[Edge]) -> list[list[str]]:
    """The nodes of a map from left to right: each is to the right of all that call it, unless calls go in a circle.

    Within a column, nodes stand at the mean height of those that call them.
    """
    callers: dict[str, dict[str, None]] = {}
    called: dict[str, dict[str, None]] = {}
    for edge in edges:
        for one in (edge.source, edge.target):
            callers.setdefault(one, {})
            called.setdefault(one, {})
        called[edge.source][edge.target] = None
    order: list[str] = []
    under_way: dict[str, None] = {}
    for node in sorted(called, key=lambda each: any(each in called[other] for other in called)):
        _walk(node, called, callers, order, under_way)
    depths: dict[str, int] = {}
    for node in reversed(order):
        depths[node] = max((depths[each] + 1 for each in callers[node]), default=0)
    made: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for node in callers:
        made[depths[node]].append(node)
    heights: dict[str, float] = {}
    for nodes in made:
        places = {node: place for place, node in enumerate(nodes)}

        def height(node: str, places: dict[str, int] = places) -> tuple[float, int]:
            known = [heights[each] for each in callers[node] if each in heights]
            return (math.fsum(known) / len(known) if known else 0.0, places[node])

        nodes.sort(key=height)
        for place, node in enumerate(nodes):
            heights[node] = (place + 0.5) / len(nodes)
    return made


def _walk(
    node: str,
    called: Mapping[str, Mapping[str, None]],
    callers: Mapping[str, dict[str, None]],
    order: list[str],
    under_way: dict[str, None],
) -> None:
    """Note who calls whom from a node on, but for calls back to whom the way came from; callers come last in order."""
    if node in under_way or node in order:
        return
    under_way[node] = None
    for each in called[node]:
        if each not in under_way:
            callers[each][node] = None
            _walk(each, called, callers, order, under_way)
    del under_way[node]
    order.append(node)

"""Nodes that can reach each other again over links: in which order, and how much goes round there."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import networkx as nx

_STEPS: Final = 2000
_SAME: Final = 1e-12
_LEAST: Final = 1e-200
"""Of a number, so that none vanishes."""
Pair = tuple[str, str]
"""A caller and what it calls."""


def in_groups(pairs: Iterable[Pair]) -> list[list[str]]:
    """The nodes of some pairs, callers first; those that reach each other again together.

    Among those that are ready the one that came first in the pairs goes first.
    """
    known = list(pairs)
    straight = _straight(known)
    if straight is not None:
        return [[name] for name in straight]
    import networkx as nx  # noqa: PLC0415 - takes as long to load as all the rest, and few designs have circles

    graph = _graph(known)
    place = {name: index for index, name in enumerate(graph)}
    condensed = nx.condensation(graph)

    def first(group: int) -> int:
        return min(place[name] for name in condensed.nodes[group]["members"])

    order = nx.lexicographical_topological_sort(condensed, key=first)
    return [sorted(condensed.nodes[group]["members"], key=place.__getitem__) for group in order]


def circles(pairs: Iterable[Pair]) -> list[list[str]]:
    """One circle of each group of nodes that reach each other again, the first node again at its end."""
    known = list(pairs)
    if _straight(known) is not None:
        return []
    import networkx as nx  # noqa: PLC0415 - as above

    graph = _graph(known)
    place = {name: index for index, name in enumerate(graph)}
    groups = [
        sorted(group, key=place.__getitem__)
        for group in nx.strongly_connected_components(graph)
        if len(group) > 1 or any(graph.has_edge(name, name) for name in group)
    ]
    return [_around(graph, group) for group in sorted(groups, key=lambda group: place[group[0]])]


def growth(group: Sequence[str], gains: Mapping[Pair, float]) -> float:
    """How many requests one in a group of nodes comes to there, a round later; 1 or more is without end.

    Args:
        group: the nodes.
        gains: mean calls that a request at the caller makes.

    Returns:
        The spectral radius of the gains within the group, by power iteration: the largest growth of any
        node in the last step, which bounds it from above (Collatz, Wielandt).
    """
    place = {name: index for index, name in enumerate(group)}
    inner = [(pair, gain) for pair, gain in gains.items() if pair[0] in place and pair[1] in place]
    callers = np.array([place[source] for (source, _), _ in inner], dtype=np.int64)
    called = np.array([place[target] for (_, target), _ in inner], dtype=np.int64)
    factors = np.array([gain for _, gain in inner], dtype=np.float64)
    numbers = np.ones(len(group))
    most = 0.0
    for _ in range(_STEPS if inner else 0):
        after = numbers.copy()  # who stays is counted as well, so that nothing swings for ever
        np.add.at(after, callers, factors * numbers[called])
        ratios = after / numbers
        most = float(ratios.max()) - 1.0
        if most - (float(ratios.min()) - 1.0) <= _SAME:
            break
        numbers = np.maximum(after / after.max(), _LEAST)
    return most


def rates_around(
    group: Sequence[str], gains: Mapping[Pair, float], entering: Sequence[float]
) -> list[float]:
    """Requests a second at the nodes of a group: what enters it, and what goes round in it (traffic equations).

    Args:
        group: the nodes, whose `growth` is below 1.
        gains: mean calls that a request at the caller makes.
        entering: requests a second that come to each node from outside the group.
    """
    matrix = np.eye(len(group)) - _matrix(group, gains).T
    return [max(0.0, float(rate)) for rate in np.linalg.solve(matrix, np.array(entering))]


def _matrix(
    group: Sequence[str], gains: Mapping[Pair, float]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The gains within a group, callers by row."""
    place = {name: index for index, name in enumerate(group)}
    matrix = np.zeros((len(group), len(group)))
    for (source, target), gain in gains.items():
        if source in place and target in place:
            matrix[place[source], place[target]] = gain
    return matrix


def _straight(pairs: Sequence[Pair]) -> list[str] | None:
    """The nodes of some pairs, callers first; None where some reach each other again."""
    callers: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        callers[source] += ()
        callers[target].append(source)
    sorter = TopologicalSorter(callers)
    try:
        sorter.prepare()
    except CycleError:
        return None
    names = list(callers)
    place = {name: index for index, name in enumerate(names)}
    waiting = [place[name] for name in sorter.get_ready()]
    heapify(waiting)
    order: list[str] = []
    while waiting:
        name = names[heappop(waiting)]
        order.append(name)
        sorter.done(name)
        for ready in sorter.get_ready():
            heappush(waiting, place[ready])
    return order


def _graph(pairs: Iterable[Pair]) -> nx.DiGraph[str]:
    """The pairs as a directed graph, nodes in the order of the pairs."""
    import networkx as nx  # noqa: PLC0415 - as above

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(pairs)
    return graph


def _around(graph: nx.DiGraph[str], group: list[str]) -> list[str]:
    """One circle through a group, the first node again at its end."""
    import networkx as nx  # noqa: PLC0415 - as above

    circle = nx.find_cycle(graph.subgraph(group), group[0])
    return [circle[0][0], *(edge[1] for edge in circle)]

"""Cycles in the graph of a plan: who waits for whom, and where requests go round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.plan.order import Arc


def waiting_loops(arcs: Iterable[Arc]) -> list[list[str]]:
    """Groups of nodes that wait for each other in a circle, each in the order of the calls."""
    graph = _graph(arc for arc in arcs if arc.waits)
    return [_around(graph, group) for group in _groups_with_cycles(graph)]


def endless_loops(arcs: Sequence[Arc]) -> list[list[str]]:
    """Groups of nodes in which each request makes at least one more, without end."""
    graph = _graph(arcs)
    endless: list[list[str]] = []
    for group in _groups_with_cycles(graph):
        place = {name: index for index, name in enumerate(group)}
        matrix = np.zeros((len(group), len(group)))
        for arc in arcs:
            if arc.source in place and arc.target in place:
                matrix[place[arc.source], place[arc.target]] += arc.gain
        if float(np.max(np.abs(np.linalg.eigvals(matrix)))) >= 1.0 - 1e-9:
            endless.append(_around(graph, group))
    return endless


def _graph(arcs: Iterable[Arc]) -> nx.DiGraph[str]:
    """The arcs as a directed graph, nodes in the order of the arcs."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((arc.source, arc.target) for arc in arcs)
    return graph


def _groups_with_cycles(graph: nx.DiGraph[str]) -> list[list[str]]:
    """Strongly connected groups with at least one cycle, in a fixed order."""
    groups = (sorted(group) for group in nx.strongly_connected_components(graph))
    return sorted(group for group in groups if len(group) > 1 or graph.has_edge(group[0], group[0]))


def _around(graph: nx.DiGraph[str], group: list[str]) -> list[str]:
    """One cycle through a group, the first node again at its end."""
    circle = nx.find_cycle(graph.subgraph(group), group[0])
    return [circle[0][0], *(edge[1] for edge in circle)]

"""Two of the standing charts: traffic of all clients, and the busiest nodes. `latency` is the third."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.model.failures import failure_help, failure_title
from widgets.charts.lines import Line, Lines
from widgets.charts.scales import FromZero, Percent
from widgets.instruments.history import FAILED, ratio
from widgets.theme import FAILURE_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from widgets.charts.scales import Scale
    from widgets.instruments.history import History
    from widgets.theme import Theme

_RECENT: Final = 10.0
"""Span over which the busiest nodes are judged (s)."""
_STAY_BUSY: Final = 0.05
"""A node must be this much busier than a shown one to take its place."""
_LEAST_BUSY: Final = 0.005
"""Utilization below which a node is not worth a line."""
_SLOTS: Final = ("s1", "s2", "s3", "s4")


class TrafficFeed:
    """Offered rate and goodput of all clients, and failures stacked by reason."""

    title = "Traffic"
    hint = "Run to see requests offered, answered and failed"
    nothing = "There is no client: nothing makes requests"

    def __init__(self, theme: Theme) -> None:
        """Show nothing until the clients are known."""
        self.scale: Scale = FromZero("rps")
        self._theme = theme
        self._clients: tuple[str, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
        self._theme = theme

    def set_clients(self, clients: tuple[str, ...]) -> None:
        """Say which nodes are clients."""
        self._clients = clients

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:
        """All clients are shown, always."""

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """Rates over all clients (rps); only reasons that occurred have an area."""
        found = history.reasons(self._clients)
        order = {reason: i for i, reason in enumerate(FAILURE_REASONS)}
        reasons = sorted(found, key=lambda reason: order.get(reason, len(order)))
        sums = ["arrivals", "completed", *(FAILED + reason for reason in reasons)]
        names = [(client, name) for name in sums for client in self._clients]
        window = history.window(names, begin, end, points)
        width = np.maximum(window.end - window.start, 1e-9)
        shape = (len(window), len(sums), len(self._clients))
        rates = window.sums.reshape(shape).sum(axis=2) / width[:, None]
        areas: list[Line] = []
        base = np.zeros(len(window))
        for i, reason in enumerate(reasons):
            rate = rates[:, 2 + i]
            label = failure_title(reason)
            ink, hint = self._theme.failure(reason), failure_help(reason)
            areas.append(Line(reason, label, ink, rate, base, hint))
            base = base + rate
        series = self._theme.series
        lines = (
            Line("offered", "offered", series["offered"], rates[:, 0]),
            Line("goodput", "goodput", series["goodput"], rates[:, 1]),
        )
        return Lines(window.middle, window.end, (*lines, *areas))


class BusiestFeed:
    """Utilization of up to four nodes with the busiest workers of the last seconds.

    Workers of dead instances do not count: with them a node would look the calmer the more of it is gone.
    """

    title = "Busiest"
    hint = "Run to see which nodes fill up first"
    nothing = "No node is busy: all of them below 0.5 %"

    def __init__(self, theme: Theme) -> None:
        """Show nothing until the nodes are known."""
        self.scale: Scale = Percent()
        self._theme = theme
        self._nodes: tuple[str, ...] = ()
        self._names: Mapping[str, str] = {}
        self._shown: list[str | None] = [None] * len(_SLOTS)

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
        self._theme = theme

    def set_nodes(self, nodes: tuple[str, ...], names: Mapping[str, str]) -> None:
        """Say which nodes may be shown."""
        self._nodes = nodes
        self._names = names
        self._shown = [node if node in nodes else None for node in self._shown]

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:  # noqa: ARG002 - by the last seconds
        """Pick the busiest; a node keeps its colour, and its place until a busier one needs it."""
        history = runs[0]
        names = [(node, name) for name in ("busy_of_up", "seconds") for node in self._nodes]
        window = history.window(names, history.end - _RECENT, history.end, 1)
        if len(window) == 0 or not self._nodes:
            self._shown = [None] * len(_SLOTS)
            return
        half = len(self._nodes)
        sums = window.sums.sum(axis=0)
        busy = np.nan_to_num(ratio(sums[:half], sums[half:]))
        shown = {node for node in self._shown if node is not None}
        rank = {
            node: float(value) + (_STAY_BUSY if node in shown else 0.0)
            for node, value in zip(self._nodes, busy, strict=True)
            if value > _LEAST_BUSY or node in shown
        }
        best = sorted(rank, key=lambda node: -rank[node])[: len(_SLOTS)]
        self._shown = [node if node in best else None for node in self._shown]
        fresh = [node for node in best if node not in shown]
        for i, node in enumerate(self._shown):
            if node is None and fresh:
                self._shown[i] = fresh.pop(0)

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """Utilization of the shown nodes (0 to 1)."""
        nodes = [(slot, node) for slot, node in zip(_SLOTS, self._shown, strict=True) if node]
        names = [(node, name) for name in ("busy_of_up", "seconds") for _, node in nodes]
        window = history.window(names, begin, end, points)
        half = len(nodes)
        lines = tuple(
            Line(
                node,
                self._names.get(node, node),
                self._theme.series[slot],
                ratio(window.sums[:, i], window.sums[:, half + i]),
            )
            for i, (slot, node) in enumerate(nodes)
        )
        return Lines(window.middle, window.end, lines)

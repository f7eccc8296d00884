"""The three standing charts: latency of a client, traffic of all clients, the busiest nodes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.model.failures import failure_help, failure_title
from widgets.charts.bands import latency_bands
from widgets.charts.lines import Line, Lines
from widgets.charts.scales import FromZero, LogSeconds, Percent
from widgets.instruments.history import FAILED, ratio
from widgets.instruments.metrics import charted, charted_as
from widgets.theme import FAILURE_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.charts.bands import Band
    from widgets.charts.scales import Scale
    from widgets.instruments.history import History
    from widgets.theme import Theme

_RECENT: Final = 10.0
"""Span over which the busiest nodes and the slowest client are judged (s)."""
_STAY: Final = 1.25
"""A client must be so many times as slow as the shown one to take its place."""
_STAY_BUSY: Final = 0.05
"""A node must be this much busier than a shown one to take its place."""
_LEAST_BUSY: Final = 0.005
"""Utilization below which a node is not worth a line."""
_USUAL: Final = tuple(charted("", None, {}))
"""What is measured of every node."""
_SLOTS: Final = ("s1", "s2", "s3", "s4")


class LatencyFeed:
    """p50, p95 and p99 of one client: the chosen one, or the slowest."""

    hint = "Run to see how long requests take"

    def __init__(self, theme: Theme) -> None:
        """Show the slowest client."""
        self.scale: Scale = LogSeconds()
        self._theme = theme
        self._names: Mapping[str, str] = {}
        self._clients: tuple[str, ...] = ()
        self._shown: str | None = None
        self.choice: str | None = None
        """Id of the client that a person chose; None for the slowest."""
        self.measured: Mapping[str, Any] | None = None
        """Result of a measurement of the same design."""
        self.shows_measured = True

    @property
    def bands(self) -> tuple[Band, ...]:
        """What the measurement found of the shown client."""
        if self.measured is None or not self.shows_measured or self._shown is None:
            return ()
        return latency_bands(self.measured, self._shown, self._theme)

    @property
    def title(self) -> str:
        """The client is named where there are several."""
        if len(self._clients) < 2 or self._shown is None:
            return "Latency"
        return f"Latency · {self._names.get(self._shown, self._shown)}"

    @property
    def clients(self) -> tuple[str, ...]:
        """Ids of the clients that can be chosen."""
        return self._clients

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
        self._theme = theme

    def set_clients(self, clients: tuple[str, ...], names: Mapping[str, str]) -> None:
        """Say which nodes are clients."""
        self._clients = clients
        self._names = names
        if self.choice not in clients:
            self.choice = None
        if self._shown not in clients:
            self._shown = clients[0] if clients else None

    def choose(self, history: History) -> None:
        """The slowest client of the last seconds, unless a person chose one."""
        if self.choice is not None or len(self._clients) < 2:
            self._shown = self.choice or (self._clients[0] if self._clients else None)
            return
        slowest, longest = self._shown, 0.0
        for client in self._clients:
            _, (p99,) = history.series(
                client, [charted_as("p99", _USUAL)], history.end - _RECENT, history.end, 1
            )
            value = float(p99[-1]) if len(p99) else math.nan
            value *= _STAY if client == self._shown else 1.0
            if value > longest:
                slowest, longest = client, value
        self._shown = slowest

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """Percentiles of the shown client."""
        names = ("p50", "p95", "p99")
        metrics = [charted_as(name, _USUAL) for name in names]
        window, values = history.series(self._shown or "", metrics, begin, end, points)
        lines = tuple(
            Line(name, name, self._theme.series[name], each)
            for name, each in zip(names, values, strict=True)
        )
        return Lines(window.middle, window.end, lines)


class TrafficFeed:
    """Offered rate and goodput of all clients, and failures stacked by reason."""

    title = "Traffic"
    hint = "Run to see requests offered, answered and failed"

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

    def choose(self, history: History) -> None:
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
    """Utilization of up to four nodes with the busiest workers of the last seconds."""

    title = "Busiest"
    hint = "Run to see which nodes fill up first"

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

    def choose(self, history: History) -> None:
        """Pick the busiest; a node keeps its colour, and its place until a busier one needs it."""
        names = [(node, name) for name in ("busy", "seconds") for node in self._nodes]
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
        names = [(node, name) for name in ("busy", "seconds") for _, node in nodes]
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

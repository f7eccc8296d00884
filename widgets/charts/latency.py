"""The latency chart: percentiles of one client's answers, or of all its requests.

Answers alone look better the more of them fail: who was too slow is given up, and counts no longer. So
once more than a few requests of what is visible failed, the lines are those of all requests, a failed one
counted with the time after which the client knew that it had failed. A person may choose otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.model.metrics import FAILING
from widgets.charts.bands import latency_bands
from widgets.charts.lines import Line, Lines, Strip
from widgets.charts.scales import LogSeconds
from widgets.instruments.history import ratio
from widgets.instruments.metrics import ALL_LATENCY, charted, charted_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from widgets.charts.bands import Band, Basis
    from widgets.charts.scales import Scale
    from widgets.instruments.history import History
    from widgets.instruments.table import Window
    from widgets.theme import Theme

_RECENT: Final = 10.0
"""Span over which the slowest client is judged (s)."""
_STAY: Final = 1.25
"""A client must be so many times as slow as the shown one to take its place."""
_LOOKS: Final = 120
"""Points of the visible time that are looked at for failures."""
_NAMES: Final = ("p50", "p95", "p99")
_METRICS: Final[Mapping[Basis, Mapping[str, Any]]] = {
    "answers": {name: charted_as(name, charted("", None, {})) for name in _NAMES},
    "all": {name: charted_as(f"{name}_all", ALL_LATENCY) for name in _NAMES},
}
WORDS: Final[Mapping[Basis, str]] = {"answers": "answers", "all": "all requests"}
_BRIEF: Final[Mapping[Basis, str]] = {"all": "all"}
HINTS: Final[Mapping[Basis, str]] = {
    "answers": "Of the requests that were answered well; failed ones are left out",
    "all": "Of all requests: a failed one counts until the client knew that it had failed",
}
_FAILED: Final = (
    "Share of the requests that failed. Red along the foot of the chart: more than 1 % of them"
)


class LatencyFeed:
    """p50, p95 and p99 of one client: the chosen one, or the slowest."""

    hint = "Run to see how long requests take"
    nothing = "No request has come back yet"

    def __init__(self, theme: Theme) -> None:
        """Show the slowest client."""
        self.scale: Scale = LogSeconds()
        self._theme = theme
        self._names: Mapping[str, str] = {}
        self._clients: tuple[str, ...] = ()
        self._shown: str | None = None
        self.choice: str | None = None
        """Id of the client that a person chose; None for the slowest."""
        self.wanted: Basis | None = None
        """Which requests a person wants to see; None for all once some failed, answers until then."""
        self._fails = False
        """Whether more than a few of the visible requests failed."""
        self.measured: Mapping[str, Any] | None = None
        """Result of a measurement of the same design."""
        self.shows_measured = True

    @property
    def basis(self) -> Basis:
        """Which requests are shown."""
        return self.wanted or ("all" if self._fails else "answers")

    @property
    def bands(self) -> tuple[Band, ...]:
        """What the measurement found of the shown client."""
        if self.measured is None or not self.shows_measured or self._shown is None:
            return ()
        return latency_bands(self.measured, self._shown, self._theme, self.basis)

    @property
    def title(self) -> str:
        """The client is named where there are several."""
        if len(self._clients) < 2 or self._shown is None:
            return "Latency"
        return f"Latency · {self._names.get(self._shown, self._shown)}"

    @property
    def shown(self) -> str | None:
        """Id of the client whose latency it is."""
        return self._shown

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

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:
        """The slowest client of the last seconds, unless a person chose one; and whether requests fail."""
        self._shown = self._slowest(runs[0])
        self._fails = any(
            bool(np.any(_failing(self._outcomes(run, begin, end, _LOOKS))[0])) for run in runs
        )

    def _slowest(self, history: History) -> str | None:
        """The client to show."""
        if self.choice is not None or len(self._clients) < 2:
            return self.choice or (self._clients[0] if self._clients else None)
        slowest, longest = self._shown, 0.0
        p99 = _METRICS[self.wanted or "all"]["p99"]
        names = [(client, name) for name in (p99.over, p99.per) for client in self._clients]
        window = history.window(names, history.end - _RECENT, history.end, 1)
        if not len(window):
            return slowest
        over, per = window.sums[-1].reshape(2, -1)
        for client, value in zip(self._clients, ratio(over, per).tolist(), strict=True):
            counted = value * (_STAY if client == self._shown else 1.0)
            if counted > longest:
                slowest, longest = client, counted
        return slowest

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """Percentiles of the shown client."""
        basis = self.basis
        metrics = list(_METRICS[basis].values())
        window, values = history.series(self._shown or "", metrics, begin, end, points)
        lines = tuple(
            Line(name, name, self._theme.series[name], each, hint=HINTS[basis])
            for name, each in zip(_NAMES, values, strict=True)
        )
        strip = self._strip(self._outcomes(history, begin, end, points))
        return Lines(
            window.middle,
            window.end,
            lines,
            strip,
            WORDS[basis],
            HINTS[basis],
            choice_brief=_BRIEF.get(basis, ""),
        )

    def _outcomes(self, history: History, begin: float, end: float, points: int) -> Window:
        """Failed and answered requests of the shown client."""
        client = self._shown or ""
        return history.window([(client, "failed"), (client, "completed")], begin, end, points)

    def _strip(self, window: Window) -> Strip | None:
        """Where more than a few requests failed; nothing where that is nowhere."""
        marked, shares = _failing(window)
        if not marked.any():
            return None
        failed, answered = window.sums.sum(axis=0).tolist()
        return Strip(
            label="failed",
            ink=self._theme.danger,
            shares=shares,
            total=failed / (failed + answered),
            spans=np.column_stack((window.start, window.end))[marked],
            hint=_FAILED,
        )


def _failing(window: Window) -> tuple[Any, Any]:
    """Where more than a few requests failed, and the share of failures; one a point."""
    failed = window.sums[:, 0]
    shares = ratio(failed, failed + window.sums[:, 1])
    return np.nan_to_num(shares) > FAILING, shares

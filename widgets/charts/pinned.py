"""A pinned metric: any number of any node or link, in a chart of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.charts.lines import Line, Lines
from widgets.charts.scales import scale_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widgets.charts.scales import Scale
    from widgets.instruments.history import History
    from widgets.instruments.metrics import Charted
    from widgets.theme import Theme


class PinnedFeed:
    """One metric of one item."""

    def __init__(self, metric: Charted, item: str, theme: Theme) -> None:
        """Chart ``metric`` of ``item``."""
        self._metric = metric
        self._item = item
        self._theme = theme
        self._name = item
        self.scale: Scale = scale_for(self._metric.unit)
        self.hint = f"Run to see {self._metric.title.lower()}"
        self.nothing = f"Nothing yet of {self._metric.title.lower()}"

    @property
    def title(self) -> str:
        """The item, as people call it."""
        return self._name

    @property
    def key(self) -> tuple[str, str]:
        """What was pinned: metric and item."""
        return self._metric.name, self._item

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
        self._theme = theme

    def set_name(self, name: str) -> None:
        """Say what the item is called now."""
        self._name = name

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:
        """What is shown was chosen when it was pinned."""

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """The metric over time."""
        window, values = history.series(self._item, [self._metric], begin, end, points)
        line = Line(self._metric.name, self._metric.title, self._theme.series["s5"], values[0])
        return Lines(window.middle, window.end, (line,))

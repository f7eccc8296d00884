"""The load over time: what the design asks for, and what was offered so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from widgets.instruments.sources import PlannedLoad
from widgets.instruments.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from engine.model.design import Design
    from engine.sim.snapshot import Sample

_BASE = 0.5
_SHRINK = 0.4
"""The scale shrinks only when less than this share of it is used."""
_COLUMN: NDArray[np.intp] = np.zeros(1, dtype=np.intp)

Curve = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


class LoadCurve:
    """Offered rate of all sources (rps)."""

    def __init__(self) -> None:
        """Know nothing."""
        self._plan: PlannedLoad | None = None
        self._sources: tuple[str, ...] = ()
        self._top = 0.0
        self._end = 0.0
        self.clear()

    def clear(self) -> None:
        """Forget the run."""
        self._table = Table(_BASE)
        self._table.column("arrivals")
        self._end = 0.0

    def forget_after(self, instant: float) -> None:
        """Forget what was offered after a time (s)."""
        self._table.forget_after(instant)
        self._end = min(self._end, instant)

    def set_design(self, design: Design) -> None:
        """Take the plan from a design."""
        self._plan = PlannedLoad(design, self._plan)
        self._sources = self._plan.sources

    def add(self, samples: Iterable[Sample]) -> None:
        """Take in what was offered."""
        for sample in samples:
            if sample.end > sample.start >= self._end - 1e-9:
                nodes = [sample.nodes.get(item) for item in self._sources]
                total = sum(node.arrivals for node in nodes if node is not None)
                self._table.add(sample.start, sample.end, _COLUMN, [float(total)])
                self._end = sample.end

    def measured(self, start: float, end: float, points: int) -> Curve:
        """Instants and rates of the part that was run."""
        window = self._table.window([0], start, end, points)
        rates = window.sums[:, 0] / np.maximum(window.end - window.start, 1e-9)
        return window.middle, rates

    def planned(self, start: float, end: float, points: int) -> Curve:
        """Instants and rates that the design asks for, from where the run is."""
        begin = max(start, self._end)
        if self._plan is None or begin >= end:
            none = np.zeros(0)
            return none, none
        times = np.linspace(begin, end, max(points, 2))
        return times, self._plan.at(times)

    def top(self, *curves: Curve) -> float:
        """Rate at the top of the strip, steady until curves leave it or hardly use it."""
        highest = max((float(rates.max()) for _, rates in curves if len(rates)), default=0.0)
        if highest > self._top or highest < _SHRINK * self._top:
            self._top = highest * 1.1
        return max(self._top, 1e-9)

"""What intervals of confidence are made from: the counters at a few times of the measurement.

The measured time is divided into stretches. At the end of each the cumulative counters are noted, and
the histograms where enough was added. That costs nothing per request, and however long a run goes
on, it stays as large as it was: once there are too many stretches, every two become one.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.sim.lane.histogram import Histogram
    from engine.sim.parts import NodePart

    Numbers = NDArray[np.float64]

STRETCHES: Final = 20
"""Stretches of the measured time of a scenario: as many as there are batches at most."""
_KEPT: Final = 2 * STRETCHES
_WORTH: Final = 10
"""Durations that have to be added to a histogram before it is looked at again: so few that each run whose mean has an
interval, of fifty durations, has those of its percentiles."""
_A_NODE: Final = 0.5
"""So many of them for each node of a large design, whose many looks would be dear."""
_HALF: Final = 0.5
"""Share of a stretch that the last, broken off one needs to count as one."""

TIME, DONE, OVER, BUSY, WORKING, WAITING, IN_SYSTEM, CAPACITY = range(8)
"""Columns of a row of counters; behind them a total and a count for each histogram."""
_DURATIONS: Final = 8


@dataclass(slots=True)
class Shapes:
    """How the durations in a histogram were distributed, up to some times."""

    histogram: Histogram
    seen: int = 0
    """Durations at the last look."""
    looks: list[tuple[int, int, Any]] = field(default_factory=list)
    """Zeros, first place and counts since the mark, at each look."""

    def look(self, worth: int) -> None:
        """Note the distribution if so many durations were added."""
        count = self.histogram.count
        if count >= self.seen + worth:
            self.seen = count
            zeros, low, counts = self.histogram.shape()
            small = self.seen < np.iinfo(np.uint32).max
            self.looks.append((zeros, low, counts.astype(np.uint32) if small else counts))

    def table(self) -> Numbers:
        """Durations added between the looks (rows) by bucket, those of zero first."""
        looks = [*self.looks, self.histogram.shape()]
        if len(looks) > 1 and self._is_short():
            del looks[-2]
        sizes = [low + len(counts) for _, low, counts in looks if len(counts)]
        first = min((low for _, low, counts in looks if len(counts)), default=0)
        sums = np.zeros((len(looks) + 1, max(sizes, default=first) - first + 1))
        for row, (zeros, low, counts) in enumerate(looks, start=1):
            sums[row, 0] = zeros
            if len(counts):
                sums[row, low - first + 1 : low - first + 1 + len(counts)] = counts
        return np.diff(sums, axis=0)

    def _is_short(self) -> bool:
        """Whether fewer were added since the last look than half of what usually is."""
        usual = self.seen / len(self.looks)
        return self.histogram.count - self.seen < _HALF * usual

    def thin(self) -> None:
        """Keep every second look."""
        self.looks = self.looks[1::2]


class Series:
    """The counters of one node since its measurement began."""

    def __init__(self, part: NodePart, now: float) -> None:
        self.part = part
        self.shapes = [Shapes(histogram) for histogram in part.histograms.values()]
        """In the order of the part's histograms."""
        self._rows = [self._row(now)]

    def take(self, now: float, worth: int) -> None:
        """Note how the counters stand, and the histograms to which so much was added."""
        self._rows.append(self._row(now))
        for shapes in self.shapes:
            shapes.look(worth)

    def thin(self) -> None:
        """Make one stretch of every two."""
        self._rows = self._rows[::2]
        for shapes in self.shapes:
            if len(shapes.looks) > STRETCHES:
                shapes.thin()

    def stretches(self, now: float) -> Numbers:
        """What was counted in each stretch up to now (rows), by column."""
        rows = [*self._rows, self._row(now)]
        last, usual = now - rows[-2][TIME], rows[-2][TIME] - rows[0][TIME]
        if len(rows) > 2 and last < _HALF * usual / (len(rows) - 2):
            del rows[-2]
        return np.diff(np.array(rows), axis=0)

    def _row(self, now: float) -> tuple[float, ...]:
        """The counters, areas up to now."""
        tally = self.part.tally(now)
        row = [
            now,
            float(tally.done),
            float(tally.done + sum(tally.failed)),
            tally.busy,
            tally.working,
            tally.waiting,
            tally.in_system,
            tally.capacity,
        ]
        for shapes in self.shapes:
            row += (shapes.histogram.total, float(shapes.histogram.count_ever))
        return tuple(row)


def total_column(place: int) -> int:
    """The column with the total of a histogram; its count stands behind it."""
    return _DURATIONS + 2 * place


class Record:
    """The counters of all nodes since the measurement began."""

    def __init__(self, nodes: Mapping[str, NodePart], begun: float, end: float) -> None:
        """Begin.

        Args:
            nodes: The nodes that there are.
            begun: Now (s).
            end: When the scenario ends (s). The run may go on.
        """
        self._begun = begun
        span = end - begun
        self._stretch = span / STRETCHES if 0.0 < span < math.inf else 1.0
        self._taken = 0
        self._series: dict[str, Series] = {}
        self._join(nodes, begun)

    @property
    def due(self) -> float:
        """When the stretch ends (s)."""
        return self._begun + (self._taken + 1) * self._stretch

    def take(self, nodes: Mapping[str, NodePart], now: float) -> None:
        """End a stretch."""
        worth = max(_WORTH, round(_A_NODE * len(nodes)))
        for series in self._series.values():
            series.take(now, worth)
        self._join(nodes, now)
        self._taken += 1
        if self._taken >= _KEPT:
            self._taken //= 2
            self._stretch *= 2.0
            for series in self._series.values():
                series.thin()

    def of(self, name: str, part: NodePart) -> Series | None:
        """The counters of a node; None where it joined since the last stretch ended."""
        series = self._series.get(name)
        return series if series is not None and series.part is part else None

    def _join(self, nodes: Mapping[str, NodePart], now: float) -> None:
        """Take in the nodes that are new, and forget those that went."""
        self._series = {
            name: self.of(name, part) or Series(part, now) for name, part in nodes.items()
        }

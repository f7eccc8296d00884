"""A bounded table of additive numbers over simulated time.

Every column holds sums over the row's interval (counts, or values times their weight), so that
merging rows is adding them, and a mean is one column over another. When the table is full, its
older rows are merged until they share one coarser width; the newest quarter keeps full resolution.
A run of any length therefore fits, and the whole of it still has more points than a chart pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CELLS = 8_000_000
"""Upper bound of rows times columns: 32 MB of 4-byte floats."""
_FEWEST_ROWS = 800
"""Rows that even the widest table keeps: more than a chart has points on an ordinary screen."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some columns of some rows, grouped for display."""

    start: NDArray[np.float64]
    """Begin of each group (s)."""
    end: NDArray[np.float64]
    """End of each group (s)."""
    sums: NDArray[np.float64]
    """One row a group, one column for each that was asked for."""

    @property
    def middle(self) -> NDArray[np.float64]:
        """Where a point that stands for the group is drawn (s)."""
        middle: NDArray[np.float64] = (self.start + self.end) / 2.0
        return middle

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.end)


class Table:
    """Rows (start, end] of sums, appended in time order; see the module for how it stays bounded."""

    def __init__(self, base: float = 0.5, max_rows: int = 4000) -> None:
        """Make an empty table.

        Args:
            base: narrowest row (s); what comes in shorter intervals is added up first.
            max_rows: most rows kept; fewer when there are very many columns.
        """
        self.base = base
        self._max_rows = max_rows
        self._names: dict[object, int] = {}
        self._taken = 0
        self._data = np.zeros((64, 64), dtype=np.float32)
        self._edges = np.zeros((64, 2), dtype=np.float64)
        self._open = np.zeros(64, dtype=np.float64)
        self._open_start = 0.0
        self._open_end: float | None = None
        self._coarse = base
        self.rows = 0
        """Closed rows."""

    @property
    def end(self) -> float:
        """End of the last closed row (s); 0 when there is none."""
        return float(self._edges[self.rows - 1, 1]) if self.rows else 0.0

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self._taken

    def column(self, name: object) -> int:
        """Index of a column by any hashable name; a new one is zero in all earlier rows."""
        index = self._names.get(name)
        if index is None:
            index = self._names[name] = self.reserve(1)
        return index

    def reserve(self, count: int) -> int:
        """Make columns side by side that have no name here; returns the index of the first."""
        first = self._taken
        self._taken += count
        width = len(self._open)
        while width < self._taken:
            width *= 2
        if width > len(self._open):
            self._widen(width)
        return first

    def find(self, name: object) -> int | None:
        """Index of a column, or None where nothing was ever recorded."""
        return self._names.get(name)

    def add(
        self, start: float, end: float, columns: NDArray[np.intp], values: Sequence[float]
    ) -> None:
        """Add what happened in (start, end]; ``columns`` must not repeat.

        A row closes once it is at least ``base`` long, so short intervals are added up.
        """
        if self._open_end is None:
            self._open_start = start
        self._open[columns] += values
        self._open_end = end
        if end - self._open_start >= self.base * 0.999:
            self._close()

    def add_one(self, column: int, value: float) -> None:
        """Add to one column of the row that the next ``add`` may close; call it before ``add``."""
        self._open[column] += value

    def window(self, columns: Sequence[int], begin: float, end: float, points: int) -> Window:
        """Rows that overlap [begin, end], grouped so that about ``points`` remain.

        Groups start at multiples of their size counted from the first row: a line does not shimmer
        while rows are appended. One row beyond each side is included, so lines reach the border.
        """
        edges = self._edges[: self.rows]
        first = max(0, int(np.searchsorted(edges[:, 1], begin, side="right")) - 1)
        last = min(self.rows, int(np.searchsorted(edges[:, 0], end, side="left")) + 1)
        size = max(1, -(-(last - first) // max(points, 1)))
        first -= first % size
        if last - first <= 0:
            none = np.zeros(0)
            return Window(none, none, np.zeros((0, len(columns))))
        cuts = np.arange(0, last - first, size)
        block = self._data[first:last].take(columns, axis=1).astype(np.float64)
        sums = block if size == 1 else np.add.reduceat(block, cuts, axis=0)
        ends = np.minimum(cuts + size, last - first) - 1
        return Window(edges[first + cuts, 0], edges[first + ends, 1], sums)

    def forget_after(self, instant: float) -> None:
        """Forget what came after a time (s), with what is not yet a row."""
        self.rows = int(np.searchsorted(self._edges[: self.rows, 1], instant + 1e-9, side="right"))
        self._open[:] = 0.0
        self._open_end = None

    def _close(self) -> None:
        """Make the open sums a row."""
        if self.rows == len(self._data):
            self._make_room()
        width = len(self._open)
        self._data[self.rows, :width] = self._open
        self._edges[self.rows] = (self._open_start, self._open_end)
        self.rows += 1
        self._open[:] = 0.0
        self._open_end = None

    def _limit(self) -> int:
        """Rows allowed at the present number of columns."""
        return max(_FEWEST_ROWS, min(self._max_rows, _CELLS // len(self._open)))

    def _make_room(self) -> None:
        """Grow towards the limit; at the limit merge older rows."""
        limit = self._limit()
        if self.rows >= limit:
            self._merge()
            return
        more = min(limit, 2 * self.rows)
        data = np.zeros((more, len(self._open)), dtype=np.float32)
        data[: self.rows] = self._data[: self.rows]
        edges = np.zeros((more, 2), dtype=np.float64)
        edges[: self.rows] = self._edges[: self.rows]
        self._data, self._edges = data, edges

    def _widen(self, columns: int) -> None:
        """Make place for more columns; a table that got wide may have to shed rows."""
        self._open = np.concatenate((self._open, np.zeros(columns - len(self._open))))
        while self.rows > self._limit():
            self._merge()
        height = min(len(self._data), self._limit())
        data = np.zeros((height, columns), dtype=np.float32)
        data[: self.rows, : self._data.shape[1]] = self._data[: self.rows]
        edges = np.zeros((height, 2), dtype=np.float64)
        edges[: self.rows] = self._edges[: self.rows]
        self._data, self._edges = data, edges

    def _merge(self) -> None:
        """Merge all but the newest quarter into rows of one coarse width, at least a third fewer."""
        old = self.rows - self.rows // 4
        starts = self._edges[:old, 0]
        while True:
            slots = np.floor(starts / self._coarse + 1e-9)
            cuts = np.flatnonzero(np.diff(slots, prepend=-1.0))
            if len(cuts) <= (2 * old) // 3:
                break
            self._coarse *= 2.0
        merged = np.add.reduceat(self._data[:old], cuts, axis=0)
        ends = self._edges[np.append(cuts[1:], old) - 1, 1]
        starts = starts[cuts].copy()
        recent = self.rows - old
        self._data[len(cuts) : len(cuts) + recent] = self._data[old : self.rows]
        self._edges[len(cuts) : len(cuts) + recent] = self._edges[old : self.rows]
        self._data[: len(cuts)] = merged
        self._edges[: len(cuts), 0] = starts
        self._edges[: len(cuts), 1] = ends
        self.rows = len(cuts) + recent

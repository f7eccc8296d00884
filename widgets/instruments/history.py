"""The compact record of a run that charts are drawn from, filled from snapshots."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from widgets.instruments.metrics import ALL_SUMS, LINK_SUMS, NODE_SUMS, Charted
from widgets.instruments.table import Table, Window

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from engine.sim.snapshot import LinkSample, NodeSample, Percentiles, Sample
    from engine.stats.budgets import Counts

_EPSILON = 1e-9
_BAD, _WHOLE = "~bad", "~whole"
"""Sums of what an error budget was used for, by the metric of its objective."""
FAILED = "failed."
"""Prefix of the sums of failures by reason, such as ``failed.timeout``."""


Kind = Literal["node", "link"]
_KINDS: Final[tuple[Kind, ...]] = ("node", "link")
_PLACES: Final[Mapping[Kind, Mapping[str, int]]] = {
    kind: {name: place for place, name in enumerate(names)}
    for kind, names in zip(_KINDS, (NODE_SUMS, LINK_SUMS), strict=True)
}
"""Where the column of each sum stands among those of its item."""


class History:
    """Everything measured of every node and link, in bounded memory.

    Columns are named (item id, sum), see ``metrics``. A sample that begins before the last one
    ended belongs to another run and is refused; call ``clear`` between runs.
    """

    def __init__(
        self, base: float = 0.5, max_rows: int = 4000, counted: Container[str] = ()
    ) -> None:
        """Make an empty record.

        Args:
            base: the narrowest interval kept (s).
            max_rows: most intervals kept.
            counted: names under ``extra`` that count what happened in an interval; others are gauges.
        """
        self._counted = counted
        self._base = base
        self._max_rows = max_rows
        self.clear()

    def clear(self) -> None:
        """Forget the run."""
        self.table = Table(self._base, self._max_rows)
        self._shape: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self._layout: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._blocks: dict[str, tuple[Kind, int]] = {}
        """What each item is, and the first of its columns."""
        self._reasons: dict[str, dict[str, None]] = {}
        self._extras: dict[str, dict[str, None]] = {}
        self._end = 0.0

    @property
    def version(self) -> tuple[int, float]:
        """Differs whenever there is something new to draw."""
        return self.table.rows, self.table.end

    @property
    def end(self) -> float:
        """How far the record reaches (s)."""
        return self._end

    def add(self, samples: Iterable[Sample]) -> None:
        """Take in samples, in time order."""
        for sample in samples:
            if sample.end > sample.start and sample.start >= self._end - _EPSILON:
                self._add(sample)

    def copy(self) -> History:
        """The record as it is, to be kept while this one goes on."""
        return deepcopy(self)

    def forget_after(self, instant: float) -> None:
        """Forget what came after a time (s): the run went back to it, and goes on differently."""
        self.table.forget_after(instant)
        self._end = min(self._end, instant)

    def reasons(self, items: Iterable[str]) -> list[str]:
        """Failure reasons that occurred at these nodes, in order of first appearance."""
        found: dict[str, None] = {}
        for item in items:
            found.update(self._reasons.get(item, {}))
        return list(found)

    def extras(self, item: str) -> list[str]:
        """Names of what a component added to its samples, such as ``hit_ratio``."""
        return list(self._extras.get(item, {}))

    def window(
        self, names: Sequence[tuple[str, str]], begin: float, end: float, points: int
    ) -> Window:
        """Sums by (item, sum) as columns, zero where nothing was recorded under that name."""
        found = [self._find(*name) for name in names]
        known = [index for index in found if index is not None]
        window = self.table.window(known, begin, end, points)
        if len(known) == len(names):
            return window
        sums = np.zeros((len(window), len(names)))
        sums[:, [i for i, index in enumerate(found) if index is not None]] = window.sums
        return Window(window.start, window.end, sums)

    def series(
        self, item: str, metrics: Sequence[Charted], begin: float, end: float, points: int
    ) -> tuple[Window, list[NDArray[np.float64]]]:
        """Metrics of an item over time; NaN where nothing was measured."""
        names = [(item, name) for metric in metrics for name in (metric.over, metric.per)]
        window = self.window(names, begin, end, points)
        sums = window.sums
        return window, [ratio(sums[:, 2 * i], sums[:, 2 * i + 1]) for i in range(len(metrics))]

    def spending(self, metric: str) -> Counts | None:
        """What the error budget over a metric was used for, from the beginning of the record.

        Returns:
            None where nothing was counted of it.
        """
        from engine.stats.budgets import Counts  # noqa: PLC0415

        columns = [self.table.find((metric, name)) for name in (_BAD, _WHOLE)]
        known = [column for column in columns if column is not None]
        window = self.table.window(known, 0.0, math.inf, self.table.rows)
        if len(known) < len(columns) or not len(window):
            return None
        bad, whole = window.sums[:, 0], window.sums[:, 1]
        return Counts.of_steps(float(window.start[0]), window.end, bad, whole)

    def _add(self, sample: Sample) -> None:
        """Write one sample into the open row."""
        self._end = sample.end
        shape = (tuple(sample.nodes), tuple(sample.links))
        if shape != self._shape:
            self._lay_out(shape)
        width = sample.end - sample.start
        values: list[float] = []
        for node in sample.nodes.values():
            values += _node_sums(node, width)
        for crossed in sample.links.values():
            values += _link_sums(crossed, width)
        for item, node in sample.nodes.items():
            if node.latency_all is not None:
                self._add_all(item, node.latency_all)
            if node.failed:
                self._add_reasons(item, node.failed)
            if node.extra:
                self._add_extras(item, node.extra, width)
        for item, link in sample.links.items():
            if link.extra:
                self._add_extras(item, link.extra, width)
        self._add_spending(sample)
        self.table.add(sample.start, sample.end, self._layout, values)

    def _add_spending(self, sample: Sample) -> None:
        """Count what error budgets were used for."""
        for metric, spent in sample.spending.items():
            for name, value in ((_BAD, spent.bad), (_WHOLE, spent.whole)):
                self.table.add_one(self.table.column((metric, name)), value)

    def _lay_out(self, shape: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        """Find or make the columns of the items that samples now list, in their order."""
        columns: list[int] = []
        for kind, items in zip(_KINDS, shape, strict=True):
            width = len(_PLACES[kind])
            for item in items:
                first = self._first(item, kind)
                columns += range(first, first + width)
        self._layout = np.array(columns, dtype=np.intp)
        self._shape = shape

    def _first(self, item: str, kind: Kind) -> int:
        """The first column of an item, which are side by side: thousands of items are laid out when a run begins."""
        known = self._blocks.get(item)
        if known is None or known[0] != kind:
            known = self._blocks[item] = kind, self.table.reserve(len(_PLACES[kind]))
        return known[1]

    def _find(self, item: str, name: str) -> int | None:
        """The column of a sum; None where nothing was ever recorded under that name."""
        if item in self._blocks:
            kind, first = self._blocks[item]
            place = _PLACES[kind].get(name)
            if place is not None:
                return first + place
        return self.table.find((item, name))

    def _add_all(self, item: str, latency: Percentiles) -> None:
        """Record the latency of all requests of a client."""
        for name, value in zip(ALL_SUMS, _latency_sums(latency), strict=True):
            self.table.add_one(self.table.column((item, name)), value)

    def _add_reasons(self, item: str, failed: Mapping[str, int]) -> None:
        """Count failures by reason."""
        known = self._reasons.setdefault(item, {})
        for reason, count in failed.items():
            if count:
                known[reason] = None
                self.table.add_one(self.table.column((item, FAILED + reason)), count)

    def _add_extras(self, item: str, extra: Mapping[str, float], width: float) -> None:
        """Record what a component adds where it is a number; gauges are weighted by time."""
        known = self._extras.setdefault(item, {})
        for name, value in extra.items():
            if math.isfinite(value):
                known[name] = None
                key = f"extra.{name}"
                weight = 1.0 if name in self._counted else width
                self.table.add_one(self.table.column((item, key)), value * weight)
                self.table.add_one(self.table.column((item, f"{key}.seconds")), width)


def ratio(over: NDArray[np.float64], per: NDArray[np.float64]) -> NDArray[np.float64]:
    """One sum over another, NaN where nothing was measured."""
    result = np.full(len(per), np.nan)
    np.divide(over, per, out=result, where=per > 0.0)
    return result


def _node_sums(node: NodeSample, width: float) -> tuple[float, ...]:
    """A node's sums, in the order of ``NODE_SUMS``."""
    return (
        width,
        node.arrivals,
        node.completed,
        sum(node.failed.values()) if node.failed else 0,
        node.utilization * width,
        node.working * width,
        node.busy_of_up * width,
        node.queue * width,
        node.in_system * width,
        *_latency_sums(node.latency),
    )


def _link_sums(link: LinkSample, width: float) -> tuple[float, ...]:
    """A link's sums, in the order of ``LINK_SUMS``."""
    return (
        width,
        link.attempts,
        link.retries,
        link.succeeded,
        sum(link.failed.values()) if link.failed else 0,
        *_latency_sums(link.latency),
    )


def _latency_sums(latency: Percentiles) -> tuple[float, ...]:
    """Latency times the number of requests behind it; all zero where there was none."""
    count = latency.count
    if count == 0 or math.isnan(latency.p99):
        return (0, 0.0, 0.0, 0.0, 0.0)
    return (
        count,
        latency.mean * count,
        latency.p50 * count,
        latency.p95 * count,
        latency.p99 * count,
    )

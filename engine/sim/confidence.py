"""The intervals of confidence in a result: how far its numbers may be from the true ones.

They hold for a run in a steady state and come from the run alone, by batch means
(`engine.stats.batches`). Where the run is too short, or drifts along a straight line, there is none: null. Where only the
upper bound of a percentile lies beyond all that was measured, it alone is null.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.model.metrics import CI
from engine.sim.record import (
    BUSY,
    CAPACITY,
    DONE,
    IN_SYSTEM,
    OVER,
    TIME,
    WAITING,
    WORKING,
    total_column,
)
from engine.stats.batches import ratio_bounds, readable, shares_up_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from engine.sim.lane.histogram import Histogram
    from engine.sim.machine import Machine
    from engine.sim.record import Series, Shapes

    Numbers = NDArray[np.float64]
    Answer = Callable[[float, float, bool], None]
    """Takes the bounds of a ratio, from the ratio on, and whether its batches were still alike."""

SHARES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}
"""The percentiles of a result."""
_FEW: Final = 50
"""Durations below which nothing is said about their mean."""
_RATES: Final = {
    "goodput": (DONE, TIME),
    "availability": (DONE, OVER),
    "utilization": (BUSY, CAPACITY),
    "working": (WORKING, CAPACITY),
    "queue_mean": (WAITING, TIME),
    "in_system_mean": (IN_SYSTEM, TIME),
}
"""Numbers of a client or a node that are ratios of two counters."""
_MOST: Final = {"availability": 1.0, "utilization": 1.0, "working": 1.0}

Part = dict[str, Any]


def add_intervals(result: Part, machine: Machine) -> None:
    """Put the intervals beside the numbers of clients and nodes."""
    questions = _Questions()
    for name, part, histograms, series in _parts(result, machine):
        rates = [name for name in _RATES if name in part]
        part[CI] = dict.fromkeys(rates)
        for each in histograms:
            part[each][CI] = dict.fromkeys(("mean", *SHARES))
        bounds = machine.nodes[name].bounds(machine.now)
        if bounds:
            part["extra"][CI] = {each: list(ends) for each, ends in bounds.items()}
        if series is not None:
            _ask(questions, part, histograms, series, machine.now)
    questions.answer()


def _parts(
    result: Part, machine: Machine
) -> Iterator[tuple[str, Part, tuple[str, ...], Series | None]]:
    """The ids of clients and nodes, what is written of each, the names of its durations, and its counters."""
    record = machine.record
    for section in ("clients", "nodes"):
        for name, part in result[section].items():
            node = machine.nodes[name]
            series = record.of(name, node) if record else None
            yield name, part, tuple(node.histograms), series


def _ask(
    questions: _Questions, part: Part, histograms: tuple[str, ...], series: Series, now: float
) -> None:
    """Ask for everything about one client or node."""
    stretches = series.stretches(now).T
    for name in part[CI]:
        if name == "availability" and part[name] in (None, 0.0, 1.0):
            continue  # where nothing ever failed, or all did, stretches do not tell how rarely it happens
        over, under = _RATES[name]
        put = partial(_put, part[CI], name, part[name])
        questions.ask(stretches[over], stretches[under], put)
    for place, (name, shapes) in enumerate(zip(histograms, series.shapes, strict=True)):
        if shapes.histogram.count >= _FEW:
            column = total_column(place)
            put = partial(_put, part[name][CI], "mean", part[name]["mean"])
            questions.ask(stretches[column], stretches[column + 1], put)
            questions.ask_percentiles(shapes, part[name][CI])


class _Questions:
    """Ratios whose intervals are wanted, worked out together: that takes a hundredth of the time."""

    def __init__(self) -> None:
        self._asked: defaultdict[int, list[tuple[Numbers, Numbers, Answer]]] = defaultdict(list)
        """By the number of stretches."""
        self._percentiles: list[_Percentiles] = []

    def ask(self, above: Numbers, below: Numbers, answer: Answer) -> None:
        """Want the interval of a ratio of sums."""
        self._asked[len(above)].append((above, below, answer))

    def ask_percentiles(self, shapes: Shapes, target: Part) -> None:
        """Want the intervals of the percentiles of some durations."""
        percentiles = _Percentiles(shapes.histogram, target)
        self._percentiles.append(percentiles)
        rows = zip(
            SHARES.values(), *shares_up_to(shapes.table(), list(SHARES.values())), strict=True
        )
        for share, above, below in rows:
            self.ask(above, below, partial(percentiles.take, share))

    def answer(self) -> None:
        """Answer all questions to which there is an answer."""
        for asked in self._asked.values():
            above = np.array([each[0] for each in asked])
            below = np.array([each[1] for each in asked])
            ratios, lows, highs, _, still = ratio_bounds(above, below)
            numbers = (each.tolist() for each in (ratios, lows, highs, still))
            rows = zip(asked, *numbers, strict=True)
            for (_, _, answer), ratio, low, high, alike in rows:
                if math.isfinite(low):
                    answer(low - ratio, high - ratio, bool(alike))
        for percentiles in self._percentiles:
            percentiles.write()


class _Percentiles:
    """The percentiles of some durations: their intervals are read off those of their shares."""

    def __init__(self, histogram: Histogram, target: Part) -> None:
        self._histogram = histogram
        self._target = target
        self._bounds = dict.fromkeys(SHARES.values(), (math.nan, math.nan))
        self._alike: set[float] = set()

    def take(self, share: float, less: float, more: float, alike: bool) -> None:  # noqa: FBT001
        """Take the bounds of a share."""
        if alike:
            self._alike.add(share)
        self._bounds[share] = (share + less, share + more)

    def write(self) -> None:
        """Write the intervals of those about which something can be said.

        They reach to the ends of the buckets: nobody knows where in its bucket a percentile lies.
        """
        found = readable(self._bounds, self._histogram.count, alike=self._alike)
        wanted = [min(1.0, bound) for bounds in found.values() for bound in bounds]
        edges = iter(self._histogram.edges(wanted))
        ends = {share: (next(edges)[0], next(edges)[1]) for share in found}
        for name, share in SHARES.items():
            if share in found:
                low, high = ends[share]
                self._target[name] = [low, high if found[share][1] < math.inf else None]


def _put(target: Part, name: str, value: float, less: float, more: float, _: bool) -> None:  # noqa: FBT001
    """Write the interval of a number that is never negative."""
    target[name] = [max(0.0, value + less), min(_MOST.get(name, math.inf), value + more)]

"""Metrics of a study: which ones, their values over replications, and their confidence intervals."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.scenario import metric_problem
from engine.model.metrics import metric_of_design, value_of
from engine.model.units import format_quantity, format_share
from engine.stats.intervals import mean_interval, paired_interval
from engine.study.errors import StudyError, UnfitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design
    from engine.stats.intervals import Interval
    from engine.study.points import Outcome, Point
    from engine.study.report import Cell

LEVEL: Final = 0.95
"""Confidence of every interval."""
_OF_CLIENTS: Final = (
    "latency.mean",
    "latency.p50",
    "latency.p95",
    "latency.p99",
    "goodput",
    "failed",
)
_OF_TIMES: Final = re.compile(r"\.p[0-9]+$")
"""Names of percentiles, all of which are of times."""
_AN_OCTAVE: Final = 128
"""Buckets of a histogram of times from one power of two to the next."""
_SHORT: Final = {
    name: f"latency.{name}" for name in ("mean", "p50", "p90", "p95", "p99", "p999", "max")
}


def default_metric(design: Design) -> str:
    """The 99th percentile of what the first client sees.

    Raises:
        StudyError: a design without clients.
    """
    return f"{_first_client(design)}.latency.p99"


def usual_metrics(design: Design) -> tuple[str, ...]:
    """What clients see, and what the objectives ask for."""
    clients = [node.id for node in design.nodes if node.kind == "client"]
    names = [f"{client}.{name}" for client in clients for name in _OF_CLIENTS]
    return tuple(dict.fromkeys([*names, *(each.metric for each in design.objectives)]))


def metric_named(design: Design, name: str) -> str:
    """The full name of a metric: ``p99`` and ``goodput`` stand for the first client's.

    Raises:
        StudyError: where nothing of that name is measured.
    """
    full = name
    if metric_of_design(name) is None and (
        "." not in name or name.startswith(("latency.", "latency_all.", "failed."))
    ):
        full = f"{_first_client(design)}.{_SHORT.get(name, name)}"
    problem = metric_problem(design, full)
    if problem is not None:
        raise StudyError(problem.replace("The objective's ", "The metric "))
    return full


def _first_client(design: Design) -> str:
    """The id of the first client."""
    for node in design.nodes:
        if node.kind == "client":
            return node.id
    msg = "the design has no client that could measure anything; add one"
    raise UnfitError(msg)


def value_in(done: Mapping[str, Outcome], point: Point, metric: str) -> float | None:
    """What a point measured; None where it did not run, or measured nothing."""
    outcome = done.get(point.key)
    if outcome is None or outcome.result is None:
        return None
    return value_of(metric, outcome.result)


def values_in(done: Mapping[str, Outcome], points: Sequence[Point], metric: str) -> list[float]:
    """What was measured over some replications."""
    found = (value_in(done, point, metric) for point in points)
    return [value for value in found if value is not None]


def estimate(values: Sequence[float], level: float = LEVEL, *, metric: str = "") -> Interval | None:
    """The interval of a mean over replications; None without any.

    Percentiles of times come from histograms. Nobody knows where in its bucket one lies, also where it lies in the same
    one in every run: their intervals are as wide as a bucket at least.
    """
    if not values:
        return None
    interval = mean_interval(values, level)
    half = _bucket(interval.mean) / 2.0 if _OF_TIMES.search(metric) else 0.0
    if interval.half_width >= half:
        return interval
    middle = (interval.low + interval.high) / 2.0
    return replace(interval, low=max(0.0, middle - half), high=middle + half)


def _bucket(value: float) -> float:
    """The width of the bucket of a histogram in which a duration (s) lies."""
    return math.ldexp(1.0 / _AN_OCTAVE, math.frexp(value)[1] - 1) if value > 0.0 else 0.0


def difference(
    a: Sequence[float | None], b: Sequence[float | None], level: float = LEVEL
) -> Interval | None:
    """The interval of b − a over the seeds where both were measured."""
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    if not pairs:
        return None
    return paired_interval([x for x, _ in pairs], [y for _, y in pairs], level)


def cells_of(interval: Interval | None) -> tuple[Cell, Cell, Cell, Cell]:
    """Mean, low, high and count as cells of a table; None for what nobody knows."""
    if interval is None:
        return (None, None, None, 0)
    return (interval.mean, finite(interval.low), finite(interval.high), interval.count)


def finite(value: float) -> float | None:
    """The value, None for an infinity."""
    return value if math.isfinite(value) else None


def shown(interval: Interval, unit: str) -> str:
    """An interval for reading: ``48 ms (95 %: 45 to 51)``."""
    mean = format_quantity(interval.mean, unit)
    if not math.isfinite(interval.low):
        return mean
    return f"{mean} ({span(interval.low, interval.high, unit)})"


def span(low: float, high: float, unit: str) -> str:
    """The ends of an interval: ``95 %: 45 ms to 51 ms``."""
    return f"{format_share(LEVEL)}: {format_quantity(low, unit)} to {format_quantity(high, unit)}"


def runs(count: int) -> str:
    """So many runs."""
    return "1 run" if count == 1 else f"{count} runs"

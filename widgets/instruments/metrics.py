"""What can be charted of a node or a link: each metric is one sum over another.

``History`` records the sums; a metric says which two to divide. Rates divide counts by observed
seconds; gauges (utilization, queue) were recorded times seconds; percentiles were recorded times
the number of requests behind them, so a point that spans several samples shows their weighted
mean. That is an approximation for percentiles: exact ones are in the run's result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NODE_SUMS: Final = (
    "seconds",
    "arrivals",
    "completed",
    "failed",
    "busy",
    "queue",
    "in_system",
    "count",
    "mean",
    "p50",
    "p95",
    "p99",
)
"""Sums recorded for each node, in the order of its block of columns."""
LINK_SUMS: Final = (
    "seconds",
    "attempts",
    "retries",
    "completed",
    "failed",
    "count",
    "mean",
    "p50",
    "p95",
    "p99",
)
"""Sums recorded for each link, in the order of its block of columns."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing to chart."""

    name: str
    """What ``pin`` takes: ``utilization``, ``queue``, ``rate``, ``p99``, ``extra.hit_ratio`` …"""
    title: str
    """What people read."""
    unit: str
    """``s``, ``rps``, ``%`` (0 to 1) or empty."""
    over: str
    """Sum that is divided by ``per``."""
    per: str


_RATE = "seconds"
NODE_METRICS: Final = (
    Metric("rate", "Arrivals", "rps", "arrivals", _RATE),
    Metric("completed", "Completed", "rps", "completed", _RATE),
    Metric("failed", "Failed", "rps", "failed", _RATE),
    Metric("failure_ratio", "Failure ratio", "%", "failed", "arrivals"),
    Metric("utilization", "Utilization", "%", "busy", _RATE),
    Metric("queue", "Queue", "", "queue", _RATE),
    Metric("in_system", "In system", "", "in_system", _RATE),
    Metric("mean", "Mean latency", "s", "mean", "count"),
    Metric("p50", "p50 latency", "s", "p50", "count"),
    Metric("p95", "p95 latency", "s", "p95", "count"),
    Metric("p99", "p99 latency", "s", "p99", "count"),
)
LINK_METRICS: Final = (
    Metric("rate", "Attempts", "rps", "attempts", _RATE),
    Metric("retries", "Retries", "rps", "retries", _RATE),
    Metric("completed", "Succeeded", "rps", "completed", _RATE),
    Metric("failed", "Failed", "rps", "failed", _RATE),
    Metric("failure_ratio", "Failure ratio", "%", "failed", "attempts"),
    Metric("mean", "Mean latency", "s", "mean", "count"),
    Metric("p50", "p50 latency", "s", "p50", "count"),
    Metric("p95", "p95 latency", "s", "p95", "count"),
    Metric("p99", "p99 latency", "s", "p99", "count"),
)
_EXTRA = "extra."
_SHARES: Final = ("ratio", "utilization")
_TIMES: Final = ("lag", "oldest", "wait")
"""Ends of the names of what components add, by unit."""


def metric_of(name: str, *, link: bool) -> Metric:
    """The metric of that name; names that begin with ``extra.`` are what a component adds.

    Raises:
        KeyError: when there is no such metric.
    """
    if name.startswith(_EXTRA):
        short = name.removeprefix(_EXTRA)
        unit = "%" if short.endswith(_SHARES) else "s" if short.endswith(_TIMES) else ""
        title = short.replace("_", " ").capitalize()
        return Metric(name, title, unit, name, f"{name}.seconds")
    for metric in LINK_METRICS if link else NODE_METRICS:
        if metric.name == name:
            return metric
    raise KeyError(name)

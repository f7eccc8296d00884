"""What can be charted of a node or a link: each metric is one sum over another.

``History`` records the sums; a metric says which two to divide. Rates divide counts by observed
seconds; gauges (utilization, queue) were recorded times seconds; percentiles were recorded times
the number of requests behind them, so a point that spans several samples shows their weighted
mean. That is an approximation for percentiles: exact ones are in the run's result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.model.metric import EXTRA, Metric
from engine.model.metrics import LINK_METRICS, LIVE_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.model.metrics import Sort

NODE_SUMS: Final = (
    "seconds",
    "arrivals",
    "completed",
    "failed",
    "busy",
    "working",
    "busy_of_up",
    "queue",
    "in_system",
    "count",
    "mean",
    "p50",
    "p95",
    "p99",
)
"""Sums recorded for each node, in the order of its block of columns."""
ALL_SUMS: Final = ("count_all", "mean_all", "p50_all", "p95_all", "p99_all")
"""Sums recorded for each client beside those: of all requests, failed ones until that was known."""
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
class Charted:
    """A metric, and the two sums that it is a quotient of."""

    metric: Metric
    """What ``pin`` takes by name: ``utilization``, ``queue``, ``rate``, ``p99``, ``extra.hit_ratio`` …"""
    over: str
    """Sum that is divided by ``per``."""
    per: str

    @property
    def name(self) -> str:
        """Name of the metric."""
        return self.metric.name

    @property
    def title(self) -> str:
        """What people read."""
        return self.metric.heading

    @property
    def unit(self) -> str:
        """Unit of the values."""
        return self.metric.unit


_SUMS: Final = {
    "rate": ("arrivals", "seconds"),
    "retries": ("retries", "seconds"),
    "completed": ("completed", "seconds"),
    "failed": ("failed", "seconds"),
    "failure_ratio": ("failed", "arrivals"),
    "utilization": ("busy", "seconds"),
    "working": ("working", "seconds"),
    "queue": ("queue", "seconds"),
    "in_system": ("in_system", "seconds"),
    "mean": ("mean", "count"),
    "p50": ("p50", "count"),
    "p95": ("p95", "count"),
    "p99": ("p99", "count"),
    "mean_all": ("mean_all", "count_all"),
    "p50_all": ("p50_all", "count_all"),
    "p95_all": ("p95_all", "count_all"),
    "p99_all": ("p99_all", "count_all"),
}
"""What is divided by what, by the name of the metric."""
ALL_LATENCY: Final = tuple(
    Charted(metric, *_SUMS[metric.name])
    for metric in LIVE_METRICS["client"]
    if metric.name.endswith("_all")
)
"""What is measured of all requests of a client, failed ones too."""
_OF_LINKS: Final = {"arrivals": "attempts"}
"""Sums that have another name at a link."""


def charted(item: str, design: Design | None, components: Mapping[str, Component]) -> list[Charted]:
    """Everything that can be charted of a node or a link, whether or not it was measured yet."""
    if design is not None and item in design.link_by_id:
        live = [
            Charted(metric, _OF_LINKS.get(over, over), _OF_LINKS.get(per, per))
            for metric in LIVE_METRICS["link"]
            for over, per in [_SUMS[metric.name]]
        ]
        return [*live, *map(_added, LINK_METRICS)]
    node = design.node_by_id.get(item) if design is not None else None
    component = components.get(node.kind) if node is not None else None
    sort: Sort = "client" if component is not None and component.input == "none" else "node"
    live = [Charted(metric, *_SUMS[metric.name]) for metric in LIVE_METRICS[sort]]
    return [*live, *map(_added, component.metrics if component is not None else ())]


def charted_as(name: str, known: Iterable[Charted]) -> Charted:
    """The metric of that name; what no record tells of under ``extra`` is a plain number.

    Raises:
        KeyError: when there is no such metric.
    """
    for each in known:
        if each.name == name:
            return each
    if name.startswith(EXTRA):
        key = name.removeprefix(EXTRA)
        return _added(Metric(name=key, title=key.replace("_", " ")))
    raise KeyError(name)


def _added(metric: Metric) -> Charted:
    """What a component or a link adds: a count, or a gauge times the seconds, over these seconds."""
    full = metric.live.extra
    return Charted(full, full.name, f"{full.name}.seconds")

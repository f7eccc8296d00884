"""A run as the engine would report it, made of plain snapshots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.sim.snapshot import LinkSample, NodeSample, Percentiles, Sample, Snapshot

if TYPE_CHECKING:
    from widgets.charts import ChartsPanel

DESIGN = {
    "nodes": [
        {"id": "users", "kind": "client", "name": "Shoppers"},
        {"id": "bots", "kind": "client", "name": "Bots"},
        {"id": "web", "kind": "service", "name": "Checkout"},
        {"id": "db", "kind": "sql_database", "name": "Orders DB"},
        *({"id": f"s{i}", "kind": "service", "name": f"Service {i}"} for i in range(5)),
    ],
    "links": [
        {"id": "a", "source": "users", "target": "web"},
        {"id": "b", "source": "bots", "target": "web"},
        {"id": "c", "source": "web", "target": "db"},
    ],
    "scenario": {
        "duration": 120,
        "warmup": 10,
        "events": [{"at": 20, "change": "flush", "target": "web"}],
    },
}


def latency(p99: float, count: int = 100) -> Percentiles:
    """Percentiles in a fixed proportion."""
    return Percentiles(count, p99 / 4, p99 / 10, p99 / 2, p99)


def second(
    at: float,
    p99: float = 0.1,
    failed: dict[str, int] | None = None,
    busy: dict[str, float] | None = None,
    bots: float = 0.01,
    every: float | None = None,
) -> Sample:
    """What happened in the second that begins at ``at``; ``every`` is the p99 of all requests."""
    lost = failed or {}
    good, slow = latency(p99), latency(p99 if every is None else every)
    nodes = {
        "users": NodeSample(100, 100 - sum(lost.values()), lost, latency=good, latency_all=slow),
        "bots": NodeSample(50, 50, latency=latency(bots), latency_all=latency(bots)),
    }
    for name, value in (busy or {"web": 0.5, "db": 0.9}).items():
        nodes[name] = NodeSample(150, 150, utilization=value, queue=7.0)
    return Sample(at, at + 1.0, nodes, {"c": LinkSample(150, 3, 150, latency=latency(0.02))})


def snapshot(*samples: Sample) -> Snapshot:
    """A snapshot that brings these samples."""
    return Snapshot(time=samples[-1].end, wall=1.0, requests=1, samples=samples)


def shown(panel: ChartsPanel, chart: int, key: str) -> list[float]:
    """The values that a chart draws for a line; NaN-free."""
    lines = {line.key: line for line in panel.charts[chart]._shown.lines}
    return [float(v) for v in lines[key].values if not math.isnan(v)]

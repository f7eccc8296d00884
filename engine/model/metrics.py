"""The names of the numbers in a result, such as ``users.latency.p99``: what objectives may ask for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.model.network import NETWORK_METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

Sort = Literal["client", "node", "link"]

FAILURE_NAMES: Final = (
    "timeout",
    "queue_full",
    "shed",
    "rate_limited",
    "breaker_open",
    "bulkhead_full",
    "unavailable",
    "crashed",
    "network",
    "error",
    "deadline",
    "unauthorized",
    "conflict",
    "expired",
)
"""The closed set of failure reasons."""

CI: Final = "ci95"
"""Where the intervals of confidence (95 %) stand in a result, beside the numbers that they belong to."""

_DURATION: Final = ("mean", "p50", "p90", "p95", "p99", "p999", "max")
_FAILED: Final = ("failed", *(f"failed.{reason}" for reason in FAILURE_NAMES))


def _durations(*names: str) -> tuple[str, ...]:
    """The names of all figures of some durations."""
    return tuple(f"{name}.{figure}" for name in names for figure in _DURATION)


METRICS: Final[dict[Sort, tuple[str, ...]]] = {
    "client": ("offered", "succeeded", "goodput", *_FAILED, *_durations("latency")),
    "node": (
        "arrivals",
        "completed",
        "utilization",
        "queue_mean",
        "in_system_mean",
        *_FAILED,
        *_durations("wait", "residence"),
    ),
    "link": (
        "attempts",
        "retries",
        "succeeded",
        "in_flight_mean",
        *_FAILED,
        *_durations("latency"),
        *(f"extra.{metric.name}" for metric in NETWORK_METRICS),
    ),
}
"""What follows the id, by the sort of item."""


def value_of(metric: str, result: Mapping[str, Any]) -> float | None:
    """The number that a dotted name such as ``users.latency.p99`` stands for; None if there is none."""
    name, *path = metric.split(".")
    for section in ("clients", "nodes", "links"):
        value: Any = result[section].get(name)
        if value is None:
            continue
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if path and path[0] == "failed" and value is None:
            return 0.0
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
        if isinstance(value, dict) and path == ["failed"]:
            return float(sum(value.values()))
    return None


def bounds_of(metric: str, result: Mapping[str, Any]) -> list[float] | None:
    """The interval of confidence of the number that a dotted name stands for; None if there is none."""
    name, *path = metric.split(".")
    for section in ("clients", "nodes"):
        part: Any = result[section].get(name)
        for key in path[:-1]:
            part = part.get(key) if isinstance(part, dict) else None
        if path and isinstance(part, dict):
            bounds = part.get(CI, {}).get(path[-1])
            return bounds if isinstance(bounds, list) else None
    return None

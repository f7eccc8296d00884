"""The names of the numbers in a result, such as ``users.latency.p99``: what objectives may ask for."""

from __future__ import annotations

from typing import Final, Literal

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
    ),
}
"""What follows the id, by the sort of item."""

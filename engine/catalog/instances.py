"""What components with instances add to the results, each where its field is switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.metric import Metric

if TYPE_CHECKING:
    from engine.model.fields import Config

_ALL: Final = (
    Metric(name="resent", title="resent after finding no place", counts=True, needs="overflow"),
    Metric(name="throttled", title="throttled", unit="%", needs="cpu"),
    Metric(name="paused", title="paused", unit="%", needs="pauses"),
    Metric(name="memory", title="memory, fullest instance", unit="B", needs="memory"),
    Metric(name="restarts", title="restarts", counts=True, needs="memory"),
    Metric(name="batch_size", title="batch size", needs="batch"),
    Metric(name="instances.mean", title="instances, mean", needs="autoscale"),
    Metric(name="instances.last", title="instances at the end", needs="autoscale"),
    Metric(name="activated", title="waited for the first instance", counts=True, needs="autoscale"),
    Metric(name="capacity_seconds", title="instance seconds", unit="s", needs="autoscale"),
)

TRANSACTION_METRICS: Final = (
    Metric(name="commits", title="transactions committed", counts=True, needs="flow"),
    Metric(name="aborts", title="transactions aborted", counts=True, needs="flow"),
    Metric(name="abort_share", title="share of aborted transactions", unit="%", needs="flow"),
    Metric(name="compensations", title="compensations", counts=True, needs="flow"),
    Metric(name="in_doubt", title="participants left in doubt", counts=True, needs="flow"),
    Metric(name="in_doubt_time", title="time in doubt, mean", unit="s", needs="flow"),
    Metric(name="in_doubt_last", title="participants in doubt at the end", needs="flow"),
    Metric(name="not_undone", title="participants not undone", counts=True, needs="flow"),
    Metric(name="forgotten", title="participants that lost their part", counts=True, needs="flow"),
    Metric(name="unsettled", title="transactions under way at the end", needs="flow"),
)
"""What nodes add whose flow has transactions."""

UPTIME_METRICS: Final = (
    Metric(name="availability", title="up", unit="%", needs="faults failover backup"),
    Metric(
        name="instance_availability", title="instances up", unit="%", needs="faults failover backup"
    ),
    Metric(name="outages", title="outages", counts=True, needs="faults failover backup"),
    Metric(name="outage.longest", title="longest outage", unit="s", needs="faults failover backup"),
    Metric(name="outage.total", title="down in all", unit="s", needs="faults failover backup"),
)
"""What nodes add that fail by themselves, lie in a frame that does, or are replaced when they fail."""

RECOVERY_METRICS: Final = (
    Metric(name="failovers", title="failovers", counts=True, needs="failover"),
    Metric(name="lost_writes", title="lost writes", counts=True, needs="failover backup"),
    Metric(name="copies", title="backups", counts=True, needs="backup"),
    Metric(name="restores", title="restores", counts=True, needs="backup"),
    Metric(name="recovery_point", title="age of the restored backup", unit="s", needs="backup"),
    Metric(name="recovery_time", title="time to restore", unit="s", needs="backup"),
)
"""What nodes add whose machine may be replaced."""

UNTRUE_METRICS: Final = (
    Metric(name="wrong", title="wrong answers", counts=True, event="wrong"),
    Metric(name="wrong_share", title="share of wrong answers", unit="%", event="wrong"),
)
"""What clients and nodes add once an answer was wrong."""
OMITTED: Final = Metric(name="omitted", title="never answered", counts=True, event="omission")
"""What nodes add once an answer was not sent."""
DRAIN_METRICS: Final = (
    Metric(name="drain_cut", title="cut off while draining", counts=True, event="drain"),
    Metric(
        name="drain_connections", title="connections cut while draining", counts=True, event="drain"
    ),
)
"""What nodes add once an instance was taken out of rotation."""


def instance_metrics(config: type[Config]) -> tuple[Metric, ...]:
    """What a component with this config may add."""
    return tuple(metric for metric in _ALL if metric.needs in config.model_fields)

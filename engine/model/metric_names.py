"""Names of metrics that no list can hold: shares above any limit, and numbers of single instances and groups.

``users.latency.above.0.25`` is the share of the requests that took longer than .25 s,
``web.instances.0.utilization`` the utilization of the first instance, ``web.imbalance`` how much more comes to the
busiest one than to each on average, ``orders.extra.lag.mail`` the lag of a group.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from engine.model.metric import EXTRA, Metric
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ABOVE: Final = re.compile(r"(\w+)\.above\.([0-9.]+(?:e-?[0-9]+)?)")
_INSTANCE: Final = re.compile(r"instances\.([0-9]{1,6})\.(\w+)")
_LONGEST: Final = 1e9
"""Largest limit (s)."""

INSTANCE_METRICS: Final = (
    Metric(name="arrivals", title="arrivals", counts=True),
    Metric(name="completed", title="completed", counts=True),
    Metric(name="failed", title="failed", counts=True),
    Metric(name="utilization", title="utilization", unit="%"),
    Metric(name="working", title="at work", unit="%"),
    Metric(name="queue_mean", title="waiting, mean"),
    Metric(name="queue", title="waiting at the end"),
    Metric(name="in_system", title="inside at the end"),
    Metric(name="availability", title="up", unit="%"),
)
"""What a result has of each instance of a node."""
IMBALANCE: Final = Metric(name="imbalance", title="arrivals of the busiest instance over the mean")
"""What is reckoned from the instances of a result, however they were picked."""


def above(name: str) -> tuple[str, float] | None:
    """The durations and the limit (s) of a share above it, such as ``latency.above.0.25``."""
    found = _ABOVE.fullmatch(name)
    if found is None:
        return None
    try:
        limit = float(found[2])
    except ValueError:
        return None
    return (found[1], limit) if math.isfinite(limit) and limit <= _LONGEST else None


def instance_of(name: str) -> int | None:
    """The place of the instance that a metric is about; None where it is about no single one."""
    found = _INSTANCE.fullmatch(name)
    return None if found is None else int(found[1])


def limit_key(limit: float) -> str:
    """How a result names a limit (s)."""
    return f"{limit:.12g}"


def path_of(name: str) -> list[str]:
    """Where a result has what follows the id in the name of a metric."""
    found = above(name)
    return name.split(".") if found is None else [found[0], "above", limit_key(found[1])]


def imbalance(instances: Sequence[Mapping[str, Any]]) -> float | None:
    """The arrivals of the busiest instance of a result over the mean of all; None where nothing came."""
    arrivals = [each["arrivals"] for each in instances]
    whole = sum(arrivals)
    return max(arrivals) * len(arrivals) / whole if whole else None


def made(name: str, known: Iterable[Metric]) -> Metric | None:
    """The record of a metric that is in no list; None where nothing is measured so.

    Args:
        name: what follows the id.
        known: the metrics of the item that are in a list.
    """
    known = tuple(known)
    names = {each.name for each in known}
    found = above(name)
    if found is not None:
        durations, limit = found
        if f"{durations}.p99" not in names:
            return None
        words = durations.replace("_", " ")
        title = f"{words} above {format_quantity(limit, 's')}"
        return Metric(name=name, title=title, unit="%")
    for metric in known:
        begins = f"{EXTRA}{metric.each}."
        if metric.each and name.startswith(begins) and name != begins:
            return replace(
                metric, name=name, title=f"{metric.title} of {name.removeprefix(begins)}"
            )
    if "in_system_mean" not in names or "arrivals" not in names:
        return None
    return IMBALANCE if name == IMBALANCE.name else _of_instance(name)


def _of_instance(name: str) -> Metric | None:
    """The record of what is measured of one instance; None where nothing is measured so."""
    instance = _INSTANCE.fullmatch(name)
    if instance is None:
        return None
    for each in INSTANCE_METRICS:
        if each.name == instance[2]:
            return replace(each, name=name, title=f"{each.title} of instance {instance[1]}")
    return None

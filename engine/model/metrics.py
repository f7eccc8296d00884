"""What is measured: one record a metric, with its title and its unit, for everybody who shows one.

Results hold what a run measured as a whole, under names such as ``users.latency.p99``; objectives and
studies ask for these. Live metrics are the same things over a moment, for charts. Under ``extra``
components and links add their own: those of a component are in its catalog file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.model.balancing import SPREAD_METRICS
from engine.model.failures import FAILURES
from engine.model.link import LinkConfig
from engine.model.metric import Metric
from engine.model.metric_names import IMBALANCE, imbalance, made, path_of
from engine.model.policies.policy import metrics_in
from engine.model.prices import COST, PRICE_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Sort = Literal["client", "node", "link"]
"""What a metric is measured of."""

CI: Final = "ci95"
"""Where the intervals of confidence (95 %) stand in a result, beside the numbers that they belong to."""

_FIGURES: Final = (
    ("mean", "mean {}"),
    ("p50", "p50 {}"),
    ("p90", "p90 {}"),
    ("p95", "p95 {}"),
    ("p99", "p99 {}"),
    ("p999", "p999 {}"),
    ("max", "longest {}"),
)
"""What is known of durations, and how it is called."""
_BY_REASON: Final = ("failed", "refused", "passed_on")
"""Counts that a result has by reason; a reason that is not there did not occur."""


def _by_reason(name: str, title: str) -> tuple[Metric, ...]:
    """A number of failures, all of them and by reason."""
    return (
        Metric(name=name, title=title, counts=True),
        *(
            Metric(name=f"{name}.{each.name}", title=f"{title}: {each.title}", counts=True)
            for each in FAILURES
        ),
    )


_FAILED: Final = _by_reason("failed", "failed")
_BLAME: Final = (
    *_by_reason("refused", "turned away"),
    *_by_reason("passed_on", "failures of others"),
)
_AVAILABILITY: Final = Metric(name="availability", title="availability", unit="%")


def _durations(name: str, title: str = "") -> tuple[Metric, ...]:
    """All figures of some durations, and of how many; called by their name where they have no title."""
    title = title or name
    return (
        *(
            Metric(name=f"{name}.{figure}", title=words.format(title), unit="s")
            for figure, words in _FIGURES
        ),
        Metric(name=f"{name}.count", title=f"number of {title} times", counts=True),
    )


NETWORK_METRICS: Final = (
    Metric(name="request_utilization", title="bandwidth used there", unit="%"),
    Metric(name="response_utilization", title="bandwidth used back", unit="%"),
    Metric(name="request_wait", title="queueing there, mean", unit="s"),
    Metric(name="response_wait", title="queueing back, mean", unit="s"),
    Metric(name="connections", title="connections open"),
    Metric(name="connection_rate", title="connections opened", unit="/s"),
    Metric(name="connection_wait", title="wait for a connection", unit="s"),
    Metric(name="waiting", title="calls waiting for one"),
    Metric(name="connection_refused", title="no place to wait for one", counts=True),
    Metric(name="reconnects", title="set up again after a loss", counts=True),
    Metric(name="connection_resets", title="sent to a closed connection", counts=True),
)
"""What a link with a bandwidth or connections adds to ``extra``."""

_QUEUE_TIMEOUTS: Final = Metric(
    name="queue_timeouts", title="gave up waiting", counts=True, needs="queue_timeout"
)
LINK_METRICS: Final = (
    *NETWORK_METRICS,
    _QUEUE_TIMEOUTS,
    *SPREAD_METRICS,
    *metrics_in(LinkConfig),
)
"""What a link may add to ``extra``: its network, and the rules that are switched on."""

COMPROMISED: Final = Metric(
    name="compromised", title="time compromised", unit="%", event="compromise"
)
"""Share of the time for which an attacker has a node, under ``extra``."""
BLAST_RADIUS: Final = Metric(name="blast_radius", title="nodes compromised", event="compromise")
"""How many nodes an attacker has had, of the whole design."""
DESIGN_METRICS: Final = (*PRICE_METRICS, BLAST_RADIUS)
"""What is measured of a whole design, under its bare name."""

FAILING: Final = 0.01
"""Share of failures from which latency is that of all requests: answers alone look the better the more fail."""

METRICS: Final[Mapping[Sort, tuple[Metric, ...]]] = {
    "client": (
        Metric(name="offered", title="offered", counts=True),
        Metric(name="succeeded", title="succeeded", counts=True),
        Metric(name="goodput", title="goodput", unit="rps"),
        _AVAILABILITY,
        Metric(name="in_system_mean", title="requests under way, mean"),
        *_FAILED,
        *_durations("latency"),
        *_durations("latency_all", "latency of all requests"),
        COMPROMISED.extra,
    ),
    "node": (
        Metric(name="arrivals", title="arrivals", counts=True),
        Metric(name="completed", title="completed", counts=True),
        _AVAILABILITY,
        Metric(name="utilization", title="utilization", unit="%"),
        Metric(name="working", title="at work", unit="%"),
        Metric(name="queue_mean", title="waiting, mean"),
        Metric(name="in_system_mean", title="in the node, mean"),
        Metric(name="queue", title="waiting at the end"),
        Metric(name="in_system", title="in the node at the end"),
        Metric(name="ready", title="ready instances at the end"),
        *_FAILED,
        *_BLAME,
        *_durations("wait"),
        *_durations("residence"),
        COST.extra,
        COMPROMISED.extra,
    ),
    "link": (
        Metric(name="attempts", title="attempts", counts=True),
        Metric(name="retries", title="retries", counts=True),
        Metric(name="succeeded", title="succeeded", counts=True),
        Metric(name="in_flight_mean", title="under way, mean"),
        Metric(name="in_flight", title="under way at the end"),
        Metric(name="bytes_in", title="bytes there", unit="B"),
        Metric(name="bytes_out", title="bytes back", unit="B"),
        *_FAILED,
        *_BLAME,
        *_durations("latency"),
        Metric(name="settled.mean", title="mean time until settled", unit="s"),
        Metric(name="settled.count", title="attempts settled", counts=True),
        *(metric.extra for metric in LINK_METRICS),
        COST.extra,
    ),
}
"""What a result has of every item of a sort, by what follows the id."""

_LIVE_LATENCY: Final = (
    Metric(name="mean", title="mean latency", unit="s"),
    Metric(name="p50", title="p50 latency", unit="s"),
    Metric(name="p95", title="p95 latency", unit="s"),
    Metric(name="p99", title="p99 latency", unit="s"),
)
_LIVE_NODE: Final = (
    Metric(name="rate", title="arrivals", unit="rps"),
    Metric(name="completed", title="completed", unit="rps"),
    Metric(name="failed", title="failed", unit="rps"),
    Metric(name="failure_ratio", title="failure ratio", unit="%"),
    Metric(name="utilization", title="utilization", unit="%"),
    Metric(name="working", title="at work", unit="%"),
    Metric(name="queue", title="queue"),
    Metric(name="in_system", title="in system"),
    *_LIVE_LATENCY,
)
LIVE_METRICS: Final[Mapping[Sort, tuple[Metric, ...]]] = {
    "client": (
        *_LIVE_NODE,
        *(
            Metric(name=f"{each.name}_all", title=f"{each.title} of all requests", unit="s")
            for each in _LIVE_LATENCY
        ),
    ),
    "node": _LIVE_NODE,
    "link": (
        Metric(name="rate", title="attempts", unit="rps"),
        Metric(name="retries", title="retries", unit="rps"),
        Metric(name="completed", title="succeeded", unit="rps"),
        Metric(name="failed", title="failed", unit="rps"),
        Metric(name="failure_ratio", title="failure ratio", unit="%"),
        *_LIVE_LATENCY,
    ),
}
"""What is measured of a node or a link over a moment of a run."""


_WHOLE: Final = frozenset(metric.name for metric in DESIGN_METRICS)


def metric_of_design(name: str) -> Metric | None:
    """The record of what is measured of a whole design, by its bare name; None where it is about an item."""
    return next((metric for metric in DESIGN_METRICS if metric.name == name), None)


def metrics_of(
    sort: Sort, extras: Iterable[Metric] = (), times: Iterable[str] = ()
) -> tuple[Metric, ...]:
    """What a result has of an item: of its sort, and what its component adds, durations among it."""
    durations = (each for name in times for each in _durations(name, name.replace("_", " ")))
    return (*METRICS[sort], *durations, *(metric.extra for metric in extras))


def named(name: str, known: Iterable[Metric]) -> Metric:
    """The metric of that name.

    Raises:
        KeyError: where there is none.
    """
    known = tuple(known)
    for metric in known:
        if metric.name == name:
            return metric
    unlisted = made(name, known)
    if unlisted is None:
        raise KeyError(name)
    return unlisted


def measured_text(sort: Sort, name: str, value: float | None) -> str:
    """A number of a result for reading; a dash where nothing was measured."""
    return "–" if value is None else named(name, METRICS[sort]).text(value)


def measured_unit(sort: Sort, name: str) -> str:
    """The unit of a number of a result."""
    return named(name, METRICS[sort]).unit


def live_text(sort: Sort, name: str, value: float) -> str:
    """A live number for reading."""
    return named(name, LIVE_METRICS[sort]).text(value)


def value_of(metric: str, result: Mapping[str, Any]) -> float | None:
    """The number that a dotted name such as ``users.latency.p99`` stands for; None if there is none."""
    if metric in _WHOLE:
        whole = result.get(metric)
        return None if whole is None else float(whole)
    name, _, rest = metric.partition(".")
    path = path_of(rest) if rest else []
    for section in ("clients", "nodes", "links"):
        value: Any = result.get(section, {}).get(name)
        if value is None:
            continue
        if path == [IMBALANCE.name]:
            return imbalance(value.get("instances", ()))
        for key in path:
            value = _inside(value, key)
        if path and path[0] in _BY_REASON and value is None:
            return 0.0
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
        if isinstance(value, dict) and len(path) == 1 and path[0] in _BY_REASON:
            return float(sum(value.values()))
    return None


def _inside(value: Any, key: str) -> Any:
    """What stands under a key, or at a place of a list; None where nothing does."""
    if isinstance(value, list) and key.isdigit():
        return value[int(key)] if int(key) < len(value) else None
    return value.get(key) if isinstance(value, dict) else None


def bounds_of(metric: str, result: Mapping[str, Any]) -> list[float | None] | None:
    """The interval of confidence of the number that a dotted name stands for; None if there is none.

    Its upper end is None where it lies beyond all that was measured.
    """
    name, *path = metric.split(".")
    for section in ("clients", "nodes"):
        part: Any = result[section].get(name)
        for key in path[:-1]:
            part = part.get(key) if isinstance(part, dict) else None
        if path and isinstance(part, dict):
            known = part.get(CI)
            bounds = known.get(path[-1]) if isinstance(known, dict) else None
            return bounds if isinstance(bounds, list) else None
    return None

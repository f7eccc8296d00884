"""Percentiles of runs that are too short for them: their interval misses more often than it says.

A run that saw few long waits mostly saw too short ones, so that its p99 is too low on average, and pairs of such runs
agree on what is wrong: no number of them mends it, longer runs do. How much a run says depends on how many requests lie
beyond the percentile, and how many of those are independent of each other. Waits in a queue forget in a relaxation
time, 1 ∕ (cμ (1 − √ρ)²) for c workers (Morse 1955), which is ρ ∕ (1 − √ρ)² arrivals, whatever c.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from engine.model.units import format_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.study.points import Outcome, Point

_SHARES: Final[Mapping[str, float]] = {
    "p50": 0.5,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p999": 0.999,
}
_TIMES: Final = frozenset({"latency", "latency_all", "wait", "residence"})
"""What metrics are called that are times of requests."""
_PAIR: Final = 2
"""Values that have a spread and no skewness."""
_NEEDED: Final = 2.5
"""Independent requests beyond a percentile in each run, on average. Measured at utilizations from .72 to .81, one to
eight workers: with so many the bias is below a tenth of the standard deviation, and 93 to 97 of 100 intervals cover;
with one, a fifth and 88; with a third, half of it and 78."""
_FULL: Final = 0.98
"""Utilization from which a node is taken to be full all the time: its waits are those of its bound, and forget soon."""


def too_few(metric: str, values: int) -> str:
    """Why so few values, or pairs, do not tell how sure a time is; empty where they do, or where it is no time.

    Times are skewed, and of two values nothing of that is seen. Measured with 3000 pairs of pairs of queues at utilizations
    from .7 to .85: Student's interval of two covers 93 to 94 of 100 differences of p95 and p99, that of three corrected
    for skewness 94 to 95.

    Args:
        metric: what is measured.
        values: how many there are; one tells nothing of chance, which is said elsewhere.
    """
    if values != _PAIR or not _TIMES.intersection(metric.split(".")):
        return ""
    return "two runs do not tell how skewed times are, so that the interval misses a little more often than 5 times in 100: run at least 3"


def too_short(done: Mapping[str, Outcome], points: Iterable[Point], metric: str) -> str:
    """Why the interval of a percentile cannot be trusted; empty where it can, or nothing was measured.

    Args:
        done: what was measured.
        points: the runs, of both sides where two are compared: the side that knows less decides.
        metric: what is measured; only percentiles may need longer runs than others.
    """
    owner, _, rest = metric.partition(".")
    name = rest.rpartition(".")[2]
    share = _SHARES.get(name)
    if share is None:
        return ""
    variants: dict[str, list[float]] = {}
    for point in points:
        outcome = done.get(point.key)
        if outcome is not None and outcome.result is not None:
            known = _independent(outcome.result, owner) * (1.0 - share)
            variants.setdefault(point.variant.label + point.variant.digest, []).append(known)
    least = min((sum(each) / len(each) for each in variants.values()), default=math.inf)
    if least >= _NEEDED or least <= 0.0:
        return ""
    times = format_figure(math.ceil(_NEEDED / least * 10.0) / 10.0, 2)
    return (
        f"the runs are too short for {name}, which tends to be too low in such: make them {times} times as long to "
        "trust its interval"
    )


def _independent(result: Mapping[str, Any], owner: str) -> float:
    """How many requests of a run are as good as independent of each other; infinite where nobody counted."""
    for kind, count in (("clients", "succeeded"), ("nodes", "completed"), ("links", "succeeded")):
        found = result.get(kind, {}).get(owner)
        if found is not None:
            return float(found[count]) / _remembered(result)
    return math.inf


def _remembered(result: Mapping[str, Any]) -> float:
    """For how many requests the busiest node that is not full remembers, there and back; at least one."""
    shares = (node["utilization"] for node in result["nodes"].values())
    busy = max((each for each in shares if each is not None and each < _FULL), default=0.0)
    return max(1.0, 2.0 * busy / (1.0 - math.sqrt(busy)) ** 2)

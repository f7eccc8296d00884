"""Latency where requests fail: answers alone look the better the more of them fail, so that all requests are asked.

A failed request counts until its failure was known. Below one failure in a hundred both hardly differ, and people
mean what was answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog.checks.scenario import metric_problem
from engine.study.estimates import estimate, values_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design
    from engine.study.points import Outcome, Point

ANSWERS: Final = ".latency."
EVERY: Final = ".latency_all."


def of_all(metric: str, designs: Sequence[Design] = ()) -> str | None:
    """The metric of all requests beside one of answers alone; None where there is none.

    Args:
        metric: full name, such as ``users.latency.p99``.
        designs: which must all measure it.
    """
    if ANSWERS not in metric:
        return None
    every = metric.replace(ANSWERS, EVERY)
    return every if all(metric_problem(each, every) is None for each in designs) else None


def availability_of(metric: str) -> str:
    """The share of answers at the client whose latency a metric is."""
    return f"{metric.partition(ANSWERS)[0]}.availability"


def failed_share(done: Mapping[str, Outcome], points: Sequence[Point], metric: str) -> float:
    """The mean share of failures at the client whose latency a metric is; 0 where nobody knows."""
    found = estimate(values_in(done, points, availability_of(metric)))
    return 0.0 if found is None else 1.0 - found.mean


def shares_text(shares: Mapping[str, float]) -> str:
    """Who fails how much: ``A 0 %, B 63 %``."""
    return ", ".join(f"{name} {100.0 * share:.3g} %" for name, share in shares.items())

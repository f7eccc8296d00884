"""Callers that give up: as many as wait longer, where the distribution of what they wait for is known.

Whoever is called works on all the same, so that its queue is that without callers who give up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.plan.primitives import INFINITE
from engine.plan.queueing.curves import Curve
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.plan.network.centers import Center, Edge


@dataclass(frozen=True, slots=True)
class InTime:
    """The answers that a client does not give up."""

    share: float
    """Of all its requests."""
    mean: float
    """Seconds."""
    p99: float


def gives_up_alone(edge: Edge) -> bool:
    """Whether a client gives up calls over a link for good, and nobody hears of it."""
    link, site = edge.plan, edge.source
    if site.plan.traffic is None or site.plan.traffic.process in ("closed", "sessions"):
        return False
    sent = [other for other in site.leaving if other.rate > 0.0]
    once = link.times == 1 and link.retry.attempts == 1 and link.kind is None
    once = once and all(
        chance >= 1.0 for chance, rate in zip(edge.chance, site.rates, strict=True) if rate > 0.0
    )
    told = link.cancellation or link.deadline_propagation or bool(link.policies)
    sure = link.loss <= 0.0 and edge.crossing.variance <= 0.0 and link.queue_timeout == INFINITE
    fails = any(good < 1.0 for good in edge.target.ok)
    return len(sent) == 1 and link.waits and once and sure and not told and not fails


def answered_in_time(
    site: Center, curves: Mapping[tuple[str, int], Curve], is_sure: Callable[[str], bool]
) -> InTime | None:
    """What a client that gives up still gets; None where that is not known exactly.

    Args:
        site: the client.
        curves: the distributions of answers, by node and class.
        is_sure: whether nothing is doubted of a node.
    """
    edge = next((each for each in site.leaving if each.rate > 0.0), None)
    if edge is None or edge.plan.timeout == INFINITE or not gives_up_alone(edge):
        return None
    if edge.target.blind or not is_sure(edge.target.plan.id):
        return None
    limit = edge.plan.timeout - edge.crossing.mean
    kept, parts = 0.0, []
    for kind, rate in enumerate(site.rates):
        curve = curves.get((edge.target.plan.id, kind))
        if rate <= 0.0:
            continue
        if curve is None or limit <= 0.0:
            return None
        share, cut = _cut(curve, limit)
        kept += rate / site.rate * share
        parts.append((rate / site.rate * share, cut))
    if kept <= 0.0:
        return InTime(0.0, math.nan, math.nan)
    times = np.concatenate([np.arange(len(cut.shares)) * cut.step for _, cut in parts])
    weights = np.concatenate([weight * cut.shares for weight, cut in parts]) / kept
    order = np.argsort(times, kind="stable")
    sums = np.cumsum(weights[order])
    p99 = float(times[order][min(int(np.searchsorted(sums, 0.99)), len(sums) - 1)])
    return InTime(
        kept, float(times @ weights) + edge.crossing.mean, min(p99, limit) + edge.crossing.mean
    )


def _cut(curve: Curve, limit: float) -> tuple[float, Curve]:
    """Which share of a distribution lies below a limit, and the distribution of that share."""
    ends = (np.arange(len(curve.shares)) + 0.5) * curve.step
    sums = np.cumsum(curve.shares)
    share = float(np.interp(limit, ends, sums, right=1.0))
    inside = np.diff(np.minimum(np.concatenate([[0.0], sums]), share))
    whole = float(inside.sum())
    return share, Curve(curve.step, inside / whole if whole > 0.0 else inside)

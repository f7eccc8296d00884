"""Exponential work behind arrivals with independent gaps (GI/M/c), exact: dealt in turn, or at even gaps."""

from __future__ import annotations

import math
from typing import Final

from engine.plan.queueing.waits import ENDLESS, NONE, Wait, exponential_wait
from engine.records import dataclass

_MOST: Final = 64
"""Servers up to which the sum over them keeps its digits."""
_LIMIT: Final = 1e-12
"""How close to 1 the root may lie."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gap between two arrivals: so many exponential stages one after the other, or a constant."""

    mean: float
    stages: int | None = None
    """None is infinitely many: a constant."""

    @property
    def cv2(self) -> float:
        """Squared coefficient of variation."""
        return 0.0 if self.stages is None else 1.0 / self.stages

    def transform(self, rate: float) -> float:
        """Mean of exp(-rate × gap)."""
        if self.stages is None:
            return math.exp(-rate * self.mean)
        return (1.0 + rate * self.mean / self.stages) ** -self.stages


def renewal_wait(servers: int, gaps: Gaps, service: float) -> Wait | None:
    """GI/M/c (Takács 1962): exponential where there is any; None where its sum loses its digits.

    Args:
        servers: c.
        gaps: the gaps between arrivals.
        service: mean service time (s).
    """
    if gaps.mean <= 0.0 or service <= 0.0:
        return NONE
    if servers > _MOST:
        return None
    if service / gaps.mean >= servers:
        return ENDLESS
    root = _root(servers, gaps, service)
    chance = _delayed(servers, gaps, service, root)
    if not 0.0 <= chance <= 1.0 + 1e-9:
        return None
    return exponential_wait(chance, chance * service / (servers * (1.0 - root)))


def _root(servers: int, gaps: Gaps, service: float) -> float:
    """σ below 1 with σ = A*(cμ(1-σ))."""
    leave = servers / service
    low, high = 0.0, 1.0 - _LIMIT
    for _ in range(60):
        middle = (low + high) / 2.0
        if gaps.transform(leave * (1.0 - middle)) > middle:
            low = middle
        else:
            high = middle
    return high


def _delayed(servers: int, gaps: Gaps, service: float, root: float) -> float:
    """Probability of waiting."""
    whole, product = 1.0 / (1.0 - root), 1.0
    for count in range(1, servers + 1):
        part = gaps.transform(count / service)
        if part <= 0.0:
            return 0.0
        product *= part / (1.0 - part)
        if product <= 1e-280:
            return 0.0
        apart = servers * (1.0 - root) - count
        if abs(apart) < 1e-9:
            apart = 1e-9
        ways = math.comb(servers, count)
        whole += ways / (product * (1.0 - part)) * (servers * (1.0 - part) - count) / apart
    return 1.0 / (whole * (1.0 - root))

"""How many times as long work takes while a share of the workers of an instance is at work."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import final


class Curve:
    """A factor that follows the share (0 to 1) of workers at work."""

    def factor(self, share: float) -> float:
        """How many times as long work takes."""
        raise NotImplementedError


@final
class PowerCurve(Curve):
    """1 + a·uᵏ; linear for k = 1."""

    def __init__(self, a: float, power: float) -> None:
        self._a = a
        self._power = power

    def factor(self, share: float) -> float:
        """The sum."""
        return 1.0 + self._a * (share if self._power == 1.0 else math.pow(share, self._power))


@final
class ExponentialCurve(Curve):
    """e to the power of a·u."""

    def __init__(self, a: float) -> None:
        self._a = a

    def factor(self, share: float) -> float:
        """The power."""
        return math.exp(self._a * share)


@final
class TableCurve(Curve):
    """Straight lines between points; flat before the first and after the last."""

    def __init__(self, shares: list[float], factors: list[float]) -> None:
        self._shares = shares
        self._factors = factors

    def factor(self, share: float) -> float:
        """On the line between the points at both sides."""
        shares, factors = self._shares, self._factors
        place = bisect_right(shares, share)
        if place == 0:
            return factors[0]
        if place == len(shares):
            return factors[place - 1]
        low, high = shares[place - 1], shares[place]
        below, above = factors[place - 1], factors[place]
        return below + (above - below) * (share - low) / (high - low)

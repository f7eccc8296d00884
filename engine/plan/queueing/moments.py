"""Mean, variance and third moment of durations, and of what is made of durations."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.plan.primitives import LawPlan

_INFINITE: Final = math.inf


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean (s) and variance (s²) of a duration; the variance may be infinite."""

    mean: float = 0.0
    variance: float = 0.0

    @property
    def square(self) -> float:
        """Second moment."""
        return self.variance + self.mean * self.mean

    @property
    def cv2(self) -> float:
        """Squared coefficient of variation; 0 where there is no duration, 1 where it has no end."""
        squared = self.mean * self.mean  # which may be nothing where the mean is next to nothing
        if squared == math.inf:
            return 1.0
        return self.variance / squared if squared > 0.0 else 0.0

    def plus(self, other: Moments) -> Moments:
        """One after the other, independent."""
        if other.mean == 0.0 == other.variance:
            return self
        return Moments(self.mean + other.mean, self.variance + other.variance)

    def scaled(self, factor: float) -> Moments:
        """A multiple of the duration."""
        if factor == 1.0:
            return self
        return Moments(self.mean * factor, self.variance * factor * factor)

    def repeated(self, times: int, chance: float = 1.0) -> Moments:
        """So many in a row, with a probability; else nothing."""
        mean = times * self.mean
        variance = chance * times * self.variance + chance * (1.0 - chance) * mean * mean
        return Moments(chance * mean, variance)


NOTHING: Final = Moments()


def mixed(parts: Iterable[tuple[float, Moments]]) -> Moments:
    """One of several, by weights (which need not sum to 1)."""
    parts = [(weight, each) for weight, each in parts if weight > 0.0]
    if len(parts) == 1:
        return parts[0][1]
    whole = sum(weight for weight, _ in parts)
    if whole <= 0.0:
        return NOTHING
    mean = sum(weight * each.mean for weight, each in parts) / whole
    square = sum(weight * each.square for weight, each in parts) / whole
    return Moments(mean, max(0.0, square - mean * mean))


@dataclass(frozen=True, slots=True)
class LawMoments:
    """First three moments of a law of work."""

    mean: float
    square: float
    cube: float

    @property
    def moments(self) -> Moments:
        """Mean and variance."""
        return Moments(self.mean, max(0.0, self.square - self.mean * self.mean))


def law_of(plan: LawPlan) -> LawMoments:
    """The moments of a law; infinite where they do not exist (Pareto)."""
    kind, mean = plan.law, plan.mean
    if kind == "uniform":
        return _uniform(plan.low, plan.high)
    if kind == "empirical":
        return _empirical(plan)
    if mean <= 0.0 or kind == "constant":
        return LawMoments(mean, mean**2, mean**3)
    if kind == "pareto":
        return _pareto(mean, plan.alpha)
    second, third = _shape(kind, plan.cv2)
    return LawMoments(mean, second * mean**2, third * mean**3)


def _shape(kind: str, cv2: float) -> tuple[float, float]:
    """Second and third moment of a law with mean 1."""
    if kind == "exponential":
        return 2.0, 6.0
    if kind == "lognormal":
        return 1.0 + cv2, (1.0 + cv2) ** 3
    if kind == "gamma":
        return 1.0 + cv2, (1.0 + cv2) * (1.0 + 2.0 * cv2)
    share, first, second = balanced(1.0, cv2)
    return 1.0 + cv2, 6.0 * (share * first**3 + (1.0 - share) * second**3)


def balanced(mean: float, cv2: float) -> tuple[float, float, float]:
    """Two exponential phases with balanced means (Whitt's H2 fit): share, and both means."""
    share = (1.0 + math.sqrt((cv2 - 1.0) / (cv2 + 1.0))) / 2.0
    return share, mean / (2.0 * share), mean / (2.0 * (1.0 - share))


def _uniform(low: float, high: float) -> LawMoments:
    """Moments of a uniform law."""
    mean = (low + high) / 2.0
    square = (low * low + low * high + high * high) / 3.0
    return LawMoments(mean, square, (low + high) * (low * low + high * high) / 4.0)


def _pareto(mean: float, alpha: float) -> LawMoments:
    """Moments of a Pareto law: alpha xⁿ/(alpha-n), where alpha is above n."""
    least = mean * (alpha - 1.0) / alpha

    def moment(order: int) -> float:
        return alpha * least**order / (alpha - order) if alpha > order else _INFINITE

    return LawMoments(mean, moment(2), moment(3))


@lru_cache(maxsize=64)
def _sums(values: Sequence[float], weights: Sequence[float]) -> LawMoments:
    """Moments of weighted values; kept, since a list may be long and a plan is asked again and again."""
    weights = weights or (1.0,) * len(values)
    whole = math.fsum(weights)
    pairs = list(zip(weights, values, strict=True))
    mean, square, cube = (
        math.fsum(weight * value**order for weight, value in pairs) / whole for order in (1, 2, 3)
    )
    return LawMoments(mean, square, cube)


def _empirical(plan: LawPlan) -> LawMoments:
    """Moments of measured values."""
    return _sums(plan.values, plan.weights)

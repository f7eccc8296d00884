"""Distributions of durations as probabilities on an even grid, for percentiles of whole paths.

Durations one after the other are convolved, those side by side multiplied. A grid reaches ten standard
deviations above the mean, so that the 99th percentile is inside for any distribution (Cantelli).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.plan.queueing.moments import Moments, balanced
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from engine.plan.primitives import LawPlan
    from engine.plan.queueing.waits import Wait

    Floats = NDArray[np.float64]

POINTS: Final = 256
"""Points of a grid: a step is about a twenty-fifth of a standard deviation."""
_NEVER: Final = 1e-12
"""Probability below which nothing happens."""
_NO_TIME: Final = 1e-30
"""Mean (s) up to which a duration is none: far below what the clock of a run can tell apart."""
_SURE: Final = 40.0
"""Standard deviations beyond which nothing is."""
_NARROW: Final = 40.0
"""Shape of a gamma distribution from which it is nearly normal."""
_TERMS: Final = 120
_ENDLESS: Final = 1e100
"""Seconds from which on a mean has no end."""
_FAR: Final = 10.0
"""Standard deviations above the mean that a grid reaches."""


# Dense near 0, where short durations differ, and sparse in the tail.
_KNOTS: Final = np.linspace(0.0, 1.0, 129) ** 2
_MIDDLES: Final = (_KNOTS[1:] + _KNOTS[:-1]) / 2.0
_WIDTHS: Final = _KNOTS[1:] - _KNOTS[:-1]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A distribution: the probability of each point, ``step`` seconds apart, from 0."""

    step: float
    shares: Floats

    def quantile(self, share: float) -> float:
        """The value below which a share lies."""
        sums = np.cumsum(self.shares)
        place = int(np.searchsorted(sums, share * float(sums[-1])))
        if place == 0:
            return 0.0
        before = float(sums[place - 1])
        part = (share * float(sums[-1]) - before) / max(float(sums[place]) - before, 1e-300)
        return (place - 0.5 + part) * self.step if place < len(sums) else place * self.step


class Grid:
    """A grid for one distribution, on which its parts are laid out."""

    def __init__(self, step: float) -> None:
        self.step = step
        self._edges = (np.arange(POINTS, dtype=np.float64) + 0.5) * step
        """Upper ends of the points' cells."""

    @classmethod
    def for_moments(cls, whole: Moments) -> Grid:
        """A grid that holds a distribution of a known mean and variance."""
        spread = math.sqrt(whole.variance) if math.isfinite(whole.variance) else 3.0 * whole.mean
        # A tenth more than the mean, so that what is constant lies inside.
        return cls(max(1.1 * whole.mean + _FAR * spread, 1e-12) / POINTS)

    def _curve(self, below: Floats) -> Floats:
        """Shares of the cells from the probabilities to lie below their ends; what is beyond goes to the last."""
        shares = below.copy()
        shares[1:] -= below[:-1]
        shares[-1] += 1.0 - float(below[-1])
        return shares

    def laid(self, curve: Curve, later: float = 0.0) -> Floats:
        """Another curve on this grid, so many seconds later."""
        sums = curve.shares.cumsum()
        known = np.arange(0.5, len(sums) + 0.5) * curve.step + later
        first = 0.0 if later > 0.0 else float(sums[0])
        return self._curve(np.interp(self._edges, known, sums, left=first))

    def wait_and_work(self, wait: Wait, mean: float) -> Floats:
        """An exponential wait, where there is any, and exponential work: in closed form."""
        if mean <= _NO_TIME:
            return self.wait(wait)
        times, work = self._edges, 1.0 / mean
        above = np.exp(-work * times)
        if wait.chance > _NEVER and wait.mean > 0.0:
            leave = wait.chance / wait.mean
            if abs(leave - work) < 1e-6 * work:
                leave = work * (1.0 + 1e-6)
            both = (work * np.exp(-leave * times) - leave * above) / (work - leave)
            above = (1.0 - wait.chance) * above + wait.chance * both
        return self._curve(1.0 - above)

    def law(self, plan: LawPlan) -> Floats:
        """A law of work."""
        return self._curve(below(plan, self._edges))

    def two_moments(self, moments: Moments) -> Floats:
        """A distribution known by two moments."""
        return self._curve(fitted_below(moments, self._edges))

    def wait(self, wait: Wait) -> Floats:
        """A wait: none, or two moments where there is any."""
        shares = np.zeros(POINTS)
        if wait.chance > _NEVER and wait.mean > 0.0:
            mean, square = wait.mean / wait.chance, wait.square / wait.chance
            shares = wait.chance * self.two_moments(Moments(mean, max(0.0, square - mean * mean)))
        shares[0] += 1.0 - float(shares.sum())
        return shares

    def nothing(self) -> Floats:
        """No time at all."""
        shares = np.zeros(POINTS)
        shares[0] = 1.0
        return shares

    def total(self, parts: Sequence[Floats]) -> Floats:
        """One after the other."""
        if len(parts) == 1:
            return parts[0]
        length = 2 * POINTS
        product: NDArray[Any] = np.fft.rfft(parts[0], length)
        for position, part in enumerate(parts[1:], 2):
            product = product * np.fft.rfft(part, length)
            if position % 2 == 0 or position == len(parts):
                product = np.fft.rfft(self._folded(np.fft.irfft(product, length)), length)
        return self._folded(np.fft.irfft(product, length))

    @staticmethod
    def _folded(long: Floats) -> Floats:
        """What lies beyond the grid, on its last point."""
        shares = np.maximum(long[:POINTS], 0.0)
        shares[-1] += float(np.sum(long[POINTS:]))
        return shares

    @staticmethod
    def slowest(parts: Iterable[Floats]) -> Floats:
        """Side by side: the last to end."""
        together = np.ones(POINTS)
        for part in parts:
            together *= part.cumsum()
        together[1:] -= together[:-1].copy()
        return together

    def curve(self, shares: Floats) -> Curve:
        """The finished distribution."""
        return Curve(self.step, shares)


def below(plan: LawPlan, times: Floats) -> Floats:  # noqa: PLR0911 - one return a law
    """Probability that a law is below each of some times."""
    kind, mean = plan.law, plan.mean
    if kind == "uniform":
        span = max(plan.high - plan.low, 1e-12)
        return np.clip((times - plan.low) / span, 0.0, 1.0)
    if kind == "empirical":
        return _empirical_below(plan, times)
    if mean <= _NO_TIME or kind == "constant" or (kind == "lognormal" and plan.cv2 <= 0.0):
        return np.where(times >= mean, 1.0, 0.0)
    if kind == "exponential":
        return np.asarray(-np.expm1(-times / mean))
    if kind == "lognormal":
        variance = math.log1p(plan.cv2)
        scaled = (np.log(times / mean) + variance / 2.0) / math.sqrt(variance)
        return normal_below(scaled)
    if kind == "pareto":
        least = mean * (plan.alpha - 1.0) / plan.alpha
        return np.where(times > least, 1.0 - (least / np.maximum(times, least)) ** plan.alpha, 0.0)
    if kind == "hyperexponential":
        return _phases_below(mean, plan.cv2, times)
    return gamma_below(1.0 / max(plan.cv2, 1e-9), times * (1.0 / max(plan.cv2, 1e-9) / mean))


def _empirical_below(plan: LawPlan, times: Floats) -> Floats:
    """Measured values: the weight of those that are not longer."""
    values = np.asarray(plan.values)
    weights = np.asarray(plan.weights or (1.0,) * len(plan.values))
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    return np.asarray(sums[np.searchsorted(values[order], times, side="right")] / sums[-1])


def _phases_below(mean: float, cv2: float, times: Floats) -> Floats:
    """Two exponential phases with balanced means."""
    share, first, second = balanced(mean, cv2)
    return np.asarray(
        1.0 - share * np.exp(-times / first) - (1.0 - share) * np.exp(-times / second)
    )


def fitted_below(moments: Moments, times: Floats, *, gamma: bool = False) -> Floats:
    """A distribution with two given moments: exponential for cv² 1, two phases above, gamma below.

    The gamma distribution is taken by Wilson and Hilferty's cube root, good to a per cent.
    """
    mean, cv2 = moments.mean, moments.cv2
    if mean <= _NO_TIME or cv2 < 1e-9:
        return np.where(times >= mean, 1.0, 0.0)
    if abs(cv2 - 1.0) < 1e-6:
        return np.asarray(-np.expm1(-times / mean))
    if cv2 > 1.0 and not gamma:
        return _phases_below(mean, min(cv2, 1e6), times)
    ninth = cv2 / 9.0
    scaled = (np.cbrt(times / mean) - (1.0 - ninth)) / math.sqrt(ninth)
    return normal_below(scaled)


def gamma_below(shape: float, times: Floats) -> Floats:
    """The gamma distribution of scale 1: a series for small times, a continued fraction for large ones.

    Narrow ones are taken by Wilson and Hilferty's cube root, good to a per mille there.
    """
    if shape > _NARROW:
        ninth = 1.0 / (9.0 * shape)
        return normal_below((np.cbrt(times / shape) - (1.0 - ninth)) / math.sqrt(ninth))
    times = np.maximum(np.asarray(times, dtype=np.float64), 1e-300)
    front = np.exp(np.maximum(shape * np.log(times) - times - math.lgamma(shape), -700.0))
    small = times < shape + 1.0
    term = np.where(small, 1.0 / shape, 0.0)
    series = term.copy()
    fraction = 1.0 / np.where(small, 1.0, times + 1.0 - shape)
    last = np.full_like(times, 1e300)
    ratio, base = fraction.copy(), times + 1.0 - shape
    for count in range(1, _TERMS):
        term = term * times / (shape + count)
        series = series + np.where(small, term, 0.0)
        part = -count * (count - shape)
        base = base + 2.0
        ratio = 1.0 / np.where(small, 1.0, part * ratio + base)
        last = base + part / last
        fraction = fraction * np.where(small, 1.0, ratio * last)
    return np.where(small, np.minimum(front * series, 1.0), 1.0 - np.minimum(front * fraction, 1.0))


def normal_below(values: Floats) -> Floats:
    """The standard normal distribution (Abramowitz and Stegun 26.2.17: error below 1e-7)."""
    size = np.minimum(np.abs(values), _SURE)
    t = 1.0 / (1.0 + 0.2316419 * size)
    series = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    above = np.exp(-size * size / 2.0) / math.sqrt(2.0 * math.pi) * series
    return np.where(values >= 0.0, 1.0 - above, above)


def exceeds(moments: Moments, time: float) -> float:
    """Probability that a duration of two known moments is longer than a time."""
    if math.isinf(time):
        return 0.0
    if moments.mean >= _ENDLESS:  # whose square may be no number
        return 1.0
    variance = moments.variance if math.isfinite(moments.variance) else 9.0 * moments.mean**2
    fit = fitted_below(Moments(moments.mean, variance), np.asarray([time]))
    return 1.0 - float(fit[0])


@lru_cache(maxsize=4096)
def slowest_of(parts: tuple[Moments, ...], need: int | None = None) -> Moments:
    """Mean and variance of when so many of independent durations are over, of which two moments are known.

    Args:
        parts: the durations.
        need: how many have to be over; all of them by default.
    """
    if len(parts) <= 1:
        return parts[0] if parts else Moments()
    if any(not part.mean < _ENDLESS for part in parts):
        return Moments(math.inf, math.inf)
    top = max(1.1 * part.mean + _FAR * math.sqrt(min(part.variance, 1e18)) for part in parts)
    if top <= 0.0:
        return Moments()
    middle, widths = top * _MIDDLES, top * _WIDTHS
    above = 1.0 - _enough([fitted_below(part, middle) for part in parts], need)
    mean = float(above @ widths)
    return Moments(mean, max(0.0, 2.0 * float((above * middle) @ widths) - mean * mean))


def within(moments: Moments, limit: float) -> Moments:
    """A duration of two known moments, given that it is not longer than a limit."""
    if not math.isfinite(moments.mean):
        return Moments(limit, 0.0)
    times, edges = limit * _MIDDLES, limit * _KNOTS
    shares = np.diff(fitted_below(moments, np.maximum(edges, 1e-300)))
    whole = float(shares.sum())
    if whole <= 1e-12:
        return Moments(limit, 0.0)
    # It is no longer than the others on average, however few cells of the grid it lies in.
    mean = min(float(shares @ times) / whole, moments.mean)
    return Moments(mean, max(0.0, float(shares @ times**2) / whole - mean * mean))


def _enough(below: list[Floats], need: int | None) -> Floats:
    """Probability that so many of independent events have happened, from that of each; all without a number."""
    if need is None or need >= len(below):
        together = np.ones(len(below[0]))
        for each in below:
            together *= each
        return together
    counts = [np.ones(len(below[0])), *(np.zeros(len(below[0])) for _ in below)]
    for each in below:
        for happened in range(len(below), 0, -1):
            counts[happened] = counts[happened] * (1.0 - each) + counts[happened - 1] * each
        counts[0] = counts[0] * (1.0 - each)
    return np.asarray(sum(counts[need:], start=np.zeros(len(below[0]))))

"""Confidence intervals from one run, by the method of batch means.

What follows each other in a queue is alike, so single observations pretend to know far more than they
do. Sums over long stretches of the run are nearly independent; intervals are made from these. The
rules are those of the better procedures of the field (Law and Carson 1979; Tafazzoli, Steiger and
Wilson 2011, "N-Skart"): few batches, larger ones while neighbours are correlated, a correction for the
correlation that is left, and one for skewness, since means of waiting times err to one side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from engine.stats.intervals import Interval, two_sided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_MOST = 20
"""Batches to begin with: more narrow an interval by 3 % at best (Schmeiser 1982)."""
_FEWEST = 5
"""Batches below which a run says nothing about its own error."""
_SUSPECT = NormalDist().inv_cdf(0.8)
"""Standard errors of the lag-1 correlation from which batches are doubled: a one-sided test at 20 %,
the level of N-Skart, since a correlation that is overlooked costs more than a larger batch."""
_CORRECTED = 0.8
"""Largest correlation that is corrected for."""
_BEYOND = 10
"""Observations beyond a percentile below which it has no interval."""


def batch_interval(series: Sequence[float], level: float = 0.95) -> Interval | None:
    """Interval of the mean of a steady series, such as means over equal stretches of time.

    None where the run is too short, or where it drifts and has no mean.
    """
    return ratio_interval(series, [1.0] * len(series), level)


def ratio_interval(
    above: Sequence[float], below: Sequence[float], level: float = 0.95
) -> Interval | None:
    """Interval of a ratio of sums, such as seconds spent over requests done.

    The stretches need not weigh the same: the classical estimator of a ratio. It holds whatever is
    counted, time (then it is a mean over time), observations, or observations of a sort (a share).

    Args:
        above: What is summed above the line, for each stretch of the run, in order.
        below: What is summed below it, never negative.
        level: Confidence.
    """
    whole = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    count = min(_MOST, len(whole[0]))
    while count >= _FEWEST:
        batches = _Batches.of(whole[0], whole[1], count)
        if batches is None:
            return None
        if not batches.suspect:
            return batches.interval(level)
        count //= 2
    return None


def quantile_interval(
    counts: Sequence[Sequence[int]], values: Sequence[float], share: float, level: float = 0.95
) -> Interval | None:
    """Interval of a percentile.

    The quantile of the whole run is the estimate. How sure it is follows from the share of
    observations up to it, batch by batch: the interval of that share, read off the distribution of
    the whole run (Woodruff 1952). It needs no quantile of a batch, which few observations would bias.

    Args:
        counts: Observations for each stretch of the run (rows, in order) and each value.
        values: The values, ascending.
        share: Which percentile, between 0 and 1.
        level: Confidence.

    Returns:
        None where fewer than ten observations lie beyond it, or the run is too short.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] == 0:
        return None
    sums = np.cumsum(table.sum(axis=0))
    total = float(sums[-1]) if len(sums) else 0.0
    if total * min(share, 1.0 - share) < _BEYOND:
        return None
    place = _place(sums, share)
    up_to = ratio_interval(
        table[:, : place + 1].sum(axis=1).tolist(), table.sum(axis=1).tolist(), level
    )
    if up_to is None:
        return None
    low, high = share - (up_to.mean - up_to.low), share + (up_to.high - up_to.mean)
    if low <= 0.0 or high * total > total - 1.0:
        return None
    low_value, high_value = values[_place(sums, low)], values[_place(sums, high)]
    return Interval(values[place], low_value, high_value, up_to.count)


def _place(sums: Numbers, share: float) -> int:
    """Place of the smallest value that the share does not exceed."""
    rank = max(1.0, math.ceil(share * float(sums[-1]) - 1e-9))
    return int(np.searchsorted(sums, rank, side="left"))


@dataclass(frozen=True, slots=True)
class _Batches:
    """A ratio, and how far each batch is from it, in its unit."""

    ratio: float
    errors: Numbers

    @classmethod
    def of(cls, above: Numbers, below: Numbers, count: int) -> _Batches | None:
        """As many batches as asked for, of nearly the same length; None where nothing was."""
        starts = np.arange(count) * len(above) // count
        uppers, lowers = np.add.reduceat(above, starts), np.add.reduceat(below, starts)
        total = float(lowers.sum())
        if total <= 0.0:
            return None
        ratio = float(uppers.sum()) / total
        return cls(ratio, (uppers - ratio * lowers) * (count / total))

    @property
    def correlation(self) -> float:
        """Lag-1 correlation of the batches."""
        squares = float(self.errors @ self.errors)
        return float(self.errors[1:] @ self.errors[:-1]) / squares if squares > 0.0 else 0.0

    @property
    def suspect(self) -> bool:
        """Whether neighbours are more alike than chance makes them (expected: −1 ∕ count)."""
        count = len(self.errors)
        alike = (self.correlation + 1.0 / count) * math.sqrt(count)
        return bool(np.any(self.errors)) and alike > _SUSPECT

    def interval(self, level: float) -> Interval:
        """Student's interval, corrected for correlation and skewness."""
        errors, count = self.errors, len(self.errors)
        variance = float(errors @ errors) / (count - 1)
        alike = min(max(self.correlation, 0.0), _CORRECTED)
        error = math.sqrt(variance * (1.0 + alike) / (1.0 - alike) / count)
        factor = two_sided(level, count - 1)
        bend = _skewness(errors) / (6.0 * math.sqrt(count))
        low = self.ratio - error * _bent(factor, bend)
        high = self.ratio - error * _bent(-factor, bend)
        return Interval(self.ratio, low, high, count)


def _skewness(errors: Numbers) -> float:
    """Skewness of a sample around zero, without its bias."""
    count = len(errors)
    variance = float(np.mean(errors**2))
    if variance <= 0.0:
        return 0.0
    plain = float(np.mean(errors**3)) / (variance * math.sqrt(variance))
    return plain * math.sqrt(count * (count - 1)) / (count - 2)


def _bent(factor: float, bend: float) -> float:
    """A t quantile for skewed data (Johnson 1978; Willink 2005)."""
    if abs(bend) < 1e-6:
        return factor
    root = float(np.cbrt(1.0 + 6.0 * bend * (factor - bend)))
    return (root - 1.0) / (2.0 * bend)

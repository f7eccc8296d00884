"""Confidence intervals from one run, by the method of batch means.

What follows each other in a queue is alike, so single observations pretend to know far more than they
do. Sums over long stretches of the run are nearly independent; intervals are made from these. The
rules are those of the better procedures of the field (Law and Carson 1979; Tafazzoli, Steiger and
Wilson 2011, "N-Skart"): few batches, larger ones while neighbours are correlated, a correction for the
correlation that is left, and one for skewness, since means of waiting times err to one side.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from engine.stats.intervals import Interval, two_sided

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    """Rows are quantities, columns are stretches of the run, or batches of them."""

_MOST = 20
"""Batches to begin with: more narrow an interval by 3 % at best (Schmeiser 1982)."""
_FEWEST = 5
"""Batches below which a run says nothing about its own error."""
_SUSPECT = NormalDist().inv_cdf(0.8)
"""Standard errors of the lag-1 correlation from which batches are doubled: a one-sided test at 20 %,
the level of N-Skart, since a correlation that is overlooked costs more than a larger batch."""
_DRIFTING = 0.95
"""Share of the squared errors of the fewest batches along a straight line from which a run drifts. Chance does that to
two steady rows in a thousand; the others that are still alike then are steady ones that remember for long."""
_CORRECTED = 0.8
"""Largest correlation that is corrected for."""
_ROUNDING = 1e-12
"""Relative difference of two sums that is taken for none."""
_STRAIGHT = 1e-6
"""Skewness that is taken for none."""
_BEYOND = 10
"""Observations beyond a percentile below which it has no upper bound."""
_APART = 5
"""As many of them have to be independent: long waits come in clusters, of which some are needed."""
_SOME = 0.1
"""Observations that are to be expected beyond a percentile, below which not even a lower bound is known of it."""
_BULK = (0.5, 0.9)
"""Shares that tell how many observations are independent: they are known where rarer ones are not."""


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
    rows = np.array([above], dtype=np.float64), np.array([below], dtype=np.float64)
    ratios, lows, highs, counts, _ = (each.tolist() for each in ratio_bounds(*rows, level))
    if counts[0] == 0:
        return None
    return Interval(ratios[0], lows[0], highs[0], int(counts[0]))


def ratio_bounds(
    above: Numbers, below: Numbers, level: float = 0.95
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Many ratios at once, each a row: the estimates, their lower and upper bounds, their batches, and which are alike.

    Where there is no interval, the bounds are NaN and the batches none. Rows whose fewest batches are still
    alike have the interval of these, widened by their correlation, unless they drift: without them, just the
    runs with slow ups and downs would have none. They are those with a one at the end.
    """
    whole = below.sum(axis=1)
    ratios = np.divide(
        above.sum(axis=1), whole, out=np.full(len(whole), math.nan), where=whole > 0.0
    )
    lows, highs = np.full(len(ratios), math.nan), np.full(len(ratios), math.nan)
    batches, still = np.zeros(len(ratios)), np.zeros(len(ratios))
    open_rows = np.flatnonzero(np.isfinite(ratios))
    count = min(_MOST, above.shape[1])
    while count >= _FEWEST and len(open_rows):
        ratio = ratios[open_rows]
        errors = _errors(above[open_rows], below[open_rows], ratio, count)
        alike = _correlations(errors)
        steady = (alike + 1.0 / count) * math.sqrt(count) <= _SUSPECT
        if count // 2 < _FEWEST:
            still[open_rows[~steady]] = 1.0
            steady |= _straightness(errors) <= _DRIFTING
            alike = np.minimum(alike, _SUSPECT / math.sqrt(count) - 1.0 / count)
        rows = open_rows[steady]
        less, more = _deviations(errors[steady], alike[steady], level)
        lows[rows], highs[rows] = ratio[steady] - less, ratio[steady] + more
        batches[rows] = count
        open_rows = open_rows[~steady]
        count //= 2
    return ratios, lows, highs, batches, still


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
        None where no observations lie beyond it, or the run is too short. The upper end is infinite
        where it would lie beyond all observations.
    """
    table = np.array(counts, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        return None
    above, below = shares_up_to(table, [share, *_BULK])
    _, lows, highs, batches, still = ratio_bounds(above, below, level)
    sums = np.cumsum(table.sum(axis=0))
    bounds = dict(
        zip((share, *_BULK), zip(lows.tolist(), highs.tolist(), strict=True), strict=True)
    )
    alike = {each for each, one in zip((share, *_BULK), still.tolist(), strict=True) if one}
    found = readable(bounds, float(sums[-1]), level, alike).get(share)
    if found is None:
        return None
    mean, least = (values[_place(sums, each)] for each in (share, found[0]))
    most = values[_place(sums, found[1])] if found[1] < math.inf else math.inf
    return Interval(mean, least, most, int(batches[0]))


def shares_up_to(table: Numbers, shares: Sequence[float]) -> tuple[Numbers, Numbers]:
    """What `ratio_bounds` needs for the shares of observations up to some quantiles.

    The counts of the bucket in which a quantile lies are divided as the quantile divides it in the
    whole run, so that the ratio is the share itself.

    Args:
        table: Observations for each stretch of the run (rows) and each bucket (columns).
        shares: Which quantiles.

    Returns:
        Observations up to each quantile (rows) in each stretch, and all of them.
    """
    wanted = np.array(shares)
    whole = table.sum(axis=0)
    sums = np.cumsum(whole)
    ranks = wanted * sums[-1]
    places = np.minimum(np.searchsorted(sums, ranks, side="left"), len(sums) - 1)
    inside = (ranks - (sums[places] - whole[places])) / np.maximum(whole[places], 1.0)
    up_to = np.cumsum(table, axis=1)[:, places] - (1.0 - inside) * table[:, places]
    return up_to.T, np.repeat(table.sum(axis=1)[np.newaxis], len(wanted), axis=0)


def readable(
    bounds: Mapping[float, tuple[float, float]],
    total: float,
    level: float = 0.95,
    alike: Collection[float] = (),
) -> dict[float, tuple[float, float]]:
    """The bounds that can be read off a distribution of so many observations, by share.

    The upper bound of a rare percentile may lie beyond all that was seen: then it is infinite, and the
    interval is one-sided. Runs that saw too little of a heavy tail are just these: without them, the
    intervals of the others would seem better than they are.

    Args:
        bounds: Bounds by share, NaN where there are none. One half and nine tenths have to be among
            them: from their width follows how many observations are independent.
        total: How many observations there are.
        level: Confidence of the bounds.
        alike: Shares whose bounds come from batches that are still alike. They are too wide by chance to tell
            how many observations are independent, where others do.
    """
    telling = [each for each in _BULK if each not in alike and not math.isnan(bounds[each][0])]
    known = [_independent(share, bounds[share], level) for share in telling or _BULK]
    apart = min((each for each in known if not math.isnan(each)), default=0.0)
    found: dict[float, tuple[float, float]] = {}
    for share, (low, high) in bounds.items():
        beyond = 1.0 - share
        if math.isnan(low) or total * beyond < _SOME:
            continue
        doubt = _doubt(share, apart, level) if share > max(_BULK) else 0.0
        least, most = min(low, share - doubt), max(high, share + doubt)
        seen = total * beyond >= _BEYOND and apart * beyond >= _APART
        if least > 0.0:
            inside = seen and most * total <= total - 1.0
            found[share] = (least, most if inside else math.inf)
    return found


def _doubt(share: float, apart: float, level: float) -> float:
    """How far a share may be off by the number of independent observations alone.

    Batches that hardly saw a tail agree with each other, and say too little of how sure its share is.
    """
    if apart <= 0.0:
        return math.inf
    factor = NormalDist().inv_cdf((1.0 + level) / 2.0)
    return factor * math.sqrt(share * (1.0 - share) / apart)


def _independent(share: float, bounds: tuple[float, float], level: float) -> float:
    """Independent observations that would make bounds of a share as wide as they are."""
    error = (bounds[1] - bounds[0]) / (2.0 * two_sided(level, _MOST - 1))
    return share * (1.0 - share) / (error * error) if error != 0.0 else math.inf


def _place(sums: Numbers, share: float) -> int:
    """Place of the smallest value that the share does not exceed."""
    rank = max(1.0, math.ceil(share * float(sums[-1]) - 1e-9))
    return int(np.searchsorted(sums, rank, side="left"))


def _errors(above: Numbers, below: Numbers, ratios: Numbers, count: int) -> Numbers:
    """How far each of so many batches, of nearly the same length, is from the ratio."""
    starts = np.arange(count) * above.shape[1] // count
    uppers = np.add.reduceat(above, starts, axis=1)
    lowers = np.add.reduceat(below, starts, axis=1)
    scale = count / lowers.sum(axis=1)
    errors: Numbers = (uppers - ratios[:, np.newaxis] * lowers) * scale[:, np.newaxis]
    # What is the same in all batches must not differ by its rounding.
    errors[np.abs(errors) <= _ROUNDING * np.abs(ratios)[:, np.newaxis]] = 0.0
    return errors


def _correlations(errors: Numbers) -> Numbers:
    """Lag-1 correlation of the batches of each row; chance alone makes it −1 ∕ count."""
    squares = (errors**2).sum(axis=1)
    products = (errors[:, 1:] * errors[:, :-1]).sum(axis=1)
    none = np.full(len(errors), -1.0 / errors.shape[1])
    alike: Numbers = np.divide(products, squares, out=none, where=squares > 0.0)
    return alike


def _straightness(errors: Numbers) -> Numbers:
    """Share of the squared errors of each row that a straight line explains."""
    count = errors.shape[1]
    steps = np.arange(count) - (count - 1) / 2.0
    squares = ((errors - errors.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    none = np.zeros(len(errors))
    along: Numbers = (errors @ steps) ** 2 / float(steps @ steps)
    share: Numbers = np.divide(along, squares, out=none, where=squares > 0.0)
    return share


def _deviations(errors: Numbers, alike: Numbers, level: float) -> tuple[Numbers, Numbers]:
    """Student's interval of each row, below and above the estimate.

    Corrected for the correlation that is left and for skewness (Johnson 1978; Willink 2005).
    """
    count = errors.shape[1]
    left = np.clip(alike, 0.0, _CORRECTED)
    variance = (errors**2).sum(axis=1) / (count - 1)
    error = np.sqrt(variance * (1.0 + left) / (1.0 - left) / count)
    factor = two_sided(level, count - 1)
    bend = _skewness(errors) / (6.0 * math.sqrt(count))
    # Without skewness the limit of the formula is the factor itself.
    bend = np.where(np.abs(bend) < _STRAIGHT, _STRAIGHT, bend)
    less, more = (
        (np.cbrt(1.0 + 6.0 * bend * (each - bend)) - 1.0) / (2.0 * bend)
        for each in (factor, -factor)
    )
    return error * less, -error * more


def _skewness(errors: Numbers) -> Numbers:
    """Skewness of each row around zero, without its bias."""
    count = errors.shape[1]
    variance = (errors**2).mean(axis=1)
    cubes = (errors**3).mean(axis=1)
    none = np.zeros(len(errors))
    plain: Numbers = np.divide(cubes, variance * np.sqrt(variance), out=none, where=variance > 0.0)
    plain *= math.sqrt(count * (count - 1)) / (count - 2)
    return plain

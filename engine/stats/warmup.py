"""Where a run becomes steady: White's MSER-5 rule.

The mean of what remains is known best if neither much of the start (its bias) nor much of the rest
(data thrown away) goes. The rule takes the truncation that makes the standard error of the remaining
mean smallest, over batches of five observations (White, Cobb and Spratt 2000).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.stats.batches import batch_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BATCH = 5
"""Observations to a batch; the five of MSER-5."""
_LEFT = 5
"""Batches that remain at least: the standard error of fewer is small by chance."""
LEAST = _BATCH * (_LEFT + 1)
"""Observations below which nothing can be said."""

_TWO_SIDED = 0.9973
"""Confidence of three standard errors."""


@dataclass(frozen=True, slots=True)
class Truncation:
    """How many observations to leave out at the start."""

    count: int
    enough: bool
    """Whether the advice can be trusted: less than half goes. Else the run is too short."""


def mser5(series: Sequence[float]) -> int:
    """Observations to leave out at the start, a multiple of five.

    More than half of the series means that it is too short to tell: ask `truncation`.
    """
    return truncation(series).count


def truncation(series: Sequence[float]) -> Truncation:
    """MSER-5 of a series of observations, all finite, and whether it is long enough for it.

    Fewer than thirty say nothing; nothing is left out then.
    """
    numbers = np.asarray(series, dtype=np.float64)
    batches = len(numbers) // _BATCH
    if len(numbers) < LEAST:
        return Truncation(0, enough=False)
    means = numbers[: batches * _BATCH].reshape(batches, _BATCH).mean(axis=1)
    place = int(np.argmin(_errors(means)[: batches - _LEFT + 1]))
    return Truncation(place * _BATCH, enough=place <= batches // 2)


def differs(head: Sequence[float], tail: Sequence[float]) -> bool:
    """Whether the start of a series lies further from the rest than chance explains.

    The rule always finds some place; in a steady run it is a chance one. Three standard errors of the
    difference, since the place was looked for where the difference is large. Where the rest is no
    steady series either, they differ.
    """
    if not head:
        return False
    rest = batch_interval(tail, level=_TWO_SIDED)
    if rest is None:
        return True
    error = rest.half_width * math.sqrt(1.0 + len(tail) / len(head))
    return abs(float(np.mean(head)) - rest.mean) > error


def _errors(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared standard error of the mean of what remains, by the number of batches left out."""
    values = means - means.mean()
    remaining = np.arange(len(values), 0, -1, dtype=np.float64)
    sums = np.cumsum(values[::-1])[::-1]
    squares = np.cumsum((values * values)[::-1])[::-1]
    spread: NDArray[np.float64] = np.maximum(squares - sums * sums / remaining, 0.0)
    return spread / remaining**2

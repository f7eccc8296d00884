"""Where a run becomes steady: White's MSER-5 rule.

The mean of what remains is known best if neither much of the start (its bias) nor much of the rest
(data thrown away) goes. The rule takes the truncation that makes the standard error of the remaining
mean smallest, over batches of five observations (White, Cobb and Spratt 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BATCH = 5
"""Observations to a batch; the five of MSER-5."""
_LEFT = 5
"""Batches that remain at least: the standard error of fewer is small by chance."""


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
    """MSER-5 of a series of observations, all finite, and whether it is long enough for it."""
    numbers = np.asarray(series, dtype=np.float64)
    batches = len(numbers) // _BATCH
    if batches <= _LEFT:
        return Truncation(0, enough=False)
    means = numbers[: batches * _BATCH].reshape(batches, _BATCH).mean(axis=1)
    place = int(np.argmin(_errors(means)[: batches - _LEFT + 1]))
    return Truncation(place * _BATCH, enough=place <= batches // 2)


def _errors(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared standard error of the mean of what remains, by the number of batches left out."""
    values = means - means.mean()
    remaining = np.arange(len(values), 0, -1, dtype=np.float64)
    sums = np.cumsum(values[::-1])[::-1]
    squares = np.cumsum((values * values)[::-1])[::-1]
    spread: NDArray[np.float64] = np.maximum(squares - sums * sums / remaining, 0.0)
    return spread / remaining**2

"""The whole distribution of the wait in M/G/1 (Pollaczek and Khinchine), on a grid of its own."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.queueing.curves import Curve, below

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.plan.primitives import LawPlan
    from engine.plan.queueing.waits import Wait

    Floats = NDArray[np.float64]

_POINTS: Final = 8192
_FAR: Final = 16.0
"""Standard deviations of the wait that the grid reaches."""
_SURE: Final = 0.05
"""Relative error of the mean on the grid above which the distribution is not to be had."""

Shares = tuple[tuple[float, "LawPlan"], ...]
"""The laws of work by their shares of the requests."""


@lru_cache(maxsize=512)
def mg1_curve(laws: Shares, wait: Wait) -> Curve | None:
    """The distribution of a wait that is a geometric number of residual works; None where the grid is too coarse.

    Args:
        laws: the laws of work.
        wait: what is known of the wait: its chance is the utilization.
    """
    busy, moments = wait.chance, wait.moments
    if not 0.0 < busy < 1.0 or not math.isfinite(moments.variance) or moments.mean <= 0.0:
        return None
    step = (moments.mean + _FAR * math.sqrt(moments.variance)) / _POINTS
    edges = np.arange(_POINTS + 1, dtype=np.float64) * step
    middles = edges[:-1] + step / 2.0
    longer = np.zeros(_POINTS)
    for share, law in laws:
        longer += share * (1.0 - below(law, middles))
    whole = float(longer.sum())
    if whole <= 0.0:
        return None
    mean = sum(share * law.mean for share, law in laws)
    if abs(whole * step - mean) > _SURE * mean:
        return None
    residual = np.fft.rfft(longer / whole, 2 * _POINTS)
    # A residual lies half a step after the beginning of its cell.
    late = np.exp(-1j * np.pi * np.arange(_POINTS + 1) / (2 * _POINTS))
    compound = (1.0 - busy) / (1.0 - busy * residual * late)
    shares = np.maximum(np.fft.irfft(compound, 2 * _POINTS)[:_POINTS], 0.0)
    shares[-1] += max(0.0, 1.0 - float(shares.sum()))
    return Curve(step, shares)

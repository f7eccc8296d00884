"""The whole distribution of waits that are a number of exponential stages, on a grid of its own."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.queueing.curves import Curve

if TYPE_CHECKING:
    from engine.plan.queueing.stages import Stages

_POINTS: Final = 512
_FAR: Final = 8.0
"""Standard deviations above the mean that the grid reaches."""


@lru_cache(maxsize=128)
def stages_curve(stages: Stages) -> Curve | None:
    """The distribution of a wait on a grid: of k stages more than j are left at t with Poisson probabilities of j done."""
    chances = np.array(stages.chances)
    count = np.arange(1.0, len(chances) + 1.0)
    mean = float(chances @ count)
    variance = float(chances @ (count * (count + 1.0))) - mean * mean
    whole = mean + _FAR * math.sqrt(max(variance, 0.0))
    if not 0.0 < whole < math.inf or not 0.0 < stages.mean < math.inf:
        return None
    edges = (np.arange(_POINTS, dtype=np.float64) + 0.5) * (whole / _POINTS)
    left = chances[::-1].cumsum()[::-1]  # with which more than 0, 1, 2 … have to be done
    done = np.arange(len(chances), dtype=np.float64)
    logs = np.concatenate([[0.0], np.cumsum(np.log(done[1:]))]) if len(done) > 1 else np.zeros(1)
    poisson = np.exp(np.outer(np.log(edges), done) - edges[:, None] - logs)
    below = 1.0 - poisson @ left
    shares = np.diff(below, prepend=0.0)
    shares[-1] += max(0.0, 1.0 - float(below[-1]))
    return Curve(whole / _POINTS * stages.mean, np.maximum(shares, 0.0))

"""What an overloaded station gets done where all share it: not in proportion, since short work ends before long work."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.queueing.curves import below

if TYPE_CHECKING:
    from engine.plan.queueing.compound import Shares

_POINTS: Final = 512
_HALVES: Final = 40


@lru_cache(maxsize=512)
def shared_share(laws: Shares, load: float) -> float:
    """Share of the requests that is done under processor sharing while their number grows without bound.

    The number grows by a share y of what comes. Who came at s has got ln(t/s) ∕ y ∕ load of the mean work by t, so that
    y is the share that is not done yet: y = 1 - E exp(-y load B ∕ EB) (Jean-Marie and Robert 1994). For exponential
    work that is 1 - 1 ∕ load, as first come, first served.

    Args:
        laws: the laws of work by their shares of the requests.
        load: what is offered over what can be done; above 1.
    """
    mean = sum(share * law.mean for share, law in laws)
    if load <= 1.0 or mean <= 0.0:
        return 1.0
    times = -np.log((np.arange(_POINTS, dtype=np.float64) + 0.5) / _POINTS) * mean / load
    low, high = 0.0, 1.0
    for _ in range(_HALVES):
        left = (low + high) / 2.0
        done = sum(share * float(below(law, times / left).mean()) for share, law in laws)
        if 1.0 - done > left:
            low = left
        else:
            high = left
    return 1.0 - high

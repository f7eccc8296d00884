"""How often a store has what is asked for whose evictions sample a few entries, as Redis does for LRU.

Of K entries that are drawn, the one that was not used for longest goes. With m evictions a second among C entries,
an entry that was not used for a time t, which is longer than that of a share F(t) of all, goes at the rate
(m/C) K F(t)^(K-1). So the share S(t) of the idle times that would be that long without use, and F, follow from each
other: dF/dt = S(t) G(t) / C, where G(t) is the rate at which keys are asked for again after t; and m is what makes
F(∞) = 1. One sample is random eviction, many are LRU.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_POINTS: Final = 120
"""Times at which it is looked, on a logarithmic scale."""
_RATES: Final = 24
"""Rates of eviction that are tried at once, so many times over: to a thousandth."""
_ROUNDS: Final = 3


def held_by_sampling(counts: Floats, rates: Floats, entries: float, samples: int) -> Floats:
    """Probability that a key is there when it is asked for.

    Args:
        counts: how many keys there are in each group.
        rates: requests a second for each key of a group.
        entries: how many of the keys are stored, fewer than there are.
        samples: how many entries are drawn for an eviction.
    """
    total = float(np.sum(counts * rates))
    asked = rates > 0.0
    slowest = float(np.min(rates[asked]))
    times = np.concatenate([[0.0], np.geomspace(1e-3 / total, 30.0 / slowest, _POINTS)])
    spans = np.diff(times)
    # Keys that are asked for again within each span: what G integrates to there.
    left = np.exp(-np.outer(times, rates))
    again = (left[:-1] - left[1:]) @ counts
    low, high = 1e-9 * total, total
    for _ in range(_ROUNDS):
        evictions = np.geomspace(low, high, _RATES)
        full, _ = _filled(again, spans, evictions / entries, entries, samples)
        over = int(np.searchsorted(-full, -1.0))
        low, high = evictions[max(over - 1, 0)], evictions[min(over, _RATES - 1)]
    _, stay = _filled(again, spans, np.array([np.sqrt(low * high) / entries]), entries, samples)
    return np.asarray(np.clip(stay[:, 0] @ (left[:-1] - left[1:]), 0.0, 1.0))


def _filled(
    again: Floats, spans: Floats, turnover: Floats, entries: float, samples: int
) -> tuple[Floats, Floats]:
    """Of several rates of eviction for each entry: the share F of the room that is used, and S within each span."""
    full = np.zeros_like(turnover)
    lasting = np.ones_like(turnover)
    stay = np.empty((len(spans), len(turnover)))
    for place, span in enumerate(spans):
        half = np.minimum(full + 0.5 * lasting * again[place] / entries, 1.0)
        hazard = turnover * samples * half ** (samples - 1) if samples > 1 else turnover
        gone = hazard * span
        # The mean of S over the span, as it falls exponentially.
        mean = lasting * np.where(gone > 1e-9, -np.expm1(-gone) / np.maximum(gone, 1e-9), 1.0)
        stay[place] = mean
        full = full + mean * again[place] / entries
        lasting = lasting * np.exp(-gone)
    return full, stay

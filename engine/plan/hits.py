"""How often a keyed store has what is asked for, predicted.

Che's approximation: a key stays for a characteristic time T, the same for all, which follows from the
capacity (Che, Tung, Wang 2002; Fricker, Robert, Roberts 2012 on why it is so good). Keys of similar
popularity are counted together, so that a prediction costs well under a millisecond.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.plan.primitives import KeyPlan, StorePlan

    Floats = NDArray[np.float64]

_EXACT: Final = 64
"""So many of the most popular keys are counted one by one."""
_GROUPS: Final = 192
_STEPS: Final = 40
"""Halvings in the search for T on a logarithmic scale: to ten digits."""


def hit_ratio(store: StorePlan, demands: Sequence[tuple[float, KeyPlan, float]]) -> float:
    """Predicted share of reads that find their key.

    Args:
        store: the store.
        demands: reads per second, popularity of the keys and bytes of an entry, of each class.
    """
    rated = [(rate, *_popularity(keys), size) for rate, keys, size in demands if rate > 0.0]
    if not rated:
        return 0.0
    counts = np.concatenate([count for _, count, _, _ in rated])
    rates = np.concatenate([rate * share for rate, _, share, _ in rated])
    fits = Fits(store, np.concatenate([np.full_like(count, size) for _, count, _, size in rated]))
    if fits(counts):
        time = store.ttl
    elif store.eviction == "lfu":
        return _most_popular(fits, counts, rates)
    else:
        time = min(_stay(store, fits, counts, rates), store.ttl)
    held = _held(store, rates, time)
    return float(np.sum(counts * rates * held) / np.sum(counts * rates))


def _popularity(keys: KeyPlan) -> tuple[Floats, Floats]:
    """Groups of keys: how many there are, and the share of requests that each key in it has."""
    if keys.hot > 0:
        rest = float(keys.count - keys.hot)
        shares = [keys.hot_share / keys.hot, (1.0 - keys.hot_share) / rest]
        return np.array([float(keys.hot), rest]), np.array(shares)
    first = np.arange(1, min(keys.count, _EXACT) + 1, dtype=np.float64)
    weights, counts = first**-keys.alpha, np.ones_like(first)
    if keys.count > _EXACT:
        edges = np.unique(np.round(np.geomspace(_EXACT, keys.count, _GROUPS)))
        low, high = edges[:-1] + 0.5, edges[1:] + 0.5
        width = high - low
        counts = np.concatenate([counts, width])
        weights = np.concatenate([weights, _integral(low, high, keys.alpha) / width])
    return counts, weights / float(np.sum(counts * weights))


def _integral(low: Floats, high: Floats, alpha: float) -> Floats:
    """Integral of x to the power of -alpha, which is the sum over the whole numbers between."""
    if math.isclose(alpha, 1.0):
        return np.log(high / low)
    return np.asarray((high ** (1.0 - alpha) - low ** (1.0 - alpha)) / (1.0 - alpha))


def _held(store: StorePlan, rates: Floats, time: float) -> Floats:
    """Probability that a key is there when it is asked for, by its rate."""
    if math.isinf(time):
        return np.ones_like(rates)
    asked = rates * time
    if store.eviction == "lru" and time < store.ttl:
        return np.asarray(-np.expm1(-asked))
    return np.asarray(asked / (1.0 + asked))


class Fits:
    """Whether there is room for so many entries of each size."""

    def __init__(self, store: StorePlan, sizes: Floats) -> None:
        self.entries = INFINITE if store.capacity is None else float(store.capacity)
        self.bytes = INFINITE if store.capacity_bytes is None else store.capacity_bytes
        self.sizes = sizes

    def __call__(self, counts: Floats) -> bool:
        """Whether these numbers of entries fit."""
        few = float(np.sum(counts)) <= self.entries
        return few and float(np.sum(counts * self.sizes)) <= self.bytes


def _stay(store: StorePlan, fits: Fits, counts: Floats, rates: Floats) -> float:
    """The time that a key stays so that as many are there as fit."""
    low, high = 1e-12, 1e15
    for _ in range(_STEPS):
        middle = math.sqrt(low * high)
        if fits(counts * _held_untimed(store, rates, middle)):
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def _held_untimed(store: StorePlan, rates: Floats, time: float) -> Floats:
    """Probability that a key is there, as if nothing expired by age."""
    asked = rates * time
    return np.asarray(-np.expm1(-asked) if store.eviction == "lru" else asked / (1.0 + asked))


def _most_popular(fits: Fits, counts: Floats, rates: Floats) -> float:
    """Share of requests for the keys that are asked for most, as many as fit."""
    order = np.argsort(-rates, kind="stable")
    many, sizes = counts[order], fits.sizes[order]
    kept = np.clip(fits.entries - (np.cumsum(many) - many), 0.0, many)
    left = fits.bytes - (np.cumsum(many * sizes) - many * sizes)
    kept = np.minimum(kept, np.maximum(left, 0.0) / np.maximum(sizes, 1.0))
    return float(np.sum(kept * rates[order]) / np.sum(counts * rates))

"""How often a keyed store has what is asked for, predicted.

Che's approximation: a key stays for a characteristic time T, the same for all, which follows from the
capacity (Che, Tung, Wang 2002; Fricker, Robert, Roberts 2012 on why it is so good). Keys of similar
popularity are counted together, so that a prediction costs well under a millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.plan.primitives import INFINITE, KeyPlan
from engine.plan.sampled_hits import held_by_sampling
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.primitives import StorePlan

Floats = NDArray[np.float64]

_BY_USE: Final = ("lfu", "w_tinylfu", "s3_fifo")
"""Evictions that keep about what is asked for most; of the latter two theory says no more than that."""
_EXACT: Final = 64
"""So many of the most popular keys are counted one by one."""
_GROUPS: Final = 192
_STEPS: Final = 40
"""Halvings in the search for T on a logarithmic scale: to ten digits."""
_NEVER: Final = 1e-200
"""Reads a second that are none, also for the oldest computer; shared among the keys they would round to 0."""

Demands = Sequence[tuple[float, KeyPlan, float]]
"""Reads per second, popularity of the keys and bytes of an entry, of each class."""


def hit_ratio(store: StorePlan, demands: Demands) -> float:
    """Predicted share of reads that find their key.

    Args:
        store: the store.
        demands: who reads.
    """
    keys = _keys_of(store, demands)
    if keys is None:
        return 0.0
    return float(np.sum(keys.counts * keys.rates * keys.held) / np.sum(keys.counts * keys.rates))


def misses_while_fetched(store: StorePlan, demands: Demands, fetch: float) -> float:
    """Misses of keys that are being fetched already, for each other miss: a key comes only when its fetch ends.

    Args:
        store: the store.
        demands: who reads.
        fetch: mean time (s) of a fetch.
    """
    keys = _keys_of(store, demands)
    if keys is None:
        return 0.0
    missed = keys.counts * keys.rates * (1.0 - keys.held)
    whole = float(np.sum(missed))
    return float(np.sum(missed * keys.rates)) * fetch / whole if whole > 0.0 else 0.0


def misses_while_filling(store: StorePlan, demands: Demands, since: float) -> float:
    """Share of the reads that miss since the store began empty so long (s) ago, those that would anyway apart."""
    keys = _keys_of(store, demands)
    if keys is None or store.prewarm:
        return 0.0
    asked = keys.counts * keys.rates
    never = np.exp(-keys.rates * min(since, 1e12))
    return float(np.sum(asked * keys.held * never) / np.sum(asked))


@dataclass(frozen=True, slots=True)
class _Keys:
    """Groups of keys of similar popularity."""

    counts: Floats
    rates: Floats
    """Reads a second of each key."""
    held: Floats
    """Probability that a key is there."""


def _keys_of(store: StorePlan, demands: Demands) -> _Keys | None:
    """The keys that are asked for; None where none are."""
    rated = [(rate, keys, size) for rate, keys, size in demands if rate > _NEVER]
    if not rated:
        return None
    ends = np.unique(np.concatenate([_ends(keys) for _, keys, _ in rated]))
    counts = np.diff(ends)
    # Classes ask for the same keys: the first of one is the first of another.
    by_class = [rate * np.diff(_asked_before(keys, ends)) / counts for rate, keys, _ in rated]
    rates = np.sum(by_class, axis=0)
    weighed = np.sum(
        [asked * size for asked, (_, _, size) in zip(by_class, rated, strict=True)], axis=0
    )
    fits = Fits(store, weighed / np.maximum(rates, 1e-300))
    if fits(counts):
        return _Keys(counts, rates, _held(store, rates, store.ttl))
    if store.eviction in _BY_USE or (_is_frozen(store) and store.prewarm):
        return _Keys(counts, rates, _most_popular(fits, counts, rates))
    time = min(_stay(store, fits, counts, rates), store.ttl)
    held = _held(store, rates, time)
    if store.eviction == "sampled_lru" and time < store.ttl:
        room = float(np.sum(counts * held))
        held = held_by_sampling(counts, rates, room, store.samples)
    return _Keys(counts, rates, held)


def _is_frozen(store: StorePlan) -> bool:
    """Whether nobody who is stored ever goes."""
    return store.eviction == "none" and math.isinf(store.ttl)


def _is_recent(store: StorePlan) -> bool:
    """Whether those are stored that were asked for last; or first, which are as likely to be the same."""
    return store.eviction in ("lru", "sampled_lru") or _is_frozen(store)


def _ends(keys: KeyPlan) -> Floats:
    """Where groups of keys of similar popularity begin and end."""
    if keys.hot > 0:
        return np.array([0.0, float(keys.hot), float(keys.count)])
    ends = np.arange(min(keys.count, _EXACT) + 1, dtype=np.float64)
    if keys.count > _EXACT:
        more = np.unique(np.round(np.geomspace(_EXACT, keys.count, _GROUPS)))
        ends = np.concatenate([ends, more[1:]])
    return ends


def _asked_before(keys: KeyPlan, ends: Floats) -> Floats:
    """Share of the requests that are for keys before each place."""
    if keys.hot > 0:
        known, sums = _ends(keys), np.array([0.0, keys.hot_share, 1.0])
        return np.asarray(np.interp(ends, known, sums))
    first = np.arange(1, min(keys.count, _EXACT) + 1, dtype=np.float64)
    exact = np.concatenate([[0.0], np.cumsum(first**-keys.alpha)])
    most = np.minimum(ends, float(keys.count))
    sums = np.interp(most, np.arange(len(exact), dtype=np.float64), exact)
    beyond = most > _EXACT
    if beyond.any():
        low = np.full(int(beyond.sum()), _EXACT + 0.5)
        sums[beyond] = exact[-1] + _integral(low, most[beyond] + 0.5, keys.alpha)
    whole = exact[-1]
    if keys.count > _EXACT:
        least, last = np.array([_EXACT + 0.5]), np.array([keys.count + 0.5])
        whole += float(_integral(least, last, keys.alpha)[0])
    return np.asarray(sums / whole)


def groups_of_keys(keys: KeyPlan) -> list[tuple[int, int, float]]:
    """Groups of keys of similar popularity: the first key, the one after the last, and their share of the requests."""
    ends = _ends(keys)
    shares = np.diff(_asked_before(keys, ends))
    return [
        (int(first), int(end), float(share))
        for first, end, share in zip(ends[:-1], ends[1:], shares, strict=True)
    ]


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
    if _is_recent(store) and time < store.ttl:
        return np.asarray(-np.expm1(-asked))
    return np.asarray(asked / (1.0 + asked))


class Fits:
    """Whether there is room for so many entries of each size."""

    def __init__(self, store: StorePlan, sizes: Floats) -> None:
        shares = store.shares
        self.entries = INFINITE if store.capacity is None else shares * store.capacity
        self.bytes = INFINITE if store.capacity_bytes is None else shares * store.capacity_bytes
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
    return np.asarray(-np.expm1(-asked) if _is_recent(store) else asked / (1.0 + asked))


def _most_popular(fits: Fits, counts: Floats, rates: Floats) -> Floats:
    """Probability to be there: those that are asked for most are, as many as fit."""
    order = np.argsort(-rates, kind="stable")
    many, sizes = counts[order], fits.sizes[order]
    kept = np.clip(fits.entries - (np.cumsum(many) - many), 0.0, many)
    left = fits.bytes - (np.cumsum(many * sizes) - many * sizes)
    kept = np.minimum(kept, np.maximum(left, 0.0) / np.maximum(sizes, 1.0))
    held = np.zeros_like(counts)
    held[order] = np.clip(kept / many, 0.0, 1.0)
    return held

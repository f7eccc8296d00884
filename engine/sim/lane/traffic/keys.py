"""Which key a request asks for: Zipf popularity by inversion of the cumulative distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import numpy as np
from librt.vecs import vec
from mypy_extensions import i64

from engine.sim.lane.draws import LARGEST_BATCH, SMALLEST_BATCH

if TYPE_CHECKING:
    from engine.sim.lane.draws import Draws


def popularity(count: int, alpha: float) -> Any:
    """Cumulative popularity of keys 0 … count-1, in proportion to 1/(k+1)^alpha."""
    sums = np.cumsum(np.arange(1, count + 1, dtype=np.float64) ** -alpha)
    return sums / sums[-1]


def hot_popularity(count: int, hot: int, share: float) -> Any:
    """Cumulative popularity of keys 0 … count-1, of which the first few share a part of the requests."""
    first = share * np.arange(1, hot + 1, dtype=np.float64) / hot
    rest = count - hot
    others = share + (1.0 - share) * np.arange(1, rest + 1, dtype=np.float64) / rest
    return np.concatenate([first, others])


@final
class Keys:
    """A stream of keys, drawn many at a time."""

    def __init__(self, uniforms: Any, sums: Any, count: int) -> None:
        self._uniforms = uniforms
        self._sums = sums
        """Cumulative popularity; None is uniform."""
        self._count = count
        self._keys = vec[i64]()
        self._next: i64 = 0
        self._size: i64 = SMALLEST_BATCH

    def draw(self) -> i64:
        """The next key."""
        place = self._next
        if place == len(self._keys):
            self._refill()
            place = 0
        self._next = place + 1
        return self._keys[place]

    def _refill(self) -> None:
        """Draw the next batch."""
        size = int(self._size)
        draws = self._uniforms(size)
        if self._sums is None:
            keys = (draws * self._count).astype(np.int64)
        else:
            keys = np.searchsorted(self._sums, draws, side="right")
        self._keys = vec[i64](np.minimum(keys, self._count - 1).astype(np.int64, copy=False))
        if size < LARGEST_BATCH:
            self._size = size * 2


@final
class HotKeys:
    """Keys that shares of the requests ask for, because of events."""

    def __init__(self, uniforms: Draws) -> None:
        self._uniforms = uniforms
        self._keys: list[int] = []
        self._sums: list[float] = []

    def turn(self, keys: list[int], sums: list[float]) -> None:
        """Have other keys, each up to a cumulative share; where these exceed 1, the first come first."""
        self._keys = keys
        self._sums = sums

    def pick(self, usual: i64) -> i64:
        """The key that a request asks for, which would have asked for another one."""
        draw = self._uniforms.draw()
        for place, share in enumerate(self._sums):
            if draw < share:
                return i64(self._keys[place])
        return usual

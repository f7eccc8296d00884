"""Keyed stores: which keys are there, until when, and which one goes when room is needed."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.draws import Draws


class Store:
    """Keys with an expiry time (s); a subclass decides which key is evicted."""

    def __init__(self, capacity: i64, ttl: float) -> None:
        self.capacity: i64 = capacity
        self.ttl = ttl
        self.evictions: i64 = 0

    def get(self, key: i64, now: float) -> bool:
        """Look a key up; one that has expired goes."""
        raise NotImplementedError

    def put(self, key: i64, expiry: float) -> None:
        """Store a key until a time; others are evicted as room is needed."""
        raise NotImplementedError

    def drop(self, key: i64) -> None:
        """Forget a key."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget everything."""
        raise NotImplementedError

    def count(self) -> int:
        """Number of keys."""
        raise NotImplementedError

    def contents(self) -> list[tuple[int, float]]:
        """Keys with their expiry, in the order in which `put` would rebuild the store."""
        raise NotImplementedError


@final
class OrderedStore(Store):
    """Evicts the key that was stored first, or, where hits renew, the least recently used."""

    def __init__(self, capacity: i64, ttl: float, *, hits_renew: bool) -> None:
        super().__init__(capacity, ttl)
        self._hits_renew = hits_renew
        self._entries: OrderedDict[int, float] = OrderedDict()

    def get(self, key: i64, now: float) -> bool:
        """Look a key up."""
        expiry = self._entries.get(key)
        if expiry is None:
            return False
        if expiry <= now:
            del self._entries[key]
            return False
        if self._hits_renew:
            self._entries.move_to_end(key)
        return True

    def put(self, key: i64, expiry: float) -> None:
        """Store a key as the newest."""
        entries = self._entries
        if key in entries:
            entries[key] = expiry
            if self._hits_renew:
                entries.move_to_end(key)
            return
        while len(entries) > 0 and len(entries) >= self.capacity:
            entries.popitem(last=False)
            self.evictions += 1
        if self.capacity > 0:
            entries[key] = expiry

    def drop(self, key: i64) -> None:
        """Forget a key."""
        self._entries.pop(key, 0.0)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def count(self) -> int:
        """Number of keys."""
        return len(self._entries)

    def contents(self) -> list[tuple[int, float]]:
        """Keys with their expiry, the oldest first."""
        return list(self._entries.items())


@final
class RandomStore(Store):
    """Evicts any key, with equal chances."""

    def __init__(self, capacity: i64, ttl: float, uniforms: Draws) -> None:
        super().__init__(capacity, ttl)
        self._uniforms = uniforms
        self._expiry: dict[int, float] = {}
        self._place: dict[int, int] = {}
        self._keys: list[int] = []

    def get(self, key: i64, now: float) -> bool:
        """Look a key up."""
        expiry = self._expiry.get(key)
        if expiry is None:
            return False
        if expiry <= now:
            self.drop(key)
            return False
        return True

    def put(self, key: i64, expiry: float) -> None:
        """Store a key."""
        if key not in self._expiry:
            while len(self._keys) > 0 and len(self._keys) >= self.capacity:
                self.drop(self._keys[self._uniforms.below(len(self._keys))])
                self.evictions += 1
            if self.capacity <= 0:
                return
            self._place[key] = len(self._keys)
            self._keys.append(key)
        self._expiry[key] = expiry

    def drop(self, key: i64) -> None:
        """Forget a key; the last one in the list takes its place."""
        if key not in self._expiry:
            return
        del self._expiry[key]
        place = self._place.pop(key)
        last = self._keys.pop()
        if last != key:
            self._keys[place] = last
            self._place[last] = place

    def clear(self) -> None:
        """Forget everything."""
        self._expiry.clear()
        self._place.clear()
        self._keys.clear()

    def count(self) -> int:
        """Number of keys."""
        return len(self._keys)

    def contents(self) -> list[tuple[int, float]]:
        """Keys with their expiry."""
        return [(key, self._expiry[key]) for key in self._keys]


@final
class LfuStore(Store):
    """Keeps the keys that were asked for most often ever (perfect LFU); the oldest of equals goes."""

    def __init__(self, capacity: i64, ttl: float) -> None:
        super().__init__(capacity, ttl)
        self._expiry: dict[int, float] = {}
        self._uses: dict[int, int] = {}
        """How often each key was asked for, stored or not."""
        self._ranks: dict[int, OrderedDict[int, None]] = {}
        """Stored keys by number of uses."""
        self._least = 0

    def get(self, key: i64, now: float) -> bool:
        """Look a key up and count the use."""
        uses = self._uses.get(key, 0)
        self._uses[key] = uses + 1
        expiry = self._expiry.get(key)
        if expiry is None:
            return False
        self._unrank(key, uses)
        if expiry <= now:
            del self._expiry[key]
            return False
        self._rank(key, uses + 1)
        return True

    def put(self, key: i64, expiry: float) -> None:
        """Store a key, unless all others were asked for more often."""
        if key not in self._expiry:
            uses = self._uses.get(key, 0)
            self._rank(key, uses)
            self._least = min(self._least, uses)
        self._expiry[key] = expiry
        while len(self._expiry) > self.capacity:
            self._evict()

    def _rank(self, key: int, uses: int) -> None:
        """File a key under its number of uses."""
        rank = self._ranks.get(uses)
        if rank is None:
            rank = OrderedDict()
            self._ranks[uses] = rank
        rank[key] = None

    def _unrank(self, key: int, uses: int) -> None:
        """Take a key out of its rank."""
        rank = self._ranks[uses]
        del rank[key]
        if len(rank) == 0:
            del self._ranks[uses]

    def _evict(self) -> None:
        """Drop the oldest of the least used."""
        while self._least not in self._ranks:
            self._least += 1
        self.drop(next(iter(self._ranks[self._least])))
        self.evictions += 1

    def drop(self, key: i64) -> None:
        """Forget a key, though not how often it was asked for."""
        if key in self._expiry:
            del self._expiry[key]
            self._unrank(key, self._uses.get(key, 0))

    def clear(self) -> None:
        """Forget everything."""
        self._expiry.clear()
        self._uses.clear()
        self._ranks.clear()
        self._least = 0

    def count(self) -> int:
        """Number of keys."""
        return len(self._expiry)

    def contents(self) -> list[tuple[int, float]]:
        """Keys with their expiry."""
        return list(self._expiry.items())

"""Which instance of a node has a key, where each has a store of its own: the same for all who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.balancing.key_maps import KeyMap, Modulo
from engine.sim.lane.mixing import mixed
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool


@final
class KeyRing:
    """The instances of a node and the map from keys to them; the last few may be spare ones, the gutter.

    Everybody who asks knows at once who is down. Then the next instance answers that has a copy, else a
    spare one; where there is neither, the instance that is down is asked in vain.
    """

    def __init__(self) -> None:
        self.pools: list[Pool] = []
        """The instances, the spare ones last."""
        self.keys: KeyMap = Modulo(1)
        self.main: i64 = 0
        """How many are not spare."""
        self.replicas: i64 = 0
        """Copies of each entry beside the first."""
        self.salt: i64 = 0
        self.range: i64 = 0
        """How many keys there are, where instances have ranges of them; 0 where keys are hashed."""
        self.ever: list[Pool] = []
        """All instances that there ever were, in the order in which they came."""
        self.moved = 0.0
        """Share of the keys that went to another instance, added up over all changes."""

    def hashed(self, key: i64) -> i64:
        """The number that is mapped."""
        if self.range == 0:
            return mixed(key, self.salt)
        return key if key < self.range else mixed(key, self.salt) % self.range

    def copy(self, hashed: i64, ahead: i64) -> i64:
        """The place of the instance with a copy: 0 is the first one."""
        first = self.keys.place(hashed)
        if ahead == 0:
            return first
        place = self.keys.after(hashed, ahead)
        return place if place >= 0 else (first + ahead) % self.main

    def serving(self, key: i64) -> i64:
        """The place of the instance that is asked for a key now."""
        hashed = self.hashed(key)
        place = self.keys.place(hashed)
        pool = self.pools[place]
        if not pool.down and not pool.draining:
            return place
        copies = min(self.replicas + 1, self.main)
        ahead: i64 = 1
        while ahead < copies:
            other = self.copy(hashed, ahead)
            if not self.pools[other].down and not self.pools[other].draining:
                return other
            ahead += 1
        spare = self._spare(hashed)
        if spare >= 0:
            return spare
        while pool.draining and ahead < self.main:
            other = self.copy(hashed, ahead)
            if not self.pools[other].down and not self.pools[other].draining:
                return other
            ahead += 1
        return place

    def _spare(self, hashed: i64) -> i64:
        """The place of a spare instance that is up, by the hash; below zero where there is none."""
        count: i64 = len(self.pools) - self.main
        ahead: i64 = 0
        while ahead < count:
            place = self.main + (hashed + ahead) % count
            if not self.pools[place].down and not self.pools[place].draining:
                return place
            ahead += 1
        return -1


@final
class KeyRingPicker(Picker):
    """The instance that has a key, for callers that know the ring: as clients of Memcached do."""

    def __init__(self, endpoints: list[Endpoint], ring: KeyRing) -> None:
        super().__init__(endpoints)
        self._ring = ring

    def pick(self, call: Call) -> Endpoint | None:
        """The one that is asked for the key now."""
        ring, endpoints = self._ring, self.endpoints
        place = ring.serving(call.key)
        pool = ring.pools[place]
        if place < len(endpoints) and endpoints[place].pool is pool:
            return endpoints[place]
        for endpoint in endpoints:  # a link that was removed knows the instances that there were
            if endpoint.pool is pool:
                return endpoint
        return None

"""What is true of every key of a cluster, which no instance knows: what was written, acknowledged, and is held where."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from librt.vecs import extend, vec
from mypy_extensions import i64

from engine.sim.lane.stores.table import FEWEST, KeyTable

if TYPE_CHECKING:
    from engine.sim.lane.replicas.replica import Replica


@final
class Ledger:
    """Keys, each with a slot, and their versions: numbers from 1 on, in the order in which they were begun."""

    def __init__(self) -> None:
        self.keys = KeyTable()
        self.partition = vec[i64]([0] * FEWEST)
        self.begun = vec[i64]([0] * FEWEST)
        """The newest version whose write has begun."""
        self.acked = vec[i64]([0] * FEWEST)
        """The newest version that was acknowledged."""
        self.newest = vec[i64]([0] * FEWEST)
        """The version that wins among those that owners hold."""
        self.stamps = vec[float]([0.0] * FEWEST)
        """Its time stamp."""
        self.holders = vec[i64]([0] * FEWEST)
        """Owners that hold it."""
        self.dropped = vec[i64]([0] * FEWEST)
        """The newest version that was lost to an older one which passed for newer."""
        self.divergent: i64 = 0
        """Keys whose owners do not all hold the same version."""
        self.lost_updates: i64 = 0

    def room(self) -> i64:
        """Slots that there are, used or not."""
        return self.keys.room()

    def add(self, key: i64, partition: i64) -> i64:
        """A slot for a new key."""
        slot = self.keys.add(key)
        room = self.keys.room()
        while len(self.begun) < room:
            self._grow()
        self.partition[slot] = partition
        return slot

    def _grow(self) -> None:
        """Have twice the room. What it is doubled with is overwritten."""
        size: i64 = len(self.begun)
        self.partition = extend(self.partition, self.partition)
        self.begun = extend(self.begun, self.begun)
        self.acked = extend(self.acked, self.acked)
        self.newest = extend(self.newest, self.newest)
        self.stamps = extend(self.stamps, self.stamps)
        self.holders = extend(self.holders, self.holders)
        self.dropped = extend(self.dropped, self.dropped)
        slot = size
        while slot < 2 * size:
            self.partition[slot] = self.begun[slot] = self.acked[slot] = 0
            self.newest[slot] = self.holders[slot] = self.dropped[slot] = 0
            self.stamps[slot] = 0.0
            slot += 1

    def applied(self, slot: i64, version: i64, stamp: float, owners: i64) -> None:
        """An owner, one of so many, holds a version from now on."""
        newest, held = self.newest[slot], self.stamps[slot]
        if version == newest:
            holders = self.holders[slot] + 1
            self.holders[slot] = holders
            if holders == owners:
                self.divergent -= 1
        elif newest == 0 or held < stamp or (held == stamp and newest < version):
            if newest > version:
                self.drop(slot, newest)
            if owners > 1 and (newest == 0 or self.holders[slot] == owners):
                self.divergent += 1
            self.newest[slot] = version
            self.stamps[slot] = stamp
            self.holders[slot] = 1

    def drop(self, slot: i64, version: i64) -> None:
        """A version gives way to one that was begun before it."""
        if version > self.dropped[slot]:
            self.dropped[slot] = version
            self.lost_updates += 1

    def survey(self, owners: list[list[Replica]]) -> i64:
        """Look anew at what the owners of each key hold; acknowledged versions of which no newer one is held anywhere."""
        self.divergent = 0
        lost: i64 = 0
        slot: i64 = 0
        room = self.keys.room()
        while slot < room:
            if self.begun[slot] > 0:
                lost += self._look(slot, owners[self.partition[slot]])
            slot += 1
        return lost

    def _look(self, slot: i64, owners: list[Replica]) -> i64:
        """What the owners of one key hold; 1 where an acknowledged version is lost."""
        newest: i64 = 0
        largest: i64 = 0
        stamp = 0.0
        for owner in owners:
            version, when = owner.versions[slot], owner.stamps[slot]
            largest = max(largest, version)
            if version > 0 and (
                newest == 0 or when > stamp or (when == stamp and version > newest)
            ):
                newest, stamp = version, when
        holders: i64 = 0
        for owner in owners:
            holders += i64(owner.versions[slot] == newest)
        self.newest[slot], self.stamps[slot], self.holders[slot] = newest, stamp, holders
        if holders < len(owners):
            self.divergent += 1
        if largest >= self.acked[slot]:
            return 0
        self.acked[slot] = largest
        return 1

"""What the instances of a cluster hold together: who owns which keys, and what becomes of that when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from engine.sim.lane.network.ways import Peers
from engine.sim.lane.replicas.cells import Cell, inherited
from engine.sim.lane.replicas.conflicts import Conflicts
from engine.sim.lane.replicas.ledger import Ledger
from engine.sim.lane.replicas.partitions import Partitions
from engine.sim.lane.seams import Role

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_maps import KeyMap
    from engine.sim.lane.call import Pool
    from engine.sim.lane.replicas.origin import Issued
    from engine.sim.lane.replicas.replica import Replica
    from engine.sim.lane.replicas.watch import Watch

TERM: Final = float(1 << 40)
"""What the term of a leader adds to the stamps of its versions: a number that no clock shows, and no version has."""


class Holding(Role):
    """Replicas of keys. How requests get at them is said by `Cluster`."""

    def __init__(self) -> None:
        self.members: list[Replica] = []
        """One an instance that there is."""
        self.former: list[Replica] = []
        """Of instances that were taken away and may have work still."""
        self.peers = Peers()
        """The network between the instances."""
        self.together = True
        """Whether they all lie in one place, so that there is nothing to ask of the network."""
        self.partitions = Partitions()
        self.ledger = Ledger()
        self.conflicts = Conflicts()
        self.merging = False
        """Whether writes that conflict are merged, by what each knew of, rather than overwritten by clocks."""
        self.side_by_side = False
        """Whether both sides of a conflict are kept as siblings until a later write merges them."""
        self.siblings: i64 = 0
        """Siblings beside the first of each key, at all replicas."""
        self.merged: i64 = 0
        """Siblings that later writes have merged."""
        self.led = False
        """Whether each partition has a leader, whose log says which version is newer."""
        self.watch: Watch | None = None
        """What looks at one key, where somebody wants that."""
        self.repaired: i64 = 0
        """Replicas that reads, hints and comparisons have brought up to date."""
        self.lost_writes: i64 = 0
        self.keys_moved: i64 = 0
        self.issued: Issued | None = None
        """Where caches want to know which version they were answered with, what it is."""
        self.flawed = False
        """Whether stale answers are to be expected for once: data was lost, clocks differ, or knobs were turned."""

    def take(
        self, replica: Replica, slot: i64, version: i64, stamp: float, cell: Cell | None
    ) -> bool:
        """Have a replica hold a version, unless it holds a newer one; whether it did not yet.

        Where conflicts are merged it goes by the cell, and by no clock.
        """
        if self.merging:
            if version == 0:
                return False
            keeps = self.side_by_side
            return self._join(replica, slot, version, cell or inherited(version, keeps=keeps))
        term: i64 = i64(stamp / TERM)
        if cell is not None or (term > 0 and not self.led):
            stamp = 0.0  # it was sent before it was decided to go by clocks
        ledger = self.ledger
        owners = self.partitions.owners[ledger.partition[slot]]
        count: i64 = len(owners)
        owner = bit_of(owners, replica)
        if owner > 0 and self.led:
            self.conflicts.delivered(slot, version, term, owner, (1 << count) - 1)
        elif owner > 0:
            self.conflicts.received(slot, version, owner, (1 << count) - 1)
        if not replica.is_older(slot, version, stamp):
            if replica.versions[slot] < version:
                ledger.drop(slot, version)
            return False
        replica.versions[slot] = version
        replica.stamps[slot] = stamp
        watch = self.watch
        if watch is not None and ledger.keys.keys[slot] == watch.key:
            watch.holds(i64(replica.pool.index), version, replica.pool.site.agenda.now)
        if owner > 0:
            ledger.applied(slot, version, stamp, count)
        return True

    def _join(self, replica: Replica, slot: i64, version: i64, cell: Cell) -> bool:
        """Have a replica know what a cell does; whether it did not yet."""
        ledger = self.ledger
        owners = self.partitions.owners[ledger.partition[slot]]
        owner = bit_of(owners, replica)
        if owner > 0:
            self.conflicts.received(slot, version, owner, (1 << i64(len(owners))) - 1)
        mine = replica.cell(slot, keeps=self.side_by_side)
        before: i64 = len(mine.siblings)
        if not mine.join(cell):
            return False
        self.siblings += max(0, i64(len(mine.siblings)) - 1) - max(0, before - 1)
        high = mine.high
        if high > replica.versions[slot]:
            replica.versions[slot] = high
            replica.stamps[slot] = float(high)
            watch = self.watch
            if watch is not None and ledger.keys.keys[slot] == watch.key:
                watch.holds(i64(replica.pool.index), high, replica.pool.site.agenda.now)
            if owner > 0:
                ledger.applied(slot, high, float(high), len(owners))
        return True

    def resolve(self, *, merging: bool, keeps: bool, led: bool) -> None:
        """Tell which version is newer in another way from now on: what is held is what everybody goes on from."""
        if merging == self.merging and keeps == self.side_by_side and led == self.led:
            return
        self.merging, self.side_by_side, self.led = merging, keeps, led
        ledger = self.ledger
        room = ledger.room()
        everybody = self.members + self.former
        for member in everybody:
            member.cells.clear()
            for hint in member.hints.values():
                hint.stamp = float(hint.version) if merging else 0.0
        slot: i64 = 0
        while slot < room:
            for member in everybody:
                member.stamps[slot] = float(member.versions[slot]) if merging else 0.0
            slot += 1
        self.siblings = 0
        self.conflicts.clear()
        ledger.survey(self.partitions.owners)

    def saw(self, replica: Replica, slot: i64) -> None:
        """Let who looks at a key know that a replica holds another version of it."""
        watch = self.watch
        if watch is not None and self.ledger.keys.keys[slot] == watch.key:
            now = replica.pool.site.agenda.now
            watch.holds(i64(replica.pool.index), replica.versions[slot], now)

    def count_siblings(self) -> None:
        """Count anew: keys have other owners, or were lost."""
        self.siblings = 0
        for member in self.members:
            for cell in member.cells.values():
                self.siblings += max(0, i64(len(cell.siblings)) - 1)

    def reaches(self, here: Replica, other: Replica) -> bool:
        """Whether an instance knows another one to be up, and nothing is between them."""
        return not other.pool.down and self.connects(here, other)

    def connects(self, here: Replica, other: Replica) -> bool:
        """Whether nothing is between two instances."""
        if here.side != other.side:
            return False
        return self.together or not self.peers.cut(here.pool, other.pool)

    def replica_of(self, pool: Pool) -> Replica:
        """What an instance holds."""
        place = i64(pool.index)
        members = self.members
        if place < len(members):
            member = members[place]
            if member.pool is pool:
                return member
        for each in members:
            if each.pool is pool:
                return each
        for each in self.former:
            if each.pool is pool:
                return each
        return members[0]

    def _enter(self, key: i64) -> i64:
        """A slot for a key that nobody has asked for yet."""
        slot = self.ledger.add(key, self.partitions.of(key))
        room = self.ledger.room()
        for member in self.members:
            member.make_room(room)
        for member in self.former:
            member.make_room(room)
        return slot

    def rearrange(self, key_map: KeyMap, owners: list[list[Replica]], *, ranged: bool) -> None:
        """Have keys belong to other partitions, and these to other instances: what moves is copied at once."""
        before = self.partitions.owners
        places = self.partitions
        places.map, places.ranged, places.owners = key_map, ranged, owners
        ledger = self.ledger
        keys = ledger.keys
        moved: i64 = 0
        for key in self._known():
            slot = keys.find(key)
            had = before[ledger.partition[slot]]
            partition = self.partitions.of(key)
            have = owners[partition]
            moves = partition != ledger.partition[slot]
            ledger.partition[slot] = partition
            for owner in have:
                if owner not in had:
                    moves = True
                    self._copy(slot, had, owner)
            for other in had:
                if other not in have:
                    other.versions[slot] = 0
                    other.stamps[slot] = 0.0
                    other.cells.pop(int(slot), None)
            moved += i64(moves)
        self.conflicts.clear()
        if self.merging:
            self.count_siblings()
        self.keys_moved += moved
        self.flawed = self.flawed or moved > 0
        ledger.survey(owners)

    def _copy(self, slot: i64, had: list[Replica], owner: Replica) -> None:
        """Have a new owner of a key hold what those do who had it."""
        for other in had:
            if self.merging and other.versions[slot] > 0:
                mine = owner.cell(slot, keeps=self.side_by_side)
                mine.join(other.cell(slot, keeps=self.side_by_side))
            if owner.is_older(slot, other.versions[slot], other.stamps[slot]):
                owner.versions[slot] = other.versions[slot]
                owner.stamps[slot] = other.stamps[slot]

    def _known(self) -> list[int]:
        """All keys that anybody has asked for; a free slot holds the next free one instead of a key."""
        ledger = self.ledger
        keys = ledger.keys
        found: list[int] = []
        slot: i64 = 0
        room = keys.room()
        while slot < room:
            key = keys.keys[slot]
            if keys.find(key) == slot:
                found.append(int(key))
            slot += 1
        return found

    def compare_all(self, now: float) -> i64:
        """Bring all owners that reach each other to the newest version that one of them holds (anti-entropy).

        Returns:
            How many replicas of keys were behind.
        """
        ledger = self.ledger
        behind: i64 = 0
        slot: i64 = 0
        room = ledger.room()
        while slot < room:
            if ledger.begun[slot] > 0:
                owners = self.partitions.owners[ledger.partition[slot]]
                if self.merging or ledger.holders[slot] < len(owners):
                    for owner in owners:
                        if not owner.pool.down:
                            behind += self._catch_up(owner, owners, slot)
            slot += 1
        self.repaired += behind
        return behind

    def sources(self, slot: i64, owners: list[Replica]) -> list[Replica]:
        """Who has versions of a key that others lack."""
        return owners

    def _catch_up(self, owner: Replica, owners: list[Replica], slot: i64) -> i64:
        """Have one replica know what others know that it reaches; 1 where it was behind."""
        behind: i64 = 0
        for other in self.sources(slot, owners):
            if other is owner or not self.reaches(owner, other):
                continue
            cell = None
            if self.merging and other.versions[slot] > 0:
                cell = other.cell(slot, keeps=self.side_by_side)
            if self.take(owner, slot, other.versions[slot], other.stamps[slot], cell):
                behind = 1
        return behind

    def flush(self, some: set[int] | None) -> None:
        """All disks are lost, or those of the instances with some indices."""
        for member in self.members:
            if some is None or int(member.pool.index) in some:
                member.forget()
        self.count_siblings()
        self.lost_writes += self.ledger.survey(self.partitions.owners)

    def stand(self, pool: Pool, side: i64, skew: float) -> None:
        """Have events put an instance on a side of cuts, and its clock wrong."""
        replica = self.replica_of(pool)
        if replica.pool is pool:
            replica.side, replica.skew = side, skew
            self.flawed = self.flawed or skew != 0.0


def bit_of(owners: list[Replica], replica: Replica) -> i64:
    """The bit that stands for one of some owners; 0 for who is none of them."""
    bit: i64 = 1
    for owner in owners:
        if owner is replica:
            return bit
        bit <<= 1
    return 0

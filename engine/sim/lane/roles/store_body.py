"""What a store holds for a node: entries under keys, in one store or in one of each instance, and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from engine.sim.lane.codes import NEVER, OK
from engine.sim.lane.owners import root_of
from engine.sim.lane.roles.background import Background
from engine.sim.lane.seams import Role
from engine.sim.lane.stores.by_instance import NOBODYS, key_at
from engine.sim.lane.stores.table import NOWHERE
from engine.sim.lane.stores.versions import UNKNOWN, compare, is_unchanged, note, version_of

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_ring import KeyRing
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.roles.renewal import Renewal
    from engine.sim.lane.roles.write_behind import WriteBehind
    from engine.sim.lane.stores.private import OwnKeys
    from engine.sim.lane.stores.store import Store
    from engine.sim.lane.stores.versions import Origins, Versions

# What becomes of a key that is written.
INVALIDATE: Final = 0
"""It is dropped."""
AROUND: Final = 1
"""It stays as it is."""
THROUGH: Final = 2
"""What is written is stored as well; where the flow makes no calls, it is dropped."""
BEHIND: Final = 3
"""It is stored, answered, and goes through the flow later; where that makes no calls, it is dropped."""


class StoreBody(Role):
    """The entries of a node, and who may read and write them how; what requests do with them is up to the role."""

    single_flight: bool = False
    """Whether one job fetches a missing key, and others wait for it."""
    sized: bool = False
    """Whether the bytes and the ages of entries are reported."""
    tells: bool = False
    """Whether those who are answered want to know the version: they may store it as well."""

    def __init__(self, node: Node, flow: Role, store: Store) -> None:
        self.node = node
        self.flow = flow
        self.store = store
        """What all instances share; where each has a store of its own, that of the first."""
        self.ring: KeyRing | None = None
        """Which instance has which key, where each has a store of its own."""
        self.shards: list[Store] | None = None
        """Their stores, by the index of the instance."""
        self.former: KeyRing | None = None
        """What it was, where it is not any more."""
        self.user_keys: OwnKeys | None = None
        """What makes keys a user's or an instance's own, where each has a store of its own."""
        self.renewal: Renewal | None = None
        """How what it holds is renewed, where that is more than to fetch what has expired."""
        self.policy: i64 = INVALIDATE
        """Of writes."""
        self.background = Background(node)
        self.behind: WriteBehind | None = None
        """The writes that go on later; None where none ever did."""
        self.writes: list[bool] = [False]
        """Whether each class writes."""
        self.sizes: list[int] = [0]
        """Bytes of an entry, for each class that may write it."""
        self.hits: i64 = 0
        self.misses: i64 = 0
        self.ages = 0.0
        """Sum of the ages (s) of the entries that hits served."""
        self.stale: i64 = 0
        """Hits that served an older version than the newest that was acknowledged when they began."""
        self.origins: Origins | None = None
        """Who knows the versions of what is written; None where nothing can be stale."""
        self.sources: list[Versions] = []
        """The origins of what it holds."""
        self.tenants: i64 = 0
        """Nodes that ever kept sessions here: each has keys of its own."""
        self._followers: dict[int, list[Call]] = {}
        """For each key that is fetched, the job that fetches it, and those that wait for it."""

    def _hit(self, job: Call, slot: i64, now: float) -> None:
        """Answer with an entry."""
        store = self.store_of(job.pool)
        self.hits += 1
        store.hits += 1
        self.ages += now - store.written_at[slot]
        if self.origins is not None:
            self._judge(job, store.versions[slot], self.origins)
        self.node.end(job, OK, now)

    def _judge(self, job: Call, version: i64, origins: Origins) -> None:
        """See whether a hit serves an old version, and let it tell which it is."""
        if origins.is_stale(version, job.key, job.arrived, self.sources):
            self.stale += 1
        if self.tells:
            note(job, version)
            if origins.conditional:
                compare(job, version)

    def _put(self, job: Call, now: float) -> i64:
        """Store a job's key; returns its slot, or `NOWHERE`."""
        return self._store(job, self._key(job), now)

    def _store(self, job: Call, key: i64, now: float) -> i64:
        """Store what a job has fetched or writes, as a key; returns its slot, or `NOWHERE`."""
        pool, renewal = job.pool, self.renewal
        store = self.store_of(pool)
        until = now + store.ttl
        if renewal is not None:
            if not self.writes[job.kind]:
                if not renewal.may_store(job, key):
                    return NOWHERE
                slot = store.table.find(key)
                before = store.written_at[slot] if slot >= 0 else -1.0
                began = root_of(job).arrived if job.fill else job.arrived
                renewal.stored(key, began, before, now)
            until = renewal.expiry(until)
            renewal.revalidated += i64(is_unchanged(job))
        version = _version_of(job)
        slot = store.put(key, now, until, self.sizes[job.kind], pool.index, version)
        if slot >= 0 and self.ring is not None:
            self._copy(self.ring, pool, store, slot)
        return slot

    def store_of(self, pool: Pool) -> Store:
        """What an instance looks into."""
        shards = self.shards
        return self.store if shards is None else shards[pool.index]

    def _copy(self, ring: KeyRing, pool: Pool, store: Store, slot: i64) -> None:
        """Have the other instances that ought to have a copy of an entry have one, those that are up."""
        if ring.replicas == 0:
            return
        hashed = ring.hashed(store.table.keys[slot])
        for ahead in range(min(ring.replicas + 1, ring.main)):
            other = ring.pools[ring.copy(hashed, ahead)]
            if other is not pool and not other.down:
                copies = self.store_of(other)
                written, until = store.written_at[slot], store.expires_at[slot]
                size, version = store.sizes[slot], store.versions[slot]
                copies.put(store.table.keys[slot], written, until, size, pool.index, version)

    def drop(self, key: i64, pool: Pool) -> None:
        """Forget a key, in an instance and wherever there are copies."""
        self.store_of(pool).drop(key)
        ring = self.ring
        if ring is not None and ring.replicas > 0:
            hashed = ring.hashed(key)
            for ahead in range(min(ring.replicas + 1, ring.main)):
                self.store_of(ring.pools[ring.copy(hashed, ahead)]).drop(key)

    def drop_everywhere(self, key: i64) -> None:
        """Forget a key in all instances."""
        self.store.drop(key)
        if self.ring is not None:
            for pool in self.ring.pools:
                self.store_of(pool).drop(key)

    def holds(self, key: i64) -> bool:
        """Whether an instance that is up has a key, where each has a store of its own."""
        if self.ring is not None:
            for pool in self.ring.pools:
                if not pool.down and self.store_of(pool).table.find(key) >= 0:
                    return True
        return False

    def _key(self, job: Call) -> i64:
        """Under what a job's key is stored."""
        keys = self.user_keys
        return job.key if keys is None else keys.key(job)

    def clear(self) -> None:
        """Forget everything, what was to be written behind as well."""
        self.store.clear()
        if self.ring is not None:
            for pool in self.ring.pools:
                self.store_of(pool).clear()
        if self.behind is not None:
            self.behind.crash()

    def prewarm(self, keys: i64, size: i64, now: float, place: i64 = NOBODYS) -> None:
        """Store the most popular keys, as many entries of a size as fit, the most popular last.

        Ages are spread over the time to live, as they would be after a while; without one they are 0. Where each
        instance has a store of its own, that is done for the one in a place.
        """
        store, ring = self.store, self.ring
        version = UNKNOWN if self.origins is None else self.origins.as_of_now()
        stores: i64 = 1 if ring is None else ring.main
        count = keys
        if store.capacity < count:
            count = min(count, store.capacity * stores)
        if size > 0 and store.capacity_bytes // size < count:
            count = min(count, store.capacity_bytes // size * stores)
        finite = store.ttl < NEVER
        for rank in range(count):
            key = count - 1 - rank
            stored = key if place == NOBODYS else key_at(key, place)
            age = (float(key + 1) * 0.6180339887498949) % 1.0
            written = now - store.ttl * age if finite else now
            until = now + store.ttl * (1.0 - age)
            if ring is None:
                store.put(stored, written, until, size, 0, version)
                continue
            pool = ring.pools[ring.serving(key)]
            own = self.store_of(pool)
            slot = own.put(key, written, until, size, pool.index, version)
            if slot >= 0:
                self._copy(ring, pool, own, slot)


def _version_of(job: Call) -> i64:
    """The version of what is stored for a job: what it has read, or, where it only brings it, who made it."""
    version = version_of(job)
    above = job.parent
    while job.fill and version == UNKNOWN and above is not None and above.key == job.key:
        version = version_of(above)
        above = above.parent
    return version

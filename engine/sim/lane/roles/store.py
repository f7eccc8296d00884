"""A keyed store in front of a flow: a read that hits is answered at once, one that misses goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.codes import CRASHED, ERROR, NEVER, OK, QUEUE_FULL
from engine.sim.lane.roles.background import Background
from engine.sim.lane.seams import Role
from engine.sim.lane.stores.by_instance import NOBODYS, key_at
from engine.sim.lane.stores.versions import UNKNOWN, note, version_of
from engine.sim.lane.user_session import LIVE

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_ring import KeyRing
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.roles.write_behind import WriteBehind
    from engine.sim.lane.stores.private import OwnKeys
    from engine.sim.lane.stores.store import Store
    from engine.sim.lane.stores.versions import Origins, Versions
    from engine.sim.lane.user_session import UserSession

# What becomes of a key that is written.
INVALIDATE: Final = 0
"""It is dropped."""
AROUND: Final = 1
"""It stays as it is."""
THROUGH: Final = 2
"""What is written is stored as well; where the flow makes no calls, it is dropped."""
BEHIND: Final = 3
"""It is stored, answered, and goes through the flow later; where that makes no calls, it is dropped."""


@final
class StoreRole(Role):
    """Read-through where its flow makes calls, else a plain look-up that says whether the key was there.

    A write goes through the flow; what then becomes of the key is its policy. With single flight, one job fetches a
    missing key and the others wait for it.
    """

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
        self.single_flight = False
        self.policy: i64 = INVALIDATE
        """Of writes."""
        self.background = Background(node)
        self.behind: WriteBehind | None = None
        """The writes that go on later; None where none ever did."""
        self.writes: list[bool] = [False]
        """Whether each class writes."""
        self.sizes: list[int] = [0]
        """Bytes of an entry, for each class that may write it."""
        self.sized = False
        """Whether the bytes and the ages of entries are reported."""
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
        self.tells = False
        """Whether those who are answered want to know the version: they may store it as well."""
        self.tenants: i64 = 0
        """Nodes that ever kept sessions here: each has keys of its own."""
        self._followers: dict[int, list[Call]] = {}
        """For each key that is fetched, the job that fetches it, and those that wait for it."""

    def serve(self, job: Call, now: float) -> None:
        """Look the key up, or change it."""
        context = job.context
        if context is not None and context.session is not None:
            self._serve_session(job, context.session, now)
        elif job.fill:
            kept = self._put(job, now) >= 0 or not self.store.refuses
            self.node.end(job, OK if kept else ERROR, now)
        elif self.writes[job.kind]:
            behind = self.behind
            if behind is not None and self.policy == BEHIND and not self.flow.ends_here:
                self._write_behind(job, behind, now)
            else:
                self.flow.serve(job, now)
        else:
            shards, keys = self.shards, self.user_keys
            store = self.store if shards is None else shards[job.pool.index]
            slot = store.find(job.key if keys is None else keys.key(job), now)
            if slot >= 0:
                self.hits += 1
                store.hits += 1
                self.ages += now - store.written_at[slot]
                if self.origins is not None:
                    self._judge(job, store.versions[slot], self.origins)
                self.node.end(job, OK, now)
            else:
                self.misses += 1
                store.misses += 1
                self._miss(job, now)

    def _judge(self, job: Call, version: i64, origins: Origins) -> None:
        """See whether a hit serves an old version, and let it tell which it is."""
        if origins.is_stale(version, job.key, job.arrived, self.sources):
            self.stale += 1
        if self.tells:
            note(job, version)

    def _write_behind(self, job: Call, behind: WriteBehind, now: float) -> None:
        """Store what is written and answer; it goes on later, where there is room for it to wait."""
        if behind.is_full(job.key):
            self.node.finish(job, QUEUE_FULL, now)
            return
        behind.take(job, now)
        self._put(job, now)
        self.node.end(job, OK, now)

    def _serve_session(self, job: Call, session: UserSession, now: float) -> None:
        """Look a session up, or keep it: nothing else than this store knows of it."""
        store, keeper = self.store_of(job.pool), session.keeper
        if job.fill:
            if keeper in store.keepers:
                slot = store.put(session.key, now, NEVER, keeper.size, job.pool.index)
                if slot >= 0 and self.ring is not None:
                    self._copy(self.ring, job.pool, store, slot)
                if store.table.find(session.key) >= 0:
                    keeper.stored(session, now)
                if slot < 0 and store.refuses:
                    session.given = session.state == LIVE  # its user has nothing that could be lost
                    self.node.end(job, ERROR, now)
                    return
        else:
            slot = store.find(session.key, now)
            if slot >= 0:
                self.hits += 1
                store.hits += 1
                self.ages += now - store.written_at[slot]
            else:
                self.misses += 1
                store.misses += 1
                job.missed = True
        self.node.end(job, OK, now)

    def _miss(self, job: Call, now: float) -> None:
        """Fetch the key, wait for who fetches it, or say that it is not there."""
        behind = self.behind
        if behind is not None and behind.has(job.key):
            self._serve_unwritten(job, behind, now)
            return
        if self.flow.ends_here:
            job.missed = True
            self.node.end(job, OK, now)
            return
        if self.single_flight:
            keys = self.user_keys
            key = job.key if keys is None else keys.key(job)
            followers = self._followers.get(key)
            if followers is not None:
                followers.append(job)
                return
            self._followers[key] = [job]
            job.leads = True
        self.flow.serve(job, now)

    def _serve_unwritten(self, job: Call, behind: WriteBehind, now: float) -> None:
        """What is kept until it is written behind can be read."""
        self.misses -= 1
        self.hits += 1
        version = behind.version(job.key)
        if version != UNKNOWN:
            note(job, version)
        self._put(job, now)
        self.node.end(job, OK, now)

    def _put(self, job: Call, now: float) -> i64:
        """Store a job's key; returns its slot, or `NOWHERE`."""
        pool, keys = job.pool, self.user_keys
        store = self.store_of(pool)
        key = job.key if keys is None else keys.key(job)
        version = _version_of(job)
        until = now + store.ttl
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

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """What was fetched is stored, what was written is dropped, or stored as well; then answer."""
        if job.path is None:
            if self.behind is not None:
                self.behind.ended(job, reason, now)
            return
        if reason == OK:
            if self.writes[job.kind]:
                self._note_write(job, now)
            elif not job.missed:
                self._put(job, now)
        self.node.end(job, reason, now)
        if job.leads:
            self._answer_followers(job, reason, now)

    def _note_write(self, job: Call, now: float) -> None:
        """A write has succeeded behind."""
        policy = self.policy
        if policy == INVALIDATE or (policy != AROUND and self.flow.ends_here):
            self.drop(self._key(job), job.pool)
        elif policy != AROUND:
            self._put(job, now)

    def _answer_followers(self, job: Call, reason: i64, now: float) -> None:
        """Whoever waits for what a job fetched goes the same way."""
        for follower in self._take_followers(job):
            if not follower.done:
                if reason != OK:
                    self.node.blame.passed_on[reason] += 1
                self.node.end(follower, reason, now)

    def _take_followers(self, job: Call) -> list[Call]:
        """Those who wait for what a job fetches; they wait no more."""
        job.leads = False
        keys = self.user_keys
        key = job.key if keys is None else keys.key(job)
        waiting = self._followers.pop(key, None)
        if waiting is None or waiting[0] is not job:  # keys are stored in another way by now
            if waiting is not None:
                self._followers[key] = waiting
            waiting = self._followers.pop(self._fetched(job), [])
        return waiting[1:]

    def _fetched(self, job: Call) -> i64:
        """Under what a job fetches, though keys may be stored in another way by now."""
        key = self._key(job)
        waiting = self._followers.get(key)
        if waiting is None or waiting[0] is not job:
            for other, others in self._followers.items():
                if others[0] is job:
                    return i64(other)
        return key

    def keeps(self, call: Call) -> bool:
        """Others wait for what it fetches."""
        return call.leads and any(
            not each.done for each in self._followers[self._fetched(call)][1:]
        )

    def lost(self, job: Call, now: float) -> None:
        """Whoever waits for a dead job in another instance fails with it."""
        if job.leads:
            for follower in self._take_followers(job):
                if not follower.done and follower.pool is not job.pool:
                    self.node.end(follower, CRASHED, now)

    def killed(self, pool: Pool, now: float) -> None:
        """What instances alone keep is gone with them; what all share is when the last one goes down."""
        keys = self.user_keys
        if keys is not None and keys.died(pool.index):
            return
        if self.shards is not None:
            self.store_of(pool).clear()
        for other in self.node.pools:
            if not other.down:
                return
        self.clear()

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

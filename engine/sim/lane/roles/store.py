"""A keyed store in front of a flow: a read that hits is answered at once, one that misses goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.codes import CRASHED, ERROR, NEVER, OK, QUEUE_FULL
from engine.sim.lane.context import context_of
from engine.sim.lane.roles.renewal import Fetcher
from engine.sim.lane.roles.store_body import AROUND, BEHIND, INVALIDATE, StoreBody
from engine.sim.lane.stores.versions import NOTHING, UNKNOWN, compare, note, version_of
from engine.sim.lane.user_session import LIVE

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.roles.renewal import Renewal
    from engine.sim.lane.roles.write_behind import WriteBehind
    from engine.sim.lane.user_session import UserSession


@final
class StoreRole(StoreBody):
    """Read-through where its flow makes calls, else a plain look-up that says whether the key was there.

    A write goes through the flow; what then becomes of the key is its policy. With single flight, one job fetches a
    missing key and the others wait for it.
    """

    def serve(self, job: Call, now: float) -> None:
        """Look the key up, or change it."""
        context = job.context
        if context is not None and context.session is not None:
            self._serve_session(job, context.session, now)
        elif job.fill:
            kept = self._put(job, now) >= 0 or not self.store.refuses
            self.node.end(job, OK if kept else ERROR, now)
            renewal = self.renewal
            if renewal is not None and renewal.may_store(job, self._key(job)):
                self._answer_waiting(renewal.take_waiting(self._key(job)), OK, now)
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
            renewal = self.renewal
            if slot < 0 or (renewal is not None and renewal.is_early(store.expires_at[slot], now)):
                self.misses += 1
                store.misses += 1
                self._miss(job, now)
            else:
                self._hit(job, slot, now)

    def _compare(self, job: Call) -> None:
        """Tell who asked whether what was fetched for it is another version than its own."""
        if job.context is not None:
            job.context.unchanged = False
        if self.origins is not None and self.origins.conditional:
            compare(job, version_of(job))

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
                if self.ring is not None and self.ring.replicas == 0:
                    self.drop_everywhere(
                        session.key
                    )  # another instance may have it: nobody asks that
        self.node.end(job, OK, now)

    def _miss(self, job: Call, now: float) -> None:
        """Fetch the key, wait for who fetches it, or say that it is not there."""
        behind = self.behind
        if behind is not None and behind.has(job.key):
            self._serve_unwritten(job, behind, now)
            return
        renewal = self.renewal
        if renewal is not None and self._is_served(job, renewal, now):
            return
        if self.flow.ends_here:
            self._count_fetch(job)
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
        self._count_fetch(job)
        self.flow.serve(job, now)

    def fetch(self, job: Call, now: float) -> None:
        """Go on with a request that has waited for another one's fetch in vain."""
        self._count_fetch(job)
        if self.flow.ends_here:
            job.missed = True
            self.node.end(job, OK, now)
        else:
            self.flow.serve(job, now)

    def _count_fetch(self, job: Call) -> None:
        """Count a fetch where keys are renewed."""
        renewal, origins = self.renewal, self.origins
        if renewal is not None:
            key = self._key(job)
            renewal.fetch(key, is_held=self.store_of(job.pool).table.find(key) >= 0)
        if origins is not None and origins.conditional and not self.flow.ends_here:
            self._name_version(job, self._key(job))

    def _name_version(self, job: Call, key: i64) -> None:
        """Let a fetch say which version is here already, or that there is none."""
        slot = self.store_of(job.pool).table.find(key)
        version = UNKNOWN if slot < 0 else self.store_of(job.pool).versions[slot]
        asks = self.renewal is not None and self.renewal.conditional and version != UNKNOWN
        context_of(job).etag = version if asks else NOTHING

    def _is_served(self, job: Call, renewal: Renewal, now: float) -> bool:
        """Whether a request that misses is served what has expired, or waits for who fetches that anew."""
        store, key = self.store_of(job.pool), self._key(job)
        if store.lapsed:
            store.lapsed = False
            renewal.lapse(key)
        slot = store.table.find(key)
        if slot >= 0 and store.expires_at[slot] <= now:
            late = now - store.expires_at[slot]
            if late < renewal.while_revalidating and self._is_renewed(job, key, renewal, now):
                self._serve_expired(job, slot, renewal, now)
                return True
        return renewal.waits(job, key, now)

    def _is_renewed(self, job: Call, key: i64, renewal: Renewal, now: float) -> bool:
        """Whether somebody renews a key; where nobody does, in the background or else whoever asks."""
        until = renewal.refreshing.get(int(key))
        if until is not None and now < until:
            return True
        if self.flow.ends_here:
            renewal.refreshing[int(key)] = now + renewal.patience
            return False
        renewal.refreshing[int(key)] = NEVER
        refresh = self.background.job(job.pool, i64(job.kind), job.key, now)
        renewal.refreshes[refresh] = int(key)
        renewal.waits(refresh, key, now)
        renewal.fetch(key, is_held=True)
        if self.origins is not None and self.origins.conditional:
            self._name_version(refresh, key)
        self.flow.serve(refresh, now)
        return True

    def _serve_expired(self, job: Call, slot: i64, renewal: Renewal, now: float) -> None:
        """Answer with what has expired."""
        store = self.store_of(job.pool)
        renewal.served_stale += 1
        self.misses -= 1
        store.misses -= 1
        store.touch(slot)
        self._hit(job, slot, now)

    def _refreshed(self, job: Call, renewal: Renewal, reason: i64, now: float) -> None:
        """A key was renewed in the background, or could not be: then the next that asks tries again."""
        key = renewal.refreshes.pop(job, None)
        self.background.end(job, now)
        if key is None:
            return
        if int(key) in renewal.refreshing:
            del renewal.refreshing[int(key)]
        waiting = renewal.give_up(job, i64(key))
        if reason == OK and not job.missed and not job.pool.down:
            self._store(job, i64(key), now)
        self._answer_waiting(waiting, reason, now)

    def _stands_in(self, job: Call, now: float) -> bool:
        """Whether what has expired is served since it cannot be renewed."""
        renewal, store = self.renewal, self.store_of(job.pool)
        if renewal is None or renewal.if_error <= 0.0 or self.writes[job.kind]:
            return False
        slot = store.table.find(self._key(job))
        if slot < 0 or now >= store.expires_at[slot] + renewal.if_error:
            return False
        renewal.served_stale += 1
        self.hits += 1
        store.hits += 1
        self.misses -= 1
        store.misses -= 1
        self.ages += now - store.written_at[slot]
        if self.origins is not None:
            self._judge(job, store.versions[slot], self.origins)
        return True

    def _answer_waiting(self, waiting: list[Call], reason: i64, now: float) -> None:
        """Answer those who waited for another one's token."""
        for each in waiting:
            if not each.done:
                if reason != OK:
                    self.node.blame.passed_on[reason] += 1
                self.node.end(each, reason, now)

    def _serve_unwritten(self, job: Call, behind: WriteBehind, now: float) -> None:
        """What is kept until it is written behind can be read."""
        store = self.store_of(job.pool)
        self.misses -= 1
        store.misses -= 1
        self.hits += 1
        store.hits += 1
        version = behind.version(job.key)
        if version != UNKNOWN:
            note(job, version)
        self._put(job, now)
        self.node.end(job, OK, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """What was fetched is stored, what was written is dropped, or stored as well; then answer."""
        if job.path is None:
            self._end_background(job, reason, now)
            return
        renewal = self.renewal
        if reason == OK:
            if self.writes[job.kind]:
                self._note_write(job, now)
            elif not job.missed:
                self._put(job, now)
                self._compare(job)
        elif self._stands_in(job, now):
            blame = self.node.blame
            if blame.passed_on[reason] > self.node.failed[reason]:
                blame.passed_on[reason] -= 1
            reason = OK
        self.node.end(job, reason, now)
        if renewal is not None and not self.writes[job.kind]:
            self._answer_waiting(renewal.give_up(job, self._key(job)), reason, now)
        if job.leads:
            self._answer_followers(job, reason, now)

    def _end_background(self, job: Call, reason: i64, now: float) -> None:
        """What no request waits for is over: a refresh, or a write behind."""
        renewal = self.renewal
        if renewal is not None and job in renewal.refreshes:
            self._refreshed(job, renewal, reason, now)
        elif self.behind is not None:
            self.behind.ended(job, reason, now)

    def _note_write(self, job: Call, now: float) -> None:
        """A write has succeeded behind."""
        policy = self.policy
        if policy == AROUND:
            return
        if policy == INVALIDATE or self.flow.ends_here:
            self.drop(self._key(job), job.pool)
        else:
            self._put(job, now)
        if self.renewal is not None:
            self.renewal.revoke(self._key(job), now)

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
        if self.renewal is not None and self.renewal.keeps(call):
            return True
        return call.leads and any(
            not each.done for each in self._followers[self._fetched(call)][1:]
        )

    def lost(self, job: Call, now: float) -> None:
        """Whoever waits for a dead job in another instance fails with it."""
        if self.renewal is not None:
            self.renewal.lost(job, now)
        if job.leads:
            for follower in self._take_followers(job):
                if not follower.done and follower.pool is not job.pool:
                    self.node.end(follower, CRASHED, now)

    def killed(self, pool: Pool, now: float) -> None:
        """What instances alone keep is gone with them; what all share is when the last one goes down."""
        for job in self.background.with_local_work(pool):
            if self.behind is not None:
                self.behind.died(job)
            self._end_background(job, CRASHED, now)
        keys = self.user_keys
        if keys is not None and keys.died(pool.index):
            return
        if self.shards is not None:
            self.store_of(pool).clear()
        for other in self.node.pools:
            if not other.down:
                return
        self.clear()
        if self.renewal is not None:
            self.renewal.clear()


@final
class RoleFetcher(Fetcher):
    """A store, as its renewal sees it."""

    def __init__(self, role: StoreRole) -> None:
        self._role = role

    def fetch(self, job: Call, now: float) -> None:
        """Fetch what a request asks for, as after a miss."""
        self._role.fetch(job, now)

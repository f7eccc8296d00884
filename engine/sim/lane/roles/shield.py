"""A second tier behind the stores of a node's instances: one store for all, beside what they fetch from."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.seams import Role
from engine.sim.lane.stores.versions import note, version_of

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.node import Node
    from engine.sim.lane.roles.store import StoreRole
    from engine.sim.lane.stores.store import Store


@final
class Shield(Role):
    """Sees what the stores of the instances have not, and every job that ends after that.

    It stands at the origin's door: what it holds takes the way there and back, as what is fetched does. Of jobs
    for one key only one fetches it, from whichever instance they come.
    """

    def __init__(self, node: Node, flow: Role, inner: StoreRole, store: Store) -> None:
        self.node = node
        self.flow = flow
        self.inner = inner
        """The stores of the instances."""
        self.store = store
        self.trips: list[float] = [0.0]
        """Seconds there and back from each place, of which the instances have one in turn."""
        self.hits: i64 = 0
        self.misses: i64 = 0
        self._fetching: dict[int, list[Call]] = {}
        """For each key that is fetched, the job that fetches it, and those that wait for it."""

    def serve(self, job: Call, now: float) -> None:
        """Look the key up, or go on to the origin."""
        if job.fill or self.inner.writes[job.kind]:
            self.flow.serve(job, now)
            return
        slot = self.store.find(job.key, now)
        if slot >= 0:
            self.hits += 1
            if self.inner.origins is not None:
                note(job, self.store.versions[slot])
            self._answer(job, now)
            return
        self.misses += 1
        waiting = self._fetching.get(job.key)
        if waiting is not None:
            waiting.append(job)
            return
        self._fetching[job.key] = [job]
        self.flow.serve(job, now)

    def _answer(self, job: Call, now: float) -> None:
        """Answer from here, which takes the way."""
        place: i64 = job.pool.index % len(self.trips)
        trip = self.trips[place]
        if trip > 0.0:
            self.node.agenda.schedule(trip, Timer(Way(self, job)))
        else:
            self.node.finish(job, OK, now)

    def finish(self, job: Call, reason: i64, now: float) -> None:
        """What was fetched is stored here, what was written is dropped; then those who wait go on as well."""
        waiting = self._fetching.get(job.key)
        if waiting is None or waiting[0] is not job:
            if reason == OK and self.inner.writes[job.kind]:
                self.store.drop(job.key)
            self.inner.finish(job, reason, now)
            return
        del self._fetching[job.key]
        if reason == OK and not job.missed:
            size = self.inner.sizes[job.kind]
            self.store.put(job.key, now, now + self.store.ttl, size, 0, version_of(job))
        self.inner.finish(job, reason, now)
        for follower in waiting[1:]:
            if not follower.done:
                if reason != OK:
                    self.node.blame.passed_on[reason] += 1
                elif self.inner.origins is not None:
                    note(follower, version_of(job))
                self.inner.finish(follower, reason, now)

    def give_up(self, now: float) -> None:
        """Be taken away: those who wait fetch for themselves, and those who fetch end without it."""
        fetching = self._fetching
        self._fetching = {}
        for waiting in fetching.values():
            for job in waiting[1:]:
                if not job.done:
                    self.flow.serve(job, now)

    def deadline(self, job: Call) -> float:
        """As the stores of the instances say."""
        return self.inner.deadline(job)

    def keeps(self, call: Call) -> bool:
        """Others wait for what it fetches, here or at its instance."""
        waiting = self._fetching.get(call.key)
        if (
            waiting is not None
            and waiting[0] is call
            and any(not each.done for each in waiting[1:])
        ):
            return True
        return self.inner.keeps(call)

    def lost(self, job: Call, now: float) -> None:
        """One of those who wait fetches in place of a dead job."""
        waiting = self._fetching.get(job.key)
        if waiting is not None and waiting[0] is job:
            left = [each for each in waiting[1:] if not each.done]
            if len(left) > 0:
                self._fetching[job.key] = left
                self.flow.serve(left[0], now)
            else:
                del self._fetching[job.key]
        self.inner.lost(job, now)

    def killed(self, pool: Pool, now: float) -> None:
        """What an instance held is gone; what is here stays."""
        self.inner.killed(pool, now)


@final
class Way(Task):
    """An answer on its way from the shield."""

    def __init__(self, shield: Shield, job: Call) -> None:
        self._shield = shield
        self._job = job

    def due(self, timer: Timer, now: float) -> None:
        """It arrives, unless the job is over."""
        if not self._job.done:
            self._shield.node.finish(self._job, OK, now)

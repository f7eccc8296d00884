"""How a store renews what it holds: who fetches a key that has expired, and what others are served meanwhile.

- *Lease* (Nishtala et al., NSDI 2013): one token for each key; whoever has it fetches, others wait. A write takes the
  token away, so that what was fetched before it is not stored after it.
- *Early* (XFetch; Vattani, Chierichetti, Lowenstein, VLDB 2015): a hit fetches anew before the key expires, the
  more likely the nearer that is: so early as the time of a fetch times beta times an exponential number says.
- *Stale-while-revalidate* and *stale-if-error* (RFC 5861): what has expired is kept for a while, and served while one
  fetches it, or where that fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import NEVER
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.owners import root_of

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call
    from engine.sim.lane.draws import Draws

_WEIGHT: Final = 0.125
"""Of the last fetch in the mean time of fetches."""
_FAR: Final = 40.0
"""Times of a fetch before the expiry from which on no draw is early any more."""


class Fetcher:
    """Who fetches a key for a request."""

    def fetch(self, job: Call, now: float) -> None:
        """Fetch what a request asks for, as after a miss."""
        raise NotImplementedError


@final
class Lease(Task):
    """A token: its owner fetches a key, and others wait for that."""

    def __init__(self, renewal: Renewal, key: i64, job: Call, until: float) -> None:
        self.renewal = renewal
        self.key: i64 = key
        self.job = job
        """Whose look-up got it."""
        self.root = root_of(job)
        """The request that it belongs to: what is stored in its name counts."""
        self.until = until
        """When it ends (s)."""
        self.waiting: list[Call] = []

    def due(self, timer: Timer, now: float) -> None:
        """It took too long: somebody else may fetch."""
        self.renewal.pass_lease(self, now)


@final
class Renewal:
    """The settings of one store, and what is under way."""

    def __init__(self, agenda: Agenda, exponentials: Draws, uniforms: Draws) -> None:
        self._agenda = agenda
        self._exponentials = exponentials
        self._uniforms = uniforms
        self.fetcher = Fetcher()
        self.lease = 0.0
        """Seconds for which a token is good; 0 where there are none."""
        self.patience = 10.0
        """Seconds after which somebody else renews what whoever began with it has not brought."""
        self.beta = 0.0
        """How early hits fetch anew; 0 is never."""
        self.jitter = 0.0
        """Seconds by which entries expire earlier than they could, at most."""
        self.while_revalidating = 0.0
        """Seconds after the expiry in which entries are served while one request renews them."""
        self.if_error = 0.0
        """Seconds after the expiry in which they are served where they cannot be renewed."""
        self.conditional = False
        """Whether it asks for what it has kept beyond its time only whether that has changed (ETag)."""
        self.revalidated: i64 = 0
        """Fetches that were answered that it has not."""
        self.fetches: i64 = 0
        """Fetches of keys that were stored before and expired, or were about to."""
        self.expiries: i64 = 0
        """Times that such a key was renewed."""
        self.served_stale: i64 = 0
        """Answers with what has expired, on purpose."""
        self.fetch_time = 0.0
        """Mean time of a fetch (s)."""
        self.refreshing: dict[int, float] = {}
        """Keys that are renewed while what has expired is served, and until when (s) that is believed."""
        self.refreshes: dict[Call, int] = {}
        """The jobs that do so in the background, and their keys."""
        self._lapsed: dict[int, None] = {}
        """Keys that have expired and are not renewed yet."""
        self._leases: dict[int, Lease] = {}

    def is_early(self, expires_at: float, now: float) -> bool:
        """Whether a hit fetches anew although its entry is good."""
        span = self.fetch_time * self.beta
        if span <= 0.0 or expires_at - now > span * _FAR:
            return False
        return now + span * self._exponentials.draw() >= expires_at

    def lapse(self, key: i64) -> None:
        """A look-up has found that a key has expired."""
        self._lapsed[int(key)] = None

    def fetch(self, key: i64, *, is_held: bool) -> None:
        """A request fetches a key: count it where the key is being renewed."""
        if is_held or int(key) in self._lapsed:
            self.fetches += 1

    def stored(self, key: i64, began: float, before: float, now: float) -> None:
        """What a request has fetched is stored; whatever began before the last was stored only stores it again.

        Args:
            key: what.
            began: when the request came (s).
            before: when the key was stored last (s); negative where it is not there.
            now: simulated time (s).
        """
        took = now - began
        self.fetch_time += (took - self.fetch_time) * (_WEIGHT if self.fetch_time > 0.0 else 1.0)
        if int(key) in self._lapsed:
            del self._lapsed[int(key)]
            self.expiries += 1
        elif 0.0 <= before <= began:
            self.expiries += 1
        if int(key) in self.refreshing:
            del self.refreshing[int(key)]

    def expiry(self, latest: float) -> float:
        """When an entry expires (s) that may live until some time."""
        if self.jitter <= 0.0 or latest >= NEVER:
            return latest
        return latest - self.jitter * self._uniforms.draw()

    def waits(self, job: Call, key: i64, now: float) -> bool:
        """Whether a request waits for another one's token; else it has one itself, where there are tokens."""
        if self.lease <= 0.0:
            return False
        lease = self._leases.get(int(key))
        if lease is not None and lease.root is not root_of(job):
            lease.waiting.append(job)
            return True
        self._grant(job, key, now)
        return False

    def may_store(self, job: Call, key: i64) -> bool:
        """Whether what was fetched may be stored: not where its token was taken away."""
        if self.lease <= 0.0:
            return True
        lease = self._leases.get(int(key))
        return lease is not None and lease.root is root_of(job)

    def take_waiting(self, key: i64) -> list[Call]:
        """The token of a key has done its work; returns those who waited for it."""
        lease = self._leases.pop(int(key), None)
        return [] if lease is None else [job for job in lease.waiting if not job.done]

    def give_up(self, job: Call, key: i64) -> list[Call]:
        """Whoever has a token has failed; returns those who waited for it."""
        lease = self._leases.get(int(key))
        if lease is None or lease.job is not job:
            return []
        return self.take_waiting(key)

    def revoke(self, key: i64, now: float) -> None:
        """A key was written: what is being fetched is old, and somebody who waits fetches it anew."""
        lease = self._leases.get(int(key))
        if lease is not None:
            self.pass_lease(lease, now)

    def pass_lease(self, lease: Lease, now: float) -> None:
        """Take a token from who has it, and give it to the first that waits, if anybody does."""
        if self._leases.get(int(lease.key)) is not lease:
            return
        del self._leases[int(lease.key)]
        waiting = [job for job in lease.waiting if not job.done and not job.pool.down]
        if len(waiting) > 0:
            job = waiting[0]
            self._grant(job, lease.key, now).waiting = waiting[1:]
            self.fetcher.fetch(job, now)

    def lost(self, job: Call, now: float) -> None:
        """A request died with its instance: others do not wait for it any more."""
        for lease in list(self._leases.values()):
            if lease.job is job:
                self.pass_lease(lease, now)

    def keeps(self, job: Call) -> bool:
        """Whether others wait for what a request fetches."""
        for lease in self._leases.values():
            if lease.job is job:
                return any(not each.done for each in lease.waiting)
        return False

    def clear(self) -> None:
        """Nothing is under way any more."""
        self._leases = {}
        self._lapsed = {}
        self.refreshing = {}

    def _grant(self, job: Call, key: i64, now: float) -> Lease:
        """Give somebody a token."""
        lease = Lease(self, key, job, now + self.lease)
        self._leases[int(key)] = lease
        self._agenda.schedule(self.lease, Timer(lease))
        return lease

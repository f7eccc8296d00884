"""Leases: each instance of a node may serve as long as a coordinator has said so lately.

An instance renews its lease by a call of its own, over a link of its node, again and again. The lease lasts for its
time from when the call was sent that renewed it. Once it has run out the instance refuses whatever comes, and asks
until it has another one. A lease dies with its instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import Call, Context, Pool, Site
from engine.sim.lane.codes import ENGAGED, NEVER, OK, UNAVAILABLE
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.seams import Gate

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.link import Link
    from engine.sim.lane.seams import Listener

_AGAIN: Final = 1.0
"""Seconds after which a renewal that has failed is tried again, where they are not as often anyway."""
_LOST: Final = -1.0
"""Until when a lease is good that ended with its instance."""


@final
class Holding:
    """What an instance knows of its lease."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.until = _LOST
        """When it runs out (s)."""
        self.deaths: i64 = pool.deaths
        """How often the instance had died when it got it."""
        self.watched = False
        """Whether somebody looks when it runs out."""

    def good(self, now: float) -> bool:
        """Whether the instance may serve."""
        return self.until > now and self.deaths == self.pool.deaths


@final
class Leases(Gate):
    """The leases of the instances of one node."""

    renewals: i64 = 0
    failed: i64 = 0
    """Renewals that were not answered, or too late."""
    expired: i64 = 0
    """Leases that ran out."""
    refused: i64 = 0
    """Calls that came to an instance without one."""
    telling: bool = True
    """Whether all have a lease, as far as people were told."""

    def __init__(self, name: str, agenda: Agenda, uniforms: Draws) -> None:
        self.agenda = agenda
        self.uniforms = uniforms
        self.desk = Desk(name, agenda, self)
        self.link: Link | None = None
        """Over which they are renewed."""
        self.listener: Listener | None = None
        self.ttl = 10.0
        self.every = 10.0 / 3.0
        """Seconds from one renewal to the next."""
        self.holdings: dict[Pool, Holding] = {}

    def admit(self, call: Call, now: float) -> i64:
        """Let in who comes to an instance with a lease, or to one that is taken away and finishes."""
        holding = self.holdings.get(call.pool)
        if holding is None or holding.good(now):
            return OK
        self.refused += 1
        return UNAVAILABLE

    def follow(self, pools: list[Pool], now: float) -> None:
        """Have leases for these instances; those of the beginning have renewed theirs some time before."""
        holdings: dict[Pool, Holding] = {}
        for pool in pools:
            holding = self.holdings.get(pool)
            if holding is None:
                holding = Holding(pool)
                wait = 0.0
                if now <= 0.0:
                    wait = self.uniforms.draw() * self.every
                    holding.until = wait + self.ttl - self.every
                    self.watch(holding, now)
                self.later(holding, wait)
            holdings[pool] = holding
        self.holdings = holdings

    def keeps(self, holding: Holding) -> bool:
        """Whether a lease is still one of those of the node."""
        return self.holdings.get(holding.pool) is holding

    def held_now(self, now: float) -> i64:
        """Instances with a lease."""
        count: i64 = 0
        for holding in self.holdings.values():
            if holding.good(now):
                count += 1
        return count

    def watch(self, holding: Holding, now: float) -> None:
        """See that a lease runs out when it does."""
        if not holding.watched:
            holding.watched = True
            self.agenda.schedule(max(0.0, holding.until - now), Timer(Expiry(self, holding)))

    def ask(self, holding: Holding, now: float) -> None:
        """Renew a lease, or ask for one."""
        asking = Asking(holding, now)
        link = self.link
        self.renewals += 1
        if link is None:
            self.returned(asking, UNAVAILABLE, now)
            return
        job = Call(self.desk, holding.pool, None, 0, 0)
        job.stage = ENGAGED
        job.context = asking
        link.ask(job, now)

    def returned(self, asking: Asking, reason: i64, now: float) -> None:
        """A renewal is over: OK, or why it failed for good."""
        holding = asking.holding
        until = asking.sent + self.ttl
        if reason != OK or until <= now or asking.deaths != holding.pool.deaths:
            self.failed += 1
            self.later(holding, min(self.every, _AGAIN))
            return
        self.later(holding, max(0.0, asking.sent + self.every - now))
        holding.until = until
        holding.deaths = asking.deaths
        if self.keeps(holding):
            self.watch(holding, now)
            self.tell(now)

    def later(self, holding: Holding, wait: float) -> None:
        """Have a lease renewed after a time (s)."""
        self.agenda.schedule(wait, Timer(Renewal(self, holding)))

    def tell(self, now: float) -> None:
        """Say that an instance is without a lease, or that all have theirs again."""
        whole = int(self.held_now(now)) >= len(self.holdings)
        if whole != self.telling:
            self.telling = whole
            listener = self.listener
            if listener is not None:
                listener.changed("held" if whole else "expired", now)


@final
class Asking(Context):
    """A renewal that is under way."""

    special: bool = True

    def __init__(self, holding: Holding, sent: float) -> None:
        super().__init__(NEVER)
        self.holding = holding
        self.sent = sent
        self.deaths: i64 = holding.pool.deaths


@final
class Desk(Site):
    """Where renewals begin and end: a site with neither workers nor callers."""

    def __init__(self, name: str, agenda: Agenda, leases: Leases) -> None:
        super().__init__(name, agenda)
        self._leases = leases

    def drop(self, call: Call, now: float) -> None:
        """Nothing waits for a worker here."""

    def deadline(self, job: Call) -> float:
        """There is none."""
        return NEVER

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """The coordinator has answered."""
        self._end(job, OK, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """It has not, for good."""
        self._end(job, reason, now)

    def _end(self, job: Call, reason: i64, now: float) -> None:
        """Tell the gate."""
        job.done = True
        context = job.context
        if isinstance(context, Asking):
            self._leases.returned(context, reason, now)


@final
class Renewal(Task):
    """Has an instance renew its lease; the answer says when it does so again."""

    def __init__(self, leases: Leases, holding: Holding) -> None:
        self._leases = leases
        self._holding = holding

    def due(self, timer: Timer, now: float) -> None:
        """Ask, unless the instance stands still."""
        leases, holding = self._leases, self._holding
        if not leases.keeps(holding):
            return
        pool = holding.pool
        if pool.down or pool.frozen or pool.halted:
            leases.agenda.schedule(min(leases.every, _AGAIN), timer)
        else:
            leases.ask(holding, now)


@final
class Expiry(Task):
    """Looks at a lease when it runs out."""

    def __init__(self, leases: Leases, holding: Holding) -> None:
        self._leases = leases
        self._holding = holding

    def due(self, timer: Timer, now: float) -> None:
        """Look again when it does, if it has been renewed."""
        leases, holding = self._leases, self._holding
        if holding.until > now and leases.keeps(holding):
            leases.agenda.schedule(holding.until - now, timer)
            return
        holding.watched = False
        if leases.keeps(holding):
            if holding.deaths == holding.pool.deaths:
                leases.expired += 1
            leases.tell(now)

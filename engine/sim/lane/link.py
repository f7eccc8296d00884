"""A link: the network between two nodes, and the caller's policy on it (timeout and retries)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import (
    BACKOFF,
    DEADLINE,
    NETWORK,
    OK,
    OUTBOUND,
    REASONS,
    RETURNING,
    TIMEOUT,
    UNAVAILABLE,
    Call,
    CallPath,
    Endpoint,
    Picker,
    Site,
    chance,
)
from engine.sim.lane.histogram import Histogram
from engine.sim.lane.samplers import Constant, Sampler

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda, Entry
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.expiry import Expiry

RETRANSMIT: Final = 0.2
"""Least first retransmission time-out (s), doubling (what TCP implementations use; Linux: 200 ms)."""
TRANSMISSIONS: Final = 6
"""Losses in a row after which a crossing is given up: 12.6 s in all where the time-out is the least."""
ALL_WAITS: Final = float((1 << TRANSMISSIONS) - 1)
"""All of them together, in first time-outs."""

REQUEST: Final = 0
RETRY: Final = 1
ANSWER: Final = 2
FAILURE: Final = 3


@final
class Seen:
    """A crossing that was recorded for the eye."""

    def __init__(self, kind: int, at: float, delay: float) -> None:
        self.kind = kind
        self.at = at
        self.delay = delay


class Transport:
    """What the calls of a link meet beside its delay: see `engine.sim.lane.network.transport`."""

    def depart(self, call: Call, endpoint: Endpoint, now: float) -> None:
        """Send an attempt that was counted in."""
        raise NotImplementedError

    def back(self, call: Call, now: float) -> float:
        """Time (s) until the answer is there; negative where it is given up after that time."""
        raise NotImplementedError


class Manners:
    """What a caller tells its callees of its patience."""

    def start(self, call: Call, now: float) -> None:
        """An attempt begins; watch its time."""
        raise NotImplementedError

    def limit(self, call: Call) -> float:
        """Time (s) after which whoever waits for a call has no use for it."""
        raise NotImplementedError

    def give_up(self, call: Call, now: float) -> None:
        """The caller has given a call up."""
        raise NotImplementedError


@final
class Link(CallPath):
    """Calls from one node to another. Counters are never reset."""

    # What every call looks at comes first: so it lies on few lines of the cache.
    agenda: Agenda
    target: Site
    sole: Endpoint | None
    """The only instance, where there is nothing to pick."""
    latency: Histogram
    always: bool = True
    """Whether every request of every class makes this call."""
    waits: bool = True
    times: i64 = 1
    attempts: i64 = 0
    succeeded: i64 = 0
    fixed: float = 0.0
    """The delay where every crossing takes the same and meets nothing, else negative."""
    in_flight: float = 0.0
    """A whole number, kept as a float since it is multiplied with spans of time."""
    touched: float = 0.0
    flight_area: float = 0.0
    settled_sum: float = 0.0
    """Time under way (s) of all settled attempts, for Little's law."""
    sent_sum: float = 0.0
    """Sum of the starts of all attempts under way."""
    dots: i64 = 0
    """Crossings still to be recorded for the eye."""
    expiry: Expiry | None = None
    manners: Manners | None = None
    """What it tells of deadlines and cancels, where it does."""
    probability: float = 1.0
    jitter: Sampler | None = None
    loss: float = 0.0
    cuts: i64 = 0
    """Partitions that cut it now."""
    extra: float = 0.0
    """Delay (s) that faults add to each crossing."""
    usual: float = 0.0
    """Mean time of a crossing (s) without faults."""
    round_trip: float = 0.0
    """Mean time (s) there and back, faults included."""
    retransmit: float = RETRANSMIT
    """First retransmission time-out (s): twice the round trip, and not less than the least."""
    network: Transport | None = None
    """What its bytes and connections meet, where it has a bandwidth, connections or encryption."""
    least_share: float = 0.0
    """Share of a wait that is not left to chance (jitter none 1, equal .5, full 0)."""
    retries: i64 = 0
    late: i64 = 0
    """Successes that came after the caller had given up."""

    def __init__(self, name: str, agenda: Agenda, target: Site, uniforms: Draws) -> None:
        self.name = name
        self.agenda = agenda
        self.target = target
        self.sole = None
        self.uniforms = uniforms
        self.pickers: list[Picker] = []
        """What picks an instance, one a class; a router shares its own."""
        self.endpoints: list[Endpoint] = []
        self.accepts: list[bool] = []
        self.on_miss: list[bool] = []
        """Whether each class makes the call only to make up for a miss."""
        self.delay: Sampler = Constant(0.0)
        self.backoffs: list[float] = []
        """Longest wait before each retry; as many as there may be retries."""
        self.failed: list[int] = [0] * REASONS
        self.latency = Histogram()
        self.seen: list[Seen] = []

    def settle_delay(self) -> None:
        """Find out whether crossings always take the same; after any change of the network."""
        plain = self.jitter is None and self.loss <= 0.0 and self.cuts == 0 and self.network is None
        self.fixed = self.delay.fixed + self.extra if plain and self.delay.fixed >= 0.0 else -1.0
        self.round_trip = 2.0 * (self.usual + self.extra)
        self.retransmit = max(RETRANSMIT, 2.0 * self.round_trip)

    def wants(self, job: Call) -> bool:
        """Whether a job makes this call."""
        if self.always:
            return True
        kind = job.kind
        if not self.accepts[kind] or (self.on_miss[kind] and job.missed_over is None):
            return False
        return chance(self.uniforms, self.probability)

    def begin(self, job: Call, now: float) -> None:
        """Make the call that a job's flow asks for."""
        call = Call(self.target, job.pool, job, job.kind, job.key)
        call.waits = self.waits
        self._place(call, now)

    def ask(self, job: Call, now: float) -> None:
        """Make a call that is waited for, whatever the link says by now."""
        self._place(Call(self.target, job.pool, job, job.kind, job.key), now)

    def fill(self, job: Call, now: float) -> None:
        """Store what a job fetched in the site where it was missing; nobody waits for it."""
        call = Call(self.target, job.pool, job, job.kind, job.key)
        call.fill = True
        call.waits = False
        self._place(call, now)

    def resend(self, call: Call, now: float) -> None:
        """Try again, unless nobody waits for it any more."""
        parent = call.parent
        if parent is not None and not (parent.done and call.waits):
            self._place(call, now)

    def _place(self, call: Call, now: float) -> None:
        """Pick an instance and send."""
        endpoint = self.sole
        if endpoint is not None and endpoint.healthy:
            self.send(call, endpoint, now)
            return
        endpoint = self.pickers[call.kind].pick()
        if endpoint is not None:
            endpoint.path.send(call, endpoint, now)
            return
        self._start(call, now)
        call.reason = UNAVAILABLE
        call.stage = RETURNING
        self.agenda.schedule(0.0, call)

    def send(self, call: Call, endpoint: Endpoint, now: float) -> None:
        """Send an attempt to an instance."""
        endpoint.outstanding += 1
        pool = endpoint.pool
        call.endpoint = endpoint
        call.pool = pool
        call.site = pool.site
        self._start(call, now)
        delay = self.fixed
        if delay < 0.0:
            if self.network is not None:
                self.network.depart(call, endpoint, now)
                return
            delay = self.crossing()
            if delay < 0.0:
                self.lose(call, -delay)
                return
        if self.dots > 0:
            self.see_request(call, now, delay)
        call.stage = OUTBOUND
        pool.coming += 1
        if self.fixed >= 0.0:
            self.agenda.convey(delay, call)
        else:
            self.agenda.schedule(delay, call)

    def lose(self, call: Call, delay: float) -> None:
        """Let the caller find out that nothing gets through; a worker kept for the call is free."""
        if call.booked:
            call.booked = False
            call.pool.reserved -= 1
        call.reason = NETWORK
        call.stage = RETURNING
        self.agenda.schedule(delay, call)

    def _start(self, call: Call, now: float) -> None:
        """Count an attempt in and watch its time."""
        self.attempts += 1
        if call.attempt > 1:
            self.retries += 1
        self._touch(now)
        self.in_flight += 1.0
        self.sent_sum += now
        call.sent = now
        call.path = self
        if self.manners is not None:
            self.manners.start(call, now)
            return
        expiry = self.expiry
        if expiry is not None:
            expiry.add(call)

    def _touch(self, now: float) -> None:
        """Bring the area of calls under way up to now."""
        span = now - self.touched
        if span > 0.0:
            self.flight_area += span * self.in_flight
            self.touched = now

    def area(self, now: float) -> float:
        """Calls under way, integrated over time; looking changes nothing."""
        return self.flight_area + (now - self.touched) * self.in_flight

    def crossing(self) -> float:
        """Time of one crossing (s); negative where it is given up after that time."""
        if self.cuts > 0 or self.loss >= 1.0:
            return -self.retransmit * ALL_WAITS
        return self.retransmitted(self.flight())

    def flight(self) -> float:
        """Time (s) that what is not lost takes."""
        delay = self.delay.draw() + self.extra
        jitter = self.jitter
        return delay if jitter is None else delay + jitter.draw()

    def retransmitted(self, flight: float) -> float:
        """A flight with the waits for what gets lost; negative where it is given up after that time."""
        if self.loss > 0.0:
            lost: i64 = 0
            wait = self.retransmit
            while self.uniforms.draw() < self.loss:
                flight += wait
                wait *= 2.0
                lost += 1
                if lost == TRANSMISSIONS:
                    return -self.retransmit * ALL_WAITS
        return flight

    def answer(self, call: Call, entry: Entry, now: float) -> None:
        """Send an answer back; nobody listens for a call that was given up."""
        if call.settled:
            self._note_late(call)
            return
        delay = self.fixed
        if delay < 0.0:
            network = self.network
            delay = self.crossing() if network is None else network.back(call, now)
        if delay < 0.0:
            call.reason = NETWORK
            delay = -delay
        elif self.dots > 0:
            self._see(ANSWER if call.reason == OK else FAILURE, now, delay)
        if self.fixed >= 0.0:
            self.agenda.convey(delay, entry)
        else:
            self.agenda.schedule(delay, entry)

    def deliver(self, call: Call, now: float) -> None:
        """The answer has reached the caller."""
        if call.settled:
            self._note_late(call)
            return
        self._settle(call, now)
        reason = call.reason
        if reason != OK:
            self.failed[reason] += 1
            self._after_failure(call, reason, now)
            return
        self.succeeded += 1
        self.latency.add(now - call.sent)
        parent = call.parent
        if parent is not None:
            self._after_success(call, parent, now)

    def _note_late(self, call: Call) -> None:
        """Count work that was done in vain."""
        if call.reason == OK:
            self.late += 1

    def expired(self, call: Call, now: float) -> None:
        """Give a call up; the callee works on unless it is told."""
        self._give_up(call, TIMEOUT, now)
        self._after_failure(call, TIMEOUT, now)

    def overdue(self, call: Call, now: float) -> None:
        """Give a call up since nobody wants the answer of whoever made it."""
        if not call.settled:
            self._give_up(call, DEADLINE, now)
            self._after_failure(call, DEADLINE, now)

    def call_off(self, call: Call, now: float) -> None:
        """Give a call up that is not needed any more."""
        if not call.settled:
            self._give_up(call, DEADLINE, now)

    def _give_up(self, call: Call, reason: i64, now: float) -> None:
        """Count an attempt out whose answer nobody waits for."""
        self._settle(call, now)
        self.failed[reason] += 1
        if self.manners is not None:
            self.manners.give_up(call, now)

    def _settle(self, call: Call, now: float) -> None:
        """Count an attempt out."""
        call.settled = True
        self._touch(now)
        self.in_flight -= 1.0
        self.sent_sum -= call.sent
        self.settled_sum += now - call.sent
        endpoint = call.endpoint
        if endpoint is not None:
            endpoint.outstanding -= 1
        lease = call.lease
        if lease is not None:
            call.lease = None
            lease.settled(call, now)
        expiry = self.expiry
        if expiry is not None:
            expiry.prune()

    def _after_success(self, call: Call, job: Call, now: float) -> None:
        """Repeat, or let the job go on."""
        if call.fill:
            return
        if call.missed:
            self._note_miss(job)
        elif job.missed_over is not None and self.on_miss[job.kind]:
            self._make_up(job, job.missed_over, now)
        if call.repeat < self.times and not (call.waits and job.done):
            following = Call(self.target, call.pool, job, job.kind, job.key)
            following.repeat = call.repeat + 1
            following.waits = call.waits
            self._place(following, now)
        elif call.waits and not job.done:
            job.site.proceed(job, call, now)

    def _note_miss(self, job: Call) -> None:
        """Remember that what a job asked for is not there."""
        if job.missed_over is None:
            job.missed_over = [self]
        elif self not in job.missed_over:
            job.missed_over.append(self)

    def _make_up(self, job: Call, missed_over: list[CallPath], now: float) -> None:
        """What a job missed was found: store it wherever it was missing."""
        job.missed_over = None
        for path in missed_over:
            path.fill(job, now)

    def _after_failure(self, call: Call, reason: i64, now: float) -> None:
        """Retry after a wait, or let the job know."""
        job = call.parent
        if job is None or (call.waits and job.done):
            return
        if call.attempt <= len(self.backoffs):
            wait = self._backoff(call.attempt)
            if self.manners is not None and self.manners.limit(call) <= now + wait:
                job.site.child_failed(job, reason, now)
                return
            again = Call(self.target, call.pool, job, call.kind, call.key)
            again.attempt = call.attempt + 1
            again.repeat = call.repeat
            again.waits = call.waits
            again.fill = call.fill
            again.path = self
            again.stage = BACKOFF
            self.agenda.schedule(wait, again)
        elif call.waits:
            job.site.child_failed(job, reason, now)

    def _backoff(self, attempt: i64) -> float:
        """Wait (s) after a failed attempt."""
        longest = self.backoffs[attempt - 1]
        if longest <= 0.0 or self.least_share >= 1.0:
            return longest
        return longest * (self.least_share + (1.0 - self.least_share) * self.uniforms.draw())

    def see_request(self, call: Call, now: float, delay: float) -> None:
        """Record an attempt on its way for the eye."""
        self._see(RETRY if call.attempt > 1 else REQUEST, now, delay)

    def _see(self, kind: int, now: float, delay: float) -> None:
        """Record a crossing for the eye."""
        self.dots -= 1
        self.seen.append(Seen(kind, now, delay))

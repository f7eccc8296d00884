"""A link: the network between two nodes, and the rules that its caller keeps to.

Every way of making a call comes through `attempt`, or through `offer` where a router or a queue has
picked the instance: past the rules, to an instance, over the network. `deliver` brings the outcome
back to the same rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.booking import unbook
from engine.sim.lane.call import Call, Endpoint, Site
from engine.sim.lane.codes import (
    AT_RULE,
    AT_SITE,
    BACKOFF,
    DEADLINE,
    FOR_CONNECTION,
    HELD,
    NEVER,
    OK,
    OUTBOUND,
    REFUSED,
    RETURNING,
    UNAVAILABLE,
    UNSENT,
)
from engine.sim.lane.context import context_of, missed_by, tried_by
from engine.sim.lane.draws import chance
from engine.sim.lane.network_path import REQUEST, RESENT
from engine.sim.lane.numbering import Numbering, repeat, tell_apart
from engine.sim.lane.seams import BOARD
from engine.sim.lane.settling_path import SettlingPath
from engine.sim.lane.stores.versions import pass_on

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call_tracer import CallTracer
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.recasting import Recasting
    from engine.sim.lane.seams import Picker, Rule


@final
class Link(SettlingPath):
    """Calls from one node to another. Counters are never reset."""

    # What every call looks at comes first: so it lies on few lines of the cache.
    target: Site
    sole: Endpoint | None
    """The only instance, where there is nothing to pick."""
    always: bool = True
    """Whether every request of every class makes this call."""
    waits: bool = True
    times: i16 = 1
    shared: bool = False
    """Whether its pickers choose among the instances of other links as well: those of a router."""
    spare: Picker | None = None
    """What picks among its own instances, where its pickers are shared."""
    elsewhere: bool = False
    """Whether retries avoid the instances that were tried."""
    probability: float = 1.0
    on_failure: bool = False
    """Whether jobs make the call after another one failed."""
    rescues_only: bool = False
    """Whether they make it only then."""
    recasting: Recasting | None = None
    """What gives its calls a class of their own; None where they have their caller's."""
    tracer: CallTracer | None = None
    """What records its calls; None where nothing is recorded."""

    def __init__(
        self, name: str, agenda: Agenda, target: Site, uniforms: Draws, numbering: Numbering
    ) -> None:
        super().__init__(agenda, uniforms)
        self.name = name
        self.numbering = numbering
        self.target = target
        self.sole = None
        self.pickers: list[Picker] = []
        """What picks an instance, one a class; a router shares its own."""
        self.endpoints: list[Endpoint] = []
        self.accepts: list[bool] = []
        self.on_miss: list[bool] = []
        """Whether each class makes the call only to make up for a miss."""

    def wants(self, job: Call) -> bool:
        """Whether a job makes this call."""
        if self.always:
            return True
        kind = job.kind
        if not self.accepts[kind] or self.rescues_only:
            return False
        if self.on_miss[kind] and missed_by(job) is None:
            return False
        return chance(self.uniforms, self.probability)

    def rescues(self, job: Call) -> bool:
        """Whether a job whose call failed makes this call instead."""
        if not self.on_failure or not self.accepts[job.kind]:
            return False
        return chance(self.uniforms, self.probability)

    def new(self, job: Call) -> Call:
        """A call that a job makes."""
        call = Call(self.target, job.pool, job, job.kind, job.key)
        if self.numbering.wanted:
            tell_apart(call, job, self.name)
        return call

    def same(self, call: Call, job: Call) -> Call:
        """Another attempt at what a call of a job is about."""
        other = Call(self.target, call.pool, job, job.kind, job.key)
        if self.numbering.wanted:
            repeat(call, other)
        return other

    def begin(self, job: Call, now: float) -> None:
        """Make the call that a job's flow asks for."""
        call = self.new(job)
        call.waits = self.waits
        self.attempt(call, now)

    def ask(self, job: Call, now: float) -> None:
        """Make a call that is waited for, whatever the link says by now."""
        self.attempt(self.new(job), now)

    def fill(self, job: Call, now: float) -> None:
        """Store what a job fetched in the site where it was missing; nobody waits for it."""
        call = self.new(job)
        call.fill = True
        call.waits = False
        pass_on(job, call)
        self.attempt(call, now)

    def resend(self, call: Call, now: float) -> None:
        """Try again, unless nobody waits for it any more."""
        parent = call.parent
        if parent is not None and not (parent.done and call.waits):
            self.attempt(call, now)

    def attempt(self, call: Call, now: float) -> None:
        """Make an attempt: pass the rules, pick an instance, send."""
        if self.admitting is not None and not self.shared:
            self._count_in(call, now)
            self._pass(call, self.admitting, now)
            return
        endpoint = self.sole
        if endpoint is None or not endpoint.healthy:
            endpoint = self._pick(self.pickers[call.kind], call)
            if endpoint is None:
                self._count_in(call, now)
                self._fail(call, UNAVAILABLE)
                return
            if self.shared:
                endpoint.path.offer(call, endpoint, now)
                return
        self._count_in(call, now)
        self._board(call, endpoint, now)

    def attempt_here(self, call: Call, now: float) -> None:
        """Make an attempt at one of its own instances, whatever else a router might choose."""
        self._count_in(call, now)
        self._pass(call, self.admitting, now)

    def offer(self, call: Call, endpoint: Endpoint, now: float) -> None:
        """Make an attempt whose instance is picked already: pass the rules, send."""
        self._count_in(call, now)
        rule = self.admitting
        if rule is None:
            self._board(call, endpoint, now)
            return
        context_of(call).picked = endpoint
        self._pass(call, rule, now)

    def release(self, call: Call, rule: Rule, now: float) -> None:
        """Let an attempt go on that a rule has held."""
        context = call.context
        if context is not None:
            context.held_by = None
        self.unsent -= 1
        if call.span is not None:
            call.span.let_go(now)
        if rule.moments & BOARD:
            self._depart(call, rule.next_board, now)
        else:
            if not call.booked:
                self._forget_pick(call)
            self._pass(call, rule.next_admit, now)

    def _pass(self, call: Call, rule: Rule | None, now: float) -> None:
        """Pass the rules from one on, then pick an instance."""
        while rule is not None:
            verdict = rule.admit(call, now)
            if verdict != OK:
                if verdict == HELD:
                    context_of(call).held_by = rule
                    self.unsent += 1
                    if call.span is not None:
                        call.span.turn_off().waits_at = AT_RULE
                    self._note_wait(call, AT_RULE, now)
                else:
                    self._refuse(call, rule, verdict, now)
                return
            rule = rule.next_admit
        context = call.context
        endpoint = None if context is None else context.picked
        if endpoint is None:
            endpoint = self._picked(call)
        if endpoint is None:
            self._fail(call, UNAVAILABLE)
        else:
            self._board(call, endpoint, now)

    def _forget_pick(self, call: Call) -> None:
        """What was picked when a call was held may be busy by now, or gone."""
        context = call.context
        if context is not None:
            context.picked = None

    def _picked(self, call: Call) -> Endpoint | None:
        """One of its own instances."""
        endpoint = self.sole
        if endpoint is not None and endpoint.healthy:
            return endpoint
        spare = self.spare
        return self._pick(self.pickers[call.kind] if spare is None else spare, call)

    def _pick(self, picker: Picker, call: Call) -> Endpoint | None:
        """What a picker says, but for the instances that the call has been to."""
        tried = tried_by(call)
        if tried is None or len(tried) == 0:
            return picker.pick(call)
        return picker.pick_other(call, tried)

    def _refuse(self, call: Call, by: Rule, reason: i64, now: float) -> None:
        """Fail an attempt at a rule; those that had let it go before hear of that, no others."""
        self._tell_before(by, call, reason, now)
        call.given_up = REFUSED
        self._fail(call, reason)

    def _fail(self, call: Call, reason: i64) -> None:
        """Fail an attempt that was not sent, at once."""
        call.reason = i16(reason)
        call.stage = RETURNING
        self.unsent += 1
        if call.given_up == 0:
            call.given_up = UNSENT
        if call.booked:
            unbook(call)
        self.agenda.schedule(0.0, call)

    def _board(self, call: Call, endpoint: Endpoint, now: float) -> None:
        """An attempt has its instance: it begins, and is sent once the last rules let it go."""
        endpoint.outstanding += 1
        pool = endpoint.pool
        call.endpoint = endpoint
        call.pool = pool
        call.site = pool.site
        context = call.context
        if context is not None and context.tried is not None:
            context.tried.append(pool)
        rule = self.starting
        while rule is not None:
            rule.started(call, now)
            rule = rule.next_start
        pool.coming += 1
        rule = self.boarding
        if rule is None and self.fixed >= 0.0:
            if self.dots > 0:
                self.see_request(call, now, self.fixed)
            call.stage = self.departing
            if self.volume is not None:
                self.volume.there(call)
            self.agenda.convey(self.fixed, call)
        else:
            self._depart(call, rule, now)

    def _depart(self, call: Call, rule: Rule | None, now: float) -> None:
        """Pass the last rules from one on, and send."""
        while rule is not None:
            verdict = rule.admit(call, now)
            if verdict != OK:
                if verdict == HELD:
                    self.unsent += 1
                    if call.span is not None:
                        call.span.turn_off().waits_at = FOR_CONNECTION
                    self._note_wait(call, FOR_CONNECTION, now)
                else:
                    call.pool.coming -= 1
                    self._fail(call, verdict)
                return
            rule = rule.next_board
        if self.volume is not None:
            self.volume.there(call)
        network = self.network
        delay = self.crossing() if network is None else network.there(call, now)
        if delay < 0.0:
            call.pool.coming -= 1
            self.lose(call, -delay)
            return
        if self.dots > 0:
            self.see_request(call, now, delay)
        call.stage = self.departing
        self.agenda.schedule(delay, call)

    def arrive(self, call: Call, now: float) -> None:
        """Let a call in at its site, and tell the rules if it waits there."""
        call.stage = OUTBOUND
        call.site.arrive(call, now)
        if call.stage == OUTBOUND and not call.settled:
            self._note_wait(call, AT_SITE, now)

    def _count_in(self, call: Call, now: float) -> None:
        """Count an attempt in."""
        self.attempts += 1
        if call.attempt > 1:
            self.retries += 1
        recasting = self.recasting
        if recasting is not None:
            recasting.apply(call)
        self._touch(now)
        self.in_flight += 1.0
        self.sent_sum += now
        if self.tracer is not None:
            self.tracer.follow(call, now)
        call.sent = now
        call.path = self
        if self.elsewhere and tried_by(call) is None:
            context_of(call).tried = []

    def deliver(self, call: Call, now: float) -> None:
        """The answer has reached the caller."""
        if call.settled:
            self._note_late(call)
            return
        if call.reason != OK:
            reason = i64(call.reason)
            self._settle(call, reason, now)
            self.failed[reason] += 1
            self.blame.note(i64(call.given_up), reason)
            self._after_failure(call, reason, now)
            return
        self._settle(call, OK, now)
        self.succeeded += 1
        if self.volume is not None:
            self.volume.back(call)
        self.latency.add(now - call.sent)
        parent = call.parent
        if parent is not None:
            self._after_success(call, parent, now)

    def _after_success(self, call: Call, job: Call, now: float) -> None:
        """Note what was found, and go on."""
        if call.fill:
            return
        if call.missed:
            self._note_miss(job)
        elif self.on_miss[job.kind]:
            self._make_up(call, job, now)
        self._go_on(call, job, now)

    def make_do(self, call: Call, now: float) -> None:
        """Let the job of a call that has failed go on as if it had been answered."""
        job = call.parent
        if job is not None:
            self._go_on(call, job, now)

    def _go_on(self, call: Call, job: Call, now: float) -> None:
        """Repeat, or let the job go on."""
        if call.repeat < self.times and not (call.waits and job.done):
            following = self.new(job)
            following.repeat = call.repeat + 1
            following.waits = call.waits
            span = call.span
            if span is not None and not call.waits:
                following.span = span.caller()  # the job may be over by now
            self.attempt(following, now)
        elif call.waits and not job.done:
            job.site.proceed(job, call, now)

    def _make_up(self, call: Call, job: Call, now: float) -> None:
        """What a job missed was found, if it missed anything: store it wherever it was missing."""
        context = job.context
        missed_over = None if context is None else context.missed_over
        if context is None or missed_over is None:
            return
        pass_on(call, job)
        context.missed_over = None
        for path in missed_over:
            path.fill(job, now)

    def _after_failure(self, call: Call, reason: i64, now: float) -> None:
        """Retry after a wait, do something else instead, or let the job know."""
        job = call.parent
        if job is None or (call.waits and job.done):
            return
        wait = NEVER
        rule = self.retrying
        while rule is not None:
            wait = rule.retry_in(call, reason, wait, now)
            rule = rule.next_retry
        if wait < NEVER:
            again = self.same(call, job)
            again.attempt = call.attempt + 1
            again.repeat = call.repeat
            again.waits = call.waits
            again.fill = call.fill
            tried = tried_by(call)
            if tried is not None:
                context_of(again).tried = tried
            again.path = self
            again.stage = BACKOFF
            again.sent = now
            span = call.span
            if span is not None and not call.waits:
                again.span = span.caller()  # the job may be over by then
            self.agenda.schedule(wait, again)
        elif call.waits:
            rule = self.rescuing
            if rule is None or reason == DEADLINE or not rule.rescue(call, reason, now):
                job.site.child_failed(job, reason, now)

    def see_request(self, call: Call, now: float, delay: float) -> None:
        """Record an attempt on its way for the eye."""
        self.see(RESENT if call.attempt > 1 else REQUEST, now, delay)

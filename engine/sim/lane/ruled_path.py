"""The rules that the caller of a link keeps to, and what is counted of its attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from librt.vecs import vec
from mypy_extensions import i64, u8

from engine.sim.lane.codes import ANNOUNCED, OUTBOUND, REASONS
from engine.sim.lane.context import context_of
from engine.sim.lane.histogram import Histogram
from engine.sim.lane.network_path import NetworkPath
from engine.sim.lane.seams import ADMIT, BOARD, RESCUE, RETRY, SETTLE, START, WAIT
from engine.sim.lane.vitals import Failures

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Holder, MessageSource
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.seams import Rule
    from engine.sim.lane.volume import Volume


class RuledPath(NetworkPath):
    """The chains of a link's rules, one for each moment, and its counters, which are never reset."""

    latency: Histogram
    attempts: i64 = 0
    succeeded: i64 = 0
    in_flight: float = 0.0
    """A whole number, kept as a float since it is multiplied with spans of time."""
    touched: float = 0.0
    flight_area: float = 0.0
    settled_sum: float = 0.0
    """Time under way (s) of all settled attempts, for Little's law."""
    sent_sum: float = 0.0
    """Sum of the starts of all attempts under way."""
    admitting: Rule | None = None
    """The first rule that an attempt has to pass before an instance is picked."""
    boarding: Rule | None = None
    """The first that it has to pass after that."""
    starting: Rule | None = None
    """The first that hears of an attempt that begins."""
    settling: Rule | None = None
    """The first that hears of an outcome."""
    retrying: Rule | None = None
    """The first that says how long to wait for the next try."""
    rescuing: Rule | None = None
    """The one that may go on in place of a call that has failed for good."""
    volume: Volume | None = None
    """What counts bytes where not all calls are of one size."""
    waiting: Rule | None = None
    """The first that hears of an attempt that has to wait."""
    departing: u8 = OUTBOUND
    """The stage of an attempt on its way."""
    retries: i64 = 0
    unsent: i64 = 0
    """Attempts that were not sent, those included that are held now."""
    late: i64 = 0
    """Successes that came after the caller had given up."""

    def __init__(self, agenda: Agenda, uniforms: Draws) -> None:
        super().__init__(agenda, uniforms)
        self.rules: list[Rule] = []
        """In the order in which they are asked."""
        self.source: MessageSource | None = None
        """The queue that it leaves, if it leaves one."""
        self.failed = vec[i64]([0] * REASONS)
        self.blame = Failures()
        self.latency = Histogram()

    def keep_to(self, rules: list[Rule]) -> None:
        """Keep to other rules from now on: attempts under way are settled by these."""
        self.rules = rules
        self.admitting = self.boarding = self.starting = self.settling = self.retrying = None
        self.waiting = self.rescuing = None
        place: i64 = len(rules) - 1
        while place >= 0:
            rule = rules[place]
            place -= 1
            moments = rule.moments
            if moments & ADMIT:
                rule.next_admit, self.admitting = self.admitting, rule
            if moments & BOARD:
                rule.next_board, self.boarding = self.boarding, rule
            if moments & START:
                rule.next_start, self.starting = self.starting, rule
            if moments & SETTLE:
                rule.next_settle, self.settling = self.settling, rule
            if moments & WAIT:
                rule.next_wait, self.waiting = self.waiting, rule
        self.departing = OUTBOUND if self.waiting is None else ANNOUNCED

        # Of the next try the last rule speaks first: a retry proposes a wait, and those before may refuse.
        for rule in rules:
            if rule.moments & RETRY:
                rule.next_retry, self.retrying = self.retrying, rule
            if rule.moments & RESCUE:
                self.rescuing = rule

    def shut(self) -> bool:
        """Whether no attempt would get anywhere now."""
        if self.is_cut():
            return True
        rule = self.admitting
        while rule is not None:
            if rule.shut:
                return True
            rule = rule.next_admit
        return False

    def reopen(self, now: float) -> None:
        """A rule lets attempts go again: a queue may have messages for it."""
        source = self.source
        if source is not None:
            source.pull(now)

    def _tell_before(self, holder: Holder, call: Call, reason: i64, now: float) -> None:
        """Tell the rules that had let a call go of its end."""
        rule = self.admitting
        while rule is not None and rule is not holder:
            if rule.moments & SETTLE:
                rule.settled(call, reason, now)
            rule = rule.next_admit

    def _note_wait(self, call: Call, place: i64, now: float) -> None:
        """Tell the rules that want to know that an attempt has to wait."""
        rule = self.waiting
        while rule is not None:
            rule.waits(call, place, now)
            rule = rule.next_wait

    def _note_miss(self, job: Call) -> None:
        """Remember that what a job asked for is not there."""
        context = context_of(job)
        if context.missed_over is None:
            context.missed_over = [self]
        elif self not in context.missed_over:
            context.missed_over.append(self)

    def _touch(self, now: float) -> None:
        """Bring the area of calls under way up to now."""
        span = now - self.touched
        if span > 0.0:
            self.flight_area += span * self.in_flight
            self.touched = now

    def area(self, now: float) -> float:
        """Calls under way, integrated over time; looking changes nothing."""
        return self.flight_area + (now - self.touched) * self.in_flight

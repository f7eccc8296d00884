"""What is recorded of one attempt, and of one request with all its attempts."""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i16, i32, i64, u8

from engine.sim.lane.codes import AT_RULE

# What a span is of.
REQUEST: Final = 0
"""A request of a client."""
MESSAGE: Final = 1
"""A message of a queue, from when it is stored until it is done."""
ATTEMPT: Final = 2
"""An attempt of a call; its name is that of the link."""
BRANCH: Final = 3
"""A part of a node's flow that goes on beside others; its name is that of the node."""

# What becomes of a trace.
OPEN: Final = 0
KEPT: Final = 1
DROPPED: Final = 2
LEFT: Final = 3
"""Nobody keeps it, and something may still happen to attempts in it that were given up."""

UNKNOWN: Final = -1.0
"""Stands for a time that has not come, or never will."""
FINE: Final = 255
"""`OK` as a span has it, where outcomes take a byte."""
NOT_WAITING: Final = -1
"""Where a span waits that is on its way."""
WORKS: Final = 64
"""Works of one attempt that are told apart; what comes later is seen as one."""


@final
class Cause:
    """What a message was sent by: known for as long as the message is, whatever becomes of what is recorded of it."""

    def __init__(self, span: SpanRecord) -> None:
        trace = span.trace
        self.owner = trace.owner
        """Where the trace begins."""
        self.number: i64 = trace.number
        """Which trace of those it is."""
        self.place: i64 = i64(span.place)
        """Which span of it sent the message."""
        self.sampled = trace.sampled


def cause_of(span: SpanRecord | None) -> Cause | None:
    """The cause that a span is, where there is one."""
    return None if span is None else Cause(span)


@final
class TraceRecord:
    """A request, or a message, with all that was done for it."""

    # What every call looks at comes first: so it lies on one line of the cache.
    first: SpanRecord
    """What all is done for. Each span knows the `following`, in the order in which they began. While the trace is
    under way there may be more than `count` of them: what requests before it have left, and what is to come
    writes over."""
    last: SpanRecord
    """The latest of them; `NOWHERE` where nothing that begins is recorded any more."""
    duration: float = 0.0
    """Seconds from beginning to end."""
    count: i16 = 0
    """How many of them there are."""
    over: i16 = 0
    """Those to which nothing can happen any more."""
    made: i16 = 1
    """How many there are with those that are to be written over."""
    kind: i16 = 0
    """Index of the class of the request."""
    state: u8 = OPEN
    holders: u8 = 0
    """Why it is kept: for so many reasons."""
    sampled: bool = False
    """Whether it was to be kept before anything was known about it."""
    stored: i16 = 0
    """How many there were when it was kept: what is done for it may go on."""
    missing: i32 = 0
    """Those that were too many to be recorded."""
    number: i64 = 0
    """Among those of its client or queue."""
    cause: Cause | None = None
    """What a message was sent by, if that is recorded."""
    spare: TraceRecord | None = None
    """The next that was not used when this one was not; means nothing while it is."""

    def __init__(self, owner: str, home: Home) -> None:
        self.owner = owner
        """The client or queue where it begins."""
        self.home = home
        """Where it is used again."""
        self.first = self.last = SpanRecord(self, 0)

    def end_here(self) -> None:
        """Have no more spans than were begun."""
        self.last.following = None
        self.made = self.count

    def drop(self) -> None:
        """Let go of what was recorded; whoever still writes to a span has it alone."""
        self.state = DROPPED
        self.spare = None
        span: SpanRecord | None = self.first
        self.first = self.last = NOWHERE
        while span is not None:
            following = span.following
            span.following = None
            span = following


class Home:
    """Where traces are used again."""

    def come_back(self, trace: TraceRecord) -> None:
        """Nothing more can happen to a trace that was left."""
        raise NotImplementedError


@final
class Detour:
    """What few spans have: a wait before they were sent or at a gate, a lock, a word to a participant, more works."""

    locked: float = UNKNOWN
    """When it got the lock of its row."""
    unlocked: float = UNKNOWN
    """When that was given back."""
    queued: float = UNKNOWN
    """When it had passed the gates, or began to wait for its latest work, unless that was when it arrived."""
    hedge: bool = False
    """Whether it was made beside another one that took long."""
    waits_at: i16 = NOT_WAITING
    """Where it waits before it is sent, as in `AT_RULE`."""
    message: i16 = 0
    """What it tells a participant of a transaction, where it does."""
    works: list[float] | None = None
    """Earlier works, where there was more than one: when each was queued, started and done."""

    def __init__(self, sent: float) -> None:
        self.since = sent
        """When the wait began that a retry makes first; else when it was begun."""
        self.admitted = sent
        """When the rules of its link had let it go."""
        self.departed = sent
        """When it had a connection, if it needs one."""


@final
class SpanRecord:
    """One attempt as its caller and its callee see it: when it came how far (s)."""

    # What few have is apart, and small: each visit to a span that was left for a while costs a look at memory for
    # every line of it that it touches. What is written last stands together.
    trace: TraceRecord
    detour: Detour | None = None
    """What few have, where it does."""
    following: SpanRecord | None = None
    """The next of its trace."""
    sent: float = 0.0
    """When it was begun."""
    place: i16 = 0
    """Which one of its trace it is."""
    above: i16 = -1
    """Which one of its trace made it; negative at the first."""
    name: i16 = 0
    """The number of the link or node that it is of; the first of a trace is of the owner of that."""
    attempt: u8 = 1
    sort: u8 = ATTEMPT
    instance: i32 = -1
    """Of the node that it went to; negative where it went nowhere."""
    awaited: bool = True
    """Whether whoever made it waited for it."""
    given_up: u8 = 0
    """As in `Attempt`."""
    answer: u8 = FINE
    """The outcome as the node sees it."""
    reason: u8 = FINE
    """The outcome as the caller sees it."""
    arrived: float = UNKNOWN
    """When it came to its node."""
    started: float = UNKNOWN
    """When its latest work began."""
    worked: float = UNKNOWN
    """When that was done."""
    replied: float = UNKNOWN
    """When the node was through with it."""
    ended: float = UNKNOWN
    """When its caller knew the outcome, or gave it up."""

    def __init__(self, trace: TraceRecord, place: i16) -> None:
        """Be one of a trace for good, whichever attempt that is: see `begin`."""
        self.trace = trace
        self.place = place

    def begin(self, now: float) -> None:
        """Be another attempt from now on."""
        self.sent = now
        self.attempt = 1
        self.sort = ATTEMPT
        self.instance = -1
        self.awaited = True
        self.given_up = 0
        self.answer = self.reason = FINE
        self.arrived = self.started = self.worked = self.replied = self.ended = UNKNOWN
        if self.detour is not None:
            self.detour = None

    def caller(self) -> SpanRecord | None:
        """What made it, as long as that is recorded."""
        span: SpanRecord | None = self.trace.first
        left = self.above
        while span is not None and left > 0:
            span = span.following
            left -= 1
        return span if left == 0 else None

    def queued(self) -> float:
        """When it had passed the gates, or began to wait for its latest work."""
        detour = self.detour
        return self.arrived if detour is None or detour.queued < 0.0 else detour.queued

    def turn_off(self) -> Detour:
        """What few spans have; from now on it has something of that."""
        detour = self.detour
        if detour is None:
            detour = Detour(self.sent)
            self.detour = detour
        return detour

    def let_go(self, now: float) -> None:
        """Be let go by a rule that held it, or have a connection."""
        detour = self.turn_off()
        if detour.waits_at == AT_RULE:
            detour.admitted = now
        detour.departed = now
        detour.waits_at = NOT_WAITING

    def enter(self, instance: i32, now: float) -> None:
        """Come to an instance of the node; whoever was dropped there comes again."""
        self.instance = instance
        self.arrive(now)

    def arrive(self, now: float) -> None:
        """Be at the node: begin as a branch there."""
        self.arrived = now
        if self.detour is not None:
            self.detour.queued = UNKNOWN

    def pass_gates(self, now: float) -> None:
        """Be let in by a gate that held it."""
        self.turn_off().queued = now

    def queue(self, now: float) -> None:
        """Wait for a work that is not the first, perhaps; what is left of an interrupted one."""
        if self.started >= 0.0 and self.worked < 0.0:
            self.worked = now
        self._put_work_aside()
        if self.detour is not None or now > self.arrived:
            self.turn_off().queued = now

    def start(self, now: float) -> None:
        """A work begins."""
        if self.started >= 0.0:
            self._put_work_aside()
        self.started = now

    def go_on(self, now: float) -> None:
        """Another work begins without a wait."""
        self.queue(now)
        self.started = now

    def share(self, wait: float, now: float) -> None:
        """A work is done that shared its workers, which cost it so many seconds: as if it had waited for them."""
        self.started = min(self.queued() + wait, now)

    def _put_work_aside(self) -> None:
        """Keep the latest work beside that to come."""
        if self.started < 0.0:
            return
        detour = self.turn_off()
        works = detour.works
        if works is None:
            works = []
            detour.works = works
        if len(works) < 3 * WORKS:
            works.append(self.queued())
            works.append(self.started)
            works.append(self.worked)
        detour.queued = max(self.queued(), self.worked)
        self.started = self.worked = UNKNOWN

    def reply(self, reason: i64, now: float) -> None:
        """The node is through with it; what would have begun later never has."""
        self.started = min(self.started, now)
        self.replied = now
        self.answer = u8(reason & 255)


NOWHERE: Final = TraceRecord("", Home()).first
"""Stands for the spans of those traces in which nothing is recorded any more; nobody writes to it."""

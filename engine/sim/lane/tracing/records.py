"""What is recorded of one attempt, and of one request with all its attempts."""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i16, i32, i64

from engine.sim.lane.codes import AT_RULE, OK

# What a span is of.
REQUEST: Final = 0
"""A request of a client; its name is that of the client."""
MESSAGE: Final = 1
"""A message of a queue, from when it is stored until it is done; its name is that of the queue."""
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

    spans: list[SpanRecord]
    """In the order in which they began. While it is under way there may be more than `count` of them: what
    requests before it have left, and what is to come writes over."""
    count: i64 = 0
    """How many of them there are."""
    pending: i64 = 0
    """Those to which something may still happen."""
    number: i64 = 0
    """Among those of its client or queue."""
    state: i64 = OPEN
    holders: i64 = 0
    """Why it is kept: for so many reasons."""
    missing: i64 = 0
    """Those that were too many to be recorded."""
    kind: i64 = 0
    """Index of the class of the request."""
    duration: float = 0.0
    """Seconds from beginning to end."""
    sampled: bool = False
    """Whether it was to be kept before anything was known about it."""
    cause: Cause | None = None
    """What a message was sent by, if that is recorded."""
    spare: TraceRecord | None = None
    """The next that was not used when this one was not; means nothing while it is."""
    left: list[SpanRecord]
    """Its spans while it is `LEFT`: what is begun then is not recorded."""

    def __init__(self, owner: str, home: Home) -> None:
        self.owner = owner
        """The client or queue where it begins."""
        self.home = home
        """Where it is used again."""
        self.spans = []
        self.left = NOTHING

    def drop(self) -> None:
        """Let go of what was recorded; whoever still writes to a span has it alone."""
        self.state = DROPPED
        self.spans = self.left = NOTHING
        self.spare = None


class Home:
    """Where traces are used again."""

    def come_back(self, trace: TraceRecord) -> None:
        """Nothing more can happen to a trace that was left."""
        raise NotImplementedError


@final
class Detour:
    """What few spans have: a wait before they were sent, a lock, a word to a participant, more works than one."""

    locked: float = UNKNOWN
    """When it got the lock of its row."""
    unlocked: float = UNKNOWN
    """When that was given back."""
    message: i64 = 0
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

    # What few have is apart: each visit to a span that was left for a while costs a look at memory for every line
    # of it that it touches.
    trace: TraceRecord
    parent: SpanRecord | None = None
    name: str = ""
    detour: Detour | None = None
    """What few have, where it does."""
    reason: i16 = OK
    """The outcome as the caller sees it."""
    given_up: i16 = 0
    """As in `Attempt`."""
    answer: i16 = OK
    """The outcome as the node sees it."""
    waits_at: i16 = -1
    """Where it waits before it is sent, as in `AT_RULE`; negative while it does not."""
    instance: i32 = -1
    """Of the node that it went to; negative where it went nowhere."""
    attempt: i16 = 1
    sort: i16 = ATTEMPT
    awaited: bool = True
    """Whether whoever made it waited for it."""
    hedge: bool = False
    """Whether it was made beside another one that took long."""
    place: i32 = 0
    """Which one of its trace it is."""
    ended: float = UNKNOWN
    """When its caller knew the outcome, or gave it up."""
    replied: float = UNKNOWN
    """When the node was through with it."""
    worked: float = UNKNOWN
    """When its latest work was done."""
    started: float = UNKNOWN
    """When that began."""
    queued: float = UNKNOWN
    """When it had passed the gates, or began to wait for its latest work."""
    arrived: float = UNKNOWN
    """When it came to its node."""
    sent: float = 0.0
    """When it was begun."""

    def __init__(self, trace: TraceRecord, place: i32) -> None:
        """Be one of a trace for good, whichever attempt that is: see `begin`."""
        self.trace = trace
        self.place = place

    def begin(self, now: float) -> None:
        """Be another attempt from now on."""
        self.reason = OK
        self.given_up = 0
        self.answer = OK
        self.waits_at = -1
        self.instance = -1
        self.attempt = 1
        self.sort = ATTEMPT
        self.awaited = True
        self.hedge = False
        self.ended = self.replied = self.worked = self.started = UNKNOWN
        self.queued = self.arrived = UNKNOWN
        self.sent = now
        if self.detour is not None:
            self.detour = None

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
        if self.waits_at == AT_RULE:
            detour.admitted = now
        detour.departed = now
        self.waits_at = -1

    def enter(self, instance: i32, now: float) -> None:
        """Come to an instance of the node; whoever was dropped there comes again."""
        self.instance = instance
        self.arrived = now
        self.queued = now

    def arrive(self, now: float) -> None:
        """Be at the node: begin as a branch there."""
        self.arrived = now
        self.queued = now

    def queue(self, now: float) -> None:
        """Wait for a work that is not the first, perhaps; what is left of an interrupted one."""
        if self.started >= 0.0 and self.worked < 0.0:
            self.worked = now
        self._put_work_aside()
        self.queued = now

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
        self.started = min(self.queued + wait, now)

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
            works.append(self.queued)
            works.append(self.started)
            works.append(self.worked)
        self.queued = max(self.queued, self.worked)
        self.started = self.worked = UNKNOWN

    def reply(self, reason: i64, now: float) -> None:
        """The node is through with it; what would have begun later never has."""
        self.started = min(self.started, now)
        self.replied = now
        self.answer = i16(reason)


NOTHING: Final[list[SpanRecord]] = []
"""The spans of those traces that are gone; nobody adds to it."""

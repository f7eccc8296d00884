"""A trace: a request with every call that was made for it. Plain frozen data, in OpenTelemetry's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

SpanKind = Literal["request", "message", "call", "branch"]
"""A request of a client, a message of a queue, an attempt of a call, a part of a node's flow."""
Part = Literal["queue", "connection", "work", "network", "retry", "hold", "other"]
Kept = Literal["failed", "slowest", "sampled"]

PARTS: Final[Mapping[Part, str]] = {
    "queue": "waits in line for a worker",
    "connection": "waits for a connection, or sets one up",
    "work": "is worked on",
    "network": "is on its way, there or back",
    "retry": "waits before the next try",
    "hold": "is held by a rule of its link or at a gate",
    "other": "waits for something else: an answer that another request fetches, an address, a pause",
}
"""What a span may spend its time on, and what that means."""

_BEYOND: Final = 1.25
"""Nodes may work for long on what was given up; so many times the length of what was not is shown."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time of one span."""

    part: Part
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One attempt as caller and callee see it. Times are simulated seconds; None never came."""

    id: str
    """16 hexadecimal digits."""
    parent: str | None
    """Id of the span that it was made for; None of the root."""
    kind: SpanKind
    node: str
    """Where it was worked on, or should have been."""
    source: str
    """The node that made it; its own for requests, messages and branches."""
    link: str | None = None
    instance: int | None = None
    attempt: int = 1
    """The first is 1."""
    hedge: bool = False
    """Whether it was made beside another one that took long."""
    awaited: bool = True
    """Whether whoever made it waited for it."""
    since: float
    """When the wait before a retry began; else as ``sent``."""
    sent: float
    arrived: float | None = None
    """When it came to its node."""
    started: float | None = None
    """When its first work began."""
    worked: float | None = None
    """When its last work was done."""
    replied: float | None = None
    """When the node was through with it."""
    ended: float | None = None
    """When its caller knew the outcome, or gave it up."""
    reason: str | None = None
    """Why it failed, as the caller sees it."""
    given_up: str = ""
    """How the caller stopped waiting before there was an answer, in words."""
    answer: str | None = None
    """Why it failed, as the node sees it, which the caller may never have heard."""
    message: str = ""
    """What it tells a participant of a transaction, in a word: ``prepare``."""
    locked: float | None = None
    """When it got the lock of its row."""
    unlocked: float | None = None
    """When that was given back."""
    segments: tuple[Segment, ...] = ()
    """What it spent its time on, in order; what is left over its children had."""

    @property
    def end(self) -> float:
        """When its caller was through with it, or the last that is known of it."""
        if self.ended is not None:
            return self.ended
        known = [self.sent, self.arrived, self.started, self.worked, self.replied]
        return max(
            [each for each in known if each is not None] + [part.end for part in self.segments]
        )

    @property
    def last(self) -> float:
        """When the last thing happened to it: a node may work on for nobody."""
        return max([self.end, self.replied or 0.0] + [part.end for part in self.segments])

    @property
    def duration(self) -> float:
        """Seconds from when it was sent until its caller was through with it."""
        return self.end - self.sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A request or a message with all spans that belong to it, in the order in which they began."""

    id: str
    """32 hexadecimal digits."""
    request_class: str
    spans: tuple[Span, ...]
    """The root first."""
    kept: tuple[Kept, ...]
    """Why it was kept."""
    missing: int = 0
    """Spans beyond the most that a trace may have."""
    cause: tuple[str, str] | None = None
    """Of a message, ids of the trace and the span that sent it."""

    @property
    def root(self) -> Span:
        """The request, or the message."""
        return self.spans[0]

    @property
    def start(self) -> float:
        """When it began (s)."""
        return self.root.sent

    @property
    def end(self) -> float:
        """When it was over (s)."""
        return self.root.end

    @property
    def duration(self) -> float:
        """Seconds until the root was over."""
        return self.root.duration

    @property
    def shown_length(self) -> float:
        """Seconds that a waterfall shows: all that somebody asked for, and a little of what goes on for nobody."""
        asked = max(span.end for span in self.spans) - self.start
        return min(max(span.last for span in self.spans) - self.start, _BEYOND * asked)

    @property
    def reason(self) -> str | None:
        """Why it failed; None where it did not."""
        return self.root.reason

    def children(self) -> dict[str | None, list[Span]]:
        """What was made for each span, by its id, in the order in which it began; the root is under None."""
        found: dict[str | None, list[Span]] = {}
        for each in self.spans:
            found.setdefault(each.parent, []).append(each)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How many requests and messages there were, and which are kept: what sampling drops is not gone unsaid."""

    begun: int = 0
    over: int = 0
    """Recorded, and ended."""
    failed: int = 0
    """Those of them that failed."""
    kept: int = 0
    """Traces that are there."""
    kept_failed: int = 0
    """Those of them that failed."""
    unrecorded: int = 0
    """Not recorded at all, since too many were under way."""
    share: float = 0.0
    """Of all, kept whatever became of them."""

    @property
    def dropped(self) -> int:
        """Those that ended and are not kept."""
        return self.over - self.kept

    @property
    def text(self) -> str:
        """One line that says what is kept, and what is not."""
        line = (
            f"{self.kept:,} of {self.over:,} kept: {self.kept_failed:,} of {self.failed:,} failed ones, "
            f"the slowest, and {100.0 * self.share:.3g} % of all; {self.dropped:,} dropped"
        )
        return line + (f", {self.unrecorded:,} not recorded" if self.unrecorded else "")

"""A trace as a sequence diagram: who tells whom what, in which order, what stays locked, and who dies.

Time runs downwards in steps, one an event, so that a crash of ten seconds and a vote of ten milliseconds are both seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.traces.span import Span, Trace

Tone = Literal["plain", "good", "bad"]
_GOOD: Final = {
    "prepare": "yes",
    "commit": "committed",
    "abort": "aborted",
    "do it": "done",
    "undo": "undone",
}
_BAD: Final = {"prepare": "no"}
_ENDS: Final = ("commit", "abort", "undo")
"""Messages that tell a participant how a transaction ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Something that one tells another."""

    source: str
    target: str
    sent: float
    arrived: float | None
    """None where it never came, as far as is known."""
    text: str
    tone: Tone = "plain"
    back: bool = False
    """Whether it is an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A time for which something holds at a node."""

    node: str
    start: float
    end: float | None
    """None where it holds still."""
    what: Literal["locked", "in doubt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A node died with the request inside."""

    node: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What a sequence diagram shows."""

    start: float
    lifelines: tuple[str, ...]
    """Nodes, in the order in which they come in."""
    arrows: tuple[Arrow, ...]
    """In the order in which they are sent."""
    bars: tuple[Bar, ...] = ()
    crashes: tuple[Crash, ...] = ()

    def moments(self) -> list[float]:
        """All times at which something happens, in order."""
        times = {self.start}
        for arrow in self.arrows:
            times.add(arrow.sent)
            times.add(arrow.sent if arrow.arrived is None else arrow.arrived)
        for bar in self.bars:
            times.add(bar.start)
            times.add(bar.start if bar.end is None else bar.end)
        times.update(crash.at for crash in self.crashes)
        return sorted(times)


def sequence_of(trace: Trace) -> Sequence:
    """The sequence diagram of a trace."""
    calls = [span for span in trace.spans if span.kind == "call"]
    names = dict.fromkeys(
        [trace.root.node, *(name for each in calls for name in (each.source, each.node))]
    )
    crashes = _crashes(calls)
    arrows = sorted(
        (arrow for span in calls for arrow in _arrows(span)),
        key=lambda each: (each.sent, each.back),
    )
    return Sequence(
        start=trace.start,
        lifelines=tuple(names),
        arrows=tuple(arrows),
        bars=tuple(bar for span in calls for bar in _bars(span, calls, crashes)),
        crashes=crashes,
    )


def _arrows(span: Span) -> list[Arrow]:
    """A call, and its answer."""
    text = span.message or ("try again" if span.attempt > 1 else "")
    there = Arrow(
        source=span.source,
        target=span.node,
        sent=span.sent,
        arrived=span.arrived,
        text=text or "call",
    )
    if span.replied is None:
        if span.ended is None or span.reason is None:
            return [there]
        gone = Arrow(
            source=span.source,
            target=span.source,
            sent=span.ended,
            arrived=span.ended,
            text=span.given_up or span.reason,
            tone="bad",
            back=True,
        )
        return [there, gone]
    reason = span.answer
    if reason is None:
        word = _GOOD.get(span.message, "answer")
    else:
        word = f"{_BAD.get(span.message, '')} ({reason})" if span.message in _BAD else reason
    known = span.ended is not None and not span.given_up
    back = Arrow(
        source=span.node,
        target=span.source,
        sent=span.replied,
        arrived=span.ended if known else None,
        text=word.replace("_", " "),
        tone="good" if reason is None else "bad",
        back=True,
    )
    return [there, back]


def _crashes(calls: list[Span]) -> tuple[Crash, ...]:
    """Nodes that died while they worked on a call."""
    found: dict[tuple[str, float], Crash] = {}
    for span in calls:
        if span.answer == "crashed" and span.replied is not None:
            found.setdefault((span.node, span.replied), Crash(node=span.node, at=span.replied))
    return tuple(found.values())


def _bars(span: Span, calls: list[Span], crashes: tuple[Crash, ...]) -> list[Bar]:
    """For how long a call has locked a row, and for how long of that nobody knew how it ends."""
    found: list[Bar] = []
    if span.locked is not None:
        found.append(Bar(node=span.node, start=span.locked, end=span.unlocked, what="locked"))
    if span.message != "prepare" or span.replied is None or span.answer is not None:
        return found
    told = [
        each.replied
        for each in calls
        if each.link == span.link and each.message in _ENDS and each.replied is not None
    ]
    end = min(told, default=None)
    for crash in crashes:
        start = max(crash.at, span.replied)
        if crash.node == span.source and (end is None or start < end):
            found.append(Bar(node=span.node, start=start, end=end, what="in doubt"))
    return found

"""Bandwidth: bytes leave one after the other, and a sender with a window waits for acknowledgements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from mypy_extensions import i64

SEGMENT: Final = 1460.0
"""Payload (B) of a TCP segment in an Ethernet frame of 1500 B."""
INITIAL_WINDOW: Final = 10.0
"""Segments that a new connection sends before it waits (RFC 6928)."""


@final
class Channel:
    """One direction of a link: first in, first out. Looking changes nothing.

    Nobody has to be told when a message is out, so this is arithmetic alone, without an agenda.
    """

    def __init__(self) -> None:
        self.speed = math.inf
        """Bytes a second."""
        self.own = math.inf
        """Bytes a second that every message has for itself, behind what all share."""
        self.free = 0.0
        """When everything handed over so far is out. A new speed holds for what comes later."""
        self.sent = 0.0
        """Bytes handed over."""
        self.messages: i64 = 0
        self.waited = 0.0
        """Time (s) that messages waited for those before them."""
        self._serialising = 0.0

    def accept(self, size: float, now: float) -> float:
        """Take a message of some bytes; time (s) until its last one is out."""
        start = max(now, self.free)
        span = size / self.speed
        self.sent += size
        self.messages += 1
        self.waited += start - now
        self._serialising += span
        self.free = start + span
        return self.free - now + size / self.own

    def busy(self, now: float) -> float:
        """Time (s) for which bytes went out, up to now."""
        return self._serialising - max(0.0, self.free - now)


@final
class Window:
    """One direction of a connection: how much is sent before the sender waits, and what is in order."""

    def __init__(self) -> None:
        self.segments = INITIAL_WINDOW
        """Segments that may be under way without an acknowledgement."""
        self.stalled = 0.0
        """Until when a loss keeps everything behind it from being delivered."""

    def slow_start(self, size: float, round_trip: float, speed: float) -> float:
        """Time (s) for which a transfer waits for acknowledgements; the window grows by what they are for.

        A flight of w segments at a link's speed R is followed by a pause until its first one is
        acknowledged: RTT + S/R - w S/R, where that is above nothing. Flights double, so n segments
        take ceil(log2(n / w + 1)) of them. (Kurose and Ross, Computer Networking, TCP delay modelling.)
        """
        segments = size / SEGMENT
        one = SEGMENT / speed
        flight = self.segments
        sent = flight
        pauses = 0.0
        while sent < segments:
            pauses += max(0.0, round_trip + one - flight * one)
            flight *= 2.0
            sent += flight
        if 2.0 * segments > self.segments:
            self.segments += segments
        return pauses

    def restart(self) -> None:
        """Begin again with the initial window (RFC 5681, after an idle time)."""
        self.segments = min(self.segments, INITIAL_WINDOW)

    def delivered(self, delay: float, now: float, *, lost: bool) -> float:
        """Time (s) until a message is delivered in order: not before one that was lost before it."""
        delay = max(delay, self.stalled - now)
        if lost:
            self.stalled = now + delay
        return delay


def held_by_loss(size: float, loss: float, round_trip: float, speed: float) -> float:
    """Time (s) by which losses make a transfer longer than its bytes take.

    A steady sender that halves its window at each loss has sqrt(1.5 / p) segments under way on the
    average (Mathis, Semke, Mahdavi, Ott 1997): MSS / RTT sqrt(1.5 / p) bytes a second.
    """
    round_trips = size / SEGMENT / math.sqrt(1.5 / loss)
    return max(0.0, (round_trips - 1.0) * round_trip - size / speed)

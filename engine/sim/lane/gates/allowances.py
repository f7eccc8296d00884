"""How many calls may pass: the algorithms of rate limits, each for one bucket."""

from __future__ import annotations

from collections import deque
from typing import Final, final

from mypy_extensions import i64

# Algorithms.
TOKEN_BUCKET: Final = 0
CELL_RATE: Final = 1
FIXED_WINDOW: Final = 2
SLIDING_WINDOW: Final = 3

FULL_ENOUGH: Final = 1e-9
"""Share of a token that only rounding can have taken."""


class Allowance:
    """What is left for those who come."""

    def turn(self, rate: float, burst: float, window: float, now: float) -> None:
        """Have other knobs from now on: calls a second, calls at once, seconds."""
        raise NotImplementedError

    def begin_at(self, level: float, now: float) -> None:
        """Go on from so many who may pass: another algorithm is no reason to let more in."""
        raise NotImplementedError

    def level(self, now: float) -> float:
        """How many may pass now."""
        raise NotImplementedError

    def take(self, now: float) -> bool:
        """Let one pass, if one may."""
        raise NotImplementedError

    def take_due(self, now: float) -> None:
        """Let the one pass that was waited for, though rounding may say that it is a little early."""
        raise NotImplementedError

    def next_in(self, now: float) -> float:
        """Seconds until one may pass."""
        raise NotImplementedError

    def is_whole(self, now: float) -> bool:
        """Whether a new one would be the same."""
        raise NotImplementedError


@final
class Tokens(Allowance):
    """Tokens come at a rate, up to a burst, and each call takes one."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._since = now
        """When there were so many."""

    def turn(self, rate: float, burst: float, window: float, now: float) -> None:
        """Fill at another rate, up to another burst; what was full is full."""
        level = self.level(now)
        self._tokens = burst if level >= self._burst else min(burst, level)
        self._since = now
        self._rate = rate
        self._burst = burst

    def begin_at(self, level: float, now: float) -> None:
        """Have so many tokens."""
        self._tokens = min(self._burst, level)
        self._since = now

    def level(self, now: float) -> float:
        """Tokens."""
        return min(self._burst, self._tokens + self._rate * (now - self._since))

    def take(self, now: float) -> bool:
        """Take a token."""
        tokens = self.level(now)
        self._since = now
        if tokens >= 1.0 - FULL_ENOUGH:
            self._tokens = tokens - 1.0
            return True
        self._tokens = tokens
        return False

    def take_due(self, now: float) -> None:
        """Take a token; what rounding says is missing is missing from the next."""
        self._tokens = self.level(now) - 1.0
        self._since = now

    def next_in(self, now: float) -> float:
        """Until there is a token."""
        return max(0.0, 1.0 - self.level(now)) / self._rate

    def is_whole(self, now: float) -> bool:
        """Whether it is full."""
        return self.level(now) >= self._burst


@final
class CellRate(Allowance):
    """The generic cell rate algorithm (ITU-T I.371): calls may come so much before their theoretical time."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._gap = 1.0 / rate
        """Seconds."""
        self._early = (burst - 1.0) / rate
        """Seconds."""
        self._due = now
        """When the next is due, theoretically."""

    def turn(self, rate: float, burst: float, window: float, now: float) -> None:
        """Have other gaps; who is behind its due time by so many gaps stays so."""
        behind = max(0.0, self._due - now) / self._gap
        self._gap = 1.0 / rate
        self._early = (burst - 1.0) / rate
        self._due = now + min(behind, burst) * self._gap

    def begin_at(self, level: float, now: float) -> None:
        """The next is due as if the others had passed."""
        self._due = now + max(0.0, (self._early / self._gap + 1.0 - level) * self._gap)

    def level(self, now: float) -> float:
        """Those who may come at once."""
        return (self._early - max(0.0, self._due - now)) / self._gap + 1.0

    def take(self, now: float) -> bool:
        """Let one pass that is not too early."""
        if self._due - now > self._early + FULL_ENOUGH * self._gap:
            return False
        self.take_due(now)
        return True

    def take_due(self, now: float) -> None:
        """The next is due a gap later."""
        self._due = max(self._due, now) + self._gap

    def next_in(self, now: float) -> float:
        """Until it is not too early."""
        return max(0.0, self._due - now - self._early)

    def is_whole(self, now: float) -> bool:
        """Whether nobody is early."""
        return self._due <= now


@final
class FixedWindow(Allowance):
    """So many in each window of the clock: twice as many may come around the end of one."""

    def __init__(self, limit: i64, window: float) -> None:
        self._limit = limit
        self._window = window
        self._number: i64 = -1
        """The present window, counted from the beginning of time."""
        self._count: i64 = 0
        """Those who passed in it."""

    def turn(self, rate: float, burst: float, window: float, now: float) -> None:
        """Let others pass in each window; those who passed in the present one count in the new one as well."""
        self._limit = limit_of(rate, window)
        if window != self._window:
            if self._at(now) != self._number:
                self._count = 0
            self._window = window
            self._number = -1
            self._number = self._at(now)

    def begin_at(self, level: float, now: float) -> None:
        """The others have passed in the present window."""
        self._number = self._at(now)
        self._count = max(0, self._limit - i64(max(0.0, level)))

    def level(self, now: float) -> float:
        """What is left of the present window."""
        return (
            float(self._limit - self._count)
            if self._at(now) == self._number
            else float(self._limit)
        )

    def take(self, now: float) -> bool:
        """Count one in."""
        number = self._at(now)
        if number != self._number:
            self._number = number
            self._count = 0
        if self._count >= self._limit:
            return False
        self._count += 1
        return True

    def take_due(self, now: float) -> None:
        """Count one in, in the window that begins now."""
        if not self.take(now):
            self._number += 1
            self._count = 1

    def next_in(self, now: float) -> float:
        """Until the next window, where this one is full."""
        if self.level(now) >= 1.0:
            return 0.0
        return max(0.0, float(self._number + 1) * self._window - now)

    def is_whole(self, now: float) -> bool:
        """Whether nobody passed in the present window."""
        return self._at(now) != self._number or self._count == 0

    def _at(self, now: float) -> i64:
        """The window of a time; it is never an earlier one again."""
        return max(self._number, i64(now / self._window + FULL_ENOUGH))


@final
class SlidingWindow(Allowance):
    """So many in any window, wherever it begins: the log of those who passed."""

    def __init__(self, limit: i64, window: float) -> None:
        self._limit = limit
        self._window = window
        self._passed: deque[float] = deque()
        self._first: i64 = 0
        """Those who passed before the log begins, all counted at one time: they may be more than memory holds."""
        self._first_at = 0.0

    def turn(self, rate: float, burst: float, window: float, now: float) -> None:
        """Let others pass; those of the new window who passed count."""
        self._limit = limit_of(rate, window)
        self._window = window

    def begin_at(self, level: float, now: float) -> None:
        """The others pass now."""
        self._first = max(0, self._limit - i64(max(0.0, level)))
        self._first_at = now

    def level(self, now: float) -> float:
        """What is left of the window that ends now."""
        passed = self._passed
        last = now - self._window * (1.0 - FULL_ENOUGH)
        if self._first > 0 and self._first_at <= last:
            self._first = 0
        while passed and passed[0] <= last:
            passed.popleft()
        return float(self._limit) - float(len(passed)) - float(self._first)

    def take(self, now: float) -> bool:
        """Note one."""
        if self.level(now) < 1.0:
            return False
        self._passed.append(now)
        return True

    def take_due(self, now: float) -> None:
        """Note one."""
        self._passed.append(now)

    def next_in(self, now: float) -> float:
        """Until the oldest leaves the window, where it is full."""
        left = self.level(now)
        if left >= 1.0:
            return 0.0
        place: i64 = i64(len(self._passed)) - self._limit
        if self._first > 0:
            place += self._first
            if place < self._first:
                return max(0.0, self._first_at + self._window - now)
            place -= self._first
        return max(0.0, self._passed[place] + self._window - now)

    def is_whole(self, now: float) -> bool:
        """Whether nobody passed in the window."""
        return self.level(now) >= float(self._limit)


def limit_of(rate: float, window: float) -> i64:
    """Calls of a window: at least one."""
    return max(1, i64(rate * window + FULL_ENOUGH))


def allowance(algorithm: i64, rate: float, burst: float, window: float, now: float) -> Allowance:
    """A new one of a kind."""
    if algorithm == FIXED_WINDOW:
        return FixedWindow(limit_of(rate, window), window)
    if algorithm == SLIDING_WINDOW:
        return SlidingWindow(limit_of(rate, window), window)
    if algorithm == CELL_RATE:
        return CellRate(rate, burst, now)
    return Tokens(rate, burst, now)

"""Which traces somebody wants to see: the slowest, the failed, one at a percentile, those about a moment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.traces.span import Kept

_NEAR: Final = 0.02
"""Share of the run around a moment in which traces are at that moment, to each side."""
_SECONDS: Final = 1.0
"""The least such time."""


class Timed(Protocol):
    """A trace, or what is known of one before its spans are looked at."""

    @property
    def id(self) -> str:
        """What it is known by."""

    @property
    def start(self) -> float:
        """When it began (s)."""

    @property
    def end(self) -> float:
        """When it was over (s)."""

    @property
    def duration(self) -> float:
        """Seconds."""

    @property
    def reason(self) -> str | None:
        """Why it failed."""

    @property
    def kept(self) -> tuple[Kept, ...]:
        """Why it is kept."""


T = TypeVar("T", bound=Timed)


def slowest(traces: Iterable[T]) -> list[T]:
    """The longest first, whatever became of them."""
    return sorted(traces, key=lambda each: (-each.duration, each.id))


def failed(traces: Iterable[T]) -> list[T]:
    """Those that failed, the longest first."""
    return slowest(each for each in traces if each.reason is not None)


def succeeded(traces: Iterable[T]) -> list[T]:
    """Those that did not fail, the longest first."""
    return slowest(each for each in traces if each.reason is None)


def around(traces: Iterable[T], moment: float | None, span: float) -> list[T]:
    """Those under way about a moment; the nearest one where there is none; all without a moment.

    Args:
        traces: what to choose from.
        moment: simulated time (s).
        span: seconds of the whole run.
    """
    everything = list(traces)
    if moment is None or not everything:
        return everything
    reach = max(_SECONDS, _NEAR * span)
    found = [each for each in everything if _distance(each, moment) <= reach]
    return found or [min(everything, key=lambda each: (_distance(each, moment), each.id))]


def nearest(traces: Iterable[T], duration: float) -> T | None:
    """The one that succeeded and took about so many seconds: a request at a percentile."""
    found = [each for each in traces if each.reason is None]
    return min(found, key=lambda each: (abs(each.duration - duration), each.id), default=None)


def quantile(traces: Iterable[T], share: float) -> float | None:
    """The duration (s) that a share of the successes is not above; None where there are none."""
    found = sorted(each.duration for each in traces if each.reason is None)
    return found[max(0, math.ceil(share * len(found)) - 1)] if found else None


def _distance(trace: Timed, moment: float) -> float:
    """Seconds between a moment and when a trace was under way."""
    return max(0.0, trace.start - moment, moment - trace.end)

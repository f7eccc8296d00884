"""Which traces somebody wants to see: the slowest, the failed, one at a percentile, at a time, at a node."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.traces.span import Trace

_NEAR: Final = 0.02
"""Share of the run around a moment in which traces are at that moment, to each side."""
_SECONDS: Final = 1.0
"""The least such time."""


def at_node(traces: Iterable[Trace], node: str | None) -> list[Trace]:
    """Those that something happened of at a node; all without one."""
    return [each for each in traces if node is None or each.touches(node)]


def slowest(traces: Iterable[Trace]) -> list[Trace]:
    """The longest first, whatever became of them."""
    return sorted(traces, key=lambda each: (-each.duration, each.id))


def failed(traces: Iterable[Trace]) -> list[Trace]:
    """Those that failed, the longest first."""
    return slowest(each for each in traces if each.reason is not None)


def succeeded(traces: Iterable[Trace]) -> list[Trace]:
    """Those that did not fail, the longest first."""
    return slowest(each for each in traces if each.reason is None)


def around(traces: Iterable[Trace], moment: float | None, span: float) -> list[Trace]:
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


def nearest(traces: Iterable[Trace], duration: float) -> Trace | None:
    """The one that succeeded and took about so many seconds: a request at a percentile."""
    found = [each for each in traces if each.reason is None]
    return min(found, key=lambda each: (abs(each.duration - duration), each.id), default=None)


def quantile(traces: Iterable[Trace], share: float) -> float | None:
    """The duration (s) that a share of the sampled successes is not above; None where there are too few."""
    found = sorted(
        each.duration for each in traces if each.reason is None and "sampled" in each.kept
    )
    if len(found) * (1.0 - share) < 1.0:
        return None
    return found[math.ceil(share * len(found)) - 1]


def _distance(trace: Trace, moment: float) -> float:
    """Seconds between a moment and when a trace was under way."""
    return max(0.0, trace.start - moment, moment - trace.root.end)

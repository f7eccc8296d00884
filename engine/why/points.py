"""Series of what was recorded of a node or a link: a value for each interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.why.stretch import Point, moving_means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.snapshot import LinkSample, NodeSample, Sample

NAN: Final = math.nan
FEW: Final = 5
"""Failures of which one says nothing."""
FULL: Final = 0.95
SLOWER: Final = 2.0
"""Times as long as usual."""
MORE: Final = 1.25
"""Times as much as usual."""
MEANWHILE: Final = 3.0
"""Seconds in which what is called ends as well, as a rule: begun and ended attempts are compared over them."""
_HALF: Final = 0.5
"""Share of the time that is most of it."""
_SURGE: Final = 5.0
"""Standard deviations of Poisson traffic that are chance, where every interval of a run is looked at."""

Samples = list[tuple["Sample", "NodeSample"]]


def shares_failed(parts: Sequence[tuple[Sample, NodeSample | LinkSample]]) -> list[Point]:
    """Shares of failures; a few in an interval of many are chance."""
    found = []
    for sample, part in parts:
        done = good(part)
        bad = sum(part.failed.values())
        share = bad / (done + bad) if bad >= FEW or bad > done else 0.0
        found.append(Point(sample.start, sample.end, share))
    return found


def good(part: NodeSample | LinkSample) -> int:
    """What was answered well."""
    return part.completed if hasattr(part, "completed") else part.succeeded


def lines(parts: Samples) -> list[Point]:
    """How many wait where all that is up is busy; else nobody."""
    return [
        Point(s.start, s.end, part.queue if part.busy_of_up > FULL or part.up == 0.0 else 0.0)
        for s, part in parts
    ]


def standstills(parts: Samples) -> list[Point]:
    """How many are inside where nothing comes out."""
    return [
        Point(s.start, s.end, 0.0 if part.completed or part.failed else part.in_system)
        for s, part in parts
    ]


def means(parts: Sequence[tuple[Sample, NodeSample | LinkSample]]) -> list[Point]:
    """Mean times (s)."""
    return [Point(sample.start, sample.end, part.latency.mean) for sample, part in parts]


def longer(common: float, count: int) -> float:
    """From which mean on (s) so many answers take longer than usual, and not by the chance of exponential times."""
    return common * max(SLOWER, 1.0 + _SURGE / math.sqrt(max(count, 1)))


def counts(parts: Samples, what: str) -> list[Point]:
    """How often something was counted."""
    return [Point(s.start, s.end, part.extra.get(what, 0.0)) for s, part in parts]


def rates(parts: Samples) -> list[Point]:
    """Arrivals per second."""
    return [Point(s.start, s.end, part.arrivals / max(s.end - s.start, 1e-9)) for s, part in parts]


def surges(points: Sequence[Point], common: float) -> list[Point]:
    """Rates where they are higher than usual, and not by chance; else 0.

    A jump shows in an interval alone. What is a little more, or little at all, shows over some intervals together: so
    many that usual traffic would not come to as much by chance.
    """
    found = []
    together = (_SURGE / (MORE - 1.0)) ** 2 / common
    for point, mean in zip(points, moving_means(points, together), strict=True):
        chance = _SURGE * math.sqrt(common / point.length)
        value = 0.0
        if point.value > max(MORE * common, common + chance):
            value = point.value
        elif point.value > common and mean > MORE * common:
            value = mean
        found.append(Point(point.start, point.end, value))
    return found


def shares_resent(parts: list[tuple[Sample, LinkSample]]) -> list[Point]:
    """Shares of attempts that are retries."""
    return [
        Point(s.start, s.end, part.retries / part.attempts if part.retries >= FEW else 0.0)
        for s, part in parts
    ]


def shares_unended(parts: list[tuple[Sample, LinkSample]]) -> list[Point]:
    """Shares of the attempts of the last seconds that have not ended; a few are chance."""
    found: list[Point] = []
    begun = made = ended = 0
    for sample, part in parts:
        made += part.attempts
        ended += part.succeeded + sum(part.failed.values())
        while sample.end - parts[begun][0].start > MEANWHILE and parts[begun][0] is not sample:
            made -= parts[begun][1].attempts
            ended -= parts[begun][1].succeeded + sum(parts[begun][1].failed.values())
            begun += 1
        missing = made - ended
        found.append(Point(sample.start, sample.end, missing / made if missing >= FEW else 0.0))
    return found


def shares_down(parts: Samples) -> list[Point]:
    """Shares of the workers whose instances are down."""
    return [Point(sample.start, sample.end, 1.0 - part.up) for sample, part in parts]


def waits_for_locks(part: NodeSample) -> bool:
    """Whether a node waits for locks for most of the time that its answers take, or none comes."""
    if part.extra.get("lock_waits", 0.0) < FEW:
        return False
    return not part.latency.count or part.extra["lock_wait"] > _HALF * part.latency.mean


def shares_missed(parts: Samples) -> list[Point]:
    """Shares of look-ups that miss."""
    return [
        Point(sample.start, sample.end, 1.0 - part.extra["hit_ratio"])
        for sample, part in parts
        if not math.isnan(part.extra.get("hit_ratio", NAN))
    ]

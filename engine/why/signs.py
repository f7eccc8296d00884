"""Signs that something is wrong, as series of a node or a link: how full, how slow, how much fails."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.why.stretch import Point, Stretch, moving_means, says_usual, stretches, usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import StationPlan
    from engine.sim.snapshot import LinkSample, NodeSample, Sample
    from engine.why.record import Record

NAN: Final = math.nan
FAILING: Final = 0.02
"""Share of failures from which something is wrong (the window's cards say so from there on as well)."""
FEW: Final = 5
"""Failures of which one says nothing."""
FULL: Final = 0.95
SLOWER: Final = 2.0
"""Times as long as usual."""
MORE: Final = 1.25
"""Times as much as usual."""
UNENDED: Final = 0.05
"""Share of the attempts that do not end from which somebody never answers."""
_MEANWHILE: Final = 3.0
"""Seconds in which what is called ends as well, as a rule: begun and ended attempts are compared over them."""
RESENT: Final = 0.1
"""Share of attempts that are retries."""
_MANY_FIRST: Final = 30
"""First attempts from which it is no chance how many are made again."""
_HALF: Final = 0.5
"""Waiting requests for each worker, or for each place, from which a line is long."""
_NEARLY: Final = 0.8
"""Share of the places from which a line is long in any case."""
_LONGER: Final = 3.0
"""Times as many as usual who wait."""
_MOST_USUAL: Final = 20.0
"""Waiting requests for each worker that are too many, even where that is usual."""
_BEHIND: Final = 5.0
"""Seconds of what usually comes that wait as messages, from which a queue is behind."""
_MOST_BEHIND: Final = 20.0
"""As many seconds that are too many, even where they are usual."""
_STILL: Final = 10.0
"""Seconds without any answer that are too many."""
_SURGE: Final = 5.0
"""Standard deviations of Poisson traffic that are chance, where every interval of a run is looked at."""
_SPREAD: Final = 4.0
"""Standard deviations of Poisson traffic that are chance."""

Samples = list[tuple["Sample", "NodeSample"]]


class Signs:
    """The series of one record, each made when it is first asked for."""

    def __init__(self, record: Record, since: float = -math.inf) -> None:
        """Read this record; what was over before a time (s) is no sign of what came then."""
        self.record = record
        self._since = since
        self._known: dict[tuple[str, str], list[Stretch]] = {}
        self._places = {
            each.id: float(kept.capacity)
            for each in record.plan.nodes
            if (kept := each.backlog or each.topic) is not None and kept.capacity is not None
        }
        """Of queues and topics that have no more."""
        self._room = {each.id: _room(each.station) for each in record.plan.nodes}

    def failing(self, name: str) -> list[Stretch]:
        """When a share of what a node or a link is asked for fails."""
        return self._of("failing", name, lambda: stretches(_failed(self._parts(name)), FAILING))

    def full(self, name: str) -> list[Stretch]:
        """When all workers of a node are busy and requests wait; the values are how many."""
        return self._of("full", name, lambda: self._found_full(name))

    def slow(self, name: str, before: float) -> list[Stretch]:
        """When answers of a node, or over a link, take longer than usual; the values are their means (s)."""

        def found() -> list[Stretch]:
            parts = self._parts(name)
            points = _means(parts)
            common = usual(points, before)
            if not common > 0.0:
                return []
            counts = [part.latency.count for _, part in parts]
            sure = [
                point if point.value > _longer(common, count) else replace(point, value=0.0)
                for point, count in zip(points, counts, strict=True)
            ]
            return stretches(sure, 0.0)

        return self._of(f"slow {before}", name, found)

    def much_slower(self, name: str, factor: float) -> list[Stretch]:
        """When answers take many times as long as in the whole run, for more than an interval or two."""

        def found() -> list[Stretch]:
            points = _means(self._parts(name))
            common = usual(points, -math.inf)
            return stretches(points, factor * common, 2.5) if common > 0.0 else []

        return self._of(f"much slower {factor}", name, found)

    def piling(self, name: str) -> list[Stretch]:
        """When many more messages wait at a queue or topic than usual; the values are how many."""

        def found() -> list[Stretch]:
            points = [Point(s.start, s.end, part.queue) for s, part in self.record.node(name)]
            common, rate = usual(points, -math.inf), self.usual_rate(name, -math.inf)
            if not rate > 0.0:
                return []
            many = max(FEW, _BEHIND * rate, min(_LONGER * common, _MOST_BEHIND * rate))
            return stretches(points, min(many, _NEARLY * self._places.get(name, math.inf)))

        return self._of("piling", name, found)

    def lost_letters(self, name: str) -> list[Stretch]:
        """When messages are given up for dead; the values are shares of those that are published."""

        def found() -> list[Stretch]:
            points = []
            for sample, part in self.record.node(name):
                dead = part.extra.get("dead_lettered", 0.0) + part.extra.get("expired", 0.0)
                whole = max(dead, part.extra.get("published", 0.0))
                points.append(Point(sample.start, sample.end, dead / whole if dead >= FEW else 0.0))
            return stretches(points, FAILING)

        return self._of("dead letters", name, found)

    def expired(self, name: str, stretch: Stretch) -> bool:
        """Whether most messages that are lost in a part of the run are older than they are kept."""
        old = dead = 0.0
        for sample, part in self.record.node(name):
            if stretch.reaches(sample.start, sample.end):
                old += part.extra.get("expired", 0.0)
                dead += part.extra.get("dead_lettered", 0.0)
        return old > dead

    def stuck(self, name: str) -> list[Stretch]:
        """When requests are inside and nothing comes out, for much longer than answers take; the values are how many."""

        def found() -> list[Stretch]:
            points = _still(self.record.node(name))
            common = usual(_means(self._parts(name)), -math.inf)
            least = _STILL if math.isnan(common) else max(_STILL, 10.0 * common)
            return stretches(points, 0.0, least, gap=0.0)  # one answer, and it is not stuck

        return self._of("stuck", name, found)

    def busier(self, name: str, before: float) -> list[Stretch]:
        """When more comes to a node than usual; the values are rates."""

        def found() -> list[Stretch]:
            points = _rates(self.record.node(name))
            common = usual(points, before)
            return stretches(_surges(points, common), 0.0) if common > 0.0 else []

        return self._of(f"busier {before}", name, found)

    def resent(self, name: str) -> list[Stretch]:
        """When a share of the attempts over a link are retries."""
        return self._of("resent", name, lambda: stretches(_retried(self.record.link(name)), RESENT))

    def times_sent(self, name: str, stretch: Stretch, least: float) -> float:
        """Attempts over a link for each first one, where they are most in a part of the run.

        Retries come after their first attempts, in another interval as a rule, and all of a short one may be retries.
        So the intervals are put together, back from each, until they are long enough and hold enough first attempts.

        Args:
            name: the link.
            stretch: the part of the run.
            least: seconds that are looked at together at least, if it lasts so long.
        """
        most, least = 1.0, min(least, stretch.end - stretch.start)
        begun = sent = first = 0
        parts = self.record.link(name)
        for sample, part in parts:
            if sample.start >= stretch.end:
                break
            sent += part.attempts
            first += part.attempts - part.retries
            while True:
                after, oldest = parts[begun]
                rest = first - (oldest.attempts - oldest.retries)
                if rest < _MANY_FIRST or sample.end - after.end < least:
                    break
                sent, first, begun = sent - oldest.attempts, rest, begun + 1
            if sample.end > stretch.start and first > 0:
                most = max(most, sent / first)
        return most

    def down(self, name: str) -> list[Stretch]:
        """When instances of a node are down; the values are the shares that are."""
        return self._of("down", name, lambda: stretches(_downs(self.record.node(name)), 1e-6))

    def knows(self, name: str, before: float) -> bool:
        """Whether it is known what usually came to a node before a time (s), so that more is more than before."""
        return says_usual(_rates(self.record.node(name)), before)

    def usual_rate(self, name: str, before: float) -> float:
        """What usually comes to a node (per second)."""
        return usual(_rates(self.record.node(name)), before)

    def usual_time(self, name: str, before: float) -> float:
        """What answers of a node, or over a link, usually take (s)."""
        return usual(_means(self._parts(name)), before)

    def lately(self, name: str, stretch: Stretch) -> float:
        """How long answers of a node take where they take longest in a part of the run, over some intervals (s)."""
        points = [
            point
            for point in _means(self._parts(name))
            if stretch.reaches(point.start, point.end) and not math.isnan(point.value)
        ]
        if not points:
            return 0.0
        return Stretch(points[0].start, points[-1].end, tuple(points)).level(_MEANWHILE)

    def missing(self, name: str, before: float) -> list[Stretch]:
        """When a store has less often than usual what it is asked for; the values are the shares that it lacks."""

        def found() -> list[Stretch]:
            parts = self.record.node(name)
            common = usual(_misses(parts), before)
            chance = _SPREAD * math.sqrt(max(common * (1.0 - common), 0.0))
            certain = [
                (sample, part)
                for sample, part in parts
                if (lacks := 1.0 - part.extra.get("hit_ratio", NAN)) > common
                and (lacks - common) * math.sqrt(part.arrivals) > chance
            ]
            return stretches(_misses(certain), common + max(0.1, 0.25 * (1.0 - common)))

        return self._of(f"missing {before}", name, found)

    def counted(self, name: str, what: str) -> list[Stretch]:
        """When a node counts something; the values are how many in each interval."""
        return self._of(what, name, lambda: stretches(_counts(self.record.node(name), what), 0.0))

    def logged_out(self, name: str, what: str) -> list[Stretch]:
        """When many more users than usual are logged out, or log in; the values are how many in each interval."""

        def found() -> list[Stretch]:
            points = _counts(self.record.node(name), what)
            common = usual(points, -math.inf)
            if math.isnan(common):
                return []
            chance = _SPREAD * math.sqrt(common)
            made = stretches(points, max(1.0, common + chance, _LONGER * common))
            return [each for each in made if each.total >= FEW]

        return self._of(f"many {what}", name, found)

    def reasons(self, name: str, begun: float, end: float) -> dict[str, float]:
        """Shares of the failures of a node or a link within a part of the run, by reason, the commonest first."""
        total: dict[str, int] = {}
        for sample, part in self._parts(name):
            if sample.end > begun and sample.start < end:
                for reason, number in part.failed.items():
                    total[reason] = total.get(reason, 0) + number
        whole = sum(total.values())
        ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
        return {reason: number / whole for reason, number in ranked if number}

    def own_share(self, name: str, reason: str, begun: float, end: float) -> float:
        """Share of the failures for a reason that are a node's or a link's own, and not passed on by it."""
        whole = passed = 0
        for sample, part in self._parts(name):
            if sample.end > begun and sample.start < end:
                whole += part.failed.get(reason, 0)
                passed += min(part.passed_on.get(reason, 0), part.failed.get(reason, 0))
        return (whole - passed) / whole if whole else 0.0

    def unanswered(self, name: str) -> list[Stretch]:
        """When more calls are made over a link than end, for some seconds; the values are the shares."""
        return self._of(
            "unanswered", name, lambda: stretches(_unended(self.record.link(name)), UNENDED)
        )

    def held(self, name: str, stretch: Stretch) -> float:
        """Share of the busy workers of a node that wait for somebody else, in a part of the run."""
        busy, working, still = self._workers(name, stretch)
        return max(0.0, busy - working - still) / busy if busy > 0.0 else 0.0

    def still(self, name: str, stretch: Stretch) -> float:
        """Share of the busy workers of a node that stand still, in a part of the run: frozen, paused or throttled."""
        busy, working, still = self._workers(name, stretch)
        return min(max(0.0, busy - working), still) / busy if busy > 0.0 else 0.0

    def _workers(self, name: str, stretch: Stretch) -> tuple[float, float, float]:
        """Workers of a node in a part of the run: busy, at work, and of instances that stand still."""
        busy = working = still = 0.0
        for sample, part in self.record.node(name):
            if stretch.reaches(sample.start, sample.end):
                busy += part.utilization
                working += part.working
                halted = part.extra.get("paused", 0.0) + part.extra.get("throttled", 0.0)
                still += min(part.utilization, halted)
        return busy, working, still

    def busy(self, name: str, stretch: Stretch) -> float:
        """Share of the workers of a node that are busy, of those that are up, in a part of the run."""
        parts = [
            part.busy_of_up
            for sample, part in self.record.node(name)
            if stretch.reaches(sample.start, sample.end)
        ]
        return sum(parts) / len(parts) if parts else 0.0

    def _found_full(self, name: str) -> list[Stretch]:
        """More wait than work, and many more than usual: a busy node has a line now and then."""
        points = _waiting(self.record.node(name))
        common = usual(points, -math.inf)
        workers, places = self._room.get(name, (1.0, math.inf))
        many = min(_LONGER * common, _MOST_USUAL * workers, _NEARLY * places)
        return stretches(points, max(_HALF * min(workers, places), many))

    def _parts(self, name: str) -> Sequence[tuple[Sample, NodeSample | LinkSample]]:
        """The samples of a node or a link."""
        return self.record.node(name) or self.record.link(name)

    def _of(self, sign: str, name: str, make: object) -> list[Stretch]:
        """What is known already, or made now."""
        key = (sign, name)
        if key not in self._known:
            assert callable(make)
            cut = (each.since(self._since) for each in make())
            self._known[key] = [each for each in cut if each is not None]
        return self._known[key]


def _room(station: StationPlan) -> tuple[float, float]:
    """Workers and waiting places of a whole node."""
    workers = station.instances * (station.workers or 1)
    limit = math.inf if station.queue_limit is None else station.instances * station.queue_limit
    return float(workers), float(limit)


def _failed(parts: Sequence[tuple[Sample, NodeSample | LinkSample]]) -> list[Point]:
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


def _waiting(parts: Samples) -> list[Point]:
    """How many wait where all that is up is busy; else nobody."""
    return [
        Point(s.start, s.end, part.queue if part.busy_of_up > FULL or part.up == 0.0 else 0.0)
        for s, part in parts
    ]


def _still(parts: Samples) -> list[Point]:
    """How many are inside where nothing comes out."""
    return [
        Point(s.start, s.end, 0.0 if part.completed or part.failed else part.in_system)
        for s, part in parts
    ]


def _means(parts: Sequence[tuple[Sample, NodeSample | LinkSample]]) -> list[Point]:
    """Mean times (s)."""
    return [Point(sample.start, sample.end, part.latency.mean) for sample, part in parts]


def _longer(common: float, count: int) -> float:
    """From which mean on (s) so many answers take longer than usual, and not by the chance of exponential times."""
    return common * max(SLOWER, 1.0 + _SURGE / math.sqrt(max(count, 1)))


def _counts(parts: Samples, what: str) -> list[Point]:
    """How often something was counted."""
    return [Point(s.start, s.end, part.extra.get(what, 0.0)) for s, part in parts]


def _rates(parts: Samples) -> list[Point]:
    """Arrivals per second."""
    return [Point(s.start, s.end, part.arrivals / max(s.end - s.start, 1e-9)) for s, part in parts]


def _surges(points: Sequence[Point], common: float) -> list[Point]:
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


def _retried(parts: list[tuple[Sample, LinkSample]]) -> list[Point]:
    """Shares of attempts that are retries."""
    return [
        Point(s.start, s.end, part.retries / part.attempts if part.retries >= FEW else 0.0)
        for s, part in parts
    ]


def _unended(parts: list[tuple[Sample, LinkSample]]) -> list[Point]:
    """Shares of the attempts of the last seconds that have not ended; a few are chance."""
    found: list[Point] = []
    begun = made = ended = 0
    for sample, part in parts:
        made += part.attempts
        ended += part.succeeded + sum(part.failed.values())
        while sample.end - parts[begun][0].start > _MEANWHILE and parts[begun][0] is not sample:
            made -= parts[begun][1].attempts
            ended -= parts[begun][1].succeeded + sum(parts[begun][1].failed.values())
            begun += 1
        missing = made - ended
        found.append(Point(sample.start, sample.end, missing / made if missing >= FEW else 0.0))
    return found


def _downs(parts: Samples) -> list[Point]:
    """Shares of the workers whose instances are down."""
    return [Point(sample.start, sample.end, 1.0 - part.up) for sample, part in parts]


def _misses(parts: Samples) -> list[Point]:
    """Shares of look-ups that miss."""
    return [
        Point(sample.start, sample.end, 1.0 - part.extra["hit_ratio"])
        for sample, part in parts
        if not math.isnan(part.extra.get("hit_ratio", NAN))
    ]

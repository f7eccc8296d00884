"""Signs that something is wrong, as series of a node or a link: how full, how slow, how much fails."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.why.points import (
    FEW,
    MEANWHILE,
    NAN,
    SLOWER,
    counts,
    good,
    lines,
    longer,
    means,
    rates,
    shares_down,
    shares_failed,
    shares_missed,
    shares_resent,
    shares_unended,
    standstills,
    surges,
    waits_for_locks,
)
from engine.why.stretch import Point, Stretch, levels, says_usual, stretches, usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import StationPlan
    from engine.sim.snapshot import LinkSample, NodeSample, Sample
    from engine.why.record import Record

FAILING: Final = 0.02
"""Share of failures from which something is wrong (the window's cards say so from there on as well)."""
UNENDED: Final = 0.05
"""Share of the attempts that do not end from which somebody never answers."""
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
_SPREAD: Final = 4.0
"""Standard deviations of Poisson traffic that are chance."""


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
        """When a share of what a node or a link is asked for fails; where that is far more for a while, on its own."""

        def found() -> list[Stretch]:
            made = stretches(shares_failed(self._parts(name)), FAILING)
            return [part for each in made for part in levels(each)]

        return self._of("failing", name, found)

    def ended(self, name: str, stretch: Stretch) -> tuple[int, int]:
        """How many fail at a node, or over a link, in a part of the run, and of how many that end."""
        bad = whole = 0
        for sample, part in self._parts(name):
            if sample.start >= stretch.start and sample.end <= stretch.end:
                failed = sum(part.failed.values())
                bad, whole = bad + failed, whole + failed + good(part)
        return bad, whole

    def excess(self, name: str, stretch: Stretch) -> float:
        """Seconds that all answers of a part of the run together took longer than usual."""
        common = self.usual_time(name, -math.inf)
        return sum(
            max(0.0, part.latency.mean - common) * part.latency.count
            for sample, part in self._parts(name)
            if sample.start >= stretch.start and sample.end <= stretch.end and part.latency.count
        )

    def full(self, name: str, before: float = -math.inf) -> list[Stretch]:
        """When all workers of a node are busy and requests wait; the values are how many.

        Args:
            name: the node.
            before: what waited before that (s) is usual; all that ever waited, where little is known of it.
        """
        return self._of(f"full {before}", name, lambda: self._found_full(name, before))

    def slow(self, name: str, before: float) -> list[Stretch]:
        """When answers of a node, or over a link, take longer than usual; the values are their means (s)."""

        def found() -> list[Stretch]:
            parts = self._parts(name)
            points = means(parts)
            common = usual(points, before)
            if not common > 0.0:
                return []
            counts = [part.latency.count for _, part in parts]
            sure = [
                point if point.value > longer(common, count) else replace(point, value=0.0)
                for point, count in zip(points, counts, strict=True)
            ]
            return stretches(sure, 0.0)

        return self._of(f"slow {before}", name, found)

    def much_slower(self, name: str, factor: float) -> list[Stretch]:
        """When answers take many times as long as in the whole run, for more than an interval or two."""

        def found() -> list[Stretch]:
            points = means(self._parts(name))
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
            points = standstills(self.record.node(name))
            common = usual(means(self._parts(name)), -math.inf)
            least = _STILL if math.isnan(common) else max(_STILL, 10.0 * common)
            return stretches(points, 0.0, least, gap=0.0)  # one answer, and it is not stuck

        return self._of("stuck", name, found)

    def busier(self, name: str, before: float) -> list[Stretch]:
        """When more comes to a node than usual; the values are rates."""

        def found() -> list[Stretch]:
            points = rates(self.record.node(name))
            common = usual(points, before)
            return stretches(surges(points, common), 0.0) if common > 0.0 else []

        return self._of(f"busier {before}", name, found)

    def resent(self, name: str) -> list[Stretch]:
        """When a share of the attempts over a link are retries."""
        return self._of(
            "resent", name, lambda: stretches(shares_resent(self.record.link(name)), RESENT)
        )

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
        return self._of("down", name, lambda: stretches(shares_down(self.record.node(name)), 1e-6))

    def knows(self, name: str, before: float) -> bool:
        """Whether it is known what usually came to a node before a time (s), so that more is more than before."""
        return says_usual(rates(self.record.node(name)), before)

    def usual_rate(self, name: str, before: float) -> float:
        """What usually comes to a node (per second)."""
        return usual(rates(self.record.node(name)), before)

    def usual_time(self, name: str, before: float) -> float:
        """What answers of a node, or over a link, usually take (s)."""
        return usual(means(self._parts(name)), before)

    def lately(self, name: str, stretch: Stretch) -> float:
        """How long answers of a node take where they take longest in a part of the run, over some intervals (s)."""
        points = [
            point
            for point in means(self._parts(name))
            if stretch.reaches(point.start, point.end) and not math.isnan(point.value)
        ]
        if not points:
            return 0.0
        return Stretch(points[0].start, points[-1].end, tuple(points)).level(MEANWHILE)

    def missing(self, name: str, before: float) -> list[Stretch]:
        """When a store has less often than usual what it is asked for; the values are the shares that it lacks."""

        def found() -> list[Stretch]:
            parts = self.record.node(name)
            common = usual(shares_missed(parts), before)
            chance = _SPREAD * math.sqrt(max(common * (1.0 - common), 0.0))
            certain = [
                (sample, part)
                for sample, part in parts
                if (lacks := 1.0 - part.extra.get("hit_ratio", NAN)) > common
                and (lacks - common) * math.sqrt(part.arrivals) > chance
            ]
            return stretches(shares_missed(certain), common + max(0.1, 0.25 * (1.0 - common)))

        return self._of(f"missing {before}", name, found)

    def locked(self, name: str, before: float) -> list[Stretch]:
        """When most of what answers of a node take is waiting for locks, longer than usual; the values are those waits (s)."""

        def found() -> list[Stretch]:
            parts = self.record.node(name)
            waits = [Point(s.start, s.end, part.extra.get("lock_wait", NAN)) for s, part in parts]
            common = usual(waits, before)
            long = [
                each if waits_for_locks(part) else replace(each, value=0.0)
                for each, (_, part) in zip(waits, parts, strict=True)
            ]
            return stretches(long, 0.0 if math.isnan(common) else SLOWER * common)

        return self._of(f"locked {before}", name, found)

    def counted(self, name: str, what: str) -> list[Stretch]:
        """When a node counts something; the values are how many in each interval."""
        return self._of(what, name, lambda: stretches(counts(self.record.node(name), what), 0.0))

    def logged_out(self, name: str, what: str) -> list[Stretch]:
        """When many more users than usual are logged out, or log in; the values are how many in each interval."""

        def found() -> list[Stretch]:
            points = counts(self.record.node(name), what)
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
            "unanswered", name, lambda: stretches(shares_unended(self.record.link(name)), UNENDED)
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

    def _found_full(self, name: str, before: float) -> list[Stretch]:
        """More wait than work, and many more than usual: a busy node has a line now and then."""
        points = lines(self.record.node(name))
        common = usual(points, before)
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

"""What instances count of themselves: those that are there, those on their way out, those that are gone."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from engine.records import dataclass
from engine.sim.lane.codes import UNLIMITED
from engine.sim.servers import server_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from engine.sim.lane.call import Pool
    from engine.sim.snapshot import InstanceState


_AREAS: Final = ("busy", "working", "waiting", "capacity", "up", "watched")
"""What an instance's tally tells as integrals over time."""


@dataclass(frozen=True, slots=True)
class InstanceTally:
    """Cumulative counters of an instance at one time; the areas are integrals over time."""

    arrivals: int = 0
    completed: int = 0
    failed: int = 0
    busy: float = 0.0
    working: float = 0.0
    waiting: float = 0.0
    capacity: float = 0.0
    up: float = 0.0
    watched: float = 0.0
    """Seconds for which somebody saw whether it was up."""
    hits: int = 0
    misses: int = 0
    """Of the store that it alone has."""

    def plus(self, other: InstanceTally, sign: int = 1) -> InstanceTally:
        """Both together, or with a sign of -1 what happened in between."""
        return InstanceTally(
            self.arrivals + sign * other.arrivals,
            self.completed + sign * other.completed,
            self.failed + sign * other.failed,
            self.busy + sign * other.busy,
            self.working + sign * other.working,
            self.waiting + sign * other.waiting,
            self.capacity + sign * other.capacity,
            self.up + sign * other.up,
            self.watched + sign * other.watched,
            self.hits + sign * other.hits,
            self.misses + sign * other.misses,
        )

    def exactly(self) -> InstanceTally:
        """The same with exact areas: their sums do not depend on the order in which instances go."""
        areas: dict[str, Any] = {name: Fraction(getattr(self, name)) for name in _AREAS}
        return replace(self, **areas)

    def rounded(self) -> InstanceTally:
        """The same with areas in floating point again."""
        areas: dict[str, Any] = {name: float(getattr(self, name)) for name in _AREAS}
        return replace(self, **areas)


Tallies = dict["Pool | None", InstanceTally]
"""Counters by instance; those that are gone are counted together and exactly, under None."""


class InstanceMeter:
    """Looks at one instance."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._workers = 0.0
        self._since = 0.0
        self._capacity = 0.0
        self.bounded = True
        """Whether its workers have been limited, and there, all the time."""
        self._up: bool | None = None
        self._turned = 0.0
        self._up_area = 0.0
        self._watched = 0.0

    def turn(self, now: float, *, up: bool | None) -> None:
        """Count it as up or down from now on; not at all while nobody sees it."""
        if up is not self._up:
            self._up_area, self._watched = self.up_areas(now)
            self._up, self._turned = up, now

    def up_areas(self, now: float) -> tuple[float, float]:
        """Seconds up, and seconds for which somebody saw that."""
        span = 0.0 if self._up is None else now - self._turned
        return self._up_area + (span if self._up else 0.0), self._watched + span

    def set_workers(self, workers: float | None, now: float) -> None:
        """Count other workers as there from now on; None once it is retired, or where they are unlimited."""
        if workers is None:
            self.bounded = False
            workers = 0.0
        if workers != self._workers:
            self._capacity += self._workers * (now - self._since)
            self._since, self._workers = now, workers

    def tally(self, now: float) -> InstanceTally:
        """The counters now."""
        pool = self.pool
        stood = standing(pool, now) + pool.stood
        busy = float(pool.busy) * now - pool.busy_sum
        resting = float(pool.resting) * now - pool.resting_sum
        # Workers that were taken away count until they finish what they have in hand.
        excess = float(pool.excess) * now - pool.excess_sum
        return InstanceTally(
            int(pool.arrivals),
            int(pool.completed),
            int(pool.failed),
            busy,
            busy - resting - stood,
            float(pool.waiting) * now - pool.wait_sum,
            self._capacity + self._workers * (now - self._since) + excess,
            *self.up_areas(now),
            *_found(pool),
        )


class InstanceMeters:
    """The instances of one node."""

    def __init__(self) -> None:
        self._meters: list[InstanceMeter] = []
        self._gone: InstanceTally | None = None
        self._count = 0
        self._count_area = 0.0
        self._counted = 0.0

    def count_area(self, now: float) -> float:
        """Instances that there should be, those included that start, integrated over time."""
        return self._count_area + self._count * (now - self._counted)

    def follow(self, pools: list[Pool], retired: Iterable[Pool], now: float) -> None:
        """Know the instances that there are; those that nobody uses any more are forgotten."""
        self._count_area = self.count_area(now)
        self._count, self._counted = sum(not is_off(pool) for pool in pools), now
        known = {meter.pool: meter for meter in self._meters}
        leaving = [pool for pool in retired if pool in known]
        staying = {*pools, *leaving}
        for pool, meter in known.items():
            if pool not in staying:
                gone = self._gone or InstanceTally().exactly()
                self._gone = gone.plus(meter.tally(now).exactly())
        self._meters = [known.get(pool) or InstanceMeter(pool) for pool in (*pools, *leaving)]
        for place, meter in enumerate(self._meters):
            bounded = (
                place < len(pools) and meter.pool.workers < UNLIMITED and not is_off(meter.pool)
            )
            meter.set_workers(float(meter.pool.workers) if bounded else None, now)

    def turn(self, up: Mapping[Pool, bool], now: float) -> None:
        """Know which instances are up; of those that are not named nobody sees it."""
        for meter in self._meters:
            meter.turn(now, up=up.get(meter.pool))

    def up_areas(self, now: float) -> tuple[float, float]:
        """Seconds up of all instances, and seconds for which somebody saw that."""
        areas = [meter.up_areas(now) for meter in self._meters]
        ups, watches = [area[0] for area in areas], [area[1] for area in areas]
        if (gone := self._gone) is None:
            return math.fsum(ups), math.fsum(watches)
        return float(sum(map(Fraction, ups), gone.up)), float(
            sum(map(Fraction, watches), gone.watched)
        )

    def bounded(self, now: float) -> list[InstanceTally]:
        """The counters of those whose workers have been limited, and there, all the time."""
        return [meter.tally(now) for meter in self._meters if meter.bounded]

    def tallies(self, now: float) -> Tallies:
        """The counters of each now."""
        found: Tallies = {meter.pool: meter.tally(now) for meter in self._meters}
        if self._gone is not None:
            found[None] = self._gone
        return found


def _found(pool: Pool) -> tuple[int, int]:
    """Hits and misses of an instance that has a store of its own."""
    store = pool.contents
    return (0, 0) if store is None else (int(store.hits), int(store.misses))


def _kept(pool: Pool | None, done: InstanceTally) -> dict[str, Any]:
    """What an instance alone keeps, and how often it has what it is asked for."""
    store = None if pool is None else pool.contents
    if store is None:
        return {}
    asked = done.hits + done.misses
    return {
        "hit_ratio": done.hits / asked if asked > 0 else 0.0,
        "entries": int(store.count()),
        "bytes": int(store.bytes),
    }


def is_off(pool: Pool) -> bool:
    """Whether an instance is not there at all until somebody comes."""
    return pool.dormant and not pool.starting


def state_of(pool: Pool, retired: Container[Pool]) -> InstanceState:
    """What an instance is doing."""
    if pool.starting:
        return "starting"
    if pool.dormant:
        return "off"
    if pool.down:
        return "down"
    return "draining" if pool.draining or pool in retired else "ready"


def standing(pool: Pool, now: float) -> float:
    """Seconds for which its workers have stood still with work, as far as that is not counted yet."""
    server = server_of(pool)
    return 0.0 if server is None else server.pace.standing(now) * float(server.running())


def working_now(pool: Pool) -> int:
    """Workers that are at work now: neither held for a call nor standing still."""
    server = server_of(pool)
    if server is not None and (server.pace.halted or server.pace.throttled):
        return 0
    return int(pool.busy - pool.resting)


def instance_rows(
    after: Tallies, before: Tallies, retired: Container[Pool], span: float
) -> list[dict[str, Any]]:
    """One object an instance, for a result: what it did in so many seconds, and how it stands.

    Those that went meanwhile come last, as one: with them those on their way out whom nobody uses any more,
    whether that was noticed already or not.
    """
    rows: list[dict[str, Any]] = []
    gone: InstanceTally | None = None
    for pool, tally in after.items():
        if pool is None:
            continue
        was = before.get(pool, InstanceTally())
        if pool in retired and pool.unused():
            done = tally.exactly().plus(was.exactly(), -1)
            gone = done if gone is None else gone.plus(done)
        else:
            rows.append(_row(pool, tally.plus(was, -1), retired, span))
    forgotten = after.get(None)
    if forgotten is not None:
        for pool, tally in before.items():
            if pool is None or pool not in after:
                forgotten = forgotten.plus(tally.exactly(), -1)
        gone = forgotten if gone is None else forgotten.plus(gone)
    if gone is not None:
        rows.append(_row(None, gone.rounded(), retired, span))
    return rows


def _row(
    pool: Pool | None, done: InstanceTally, retired: Container[Pool], span: float
) -> dict[str, Any]:
    """An instance, or all that are gone."""
    capacity = done.capacity
    return {
        "state": "gone" if pool is None else state_of(pool, retired),
        "arrivals": done.arrivals,
        "completed": done.completed,
        "failed": done.failed,
        "utilization": done.busy / capacity if capacity > 0.0 else 0.0,
        "working": max(0.0, done.working) / capacity if capacity > 0.0 else 0.0,
        "queue_mean": max(0.0, done.waiting) / span if span > 0.0 else 0.0,
        "queue": 0 if pool is None else int(pool.waiting),
        "in_system": 0 if pool is None else int(pool.inside.count),
        **({"availability": done.up / done.watched} if done.watched > 0.0 else {}),
        **_kept(pool, done),
    }

"""The environments of elastic stations: their knobs, and what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.station.elastic import Elastic
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import StationPlan
    from engine.sim.lane.call import Pool
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.station.fleet import Fleet


def fleet_of(pool: Pool) -> Fleet | None:
    """The environments of an instance, where it makes them as it needs them."""
    discipline = pool.discipline
    return discipline.fleet if isinstance(discipline, Elastic) else None


def tune_fleet(pool: Pool, station: StationPlan, streams: Streams) -> None:
    """Turn the knobs of the environments; those that are there stay, as far as they may."""
    fleet, plan = fleet_of(pool), station.elastic
    if fleet is None or plan is None:
        return
    fleet.idle(pool.site.agenda.now)  # who was idle for too long until now is gone for good
    fleet.cold = make_sampler(plan.cold, streams, pool.site.name, "cold start")
    fleet.ttl = plan.idle
    fleet.ramp(plan.ramp, plan.per)


def fleet_counters(pools: Iterable[Pool], now: float) -> tuple[float, float, float, float, float]:
    """Cold starts, warm ones, refusals, and environments idle and busy, integrated over time."""
    cold = warm = throttled = idle = busy = 0.0
    for pool in pools:
        fleet = fleet_of(pool)
        if fleet is not None:
            cold += float(fleet.cold_starts)
            warm += float(fleet.warm_starts)
            throttled += float(fleet.throttled)
            idle += fleet.idle_area(now)
            busy += float(pool.busy) * now - pool.busy_sum
    return cold, warm, throttled, idle, busy


def instances_up(pools: Iterable[Pool], now: float) -> int:
    """How many instances work or could work: of a function its environments, busy and idle."""
    up = [pool for pool in pools if not (pool.down or pool.starting)]
    return sum(
        1 if (fleet := fleet_of(pool)) is None else int(pool.busy) + int(fleet.idle(now))
        for pool in up
    )


def environments(pools: Iterable[Pool], now: float) -> int:
    """How many environments there are, busy and idle."""
    fleets = [(pool, fleet) for pool in pools if (fleet := fleet_of(pool)) is not None]
    return sum(int(pool.busy) + int(fleet.idle(now)) for pool, fleet in fleets)

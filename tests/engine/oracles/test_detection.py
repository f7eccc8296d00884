"""How long failures go unnoticed, and how often work is done twice (O33)."""

from __future__ import annotations

import math

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import HealthPlan
from engine.sim.lane.draws import generator
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    router,
    simulate,
    station,
)

TRIALS = 200


@pytest.mark.oracle(33)
@pytest.mark.parametrize(("interval", "failures"), [(2.0, 3), (30.0, 2)])
def test_o33_detection_takes_half_an_interval_and_the_further_probes(
    interval: float, failures: int
) -> None:
    spacing = 4.0 * interval * failures
    phases = generator(33, "probe", "phase").random(TRIALS) * interval
    kills = [float(trial * spacing + phase) for trial, phase in enumerate(phases)]
    health = HealthPlan(interval=interval, failures=failures, successes=1)
    down = interval * (failures + 1)
    simulation = Simulation(
        plan(
            [client(rate=0.01), router("lb", health=health), station("web"), station("other")],
            [link("users", "lb"), link("lb", "web"), link("lb", "other")],
            events=tuple(event(at, down, "kill", nodes=("web",)) for at in kills),
            duration=TRIALS * spacing,
        )
    )
    noticed: list[float] = []
    for trial in range(1, TRIALS + 1):
        simulation.advance(trial * spacing)
        noticed += [each.at for each in simulation.notices if "out of rotation" in each.text]
        simulation.notices.clear()
    delays = [seen - at for seen, at in zip(noticed, kills, strict=True)]
    assert sum(delays) / TRIALS == pytest.approx(interval / 2 + (failures - 1) * interval, rel=0.05)
    assert (failures - 1) * interval <= min(delays)
    assert max(delays) <= failures * interval


@pytest.mark.oracle(33)
def test_o33_work_longer_than_the_visibility_timeout_is_delivered_again() -> None:
    work, visibility = 10.0, 30.0
    result = simulate(
        plan(
            [
                client(rate=2.0),
                queue("queue", visibility=visibility, max_receive=1000),
                station("workers", exponential(work), workers=10_000, pulls=True),
            ],
            [link("users", "queue"), link("queue", "workers")],
            duration=20_000.0,
        )
    )
    deliveries = result["links"]["queue-workers"]["attempts"]
    twice = result["links"]["queue-workers"]["failed"]["timeout"]
    share = math.exp(-visibility / work)
    assert twice / deliveries == pytest.approx(share, abs=3 * math.sqrt(share / deliveries))

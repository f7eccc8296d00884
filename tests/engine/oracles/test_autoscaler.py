"""O18: the autoscaler of Kubernetes, by its arithmetic, by hand, and against an independent controller."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.control.replicas import most_for_now, wanted_by_ratio, wanted_by_steps
from engine.control.simulation import Simulation
from engine.model.autoscale import Autoscale, ScaleUp
from engine.plan.primitives import Plan, StartPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, constant, event, exponential, link, plan, queue, station


@pytest.mark.oracle(18)
@pytest.mark.parametrize(
    ("value", "target", "ready", "starting", "wanted"),
    [
        (90.0, 75.0, 50, 0, 60),
        (200.0, 50.0, 4, 0, 16),
        (54.9, 50.0, 10, 0, 10),
        (55.1, 50.0, 10, 0, 12),
        (45.1, 50.0, 10, 0, 10),
        (44.9, 50.0, 10, 0, 9),
        (100.0, 50.0, 4, 4, 8),
        (100.0, 50.0, 4, 1, 8),
        (60.0, 50.0, 4, 1, 5),
        (20.0, 50.0, 4, 4, 2),
        (5.0, 50.0, 0, 3, 3),
    ],
)
def test_o18_the_arithmetic_of_kubernetes(
    value: float, target: float, ready: int, starting: int, wanted: int
) -> None:
    assert wanted_by_ratio(value / target, ready, starting, ready + starting, 0.1) == wanted


@pytest.mark.oracle(18)
def test_o18_growth_is_the_larger_of_a_share_and_a_number() -> None:
    assert [most_for_now(ScaleUp(), current, 0) for current in (1, 3, 4, 5, 50)] == [
        5,
        7,
        8,
        10,
        100,
    ]
    assert most_for_now(ScaleUp(), 8, 4) == 8
    assert most_for_now(ScaleUp(percent=10.0, instances=0), 10, 0) == 11
    assert most_for_now(ScaleUp(percent=10.0, instances=0), 11, 1) == 11


def test_steps_are_those_of_the_last_bound_that_is_reached() -> None:
    steps = ((0.0, -1), (0.3, 0), (0.8, 2), (0.95, 5))
    found = [wanted_by_steps(value, steps, 10) for value in (0.0, 0.29, 0.3, 0.8, 0.99, 7.0)]
    assert found == [9, 9, 10, 12, 15, 15]
    assert wanted_by_steps(0.1, ((0.5, 3),), 10) == 10


def fleet(
    rate: Any, settings: Autoscale, instances: int, start: float = 30.0, **changes: Any
) -> Plan:
    """Instances of 100 rps each, behind callers that pick the least loaded."""
    nodes = [
        client(schedule=rate if isinstance(rate, tuple) else ((0.0, rate),)),
        station(
            "web",
            changes.pop("law", constant(0.01)),
            workers=1,
            instances=instances,
            start=StartPlan(time=constant(start)) if start else None,
            autoscale=settings,
        ),
    ]
    edge = link("users", "web", picker="least_connections")
    return plan(nodes, [edge], **{"duration": 600.0} | changes)


def counts(made: Plan, times: list[float]) -> list[tuple[int, int]]:
    """Instances that there should be, and those that serve, at some times."""
    simulation = Simulation(made)
    found = []
    for time in times:
        simulation.advance(time)
        part = simulation.machine.nodes["web"]
        found.append((len(part.node.pools), sum(pool.listed for pool in part.node.pools)))
    check(simulation.machine)
    return found


@pytest.mark.oracle(18)
def test_o18_saturation_doubles_once_a_start_up() -> None:
    """200 to 800 rps, target 50 %: 4, 8, 16, ready 67.5 s after the step with the first look after 7.5 s."""
    settings = Autoscale(target=0.5, phase=7.5, max=16)
    times = [7.4, 7.6, 22.6, 37.4, 37.6, 52.6, 67.4, 67.6]
    assert counts(fleet(800.0, settings, 4), times) == [
        (4, 4),
        (8, 4),
        (8, 4),
        (8, 4),
        (16, 8),
        (16, 8),
        (16, 8),
        (16, 16),
    ]


def kept(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


@pytest.mark.oracle(18)
@pytest.mark.parametrize("share", [0.46, 0.5, 0.54])
def test_o18_nothing_changes_within_the_tolerance(share: float) -> None:
    settings = Autoscale(target=0.5, max=100, down_window=0.0)
    process = {"rate": 2000.0 * share}
    nodes = [
        client(process="deterministic", **process),
        station("web", constant(0.01), workers=1, instances=20, autoscale=settings),
    ]
    simulation = Simulation(plan(nodes, [link("users", "web")], duration=600.0))
    simulation.advance(600.0)
    assert simulation.notices == []


@pytest.mark.parametrize(
    ("metric", "target", "wanted"),
    [
        ("utilization", 0.5, 16),
        ("rate", 40.0, 20),
        ("in_flight", 1.0, 10),
        ("busy", 0.8, 10),
    ],
)
def test_it_settles_where_the_number_is_at_its_target(
    metric: Any, target: float, wanted: int
) -> None:
    """800 rps of 10 ms keep 8 workers busy: 16 at 50 %, 20 at 40 rps each."""
    settings = Autoscale(metric=metric, target=target, max=50, down_window=60.0)
    result = kept(fleet(800.0, settings, 4, start=5.0, warmup=400.0, duration=1200.0))
    extra = result["nodes"]["web"]["extra"]
    assert extra["instances"]["mean"] == pytest.approx(wanted, abs=2)
    assert extra["capacity_seconds"] == pytest.approx(extra["instances"]["mean"] * 800.0)
    assert extra["instances"]["last"] == result["nodes"]["web"]["ready"]


def test_who_waits_for_calls_uses_no_cpu() -> None:
    """D10: when calls take longer, instances are taken away while the latency rises."""
    settings = Autoscale(target=0.5, max=20, down_window=30.0)
    nodes = [
        client(rate=100.0),
        station("web", constant(0.02), workers=4, instances=8, autoscale=settings),
        station("db", 0.001, workers=None),
    ]
    slow = event(200.0, 400.0, "delay", links=("web-db",), seconds=0.2)

    def instances(metric: Any) -> list[int]:
        each = [
            *nodes[:1],
            station(
                "web",
                constant(0.02),
                workers=4,
                instances=8,
                hold=True,
                autoscale=settings.model_copy(update={"metric": metric}),
            ),
            nodes[2],
        ]
        made = plan(each, [link("users", "web"), link("web", "db")], events=(slow,), duration=600.0)
        simulation = Simulation(made)
        found = []
        for time in (190.0, 590.0):
            simulation.advance(time)
            found.append(len(simulation.machine.nodes["web"].node.pools))
        return found

    before, after = instances("busy")
    assert after > 2 * before
    before, after = instances("utilization")
    assert after <= before


def test_the_down_window_keeps_what_was_wanted() -> None:
    """A peak of a minute: everything that it asked for stays five minutes, and goes at once then."""
    settings = Autoscale(target=0.5, max=40, down_window=300.0)
    rate = ((0.0, 100.0), (60.0, 100.0), (60.0, 1000.0), (120.0, 1000.0), (120.0, 100.0))
    made = fleet(rate, settings, 2, start=0.0, duration=900.0)
    peak, held, gone = counts(made, [130.0, 415.0, 480.0])
    assert peak[0] == held[0] > 10
    assert gone[0] <= 4


def test_a_schedule_scales_before_the_peak() -> None:
    settings = Autoscale(target=0.5, max=30, schedule=((100.0, 12), (200.0, 3)), down_window=15.0)
    found = counts(fleet(50.0, settings, 1), [99.0, 106.0, 199.0, 260.0])
    assert [count for count, _ in found] == [1, 12, 12, 3]


def test_messages_that_wait_count_for_those_who_pull() -> None:
    """KEDA: one worker for each so many messages."""
    settings = Autoscale(metric="queue", target=100.0, max=30, down_window=0.0)
    nodes = [
        client(process="deterministic", rate=100.0),
        queue("jobs"),
        station("web", constant(1e6), workers=1, pulls=True, autoscale=settings),
    ]
    simulation = Simulation(
        plan(nodes, [link("users", "jobs"), link("jobs", "web")], duration=60.0)
    )
    simulation.advance(16.0)
    waiting = 15.0 * 100.0
    assert len(simulation.machine.nodes["web"].node.pools) == min(5, math.ceil(waiting / 100.0))
    simulation.advance(31.0)
    assert len(simulation.machine.nodes["web"].node.pools) == 10
    check(simulation.machine)


def test_live_edits_of_it_and_of_the_instances() -> None:
    settings = Autoscale(target=0.5, max=16)
    simulation = Simulation(fleet(800.0, settings, 4, start=0.0))
    simulation.advance(20.0)
    assert len(simulation.machine.nodes["web"].node.pools) == 8
    simulation.follow(fleet(800.0, Autoscale(target=0.5, max=12), 4, start=0.0))
    simulation.advance(50.0)
    assert len(simulation.machine.nodes["web"].node.pools) == 12
    simulation.follow(fleet(800.0, Autoscale(target=0.5, max=12), 9, start=0.0))
    assert len(simulation.machine.nodes["web"].node.pools) == 9
    simulation.follow(fleet(800.0, None, 9, start=0.0))  # type: ignore[arg-type]
    simulation.advance(200.0)
    assert len(simulation.machine.nodes["web"].node.pools) == 9
    check(simulation.machine)


def test_extreme_targets_and_impossible_ones() -> None:
    assert wanted_by_ratio(math.inf, 4, 0, 4, 0.1) == wanted_by_ratio(1e300, 4, 4, 8, 0.1) == 10**6
    with pytest.raises(ValueError, match="never reached"):
        Autoscale(target=1.5)
    with pytest.raises(ValueError, match="raise max"):
        Autoscale(schedule=((20.0, 11),))


def test_what_it_does_is_told() -> None:
    simulation = Simulation(fleet(800.0, Autoscale(target=0.5, max=16), 4))
    simulation.advance(16.0)
    assert [notice.text for notice in simulation.notices] == [
        "web: 4 → 8 instances, utilization 100 %"
    ]


def test_random_loads_keep_the_laws() -> None:
    for seed in range(6):
        rate = ((0.0, 100.0), (100.0, 100.0 + 300.0 * seed), (200.0, 50.0), (300.0, 900.0))
        settings = Autoscale(
            target=0.3 + 0.1 * seed,
            interval=3.0 + seed,
            max=20,
            down_window=10.0 * seed,
            metric=("utilization", "busy", "in_flight", "queue", "rate", "utilization")[seed],
        )
        made = fleet(
            rate, settings, 2, start=2.0 * seed, law=exponential(0.01), seed=seed, duration=400.0
        )
        simulation = Simulation(made)
        for time in range(10, 401, 10):
            simulation.advance(float(time))
            check(simulation.machine)
            assert 1 <= len(simulation.machine.nodes["web"].node.pools) <= 20

"""Intervals of confidence in results: where they stand, when there are none, what they cost."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.design import Objective
from engine.plan.primitives import LawPlan, Plan
from engine.sim.record import STRETCHES
from engine.sim.report import Result, hash_of, result_of
from tests.helpers.plans import client, constant, event, exponential, link, plan, station

NAMES = ("mean", "p50", "p90", "p95", "p99")


def design(rate: float = 100.0, work: float = 0.006, **changes: Any) -> Plan:
    nodes = [client(rate=rate), station("web", exponential(work))]
    return plan(nodes, [link("users", "web")], **({"duration": 300.0, "warmup": 20.0} | changes))


def run(plan: Plan, until: float | None = None) -> Simulation:
    simulation = Simulation(plan)
    simulation.advance(plan.duration if until is None else until)
    return simulation


def result(simulation: Simulation, *objectives: Objective) -> Result:
    return result_of(simulation.machine, objectives, 0.0)


@pytest.fixture(scope="module")
def usual() -> Result:
    return result(run(design()))


def test_intervals_lie_around_their_numbers(usual: Result) -> None:
    users, web = usual["clients"]["users"], usual["nodes"]["web"]
    for durations in (users["latency"], web["wait"], web["residence"]):
        for name in NAMES:
            low, high = durations["ci95"][name]
            assert 0.0 <= low <= durations[name] <= high
            assert low < high
    assert web["ci95"].pop("availability") is None, "nothing failed"
    for part, name in [(users, "goodput"), *((web, each) for each in web["ci95"])]:
        low, high = part["ci95"][name]
        assert low < part[name] < high
    assert web["ci95"]["utilization"][1] <= 1.0


def test_more_measured_time_makes_them_narrower(usual: Result) -> None:
    longer = result(run(design(duration=2820.0)))
    widths = [
        each["clients"]["users"]["latency"]["ci95"]["mean"][1]
        - each["clients"]["users"]["latency"]["ci95"]["mean"][0]
        for each in (usual, longer)
    ]
    assert 0.15 < widths[1] / widths[0] < 0.6, "a tenth of the variance, give or take"


def test_a_constant_has_no_width() -> None:
    nodes = [client(rate=20.0, process="deterministic"), station("web", constant(0.01))]
    found = result(run(plan(nodes, [link("users", "web", delay=0.001)], duration=100.0)))
    latency = found["clients"]["users"]["latency"]
    low, high = latency["ci95"]["mean"]
    assert high - low < 1e-9
    low, high = latency["ci95"]["p99"]
    assert latency["p99"] == pytest.approx(latency["mean"], rel=1e-9), "it stays in [min, max]"
    assert low <= latency["p99"] <= high
    assert 1.0 < high / low < 1.01, "as wide as a bucket"
    assert found["nodes"]["web"]["wait"]["ci95"]["p90"] == [0.0, 0.0]


def test_a_handful_of_requests_says_nothing() -> None:
    latency = result(run(design(rate=0.1)))["clients"]["users"]["latency"]
    assert latency["mean"] is not None
    assert set(latency["ci95"].values()) == {None}


def test_rare_percentiles_need_more_than_usual_ones() -> None:
    ci = result(run(design(duration=100.0)))["clients"]["users"]["latency"]["ci95"]
    assert ci["p50"][1] is not None
    low, high = ci["p999"]
    assert low > ci["p50"][1]
    assert high is None, "nobody knows how long the longest can be"


def test_a_queue_that_grows_has_no_steady_mean() -> None:
    found = result(run(design(work=0.012)))
    assert found["clients"]["users"]["latency"]["ci95"]["mean"] is None
    assert found["nodes"]["web"]["ci95"]["queue_mean"] is None
    assert found["warmup_advice"]["enough"] is False
    assert found["warmup_advice"]["settled"] is False


def test_nothing_is_said_before_the_measurement_begins() -> None:
    found = result(run(design(), until=10.0))
    assert set(found["clients"]["users"]["latency"]["ci95"].values()) == {None}
    assert set(found["clients"]["users"]["ci95"].values()) == {None}


def test_half_a_run_knows_less_but_something() -> None:
    ci = result(run(design(), until=170.0))["clients"]["users"]["latency"]["ci95"]
    assert ci["mean"] is not None


def test_the_hash_does_not_cover_them(usual: Result) -> None:
    bare = copy.deepcopy(usual)
    for part in (*bare["clients"].values(), *bare["nodes"].values()):
        del part["ci95"]
        for value in part.values():
            if isinstance(value, dict):
                value.pop("ci95", None)
    del bare["warmup_advice"]
    assert hash_of(bare) == usual["hash"]


@pytest.mark.parametrize(
    ("bounds", "met", "sure"),
    [
        ({"below": 0.1}, True, True),
        ({"below": 0.0155}, True, False),
        ({"below": 0.0145}, False, False),
        ({"below": 0.001}, False, True),
        ({"above": 0.01, "below": 0.1}, True, True),
    ],
)
def test_objectives_say_when_it_is_too_close_to_call(
    bounds: dict[str, float], met: bool, sure: bool
) -> None:
    objective = Objective.model_validate({"metric": "users.latency.mean", **bounds})
    (verdict,) = result(run(design(duration=200.0)), objective)["objectives"]
    assert (verdict["met"], verdict["sure"]) == (met, sure)
    assert verdict["ci95"][0] <= verdict["value"] <= verdict["ci95"][1]


def test_what_no_interval_is_known_of_is_neither_sure_nor_unsure(usual: Result) -> None:
    objective = Objective(metric="users-web.attempts", above=1.0)
    (verdict,) = result(run(design(duration=50.0)), objective)["objectives"]
    assert (verdict["met"], verdict["ci95"], verdict["sure"]) == (True, None, None)


def test_a_run_that_goes_on_keeps_as_much_as_before() -> None:
    simulation = run(design(duration=30.0, warmup=5.0), until=1000.0)
    machine = simulation.machine
    assert machine.record is not None
    series = machine.record.of("web", machine.nodes["web"])
    assert series is not None
    stretches = series.stretches(machine.now)
    assert STRETCHES <= len(stretches) <= 2 * STRETCHES
    assert stretches[:, 0].sum() == pytest.approx(995.0)
    assert stretches[:, 0].max() / stretches[:, 0].min() < 3.0
    for shapes in series.shapes:
        table = shapes.table()
        assert len(table) <= 2 * STRETCHES + 1
        assert table.sum() == shapes.histogram.count
        assert table.min() >= 0.0
    latency = result(simulation)["clients"]["users"]["latency"]
    assert latency["ci95"]["mean"][0] < 0.015 < latency["ci95"]["mean"][1]


def test_a_node_that_joins_late_is_measured_from_then_on() -> None:
    simulation = run(design(), until=100.0)
    parts = simulation.machine.plan
    late = [link("web", "db")]
    simulation.follow(
        plan(
            [*parts.nodes, station("db", exponential(0.002), workers=3)],
            [*parts.links, *late],
            duration=300.0,
            warmup=20.0,
        )
    )
    assert set(result(simulation)["nodes"]["db"]["ci95"].values()) == {None}
    simulation.advance(300.0)
    low, high = result(simulation)["nodes"]["db"]["residence"]["ci95"]["mean"]
    assert low < 0.002 < high


@pytest.mark.parametrize("change", ["kill", "slow"])
def test_an_event_is_no_warm_up(change: str) -> None:
    events = (event(150.0, 50.0, change, nodes=("web",), factor=3.0),)
    advice = result(run(design(events=events)))["warmup_advice"]
    assert advice["truncate"] < 150.0


def test_a_load_that_follows_a_schedule_has_no_warm_up() -> None:
    nodes = [client(schedule=((0.0, 10.0), (300.0, 90.0))), station("web", exponential(0.005))]
    advice = result(run(plan(nodes, [link("users", "web")], duration=300.0)))["warmup_advice"]
    assert advice == {"truncate": None, "enough": False, "settled": None}


def test_a_start_that_is_measured_too_is_noticed() -> None:
    slow = Simulation(design(rate=95.0, work=0.01, duration=600.0, warmup=0.0))
    slow.machine.set_load(0.5)
    slow.advance(600.0)
    assert result(slow)["warmup_advice"]["settled"] is True
    flood = Simulation(design(rate=80.0, work=0.01, duration=600.0, warmup=0.0))
    flood.machine.set_load(6.0)
    flood.advance(10.0)
    flood.machine.set_load(1.0)
    flood.advance(600.0)
    advice = result(flood)["warmup_advice"]
    assert advice["settled"] is False
    assert advice["enough"] is True
    assert 100.0 < advice["truncate"] < 300.0, "400 requests, of which 20 a second are worked off"


@pytest.mark.parametrize("work", [exponential(0.006), constant(0.006)])
def test_short_runs_know_percentiles_from_below_at_least(work: LawPlan) -> None:
    """A hundred requests: the run in which a tail was not seen counts among those that say something of it."""
    nodes = [client(rate=5.0), station("web", work, workers=4)]
    for seed in range(20):
        made = plan(nodes, [link("users", "web")], duration=20.0, seed=seed)
        latency = result(run(made))["clients"]["users"]["latency"]
        if latency["count"] >= 60:
            for name in NAMES:
                low = latency["ci95"][name][0]
                assert 0.0 < low <= latency[name], (seed, name)
            assert latency["ci95"]["p99"][1] is None


def test_short_runs_cover_the_true_percentiles() -> None:
    """M/M/1 for 10 s: the median of the time is exponential at μ - λ."""
    nodes = [client(rate=40.0), station("web", exponential(0.01))]
    true = {"p50": math.log(2.0) / 60.0, "p95": math.log(20.0) / 60.0}
    hits = dict.fromkeys(true, 0)
    for seed in range(100):
        made = plan(nodes, [link("users", "web")], duration=10.0, seed=seed)
        bounds = result(run(made))["clients"]["users"]["latency"]["ci95"]
        for name, value in true.items():
            low, high = bounds[name] or (math.inf, None)
            hits[name] += low <= value and (high is None or value <= high)
    assert all(count >= 90 for count in hits.values()), hits

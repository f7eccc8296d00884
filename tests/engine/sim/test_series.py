"""Series and windows: what happened when, from the very counters of the result."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from engine.control.simulation import Simulation
from engine.model.design import Objective
from engine.plan.primitives import Plan
from engine.sim.report import Result, result_of
from engine.sim.series import Series
from tests.helpers.plans import client, constant, event, exponential, link, plan, queue, station
from tests.helpers.random_plans import whole_plans

RELAXED = settings(max_examples=40, deadline=None, derandomize=True)


def run(design: Plan, step: float, *objectives: Objective) -> Result:
    simulation = Simulation(design)
    simulation.meters.series = Series(simulation.machine, step)
    simulation.meters.windows.follow(objectives, {})
    simulation.advance(design.duration)
    return result_of(simulation.machine, objectives, 0.0, simulation.meters)


@RELAXED
@given(whole_plans)
def test_the_measured_steps_add_up_to_the_result(design: Plan) -> None:
    """A plan of 8 s that is measured from 1 s on, in steps of half a second: all but the first two count."""
    result = run(design, 0.5)
    series = result["series"]
    counts = {
        "clients": ("offered", "succeeded"),
        "nodes": ("arrivals", "completed"),
        "links": ("attempts", "retries", "succeeded"),
    }
    for section, names in counts.items():
        for name, part in result[section].items():
            steps = series[section][name]
            assert {len(each) for key, each in steps.items() if key != "extra"} == {16}
            for each in names:
                assert sum(steps[each][2:]) == part[each]
            assert sum(steps["failed"][2:]) == sum(part["failed"].values())
    for name, part in result["nodes"].items():
        steps = series["nodes"][name]
        assert sum(steps["waiting"][2:]) / 14 == pytest.approx(part["queue_mean"], abs=1e-6)
        assert sum(steps["in_system"][2:]) / 14 == pytest.approx(part["in_system_mean"], abs=1e-6)
        assert steps["queue"][-1] == part["queue"]
    for name, part in result["links"].items():
        for each in ("bytes_in", "bytes_out"):
            assert sum(series["links"][name][each][2:]) == pytest.approx(part[each])


@RELAXED
@given(whole_plans)
def test_asking_for_a_series_changes_nothing(design: Plan) -> None:
    plain = Simulation(design)
    plain.advance(8.0)
    assert run(design, 0.37)["hash"] == result_of(plain.machine, (), 0.0)["hash"]


def test_recovery_in_one_run() -> None:
    """Two workers of 100 a second, 150 offered; dead from 20 to 30 s: 1500 wait, drained at 50 a second."""
    nodes = [
        client(rate=150.0, process="deterministic"),
        queue("orders"),
        station("mailer", constant(0.01), workers=2, pulls=True),
    ]
    events = (event(20.0, 10.0, "kill", nodes=("mailer",)),)
    links = [link("users", "orders"), link("orders", "mailer")]
    series = run(plan(nodes, links, events=events, duration=80.5), 1.0)["series"]
    assert series["step"] == 1.0
    backlog = series["nodes"]["orders"]["queue"]
    assert len(backlog) == 81, "the last step is half as long"
    assert backlog[18] < 3
    assert backlog[29] == pytest.approx(1500, abs=3)
    assert backlog[49] == pytest.approx(500, abs=6)
    assert next(t for t in range(30, 81) if backlog[t] < 5) == pytest.approx(60, abs=1)
    mailer = series["nodes"]["mailer"]
    assert mailer["instances"][18:32] == [1] + [0] * 10 + [1] * 3 or mailer["instances"][25] == 0
    assert mailer["busy"][40] == pytest.approx(2.0)
    assert mailer["completed"][40] == pytest.approx(200, abs=1)


def test_percentiles_of_a_step_are_those_of_its_answers() -> None:
    nodes = [client(rate=50.0), station("web", constant(0.1), workers=None)]
    events = (event(10.0, 10.0, "slow", nodes=("web",), factor=4.0),)
    users = run(plan(nodes, [link("users", "web")], events=events, duration=30.0), 5.0)["series"][
        "clients"
    ]["users"]
    assert users["p99"][0] == pytest.approx(0.1, rel=0.01)
    assert users["p50"][3] == pytest.approx(0.4, rel=0.01)
    assert users["p99"][5] == pytest.approx(0.1, rel=0.01)


def test_a_step_without_answers_has_no_percentiles() -> None:
    nodes = [client(schedule=((0.0, 0.0), (10.0, 0.0), (10.0, 20.0)), rate=0.0), station("web")]
    nodes[0] = client(schedule=((0.0, 0.0), (10.0, 0.0), (10.0, 20.0)))
    users = run(plan(nodes, [link("users", "web")], duration=20.0), 5.0)["series"]["clients"][
        "users"
    ]
    assert users["p50"][:2] == [None, None]
    assert users["offered"][:2] == [0, 0]
    assert users["p50"][3] > 0.0


def objective(metric: str, begin: float | None, end: float | None, **bound: float) -> Objective:
    return Objective(metric=metric, from_=begin, to=end, **bound)


def test_objectives_over_a_part_of_the_run() -> None:
    nodes = [client(rate=50.0), station("web", exponential(0.01))]
    events = (event(40.0, 20.0, "kill", nodes=("web",)),)
    design = plan(nodes, [link("users", "web")], events=events, warmup=10.0)
    wanted = (
        objective("users.goodput", 40.0, 60.0, equals=0.0),
        objective("users.goodput", 61.0, None, above=45.0, below=55.0),
        objective("users.offered", 0.0, 10.0, above=400.0),
        objective("users.availability", 40.0, 60.0, equals=0.0),
        objective("users.latency.p99", 41.0, 59.0, below=1.0),
        objective("web.ready", None, 50.0, equals=0.0),
        objective("web.instances.0.completed", 70.0, 80.0, above=400.0),
        objective("users-web.succeeded", 70.0, 80.0, above=400.0),
    )
    result = run(design, 10.0, *wanted)
    judged = result["objectives"]
    assert [each["met"] for each in judged] == [True, True, True, True, False, True, True, True]
    assert judged[4]["value"] is None
    assert judged[4]["reason"] == "nothing was measured in that time"
    assert judged[0]["from"] == 40.0
    assert judged[0]["to"] == 60.0
    steps = result["series"]
    assert judged[2]["value"] == steps["clients"]["users"]["offered"][0]
    assert judged[6]["value"] == steps["nodes"]["web"]["completed"][7]
    assert judged[7]["value"] == steps["links"]["users-web"]["succeeded"][7]


def test_the_percentiles_of_a_window_are_its_own() -> None:
    nodes = [client(rate=50.0), station("web", constant(0.1), workers=None)]
    events = (event(10.0, 10.0, "slow", nodes=("web",), factor=4.0),)
    design = plan(nodes, [link("users", "web")], events=events, duration=30.0, warmup=15.0)
    wanted = (
        objective("users.latency.p50", 11.0, 19.0, above=0.39, below=0.41),
        objective("users.latency.mean", 0.0, 10.0, above=0.099, below=0.101),
        objective("users.latency.p99", 21.0, None, above=0.09, below=0.11),
    )
    assert [each["met"] for each in run(design, 10.0, *wanted)["objectives"]] == [True] * 3


@pytest.mark.parametrize(
    ("begin", "end", "reason"),
    [
        (5.0, 200.0, "the run ended at 100 s, before 200 s"),
        (150.0, None, "the run ended at 100 s, before 150 s"),
    ],
)
def test_a_window_that_was_not_measured_says_so(
    begin: float, end: float | None, reason: str
) -> None:
    design = plan([client(), station("web")], [link("users", "web")])
    judged: dict[str, Any] = run(design, 50.0, objective("users.goodput", begin, end, above=1.0))[
        "objectives"
    ][0]
    assert judged["value"] is None
    assert not judged["met"]
    assert judged["reason"] in (reason, reason.replace("100 s", "1.67 min"))


def test_a_window_that_was_asked_for_too_late_says_so() -> None:
    design = plan([client(), station("web")], [link("users", "web")])
    simulation = Simulation(design)
    simulation.advance(30.0)
    late = objective("users.goodput", 10.0, 50.0, above=1.0)
    coming = objective("users.goodput", 40.0, 50.0, above=1.0)
    simulation.meters.windows.follow((late, coming), {})
    simulation.advance(100.0)
    judged = result_of(simulation.machine, (late, coming), 0.0, simulation.meters)["objectives"]
    assert judged[0]["reason"] == "it was only asked for at 30 s"
    assert judged[1]["met"]


def test_availability_is_the_share_of_what_ended_well_in_each_step() -> None:
    failing = event(10.0, 10.0, "error", nodes=("web",), probability=0.4)
    down = event(30.0, 10.0, "traffic", nodes=("users",), factor=0.0)
    nodes = [client(rate=50.0), station("web", 0.0, workers=None)]
    design = plan(nodes, [link("users", "web")], events=(failing, down), duration=40.0)
    steps = run(design, 10.0)["series"]["clients"]["users"]
    assert [steps["availability"][place] for place in (0, 2, 3)] == [1.0, 1.0, None]
    assert steps["availability"][1] == pytest.approx(0.6, abs=0.07)

"""Work that depends on the load: exact as a process of births and deaths, where work is exponential."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.load_curves import TableLoad
from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.plan.primitives import CurvePlan, NodePlan, Plan, ScalingPlan
from engine.plan.queueing.scaling import slowing
from engine.plan.theory import predict
from engine.sim.curves import curve_of
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, closed, exponential, link, plan, simulate, station

POINTS = ((0.0, 1.0), (0.5, 1.1), (0.8, 2.0), (1.0, 5.0))
CURVES = {
    "linear": CurvePlan(law="linear", a=1.5),
    "polynomial": CurvePlan(law="polynomial", a=3.0, power=2.5),
    "exponential": CurvePlan(law="exponential", a=1.2),
    "table": CurvePlan(law="table", points=POINTS),
    "faster": CurvePlan(law="table", points=((0.2, 1.0), (1.0, 0.5))),
}
each_curve = pytest.mark.parametrize("name", CURVES)


def by_hand(name: str, share: float) -> float:
    """The factor at a share, as the help has it."""
    if name == "linear":
        return 1.0 + 1.5 * share
    if name == "polynomial":
        return 1.0 + 3.0 * share**2.5
    if name == "exponential":
        return math.exp(1.2 * share)
    points = CURVES[name].points
    if share <= points[0][0]:
        return points[0][1]
    (low, below), (high, above) = next(
        pair for pair in itertools.pairwise(points) if share <= pair[1][0]
    )
    return below + (above - below) * (share - low) / (high - low)


def web(name: str, workers: int = 8, **changes: Any) -> NodePlan:
    law = changes.pop("law", exponential(0.1))
    scaling = ScalingPlan(curve=CURVES[name])
    return station("web", law, workers=workers, scaling=scaling, **changes)


def design(node: NodePlan, users: NodePlan, **changes: Any) -> Plan:
    return plan([users, node], [link("users", "web")], **changes)


def births_and_deaths(
    name: str, rate: float, workers: int, places: int
) -> tuple[float, float, float]:
    """Share refused, mean number inside and mean number at work, of M/M/c/K by its balance."""
    weights = [1.0]
    for inside in range(1, workers + places + 1):
        busy = min(inside, workers)
        leave = busy / (0.1 * by_hand(name, busy / workers))
        weights.append(weights[-1] * rate / leave)
    whole = sum(weights)
    mean = sum(n * weight for n, weight in enumerate(weights)) / whole
    busy_mean = sum(min(n, workers) * weight for n, weight in enumerate(weights)) / whole
    return weights[-1] / whole, mean, busy_mean


@each_curve
def test_the_lane_and_theory_have_the_same_factors(name: str) -> None:
    curve = curve_of(CURVES[name])
    assert curve is not None
    found = slowing(ScalingPlan(curve=CURVES[name]), 40)
    for busy in range(1, 41):
        expected = by_hand(name, busy / 40)
        assert curve.factor(busy / 40) == pytest.approx(expected, rel=1e-12)
        assert found[busy - 1] == pytest.approx(expected, rel=1e-12)


@each_curve
@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_births_and_deaths(name: str, discipline: str) -> None:
    """At 70 % of what all workers do together, with places enough that hardly anybody is refused."""
    rate = 0.7 * 8 / (0.1 * by_hand(name, 1.0))
    lost, inside, busy = births_and_deaths(name, rate, 8, 400)
    assert lost < 1e-6
    found = simulate(
        design(web(name, discipline=discipline), client(rate=rate), duration=20_000.0, warmup=100.0)
    )["nodes"]["web"]
    assert found["in_system_mean"] == pytest.approx(inside, rel=0.03)
    if discipline == "fifo":
        assert found["utilization"] * 8 == pytest.approx(busy, rel=0.02)


@each_curve
def test_births_and_deaths_with_few_places(name: str) -> None:
    """More comes than is served, and some are refused."""
    rate = 1.2 * 8 / (0.1 * by_hand(name, 1.0))
    lost, inside, _ = births_and_deaths(name, rate, 8, 5)
    made = design(web(name, queue_limit=5), client(rate=rate), duration=10_000.0, warmup=100.0)
    found = simulate(made)["nodes"]["web"]
    refused = found["failed"]["queue_full"] / found["arrivals"]
    assert refused == pytest.approx(lost, rel=0.04)
    assert found["in_system_mean"] == pytest.approx(inside, rel=0.03)
    assert predict(made).nodes["web"].loss == pytest.approx(lost, rel=1e-3)


@each_curve
@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_theory_knows_it(name: str, discipline: str) -> None:
    rate = 0.7 * 8 / (0.1 * by_hand(name, 1.0))
    _, inside, _ = births_and_deaths(name, rate, 8, 400)
    found = predict(design(web(name, discipline=discipline), client(rate=rate))).nodes["web"]
    assert found.residence == pytest.approx(inside / rate, rel=1e-6)
    assert found.load == pytest.approx(0.7)
    # In line, one's own work goes on at a pace that others change: the means are exact, percentiles are not.
    assert all(each.startswith("percentiles: ") for each in found.doubts)
    assert discipline == "fifo" or not found.doubts
    assert "curve" in found.model


@each_curve
@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_throughput_of_all_workers_does_not_depend_on_the_law(name: str, discipline: str) -> None:
    for law in (0.1, exponential(0.1)):
        users = closed("users", 20, 0.0)
        found = simulate(
            design(web(name, law=law, discipline=discipline), users, duration=700.0, warmup=50.0)
        )
        most = 8 / (0.1 * by_hand(name, 1.0))
        assert found["clients"]["users"]["goodput"] == pytest.approx(most, rel=0.02)


@each_curve
def test_the_capacity_is_what_some_or_all_workers_do(name: str) -> None:
    best = max(n / (0.1 * by_hand(name, n / 8)) for n in range(1, 9))
    made = design(web(name), client())
    asked = demand_of(made)
    assert asked is not None
    assert capacities(made, asked)["web"].rate == pytest.approx(best)


def finished(*, at: float, workers: tuple[int, int]) -> Result:
    """A lone request of 1 s on an instance that has other workers from a time on."""

    def made(count: int) -> Plan:
        node = web("linear", count, law=1.0)
        return design(node, client(process="trace", times=(0.0,)), duration=20.0)

    simulation = Simulation(made(workers[0]))
    simulation.advance(at)
    simulation.follow(made(workers[1]))
    check(simulation.machine)
    simulation.advance(20.0)
    return result_of(simulation.machine, (), 0.0)


def test_another_number_of_workers_is_another_share_from_then_on() -> None:
    """At 1 of 1, 2.5 s; .5 s of that are done by 1.25 s, and the rest at 1 of 3 takes .5 · 1.5 s."""
    found = finished(at=1.25, workers=(1, 3))
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(1.25 + 0.75, abs=1e-9)


def test_work_under_way_is_slowed_by_those_who_come() -> None:
    """Alone on two workers at ×1.75 for .7 s, .4 s of the work are done; then both take ×2.5."""
    users = client(process="trace", times=(0.0, 0.7))
    found = simulate(design(web("linear", 2, law=1.0), users, duration=20.0))
    first = 0.7 + 0.6 * 2.5
    second = first + (1.0 - 0.6) * 1.75 - 0.7
    latency = found["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx((first + second) / 2.0, abs=1e-9)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "give at least one point"),
        ([[0.5, 1.0], [0.5, 2.0]], "must rise"),
        ([[0.5, 1.0], [0.2, 2.0]], "must rise"),
        ([[0.0, 0.0]], "greater than or equal to 0.01"),
        ([[1.5, 1.0]], "less than or equal to 1"),
    ],
)
def test_a_wrong_table_is_refused(points: list[list[float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TableLoad.model_validate({"points": points})

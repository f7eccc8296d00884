"""Waits that are a number of exponential stages, against sums in closed form and against runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.model.prediction import is_grave
from engine.plan.primitives import LawPlan, NodePlan, Plan
from engine.plan.queueing.finite import bounded_wait
from engine.plan.queueing.staged import stages_curve
from engine.plan.queueing.stages import MOST, Stages, stages_of
from engine.plan.theory import predict
from tests.helpers.plans import client, closed, exponential, link, plan, queue, simulate, station


def quantile(stages: Stages, share: float) -> float:
    curve = stages_curve(stages)
    assert curve is not None
    return curve.quantile(share)


def test_one_stage_is_exponential() -> None:
    assert quantile(Stages(0.01, (1.0,)), 0.99) == pytest.approx(0.01 * math.log(100.0), rel=0.01)
    assert quantile(Stages(0.01, (0.5,)), 0.99) == pytest.approx(0.01 * math.log(50.0), rel=0.01)


def test_a_geometric_number_of_stages_is_exponential() -> None:
    """M/M/1: the wait of those who wait is exponential at μ - λ."""
    chances = 0.2 * 0.8 ** np.arange(1.0, 200.0)
    stages = stages_of(0.01, chances)
    assert stages is not None
    assert quantile(stages, 0.99) == pytest.approx(0.05 * math.log(80.0), rel=0.01)


def test_there_are_none_where_nobody_waits_or_for_too_many() -> None:
    assert stages_of(0.01, np.zeros(3)) is None
    assert stages_of(0.01, np.full(MOST + 1, 1e-3)) is None


def test_the_mean_is_that_of_a_bounded_queue() -> None:
    wait = bounded_wait(4, 6, 3.6, 0.01)
    assert wait.stages is not None
    curve = stages_curve(wait.stages)
    assert curve is not None
    mean = float(curve.shares @ np.arange(len(curve.shares))) * curve.step
    assert mean == pytest.approx(wait.mean, rel=0.01)


def one(users: NodePlan, **fields: object) -> Plan:
    web = station("web", exponential(0.005), **fields)
    return plan([users, web], [link("users", "web")], duration=1000.0, warmup=50.0)


@pytest.mark.parametrize(
    "made",
    [
        one(client(rate=180.0), queue_limit=5),
        one(client(rate=900.0), queue_limit=6, workers=4),
        one(closed("users", 100, exponential(100.0 / 220.0))),
        one(closed("users", 100, exponential(100.0 / 660.0)), workers=3),
    ],
)
def test_percentiles_are_known_before_bounds_and_among_few_users(made: Plan) -> None:
    found, seen = predict(made), simulate(made)
    web = found.nodes["web"]
    assert web.doubts == ()
    assert web.wait_p99 == pytest.approx(seen["nodes"]["web"]["wait"]["p99"], rel=0.04)
    p99 = seen["clients"]["users"]["latency"]["p99"]
    assert found.clients["users"].latency_p99 == pytest.approx(p99, rel=0.04)


@pytest.mark.parametrize(("users", "doubted"), [(20, True), (3000, False)])
def test_lines_of_a_closed_population_depend_on_each_other(users: int, doubted: bool) -> None:
    """All who are in one line are not in the other: the sum of two waits is less uneven than if they did not."""
    nodes = [
        closed("users", users, exponential(0.05 if doubted else 30.0)),
        station("web", exponential(0.008)),
        station("db", exponential(0.009)),
    ]
    found = predict(plan(nodes, [link("users", "web"), link("web", "db")]))
    said = [each for each in found.clients["users"].doubts if each.startswith("percentiles")]
    assert bool(said) == doubted


@pytest.mark.parametrize("law", ["hyperexponential", "lognormal"])
def test_percentiles_of_messages_of_one_worker_are_known(law: Any) -> None:
    work = LawPlan(law=law, mean=0.01, cv2=4.0)
    nodes = [client(rate=70.0), queue("jobs"), station("web", work, pulls=True)]
    ways = [link("users", "jobs"), link("jobs", "web")]
    made = plan(nodes, ways, duration=6000.0)
    jobs = predict(made).nodes["jobs"]
    assert jobs.doubts == ()
    assert jobs.wait_p99 == pytest.approx(simulate(made)["nodes"]["jobs"]["wait"]["p99"], rel=0.06)


def test_percentiles_of_messages_are_doubted_where_their_worker_calls_somebody() -> None:
    work = LawPlan(law="hyperexponential", mean=0.003, cv2=10.0)
    nodes = [
        client(rate=95.0),
        queue("jobs"),
        station("web", work, pulls=True, hold=True),
        station("db", exponential(0.0035), workers=None),
    ]
    ways = [link("users", "jobs"), link("jobs", "web"), link("web", "db")]
    jobs = predict(plan(nodes, ways)).nodes["jobs"]
    assert [each for each in jobs.doubts if each.startswith("percentiles")]
    assert not any(map(is_grave, jobs.doubts))

"""Lines that callers leave: M/M/c + D and M/G/1 + D, against a recursion of their own, the lane and each other."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine.model.prediction import Theory
from engine.plan.primitives import INFINITE, LawPlan, NodePlan, Plan
from engine.plan.queueing.leaving import Leaving, leaving_many, leaving_one
from engine.plan.theory import predict
from engine.sim.lane.draws import generator
from tests.helpers.impatient import reneging
from tests.helpers.plans import client, closed, exponential, link, plan, router, station
from tests.helpers.theory_judge import numbers_of, runs_of

S = 0.02
GAMMA = LawPlan(law="gamma", mean=S, cv2=3.0)
STEADY = LawPlan(law="constant", mean=S)
LAWS = {"exponential": exponential(S), "gamma": GAMMA, "constant": STEADY}


@dataclass(frozen=True)
class Seen:
    """What a recursion gives."""

    left: float
    waiting: float
    mean: float
    p99: float


def recursion(rate: float, law: str, workers: int, patience: float) -> Seen:
    """Who comes goes to the worker that is free first, unless that is later than he waits."""
    random, count = generator(3, "leaving", law), 200_000
    gaps = random.exponential(1.0 / rate, count)
    works = {
        "exponential": random.exponential(S, count),
        "gamma": random.gamma(1.0 / 3.0, 3.0 * S, count),
        "constant": np.full(count, S),
    }[law]
    free, waits, now = [0.0] * workers, [], 0.0
    for gap, work in zip(gaps, works, strict=True):
        now += gap
        wait = max(0.0, free[0] - now)
        if wait <= patience:
            heapq.heapreplace(free, now + wait + work)
            waits.append(wait)
    seen = np.asarray(waits)
    left = 1.0 - len(seen) / count
    return Seen(
        left, float((seen > 0.0).mean()), float(seen.mean()), float(np.quantile(seen, 0.99))
    )


@pytest.mark.parametrize(
    ("law", "rate", "workers", "patience"),
    [
        ("exponential", 90.0, 2, 0.03),
        ("exponential", 220.0, 4, 0.1),
        ("exponential", 40.0, 1, 0.01),
        ("gamma", 45.0, 1, 0.03),
        ("gamma", 70.0, 1, 0.2),
        ("constant", 45.0, 1, 0.03),
        ("constant", 30.0, 1, 0.005),
        ("constant", 70.0, 1, 0.2),
    ],
)
def test_who_waits_for_so_long_leaves(law: str, rate: float, workers: int, patience: float) -> None:
    known = _known(law, rate, workers, patience)
    seen = recursion(rate, law, workers, patience)
    assert known.wait.loss == pytest.approx(seen.left, rel=0.03, abs=0.001)
    assert known.wait.chance == pytest.approx(seen.waiting, rel=0.02)
    assert known.wait.mean == pytest.approx(seen.mean, rel=0.03)
    assert known.curve.quantile(0.99) == pytest.approx(seen.p99, rel=0.02)


def _known(law: str, rate: float, workers: int, patience: float) -> Leaving:
    if law == "exponential":
        return leaving_many(workers, rate, S, patience)
    found = leaving_one(((1.0, LAWS[law]),), rate, patience)
    assert found is not None
    return found


def test_where_points_would_be_too_far_apart_nothing_is_said() -> None:
    assert leaving_one(((1.0, STEADY),), 400.0, 2.0) is None
    assert leaving_one(((1.0, STEADY),), 10.0, 20.0) is None


@pytest.mark.parametrize("rate", [1e-6, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("patience", [1e-6, 1.0, 1e4])
@pytest.mark.parametrize("workers", [1, 7, 500])
def test_shares_are_shares_at_any_load(rate: float, patience: float, workers: int) -> None:
    found = leaving_many(workers, rate, S, patience)
    load = rate * S / workers
    assert max(0.0, 1.0 - 1.0 / load) - 1e-9 <= found.wait.loss <= 1.0
    assert 0.0 <= found.wait.chance <= 1.0
    assert 0.0 <= found.wait.mean <= patience
    assert float(found.curve.shares.sum()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rate", "patience"), [(30.0, 0.01), (49.9, 0.1), (50.0, 0.1), (400.0, 0.3)]
)
def test_both_models_are_the_closed_form_where_work_is_exponential(
    rate: float, patience: float
) -> None:
    single = leaving_one(((1.0, exponential(S)),), rate, patience)
    assert single is not None
    one = single.wait
    many = leaving_many(1, rate, S, patience).wait
    assert many.loss == pytest.approx(reneging(rate, S, 1, patience).abandoned, rel=1e-4)
    assert one.loss == pytest.approx(many.loss, rel=1e-3)
    assert one.mean == pytest.approx(many.mean, rel=1e-3)


def design(
    web: NodePlan, *, rate: float = 0.0, picker: str = "", users: Any = None, **rule: Any
) -> Plan:
    """Users, perhaps a balancer, and a node whose line they leave."""
    nodes = [users or client(rate=rate), web]
    links = [link("users", "web", **rule)]
    if picker:
        chosen: Any = picker
        nodes.insert(1, router("lb", chosen))
        links = [link("users", "lb"), link("lb", "web", **rule)]
    return plan(nodes, links, duration=400.0, warmup=40.0)


PLANS = {
    "one line": design(station("web", exponential(S), workers=3), rate=140.0, queue_timeout=0.02),
    "overloaded": design(station("web", exponential(S), workers=2), rate=150.0, queue_timeout=0.1),
    "any law": design(station("web", GAMMA, workers=1), rate=45.0, queue_timeout=0.05),
    "by chance": design(
        station("web", exponential(S), workers=2, instances=3),
        rate=260.0,
        picker="random",
        queue_timeout=0.03,
    ),
    "sharing": design(
        station("web", GAMMA, workers=2, discipline="ps"), rate=60.0, queue_timeout=0.01
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_the_lane_says_the_same(name: str) -> None:
    """Everything is said without a doubt but percentiles behind a balancer, and holds."""
    found = predict(PLANS[name])
    numbers = numbers_of(found, runs_of(PLANS[name], 3))
    assert not [str(each) for each in numbers if each.wrong]
    sure = {each.name for each in numbers if each.confident}
    assert {
        "web.rate",
        "web.utilization",
        "web.wait.mean",
        "web.residence.mean",
        "web.queue",
    } <= sure
    web = found.nodes["web"]
    assert not any("queue timeout" in each for each in web.doubts)
    assert web.loss == 0.0
    assert (web.left == 0.0) == (name == "sharing")


def test_how_many_leave_is_told_and_counted() -> None:
    found = predict(PLANS["one line"])
    runs = runs_of(PLANS["one line"], 3)
    edge = [each["links"]["users-web"] for each in runs]
    gave_up = sum(each["failed"]["timeout"] for each in edge) / sum(
        each["attempts"] for each in edge
    )
    assert found.nodes["web"].left == pytest.approx(gave_up, rel=0.04)
    goodput = sum(each["clients"]["users"]["goodput"] for each in runs) / 3.0
    assert found.clients["users"].goodput == pytest.approx(goodput, rel=0.01)


@pytest.mark.parametrize(
    "unlike",
    [
        design(station("web", exponential(S), discipline="lifo"), rate=45.0, queue_timeout=0.03),
        design(station("web", GAMMA, workers=3), rate=140.0, queue_timeout=0.03),
        design(
            station("web", exponential(S), instances=3),
            rate=130.0,
            picker="round_robin",
            queue_timeout=0.03,
        ),
        design(
            station("web", exponential(S)),
            users=client(rate=45.0, process="deterministic"),
            queue_timeout=0.03,
        ),
        design(
            station("web", exponential(S)),
            users=closed("users", 9, exponential(0.1)),
            queue_timeout=0.03,
        ),
        design(station("web", exponential(S)), rate=45.0, queue_timeout=0.03, timeout=0.02),
    ],
)
def test_elsewhere_no_times_are_given(unlike: Plan) -> None:
    found: Theory = predict(unlike)
    web = found.nodes["web"]
    assert web.residence is None
    assert "queue timeout" in web.reason
    assert found.clients["users"].latency is None
    assert unlike.links[-1].queue_timeout < INFINITE

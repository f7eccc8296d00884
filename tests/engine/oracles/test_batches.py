"""Batches against their formula: b/(F + b·c), and 1 + λ·linger where there is little to do."""

from __future__ import annotations

import pytest

from engine.plan.primitives import BatchPlan
from tests.helpers.plans import client, closed, exponential, link, plan, simulate, station

FIXED, ITEM = 0.005, 0.0001


@pytest.mark.oracle(25)
@pytest.mark.parametrize(("size", "printed"), [(1, 196.1), (10, 1667.0), (100, 6667.0)])
def test_o25_throughput(size: int, printed: float) -> None:
    batch = BatchPlan(size=size, linger=0.0, fixed=FIXED, per_item=ITEM)
    nodes = [closed("users", 3 * size, 0.0), station("web", batch=batch)]
    result = simulate(plan(nodes, [link("users", "web")], duration=22.0, warmup=2.0))
    assert size / (FIXED + size * ITEM) == pytest.approx(printed, rel=1e-3)
    assert result["clients"]["users"]["goodput"] == pytest.approx(printed, rel=0.01)
    assert result["nodes"]["web"]["extra"]["batch_size"] == pytest.approx(size, rel=0.01)


@pytest.mark.oracle(25)
def test_o25_the_work_of_a_class_stands_in_for_the_time_per_request() -> None:
    batch = BatchPlan(size=10, linger=0.0, fixed=FIXED)
    nodes = [closed("users", 30, 0.0), station("web", exponential(0.002), batch=batch, workers=2)]
    result = simulate(plan(nodes, [link("users", "web")], duration=110.0, warmup=10.0))
    assert result["clients"]["users"]["goodput"] == pytest.approx(2 * 10 / 0.025, rel=0.02)


@pytest.mark.oracle(25)
@pytest.mark.parametrize(("rate", "linger"), [(50.0, 0.02), (100.0, 0.05)])
def test_o25_mean_batch_where_there_is_little_to_do(rate: float, linger: float) -> None:
    batch = BatchPlan(size=10_000, linger=linger, fixed=1e-5, per_item=0.0)
    nodes = [client(rate=rate), station("web", batch=batch, workers=4)]
    result = simulate(plan(nodes, [link("users", "web")], duration=60_000 / rate, warmup=10.0))
    web = result["nodes"]["web"]
    assert web["extra"]["batch_size"] == pytest.approx(1 + rate * linger, rel=0.02)
    # The first of a batch waits for all of the linger, each of the others for half of it on average.
    others = rate * linger
    mean = (linger + others * linger / 2) / (1 + others)
    assert web["wait"]["mean"] == pytest.approx(mean, rel=0.02)

"""The design that a new user sees first: calm, strained, failing, and what its notes claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.edits import SetField
from tests.designs.running import (
    broken,
    changed,
    failures,
    goodput,
    load,
    mean,
    measured,
    node,
    says,
    shipped,
    watched,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.sim.snapshot import Sample


def busy(name: str) -> Callable[[Sample], float]:
    return node(name, lambda each: each.utilization)


def rate(name: str) -> Callable[[Sample], float]:
    return node(name, lambda each: each.arrivals)


def purchases(sample: Sample) -> float:
    return sample.nodes["checkout"].completed


def test_it_is_calm_at_first() -> None:
    design = shipped("flash-sale")
    says(design, "×1: calm. Orders DB is 45 % busy.")
    result = measured(design, duration=240.0)
    assert result["nodes"]["orders-db"]["utilization"] == pytest.approx(0.45, abs=0.02)
    for name in ("orders-db", "checkout", "packing"):
        assert 0.3 <= result["nodes"][name]["utilization"] <= 0.6, name
    for client in result["clients"].values():
        assert sum(client["failed"].values()) <= 0.001 * client["offered"]
    assert all(each["met"] for each in result["objectives"])


def test_strained_then_failing_then_not_recovering_until_the_line_is_forgotten() -> None:
    design = shipped("flash-sale")
    says(design, "×1.8: strained, 84 % busy; nobody fails.")
    says(design, "×2.4: within 15 s no purchase gets through", "asked 1100 times a second")
    says(design, "250 of 400 shoppers a second get an answer", "kill for 2 s")
    samples = watched(
        design,
        220.0,
        (15.0, load(1.8)),
        (85.0, load(2.4)),
        (130.0, load(1.0)),
        (180.0, broken("orders-db", "kill", duration=2.0)),
    )
    assert mean(samples, 20.0, 85.0, busy("orders-db")) == pytest.approx(0.84, abs=0.03)
    assert mean(samples, 20.0, 85.0, failures("shoppers")) < 0.1
    assert mean(samples, 100.0, 130.0, purchases) == 0.0
    assert mean(samples, 110.0, 130.0, rate("orders-db")) == pytest.approx(1100.0, rel=0.06)
    done = mean(samples, 110.0, 130.0, node("orders-db", lambda each: each.completed))
    assert done == pytest.approx(340.0, rel=0.05)
    assert mean(samples, 145.0, 180.0, goodput("shoppers")) == pytest.approx(250.0, rel=0.05)
    assert mean(samples, 145.0, 180.0, purchases) == 0.0
    assert mean(samples, 187.0, 220.0, goodput("shoppers")) == pytest.approx(400.0, rel=0.03)
    assert mean(samples, 187.0, 220.0, failures("shoppers")) == 0.0


@pytest.mark.parametrize(("bound", "served", "bought"), [(300, 860.0, 200.0), (None, 600.0, 0.0)])
def test_the_answer_to_the_question(bound: int | None, served: float, bought: float) -> None:
    design = shipped("flash-sale")
    says(design, "Would a queue bound of 300 save goodput here? Try it.")
    says(
        design, "860 of 960 shoppers a second are served", "instead of 600", "200 of 288 purchases"
    )
    design = changed(design, SetField("orders-db", ("config", "queue_limit"), bound))
    samples = watched(design, 120.0, (10.0, load(2.4)), (90.0, load(1.0)))
    assert mean(samples, 50.0, 90.0, rate("shoppers")) == pytest.approx(960.0, rel=0.02)
    assert mean(samples, 50.0, 90.0, goodput("shoppers")) == pytest.approx(served, rel=0.04)
    assert mean(samples, 50.0, 90.0, purchases) == pytest.approx(bought, rel=0.06)
    assert (mean(samples, 95.0, 120.0, failures("shoppers")) < 0.1) is (bound is not None)


@pytest.mark.parametrize(("factor", "survives"), [(1.0, True), (1.8, False)])
def test_the_same_flush_at_two_loads(factor: float, *, survives: bool) -> None:
    design = shipped("flash-sale")
    says(design, "At ×1 nobody notices: Orders DB is 65 % busy for a while.")
    says(design, "At ×1.8 the same flush is enough: within 15 s no purchase gets through")
    samples = watched(design, 90.0, (0.0, load(factor)), (40.0, broken("catalog-cache", "flush")))
    assert mean(samples, 10.0, 40.0, failures("shoppers")) < 0.1
    if survives:
        assert mean(samples, 40.0, 45.0, busy("orders-db")) == pytest.approx(0.65, abs=0.06)
        assert mean(samples, 40.0, 90.0, failures("shoppers")) == 0.0
    else:
        assert mean(samples, 55.0, 90.0, purchases) == 0.0


def test_orders_from_the_app_go_on() -> None:
    design = shipped("flash-sale")
    says(design, "At ×2.4 they all arrive, and 99 % are packed within 0.3 s.")
    samples = watched(design, 80.0, (0.0, load(2.4)))
    assert mean(samples, 40.0, 80.0, purchases) == 0.0
    link = [each.links["balancer-orders"] for each in samples if each.start >= 40.0]
    assert sum(sum(each.failed.values()) for each in link) == 0
    assert sum(each.succeeded for each in link) / len(link) == pytest.approx(96.0, rel=0.05)
    waited = mean(samples, 40.0, 80.0, node("orders", lambda each: each.extra["lag"]))
    packed = mean(samples, 40.0, 80.0, node("packing", lambda each: each.latency.p99))
    assert waited + packed < 0.3

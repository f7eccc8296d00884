"""Partitions of a topic: keys that move when there are more, the order that this breaks, and who reads what."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import KeyPlan, NodePlan, Plan
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    link,
    plan,
    queue,
    request_class,
    simulate,
    station,
    topic,
)

MANY = KeyPlan(count=100_000, alpha=0.0)
FEW = KeyPlan(count=40, alpha=0.0)


def workers(name: str, work: object = 0.01, **changes: object) -> NodePlan:
    return station(name, work, pulls=True, hold=True, **changes)


def logged(partitions: int, keys: KeyPlan, *consumers: NodePlan, rate: float = 200.0) -> Plan:
    log = topic("log", partitions=partitions, rebalance=0.5)
    links = [link("users", "log"), *(link("log", each.id) for each in consumers)]
    return plan([client(rate=rate), log, *consumers], links, classes=(request_class(keys=keys),))


def of(simulation: Simulation) -> dict[str, Any]:
    """What the log counts; its invariants hold."""
    result: Result = result_of(simulation.machine, (), 0.0)
    return dict(result["nodes"]["log"]["extra"])


@pytest.mark.parametrize(
    ("before", "after", "share"), [(6, 12, 0.5), (6, 7, 6.0 / 7.0), (4, 6, 2.0 / 3.0), (8, 4, 0.5)]
)
def test_keys_move_as_their_number_modulo_the_partitions_says(
    before: int, after: int, share: float
) -> None:
    """A key stays where its hash has the same remainder by both: for lcm(a, b) in steps of them, min(a, b) ÷ lcm."""
    simulation = Simulation(logged(before, MANY, workers("readers", 0.0, workers=100)))
    simulation.advance(5.0)
    assert "moved" not in of(simulation)
    simulation.follow(logged(after, MANY, workers("readers", 0.0, workers=100)))
    published = of(simulation)["published"]
    simulation.advance(100.0)
    found = of(simulation)
    assert found["partitions"] == after
    assert found["moved"] / (found["published"] - published) == pytest.approx(share, abs=0.02)


def test_more_partitions_break_the_order_of_keys_that_moved() -> None:
    """The old partitions have a backlog of seconds when the new ones begin empty: what follows overtakes it."""
    slow = workers("readers", 0.012, workers=1, instances=2)
    quiet, growing = (Simulation(logged(2, FEW, slow)) for _ in range(2))
    for simulation in (quiet, growing):
        simulation.advance(20.0)
        assert of(simulation)["out_of_order"] == 0.0
    growing.follow(logged(8, FEW, slow))
    for simulation in (quiet, growing):
        simulation.advance(60.0)
        of(simulation)
    assert of(quiet)["out_of_order"] == 0.0
    found = of(growing)
    assert found["out_of_order"] > 50.0
    assert found["duplicates"] == 0.0


def test_competing_consumers_share_what_groups_and_queues_each_have_whole() -> None:
    """One queue with two consumers: each message once. A topic with two groups, or two queues: each message twice."""
    readers = [workers("one"), workers("two")]
    shared = plan(
        [client(rate=40.0), queue("line"), *readers],
        [link("users", "line"), link("line", "one"), link("line", "two")],
        duration=100.0,
    )
    result = simulate(shared)["nodes"]
    done = [result[each]["completed"] for each in ("one", "two")]
    assert sum(done) == pytest.approx(result["line"]["extra"]["published"], abs=2)
    assert min(done) > 0.3 * sum(done)

    logged_ = plan(
        [client(rate=40.0), topic("log"), *readers],
        [link("users", "log"), link("log", "one"), link("log", "two")],
        duration=100.0,
    )
    result = simulate(logged_)["nodes"]
    for each in ("one", "two"):
        assert result[each]["completed"] == pytest.approx(
            result["log"]["extra"]["published"], abs=3
        )

    notifier = station("notifier", 0.0, workers=None)
    published = plan(
        [client(rate=40.0), notifier, queue("first"), queue("second"), *readers],
        [
            link("users", "notifier"),
            link("notifier", "first"),
            link("notifier", "second"),
            link("first", "one"),
            link("second", "two"),
        ],
        duration=100.0,
    )
    result = simulate(published)["nodes"]
    for each, line in (("one", "first"), ("two", "second")):
        assert result[line]["extra"]["published"] == result["notifier"]["completed"]
        assert result[each]["completed"] == pytest.approx(result["notifier"]["completed"], abs=3)

"""A running machine becomes another plan: knobs turn, parts join, removed parts drain."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import NodePlan, Plan
from engine.sim.invariants import check
from engine.sim.lane.codes import UNLIMITED
from engine.sim.report import result_of
from tests.helpers.plans import (
    cache,
    client,
    exponential,
    link,
    plan,
    request_class,
    retry,
    router,
    station,
)


def two_tiers(web: NodePlan, rate: float = 100.0, **policy: object) -> Plan:
    return plan([client(rate=rate), web], [link("users", "web", **policy)])


def run(*stages: tuple[float, Plan]) -> Simulation:
    """Follow each plan until its time."""
    simulation = Simulation(stages[0][1])
    for until, stage in stages:
        simulation.follow(stage)
        simulation.advance(until)
        check(simulation.machine)
    return simulation


def rate_between(simulation: Simulation, until: float) -> float:
    """Successes a second at the client from now on."""
    users = simulation.machine.nodes["users"].node
    start, done = simulation.now, int(users.completed)
    simulation.advance(until)
    return (int(users.completed) - done) / (until - start)


def test_the_same_plan_changes_nothing() -> None:
    """Following a plan that is followed already leaves every number as it would have been."""
    design = two_tiers(station("web", exponential(0.01), workers=2), timeout=0.5, retry=retry(3))
    still, restless = Simulation(design), Simulation(design)
    still.advance(60.0)
    for second in range(1, 61):
        restless.advance(float(second))
        restless.follow(
            two_tiers(station("web", exponential(0.01), workers=2), timeout=0.5, retry=retry(3))
        )
    first, second = (result_of(each.machine, (), 0.0)["hash"] for each in (still, restless))
    assert first == second


@pytest.mark.parametrize(
    "faster",
    [
        station("web", exponential(0.005)),
        station("web", exponential(0.02), workers=4),
        station("web", exponential(0.02), instances=4),
        station("web", exponential(0.02), workers=None),
        station("web", exponential(0.02), workers=4, discipline="ps"),
        station("web", exponential(0.02), workers=4, discipline="lifo"),
    ],
)
def test_more_capacity_serves_the_backlog(faster: NodePlan) -> None:
    slow = two_tiers(station("web", exponential(0.02)))
    simulation = run((50.0, slow), (80.0, two_tiers(faster)))
    assert rate_between(simulation, 100.0) > 92.0, "half of that before"
    check(simulation.machine)


def test_those_in_line_are_served_when_workers_are_added() -> None:
    design = two_tiers(station("web", 10.0), rate=5.0)
    simulation = run((5.0, design))
    web = simulation.machine.nodes["web"].node
    assert (web.busy, web.waiting > 10) == (1, True)
    simulation.follow(two_tiers(station("web", 10.0, workers=8), rate=5.0))
    assert web.busy == 8
    simulation.follow(two_tiers(station("web", 10.0, workers=2), rate=5.0))
    assert web.busy == 8, "nobody is interrupted"
    simulation.advance(30.0)
    assert web.busy == 2


def test_surplus_instances_drain() -> None:
    simulation = run((5.0, two_tiers(station("web", 3.0, instances=4), rate=10.0)))
    part = simulation.machine.nodes["web"]
    simulation.follow(two_tiers(station("web", 3.0, instances=1), rate=10.0))
    assert len(part.node.pools) == 1
    assert len(part.retired) == 3
    inside = [pool for pool in part.retired if pool.inside.count]
    assert len(inside) == 3
    simulation.advance(100.0)
    assert not any(pool.inside.count for pool in part.retired)
    assert simulation.machine.nodes["users"].node.failed[0] == 0
    check(simulation.machine)


def test_a_queue_limit_can_be_set_and_lifted() -> None:
    simulation = run(
        (50.0, two_tiers(station("web", exponential(0.02), queue_limit=5))),
        (60.0, two_tiers(station("web", exponential(0.02)))),
    )
    web = simulation.machine.nodes["web"].node
    assert web.waiting > 50
    assert web.pools[0].limit == UNLIMITED


def test_the_rate_changes_at_once() -> None:
    simulation = run((20.0, two_tiers(station("web", 0.0, workers=None), rate=10.0)))
    simulation.follow(two_tiers(station("web", 0.0, workers=None), rate=200.0))
    assert rate_between(simulation, 40.0) == pytest.approx(200.0, rel=0.05)


def test_a_timeout_can_be_added_changed_and_taken_away() -> None:
    web = station("web", 2.0, workers=None)
    simulation = run(
        (10.0, two_tiers(web)),
        (20.0, two_tiers(web, timeout=1.0)),
        (30.0, two_tiers(web, timeout=0.5)),
        (40.0, two_tiers(web, timeout=9.0)),
        (60.0, two_tiers(web)),
    )
    failed = simulation.machine.nodes["users"].node.failed[0]
    assert failed == pytest.approx(2000, rel=0.1), "those sent from 10 to 30 s"
    assert rate_between(simulation, 70.0) == pytest.approx(100.0, rel=0.15)


def test_a_node_is_put_in_between() -> None:
    direct = two_tiers(station("web", 0.01, workers=None))
    nodes = [client(rate=100.0), router("lb"), station("web", 0.01, workers=None, instances=2)]
    balanced = plan(nodes, [link("users", "lb"), link("lb", "web")])
    simulation = run((10.0, direct), (20.0, balanced))
    assert simulation.machine.nodes["lb"].node.arrivals == pytest.approx(1000, rel=0.2)
    assert sum(simulation.machine.nodes["users"].node.failed) == 0
    simulation.follow(direct)
    simulation.advance(30.0)
    assert "lb" not in simulation.machine.nodes
    assert simulation.machine.nodes["users"].node.completed > 2500
    check(simulation.machine)


def test_work_inside_a_removed_node_finishes() -> None:
    far = plan(
        [client(rate=100.0), station("web", 0.0, workers=None), station("db", 2.0, workers=None)],
        [link("users", "web"), link("web", "db")],
    )
    near = plan([client(rate=100.0), station("web", 0.0, workers=None)], [link("users", "web")])
    simulation = run((10.0, far))
    under_way = int(simulation.machine.nodes["users"].node.in_system)
    assert under_way == pytest.approx(200, rel=0.2)
    simulation.follow(near)
    simulation.advance(20.0)
    users = simulation.machine.nodes["users"].node
    assert users.in_system == 0
    assert users.completed == users.arrivals
    check(simulation.machine)


def test_a_removed_client_is_still_counted() -> None:
    both = plan(
        [client("one", 10.0), client("two", 10.0), station("web", 0.0, workers=None)],
        [link("one", "web"), link("two", "web")],
    )
    one = plan([client("one", 10.0), station("web", 0.0, workers=None)], [link("one", "web")])
    simulation = run((10.0, both))
    before = simulation.machine.requests
    simulation.follow(one)
    assert simulation.machine.requests == before
    simulation.advance(20.0)
    assert simulation.machine.requests - before == pytest.approx(100, rel=0.3)


def test_a_node_that_becomes_something_else_is_another_node() -> None:
    plain = two_tiers(station("web", 0.01, workers=None))
    cached = two_tiers(cache("web", 10))
    simulation = run((10.0, plain), (20.0, cached))
    web = simulation.machine.nodes["web"].node
    assert web.arrivals == pytest.approx(1000, rel=0.15)
    check(simulation.machine)


def test_classes_come_and_go() -> None:
    one = two_tiers(station("web", 0.5, workers=None))
    classes = (request_class("a"), request_class("b"))
    nodes = [client(rate=100.0, mix=(0.5, 0.5)), station("web", [0.1, 0.5], workers=None)]
    two = plan(nodes, [link("users", "web", classes=(True, True))], classes=classes)
    simulation = run((10.0, one), (20.0, two), (30.0, one), (40.0, two))
    assert simulation.machine.nodes["users"].node.completed == pytest.approx(4000, rel=0.1)


def test_a_discipline_changes_for_those_in_line() -> None:
    fifo = two_tiers(station("web", 1.0), rate=10.0)
    simulation = run((10.0, fifo))
    for discipline in ("lifo", "priority", "fifo", "ps", "fifo"):
        simulation.follow(two_tiers(station("web", 1.0, discipline=discipline), rate=10.0))
        simulation.advance(simulation.now + 5.0)
        check(simulation.machine)
    assert simulation.machine.nodes["users"].node.completed >= 30


def test_changing_one_node_leaves_the_others_numbers_alone() -> None:
    """Arrivals come at the same times and the first tier works the same times, whatever follows."""

    def design(mean: float) -> Plan:
        nodes = [
            client(rate=50.0),
            station("web", exponential(0.01), workers=None),
            station("db", exponential(mean), workers=None),
        ]
        return plan(nodes, [link("users", "web"), link("web", "db", waits=False)])

    results = []
    for mean in (0.01, 0.5):
        simulation = run((50.0, design(mean)))
        results.append(result_of(simulation.machine, (), 0.0))
    assert results[0]["nodes"]["web"] == results[1]["nodes"]["web"]
    assert results[0]["nodes"]["db"] != results[1]["nodes"]["db"]

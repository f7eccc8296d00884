"""Scale to zero: who comes while there is no instance waits for the first one, as with Knative and KEDA."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.autoscale import Autoscale
from engine.plan.primitives import EventPlan, HealthPlan, LawPlan, Plan, StartPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    queue,
    router,
    station,
)

ZERO = Autoscale(min=0, target=0.5, interval=5.0, down_window=20.0)


def sparse(
    times: tuple[float, ...],
    settings: Autoscale | None = ZERO,
    *events: EventPlan,
    start: LawPlan | None = None,
    **edge: Any,
) -> Plan:
    """A function that takes 30 s to start, and 1 s a request, behind a client with a few requests."""
    begin = StartPlan(time=start or constant(30.0))
    web = station("web", 1.0, workers=2, start=begin, autoscale=settings)
    nodes = [client(process="trace", times=times), web]
    return plan(nodes, [link("users", "web", **edge)], events=events, duration=1000.0)


def ran(made: Plan) -> tuple[Simulation, Result]:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return simulation, result_of(simulation.machine, (), 0.0)


def test_the_first_request_waits_for_the_first_instance() -> None:
    simulation, result = ran(sparse((500.0,)))
    web, users = result["nodes"]["web"], result["clients"]["users"]
    assert users["latency"]["max"] == pytest.approx(31.0)
    assert web["wait"]["max"] == pytest.approx(30.0)
    assert web["extra"]["activated"] == 1
    assert [(each.at, each.text) for each in simulation.notices] == [
        (25.0, "web: 1 → 0 instances, utilization 0 %"),
        (500.0, "web: 0 → 1 instances, a request waits"),
        (560.0, "web: 1 → 0 instances, utilization 0 %"),
    ]
    assert web["extra"]["capacity_seconds"] == pytest.approx(25.0 + 60.0)
    assert web["extra"]["instances"] == {"mean": pytest.approx(0.085), "last": 0}
    assert web["instances"][0]["state"] == "off"
    assert web["ready"] == 0
    assert web["utilization"] == pytest.approx(1.0 / (2.0 * 85.0))


def test_all_who_come_while_it_starts_wait_for_it() -> None:
    """Two workers of one second: 30, 25 and 20 s of waiting, and one second more for the third."""
    _, result = ran(sparse((500.0, 505.0, 510.0, 540.0)))
    users = result["clients"]["users"]
    assert users["succeeded"] == 4
    assert users["latency"]["mean"] == pytest.approx((31.0 + 26.0 + 22.0 + 1.0) / 4.0)
    assert result["nodes"]["web"]["extra"]["activated"] == 3


def test_who_gives_up_has_it_started_all_the_same() -> None:
    _, result = ran(sparse((500.0, 540.0), timeout=5.0))
    users = result["clients"]["users"]
    assert users["failed"] == {"timeout": 1}
    assert users["succeeded"] == 1
    assert users["latency"]["max"] == pytest.approx(1.0)


def test_the_share_of_requests_that_find_nobody_is_that_of_long_gaps() -> None:
    """Sparse Poisson: P(cold) = e^(-λ·TTL), the time being the down window and the looks at its ends."""
    settings = Autoscale(min=0, interval=1.0, down_window=10.0)
    nodes = [
        client(rate=0.1),
        station("web", 1e-3, workers=1, autoscale=settings),
    ]
    made = plan(nodes, [link("users", "web")], duration=60_000.0)
    simulation = Simulation(made)
    simulation.advance(made.duration)
    result = result_of(simulation.machine, (), 0.0)
    share = result["nodes"]["web"]["extra"]["activated"] / result["nodes"]["web"]["arrivals"]
    assert share == pytest.approx(math.exp(-0.1 * 11.5), rel=0.03)


def test_messages_wait_until_the_next_look() -> None:
    """KEDA looks at the queue on a period."""
    settings = Autoscale(min=0, metric="queue", target=10.0, interval=30.0, down_window=60.0)
    nodes = [
        client(process="trace", times=(200.0, 201.0)),
        queue("jobs"),
        station("web", 1.0, workers=1, pulls=True, autoscale=settings),
    ]
    made = plan(nodes, [link("users", "jobs"), link("jobs", "web")], duration=600.0)
    simulation, result = ran(made)
    assert [(each.at, each.text.split(",")[0]) for each in simulation.notices] == [
        (90.0, "web: 1 → 0 instances"),
        (210.0, "web: 0 → 1 instances"),
        (330.0, "web: 1 → 0 instances"),
    ]
    assert result["nodes"]["web"]["completed"] == 2
    assert result["nodes"]["jobs"]["publish_to_done"]["max"] == pytest.approx(11.0)


def test_nobody_is_thrown_out() -> None:
    """A request of an hour is inside while the number says that nobody is needed."""
    settings = Autoscale(min=0, metric="rate", target=1.0, interval=5.0, down_window=0.0)
    made = sparse((3.0,), settings)
    web = station("web", 600.0, workers=1, autoscale=settings)
    simulation, result = ran(replace(made, nodes=(made.nodes[0], web)))
    assert result["clients"]["users"]["succeeded"] == 1
    assert simulation.notices[-1].at == 610.0


def test_a_schedule_of_zero_at_night() -> None:
    settings = Autoscale(min=1, down_window=5.0, schedule=((100.0, 0), (500.0, 2)))
    simulation, result = ran(sparse((300.0,), settings))
    texts = [(each.at, each.text.split(",")[0]) for each in simulation.notices]
    assert texts == [
        (105.0, "web: 1 → 0 instances"),
        (300.0, "web: 0 → 1 instances"),
        (360.0, "web: 1 → 0 instances"),
        (510.0, "web: 0 → 1 instances"),
        (555.0, "web: 1 → 2 instances"),
    ]
    assert result["nodes"]["web"]["ready"] == 2


def test_a_balancer_keeps_who_is_off_in_rotation() -> None:
    """Whoever starts it answers its checks meanwhile."""
    for layer in (4, 7):
        health = HealthPlan(interval=1.0, failures=2, successes=1, layer=layer)  # type: ignore[arg-type]
        nodes = [
            client(process="trace", times=(500.0,)),
            router("lb", "least_connections", health),
            station("web", 1.0, start=StartPlan(time=constant(30.0)), autoscale=ZERO),
        ]
        made = plan(nodes, [link("users", "lb"), link("lb", "web")], duration=600.0)
        simulation, result = ran(made)
        assert result["clients"]["users"]["latency"]["max"] == pytest.approx(31.0)
        assert not [each for each in simulation.notices if "rotation" in each.text]


def test_a_dead_one_starts_when_the_event_is_over() -> None:
    killed = event(400.0, 200.0, "kill", nodes=("web",))
    _, result = ran(sparse((500.0,), ZERO, killed))
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(131.0)
    while_starting = event(510.0, 20.0, "kill", nodes=("web",))
    _, result = ran(sparse((500.0,), ZERO, while_starting))
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(61.0)
    for_nothing = event(400.0, 20.0, "kill", nodes=("web",))
    _simulation, result = ran(sparse((), ZERO, for_nothing))
    assert result["nodes"]["web"]["extra"]["instances"]["last"] == 0


@pytest.mark.parametrize(
    "settings",
    [None, ZERO.model_copy(update={"min": 1}), ZERO.model_copy(update={"schedule": ((0.0, 1),)})],
)
def test_edits_while_it_is_off_start_it(settings: Autoscale | None) -> None:
    simulation = Simulation(sparse((500.0,)))
    simulation.advance(480.0)
    pool = simulation.machine.nodes["web"].node.pools[0]
    assert pool.dormant
    simulation.follow(sparse((500.0,), settings))
    assert pool.starting
    simulation.advance(509.0)
    check(simulation.machine)
    simulation.advance(511.5)
    check(simulation.machine)
    assert not pool.dormant
    assert simulation.machine.nodes["users"].node.completed == 1, "it came at 500 and was held"


def test_more_instances_by_hand_start_it_too() -> None:
    made = sparse((500.0,))
    simulation = Simulation(made)
    simulation.advance(480.0)
    web = made.nodes[1]
    more = replace(web, station=replace(web.station, instances=3))
    simulation.follow(replace(made, nodes=(made.nodes[0], more)))
    simulation.advance(520.0)
    check(simulation.machine)
    assert simulation.machine.nodes["users"].node.completed == 1


def test_a_node_that_goes_leaves_nobody_behind() -> None:
    made = sparse((500.0, 501.0))
    simulation = Simulation(made)
    simulation.advance(510.0)
    others = [made.nodes[0], station("other", 0.001)]
    simulation.follow(plan(others, [link("users", "other")], duration=1000.0))
    simulation.advance(600.0)
    assert simulation.machine.nodes["users"].node.in_system == 0
    check(simulation.machine)


def test_any_load_keeps_the_laws() -> None:
    for seed in range(8):
        steps = (
            (0.0, 0.0),
            (50.0, 0.0),
            (50.0, 20.0 * seed),
            (80.0, 0.5),
            (150.0, 0.0),
            (200.0, 3.0),
        )
        settings = Autoscale(
            min=0,
            target=0.3 + 0.05 * seed,
            interval=1.0 + seed,
            max=9,
            down_window=3.0 * seed,
            metric=("utilization", "busy", "in_flight", "queue", "rate")[seed % 5],
        )
        begin = StartPlan(time=exponential(seed + 0.1)) if seed % 3 else None
        kill = event(100.0, 60.0, "kill", nodes=("web",))
        web = station("web", exponential(0.05), autoscale=settings, start=begin, instances=2)
        nodes = [client(schedule=steps), router("lb", "random"), web]
        edge = link("lb", "web", timeout=20.0)
        made = plan(nodes, [link("users", "lb"), edge], events=(kill,), seed=seed, duration=400.0)
        simulation = Simulation(made)
        for time in range(5, 401, 5):
            simulation.advance(float(time))
            check(simulation.machine)
        assert simulation.machine.nodes["web"].node.completed > 10

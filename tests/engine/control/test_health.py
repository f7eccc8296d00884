"""Health checks take instances out of rotation after so many failures, and back after so many successes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, HealthPlan, Plan
from engine.sim.report import result_of
from tests.helpers.plans import client, event, link, plan, router, station

CHECK = HealthPlan(interval=1.0, failures=3, successes=2)
KILL = event(10.5, 20.0, "kill", nodes=("web",), instances=1)


def design(*events: EventPlan, health: HealthPlan | None = CHECK, instances: int = 4) -> Plan:
    nodes = [
        client(rate=100.0),
        router("lb", "round_robin", health),
        station("web", 0.001, instances=instances),
    ]
    return plan(nodes, [link("users", "lb"), link("lb", "web")], events=events)


def test_detection_and_return_take_the_checks_they_take() -> None:
    simulation = Simulation(design(KILL))
    simulation.advance(60.0)
    health = [notice for notice in simulation.notices if notice.kind == "health"]
    assert [notice.at for notice in health] == [13.0, 32.0]
    assert [notice.text for notice in health] == [
        "web 1 out of rotation at lb",
        "web 1 back in rotation at lb",
    ]
    assert health[0].target == "web"


def test_only_requests_before_the_detection_fail() -> None:
    """A quarter of 100 rps for 2.5 s."""
    simulation = Simulation(design(KILL))
    simulation.advance(60.0)
    failed = result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"]
    assert failed == {"unavailable": pytest.approx(62, abs=20)}


def test_without_checks_the_dead_are_called_for_ever() -> None:
    simulation = Simulation(design(KILL, health=None))
    simulation.advance(60.0)
    failed = result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"]
    assert failed["unavailable"] == pytest.approx(500, rel=0.15)


def test_when_all_are_out_the_balancer_has_nobody() -> None:
    everybody = event(10.5, 20.0, "kill", nodes=("web",))
    simulation = Simulation(design(everybody))
    simulation.advance(20.0)
    lb = simulation.machine.nodes["lb"].node
    refused = int(simulation.machine.nodes["web"].node.failed[6])
    assert refused == pytest.approx(250, rel=0.2)
    assert lb.failed[6] > refused + 500
    simulation.advance(35.0)
    before = int(lb.completed)
    simulation.advance(40.0)
    assert lb.completed - before == pytest.approx(500, rel=0.2)


def test_a_cut_link_is_found_too() -> None:
    cut = event(10.5, 20.0, "partition", links=("lb-web",))
    simulation = Simulation(design(cut, instances=1))
    simulation.advance(18.0)
    found = [notice.at for notice in simulation.notices if notice.kind == "health"]
    assert found == [16.0], "nobody refuses: three timeouts of 1 s, and two intervals between them"


def test_checks_can_be_switched_on_and_off() -> None:
    lasting = event(0.5, 1000.0, "kill", nodes=("web",), instances=1)
    simulation = Simulation(design(lasting, health=None))
    simulation.advance(10.0)
    endpoints = simulation.machine.nodes["lb"].endpoints
    simulation.follow(design(lasting))
    simulation.advance(20.0)
    assert [endpoint.healthy for endpoint in endpoints] == [False, True, True, True]
    simulation.follow(design(lasting, health=None))
    assert all(endpoint.healthy for endpoint in endpoints)
    simulation.advance(30.0)
    assert all(endpoint.healthy for endpoint in endpoints)


def test_a_removed_balancer_stops_checking() -> None:
    simulation = Simulation(design(KILL))
    simulation.advance(5.0)
    simulation.follow(plan([client(), station("web", 0.001)], [link("users", "web")]))
    simulation.advance(60.0)
    assert not [notice for notice in simulation.notices if notice.kind == "health"]


@pytest.mark.parametrize(("interval", "failures"), [(2.0, 3), (10.0, 2)])
def test_first_checks_at_a_time_of_their_own_find_a_fault_after_half_an_interval_on_average(
    interval: float, failures: int
) -> None:
    """COURSE 7.5: (failures - 1) intervals, and of one what is left: U(0, interval) over many seeds, I / 2 on average."""
    check = replace(CHECK, interval=interval, failures=failures, phase="random")
    dead = event(60.0, 1000.0, "kill", nodes=("web",))
    waits = []
    for seed in range(60):
        simulation = Simulation(replace(design(dead, health=check, instances=2), seed=seed))
        simulation.advance(60.0 + failures * interval + 0.01)
        found = [each.at for each in simulation.notices if "out of rotation" in each.text]
        assert len(found) == 2
        waits += [at - 60.0 - (failures - 1) * interval for at in found]
    assert min(waits) >= 0.0
    assert max(waits) <= interval + 1e-6
    spread = interval / math.sqrt(12.0 * len(waits))
    assert sum(waits) / len(waits) == pytest.approx(interval / 2.0, abs=3.0 * spread)
    again = Simulation(replace(design(dead, health=check, instances=2), seed=59))
    again.advance(60.0 + failures * interval + 0.01)
    assert [each.at for each in again.notices] == [each.at for each in simulation.notices]


def test_first_checks_together_are_those_of_every_run() -> None:
    found = set()
    for seed in range(5):
        simulation = Simulation(replace(design(KILL), seed=seed))
        simulation.advance(20.0)
        found |= {each.at for each in simulation.notices if each.kind == "health"}
    assert found == {13.0}

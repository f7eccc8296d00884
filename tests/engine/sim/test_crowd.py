"""Users whose requests come at a rate, told apart: who they are, and that telling them apart changes nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, link, plan, router, simulate, station


def crowded(users: int, affinity: Any = "session", rate: float = 200.0, **changes: Any) -> Plan:
    nodes = [
        client(rate=rate, known_users=users),
        router("lb", affinity=affinity),
        station("web", 0.001, instances=5, workers=50),
    ]
    links = [link("users", "lb"), link("lb", "web")]
    return plan(nodes, links, **({"duration": 60.0} | changes))


def known(simulation: Simulation) -> dict[int, Any]:
    choosing = simulation.machine.nodes["lb"].choosing
    assert choosing is not None
    return choosing.pins.known["users"]


def test_each_request_is_of_one_of_so_many() -> None:
    """12 000 requests of 300 users: all have come, and nobody else."""
    simulation = Simulation(crowded(300))
    simulation.advance(60.0)
    assert sorted(known(simulation)) == list(range(300))
    check(simulation.machine)


@pytest.mark.parametrize(("users", "rate"), [(5000, 50.0), (20_000, 200.0)])
def test_of_a_large_crowd_not_all_come(users: int, rate: float) -> None:
    """N users share λT requests: N (1 - e^(-λT/N)) of them have asked."""
    simulation = Simulation(crowded(users, rate=rate))
    simulation.advance(60.0)
    mean = users * (1.0 - 2.718281828 ** (-rate * 60.0 / users))
    assert len(known(simulation)) == pytest.approx(mean, rel=0.03)


def test_telling_users_apart_changes_nothing_where_nobody_looks() -> None:
    found: list[Result] = []
    for users in (0, 40):
        result = simulate(crowded(users, affinity="none"))
        found.append({key: value for key, value in result.items() if key != "design"})
    assert found[0] == found[1]


def test_more_or_fewer_users_while_it_runs() -> None:
    simulation = Simulation(crowded(10))
    for users in (10, 300, 20, 0, 50):
        simulation.follow(crowded(users))
        simulation.advance(simulation.now + 10.0)
        check(simulation.machine)
    result_of(simulation.machine, (), 0.0)
    assert set(known(simulation)) == set(range(300))

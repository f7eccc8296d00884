"""Which instances go when fewer are wanted (Kubernetes' ReplicaSet controller): who serves stays while others can go."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import PausePlan, StartPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, constant, event, exponential, link, plan, router, station

HOP = [link("users", "lb"), link("lb", "web")]


def ended(simulation: Simulation) -> Result:
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def farm(*events: Any, count: int = 4, **more: Any) -> Simulation:
    nodes = [
        client(rate=100.0),
        router("lb"),
        station("web", exponential(0.01), instances=count, workers=None, **more),
    ]
    return Simulation(plan(nodes, HOP, events=events, duration=100.0))


def numbers(simulation: Simulation) -> list[int]:
    return [int(pool.index) for pool in simulation.machine.nodes["web"].node.pools]


def states(simulation: Simulation) -> list[str]:
    return [each["state"] for each in ended(simulation)["nodes"]["web"]["instances"]][
        : len(numbers(simulation))
    ]


def failed(simulation: Simulation) -> int:
    return sum(ended(simulation)["clients"]["users"]["failed"].values())


@pytest.mark.parametrize("change", ["drain", "kill"])
def test_who_does_not_serve_goes_and_who_does_stays(change: str) -> None:
    """Of four, two are drained or dead: of two that are wanted both serve, and nothing fails from then on."""
    more = {"seconds": 30.0} if change == "drain" else {}
    away = event(10.0, 40.0, change, nodes=("web",), instances=2, **more)
    simulation = farm(away)
    simulation.advance(20.0)
    simulation.machine.scale("web", 2)
    simulation.advance(20.1)
    before = failed(simulation)
    simulation.advance(30.0)
    assert (numbers(simulation), states(simulation)) == ([2, 3], ["ready", "ready"])
    simulation.machine.scale("web", 4)
    simulation.advance(60.0)
    assert (numbers(simulation), states(simulation)) == ([2, 3, 4, 5], ["ready"] * 4)
    assert failed(simulation) == before


def test_the_dead_go_before_those_that_drain_and_among_equals_the_last() -> None:
    dead = event(10.0, 80.0, "kill", nodes=("web",), instances=1)
    away = event(10.0, 80.0, "drain", nodes=("web",), instances=3, seconds=90.0)
    simulation = farm(dead, away, count=5)
    simulation.advance(20.0)
    left = []
    for count in (4, 3, 2, 1):
        simulation.machine.scale("web", count)
        simulation.advance(simulation.machine.now + 1.0)
        left.append(numbers(simulation))
    assert left == [[1, 2, 3, 4], [1, 3, 4], [3, 4], [3]]


def test_where_all_serve_the_last_goes() -> None:
    simulation = farm()
    simulation.advance(10.0)
    simulation.machine.scale("web", 2)
    simulation.advance(11.0)
    assert numbers(simulation) == [0, 1]
    simulation.machine.scale("web", 3)
    simulation.advance(12.0)
    assert numbers(simulation) == [0, 1, 2]


def test_later_events_hit_the_first_that_there_are() -> None:
    """The first two have gone: what happens to two instances happens to those before the others."""
    dead = event(10.0, 20.0, "kill", nodes=("web",), instances=2)
    again = event(40.0, 10.0, "kill", nodes=("web",), instances=2)
    simulation = farm(dead, again)
    simulation.advance(20.0)
    simulation.machine.scale("web", 2)
    simulation.advance(35.0)
    simulation.machine.scale("web", 3)
    simulation.advance(45.0)
    assert states(simulation) == ["down", "down", "ready"]
    simulation.advance(55.0)
    assert states(simulation) == ["ready"] * 3


def test_who_is_left_pauses_still() -> None:
    """For 0.5 s of 1.5 s each, whoever has gone before it."""
    pauses = PausePlan(every=constant(1.0), length=constant(0.5))
    dead = event(10.0, 20.0, "kill", nodes=("web",), instances=1)
    simulation = farm(dead, count=2, pauses=pauses)
    simulation.advance(15.0)
    simulation.machine.scale("web", 1)
    simulation.advance(16.0)
    assert numbers(simulation) == [1]
    pool = simulation.machine.nodes["web"].node.pools[0]
    halted = 0
    for step in range(100):
        simulation.advance(20.0 + 0.1 * step)
        halted += bool(pool.halted)
    assert halted == pytest.approx(33, abs=4)


def test_who_comes_starts_and_serves_after_others_have_gone() -> None:
    dead = event(10.0, 50.0, "kill", nodes=("web",), instances=1)
    simulation = farm(dead, count=2, start=StartPlan(time=constant(2.0)))
    simulation.advance(15.0)
    simulation.machine.scale("web", 1)
    simulation.advance(20.0)
    simulation.machine.scale("web", 3)
    simulation.advance(21.0)
    assert numbers(simulation) == [1, 2, 3]
    simulation.advance(25.0)
    assert states(simulation) == ["ready"] * 3

"""Where changes meet what is under way: removed instances, lines that are kept, edited events."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, NodePlan, Plan
from engine.sim.invariants import check
from tests.helpers.plans import client, event, link, plan, request_class, station


def one_web(web: NodePlan, *events: EventPlan, rate: float = 50.0, **policy: object) -> Plan:
    return plan([client(rate=rate), web], [link("users", "web", **policy)], events=events)


@pytest.mark.parametrize("at", [9.9, 10.0, 10.1])
def test_an_event_that_is_added_and_removed_at_once_leaves_nothing(at: float) -> None:
    quiet = one_web(station("web", 0.01))
    simulation = Simulation(quiet)
    simulation.advance(10.0)
    simulation.follow(one_web(station("web", 0.01), event(at, 20.0, "kill", nodes=("web",))))
    simulation.follow(quiet)
    simulation.advance(20.0)
    assert not simulation.machine.nodes["web"].node.pools[0].down


def served(discipline: str, *events: EventPlan) -> list[float]:
    """When those came whom a lone worker of 1 s serves, one after the other."""
    times = tuple(1.0 + 0.125 * place for place in range(12))
    nodes = [client(process="trace", times=times), station("web", 1.0, discipline=discipline)]
    links = [link("users", "web", classes=(True,))]
    nodes.append(station("other", 1.0))
    simulation = Simulation(plan(nodes, links, events=events))
    order = []
    for second in range(12):
        simulation.advance(1.5 + second)
        jobs = simulation.machine.nodes["web"].node.pools[0].inside
        order += [job.arrived for job in jobs if job.stage == 1]
    return order


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "priority"])
def test_an_unrelated_change_keeps_the_line(discipline: str) -> None:
    other = event(3.2, 2.0, "set", replacement=station("other", 1.0, workers=3), nodes=("other",))
    assert served(discipline, other) == served(discipline)


def test_another_discipline_takes_those_who_wait_in_the_order_in_which_they_came() -> None:
    times = tuple(1.0 + 0.125 * place for place in range(8))
    last_first, first_first = (
        plan(
            [client(process="trace", times=times), station("web", 1.0, discipline=discipline)],
            [link("users", "web")],
            classes=(request_class(),),
        )
        for discipline in ("lifo", "fifo")
    )
    simulation = Simulation(last_first)
    simulation.advance(2.5)
    simulation.follow(first_first)
    simulation.advance(3.5)
    jobs = simulation.machine.nodes["web"].node.pools[0].inside
    assert [job.arrived for job in jobs if job.stage == 1] == [1.125]
    check(simulation.machine)

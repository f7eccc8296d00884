"""Waiting rooms: so many a second are let in, in order, and no ticket is lost."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.policy import Policy, Surroundings
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.waiting_room import WaitingRoom
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers.plans import client, constant, event, link, plan, station

SALE = ((0.0, 40.0), (59.99, 40.0), (60.0, 1000.0), (120.0, 1000.0), (120.01, 40.0))


def sale(*gates: Policy, timeout: float = 1e9, **changes: Any) -> Plan:
    """A shop of 200 rps, asked for 1000 of them for a minute."""
    return plan(
        [client(schedule=SALE), station("shop", constant(0.005), gates=gates)],
        [link("users", "shop", timeout=timeout)],
        **{"duration": 400.0} | changes,
    )


@pytest.mark.parametrize("rate", [100.0, 150.0])
@pytest.mark.parametrize("timeout", [1e9, 30.0])
def test_tickets_are_conserved_and_called_at_the_rate(rate: float, timeout: float) -> None:
    simulation = Simulation(sale(WaitingRoom(rate=rate), timeout=timeout))
    simulation.advance(61.0)
    node = simulation.machine.nodes["shop"]
    before = node.extra(simulation.now)["waiting_room.admitted"]
    for time in range(62, 122):
        simulation.advance(float(time))
        found = node.extra(simulation.now)
        tickets, admitted, left, waiting = (
            found[f"waiting_room.{name}"] for name in ("tickets", "admitted", "left", "waiting")
        )
        assert tickets == admitted + left + waiting
        assert (left > 0) == (time > 90.0 + 30.0 * rate / (1000.0 - rate) and timeout < 1e9)
        assert admitted - before == pytest.approx(rate * (time - 61.0), abs=2)
        check(simulation.machine)


def test_whoever_is_let_in_is_served_as_if_there_were_no_crowd() -> None:
    """The shop's own times stay as they are; the wait outside is the crowd over the rate."""
    result = plan_result(sale(WaitingRoom(rate=150.0), duration=700.0))
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(
        (60.0 * 1000.0 - 60.0 * 150.0) / 150.0, rel=0.02
    )
    assert result["clients"]["users"]["availability"] == 1.0


def plan_result(made: Plan) -> Any:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def test_it_closes_while_people_wait_and_a_rate_limit_may_stand_behind_it() -> None:
    """Whoever waits goes in when it is gone, and is refused by what stands behind it."""
    simulation = Simulation(sale(WaitingRoom(rate=50.0), RateLimit(rate=40.0, burst=1)))
    simulation.advance(80.0)
    check(simulation.machine)
    waiting = simulation.machine.nodes["shop"].extra(simulation.now)["waiting_room.waiting"]
    assert waiting > 15_000
    simulation.follow(sale(WaitingRoom(rate=75.0), RateLimit(rate=40.0, burst=1, delay=True)))
    simulation.advance(90.0)
    check(simulation.machine)
    simulation.follow(sale(WaitingRoom(rate=75.0), RateLimit(rate=40.0, burst=1)))
    simulation.follow(sale(RateLimit(rate=40.0, burst=1)))
    check(simulation.machine)
    simulation.advance(400.0)
    check(simulation.machine)
    assert simulation.machine.nodes["shop"].node.in_system < 5.0


def test_who_waits_for_an_instance_that_dies_leaves() -> None:
    kill = event(80.0, 5.0, "kill", nodes=("shop",))
    made = sale(WaitingRoom(rate=150.0), events=(kill,))
    found = plan_result(made)["nodes"]["shop"]["extra"]
    assert found["waiting_room"]["left"] > 10_000
    assert found["waiting_room"]["waiting"] < 5.0


def test_it_remarks_upon_a_rate_that_protects_nothing() -> None:
    where = Surroundings(offered=90.0, capacity=100.0, under_way=1.0, timeout=1.0)
    assert not WaitingRoom(rate=95.0).remarks(where)
    assert "fills all the time" in WaitingRoom(rate=80.0).remarks(where)[0]
    assert "protects nothing" in WaitingRoom(rate=120.0).remarks(where)[0]

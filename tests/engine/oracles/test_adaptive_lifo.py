"""Adaptive LIFO: first come, first served until somebody has waited too long, then last come."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.lane.agenda import Agenda
from engine.sim.lane.call import Call, Pool, Site
from engine.sim.lane.station.line import NEVER, AdaptiveLifo
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, exponential, link, plan, station


def kept(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def loaded(load: float, discipline: str, timeout: float = 0.5, **changes: Any) -> Plan:
    web = station("web", exponential(0.01), discipline=discipline, queue_limit=1000, **changes)
    users = client(rate=100.0 * load)
    return plan([users, web], [link("users", "web", timeout=timeout)], duration=600.0, warmup=60.0)


def test_while_nobody_waits_long_it_is_first_come() -> None:
    """The same requests have the same waits."""
    calm = [kept(loaded(0.5, order, lifo_after=5.0)) for order in ("fifo", "adaptive_lifo")]
    assert calm[0]["clients"] == calm[1]["clients"]


@pytest.mark.parametrize("load", [1.2, 2.0, 4.0])
def test_overloaded_it_serves_those_who_still_wait(load: float) -> None:
    """First come answers next to nobody in time, whatever the capacity; last come all that it can."""
    first = kept(loaded(load, "fifo"))["clients"]["users"]["goodput"]
    adaptive = kept(loaded(load, "adaptive_lifo"))["clients"]["users"]["goodput"]
    assert first < 10.0
    assert adaptive == pytest.approx(100.0, rel=0.1)


def test_the_order_by_hand() -> None:
    agenda = Agenda()
    site = Site("web", agenda)
    pool = Pool(site, 0)
    line = AdaptiveLifo(1.0, agenda)
    calls = []
    for place in range(4):
        call = Call(site, pool, None, 0, place)
        call.arrived = float(place)
        calls.append(call)
        line.push(call)
    agenda.now = 1.0
    assert line.pop() is calls[0]
    assert line.oldest() == 1.0
    agenda.now = 2.5
    assert line.pop() is calls[3]
    assert line.pop() is calls[2]
    assert line.pop() is calls[1]
    assert line.pop() is None
    assert line.oldest() == NEVER


def test_a_long_line_is_shortened_as_it_goes() -> None:
    agenda = Agenda()
    site = Site("web", agenda)
    pool = Pool(site, 0)
    line = AdaptiveLifo(1e9, agenda)
    calls = [Call(site, pool, None, 0, place) for place in range(10_000)]
    for call in calls:
        line.push(call)
    assert [line.pop() for _ in calls] == calls
    assert line.pop() is None
    line.push(calls[7])
    assert line.pop() is calls[7]


def test_orders_change_while_a_queue_stands() -> None:
    simulation = Simulation(loaded(2.0, "fifo"))
    orders = ["adaptive_lifo", "lifo", "ps", "fifo", "priority"]
    for time in range(1, 60):
        simulation.advance(float(time))
        simulation.follow(loaded(2.0, orders[time % 5], lifo_after=0.01 * time))
        check(simulation.machine)

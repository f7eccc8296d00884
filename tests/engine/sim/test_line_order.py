"""Whoever waits keeps the place in line that it took, whenever it came to the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.sim.lane.call import Call
from engine.sim.lane.codes import DEAD
from engine.sim.lane.station.cancellable import CancellableQueue
from engine.sim.lane.station.line import AdaptiveLifo, Fifo, Lifo, Line, Priority
from engine.sim.lane.station.queueing import Queueing
from engine.sim.machine import Machine
from tests.helpers.plans import client, link, plan, request_class, station

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool

LINES = ["fifo", "lifo", "priority", "adaptive_lifo", "cancellable"]
ARRIVED = [3.0, 1.0, 2.0, 5.0, 4.0]
"""When those came who line up one after the other: some have waited at a gate before, or for another part of a flow."""


def pool_of(machine: Machine) -> Pool:
    return machine.nodes["web"].node.pools[0]


def built() -> Machine:
    classes = (request_class("read"), request_class("write", priority=1))
    nodes = [client(mix=(0.5, 0.5)), station("web", [1.0, 1.0])]
    return Machine(plan(nodes, [link("users", "web", classes=(True, True))], classes=classes))


def line_of(name: str, pool: Pool) -> Line:
    lines: dict[str, Line] = {
        "fifo": Fifo(),
        "lifo": Lifo(),
        "priority": Priority([0, 1]),
        "adaptive_lifo": AdaptiveLifo(0.1, pool.site.agenda),
        "cancellable": CancellableQueue(Fifo(), pool),
    }
    return lines[name]


def lined_up(line: Line, pool: Pool) -> list[Call]:
    calls = []
    for place, arrived in enumerate(ARRIVED):
        call = Call(pool.site, pool, None, place % 2, place)
        call.arrived = arrived
        calls.append(call)
        line.push(call)
    return calls


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_emptied_in_the_order_in_which_it_was_joined(name: str) -> None:
    pool = pool_of(built())
    line = line_of(name, pool)
    calls = lined_up(line, pool)
    assert line.empty() == calls
    assert line.pop() is None


@pytest.mark.parametrize("name", LINES)
def test_another_order_of_service_takes_them_over_in_that_order(name: str) -> None:
    pool = pool_of(built())
    discipline = pool.discipline
    assert isinstance(discipline, Queueing)
    discipline.line = line_of(name, pool)
    calls = lined_up(discipline.line, pool)
    discipline.reline(Fifo())
    assert [discipline.line.pop() for _ in calls] == calls


@pytest.mark.parametrize("name", ["fifo", "lifo"])
def test_throwing_out_the_dead_leaves_the_others_where_they_are(name: str) -> None:
    pool = pool_of(built())
    line = CancellableQueue(line_of(name, pool), pool)
    calls = lined_up(line, pool)
    for place in range(200):
        call = Call(pool.site, pool, None, 0, place)
        call.stage = DEAD
        line.push(call)  # as many as that are thrown out
    order = [line.pop() for _ in calls]
    assert order == (calls if name == "fifo" else calls[::-1])

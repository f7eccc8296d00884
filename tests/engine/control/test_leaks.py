"""Leaks: memory and workers that an event takes away, and a restart gives back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.catalog import check
from engine.control.simulation import Simulation
from engine.model.files import from_raw
from engine.plan.primitives import INFINITE, EventPlan, MemoryPlan, Plan
from engine.sim.invariants import check as check_laws
from tests.helpers.plans import client, event, link, plan, simulate, station


def made(*events: EventPlan, discipline: Any = "fifo", **changes: Any) -> Plan:
    fields: dict[str, Any] = {"workers": 10, "discipline": discipline} | changes
    nodes = [client(rate=20.0), station("web", 0.1, **fields)]
    return plan(nodes, [link("users", "web")], events=events, duration=200.0)


def workers(simulation: Simulation) -> list[int]:
    return [int(pool.workers) for pool in simulation.machine.nodes["web"].node.pools]


@pytest.mark.parametrize("discipline", ["fifo", "ps", "lifo"])
def test_workers_leak_at_their_rate_until_a_restart(discipline: str) -> None:
    leak = event(10.0, 40.0, "leak", nodes=("web",), workers=0.2, instances=1)
    kill = event(100.0, 1.0, "kill", nodes=("web",))
    simulation = Simulation(made(leak, kill, discipline=discipline, instances=2))
    found = []
    for time in (10.0, 25.5, 60.0, 99.0, 102.0, 150.0):
        simulation.advance(time)
        check_laws(simulation.machine)
        found.append(workers(simulation))
    assert found == [[10, 10], [7, 10], [3, 10], [3, 10], [10, 10], [10, 10]]


def test_one_worker_always_stays_and_does_what_it_can() -> None:
    leak = EventPlan(at=0.0, end=INFINITE, change="leak", nodes=("web",), workers=5.0)
    result = simulate(made(leak, queue_limit=5))
    served = result["nodes"]["web"]["completed"]
    assert served == pytest.approx(200.0 * 10.0, rel=0.03)
    assert set(result["clients"]["users"]["failed"]) == {"queue_full"}


def test_an_edit_leaves_what_is_lost_lost() -> None:
    leak = event(0.0, 10.0, "leak", nodes=("web",), workers=0.5)
    design = made(leak)
    simulation = Simulation(design)
    simulation.advance(20.0)
    users, web = design.nodes
    larger = replace(web, station=replace(web.station, workers=20))
    simulation.follow(replace(design, nodes=(users, larger)))
    assert workers(simulation) == [16]


def test_a_leak_that_is_added_and_taken_back_at_once_loses_nothing() -> None:
    leak = event(0.0, 100.0, "leak", nodes=("web",), workers=0.5)
    simulation = Simulation(made())
    simulation.advance(10.0)
    simulation.follow(made(leak))
    simulation.follow(made())
    simulation.advance(20.0)
    assert workers(simulation) == [10]


def test_memory_leaks_beside_what_leaks_by_itself() -> None:
    memory = MemoryPlan(base=100.0, per_request=0.0, per_peer=0.0, leak=1.0, limit=1e9)
    leak = event(50.0, 100.0, "leak", nodes=("web",), bytes=9.0)
    used = simulate(made(leak, memory=memory))["nodes"]["web"]["extra"]["memory"]
    assert used == pytest.approx(100.0 + 200.0 + 900.0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "leaks nothing; write bytes or workers a second"),
        ({"workers": 0}, "leaks nothing"),
        ({"bytes": 1e6}, "Web has no memory that could leak"),
        ({"workers": 1}, ""),
    ],
)
def test_what_leaks_nothing_is_refused(fields: dict[str, Any], words: str) -> None:
    raw = {
        "windtunnel": 1,
        "nodes": [
            {"id": "users", "kind": "client"},
            {"id": "web", "kind": "service", "name": "Web"},
        ],
        "links": [{"id": "l", "source": "users", "target": "web"}],
        "scenario": {"events": [{"at": 1, "target": "web", "change": "leak"} | fields]},
    }
    found = [each.message for each in check(from_raw(raw)) if each.code == "bad-event"]
    assert len(found) == (1 if words else 0)
    assert all(words in each for each in found)

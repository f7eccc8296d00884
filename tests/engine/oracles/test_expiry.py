"""Sessions that all end at once: none is lost, everybody is logged out, and everybody begins anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.sim.invariants import check
from engine.sim.primitives.user_sessions import sessions_of
from engine.sim.report import result_of
from tests.engine.oracles.test_sessions import WHERE, extra, remembered
from tests.helpers.plans import closed, event, exponential, station


def ended(where: str, *times: float, **more: Any) -> Any:
    events = tuple(event(time, 0.0, "expire", nodes=("web",)) for time in times)
    affinity = "session" if where == "memory" else "none"
    return remembered(where, affinity=affinity, events=events, **more)


@pytest.mark.parametrize("users", [500, 120])
@pytest.mark.parametrize("where", WHERE)
def test_all_that_live_end_and_begin_again(where: str, users: int) -> None:
    """Half a minute is enough for everybody to come back: each user once more, and none twice."""
    crowd = closed("users", users, exponential(1.0))
    simulation = Simulation(ended(where, 30.0, users=crowd))
    simulation.advance(30.0)
    table = sessions_of(simulation.machine.nodes["web"])
    assert table is not None
    live = int(table.ledger.live)
    simulation.advance(30.0 + 1e-9)
    check(simulation.machine)
    assert table.ledger.live == 0
    assert table.ledger.ended == live == users
    simulation.advance(60.0)
    check(simulation.machine)
    found = extra(result_of(simulation.machine, (), 0.0))
    on_the_way = 1 if where == "store" else 0  # who was answered by the store, and writes back
    assert found["sessions_lost"] == 0
    assert found["sessions_ended"] == users
    assert found["logged_out"] == pytest.approx(users, abs=3 * on_the_way)
    assert found["sessions_begun"] == found["sessions_live"] + found["sessions_ended"]
    assert found["sessions_live"] == users


@pytest.mark.parametrize("where", WHERE)
def test_sessions_end_again_and_again(where: str) -> None:
    """While instances die and come back: what began is live, has ended or is lost, all the while."""
    times = [0.5 * turn for turn in range(1, 40)]
    kill = event(5.0, 3.0, "kill", nodes=("web",), instances=2)
    made = ended(where, *times, settings={"idle_ttl": 2.0})
    made = replace(made, events=(*made.events, kill))
    simulation = Simulation(made)
    for turn in range(1, 30):
        simulation.advance(0.7 * turn)
        check(simulation.machine)


def test_a_store_that_has_no_say_forgets_them_as_well() -> None:
    made = ended("store", 30.0, kept=station("kv", 0.002, workers=None))
    simulation = Simulation(made)
    simulation.advance(60.0)
    check(simulation.machine)
    found = extra(result_of(simulation.machine, (), 0.0))
    assert found["logged_out"] == pytest.approx(500, abs=5)
    assert found["sessions_lost"] == 0

"""Instances that are taken away (COURSE 7.1): cut, or drained, by requests and by connections."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import INFINITE, ConnectionPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, closed, exponential, link, plan, router, station


def ended(simulation: Simulation) -> Result:
    return result_of(simulation.machine, (), 0.0)


def shrinking(rate: float, count: int, inside: float, drain: float) -> dict[str, int]:
    """Failures of a farm that loses one instance after the other, each time the last."""
    nodes = [
        client(rate=rate),
        router("lb"),
        station("web", exponential(inside), instances=count, workers=None, drain=drain),
    ]
    simulation = Simulation(plan(nodes, [link("users", "lb"), link("lb", "web")]))
    simulation.advance(10.0)
    for _ in range(40):
        simulation.machine.scale("web", count - 1)
        simulation.advance(simulation.machine.now + 5.0 * inside)
        simulation.machine.scale("web", count)
        simulation.advance(simulation.machine.now + 5.0 * inside)
        check(simulation.machine)
    return dict(ended(simulation)["clients"]["users"]["failed"])


@pytest.mark.parametrize(("rate", "count", "inside"), [(200.0, 4, 0.1), (100.0, 2, 0.25)])
def test_cut_off_requests_are_those_inside(rate: float, count: int, inside: float) -> None:
    """Little: (rate / n) W are inside of each; with draining none fails."""
    failed = shrinking(rate, count, inside, 0.0)
    expected = 40 * rate / count * inside
    assert failed["crashed"] == pytest.approx(expected, abs=3.0 * expected**0.5)
    assert shrinking(rate, count, inside, INFINITE) == {}


def test_what_takes_longer_than_draining_is_cut() -> None:
    """Of exponential times with mean W a share exp(-t/W) is left after t."""
    failed = shrinking(200.0, 2, 0.2, 0.2)["crashed"]
    expected = 40 * 200.0 / 2 * 0.2 * 0.3679
    assert failed == pytest.approx(expected, abs=3.0 * expected**0.5)


def connected(layer: Any, drain: float, idle: float = INFINITE) -> Simulation:
    """Sixty users, each with a connection, over three servers; the third is taken away at 10 s."""
    rules = ConnectionPlan(round_trips=1, per="user", idle=idle)
    nodes = [
        closed("users", 60, exponential(0.5)),
        router("lb", layer=layer),
        station("web", 0.01, instances=3, workers=None, drain=drain),
    ]
    links = [link("users", "lb", connection=rules), link("lb", "web")]
    simulation = Simulation(plan(nodes, links))
    simulation.advance(10.0)
    simulation.machine.scale("web", 2)
    return simulation


def states(simulation: Simulation) -> list[tuple[str, int]]:
    rows = ended(simulation)["nodes"]["web"]["instances"]
    return [(each["state"], each["arrivals"]) for each in rows]


def test_connections_live_on_while_their_server_drains() -> None:
    """Layer 4: what is connected stays, for good where nothing ends it; layer 7 sends nothing there."""
    simulation = connected(4, INFINITE)
    before = states(simulation)[2][1]
    simulation.advance(40.0)
    state, arrivals = states(simulation)[2]
    assert state == "draining"
    assert arrivals > 3 * before
    assert ended(simulation)["clients"]["users"]["failed"] == {}
    check(simulation.machine)
    requests = connected(7, INFINITE)
    before = states(requests)[2][1]
    requests.advance(40.0)
    assert states(requests)[2] in (("gone", before), ("draining", before))


def test_connections_are_closed_when_the_time_to_drain_is_up() -> None:
    simulation = connected(4, 20.0)
    simulation.advance(29.9)
    assert states(simulation)[2][0] == "draining"
    opened = ended(simulation)["links"]["users-lb"]["extra"]["connections_opened"]
    assert opened == pytest.approx(60, abs=1)
    simulation.advance(60.0)
    assert states(simulation)[2][0] == "gone"
    extra = ended(simulation)["links"]["users-lb"]["extra"]
    assert extra["connections_opened"] == pytest.approx(80, abs=1)
    assert extra["connections"] == pytest.approx(60, abs=1)
    failed = ended(simulation)["clients"]["users"]["failed"]
    assert sum(failed.values()) <= 3, "only what was inside at that moment"
    check(simulation.machine)


def test_idle_connections_end_draining() -> None:
    """Whoever thinks for longer than the idle timeout comes back over another connection, to another server."""
    simulation = connected(4, INFINITE, idle=1.0)
    simulation.advance(60.0)
    assert states(simulation)[2][0] == "gone"
    assert ended(simulation)["clients"]["users"]["failed"] == {}

"""Reconnect storms: everybody has lost a connection at once, and each handshake costs the server work."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan, EncryptionPlan, Plan, ReconnectPlan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    closed,
    event,
    exponential,
    link,
    plan,
    router,
    simulate,
    station,
)

RSA = 0.35e-3
ONE_WAY = 0.01
DIES = 40.0


def pushing(users: int, reconnect: ReconnectPlan | None, **changes: Any) -> Plan:
    """Users who hold a connection each; the server dies, and is back soon."""
    rules = ConnectionPlan(round_trips=2, per="user", reconnect=reconnect)
    tls = EncryptionPlan(handshake=changes.pop("handshake", RSA))
    down = changes.pop("down", 1.0)
    path = link("users", "web", delay=ONE_WAY, connection=rules, encryption=tls)
    nodes = [
        closed("users", users, exponential(changes.pop("think", 10.0))),
        station("web", 0.0005, **({"workers": 1} | changes)),
    ]
    kill = event(DIES, down, "kill", nodes=("web",))
    return plan(nodes, [path], duration=70.0, events=(kill,))


def extra(result: Result, name: str = "users-web") -> dict[str, float]:
    return dict(result["links"][name]["extra"])


def at(made: Plan, *times: float) -> list[Result]:
    """Results at some times, each over all before; every invariant holds."""
    simulation = Simulation(made)
    found = []
    for time in times:
        simulation.advance(time)
        check(simulation.machine)
        found.append(result_of(simulation.machine, (), 0.0))
    return found


def test_everybody_is_back_at_once_without_jitter() -> None:
    """Two seconds later: two round trips, and then the handshakes one after the other."""
    wait = 2.0
    made = pushing(400, ReconnectPlan(base=wait, jitter="none"))
    start = DIES + wait + 4 * ONE_WAY
    held, first = at(made, DIES - 0.01, start - 1e-4)
    count = extra(first)["reconnects"]
    assert count + extra(first)["connections_opened"] > extra(held)["connections"]
    assert count > 300
    whole = count * RSA
    first, half, after = at(made, start - 1e-4, start + whole / 2, start + 1.5 * whole)
    spans = (start - 1e-4, start + whole / 2)
    busy = [
        each["nodes"]["web"]["utilization"] * span
        for each, span in zip((first, half), spans, strict=True)
    ]
    assert busy[1] - busy[0] == pytest.approx(whole / 2, rel=0.03), "busy all the time"
    assert after["nodes"]["web"]["queue"] <= 1
    assert extra(after)["connections"] >= extra(held)["connections"]


@pytest.mark.parametrize(("users", "spread"), [(1200, 4.0), (900, 2.0)])
def test_jitter_spreads_the_handshakes(users: int, spread: float) -> None:
    """Utilization rises by connections a second times the cost of a handshake, for as long as the wait.

    A user is back after a uniform time, or with its next request, whichever is first.
    """
    think = 10.0
    made = pushing(users, ReconnectPlan(base=spread, jitter="full"), down=0.001, think=think)
    begin, end = DIES + 0.5, DIES + spread - 0.1
    held, first, second = at(made, DIES - 1e-3, begin, end)

    def absent(span: float) -> float:
        return (1.0 - span / spread) * math.exp(-span / think)

    opened = extra(second)["connections_opened"] - extra(first)["connections_opened"]
    share = absent(begin - DIES) - absent(end - DIES)
    expected = extra(held)["connections"] * share
    assert opened == pytest.approx(expected, abs=3.5 * math.sqrt(expected * (1.0 - share)) + 5)
    work = [
        each["nodes"]["web"]["utilization"] * time for each, time in ((first, begin), (second, end))
    ]
    asked = second["nodes"]["web"]["completed"] - first["nodes"]["web"]["completed"]
    assert work[1] - work[0] == pytest.approx(opened * RSA + asked * 0.0005, rel=0.05)


def test_a_handshake_is_paid_once() -> None:
    """All work of a run: requests, and a handshake for each connection that stood, set up with or without a request."""
    made = pushing(300, ReconnectPlan(base=3.0))
    result = simulate(made)
    edge, web = extra(result), result["nodes"]["web"]
    opened = edge["connections_opened"]
    work = web["utilization"] * 70.0
    assert 580 <= opened <= 600
    assert work == pytest.approx(web["completed"] * 0.0005 + opened * RSA, rel=0.01)


def test_who_is_refused_tries_again_later() -> None:
    """The server is down for a second, and the first waits are half a second: all are refused, and come again."""
    made = pushing(200, ReconnectPlan(base=0.5, factor=4.0, jitter="none"), think=1e4)
    simulation = Simulation(made)
    simulation.advance(39.0)
    held = extra(result_of(simulation.machine, (), 0.0))["connections"]
    simulation.advance(70.0)
    found = extra(result_of(simulation.machine, (), 0.0))
    assert held > 0
    assert found["reconnects"] == pytest.approx(2 * held, abs=2)
    assert found["connections"] >= held


def test_a_bounded_line_refuses_handshakes_that_come_again() -> None:
    """Places for ten: a storm is cut into slices, and everybody is back in the end."""
    made = pushing(300, ReconnectPlan(base=2.0, jitter="equal"), queue_limit=10, handshake=0.02)
    result = simulate(made)
    assert extra(result)["connections"] == pytest.approx(300, abs=3)
    assert extra(result)["reconnects"] > 300


def test_nobody_comes_back_by_itself_where_that_is_off() -> None:
    result = simulate(pushing(200, None))
    assert "reconnects" not in extra(result)


def test_behind_layer_4_whoever_was_led_to_the_dead_connects_anew() -> None:
    rules = ConnectionPlan(
        round_trips=1, per="user", reconnect=ReconnectPlan(base=0.5, jitter="full")
    )
    nodes = [
        closed("users", 90, exponential(5.0)),
        router("lb", layer=4),
        station("web", 0.001, instances=3, workers=4),
    ]
    links = [link("users", "lb", connection=rules), link("lb", "web")]
    kill = event(60.0, 5.0, "kill", nodes=("web",), instances=1)
    before, dead, after = at(plan(nodes, links, duration=100.0, events=(kill,)), 59.9, 60.001, 62.0)
    assert extra(before, "users-lb")["connections"] == 90
    assert extra(dead, "users-lb")["connections"] == pytest.approx(60, abs=3)
    assert extra(after, "users-lb")["connections"] == 90
    assert extra(after, "users-lb")["reconnects"] == pytest.approx(30, abs=4)

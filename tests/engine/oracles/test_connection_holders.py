"""Who holds a connection, when either side closes it, and what that costs (COURSE: connections as objects)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan, EncryptionPlan, Plan
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    closed,
    constant,
    event,
    exponential,
    link,
    plan,
    retry,
    simulate,
    station,
)

RSA = 0.35e-3


def held(users: int, per: Any, **changes: Any) -> Plan:
    """A population whose users ask every ten seconds over TLS; an RSA handshake for each connection."""
    rules = ConnectionPlan(round_trips=2, per=per)
    path = link(
        "users", "web", delay=0.02, connection=rules, encryption=EncryptionPlan(handshake=RSA)
    )
    nodes = [closed("users", users, exponential(10.0)), station("web", 0.001, workers=2)]
    return plan(nodes, [path], **({"duration": 100.0} | changes))


def extra(result: Result, name: str = "users-web") -> dict[str, float]:
    return dict(result["links"][name]["extra"])


@pytest.mark.parametrize("users", [40, 300])
def test_each_user_holds_a_connection_of_its_own(users: int) -> None:
    own = extra(simulate(held(users, "user")))
    assert own["connections"] == own["connections_opened"] == pytest.approx(users, rel=0.02)
    shared = extra(simulate(held(users, "caller")))
    assert shared["connections"] < users / 4


def test_a_restart_costs_each_user_a_handshake() -> None:
    """Real servers: a thousand connections before, as many handshakes after."""
    users = 300
    kill = event(60.0, 0.2, "kill", nodes=("web",))
    found = simulate(replace(held(users, "user", duration=160.0), events=(kill,)))
    failed = found["clients"]["users"]["failed"].get("unavailable", 0)
    assert failed < 0.05 * users
    assert extra(found)["connections"] == users
    # Few did not come before the restart.
    assert extra(found)["connections_opened"] == pytest.approx(2 * users, abs=3)


def test_handshakes_of_users_take_their_share_of_the_workers() -> None:
    """Utilization rises by handshakes a second times their cost, here one a request."""
    made = held(200, "user", duration=100.0)
    [path] = made.links
    rules = replace(path.connection, requests=1)  # type: ignore[type-var]
    found = simulate(replace(made, links=(replace(path, connection=rules),)))
    rate = found["links"]["users-web"]["attempts"] / 100.0
    assert extra(found)["connections_opened"] == pytest.approx(100.0 * rate, abs=2)
    expected = rate * (0.001 + RSA) / 2.0
    assert found["nodes"]["web"]["utilization"] == pytest.approx(expected, rel=1e-3)


def test_the_limit_is_that_of_each_user() -> None:
    """Browsers: six connections each, so that a page of thirty takes five rounds, whoever else loads one."""
    rules = ConnectionPlan(round_trips=0, connections=1, per="user")
    nodes = [closed("users", 50, constant(0.0)), station("web", 0.5, workers=None)]
    made = plan(nodes, [link("users", "web", connection=rules)], duration=10.1)
    assert simulate(made)["clients"]["users"]["latency"]["max"] == pytest.approx(0.5)
    shared = replace(rules, per="caller")
    one = replace(made, links=(link("users", "web", connection=shared),))
    assert simulate(one)["clients"]["users"]["succeeded"] == 20


def test_visitors_take_their_connections_with_them_when_these_are_idle() -> None:
    """Little: connections that stand are sessions a second times how long each lasts, its idle time included."""
    rules = ConnectionPlan(round_trips=0, per="user", idle=5.0)
    nodes = [client(rate=8.0, known_users=1_000_000), station("web", 0.0, workers=None)]
    made = plan(nodes, [link("users", "web", connection=rules)], duration=200.0)
    simulation = Simulation(made)
    seen = []
    for step in range(20, 200):
        simulation.advance(float(step))
        seen.append(extra(result_of(simulation.machine, (), 0.0))["connections"])
    assert sum(seen) / len(seen) == pytest.approx(8.0 * 5.0, rel=0.1)


def test_who_asks_once_and_never_again_closes_its_connection() -> None:
    rules = ConnectionPlan(round_trips=1, per="user")
    nodes = [client(rate=50.0), station("web", 0.001)]
    found = simulate(plan(nodes, [link("users", "web", connection=rules)], duration=20.0))
    assert extra(found)["connections"] <= 1
    assert extra(found)["connections_opened"] == found["links"]["users-web"]["attempts"]


def race(gap_rate: float, server: float, own: float, one_way: float, **changes: Any) -> Result:
    """Users who each hold a connection and think for exponential times; the server closes it after a while."""
    rules = ConnectionPlan(round_trips=1, per="user", idle=own, server_idle=server)
    path = link("users", "web", delay=one_way, connection=rules, **changes)
    nodes = [
        closed("users", 100, exponential(1.0 / gap_rate)),
        station("web", 0.0, workers=None),
    ]
    return simulate(plan(nodes, [path], duration=150.0))


@pytest.mark.parametrize(
    ("rate", "server", "own", "one_way"),
    [(1.0, 1.0, 60.0, 0.05), (0.5, 2.0, 60.0, 0.02), (2.0, 0.4, 0.35, 0.05)],
)
def test_what_is_sent_while_the_server_closes_fails(
    rate: float, server: float, own: float, one_way: float
) -> None:
    """The race behind a proxy's 502: P(T - 2d < gap < T) for gaps at a rate, as far as the caller keeps on.

    The server has been idle since it sent the answer, which is a delay d before the caller has it, and closes
    T later. What arrives after that was sent less than d before: a gap, from answer to request, of more than
    T - 2d. The caller hears of it d after the closing, which is a gap of T. After a failure the connection is a
    new one, which nobody has closed yet: of all attempts p / (1 + p) fail.
    """
    found = race(rate, server, own, one_way)
    edge = found["links"]["users-web"]
    lost = math.exp(-rate * (server - 2.0 * one_way)) - math.exp(-rate * min(server, own))
    fails = lost / (1.0 + lost)
    count = edge["attempts"]
    margin = 3.0 * math.sqrt(count * fails)
    assert edge["failed"]["network"] == pytest.approx(count * fails, abs=margin)
    assert edge["extra"]["connection_resets"] == pytest.approx(edge["failed"]["network"], abs=3)
    assert found["nodes"]["web"]["arrivals"] == pytest.approx(edge["succeeded"], abs=20)


@pytest.mark.parametrize(("server", "one_way"), [(1.0, 0.05), (0.3, 0.02)])
def test_a_caller_that_closes_first_never_loses_the_race(server: float, one_way: float) -> None:
    edge = race(1.0, server, server - 2.0 * one_way - 0.01, one_way)["links"]["users-web"]
    assert edge["failed"] == {}
    assert edge["extra"]["connection_resets"] == 0


def test_a_retry_hides_the_race() -> None:
    found = race(1.0, 1.0, 60.0, 0.05, retry=retry(2))
    assert found["links"]["users-web"]["failed"]["network"] > 50
    assert found["clients"]["users"]["failed"] == {}


def test_the_failure_is_known_when_the_closing_is() -> None:
    """Idle since 1.1 (d = .05): closed at 2.05, sent at 2.02, heard at 2.1."""
    rules = ConnectionPlan(round_trips=0, server_idle=1.0)
    nodes = [client(process="trace", times=(1.0, 2.02)), station("web", 0.0, workers=None)]
    made = plan(nodes, [link("users", "web", delay=0.05, connection=rules)])
    found = simulate(made)["clients"]["users"]
    assert found["failed"] == {"network": 1}
    assert found["latency_all"]["max"] == pytest.approx(0.1, rel=0.02)
    assert found["latency_all"]["mean"] * 2.0 == pytest.approx(0.1 + 0.08, rel=0.02)

"""Connections: set-up, keeping alive, limits, waiting for one, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import (
    INFINITE,
    ConnectionPlan,
    EncryptionPlan,
    Plan,
)
from engine.sim.report import result_of
from tests.helpers.plans import (
    client,
    event,
    link,
    plan,
    request_class,
    retry,
    simulate,
    station,
)

ONE_WAY = 0.05
RTT = 2 * ONE_WAY


def connected(**changes: Any) -> ConnectionPlan:
    return ConnectionPlan(**{"round_trips": 2} | changes)


def calls(times: list[float], connection: ConnectionPlan | None, **changes: Any) -> Plan:
    """Requests at some times over one link with a round trip of 100 ms; they take no work."""
    path = {"delay": ONE_WAY, "connection": connection} | changes
    nodes = [client(process="trace", times=tuple(times)), station("web", 0.0, workers=None)]
    return plan(nodes, [link("users", "web", **path)], duration=200.0)


def latency(made: Plan, figure: str = "max") -> float:
    return float(simulate(made)["clients"]["users"]["latency"][figure])


def extra(made: Plan) -> dict[str, float]:
    return dict(simulate(made)["links"]["users-web"]["extra"])


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
def test_a_new_connection_takes_its_round_trips_before_the_first_request(rounds: int) -> None:
    first = latency(calls([1.0], connected(round_trips=rounds)))
    assert first == pytest.approx((rounds + 1) * RTT, abs=1e-9)


def test_a_kept_connection_takes_none() -> None:
    made = simulate(calls([1.0, 2.0], connected()))
    assert made["clients"]["users"]["latency"]["max"] == pytest.approx(3 * RTT)
    assert made["clients"]["users"]["latency"]["mean"] == pytest.approx(2 * RTT)
    assert made["links"]["users-web"]["extra"]["connections_opened"] == 1
    assert made["links"]["users-web"]["extra"]["connection_wait"] == pytest.approx(RTT)


def test_a_connection_is_closed_after_its_requests() -> None:
    made = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert extra(calls(made, connected(requests=2)))["connections_opened"] == 3


def test_a_connection_is_closed_when_it_was_idle_for_too_long() -> None:
    found = extra(calls([1.0, 2.0, 10.0], connected(idle=5.0)))
    assert found["connections_opened"] == 2
    assert found["connections"] == 0
    assert extra(calls([1.0, 2.0, 10.0], connected(idle=9.0)))["connections_opened"] == 1


def test_waiting_for_a_connection_counts_against_the_timeout() -> None:
    made = simulate(calls([1.0] * 3, connected(round_trips=0, connections=1), timeout=0.15))
    assert made["clients"]["users"]["succeeded"] == 1
    assert made["clients"]["users"]["failed"] == {"timeout": 2}
    assert made["nodes"]["web"]["arrivals"] == 2, "the last was given up in the line"


def test_giving_up_closes_a_connection_without_streams_only() -> None:
    nodes = [client(process="trace", times=(1.0, 2.0)), station("web", 0.5)]
    for streams, opened in ((1, 2), (100, 1)):
        rules = connected(streams=streams)
        links = [link("users", "web", delay=ONE_WAY, connection=rules, timeout=0.4)]
        made = simulate(plan(nodes, links))["links"]["users-web"]
        assert made["failed"] == {"timeout": 2}
        assert made["extra"]["connections_opened"] == opened


@pytest.mark.parametrize(("streams", "connections", "opened"), [(1, 6, 6), (10, 6, 3), (10, 2, 2)])
def test_calls_at_once_open_as_many_connections_as_they_need(
    streams: int, connections: int, opened: int
) -> None:
    rules = connected(streams=streams, connections=connections)
    assert extra(calls([1.0] * 30, rules))["connections_opened"] == opened


def test_an_idle_connection_serves_who_waits_for_a_new_one() -> None:
    # The second waits 3 round trips for a connection of its own, but the first is done before.
    rules = connected(round_trips=3)
    made = simulate(calls([1.0, 1.35], rules))
    assert made["clients"]["users"]["latency"]["mean"] * 2 == pytest.approx(4 * RTT + 0.05 + RTT)
    assert made["links"]["users-web"]["extra"]["connections"] == 2


def test_a_dead_instance_refuses_within_a_round_trip_and_is_connected_anew() -> None:
    made = calls([1.0, 6.0, 11.0, 12.0], connected())
    killed = replace(made, events=(event(5.0, 5.0, "kill", nodes=("web",)),))
    found = simulate(killed)
    assert found["clients"]["users"]["failed"] == {"unavailable": 1}
    assert found["clients"]["users"]["succeeded"] == 3
    assert found["links"]["users-web"]["extra"]["connections_opened"] == 2
    assert found["nodes"]["web"]["arrivals"] == 3, "the refused connection carried nothing"


def test_calls_on_a_connection_fail_with_their_instance() -> None:
    nodes = [client(process="trace", times=(1.0,)), station("web", 3.0)]
    links = [link("users", "web", delay=ONE_WAY, connection=connected(), retry=retry(2, base=2.0))]
    kill = event(2.0, 1.0, "kill", nodes=("web",))
    found = simulate(plan(nodes, links, events=(kill,)))["links"]["users-web"]
    assert found["failed"] == {"crashed": 1}
    assert found["succeeded"] == 1
    assert found["extra"]["connections_opened"] == 2


def test_a_partition_breaks_the_connections_in_use_and_fails_new_ones() -> None:
    cut = event(5.0, 10.0, "partition", links=("users-web",))
    idle = calls([1.0, 30.0], connected())
    kept = simulate(replace(idle, events=(cut,)))
    assert kept["links"]["users-web"]["extra"]["connections_opened"] == 1, "nobody noticed"
    used = calls([1.0, 6.0, 30.0], connected())
    broken = simulate(replace(used, events=(cut,)))
    assert broken["links"]["users-web"]["extra"]["connections_opened"] == 2
    assert broken["clients"]["users"]["failed"] == {"network": 1}
    fresh = calls([6.0, 6.0, 6.0], connected(connections=1))
    failed = simulate(replace(fresh, events=(cut,)))
    assert failed["links"]["users-web"]["failed"] == {"network": 1}
    assert failed["clients"]["users"]["succeeded"] == 2, "the cut is over before the second set-up"


def test_settings_change_while_calls_wait() -> None:
    before = calls([1.0] * 4, connected(round_trips=0, connections=1))
    simulation = Simulation(before)
    simulation.advance(1.01)
    link_part = simulation.machine.links["users-web"]
    assert link_part.extra(1.01)["waiting"] == 3
    simulation.follow(_changed(before, connected(round_trips=0, connections=4)))
    simulation.advance(1.02)
    assert link_part.extra(1.02)["waiting"] == 0
    simulation.follow(_changed(before, None))
    simulation.advance(3.0)
    found = result_of(simulation.machine, (), 0.0)
    assert found["clients"]["users"]["succeeded"] == 4
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(0.01 + RTT)


def test_turning_connections_off_still_serves_who_waits() -> None:
    before = calls([1.0] * 4, connected(round_trips=0, connections=1))
    simulation = Simulation(before)
    simulation.advance(1.01)
    simulation.follow(_changed(before, None))
    simulation.advance(3.0)
    found = result_of(simulation.machine, (), 0.0)
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(4 * RTT)
    assert "extra" not in found["links"]["users-web"]


def test_a_link_that_asks_for_nothing_has_no_network() -> None:
    simulation = Simulation(calls([1.0], None))
    made = simulation.machine.links["users-web"].link
    assert made.network is None
    assert made.fixed == ONE_WAY
    simulation.follow(calls([1.0], connected()))
    assert made.network is not None
    simulation.follow(calls([1.0], None))
    assert (made.network, made.fixed) == (None, ONE_WAY)


def test_encryption_alone_does_not_hold_lossy_transfers_up() -> None:
    kinds = (request_class(response_bytes=1e6),)
    free = EncryptionPlan()
    made = replace(calls([1.0], None, loss=1e-9, encryption=free), classes=kinds)
    assert latency(made) == pytest.approx(RTT)
    held = replace(calls([1.0], None, loss=1e-2, encryption=free, bandwidth=1e15), classes=kinds)
    assert latency(held) > 20 * RTT


def test_everything_off_is_the_same_as_nothing_set() -> None:
    nodes = [client(rate=50.0), station("web", 0.01)]
    path = link("users", "web", delay=ONE_WAY, loss=0.1)
    free = link(
        "users",
        "web",
        delay=ONE_WAY,
        loss=0.1,
        connection=connected(round_trips=0, ordered=False, idle=INFINITE),
    )
    plain = simulate(plan(nodes, [path], classes=_small()))
    open_always = simulate(plan(nodes, [free], classes=_small()))
    for section in ("clients", "nodes"):
        assert plain[section] == open_always[section]


def _small() -> Any:
    return (request_class(request_bytes=0.0, response_bytes=0.0),)


def _changed(made: Plan, connection: ConnectionPlan | None) -> Plan:
    [old] = made.links
    return replace(made, links=(replace(old, connection=connection),))

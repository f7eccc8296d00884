"""Closed networks: against mean value analysis by hand, laws that always hold, and limits."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.plan.queueing.closed import Queue, bounds_of, solve
from tests.helpers import theory

RELAXED = settings(max_examples=60, deadline=None, derandomize=True)
queues = st.lists(
    st.builds(
        Queue,
        demand=st.floats(0.001, 1.0),
        servers=st.integers(1, 6),
        copies=st.integers(1, 3),
    ),
    min_size=1,
    max_size=5,
)


@RELAXED
@given(queues, st.integers(1, 300), st.floats(0.0, 10.0))
@example([Queue(1.0)], 2, 5e-324)
def test_laws_that_always_hold(stations: list[Queue], users: int, think: float) -> None:
    found = solve(users, think, stations)
    bounds = bounds_of(users, think, stations)
    assert found.throughput <= bounds.throughput * (1 + 1e-9)
    assert found.throughput * (found.response + think) == pytest.approx(users, rel=1e-6)
    for station, time in zip(stations, found.times, strict=True):
        assert time >= station.demand * station.copies * (1 - 1e-9)
        assert found.throughput * station.demand <= station.servers * (1 + 1e-9)


@RELAXED
@given(queues, st.integers(1, 100), st.floats(0.0, 10.0))
def test_waits_agree_with_times(stations: list[Queue], users: int, think: float) -> None:
    """What a visit waits, by the arrival theorem, plus its work is the time there, by Little."""
    found = solve(users, think, stations)
    for station, time, wait in zip(stations, found.times, found.waits, strict=True):
        assert station.copies * station.demand * (1 + wait.mean) == pytest.approx(time, rel=1e-6)
        assert 0.0 <= wait.chance <= 1.0


@pytest.mark.parametrize("users", [1, 7, 60, 300])
def test_single_servers_by_mean_value_analysis(users: int) -> None:
    demands = (0.004, 0.011, 0.002, 0.0105)
    throughput, response = theory.closed_network(users, 0.3, demands)
    found = solve(users, 0.3, [Queue(demand) for demand in demands])
    assert found.exact
    assert found.throughput == pytest.approx(throughput)
    assert found.response == pytest.approx(response)


def test_copies_are_so_many_stations() -> None:
    together = solve(30, 0.5, [Queue(0.02, servers=2, copies=3), Queue(0.01)])
    apart = solve(30, 0.5, [Queue(0.02, servers=2)] * 3 + [Queue(0.01)])
    assert together.throughput == pytest.approx(apart.throughput)
    assert together.times[0] == pytest.approx(sum(apart.times[:3]))


def test_several_servers_are_a_machine_repair_shop() -> None:
    """N users, c servers and exponential thinking: birth and death."""
    users, servers, think, work = 12, 3, 1.0, 0.4
    states = [1.0]
    for inside in range(1, users + 1):
        states.append(states[-1] * (users - inside + 1) / think * work / min(inside, servers))
    busy = sum(min(n, servers) * state for n, state in enumerate(states)) / sum(states)
    assert solve(users, think, [Queue(work, servers)]).throughput == pytest.approx(busy / work)


def test_a_large_population_is_approximated() -> None:
    stations = [Queue(0.02, servers=4), Queue(0.004), Queue(0.01, copies=2)]
    exact, many = solve(400, 1.0, stations), solve(401, 1.0, stations)
    assert exact.exact
    assert not many.exact
    assert many.throughput == pytest.approx(exact.throughput, rel=0.02)
    assert solve(1_000_000, 1.0, stations).throughput == pytest.approx(100.0, rel=1e-3)


def test_nobody_and_nothing() -> None:
    assert solve(0, 1.0, [Queue(0.1)]).throughput == 0.0
    assert solve(5, 2.0, []).throughput == 2.5
    assert solve(5, 2.0, [Queue(0.0)]).times == (0.0,)

"""Traffic: rates, schedules, traces, populations, and the dial that scales them."""

from __future__ import annotations

import itertools
import statistics
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import CrowdPlan, Plan, SessionPlan
from engine.sim.invariants import check
from engine.sim.lane.roles.store import StoreRole
from engine.sim.machine import Machine
from tests.helpers.plans import (
    cache,
    client,
    closed,
    constant,
    link,
    plan,
    request_class,
    station,
)


def machine_of(**traffic: object) -> Machine:
    return Machine(design(**traffic))


def design(**traffic: object) -> Plan:
    nodes = [client(**traffic), station("web", 0.0, workers=None)]
    return plan(nodes, [link("users", "web")])


def arrivals(machine: Machine, until: float, step: float = 0.001) -> list[float]:
    """When requests began, to within a step."""
    times: list[float] = []
    while machine.now < until:
        before = machine.requests
        machine.advance(machine.now + step)
        times += [machine.now] * (machine.requests - before)
    return times


def count(machine: Machine, until: float) -> int:
    before = machine.requests
    machine.advance(until)
    return machine.requests - before


def test_poisson_counts_have_the_variance_of_their_mean() -> None:
    machine = machine_of(rate=100.0)
    counts = [count(machine, second + 1.0) for second in range(500)]
    assert statistics.fmean(counts) == pytest.approx(100.0, rel=0.02)
    assert statistics.pvariance(counts) == pytest.approx(100.0, rel=0.25)


def test_deterministic_gaps() -> None:
    machine = machine_of(rate=10.0, process="deterministic")
    gaps = [b - a for a, b in itertools.pairwise(arrivals(machine, 2.05))]
    assert len(gaps) == 19
    assert all(gap == pytest.approx(0.1, abs=0.0011) for gap in gaps)


@pytest.mark.parametrize(
    ("schedule", "start", "end", "expected"),
    [
        (((0.0, 0.0), (10.0, 100.0)), 0.0, 10.0, 500),
        (((0.0, 0.0), (10.0, 100.0)), 10.0, 15.0, 500),
        (((5.0, 40.0), (10.0, 0.0)), 0.0, 5.0, 200),
        (((5.0, 40.0), (10.0, 0.0)), 5.0, 100.0, 100),
        (((0.0, 10.0), (5.0, 10.0), (5.001, 50.0)), 0.0, 10.0, 300),
        (((0.0, 0.0), (5.0, 0.0), (6.0, 20.0)), 0.0, 7.0, 30),
    ],
)
def test_schedules_are_piecewise_linear(
    schedule: tuple[tuple[float, float], ...], start: float, end: float, expected: int
) -> None:
    machine = machine_of(schedule=schedule, process="deterministic")
    machine.advance(start + 1e-9)
    assert count(machine, end + 1e-9) == pytest.approx(expected, abs=1)


def test_a_rate_of_zero_issues_nothing_until_the_dial_or_the_design_says_so() -> None:
    machine = machine_of(rate=0.0)
    assert count(machine, 1000.0) == 0
    machine.reconcile(design(rate=10.0))
    assert count(machine, 1100.0) == pytest.approx(1000, rel=0.1)


def test_the_load_dial() -> None:
    machine = machine_of(rate=100.0, process="deterministic")
    machine.set_load(3.0)
    assert count(machine, 10.0) == pytest.approx(3000, abs=1)
    machine.set_load(0.0)
    assert count(machine, 20.0) == 0
    machine.set_load(1.0)
    assert count(machine, 30.0) == pytest.approx(1000, abs=1)


def test_turning_the_dial_leaves_what_was_waited_for() -> None:
    """Half the gap at half the rate is a quarter of it at the full one."""
    machine = machine_of(rate=1.0, process="deterministic")
    machine.advance(0.5)
    machine.set_load(0.25)
    assert arrivals(machine, 5.0, 0.01) == [
        pytest.approx(2.5, abs=0.02),
    ]


def test_a_trace_is_replayed() -> None:
    machine = machine_of(process="trace", times=(1.0, 1.0, 2.5, 3.0))
    assert arrivals(machine, 5.0, 0.5) == [1.5, 1.5, 3.0, 3.5]


@pytest.mark.parametrize(("factor", "expected"), [(2.0, 8), (0.5, 2), (0.0, 0), (1.5, 6)])
def test_a_trace_is_multiplied(factor: float, expected: int) -> None:
    machine = machine_of(process="trace", times=(1.0, 2.0, 3.0, 4.0))
    machine.set_load(factor)
    assert count(machine, 10.0) == expected


def population(users: int, think: float = 1.0) -> Plan:
    nodes = [closed("users", users, think), station("web", 1.0, workers=None)]
    return plan(nodes, [link("users", "web")])


def test_a_closed_population_thinks_and_asks() -> None:
    machine = Machine(population(7))
    assert count(machine, 1.0 + 1e-9) == 7
    assert count(machine, 2.9) == 0
    assert count(machine, 3.0 + 1e-9) == 7
    assert machine.nodes["users"].node.in_system == 7


def test_a_closed_population_grows_and_shrinks() -> None:
    machine = Machine(population(4))
    machine.advance(1.5)
    machine.set_load(2.0)
    machine.advance(10.0)
    assert count(machine, 12.0) == 8
    machine.set_load(0.25)
    machine.advance(20.0)
    assert count(machine, 22.0) == 1
    machine.reconcile(population(12))
    machine.advance(30.0)
    assert count(machine, 32.0) == 3
    machine.set_load(1.0)
    machine.advance(40.0)
    assert count(machine, 42.0) == 12


def test_a_change_of_process_replaces_the_source() -> None:
    machine = machine_of(rate=100.0)
    machine.advance(10.0)
    nodes = [closed("users", 5, 1.0), station("web", 0.0, workers=None)]
    machine.reconcile(plan(nodes, [link("users", "web")]))
    assert count(machine, 20.0 + 1e-9) == 50


def test_a_step_is_two_points_at_one_time() -> None:
    steps = ((0.0, 10.0), (5.0, 10.0), (5.0, 50.0), (8.0, 50.0), (8.0, 0.0), (9.0, 0.0), (9.0, 4.0))
    machine = machine_of(schedule=steps, process="deterministic")
    counts = [count(machine, time + 1e-9) for time in (5.0, 8.0, 9.0, 11.0)]
    assert counts == [50, 150, 0, 8]


def test_a_step_down_and_up_keeps_what_was_waited_for() -> None:
    """Half a request is waited for at one per second, then nothing comes for ten seconds."""
    steps = ((0.0, 1.0), (2.5, 1.0), (2.5, 0.0), (12.5, 0.0), (12.5, 1.0))
    machine = machine_of(schedule=steps, process="deterministic")
    found = arrivals(machine, 14.5, 0.01)
    assert found == [pytest.approx(time, abs=0.011) for time in (1.0, 2.0, 13.0, 14.0)]


def test_a_trace_repeats() -> None:
    machine = machine_of(process="trace", times=(1.0, 2.5), period=3.0)
    assert arrivals(machine, 9.2, 0.5) == [1.5, 3.0, 4.5, 6.0, 7.5, 9.0]
    machine = machine_of(process="trace", times=(0.0, 3.0), period=3.0)
    assert arrivals(machine, 7.0, 0.5) == [0.5, 3.5, 3.5, 6.5, 6.5]


def test_a_trace_that_begins_later_goes_on_where_it_would_be() -> None:
    machine = machine_of(rate=0.0)
    machine.advance(4.2)
    machine.reconcile(design(process="trace", times=(1.0, 2.5), period=3.0))
    assert arrivals(machine, 9.2, 0.1) == [
        pytest.approx(time, abs=0.11) for time in (5.5, 7.0, 8.5)
    ]
    machine.reconcile(design(process="trace", times=(1.0, 2.5), period=30.0))
    assert count(machine, 30.5) == 0
    assert count(machine, 32.0) == 1


def test_an_empty_trace_never_issues() -> None:
    machine = machine_of(process="trace", times=(), period=3.0)
    assert count(machine, 100.0) == 0


def recorded(**traffic: object) -> Machine:
    """Two classes, each of which has a service of its own that keeps the keys it is asked for."""
    recording = {"times": (1.0, 2.0, 3.0, 4.0, 5.0), "mix": (1.0, 0.0)} | traffic
    nodes = [
        client(process="trace", **recording),
        cache("reads", None),
        cache("writes", None),
        station("db", 0.0, workers=None),
    ]
    links = [
        link("reads", "db", classes=(True, True)),
        link("writes", "db", classes=(True, True)),
        link("users", "reads", classes=(True, False)),
        link("users", "writes", classes=(False, True)),
    ]
    classes = (request_class("read"), request_class("other"))
    return Machine(plan(nodes, links, classes=classes))


def test_a_trace_says_of_which_class_and_key_a_request_is() -> None:
    machine = recorded(kinds=(0, 1, 1, 0, 0), keys=(7, 7, 8, 7, 9))
    machine.advance(10.0)
    reads, writes = (machine.nodes[name].role(StoreRole) for name in ("reads", "writes"))
    assert reads is not None
    assert writes is not None
    assert (int(reads.node.arrivals), int(writes.node.arrivals)) == (3, 2)
    assert (int(reads.misses), int(writes.misses)) == (2, 2)


def test_without_classes_a_trace_follows_the_mix() -> None:
    machine = recorded(keys=(7, 7, 7, 7, 7))
    machine.advance(10.0)
    reads = machine.nodes["reads"].role(StoreRole)
    assert reads is not None
    assert (int(reads.node.arrivals), int(reads.misses)) == (5, 1)


def sessions(mean: float = 3.0, rate: float = 1.0, think: float = 1.0, answer: float = 0.5) -> Plan:
    session = SessionPlan(mean=mean, law="constant")
    schedule = ((0.0, rate), (10.0, rate), (10.0, 0.0))
    fields = {"schedule": schedule, "session": session, "think": constant(think)}
    nodes = [client(process="sessions", **fields), station("web", answer, workers=None)]
    return plan(nodes, [link("users", "web")])


def test_a_session_asks_waits_thinks_and_leaves() -> None:
    """Three answers of half a second and two thoughts of a second, for every session."""
    machine = Machine(sessions())
    machine.advance(60.0)
    users = machine.nodes["users"].client
    assert users is not None
    assert users.visits is not None
    begun = int(users.visits.begun)
    assert begun > 3
    assert machine.requests == 3 * begun
    assert int(users.visits.over) == begun
    assert users.visits.spent == pytest.approx(begun * (3 * 0.5 + 2 * 1.0))
    assert users.visits.area(60.0) == pytest.approx(users.visits.spent)


def test_sessions_that_were_begun_leave_when_the_client_is_stopped() -> None:
    machine = Machine(sessions(mean=1000.0))
    machine.advance(10.0)
    users = machine.nodes["users"].client
    assert users is not None
    assert users.visits is not None
    assert users.visits.begun > users.visits.over == 0
    machine.set_load(0.0)
    machine.advance(12.0)
    assert users.visits.begun == users.visits.over
    assert count(machine, 30.0) == 0


def test_sessions_take_over_a_new_length_and_think_time() -> None:
    machine = Machine(sessions(mean=1.0, rate=4.0))
    assert count(machine, 9.9) == pytest.approx(40, abs=20)
    machine.reconcile(sessions(mean=5.0, rate=4.0, think=0.25))
    machine.advance(100.0)
    users = machine.nodes["users"].client
    assert users is not None
    assert users.visits is not None
    assert users.visits.begun == users.visits.over
    assert machine.requests >= int(users.visits.begun)


PROCESSES = [
    {"rate": 20.0},
    {"rate": 20.0, "process": "deterministic"},
    {"rate": 10.0, "process": "mmpp", "burst_factor": 3.0},
    {"process": "trace", "times": tuple(place / 20 for place in range(2000))},
    {
        "rate": 20.0,
        "process": "active_users",
        "crowd": CrowdPlan(mean=40.0, variance=4.0, law="normal", window=2.0),
    },
    {
        "rate": 5.0,
        "process": "sessions",
        "session": SessionPlan(mean=4.0, law="geometric"),
        "think": constant(0.1),
    },
    {"process": "closed", "users": 20, "think": constant(1.0)},
]


@pytest.mark.parametrize("before", PROCESSES, ids=lambda each: each.get("process", "poisson"))
@pytest.mark.parametrize("after", PROCESSES, ids=lambda each: each.get("process", "poisson"))
def test_any_process_becomes_any_other_while_it_runs(before: Any, after: Any) -> None:
    """Each of them asks about twenty times a second, before, after, and when turned back."""
    simulation = Simulation(design(**before))
    simulation.advance(20.0)
    for each in (after, before):
        simulation.follow(design(**each))
        check(simulation.machine)
        begun = simulation.machine.requests
        simulation.advance(simulation.now + 25.0)
        check(simulation.machine)
        spread = {"sessions": 0.45, "mmpp": 0.8}.get(each.get("process", ""), 0.3)
        assert simulation.machine.requests - begun == pytest.approx(500, rel=spread)

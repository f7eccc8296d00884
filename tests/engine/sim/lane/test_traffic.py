"""Traffic: rates, schedules, traces, populations, and the dial that scales them."""

from __future__ import annotations

import itertools
import statistics

import pytest

from engine.plan.primitives import Plan
from engine.sim.machine import Machine
from tests.helpers.plans import client, closed, link, plan, station


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
    machine = machine_of(process="trace", times=(3.0, 1.0, 1.0, 2.5))
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

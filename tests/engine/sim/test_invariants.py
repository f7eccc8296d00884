"""Conservation and Little's law hold in any plan, under any faults, also when it changes as it runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control.simulation import Simulation
from engine.plan.primitives import Plan
from engine.sim.invariants import InvariantError, check
from engine.sim.machine import Machine
from engine.sim.report import result_of
from tests.helpers.plans import client, exponential, link, plan, queue, station
from tests.helpers.random_plans import whole_plans
from tests.helpers.random_policies import with_other_policies

RELAXED = settings(max_examples=60, deadline=None, derandomize=True)


@RELAXED
@given(whole_plans)
def test_any_plan(design: Plan) -> None:
    simulation = Simulation(design)
    for time in (0.7, 2.5, 8.0):
        simulation.advance(time)
        check(simulation.machine)
    result = result_of(simulation.machine, (), 0.0)
    for users in result["clients"].values():
        assert users["succeeded"] + sum(users["failed"].values()) <= result["requests"]


@RELAXED
@given(whole_plans)
def test_looking_changes_nothing(design: Plan) -> None:
    unseen, seen = Simulation(design), Simulation(design)
    unseen.advance(8.0)
    time = 0.0
    while time < 8.0:
        seen.look().crossings()
        time = min(8.0, time + 0.37)
        seen.advance(time)
    assert seen.samples
    hashes = [result_of(each.machine, (), 0.0)["hash"] for each in (unseen, seen)]
    assert hashes[0] == hashes[1]


@RELAXED
@given(whole_plans, whole_plans)
def test_any_plan_becomes_any_other(first: Plan, second: Plan) -> None:
    simulation = Simulation(first)
    for place, design in enumerate((second, first, second)):
        simulation.advance(1.3 * (place + 1))
        simulation.machine.set_load(0.5 + place)
        simulation.follow(design)
        check(simulation.machine)
    simulation.advance(8.0)
    result_of(simulation.machine, (), 0.0)


@RELAXED
@given(whole_plans, st.integers(0, 2**32 - 1))
def test_any_policies_become_any_others(design: Plan, seed: int) -> None:
    """Breakers and rate limits are switched on and off and tuned while calls wait at them."""
    simulation = Simulation(design)
    for place in range(8):
        simulation.advance(0.7 * (place + 1))
        simulation.follow(with_other_policies(design, seed + place))
        check(simulation.machine)
    simulation.advance(8.0)
    result_of(simulation.machine, (), 0.0)


def running() -> Machine:
    nodes = [client(), queue("queue"), station("workers", exponential(0.1), pulls=True)]
    machine = Machine(plan(nodes, [link("users", "queue"), link("queue", "workers")]))
    machine.advance(10.0)
    check(machine)
    return machine


@pytest.mark.parametrize(
    ("part", "field", "words"),
    [
        ("users", "arrivals", "users: requests"),
        ("users", "system_area", "users: Little's law"),
        ("workers", "busy", "workers: busy workers"),
        ("workers", "waiting", "workers: waiting"),
        ("queue", "published", "queue: messages"),
    ],
)
def test_a_wrong_number_is_found_and_named(part: str, field: str, words: str) -> None:
    machine = running()
    node = machine.nodes[part].node
    if field == "published":
        node = node.flow
    setattr(node, field, getattr(node, field) + 1)
    with pytest.raises(InvariantError, match=words):
        check(machine)


@pytest.mark.parametrize(
    ("field", "words"), [("attempts", "attempts"), ("flight_area", "Little's law")]
)
def test_a_wrong_number_at_a_link_is_found(field: str, words: str) -> None:
    machine = running()
    edge = machine.links["queue-workers"].link
    setattr(edge, field, getattr(edge, field) + 1)
    with pytest.raises(InvariantError, match=f"queue-workers: {words}"):
        result_of(machine, (), 0.0)

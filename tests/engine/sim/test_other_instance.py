"""Retries that avoid the instances that a call has been to: every picker, with balancers and without."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import INFINITE, NodePlan, Picker, Plan, RetryPlan
from engine.sim.invariants import check
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    retry,
    router,
    simulate,
    station,
)

PICKERS: list[Picker] = [
    "round_robin",
    "random",
    "least_connections",
    "power_of_two",
    "weighted",
]
DEAD = event(0.0, INFINITE, "kill", nodes=("web",), instances=1)


def policy(attempts: int = 2, *, elsewhere: bool = True) -> RetryPlan:
    return retry(attempts, other_instance=elsewhere)


def fleet(instances: int = 4, name: str = "web") -> NodePlan:
    return station(name, exponential(0.01), instances=instances, workers=10)


def direct(picker: Picker, tries: RetryPlan) -> Plan:
    edge = link("users", "web", picker=picker, retry=tries)
    return plan([client(rate=200.0), fleet()], [edge], events=(DEAD,), duration=20.0)


def balanced(picker: Picker, tries: RetryPlan, *, balancer_tries: bool) -> Plan:
    before, behind = (RetryPlan(), tries) if balancer_tries else (tries, RetryPlan())
    links = [link("users", "lb", retry=before), link("lb", "web", retry=behind)]
    nodes = [client(rate=200.0), router("lb", picker), fleet()]
    return plan(nodes, links, events=(DEAD,), duration=40.0)


def failures(design: Plan) -> float:
    users = simulate(design)["clients"]["users"]
    return sum(users["failed"].values()) / users["offered"]


@pytest.mark.parametrize("picker", PICKERS)
def test_the_second_try_of_a_caller_with_four_instances_goes_elsewhere(picker: Picker) -> None:
    assert failures(direct(picker, policy())) == 0.0


@pytest.mark.parametrize("picker", PICKERS)
@pytest.mark.parametrize("balancer_tries", [True, False])
def test_so_does_that_behind_a_balancer_whoever_makes_it(
    picker: Picker, *, balancer_tries: bool
) -> None:
    assert failures(balanced(picker, policy(), balancer_tries=balancer_tries)) == 0.0


def test_by_chance_alone_one_in_sixteen_meets_the_dead_one_twice() -> None:
    share = failures(balanced("random", policy(elsewhere=False), balancer_tries=False))
    assert share == pytest.approx(1.0 / 16.0, rel=0.1)


def test_instances_behind_several_links_of_a_balancer_and_through_two_balancers_count() -> None:
    names = ["a", "b", "c", "d"]
    nodes = [client(rate=200.0), router("outer", "random"), router("inner", "random")]
    nodes += [fleet(1, name) for name in names]
    links = [link("users", "outer", retry=policy()), link("outer", "inner")]
    links += [link("inner", name) for name in names]
    dead = event(0.0, INFINITE, "kill", nodes=("b",))
    assert failures(plan(nodes, links, events=(dead,))) == 0.0


def test_a_service_behind_the_target_picks_as_ever() -> None:
    """What a call has been to is no business of the callee's own calls."""
    nodes = [client(rate=200.0), station("mid", 0.0, workers=None), fleet()]
    links = [link("users", "mid", retry=policy()), link("mid", "web", picker="random")]
    share = failures(plan(nodes, links, events=(DEAD,)))
    assert share == pytest.approx(1.0 / 16.0, rel=0.1)


def test_where_all_have_failed_any_is_tried_again() -> None:
    """Two instances that fail half of all requests: the third try is as good as the first."""
    edge = link("users", "web", picker="random", retry=policy(3))
    errors = event(0.0, INFINITE, "error", nodes=("web",), probability=0.5)
    result = simulate(plan([client(rate=500.0), fleet(2)], [edge], events=(errors,)))
    users = result["clients"]["users"]
    assert users["failed"]["error"] / users["offered"] == pytest.approx(0.125, rel=0.05)


def test_an_instance_that_still_works_on_a_call_that_timed_out_is_avoided() -> None:
    """One instance is frozen: who waits for it in vain is answered by another, behind a balancer too."""
    tries = policy()
    slow = event(0.0, INFINITE, "slow", nodes=("bad",), factor=1e6)
    nodes = [client(rate=50.0), router("lb", "round_robin")]
    nodes += [station(name, constant(0.01), workers=None) for name in ("good", "bad")]
    links = [link("users", "lb", timeout=0.5, retry=tries), link("lb", "good"), link("lb", "bad")]
    result = simulate(plan(nodes, links, events=(slow,)))
    users = result["clients"]["users"]
    assert users["failed"] == {}
    assert users["latency"]["max"] == pytest.approx(0.51, rel=0.02)


def test_it_may_be_switched_while_calls_are_under_way() -> None:
    def design(tries: RetryPlan) -> Plan:
        return balanced("random", tries, balancer_tries=False)

    simulation = Simulation(design(policy(elsewhere=False)))
    for moment in range(1, 40):
        simulation.advance(moment * 0.5)
        simulation.follow(design(policy(3, elsewhere=moment % 2 == 1)))
        check(simulation.machine)
    simulation.follow(design(policy()))
    simulation.advance(21.0)
    node = simulation.machine.nodes["users"].node
    failed, completed = sum(node.failed), int(node.completed)
    simulation.advance(60.0)
    assert sum(node.failed) == failed
    assert int(node.completed) > completed + 7000
    check(simulation.machine)

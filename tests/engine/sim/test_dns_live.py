"""DNS that is changed while it runs: nothing is lost from the books, and what was told stays told."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import HealthPlan, NodePlan, Plan, ResolverPlan
from engine.sim.invariants import check
from engine.sim.lane.roles.resolver import Resolver
from tests.helpers.plans import client, event, exponential, link, plan, router, station

CHECKS = HealthPlan(interval=0.5, failures=2, successes=1, fail_open=True)


def dns(policy: Any = "failover", ttl: float = 5.0, **more: Any) -> NodePlan:
    return router("dns", resolver=ResolverPlan(policy=policy, ttl=ttl, **more), health=CHECKS)


def made(node: NodePlan, *sites: str, **more: Any) -> Plan:
    nodes = [client("users", 200.0, known_users=50), node]
    nodes += [station(name, exponential(0.01), workers=9) for name in sites]
    links = [link("users", "dns", timeout=1.0), *(link("dns", name) for name in sites)]
    return plan(nodes, links, duration=60.0, **more)


def test_every_policy_may_follow_every_other() -> None:
    simulation = Simulation(made(dns(), "a", "b"))
    policies = ("weighted", "anycast", "geo", "round_robin", "latency", "failover", "anycast")
    for step, policy in enumerate((*policies, *reversed(policies)), start=1):
        simulation.advance(2.0 * step)
        check(simulation.machine)
        simulation.follow(made(dns(policy, ttl=float(step % 3)), "a", "b"))
    simulation.advance(40.0)
    check(simulation.machine)
    assert sum(simulation.machine.nodes["users"].node.failed) == 0


@pytest.mark.parametrize("before", [True, False])
def test_a_balancer_may_become_dns_and_dns_a_balancer(*, before: bool) -> None:
    sorts = [dns(), router("dns", health=CHECKS)]
    first, second = sorts if before else reversed(sorts)
    simulation = Simulation(made(first, "a", "b"))
    simulation.advance(5.0)
    simulation.follow(made(second, "a", "b"))
    simulation.advance(10.0)
    check(simulation.machine)
    role = simulation.machine.nodes["dns"].role(Resolver)
    assert (role is None) == before
    simulation.follow(made(first, "a", "b"))
    simulation.advance(15.0)
    check(simulation.machine)
    assert sum(simulation.machine.nodes["users"].node.failed) < 10


def test_answers_outlive_other_instances_and_other_settings() -> None:
    simulation = Simulation(made(dns("round_robin", ttl=30.0), "a", "b"))
    simulation.advance(10.0)
    role = simulation.machine.nodes["dns"].role(Resolver)
    assert role is not None
    told = {number: each.endpoint for number, each in role.caches[0].known["users"].items()}
    simulation.machine.scale("a", 3)
    simulation.follow(made(dns("round_robin", ttl=31.0), "a", "b"))
    simulation.advance(10.5)
    now = role.caches[0].known["users"]
    assert sum(now[number].endpoint is each for number, each in told.items()) >= len(told) - 3
    simulation.advance(30.0)
    check(simulation.machine)


def test_dns_that_is_killed_while_it_is_asked_and_taken_away_with_a_site() -> None:
    slow = dns("round_robin", ttl=0.0, lookup=exponential(0.2), patience=0.3)
    killed = event(5.0, 3.0, "kill", nodes=("dns",))
    simulation = Simulation(made(slow, "a", "b", events=(killed,)))
    for time in (5.1, 7.9, 8.1, 12.0):
        simulation.advance(time)
        check(simulation.machine)
    simulation.follow(made(slow, "b", events=(killed,)))
    simulation.advance(20.0)
    check(simulation.machine)
    gone = plan([client("users", 200.0, known_users=50)], [], duration=60.0)
    simulation.follow(gone)
    simulation.advance(25.0)
    check(simulation.machine)


def test_dns_behind_dns() -> None:
    inner = router("inner", resolver=ResolverPlan(policy="round_robin", ttl=3.0))
    nodes = [client("users", 100.0, known_users=20), dns(), inner]
    nodes += [station(name, 0.001, workers=9) for name in "ab"]
    links = [link("users", "dns"), link("dns", "inner"), link("inner", "a"), link("inner", "b")]
    simulation = Simulation(plan(nodes, links, duration=30.0))
    simulation.advance(30.0)
    check(simulation.machine)
    assert sum(simulation.machine.nodes["users"].node.failed) == 0

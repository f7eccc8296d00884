"""Every way of making a call passes the rules of its link: while the breaker is open, nothing gets through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.breaker import Breaker
from engine.plan.primitives import FlowPlan, KeyPlan, NodePlan, Plan, Way
from engine.sim.invariants import check
from engine.sim.lane.rules.breaker import CLOSED, OPEN
from engine.sim.report import result_of
from tests.helpers.flows import background, call, choice, loop, parallel, work
from tests.helpers.plans import (
    cache,
    client,
    event,
    link,
    plan,
    queue,
    request_class,
    retry,
    router,
    station,
)

BREAKER = Breaker(window=5, open=6.0, half_open=2)
OUTAGE = event(5.0, 20.0, "error", nodes=("api",), probability=1.0)
KEYS = request_class(keys=KeyPlan(count=1000, alpha=0.0))
CALLER = client(process="deterministic", rate=10.0)

Made = tuple[Plan, str]
"""A plan whose node `api` fails for a while, and the link to it."""


def made(nodes: list[NodePlan], links: list[Any], tested: str = "web-api") -> Made:
    return plan([CALLER, *nodes], links, classes=(KEYS,), events=(OUTAGE,), duration=60.0), tested


def implicit(**policy: Any) -> Made:
    """A service that calls, as its link says."""
    nodes = [station("web", 0.0, workers=None), station("api", 0.01, workers=None)]
    edge = link("web", "api", policies=(BREAKER,), **policy)
    return made(nodes, [link("users", "web"), edge])


def explicit(*parts: Any) -> Made:
    """A service that calls, as its flow says."""
    flow: FlowPlan = (work(0.0), *parts)
    nodes = [
        station("web", 0.0, workers=None, flow=flow),
        station("api", 0.01, workers=None),
        station("other", 0.2, workers=None),
    ]
    edge = link("web", "api", policies=(BREAKER,), timeout=1.0)
    return made(nodes, [link("users", "web"), edge, link("web", "other")])


def aside() -> Made:
    """A service that reads from the database what its cache misses."""
    nodes = [
        station("web", 0.0, workers=None),
        cache("cache", 1),
        station("api", 0.01, workers=None),
    ]
    edge = link("web", "api", order=1, on_miss=True, policies=(BREAKER,))
    return made(nodes, [link("users", "web"), link("web", "cache"), edge])


def fills() -> Made:
    """A service that fills its cache some time after it missed."""
    nodes = [station("web", 0.0, workers=None), cache("api", 1), station("db", 1.0, workers=None)]
    edge = link("web", "api", policies=(BREAKER,))
    return made(nodes, [link("users", "web"), edge, link("web", "db", order=1, on_miss=True)])


def through_a_cache() -> Made:
    """A cache that reads through."""
    nodes = [cache("web", 1), station("api", 0.01, workers=None)]
    return made(nodes, [link("users", "web"), link("web", "api", policies=(BREAKER,))])


def balanced(first: dict[str, Any], second: dict[str, Any]) -> Made:
    """One of two services behind a balancer fails; each of its links has a breaker."""
    nodes = [
        router("web"),
        station("api", 0.01, workers=None, instances=2),
        station("two", 0.01, workers=None),
    ]
    links = [
        link("users", "web", **first),
        link("web", "api", policies=(BREAKER,), **second),
        link("web", "two", policies=(BREAKER,), **second),
    ]
    return made(nodes, links)


def queued(**policy: Any) -> Made:
    """A queue and its workers."""
    nodes = [
        queue("web", visibility=5.0, max_receive=policy.pop("max_receive", 1000)),
        station("api", 0.01, workers=2, pulls=True),
    ]
    return made(nodes, [link("users", "web"), link("web", "api", policies=(BREAKER,), **policy)])


WAYS: dict[str, Callable[[], Made]] = {
    "call": implicit,
    "with a delay": lambda: implicit(delay=0.005),
    "send": lambda: implicit(waits=False),
    "times": lambda: implicit(times=3),
    "times, sent": lambda: implicit(times=3, waits=False),
    "retry": lambda: implicit(retry=retry(3, base=0.3)),
    "cancellation": lambda: implicit(
        cancellation=True, deadline_propagation=True, timeout=1.0, retry=retry(2)
    ),
    "on miss": aside,
    "fill": fills,
    "read through": through_a_cache,
    "balancer": lambda: balanced({}, {}),
    "retry before the balancer": lambda: balanced({"retry": retry(3)}, {}),
    "retry behind the balancer": lambda: balanced({}, {"retry": retry(3)}),
    "queue": queued,
    "queue with a retry": lambda: queued(retry=retry(4)),
    "flow: call": lambda: explicit(call("web-api")),
    "flow: parallel": lambda: explicit(parallel(call("web-api"), call("web-other"))),
    "flow: one of two": lambda: explicit(parallel(call("web-api"), call("web-other"), need=1)),
    "flow: async": lambda: explicit(background(call("web-api"))),
    "flow: loop": lambda: explicit(loop(3, call("web-api"), work(0.01))),
    "flow: choice": lambda: explicit(choice(Way((call("web-api"),), 0.8))),
}


def breaker_of(simulation: Simulation, name: str) -> Any:
    [body] = [
        each for each in simulation.machine.links[name].bodies if each.adapter.name == "breaker"
    ]
    return body.thing


@pytest.mark.parametrize("way", WAYS)
def test_nothing_gets_through_while_it_is_open(way: str) -> None:
    design, name = WAYS[way]()
    simulation = Simulation(design)
    rule, node = breaker_of(simulation, name), simulation.machine.nodes["api"].node
    edge = simulation.machine.links[name].link
    quiet = 0
    for step in range(600):
        before = int(rule.opened), int(rule.state), int(edge.attempts) - edge.failed[4]
        simulation.advance(0.1 * (step + 1))
        check(simulation.machine)
        after = int(rule.opened), int(rule.state), int(edge.attempts) - edge.failed[4]
        if before[:2] == after[:2] and rule.state == OPEN:
            assert before == after
            quiet += 1
    assert quiet > 100
    assert rule.opened >= 2
    assert rule.state == CLOSED, "the outage is over"
    refused = edge.failed[4]
    assert refused > 50 or "queue" in way
    assert int(edge.attempts) - refused == node.arrivals, "what it lets go arrives"
    assert edge.succeeded > 50
    result_of(simulation.machine, (), 0.0)


@pytest.mark.parametrize("way", [name for name in WAYS if "balancer" in name])
def test_each_link_of_a_balancer_has_a_breaker_of_its_own(way: str) -> None:
    design, _ = WAYS[way]()
    simulation = Simulation(design)
    simulation.advance(60.0)
    assert breaker_of(simulation, "web-api").opened > 0
    assert breaker_of(simulation, "web-two").opened == 0
    users = result_of(simulation.machine, (), 0.0)["clients"]["users"]
    if way != "balancer":
        plain = Simulation(WAYS["balancer"]()[0])
        plain.advance(60.0)
        alone = result_of(plain.machine, (), 0.0)["clients"]["users"]
        assert users["succeeded"] > alone["succeeded"], "another try goes to the one that works"


@pytest.mark.parametrize("policy", [{}, {"retry": retry(4)}, {"max_receive": 1}, {"delay": 0.05}])
def test_a_queue_keeps_its_messages_while_the_breaker_of_its_consumers_is_open(
    policy: dict[str, Any],
) -> None:
    """Each failed delivery is one that a worker failed at; no message is given up for want of a link."""
    design, name = queued(**policy)
    simulation = Simulation(design)
    simulation.advance(60.0)
    result = result_of(simulation.machine, (), 0.0)
    extra, worker = result["nodes"]["web"]["extra"], result["nodes"]["api"]
    assert result["links"][name]["failed"] == {"error": worker["failed"]["error"]}
    assert result["links"][name]["extra"]["opened"] >= 3
    assert extra["published"] == result["clients"]["users"]["succeeded"] == 599
    assert extra["depth"] + extra["in_flight"] == pytest.approx(0.0, abs=1.0)
    failed = worker["failed"]["error"]
    if "max_receive" in policy:
        assert (extra["dead_lettered"], extra["redelivered"]) == (failed, 0)
    else:
        assert (extra["dead_lettered"], extra["redelivered"]) == (0, failed)
    assert extra["consumed"] == pytest.approx(599 - extra["dead_lettered"], abs=1)
    assert failed == pytest.approx(5 + 2 * 3, abs=4)


def test_a_trial_of_a_queue_delivers_as_soon_as_it_is_half_open() -> None:
    design, name = queued()
    simulation = Simulation(design)
    rule, node = breaker_of(simulation, name), simulation.machine.nodes["api"].node
    while rule.state != OPEN:
        simulation.advance(simulation.now + 0.05)
    before = int(node.arrivals)
    simulation.advance(simulation.now + BREAKER.open + 0.001)
    assert int(node.arrivals) == before + 2, "both trials at once: there are messages and workers"

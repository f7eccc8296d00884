"""Idempotency keys: what was done once is not done again, and how often it would have been."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.hedge import Hedge
from engine.model.policies.idempotency import Idempotency
from engine.plan.primitives import LinkPlan, NodePlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.flows import call, parallel
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    retry,
    router,
    station,
)

KEYS, COUNTS = Idempotency(), Idempotency(answer=False)


def kept(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def shop(table: Idempotency, timeout: float, tries: int, **changes: Any) -> Plan:
    """A payment takes .1 s on average, on workers without number."""
    pay = station("pay", exponential(0.1), workers=None, gates=(table,))
    over = link("users", "pay", timeout=timeout, retry=retry(tries, base=0.05), **changes)
    return plan([client(rate=200.0), pay], [over], duration=300.0)


@pytest.mark.parametrize("timeout", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("tries", [2, 3])
def test_without_keys_a_timeout_after_the_work_does_it_twice(timeout: float, tries: int) -> None:
    """Each try is done in the end, so all but the first are done again: p + p² + … of the requests."""
    result = kept(shop(COUNTS, timeout, tries))
    late = exp(-timeout / 0.1)
    again = sum(late**number for number in range(1, tries))
    offered = result["clients"]["users"]["offered"]
    found = result["nodes"]["pay"]["extra"]["double_executions"]
    assert found / offered == pytest.approx(again, rel=0.03)


@pytest.mark.parametrize("timeout", [0.1, 0.2])
def test_with_keys_nothing_is_done_twice_and_repeats_are_answered(timeout: float) -> None:
    """The second try comes a good while later: it is answered if the first was done by then."""
    result = kept(shop(KEYS, timeout, 2))
    extra = result["nodes"]["pay"]["extra"]
    assert extra["double_executions"] == 0
    wait = 0.05 * 0.5  # full jitter: half of the base on average, a little convex
    offered = result["clients"]["users"]["offered"]
    late = exp(-timeout / 0.1)
    assert extra["replayed"] / offered == pytest.approx(late * (1 - exp(-wait / 0.1)), rel=0.1)
    assert result["nodes"]["pay"]["failed"]["conflict"] > 0


def chain(*, balanced: bool = False, flow: bool = False, table: Idempotency = KEYS) -> Plan:
    """The request of a user is tried again as a whole, and so asks the bank again for the same."""
    nodes: list[NodePlan] = [
        client(rate=50.0),
        station("bank", exponential(0.1), workers=None, gates=(table,)),
    ]
    links: list[LinkPlan] = [link("users", "web", timeout=0.3, retry=retry(3, base=1.0))]
    parts = (parallel(call("web-bank"), call("web-bank")),) if flow else None
    nodes.append(station("web", 0.001, workers=None, **({"flow": parts} if flow else {})))
    if balanced:
        nodes.append(router("balancer"))
        links += [link("web", "balancer", retry=retry(2)), link("balancer", "bank")]
    else:
        links.append(link("web", "bank", times=1 if flow else 2))
    return plan(nodes, links, duration=200.0)


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("flow", [False, True])
def test_keys_are_carried_on_through_everything_that_tries_again(
    balanced: bool, flow: bool
) -> None:
    if balanced and flow:
        return
    counted = kept(chain(balanced=balanced, flow=flow, table=COUNTS))["nodes"]["bank"]
    assert counted["extra"]["double_executions"] > 100
    result = kept(chain(balanced=balanced, flow=flow))
    bank = result["nodes"]["bank"]
    assert bank["extra"]["double_executions"] == 0
    assert bank["extra"]["replayed"] > 100


@pytest.mark.parametrize("flow", [False, True])
def test_what_a_job_asks_for_twice_on_purpose_is_done_twice(flow: bool) -> None:
    """Nothing is tried again: no two calls are the same."""
    made = chain(flow=flow)
    calm = [link("users", "web"), *made.links[1:]]
    result = kept(plan(made.nodes, calm, duration=100.0))["nodes"]
    assert result["bank"]["extra"]["replayed"] == 0
    assert result["bank"]["arrivals"] == pytest.approx(2 * result["web"]["arrivals"], abs=20)


def test_a_message_that_is_delivered_again_while_it_is_worked_on_is_refused() -> None:
    """The queue gives up on its consumer too early, and the work goes on: nothing is done twice."""
    nodes = [
        client(rate=20.0),
        queue("jobs", visibility=0.3),
        station("mailer", exponential(0.1), workers=8, pulls=True, gates=(KEYS,)),
    ]
    links = [link("users", "jobs"), link("jobs", "mailer", timeout=0.3)]
    counting = [
        *nodes[:2],
        station("mailer", exponential(0.1), workers=8, pulls=True, gates=(COUNTS,)),
    ]
    again = kept(plan(counting, links, duration=300.0))["nodes"]["mailer"]["extra"]
    once = kept(plan(nodes, links, duration=300.0))["nodes"]["mailer"]
    assert again["double_executions"] > 100
    assert once["extra"]["double_executions"] == 0
    assert once["failed"]["conflict"] > 100


def test_a_hedge_is_the_same_call() -> None:
    nodes = [
        client(rate=20.0),
        station("web", exponential(0.1), workers=None, instances=2, gates=(COUNTS,)),
    ]
    made = plan(nodes, [link("users", "web", policies=(Hedge(delay=0.1),))], duration=300.0)
    result = kept(made)
    edge, extra = result["links"]["users-web"]["extra"], result["nodes"]["web"]["extra"]
    assert extra["double_executions"] == pytest.approx(edge["hedged"], abs=3)


def test_what_failed_may_be_tried_again_and_what_is_old_is_forgotten() -> None:
    dead = event(50.0, 100.0, "kill", nodes=("pay",), instances=1)
    short = Idempotency(ttl=0.01)
    made = shop(short, 0.2, 3)
    simulation = Simulation(plan(made.nodes, made.links, duration=300.0, events=(dead,)))
    for time in range(1, 300, 7):
        simulation.advance(float(time))
        check(simulation.machine)
    extra = simulation.machine.nodes["pay"].extra(simulation.now)
    assert extra["double_executions"] > 0
    assert extra["keys"] < 100


def test_it_may_come_and_go() -> None:
    simulation = Simulation(shop(KEYS, 0.1, 3))
    plain = shop(KEYS, 0.1, 3)
    off = plan(
        [plain.nodes[0], station("pay", exponential(0.1), workers=None)],
        plain.links,
        duration=300.0,
    )
    for time in range(1, 40):
        simulation.advance(float(time))
        table = Idempotency(ttl=0.5 * (time % 5), answer=time % 3 > 0)
        simulation.follow(off if time % 4 == 0 else shop(table, 0.1, 3))
        check(simulation.machine)


def test_what_was_forgotten_stays_so_when_keys_are_kept_longer_from_now_on() -> None:
    """A table that only counts has no reason to look at what is old: those who read it would."""
    held = []
    for looked in (False, True):
        simulation = Simulation(shop(Idempotency(ttl=0.5), 1.0, 1))
        simulation.advance(10.0)
        simulation.follow(shop(Idempotency(ttl=0.5, answer=False), 1.0, 1))
        simulation.advance(11.0)
        if looked:
            simulation.machine.nodes["pay"].extra(simulation.now)
        simulation.follow(shop(Idempotency(ttl=1000.0, answer=False), 1.0, 1))
        held.append(simulation.machine.nodes["pay"].extra(simulation.now)["keys"])
    assert held[0] == held[1] < 50

"""Where changes meet what is under way: removed instances, lines that are kept, edited events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, FlowPlan, LinkPlan, NodePlan, Plan
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers.flows import call, parallel, work
from tests.helpers.plans import client, event, link, plan, request_class, retry, router, station
from tests.helpers.random_plans import random_plan


def one_web(web: NodePlan, *events: EventPlan, rate: float = 50.0, **policy: object) -> Plan:
    return plan([client(rate=rate), web], [link("users", "web", **policy)], events=events)


@pytest.mark.parametrize("at", [9.9, 10.0, 10.1])
def test_an_event_that_is_added_and_removed_at_once_leaves_nothing(at: float) -> None:
    quiet = one_web(station("web", 0.01))
    simulation = Simulation(quiet)
    simulation.advance(10.0)
    simulation.follow(one_web(station("web", 0.01), event(at, 20.0, "kill", nodes=("web",))))
    simulation.follow(quiet)
    simulation.advance(20.0)
    assert not simulation.machine.nodes["web"].node.pools[0].down


def served(discipline: str, *events: EventPlan) -> list[float]:
    """When those came whom a lone worker of 1 s serves, one after the other."""
    times = tuple(1.0 + 0.125 * place for place in range(12))
    nodes = [client(process="trace", times=times), station("web", 1.0, discipline=discipline)]
    links = [link("users", "web", classes=(True,))]
    nodes.append(station("other", 1.0))
    simulation = Simulation(plan(nodes, links, events=events))
    order = []
    for second in range(12):
        simulation.advance(1.5 + second)
        jobs = simulation.machine.nodes["web"].node.pools[0].inside.all()
        order += [job.arrived for job in jobs if job.stage == 1]
    return order


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "priority"])
def test_an_unrelated_change_keeps_the_line(discipline: str) -> None:
    other = event(3.2, 2.0, "set", replacement=station("other", 1.0, workers=3), nodes=("other",))
    assert served(discipline, other) == served(discipline)


def test_another_discipline_takes_those_who_wait_in_the_order_in_which_they_came() -> None:
    times = tuple(1.0 + 0.125 * place for place in range(8))
    last_first, first_first = (
        plan(
            [client(process="trace", times=times), station("web", 1.0, discipline=discipline)],
            [link("users", "web")],
            classes=(request_class(),),
        )
        for discipline in ("lifo", "fifo")
    )
    simulation = Simulation(last_first)
    simulation.advance(2.5)
    simulation.follow(first_first)
    simulation.advance(3.5)
    jobs = simulation.machine.nodes["web"].node.pools[0].inside.all()
    assert [job.arrived for job in jobs if job.stage == 1] == [1.125]
    check(simulation.machine)


@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_an_instance_is_remembered_while_calls_are_on_their_way_to_it(discipline: str) -> None:
    def webs(instances: int, workers: int) -> Plan:
        web = station("web", 2.0, instances=instances, workers=workers, discipline=discipline)
        return one_web(web, delay=2.0)

    simulation = Simulation(webs(4, 400))
    simulation.advance(1.9)
    simulation.follow(webs(1, 400))
    simulation.advance(1.95)
    simulation.follow(webs(1, 500))
    part = simulation.machine.nodes["web"]
    assert [pool.inside.count for pool in part.retired] == [0, 0, 0]
    simulation.advance(3.0)
    check(simulation.machine)
    assert all(pool.inside.count for pool in part.retired)
    simulation.advance(20.0)
    simulation.follow(webs(1, 400))
    assert part.retired == [], "all have answered"
    check(simulation.machine)


def test_calls_that_are_lost_are_not_waited_for() -> None:
    def webs(instances: int, workers: int) -> Plan:
        web = station("web", 0.1, instances=instances, workers=workers)
        return one_web(web, loss=0.6, timeout=0.5)

    simulation = Simulation(webs(4, 9))
    simulation.advance(5.0)
    simulation.follow(webs(1, 9))
    simulation.advance(30.0)
    simulation.follow(webs(1, 8))
    assert simulation.machine.nodes["web"].retired == []
    check(simulation.machine)


def replaced(at: float, duration: float, web: NodePlan) -> EventPlan:
    return event(at, duration, "set", replacement=web, nodes=("web",))


def test_set_events_on_different_fields_hold_at_once() -> None:
    simulation = Simulation(
        one_web(
            station("web", [0.01, 0.01]),
            replaced(10.0, 40.0, station("web", [0.01, 0.01], workers=7)),
            replaced(20.0, 10.0, station("web", [0.01, 0.01], queue_limit=5)),
            replaced(22.0, 5.0, station("web", [0.02, 0.01])),
            replaced(23.0, 5.0, station("web", [0.01, 0.03])),
            classes=(True, True),
        )
    )
    found = []
    for time in (5.0, 15.0, 25.0, 35.0, 55.0):
        simulation.advance(time)
        plan_now = simulation.machine.nodes["web"].plan.station
        laws = [law.mean for law in plan_now.work]
        found.append((plan_now.workers, plan_now.queue_limit, laws))
    plain = [0.01, 0.01]
    assert found == [
        (1, None, plain),
        (7, None, plain),
        (7, 5, [0.02, 0.03]),
        (7, None, plain),
        (1, None, plain),
    ]


def test_of_set_events_on_one_field_the_later_one_holds() -> None:
    simulation = Simulation(
        one_web(
            station("web"),
            replaced(10.0, 30.0, station("web", workers=2)),
            replaced(20.0, 30.0, station("web", workers=3)),
        )
    )
    found = []
    for time in (15.0, 25.0, 45.0, 55.0):
        simulation.advance(time)
        found.append(simulation.machine.nodes["web"].plan.station.workers)
    assert found == [2, 3, 3, 1]


def test_set_events_on_a_link_and_its_retries_hold_at_once() -> None:
    def edge(**policy: object) -> EventPlan:
        return event(10.0, 5.0, "set", replacement=link("users", "web", **policy), links=("x",))

    events = (edge(retry=retry(3, 0.1)), edge(retry=retry(1, 0.1, factor=3.0)), edge(loss=0.5))
    simulation = Simulation(one_web(station("web"), *events, retry=retry(1, 0.1)))
    simulation.advance(12.0)
    now = simulation.machine.links["users-web"].plan
    assert (now.retry.attempts, now.retry.factor, now.loss) == (3, 3.0, 0.5)
    simulation.advance(20.0)
    assert simulation.machine.links["users-web"].plan == link("users", "web", retry=retry(1, 0.1))


@pytest.mark.parametrize("flow", [(work(0.0), call("web-db"), call("web-db")), None])
def test_who_waits_for_a_call_still_waits_when_the_link_begins_to_send(
    flow: FlowPlan | None,
) -> None:
    """By its flow the request calls twice; without one, again after .5 s without an answer."""

    def calls(flow: FlowPlan | None, **changes: Any) -> Plan:
        nodes = [client(process="trace", times=(1.0,)), station("web", 0.0, flow=flow)]
        policy = {"timeout": 0.5, "retry": retry(2, 0.5, jitter="none")}
        links = [link("users", "web"), link("web", "db", **policy, **changes)]
        return plan([*nodes, station("db", 0.3)], links)

    simulation = Simulation(calls(flow))
    if flow is None:
        simulation.machine.nodes["db"].node.kill(simulation.machine.nodes["db"].node.pools[0], 0.0)
    simulation.advance(1.2)
    simulation.follow(calls(None, waits=False))
    node = simulation.machine.nodes["db"].node
    node.revive(node.pools[0], 1.2)
    simulation.advance(20.0)
    assert simulation.machine.nodes["web"].node.in_system == 0
    latency = result_of(simulation.machine, (), 0.0)["clients"]["users"]["latency"]
    assert latency["max"] == pytest.approx(0.6 if flow else 0.8, abs=1e-9)
    check(simulation.machine)


@pytest.mark.parametrize("shared", [True, False])
def test_a_try_that_waits_when_its_link_is_removed_finds_the_instance_that_it_knew(
    shared: bool,
) -> None:
    """It comes at 3 s, when the instance that it knew was given up twice over, and is answered after 1 s."""

    def calls(discipline: str, workers: int, *links: LinkPlan) -> Plan:
        web = router("web") if shared else station("web", 0.0, workers=None)
        db = station("db", 1.0, workers=workers, discipline=discipline)
        failing = event(0.0, 2.5, "error", nodes=("db",), probability=1.0)
        nodes = [client(process="trace", times=(0.5,)), web, station("other", 0.0), db]
        return plan(
            nodes,
            [link("users", "web"), link("web", "other", weight=0.0), *links],
            events=(failing,),
        )

    again = link("web", "db", retry=retry(2, base=1.5, jitter="none"))
    first = calls("fifo", 1, again)
    if shared:
        first = replace(first, links=(first.links[0], again))
    simulation = Simulation(first)
    simulation.advance(1.6)
    for discipline, workers in (("ps", 1), ("fifo", 1), ("ps", 1), ("ps", 2)):
        simulation.advance(simulation.now + 0.1)
        simulation.follow(calls(discipline, workers))
        check(simulation.machine)
    simulation.advance(3.5)
    check(simulation.machine)
    assert simulation.machine.nodes["db"].node.in_system == 1
    simulation.advance(9.0)
    check(simulation.machine)
    users = simulation.machine.nodes["users"].node
    assert (users.completed, users.in_system) == (1, 0)


@pytest.mark.parametrize("at", [1.05, 1.5, 2.5, 3.5, 4.5, 5.5])
@pytest.mark.parametrize("hold", [True, False])
def test_a_worker_that_is_held_no_longer_is_free_in_the_end(at: float, hold: bool) -> None:
    """Also where it does the work of two branches in turn when that changes."""

    def web(hold: bool) -> Plan:
        both = parallel((work(1.0), work(1.0)), (work(1.0), work(1.0)))
        flow = (work(0.1), both, work(0.1))
        nodes = [
            client(process="trace", times=(1.0, 1.2)),
            station("web", workers=2, flow=flow, hold=hold),
        ]
        return plan(nodes, [link("users", "web")])

    simulation = Simulation(web(hold))
    simulation.advance(at)
    simulation.follow(web(not hold))
    check(simulation.machine)
    simulation.advance(30.0)
    check(simulation.machine)
    node = simulation.machine.nodes["web"].node
    assert (node.busy, node.waiting, node.completed) == (0, 0, 2)


@pytest.mark.parametrize("seed", [621, 1602, 2461])
def test_flows_go_on_when_what_their_workers_do_changes(seed: int) -> None:
    """Workers that were held, and are no longer, are free in the end: arbitrary plans that once told of some."""
    first, second = random_plan(seed), random_plan(seed + 100_000)
    simulation = Simulation(first)
    for place, design in enumerate((second, first, second)):
        simulation.advance(1.3 * (place + 1))
        simulation.machine.set_load(0.5 + place)
        simulation.follow(design)
        check(simulation.machine)
    simulation.advance(8.0)
    check(simulation.machine)

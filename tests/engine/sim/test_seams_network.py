"""Connections and bandwidth where they meet queues, routers, caches, faults and edits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import ConnectionPlan, EncryptionPlan, KeyPlan, Part, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.flows import call, parallel, work
from tests.helpers.plans import (
    cache,
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    router,
    simulate,
    station,
)

ONE = ConnectionPlan(round_trips=1, connections=1)


def finished(simulation: Simulation, until: float) -> Result:
    simulation.advance(until)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def test_messages_wait_for_the_connection_to_their_worker() -> None:
    nodes = [
        client(process="trace", times=(1.0,) * 12),
        queue("jobs", visibility=60.0),
        station("worker", 1.0, workers=4, pulls=True),
    ]
    links = [link("users", "jobs"), link("jobs", "worker", delay=0.05, connection=ONE)]
    found = simulate(plan(nodes, links))
    assert found["nodes"]["jobs"]["extra"]["consumed"] == 12
    assert found["links"]["jobs-worker"]["extra"]["connections_opened"] == 1
    assert found["links"]["jobs-worker"]["latency"]["max"] > 4.0, "one after the other"


def test_a_message_given_up_in_the_line_frees_the_worker_kept_for_it() -> None:
    # The second and the third wait behind 3 s of work, are given up after 2 s, and are dead at once.
    nodes = [
        client(process="trace", times=(1.0, 1.0, 1.0, 20.0)),
        queue("jobs", visibility=2.0, max_receive=1),
        station("worker", 3.0, workers=3, pulls=True),
    ]
    links = [link("users", "jobs"), link("jobs", "worker", connection=ONE)]
    simulation = Simulation(plan(nodes, links))
    found = finished(simulation, 100.0)
    [pool] = simulation.machine.nodes["worker"].node.pools
    assert (pool.reserved, pool.coming) == (0, 0)
    assert found["nodes"]["jobs"]["extra"]["dead_lettered"] == 4
    assert found["nodes"]["worker"]["arrivals"] == 2, "the first and the last had the connection"


def test_a_router_keeps_connections_to_every_instance() -> None:
    nodes = [
        client(rate=200.0),
        router("lb", "least_connections"),
        station("web", exponential(0.01), workers=4, instances=3),
    ]
    rules = ConnectionPlan(round_trips=1, connections=2, streams=1)
    links = [link("users", "lb"), link("lb", "web", delay=0.001, connection=rules)]
    found = simulate(plan(nodes, links, duration=50.0))
    assert found["links"]["lb-web"]["extra"]["connections_opened"] == 6
    assert found["clients"]["users"]["failed"] == {}


def test_what_waits_dies_with_its_caller() -> None:
    nodes = [
        client(process="trace", times=(1.0, 1.0, 1.0, 30.0)),
        station("web", 0.0, workers=8),
        station("db", 2.0, workers=8),
    ]
    links = [link("users", "web"), link("web", "db", connection=ONE)]
    killed = event(2.0, 5.0, "kill", nodes=("web",))
    simulation = Simulation(plan(nodes, links, events=(killed,)))
    found = finished(simulation, 100.0)
    assert found["clients"]["users"]["failed"] == {"crashed": 3}
    assert found["clients"]["users"]["succeeded"] == 1
    assert found["nodes"]["db"]["arrivals"] == 2, "only the first of the three and the last"
    assert found["links"]["web-db"]["failed"] == {"crashed": 2}
    assert found["links"]["web-db"]["extra"]["connections_opened"] == 2


def test_what_waits_for_a_dead_target_is_refused_and_retried() -> None:
    nodes = [client(rate=20.0), station("web", exponential(0.02), workers=2)]
    links = [link("users", "web", delay=0.01, connection=ONE, timeout=1.0)]
    events = tuple(event(at, 1.0, "kill", nodes=("web",)) for at in (10.0, 20.0, 30.0))
    simulation = Simulation(plan(nodes, links, events=events, duration=50.0))
    for time in (9.9, 10.5, 11.01, 20.2, 31.0):
        simulation.advance(time)
        check(simulation.machine)
    found = finished(simulation, 50.0)
    extra = found["links"]["users-web"]["extra"]
    assert extra["connections_opened"] == 4, "one, and another after each of three kills"
    assert set(found["clients"]["users"]["failed"]) <= {"crashed", "unavailable", "timeout"}
    assert found["clients"]["users"]["failed"]["unavailable"] > 30


def test_an_instance_that_is_taken_away_serves_those_in_line() -> None:
    nodes = [client(process="trace", times=(1.0,) * 10), station("web", 0.1, instances=2)]
    before = plan(nodes, [link("users", "web", connection=ONE)])
    simulation = Simulation(before)
    simulation.advance(1.15)
    simulation.follow(replace(before, nodes=(nodes[0], station("web", 0.1, instances=1))))
    check(simulation.machine)
    found = finished(simulation, 10.0)
    assert found["clients"]["users"]["succeeded"] == 10
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(0.5)


def test_a_cache_is_filled_over_the_same_bandwidth() -> None:
    # One key, looked up 11 times: one miss of no bytes, a fill of 10 kB there, ten hits of 10 kB back.
    times = tuple(float(place) for place in range(1, 12))
    nodes = [
        client(process="trace", times=times),
        station("app", 0.0),
        cache("cache", 10),
        station("db", 0.0),
    ]
    links = [
        link("users", "app"),
        link("app", "cache", bandwidth=1e5),
        link("app", "db", order=1, on_miss=True),
    ]
    kinds = (request_class(keys=KeyPlan(count=1, alpha=0.0)),)
    extra = simulate(plan(nodes, links, classes=kinds))["links"]["app-cache"]["extra"]
    assert extra["response_utilization"] == pytest.approx(10 * 1e4 / 1e5 / 100.0)
    assert extra["request_utilization"] == pytest.approx((11 * 1e3 + 1e4) / 1e5 / 100.0)


def test_a_wider_link_drains_what_waits() -> None:
    narrow = _loaded(bandwidth=5e5)
    simulation = Simulation(narrow)
    simulation.advance(20.0)
    part = simulation.machine.links["users-web"]
    assert part.extra(20.0)["response_utilization"] == pytest.approx(1.0, abs=0.02)
    simulation.follow(_loaded(bandwidth=5e6))
    found = finished(simulation, 100.0)
    assert found["clients"]["users"]["succeeded"] == found["clients"]["users"]["offered"]


def test_an_event_narrows_a_link_for_a_while() -> None:
    usual = _loaded(bandwidth=1e7)
    [wide] = usual.links
    narrow = event(10.0, 5.0, "set", replacement=replace(wide, bandwidth=1e5))
    calm = simulate(replace(usual, duration=9.0))["clients"]["users"]["latency"]["max"]
    stormy = simulate(replace(usual, events=(narrow,)))["clients"]["users"]
    assert calm < 0.05
    assert stormy["latency"]["max"] > 5.0
    assert stormy["succeeded"] == stormy["offered"]


@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_encryption_is_work_whatever_the_discipline(discipline: Any) -> None:
    def busy(**network: Any) -> float:
        web = station("web", 0.001, workers=2, discipline=discipline)
        made = plan([client(rate=100.0), web], [link("users", "web", **network)])
        return float(simulate(made)["nodes"]["web"]["utilization"])

    costs = EncryptionPlan(per_byte=1e-7)
    assert busy(encryption=costs) / busy() == pytest.approx((0.001 + 11e3 * 1e-7) / 0.001)


@pytest.mark.parametrize("discipline", ["fifo", "ps"])
@pytest.mark.parametrize("hold", [True, False])
@pytest.mark.parametrize(
    ("flow", "own"),
    [
        ((work(0.002), call("web-db"), work(0.001)), 0.003),
        ((call("web-db"), work(0.001)), 0.001),
        ((parallel(work(0.001), work(0.002)), call("web-db")), 0.003),
    ],
)
def test_encryption_is_work_once_a_request_whatever_the_flow(
    flow: tuple[Part, ...], own: float, hold: bool, discipline: Any
) -> None:
    def busy(**network: Any) -> float:
        web = station("web", flow=flow, workers=4, hold=hold, discipline=discipline)
        nodes = [client(rate=50.0), web, station("db", 0.0)]
        made = plan(nodes, [link("users", "web", **network), link("web", "db")])
        found = simulate(made)["nodes"]["web"]
        return float(found["utilization"]) * 4.0 * 100.0 / found["arrivals"]

    costs = EncryptionPlan(per_byte=1e-6)
    assert busy() == pytest.approx(own, rel=0.01)
    assert busy(encryption=costs) - busy() == pytest.approx(11e3 * 1e-6, rel=0.01)


def test_a_slow_instance_is_slow_at_encryption_too() -> None:
    nodes = [client(process="trace", times=(1.0, 5.0)), station("web", 0.1)]
    links = [link("users", "web", encryption=EncryptionPlan(per_byte=1e-5))]
    slow = event(4.0, 5.0, "slow", nodes=("web",), factor=10.0)
    seen = simulate(plan(nodes, links, events=(slow,)))["clients"]["users"]["latency"]
    assert seen["max"] == pytest.approx(10 * (0.1 + 0.11))
    assert seen["mean"] * 2 - seen["max"] == pytest.approx(0.1 + 0.11)


def _loaded(**network: Any) -> Plan:
    """60 requests a second with 10 kB of answer for 20 s."""
    nodes = [
        client(process="poisson", schedule=((0.0, 60.0), (20.0, 60.0), (20.001, 0.0))),
        station("web", 0.001),
    ]
    return plan(nodes, [link("users", "web", **network)], duration=100.0)

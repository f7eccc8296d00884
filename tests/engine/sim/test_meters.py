"""What results have beside the usual: single instances, blame, bytes, work, shares above a limit, counts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from engine.control.simulation import Simulation
from engine.model.metrics import value_of
from engine.plan.primitives import Plan
from engine.sim.machine import Machine
from engine.sim.meters import Meters
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    cache,
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    retry,
    router,
    simulate,
    station,
)
from tests.helpers.random_plans import whole_plans

RELAXED = settings(max_examples=40, deadline=None, derandomize=True)
CLOSE = 1e-6


@RELAXED
@given(whole_plans)
def test_littles_law_from_the_result_alone(design: Plan) -> None:
    """A run that begins and ends empty: mean number times time is count times mean duration."""
    simulation = Simulation(replace(design, warmup=0.0))
    simulation.advance(8.0)
    simulation.machine.set_load(0.0)
    simulation.advance(200.0)
    result = result_of(simulation.machine, (), 0.0)
    for node in result["nodes"].values():
        assert node["residence"]["count"] + _sum(node["refused"]) == (
            node["completed"] + _sum(node["failed"])
        )
        if node["in_system"] == 0:
            assert _spent(node["residence"]) == pytest.approx(
                node["in_system_mean"] * 200.0, CLOSE, abs=CLOSE
            )
    for edge in result["links"].values():
        assert edge["settled"]["count"] == edge["succeeded"] + _sum(edge["failed"])
        assert edge["latency"]["count"] == edge["succeeded"]
        if edge["in_flight"] == 0:
            assert _spent(edge["settled"]) == pytest.approx(
                edge["in_flight_mean"] * 200.0, CLOSE, abs=CLOSE
            )


@RELAXED
@given(whole_plans)
def test_instances_add_up_to_their_node(design: Plan) -> None:
    for node in simulate(design)["nodes"].values():
        rows = node["instances"]
        for name in ("arrivals", "completed"):
            assert sum(row[name] for row in rows) == node[name]
        assert sum(row["failed"] for row in rows) == _sum(node["failed"])
        assert node["ready"] == sum(row["state"] == "ready" for row in rows)
        assert node["working"] <= node["utilization"] + CLOSE
        for row in rows:
            assert row["working"] <= row["utilization"] + CLOSE


@RELAXED
@given(whole_plans)
def test_blame_is_part_of_the_failures(design: Plan) -> None:
    result = simulate(design)
    for part in (*result["nodes"].values(), *result["links"].values()):
        for reason in {**part["refused"], **part["passed_on"]}:
            both = part["refused"].get(reason, 0) + part["passed_on"].get(reason, 0)
            assert both <= part["failed"].get(reason, 0)


def _spent(durations: dict[str, Any]) -> float:
    """All durations together (s)."""
    return durations["count"] * (durations["mean"] or 0.0)


def _sum(failures: dict[str, int]) -> int:
    return sum(failures.values())


def test_instances_that_are_gone_are_counted_as_one() -> None:
    nodes = [client(rate=100.0), station("web", constant(0.001), instances=3, workers=2)]
    simulation = Simulation(plan(nodes, [link("users", "web")]))
    simulation.advance(50.0)
    simulation.machine.scale("web", 1)
    simulation.advance(60.0)
    simulation.machine.scale("web", 2)
    simulation.advance(100.0)
    web = result_of(simulation.machine, (), 0.0)["nodes"]["web"]
    assert [row["state"] for row in web["instances"]] == ["ready", "ready", "gone"]
    assert sum(row["arrivals"] for row in web["instances"]) == web["arrivals"]
    gone = web["instances"][2]
    assert gone["arrivals"] == pytest.approx(2 / 3 * 5000, rel=0.05)
    assert gone["utilization"] == pytest.approx(100 / 3 * 0.001 / 2, rel=0.1)


def test_the_instances_of_a_node_share_its_utilization() -> None:
    nodes = [client(rate=300.0), station("web", exponential(0.01), instances=2, workers=2)]
    web = simulate(plan(nodes, [link("users", "web")]))["nodes"]["web"]
    mean = sum(row["utilization"] for row in web["instances"]) / 2.0
    assert mean == pytest.approx(web["utilization"], CLOSE)
    queued = sum(row["queue_mean"] for row in web["instances"])
    assert queued == pytest.approx(web["queue_mean"], CLOSE)


@pytest.mark.parametrize("changes", [{}, {"start": None}, {"cpu": None}])
def test_held_workers_do_not_work(changes: dict[str, Any]) -> None:
    """10 ms of work and 30 ms in which the worker is held: a quarter of what is busy is at work."""
    web = station("web", constant(0.01), workers=20, hold=True, **changes)
    nodes = [client(rate=100.0), web, station("back", constant(0.03), workers=None)]
    result = simulate(plan(nodes, [link("users", "web"), link("web", "back")], duration=400.0))
    found = result["nodes"]["web"]
    assert found["utilization"] == pytest.approx(100 * 0.04 / 20, rel=0.02)
    assert found["working"] == pytest.approx(found["utilization"] / 4.0, rel=0.01)
    back = result["nodes"]["back"]
    assert back["working"] == 0.0, "without a number of workers there is no share of them"


def test_workers_that_are_released_work_whenever_they_are_busy() -> None:
    web = station("web", constant(0.01), workers=2)
    nodes = [client(rate=100.0), web, station("back", constant(0.03), workers=None)]
    found = simulate(plan(nodes, [link("users", "web"), link("web", "back")]))["nodes"]["web"]
    assert found["working"] == pytest.approx(found["utilization"], CLOSE)


def test_a_held_worker_that_dies_is_idle_no_more() -> None:
    web = station("web", constant(0.01), workers=5, hold=True)
    nodes = [client(rate=50.0), web, station("back", constant(0.5), workers=None)]
    events = (event(10.0, 5.0, "kill", nodes=("web",)),)
    design = plan(nodes, [link("users", "web"), link("web", "back")], events=events)
    found = simulate(design)["nodes"]["web"]
    assert 0.0 < found["working"] < found["utilization"] / 10.0


def test_whose_fault_it_is() -> None:
    """The database fails one request in three; the web server passes that on, and so do its links."""
    nodes = [client(rate=200.0), station("web", workers=None), station("db", 0.0, workers=None)]
    events = (event(0.0, math.inf, "error", nodes=("db",), probability=1 / 3),)
    result = simulate(plan(nodes, [link("users", "web"), link("web", "db")], events=events))
    web, db = result["nodes"]["web"], result["nodes"]["db"]
    assert db["failed"]["error"] > 5000
    assert db["passed_on"] == db["refused"] == {}
    assert web["passed_on"] == web["failed"] == db["failed"]
    assert result["links"]["users-web"]["passed_on"] == result["links"]["users-web"]["failed"]
    assert db["availability"] == pytest.approx(2 / 3, rel=0.02)
    low, high = db["ci95"]["availability"]
    assert low < 2 / 3 < high < 0.7


def test_refusals_at_the_door_are_ones_own() -> None:
    nodes = [client(rate=200.0), station("web", exponential(0.01), queue_limit=1)]
    result = simulate(plan(nodes, [link("users", "web")]))
    web = result["nodes"]["web"]
    assert web["refused"] == web["failed"]
    assert set(web["refused"]) == {"queue_full"}
    assert result["links"]["users-web"]["passed_on"] == web["failed"]


def test_a_timeout_on_a_link_is_its_own() -> None:
    nodes = [client(rate=20.0), station("web", constant(1.0), workers=None)]
    edge = simulate(plan(nodes, [link("users", "web", timeout=0.5)]))["links"]["users-web"]
    assert edge["failed"]["timeout"] > 1000
    assert edge["passed_on"] == edge["refused"] == {}


def test_availability_of_nothing_is_unknown_and_of_everything_has_no_interval() -> None:
    nodes = [client(rate=20.0), station("web", workers=None), station("idle")]
    result = simulate(plan(nodes, [link("users", "web")]))
    assert result["nodes"]["idle"]["availability"] is None
    assert result["clients"]["users"]["availability"] == 1.0
    assert result["clients"]["users"]["ci95"]["availability"] is None


def test_bytes_of_calls_of_one_size_and_of_several() -> None:
    classes = (
        request_class("read"),
        request_class("write", request_bytes=3e3, response_bytes=10.0),
    )
    for kinds in (classes[:1], classes):
        mix = (0.5, 0.5)[: len(kinds)]
        nodes = [client(rate=50.0, mix=mix), station("web", [0.001] * len(kinds), workers=None)]
        edge = link("users", "web", bandwidth=1e9, retry=retry(2), classes=(True,) * len(kinds))
        simulation = Simulation(plan(nodes, [edge], classes=kinds))
        simulation.advance(100.0)
        network: Any = simulation.machine.links["users-web"].link.network
        found = result_of(simulation.machine, (), 0.0)["links"]["users-web"]
        assert found["bytes_in"] == network.request_channel.sent > 4e6
        # An answer is counted when it has arrived.
        assert 0.0 <= network.response_channel.sent - found["bytes_out"] < 5e4


def test_bytes_of_misses_and_fills() -> None:
    """Behind a balancer as well: what is missing takes no bytes, what is stored takes an answer's."""
    nodes = [
        client(rate=50.0),
        station("web", workers=None),
        router("balancer"),
        cache("cache", None),
        station("db", 0.0, workers=None),
    ]
    links = [
        link("users", "web"),
        link("web", "balancer"),
        link("balancer", "cache"),
        link("web", "db", order=1, on_miss=True),
    ]
    result = simulate(plan(nodes, links, duration=40.0))
    misses = result["links"]["web-db"]["succeeded"]
    reads = result["clients"]["users"]["offered"]
    assert 0 < misses <= 150
    for name in ("web-balancer", "balancer-cache"):
        assert result["links"][name]["bytes_in"] == reads * 1e3 + misses * 1e4
        assert result["links"][name]["bytes_out"] == (reads - misses) * 1e4
    assert result["links"]["users-web"]["bytes_out"] == reads * 1e4


def test_what_a_rule_refuses_is_not_sent() -> None:
    nodes = [client(rate=50.0), station("web", workers=None)]
    events = (event(20.0, 30.0, "kill", nodes=("web",)),)
    found = simulate(plan(nodes, [link("users", "web", probability=1.0)], events=events))
    edge = found["links"]["users-web"]
    assert edge["bytes_in"] == (edge["attempts"] - _sum(edge["refused"])) * 1e3


def test_sizes_that_change_count_from_then_on() -> None:
    nodes = [client(rate=50.0), station("web", 0.0, workers=None)]
    design = plan(nodes, [link("users", "web")])
    simulation = Simulation(design)
    simulation.advance(50.0)
    before = result_of(simulation.machine, (), 0.0)["links"]["users-web"]
    simulation.follow(replace(design, classes=(request_class(request_bytes=7.0),)))
    simulation.advance(100.0)
    after = result_of(simulation.machine, (), 0.0)["links"]["users-web"]
    assert before["bytes_in"] == before["attempts"] * 1e3
    assert after["bytes_in"] == before["bytes_in"] + (after["attempts"] - before["attempts"]) * 7.0


def asked(running: Machine, *metrics: str) -> Result:
    meters = Meters(running)
    meters.metrics = metrics
    return result_of(running, (), 0.0, meters)


def test_shares_above_a_limit() -> None:
    """Workers without end take an exponential time: e^(-limit/10 ms), where a limit may be .8 % longer."""
    nodes = [client(rate=50.0), station("web", exponential(0.01), workers=None)]
    running = Machine(plan(nodes, [link("users", "web")], duration=6000.0))
    running.advance(6000.0)
    limits = (0.0, 0.005, 0.02, 0.04)
    names = [f"web.residence.above.{limit}" for limit in limits]
    result = asked(running, *names, "users.latency.above.1000")
    count = result["nodes"]["web"]["residence"]["count"]
    for name, limit in zip(names, limits, strict=True):
        least, most = math.exp(-limit * 1.008 / 0.01), math.exp(-limit / 0.01)
        chance = 4.0 * math.sqrt(most * (1.0 - most) / count)
        assert least - chance <= result["metrics"][name] <= most + chance
    assert result["metrics"]["users.latency.above.1000"] == 0.0
    assert value_of(names[2], result) == result["metrics"][names[2]]
    plain = result_of(running, (), 0.0)
    assert plain["hash"] == result["hash"]
    assert value_of(names[2], plain) is None


def test_the_share_of_those_who_wait() -> None:
    """M/M/1: whoever comes waits with the probability ρ."""
    running = Machine(plan([client(), station("web", exponential(0.01))], [link("users", "web")]))
    running.advance(4000.0)
    assert asked(running, "web.wait.above.0")["metrics"]["web.wait.above.0"] == pytest.approx(
        0.5, rel=0.02
    )


def test_what_takes_exactly_the_limit_is_not_above_it() -> None:
    nodes = [client(rate=5.0), station("web", constant(0.25), workers=None)]
    running = Machine(plan(nodes, [link("users", "web")]))
    running.advance(100.0)
    result = asked(running, "web.residence.above.0.26", "web.residence.above.0.24")
    assert list(result["metrics"].values()) == [0.0, 1.0]


def test_nothing_is_above_a_limit_where_nothing_was() -> None:
    running = Machine(plan([client(rate=0.0), station("web")], [link("users", "web")]))
    running.advance(10.0)
    assert asked(running, "users.latency.above.1")["metrics"] == {"users.latency.above.1": None}


def test_publish_to_done_is_the_residence_of_the_queue_and_its_worker() -> None:
    """One worker behind a queue is M/M/1: exponential with the rate μ − λ."""
    nodes = [client(rate=50.0), queue("orders"), station("mailer", exponential(0.01), pulls=True)]
    links = [link("users", "orders"), link("orders", "mailer")]
    found = simulate(plan(nodes, links, duration=6000.0))["nodes"]["orders"]
    times = found["publish_to_done"]
    assert times["count"] == found["extra"]["consumed"]
    assert times["mean"] == pytest.approx(0.02, rel=0.03)
    assert times["p50"] == pytest.approx(math.log(2.0) / 50.0, rel=0.03)
    assert times["p99"] == pytest.approx(math.log(100.0) / 50.0, rel=0.06)
    assert times["ci95"]["mean"][0] < 0.02 < times["ci95"]["mean"][1]
    assert "publish_to_done" not in simulate(plan(nodes, links))["nodes"]["mailer"]


def test_publish_to_done_includes_redeliveries() -> None:
    nodes = [
        client(rate=1.0),
        queue("orders", visibility=2.0, max_receive=9),
        station("mailer", constant(0.1), workers=None, pulls=True),
    ]
    links = [link("users", "orders"), link("orders", "mailer", timeout=2.0, loss=0.0)]
    events = (event(10.0, 30.0, "error", nodes=("mailer",), probability=1.0),)
    found = simulate(plan(nodes, links, events=events))["nodes"]["orders"]
    assert found["publish_to_done"]["p50"] == pytest.approx(0.1, rel=0.01)
    assert found["publish_to_done"]["count"] == found["extra"]["consumed"]


def test_numbers_of_single_instances_have_names() -> None:
    nodes = [client(rate=50.0), station("web", instances=2)]
    result = simulate(plan(nodes, [link("users", "web")]))
    assert (
        value_of("web.instances.1.arrivals", result)
        == result["nodes"]["web"]["instances"][1]["arrivals"]
    )
    assert value_of("web.instances.2.arrivals", result) is None

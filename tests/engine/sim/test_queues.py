"""Message queues: at least once, bounded, dead letters; nothing is ever lost."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import NodePlan, Plan
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    simulate,
    station,
)


def workers(work: float = 1.0, **changes: object) -> NodePlan:
    return station("workers", exponential(work) if work == 0.5 else work, pulls=True, **changes)


def design(source: NodePlan, line: NodePlan, *consumers: NodePlan, **changes: object) -> Plan:
    links = [link("users", "queue"), *(link("queue", each.id) for each in consumers)]
    return plan([source, line, *consumers], links, **changes)


def at(*times: float) -> NodePlan:
    return client(process="trace", times=times)


def extra(result: Result) -> dict[str, float]:
    return dict(result["nodes"]["queue"]["extra"])


def test_the_sender_is_answered_at_once_and_workers_pull_in_order() -> None:
    result = simulate(design(at(1.0, 1.0, 1.0), queue("queue"), workers(2.0)))
    assert result["clients"]["users"]["latency"]["max"] == 0.0
    assert result["nodes"]["workers"]["completed"] == 3
    assert result["nodes"]["workers"]["queue_mean"] == 0.0, "messages wait in the queue"
    found = extra(result)
    assert (found["published"], found["consumed"], found["depth"]) == (3.0, 3.0, 0.0)
    assert found["lag"] == pytest.approx((0 + 2 + 4) / 3)
    assert result["nodes"]["queue"]["queue_mean"] == pytest.approx((2 + 4) / 100)


def test_a_full_queue_refuses() -> None:
    result = simulate(design(at(1.0, 1.0, 1.0, 1.0), queue("queue", 2), workers(5.0)))
    assert result["clients"]["users"]["failed"] == {"queue_full": 1}
    assert extra(result)["published"] == 3.0


def test_backlog_grows_and_drains_as_the_fluid_says() -> None:
    """COURSE 2.3: (800-400)·60 = 24 000 messages, drained in 24 000/(1000-800) = 120 s; a tenth."""
    stop = event(60.0, 60.0, "slow", nodes=("workers",), factor=2.5)
    nodes = design(
        client(rate=80.0),
        queue("queue"),
        station("workers", 0.01, pulls=True),
        events=(stop,),
        duration=400.0,
    )
    simulation = Simulation(nodes)
    simulation.advance(120.0)
    line = simulation.machine.nodes["queue"].node
    assert line.waiting == pytest.approx(2400, rel=0.1)
    while line.waiting > 10:
        simulation.advance(simulation.now + 1.0)
    assert simulation.now - 120.0 == pytest.approx(120.0, rel=0.15)


def test_failed_messages_come_again_and_end_as_dead_letters() -> None:
    errors = event(0.0, 4.5, "error", nodes=("workers",), probability=1.0)
    line = queue("queue", max_receive=3)
    result = simulate(design(at(1.0, 6.0), line, workers(1.0), events=(errors,)))
    found = extra(result)
    assert (found["dead_lettered"], found["redelivered"], found["consumed"]) == (1.0, 2.0, 1.0)
    assert result["nodes"]["workers"]["failed"] == {"error": 3}


def test_a_message_that_takes_too_long_is_delivered_again() -> None:
    """Two workers of 5 s and a visibility of 2 s: the same message is worked on twice, the second time again."""
    line = queue("queue", visibility=2.0, max_receive=2)
    result = simulate(design(at(1.0), line, workers(5.0, workers=2)))
    found = extra(result)
    assert result["nodes"]["workers"]["arrivals"] == 2
    assert (found["redelivered"], found["dead_lettered"], found["duplicates"]) == (1.0, 1.0, 1.0)
    assert found["effects"] == 2.0


def test_idle_consumers_share_in_turn() -> None:
    consumers = [station(name, 1.0, pulls=True) for name in ("one", "two")]
    result = simulate(design(client(rate=1.0), queue("queue"), *consumers, duration=2000.0))
    counts = [result["nodes"][name]["arrivals"] for name in ("one", "two")]
    assert counts[0] == pytest.approx(counts[1], rel=0.1)
    assert sum(counts) == extra(result)["consumed"] + extra(result)["in_flight"]


def test_consumers_take_only_their_classes() -> None:
    classes = (request_class("a"), request_class("b"))
    nodes = [
        client(rate=10.0, mix=(0.5, 0.5)),
        queue("queue"),
        station("one", [0.01, 0.01], pulls=True),
        station("slow", [1.0, 1.0], pulls=True),
    ]
    links = [
        link("users", "queue", classes=(True, True)),
        link("queue", "one", classes=(True, False)),
        link("queue", "slow", classes=(False, True)),
    ]
    result = simulate(plan(nodes, links, classes=classes, duration=100.0))
    assert result["nodes"]["one"]["arrivals"] == pytest.approx(500, rel=0.15)
    assert result["nodes"]["slow"]["arrivals"] == pytest.approx(100, abs=1)
    assert extra(result)["depth"] == pytest.approx(400, rel=0.25)


def test_dead_workers_pull_nothing_and_the_queue_remembers() -> None:
    kill = event(0.5, 20.0, "kill", nodes=("workers",))
    simulation = Simulation(design(at(1.0, 2.0, 3.0), queue("queue"), workers(1.0), events=(kill,)))
    simulation.advance(20.0)
    assert simulation.machine.nodes["queue"].node.waiting == 3
    simulation.advance(30.0)
    result = result_of(simulation.machine, (), 0.0)
    assert extra(result)["consumed"] == 3.0
    assert result["nodes"]["workers"]["failed"] == {}


def test_a_crash_puts_the_message_back() -> None:
    kill = event(1.5, 3.0, "kill", nodes=("workers",))
    result = simulate(design(at(1.0), queue("queue"), workers(1.0), events=(kill,)))
    found = extra(result)
    assert (found["consumed"], found["redelivered"]) == (1.0, 1.0)
    assert result["nodes"]["workers"]["failed"] == {"crashed": 1}


def test_a_queue_that_is_down_keeps_its_messages() -> None:
    kill = event(2.5, 10.0, "kill", nodes=("queue",))
    result = simulate(design(at(1.0, 1.0, 1.0, 5.0), queue("queue"), workers(1.0), events=(kill,)))
    assert result["clients"]["users"]["failed"] == {"unavailable": 1}
    assert extra(result)["consumed"] == 3.0


def test_a_cut_link_holds_messages_back() -> None:
    cut = event(0.0, 50.0, "partition", links=("queue-workers",))
    simulation = Simulation(design(at(1.0, 2.0), queue("queue"), workers(1.0), events=(cut,)))
    simulation.advance(49.0)
    assert simulation.machine.nodes["queue"].node.waiting == 2
    simulation.advance(60.0)
    assert extra(result_of(simulation.machine, (), 0.0))["consumed"] == 2.0


def test_consumers_may_come_and_go() -> None:
    simulation = Simulation(design(client(rate=5.0), queue("queue")))
    simulation.advance(10.0)
    waiting = simulation.machine.nodes["queue"].node.waiting
    assert waiting > 30
    simulation.follow(design(client(rate=5.0), queue("queue"), workers(0.01)))
    simulation.advance(11.0)
    assert simulation.machine.nodes["queue"].node.waiting < 5
    simulation.follow(design(client(rate=5.0), queue("queue")))
    simulation.advance(20.0)
    assert simulation.machine.nodes["queue"].node.waiting > 25
    result_of(simulation.machine, (), 0.0)


def test_shared_workers_pull_too() -> None:
    consumer = station("workers", 1.0, pulls=True, discipline="ps", workers=2)
    result = simulate(design(at(1.0, 1.0, 1.0), queue("queue"), consumer))
    assert extra(result)["consumed"] == 3.0
    assert result["nodes"]["workers"]["residence"]["max"] == pytest.approx(1.0)

"""COURSE 13.2 and 12.3: partitions, groups, offsets, batches and what a crash of the leader takes with it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import KeyPlan, LawPlan, NodePlan, Plan
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    request_class,
    simulate,
    station,
    topic,
)

KEYS = KeyPlan(count=1_000_003, alpha=0.0)
FEW = KeyPlan(count=50, alpha=0.0)


def workers(name: str, work: object = 0.01, **changes: object) -> NodePlan:
    return station(name, work, pulls=True, hold=True, **changes)


def design(
    source: NodePlan, log: NodePlan, *consumers: NodePlan, keys: KeyPlan = KEYS, **changes: Any
) -> Plan:
    links = [link("users", "log"), *(link("log", each.id) for each in consumers)]
    nodes = [source, log, *consumers]
    return plan(nodes, links, **({"classes": (request_class(keys=keys),)} | changes))


def steady(rate: float, until: float | None = None) -> NodePlan:
    """Messages at equal distances, up to a time."""
    schedule = ((0.0, rate),) if until is None else ((0.0, rate), (until, rate), (until, 0.0))
    return client(process="deterministic", schedule=schedule)


def extra(result: Result, name: str = "log") -> dict[str, Any]:
    return dict(result["nodes"][name]["extra"])


def of(simulation: Simulation) -> dict[str, Any]:
    """What the log of a running simulation counts; its invariants hold."""
    return extra(result_of(simulation.machine, (), 0.0))


@pytest.mark.parametrize(("rate", "partitions"), [(400.0, 1), (600.0, 6), (100.0, 4)])
def test_a_batch_is_one_and_what_comes_while_it_lingers(rate: float, partitions: int) -> None:
    """1 + λ·linger with the λ of a partition; the first waits the linger time, the others half of it."""
    linger = 0.005
    log = topic("log", partitions=partitions, linger=linger)
    result = simulate(design(client(rate=rate), log, duration=200.0))
    more = rate / partitions * linger
    assert extra(result)["batch_size"] == pytest.approx(1.0 + more, rel=0.01)
    mean = (linger + more * linger / 2.0) / (1.0 + more)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(mean, rel=0.01)


def test_a_full_batch_waits_no_more() -> None:
    """Three messages of 500 B fill 1500 B: half a second of ten a second never passes."""
    log = topic("log", partitions=1, linger=10.0, batch_bytes=1500.0)
    kinds = (request_class(request_bytes=500),)
    result = simulate(design(steady(10.0), log, classes=kinds))
    assert extra(result)["batch_size"] == 3.0
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.2)


@pytest.mark.parametrize(("partitions", "busy"), [(3, 3), (6, 6), (20, 8)])
def test_no_more_instances_work_than_there_are_partitions(partitions: int, busy: int) -> None:
    """Eight instances of one worker, 20 ms a message: min(partitions, 8) / 20 ms of 1000 a second."""
    consumers = workers("jobs", 0.02, instances=8)
    log = topic("log", partitions=partitions)
    result = simulate(design(client(rate=1000.0), log, consumers, duration=40.0))
    assert result["nodes"]["jobs"]["completed"] / 40.0 == pytest.approx(busy / 0.02, rel=0.02)
    instances = result["nodes"]["jobs"]["instances"]
    assert sum(each["completed"] > 0 for each in instances) == busy


def test_the_lag_is_the_rate_times_the_stop_and_drains_at_what_is_spare() -> None:
    """COURSE 2.3, a tenth: 80 a second for 60 s; 4800 messages, then 4800 / (6/.03 - 80) = 40 s."""
    stop = event(60.0, 60.0, "kill", nodes=("jobs",))
    simulation = Simulation(
        design(
            steady(80.0),
            topic("log", session_timeout=300.0, linger=0.001),
            workers("jobs", 0.03, workers=6),
            events=(stop,),
            duration=300.0,
        )
    )
    simulation.advance(60.0)
    assert of(simulation)["lag"]["jobs"] < 10.0
    simulation.advance(120.0)
    assert of(simulation)["lag"] == {"jobs": pytest.approx(4800.0, abs=10.0)}
    while of(simulation)["behind"] > 10.0:
        simulation.advance(simulation.now + 1.0)
    assert simulation.now - 120.0 == pytest.approx(40.0, rel=0.1)
    assert result_of(simulation.machine, (), 0.0)["clients"]["users"]["latency"]["max"] < 0.002


def test_every_group_gets_every_message_and_links_of_one_group_share_them() -> None:
    nodes = [steady(50.0, 100.0), topic("log"), *(workers(name) for name in ("a", "b", "c"))]
    links = [
        link("users", "log"),
        link("log", "a", group="one"),
        link("log", "b", group="one"),
        link("log", "c"),
    ]
    result = simulate(plan(nodes, links, classes=(request_class(keys=KEYS),), duration=120.0))
    found = extra(result)
    assert found["consumed_by"] == {"one": found["published"], "c": found["published"]}
    done = {name: result["nodes"][name]["completed"] for name in ("a", "b", "c")}
    assert done["a"] + done["b"] == done["c"] == found["published"]
    assert done["a"] == pytest.approx(done["b"], rel=0.1), "three partitions each"
    assert found["lag"] == {"one": 0.0, "c": 0.0}


def with_a_crash(*, keys: KeyPlan, commit: float) -> dict[str, Any]:
    """One of three instances dies at 31.05 s for good."""
    kill = event(31.05, 500.0, "kill", nodes=("jobs",), instances=1)
    nodes = design(
        steady(60.0, 100.0),
        topic("log", commit_interval=commit, session_timeout=10.0, rebalance=2.0),
        workers("jobs", exponential(0.01), instances=3),
        keys=keys,
        events=(kill,),
        duration=200.0,
    )
    return extra(simulate(nodes))


def test_order_holds_for_each_key_but_where_a_crash_has_messages_read_again() -> None:
    calm = design(client(rate=150.0), topic("log"), workers("jobs", exponential(0.02), instances=6), keys=FEW)  # fmt: skip
    assert extra(simulate(calm))["out_of_order"] == 0.0
    crashed = with_a_crash(keys=FEW, commit=5.0)
    assert crashed["out_of_order"] > 0.0
    assert crashed["consumed"] == crashed["published"] == 6000.0, "nothing is lost"
    assert crashed["effects"] == crashed["consumed"] + crashed["duplicates"]
    assert crashed["rebalances"] == 1.0


def test_what_was_not_committed_is_worked_on_again() -> None:
    """20 a second belong to the dead instance, 1 to 5 s of them were not committed; with commits each time none."""
    often, rare = with_a_crash(keys=KEYS, commit=0.0), with_a_crash(keys=KEYS, commit=5.0)
    assert often["duplicates"] == 0.0
    assert 10.0 < rare["duplicates"] < 20.0 * 5.0 + 10.0
    assert rare["duplicates"] <= rare["redelivered"] <= rare["duplicates"] + 2.0


@pytest.mark.parametrize(
    ("acks", "lost", "failed"), [("all", 0.0, 10), ("leader", 10.0, 0), ("none", 10.0, 0)]
)
def test_a_crash_of_the_leader_takes_what_the_followers_do_not_have(
    acks: str, lost: float, failed: int
) -> None:
    """Ten a second and a lag of 1 s: ten messages, lost where their producers took them for safe."""
    kill = event(20.05, 5.0, "kill", nodes=("log",))
    log = topic("log", acks=acks, replicas=3, lag=LawPlan(law="constant", mean=1.0))
    nodes = design(steady(10.0), log, workers("jobs"), events=(kill,), duration=60.0)
    result = simulate(nodes)
    found = extra(result)
    assert found["lost"] == lost
    assert result["clients"]["users"]["failed"].get("crashed", 0) == failed
    succeeded = result["clients"]["users"]["succeeded"]
    waiting = {"all": 0.0}.get(acks, 10.0)
    assert found["published"] + lost + waiting == succeeded, "the last ten are not read yet"


def test_one_replica_loses_nothing_that_it_has_stored() -> None:
    kill = event(20.05, 5.0, "kill", nodes=("log",))
    nodes = design(steady(10.0), topic("log"), workers("jobs"), events=(kill,), duration=60.0)
    found = extra(simulate(nodes))
    assert found["lost"] == 0.0
    assert found["consumed"] == found["published"]


def test_what_is_not_read_in_time_is_lost_to_its_group_alone() -> None:
    """Ten a second, none read for 60 s, kept for 20: 400 expire for one group, none for the other."""
    stop = event(30.0, 60.0, "kill", nodes=("late",))
    log = topic("log", retention=20.0, session_timeout=300.0)
    nodes = design(steady(10.0, 140.0), log, workers("late"), workers("there"), events=(stop,), duration=150.0)  # fmt: skip
    found = extra(simulate(nodes))
    assert found["expired_by"]["late"] == pytest.approx(400.0, abs=3.0)
    assert found["expired_by"]["there"] == 0.0
    assert found["consumed_by"]["late"] + found["expired_by"]["late"] == found["published"]


def test_back_pressure_refuses_what_the_slowest_group_could_not_keep_up_with() -> None:
    """A group does 50 of 80 a second: with room for 100, 30 a second are refused."""
    nodes = design(
        steady(80.0),
        topic("log", capacity=100),
        workers("slow", 0.02),
        workers("fast", 0.001),
        duration=200.0,
    )
    result = simulate(nodes)
    refused = result["clients"]["users"]["failed"]["queue_full"]
    assert refused / 200.0 == pytest.approx(30.0, rel=0.05)
    assert extra(result)["lag"]["slow"] <= 100.0


def test_poison_holds_up_its_partition_until_it_is_put_aside() -> None:
    """Each fails for four deliveries of 10 ms; the others of its partition wait for that."""
    log = topic("log", poison=0.1, max_receive=4, partitions=2)
    result = simulate(design(steady(40.0, 100.0), log, workers("jobs", workers=2), duration=130.0))
    found = extra(result)
    assert found["dead_lettered"] == pytest.approx(400.0, rel=0.15)
    assert found["redelivered"] == 3.0 * found["dead_lettered"]
    assert found["consumed"] + found["dead_lettered"] == found["published"]
    assert found["effects"] == found["consumed"]


def test_a_consumer_that_stood_still_works_on_what_others_did_meanwhile() -> None:
    """Frozen for 60 s, out of its group after 10: what it had in hand takes effect once more."""
    freeze = event(30.05, 60.0, "freeze", nodes=("jobs",), instances=1)
    nodes = design(
        steady(60.0, 100.0),
        topic("log", commit_interval=0.0, session_timeout=10.0),
        workers("jobs", 0.045, instances=3, workers=2),
        events=(freeze,),
        duration=200.0,
    )
    found = extra(simulate(nodes))
    assert 1.0 <= found["duplicates"] <= 2.0, "its workers had two messages in hand"
    assert found["consumed"] == found["published"]
    assert found["rebalances"] == 2.0, "out, and in again"


def test_a_group_stands_still_while_its_partitions_are_handed_over() -> None:
    """A third instance comes at 20 s, is noticed at 21 s, and nobody reads for 4 s: 60 a second wait."""

    def with_instances(count: int) -> Plan:
        log = topic("log", rebalance=4.0)
        return design(steady(60.0), log, workers("jobs", instances=count))

    simulation = Simulation(with_instances(2))
    simulation.advance(20.0)
    simulation.follow(with_instances(3))
    simulation.advance(24.9)
    assert of(simulation)["lag"]["jobs"] == pytest.approx(60.0 * 3.9, abs=5.0)
    simulation.advance(40.0)
    assert of(simulation)["lag"]["jobs"] < 10.0
    texts = [each.text for each in simulation.notices]
    assert texts == ["log: group jobs rebalances: 1 in", "log: group jobs reads on: 6 partitions for 3 instances"]  # fmt: skip
    simulation.follow(with_instances(1))
    simulation.advance(60.0)
    assert of(simulation)["rebalances"] == 2.0
    assert of(simulation)["duplicates"] == 0.0, "who is taken away commits before it goes"


def test_topics_change_while_they_run() -> None:
    def changed(log: NodePlan, *consumers: NodePlan) -> Plan:
        return design(client(rate=100.0), log, *consumers, keys=FEW)

    one, other = workers("one", 0.02), workers("other", 0.005, instances=4)
    simulation = Simulation(changed(topic("log", partitions=2, linger=0.01), one))
    steps = [
        changed(topic("log", partitions=5), one, other),
        changed(topic("log", partitions=3, retention=1.0), other),
        changed(topic("log", partitions=3, acks="leader", replicas=3), one, other),
        changed(topic("log", capacity=10, commit_interval=0.0), one),
        changed(topic("log")),
        changed(topic("log"), one),
    ]
    for place, step in enumerate(steps, start=1):
        simulation.advance(15.0 * place)
        of(simulation)
        simulation.follow(step)
    simulation.advance(100.0)
    assert of(simulation)["published"] > 4000.0


def test_what_is_under_way_counts_for_the_group_that_asked_for_it() -> None:
    """A worker changes its group while it has messages in hand: neither group gets stuck, nor counts them twice."""

    def grouped(name: str | None) -> Plan:
        nodes = [steady(60.0, 60.0), topic("log"), workers("a", 0.04, workers=3), workers("b", 0.04, workers=3)]  # fmt: skip
        links = [link("users", "log"), link("log", "a", group=name), link("log", "b")]
        return plan(nodes, links, classes=(request_class(keys=KEYS),), duration=100.0)

    simulation = Simulation(grouped("b"))
    for place, name in enumerate((None, "b", None, "b"), start=1):
        simulation.advance(10.02 * place)
        simulation.follow(grouped(name))
    simulation.advance(100.0)
    found = of(simulation)
    assert found["lag"] == {"b": 0.0}
    assert found["duplicates"] == 0.0
    left = found["effects"] - found["consumed"]
    assert 0.0 <= left <= 6.0, "what a group had in hand that is gone by then"

"""Designs about sites that hang together: servers that die, queues that wait, calls that add up."""

from __future__ import annotations

import pytest

from engine.model.edits import Edit, Remove, SetDesign, SetField
from engine.run.session import Session
from tests.designs.running import (
    broken,
    changed,
    failures,
    first_time,
    goodput,
    load,
    mean,
    measured,
    node,
    says,
    shipped,
    watched,
    within,
)


def test_three_tiers_at_ease() -> None:
    design = shipped("three-tiers")
    says(design, "The web servers are half busy", "800 requests a second")
    result = measured(design, duration=300.0)
    assert result["nodes"]["web"]["utilization"] == pytest.approx(0.5, abs=0.02)
    assert result["clients"]["users"]["failed"] == {}
    assert all(each["met"] for each in result["objectives"])


@pytest.mark.parametrize(("picker", "share"), [("round_robin", 0.25), ("least_connections", 0.75)])
@pytest.mark.parametrize("at", [60.1, 61.9])
def test_a_server_dies(picker: str, share: float, at: float) -> None:
    design = shipped("three-tiers")
    says(
        design, "For 4 to 6 s one request in four fails (unavailable)", "67 % busy instead of 50 %"
    )
    says(design, "Set Balancer to least connections", "three in four fail")
    design = changed(design, SetField("balancer", ("config", "picker"), picker))
    samples = watched(design, 90.0, (at, broken("web", "kill", instances=1)))
    failing = [sample.end for sample in within(samples, 60.0, 90.0) if sample.nodes["users"].failed]
    assert 4.0 <= failing[-1] - at <= 7.0  # to the end of a whole second
    lost = mean(samples, 62.0, 65.0, failures("users", "unavailable"))
    kept = mean(samples, 62.0, 65.0, goodput("users"))
    assert lost / (lost + kept) == pytest.approx(share, abs=0.03)
    assert mean(samples, 68.0, 90.0, failures("users")) == 0.0


def test_the_other_servers_carry_on() -> None:
    session = Session(shipped("three-tiers"))
    session.advance(60.0)
    broken("web", "kill", instances=1)(session)
    busy = []
    while session.now < 160.0:
        session.advance(session.now + 0.5)
        if session.now > 70.0:
            dead, *alive = session.snapshot().gauges["web"].instances
            assert dead.state == "down"
            busy += [each.busy / each.workers for each in alive]
    assert sum(busy) / len(busy) == pytest.approx(0.67, abs=0.03)


def test_too_much_for_three_tiers() -> None:
    design = shipped("three-tiers")
    says(design, "Load ×1.8: Web is 90 % busy, the 99th percentile 222 ms instead of 191 ms.")
    calm, busy = (measured(design, duration=360.0, load=factor) for factor in (1.0, 1.8))
    assert calm["clients"]["users"]["latency"]["p99"] == pytest.approx(0.191, rel=0.03)
    assert busy["clients"]["users"]["latency"]["p99"] == pytest.approx(0.222, rel=0.03)
    assert busy["nodes"]["web"]["utilization"] == pytest.approx(0.9, abs=0.02)


def test_far_too_much_for_three_tiers() -> None:
    design = shipped("three-tiers")
    says(design, "Load ×2.2 is 880 a second", "one in ten is refused", "answers within 0.7 s")
    users = measured(design, duration=180.0, load=2.2)["clients"]["users"]
    assert users["failed"].keys() == {"queue_full"}
    assert users["failed"]["queue_full"] / users["offered"] == pytest.approx(0.1, abs=0.01)
    assert users["latency"]["p999"] < 0.7


def test_three_tiers_without_a_queue_limit() -> None:
    design = shipped("three-tiers")
    says(design, "Take the queue limit off Web: after 12 s every request times out.")
    design = changed(design, SetField("web", ("config", "queue_limit"), None))
    samples = watched(design, 60.0, (20.0, load(2.2)))
    assert mean(samples, 32.0, 60.0, goodput("users")) == 0.0
    assert mean(samples, 32.0, 60.0, failures("users", "timeout")) > 800.0


def test_shoppers_do_not_notice_that_the_workers_stop() -> None:
    design = shipped("asynchronous-orders")
    says(design, "99 % within 0.12 s, before and meanwhile", "6000 after a minute, the oldest 60 s")
    samples = watched(design, 300.0)
    for start, end in ((60.0, 120.0), (120.0, 180.0)):
        assert mean(samples, start, end, node("shoppers", lambda n: n.latency.p99)) < 0.12
        assert mean(samples, start, end, failures("shoppers")) == 0.0
    depths = [sample.nodes["orders"].extra["depth"] for sample in samples]
    ages = [sample.nodes["orders"].extra["oldest"] for sample in samples]
    assert max(depths) == pytest.approx(6000.0, rel=0.04)
    assert max(ages) == pytest.approx(60.0, rel=0.02)


@pytest.mark.parametrize(("instances", "drained"), [(2, 280.0), (4, 207.0)])
def test_how_long_the_orders_take_to_drain(instances: int, drained: float) -> None:
    design = shipped("asynchronous-orders")
    says(design, "6000 ÷ 60 = 100 s", "empty at about 280 s", "gains 220 a second", "done in 27 s")
    design = changed(design, SetField("packing", ("config", "instances"), instances))
    samples = watched(design, 320.0)
    empty = first_time(samples, 185.0, lambda each: each.nodes["orders"].extra["depth"] < 20)
    assert empty == pytest.approx(drained, abs=0.05 * drained)


def test_one_instance_never_catches_up() -> None:
    design = shipped("asynchronous-orders")
    says(design, "With 1 instance it can do 80 a second: the queue never empties")
    design = changed(design, SetField("packing", ("config", "instances"), 1))
    samples = watched(design, 360.0)
    assert mean(samples, 200.0, 360.0, node("packing", lambda n: n.completed)) == pytest.approx(
        80.0, rel=0.03
    )
    assert samples[-1].nodes["orders"].extra["depth"] > 10_000


@pytest.mark.parametrize(
    ("shards", "share", "expected"), [(8, 0.34, 0.076), (4, 0.19, 0.047), (1, 0.05, 0.022)]
)
def test_the_slowest_shard_counts(shards: int, share: float, expected: float) -> None:
    """1 - .95ⁿ of the searches wait for a slow shard."""
    design = shipped("fan-out")
    says(design, "1 − 0.95⁸ = 34 % take 200 ms", "its mean 76 ms instead of 22 ms")
    says(design, "19 % of the searches are slow: a mean of 47 ms", "5 % and 22 ms")
    gone = [f"shard-{number}" for number in range(shards + 1, 9)]
    design = changed(design, Remove.of(*gone)) if gone else design
    latency = measured(design)["clients"]["users"]["latency"]
    slow = (latency["mean"] - 0.012) / 0.19
    assert slow == pytest.approx(share, abs=0.015)
    assert latency["mean"] == pytest.approx(expected, rel=0.05)


def test_percentiles_of_a_shard_and_of_the_search() -> None:
    design = shipped("fan-out")
    says(design, "its 90th percentile is 10 ms", "Its 90th percentile is 202 ms")
    result = measured(design)
    assert result["nodes"]["shard-1"]["residence"]["p90"] == pytest.approx(0.010, rel=0.02)
    assert result["clients"]["users"]["latency"]["p90"] == pytest.approx(0.202, rel=0.02)


@pytest.mark.parametrize(("times", "expected", "queries"), [(21, 0.0785, 420.0), (2, 0.012, 40.0)])
def test_twenty_one_queries(times: int, expected: float, queries: float) -> None:
    design = shipped("one-query-too-many")
    says(design, "21 × 3.5 ms = 73.5 ms of the 78.5 ms", "420 queries a second for 20 pages")
    says(design, "set Times on Page → Database to 2", "12 ms", "40 a second")
    design = changed(design, SetField("page-database", ("config", "times"), times))
    result = measured(design)
    latency = result["clients"]["readers"]["latency"]["mean"]
    assert latency == pytest.approx(expected, rel=0.02)
    assert result["nodes"]["database"]["arrivals"] / 540.0 == pytest.approx(queries, rel=0.03)


def test_a_standby_takes_over() -> None:
    design = shipped("standby")
    says(design, "at 96 s, tells that the leader is lost", "35.5 s of outage", "no order is lost")
    found = measured(design)["nodes"]["orders"]["extra"]
    assert found["outage"]["longest"] == pytest.approx(35.5, abs=1e-6)
    assert (found["failovers"], found["restores"], found["lost_writes"]) == (1.0, 0.0, 0.0)


def test_only_a_backup() -> None:
    design = shipped("standby")
    says(
        design,
        "At 170.5 s orders are taken again",
        "the last 30.5 s before the crash",
        "about 1200",
    )
    result = measured(changed(design, SetField("orders", ("config", "failover"), None)))
    found = result["nodes"]["orders"]["extra"]
    assert found["recovery_time"] == pytest.approx(80.0)
    assert found["recovery_point"] == pytest.approx(30.5)
    assert found["lost_writes"] == pytest.approx(1220.0, abs=100.0)


def test_two_leaders() -> None:
    design = shipped("standby")
    says(design, "Make the kill a freeze of 20 s, and switch fencing off", "comes back at 110.5 s")
    says(design, "the standby leads from 126 s on", "with no error to be seen")
    freeze = [{"at": 90.5, "target": "orders", "change": "freeze", "duration": 20}]
    edits = [
        SetDesign(("scenario", "events"), freeze),
        SetField("orders", ("config", "failover", "fencing"), value=False),
    ]
    result = measured(changed(design, *edits))
    found = result["nodes"]["orders"]["extra"]
    assert found["lost_writes"] >= 15.5 * 40.0 * 0.9
    assert found["outage"]["total"] == pytest.approx(20.0)


def test_a_few_connections_make_servers_uneven() -> None:
    design = shipped("pinned-connections")
    says(design, "The fullest has about twice its share", "every server gets its tenth")
    says(design, "each caller stays where it was sent first")

    def fullest(*edits: Edit) -> float:
        rows = measured(changed(design, *edits))["nodes"]["servers"]["instances"]
        counts = [row["arrivals"] for row in rows]
        return 10.0 * max(counts) / sum(counts)

    assert fullest() == pytest.approx(2.0, abs=0.25)
    says(design, "Twenty callers keep a connection each")
    assert measured(design)["links"]["callers-balancer"]["extra"]["connections"] == 20
    once_a_request = SetField("balancer", ("config", "layer"), 7)
    assert fullest(once_a_request) < 1.06
    sticky = SetField("balancer", ("config", "affinity"), "session")
    assert fullest(once_a_request, sticky) == pytest.approx(2.0, abs=0.3)

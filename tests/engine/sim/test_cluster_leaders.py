"""Clusters whose partitions have leaders, against formulas and against simulations that know nothing of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.model.edits import SetField
from engine.run.session import Session
from tests.engine.sim.test_cluster import classes, mixed, outcome
from tests.engine.sim.test_cluster_cuts import failed, zones
from tests.engine.sim.test_cluster_linearizable import faults, history, is_linearizable
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node, run

ONE: Raw = {
    "mode": "single_leader",
    "placement": "range",
    "partitions": 1,
    "read_time": constant(0.0),
    "write_time": constant(0.0),
    "anti_entropy": None,
}
"""A single partition, whose leader is the first instance, and which takes no time."""
KEYS = {"law": "uniform", "count": 1_000_000}


def killed(at: float, duration: float, **more: Any) -> Raw:
    event: Raw = {"at": at, "duration": duration, "target": "kv", "change": "kill", "instances": 1}
    return event | more


def writers(**cluster: Any) -> dict[str, Any]:
    """200 writes a second of keys that are hardly ever written twice; the leader dies for good after ten seconds."""
    made = mixed(200.0, 0.0, **(ONE | {"election": 2.0} | cluster))
    return made | {"classes": classes(**KEYS), "events": [killed(10, 30)]}


def test_asynchronously_a_failover_loses_what_was_written_within_the_lag() -> None:
    """200 a second times half a second."""
    made = writers(write_quorum=1, lag=constant(0.5))
    _, extra = outcome(made, duration=60, warmup=0)
    assert extra["lost_writes"] == pytest.approx(100.0, abs=30.0)
    assert extra["elections"] == 1


@pytest.mark.parametrize("quorum", [2, 3])
def test_a_failover_loses_nothing_that_another_owner_had(quorum: int) -> None:
    _, extra = outcome(writers(write_quorum=quorum, lag=constant(0.5)), duration=60, warmup=0)
    assert extra["lost_writes"] == 0
    assert extra["elections"] == 1


def test_a_partition_without_a_leader_refuses_for_the_time_of_an_election() -> None:
    made = writers(write_quorum=2, lag=constant(0.0), election=4.0, read_from="leader")
    result, extra = outcome(made, duration=60, warmup=0)
    assert extra["leaderless"] == pytest.approx(4.0, abs=0.4 + 1e-6)
    refused = sum(result["clients"]["users"]["failed"].values())
    at_the_dead, at_others = 200.0 / 3.0 * 30.0, 200.0 / 3.0 * 2.0 * extra["leaderless"]
    whole = at_the_dead + at_others
    assert refused == pytest.approx(whole, abs=3.0 * math.sqrt(whole))


def test_a_write_waits_for_as_many_followers_as_the_quorum_says() -> None:
    """To the leader and back, and between for followers: the order statistics of there and back, each exponential."""
    rng = np.random.default_rng(1)
    there_and_back = rng.standard_exponential((2, 400_000, 2)).sum(axis=0)
    waits = np.sort(there_and_back, axis=1).mean(axis=0)
    for quorum, wait in ((1, 0.0), (2, float(waits[0])), (3, float(waits[1]))):
        made = mixed(20.0, 0.0, **ONE, write_quorum=quorum, lag=exponential(0.01))
        result, _ = outcome(made | {"classes": classes(**KEYS)}, duration=1500, warmup=10)
        forwarded = 2.0 * 2.0 / 3.0
        mean = 0.01 * (forwarded + wait)
        assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(mean, rel=0.02)


@pytest.mark.parametrize("read_from", ["leader", "follower", "any"])
def test_followers_are_stale_as_often_as_their_key_was_written_within_the_lag(
    read_from: str,
) -> None:
    """Of two instances one leads, and answers at once that a write is done where it was asked itself: every other time.

    Whoever reads at the follower then misses writes of the last 50 ms; whoever is sent there by the leader comes after
    them.
    """
    lag, rate = 0.05, 10.0
    made = mixed(
        2.0 * rate,
        0.5,
        **ONE,
        instances=2,
        replicas=2,
        write_quorum=1,
        read_quorum=1,
        lag=constant(lag),
        read_from=read_from,
    )
    made["links"][0]["config"]["picker"] = "random"
    _, extra = outcome(
        made | {"classes": classes(law="uniform", count=1)}, duration=6000, warmup=10
    )
    at_follower = 0.0 if read_from == "leader" else 0.5
    stale = at_follower * (1.0 - math.exp(-rate / 2.0 * lag))
    assert extra["stale_ratio"] == pytest.approx(stale, rel=0.03)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_reads_of_leaders_are_those_of_one_register(seed: int) -> None:
    found = history(seed, mode="single_leader", consistency="cp", election=1.0)
    assert len(found) > 500
    assert is_linearizable(found)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_nothing_is_lost_that_most_owners_had_whoever_fails(seed: int) -> None:
    """Deaths, freezes and cuts of any instance, one after the other and at once."""
    replicas = 3 + 2 * (seed % 2)
    rng = np.random.default_rng(seed)
    events = faults(seed)
    for event in events:
        if event["change"] == "kill":
            del event["instances"]
            event["instance"] = int(rng.integers(1, replicas + 1))
            event["change"] = ["kill", "freeze"][int(rng.random() < 0.3)]
    made = mixed(
        100.0,
        mode="single_leader",
        election=0.7,
        lag=exponential(0.01),
        replicas=replicas,
        instances=replicas,
        write_quorum=replicas // 2 + 1,
    )
    made["links"][0]["config"]["picker"] = "random"
    _, extra = outcome(made, duration=60, warmup=0, seed=seed, events=events)
    assert extra["elections"] > 5
    assert extra["lost_writes"] == 0
    assert extra["stale_ratio"] == 0.0


def test_reads_of_followers_are_found_not_to_be() -> None:
    assert not is_linearizable(history(1, mode="single_leader", read_from="follower"))


def test_cp_leaders_that_are_cut_off_refuse_and_nothing_is_lost() -> None:
    result = run(zones(mode="single_leader", consistency="cp", election=2.0))
    extra = result["nodes"]["kv"]["extra"]
    assert failed(result, "ua") == pytest.approx(2000, rel=0.1)
    # Those of the partitions that the cut-off zone leads, until they have other leaders.
    assert 0 < failed(result, "ub") < 400
    assert extra["elections"] > 0
    assert extra["stale_ratio"] == 0.0
    assert extra["divergent"] == 0
    assert extra["lost_writes"] == 0


def test_ap_leaders_go_on_by_themselves_and_what_they_took_is_rolled_back() -> None:
    result = run(zones(mode="single_leader", consistency="ap", election=2.0))
    extra = result["nodes"]["kv"]["extra"]
    assert failed(result, "ua") < 1500
    assert extra["lost_writes"] > 50
    assert extra["divergent"] == 0
    assert extra["conflict_ratio"] > 0.0


def test_instances_that_come_and_go_leave_each_partition_with_a_leader() -> None:
    made = mixed(500.0, mode="single_leader", election=1.0)
    session = Session(
        design(made["nodes"], made["links"], classes=made["classes"], duration=60, warmup=0)
    )
    session.advance(2)
    changes: list[tuple[str, Any]] = [
        ("instances", 7),
        ("replicas", 5),
        ("write_quorum", 3),
        ("read_from", "any"),
        ("placement", "mod"),
        ("partitions", 5),
        ("mode", "leaderless"),
        ("mode", "single_leader"),
        ("read_from", "follower"),
        ("replicas", 3),
        ("mode", "multi_leader"),
        ("mode", "single_leader"),
        ("instances", 3),
        ("conflict", "versions"),
        ("mode", "leaderless"),
        ("mode", "single_leader"),
        ("consistency", "ap"),
        ("election", 0.5),
        ("read_from", "leader"),
    ]
    for second, (field, value) in enumerate(changes):
        session.apply(SetField("kv", ("config", field), value))
        session.advance(3.0 + second)
        session.result()
    extra = session.result()["nodes"]["kv"]["extra"]
    assert extra["lost_writes"] == 0
    assert extra["no_quorum"] < 20  # what a change of mode finds under way


def test_faults_of_a_cluster_with_leaders_tell_their_outages_beside_its_own() -> None:
    failing = {"mtbf": exponential(5.0), "mttr": exponential(1.0)}
    made = design(
        [client("users", 20.0), node("db", "key_value_cluster", mode="single_leader", faults=failing)],
        [link("users", "db")],
        duration=30.0,
        warmup=1.0,
    )  # fmt: skip
    extra = run(made)["nodes"]["db"]["extra"]
    assert set(extra["outage"]) == {"longest", "total"}
    assert extra["leaderless"] > 0.0

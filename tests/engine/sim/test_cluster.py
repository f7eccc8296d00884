"""Clusters of replicas against formulas, and against small simulations that know nothing of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.model.edits import SetField
from engine.run.session import Session
from engine.sim.key_maps import map_among
from engine.sim.primitives.cluster import cluster_of
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node, run

EXTRA = "extra"


def keys(count: int = 100, alpha: float = 0.8) -> Raw:
    return {"law": "zipf", "count": count, "alpha": alpha}


def classes(**law: Any) -> list[Raw]:
    return [
        {"name": "get", "operation": "read", "keys": law or keys()},
        {"name": "put", "operation": "write", "keys": law or keys()},
    ]


def mixed(rate: float = 1000.0, reads: float = 0.5, /, **cluster: Any) -> dict[str, Any]:
    """A client that reads and writes at a cluster."""
    mix = {"get": reads, "put": 1.0 - reads}
    return {
        "nodes": [client("users", rate, mix=mix), node("kv", "key_value_cluster", **cluster)],
        "links": [link("users", "kv")],
        "classes": classes(),
    }


def outcome(made: dict[str, Any], /, **scenario: Any) -> tuple[Any, dict[str, float]]:
    whole = made | scenario
    result = run(design(whole.pop("nodes"), whole.pop("links"), **whole))
    return result, result["nodes"]["kv"]["extra"]


# --- staleness: Bailis et al., "Probabilistically bounded staleness" (VLDB 2012) ----------------------------------


def probe(wait: float, /, **cluster: Any) -> dict[str, Any]:
    """Writes a key, and reads it so many seconds after the acknowledgement; then all settles.

    Whoever coordinates holds nothing itself: those that hold the key are taken out of the callers' rotation.
    """
    steps = [
        {"call": "write"},
        {"work": constant(wait)},
        {"call": "read"},
    ]
    law = exponential(1.0)
    users = {"process": "closed", "users": 20, "think_time": constant(60.0)}
    return {
        "nodes": [
            node("users", "client", arrivals=users, mix={"get": 1.0}),
            node("app", "service", workers=100, flow=steps),
            node(
                "kv",
                "key_value_cluster",
                **{
                    "instances": 4,
                    "replicas": 3,
                    "placement": "range",
                    "partitions": 1,
                    "read_time": constant(0.0),
                    "write_time": constant(0.0),
                    "lag": law,
                    "consistency": "ap",
                    **cluster,
                },
            ),
        ],
        "links": [
            link("users", "app"),
            link("app", "kv", **{"class": "put"}) | {"id": "write"},
            link("app", "kv", **{"class": "get"}) | {"id": "read"},
        ],
        "classes": classes(law="uniform", count=10_000),
        "events": [{"at": 0, "duration": None, "target": "kv", "change": "drain", "instances": 3}],
    }


def wars(rng: np.random.Generator, replicas: int, reads: int, writes: int, wait: float) -> float:
    """Share of reads that see the write before them, when all four ways take an exponential time of mean 1."""
    trials = 200_000
    there, acked, asked, answered = rng.standard_exponential((4, trials, replicas))
    committed = np.sort(there + acked, axis=1)[:, writes - 1]
    order = np.argsort(asked + answered, axis=1)[:, :reads]
    in_time = there <= committed[:, None] + wait + asked
    return float(np.take_along_axis(in_time, order, axis=1).any(axis=1).mean())


@pytest.mark.parametrize(
    ("wait", "fresh"), [(0.0, 0.7512), (1.0, 0.9088), (3.0, 0.9876)], ids=["0", "1", "3"]
)
def test_stale_share_after_a_wait_is_that_of_pbs(wait: float, fresh: float) -> None:
    made = probe(wait, write_quorum=1, read_quorum=1)
    _, extra = outcome(made, duration=60_000, warmup=0)
    assert wars(np.random.default_rng(1), 3, 1, 1, wait) == pytest.approx(fresh, abs=0.005)
    assert 1.0 - extra["stale_ratio"] == pytest.approx(fresh, abs=0.01)


@pytest.mark.parametrize(("reads", "writes"), [(1, 2), (2, 1)])
def test_partial_quorums_are_as_stale_as_in_a_simulation_of_their_own(
    reads: int, writes: int
) -> None:
    made = probe(0.0, write_quorum=writes, read_quorum=reads)
    _, extra = outcome(made, duration=60_000, warmup=0)
    fresh = wars(np.random.default_rng(2), 3, reads, writes, 0.0)
    assert 1.0 - extra["stale_ratio"] == pytest.approx(fresh, abs=0.01)


@pytest.mark.parametrize(("reads", "writes"), [(2, 2), (1, 3), (3, 1)])
def test_quorums_that_overlap_are_never_stale(reads: int, writes: int) -> None:
    made = mixed(1000.0, read_quorum=reads, write_quorum=writes, lag=exponential(0.01))
    result, extra = outcome(made, duration=20, warmup=0)
    assert extra["stale_ratio"] == 0.0
    assert result["clients"]["users"]["failed"] == {}


def test_quorums_that_do_not_overlap_are_stale_now_and_then() -> None:
    made = mixed(1000.0, read_quorum=1, write_quorum=1, lag=exponential(0.01))
    _, extra = outcome(made, duration=20, warmup=0)
    assert 0.001 < extra["stale_ratio"] < 0.5


def test_a_quorum_waits_for_the_kth_fastest_replica() -> None:
    """Order statistics of three exponential times: 1/3, 1/3 + 1/2, 1/3 + 1/2 + 1 of the mean."""
    for quorum, mean in ((1, 1 / 3), (2, 5 / 6), (3, 11 / 6)):
        made = mixed(
            20.0,
            0.0,
            replicas=3,
            write_quorum=quorum,
            read_quorum=1,
            lag=constant(0.0),
            write_time=exponential(0.01),
            workers=1000,
        )
        result, _ = outcome(made, duration=1500, warmup=10)
        assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.01 * mean, rel=0.02)


# --- quorums that cannot be had ------------------------------------------------------------------------------------

KILL_ONE = {"at": 5, "duration": 10, "target": "kv", "change": "kill", "instances": 1}
KILL_TWO = KILL_ONE | {"instances": 2}


def retried(made: dict[str, Any]) -> dict[str, Any]:
    """The same with callers who try another instance."""
    retry = {"attempts": 3, "other_instance": True}
    return made | {"links": [link("users", "kv", retry=retry)]}


def test_one_dead_replica_of_three_costs_nothing_where_quorums_are_two() -> None:
    result, extra = outcome(retried(mixed()), duration=20, warmup=0, events=[KILL_ONE])
    assert (
        sum(result["clients"]["users"]["failed"].values()) <= 20
    )  # what it had in hand when it died
    assert extra["no_quorum"] == 0
    assert extra["stale_ratio"] == 0.0


def test_without_a_quorum_cp_refuses_and_ap_answers() -> None:
    refusing, cp = outcome(retried(mixed()), duration=20, warmup=0, events=[KILL_TWO])
    answering, ap = outcome(
        retried(mixed(consistency="ap")), duration=20, warmup=0, events=[KILL_TWO]
    )
    assert refusing["clients"]["users"]["failed"]["unavailable"] > 8000
    assert cp["no_quorum"] > 8000
    assert cp["stale_ratio"] == 0.0
    assert sum(answering["clients"]["users"]["failed"].values()) <= 40
    assert ap["sloppy"] > 8000


def test_writes_to_all_fail_as_soon_as_one_is_dead() -> None:
    made = retried(mixed(1000.0, 0.0, write_quorum=3, read_quorum=1))
    result, _ = outcome(made, duration=20, warmup=0, events=[KILL_ONE])
    assert result["clients"]["users"]["failed"]["unavailable"] == pytest.approx(10_000, rel=0.03)


def test_hints_bring_a_replica_up_to_date_that_was_dead() -> None:
    made = retried(mixed(200.0, 0.0, anti_entropy=None))
    made["nodes"][0]["config"]["arrivals"] = {
        "process": "poisson",
        "rate": [[0, 200], [14, 200], [14, 0], [30, 0]],
    }
    _, mended = outcome(made, duration=30, warmup=0, events=[KILL_ONE])
    made["nodes"][1]["config"]["hints"] = 0.0
    _, behind = outcome(made, duration=30, warmup=0, events=[KILL_ONE])
    assert mended["divergent"] == 0
    assert mended["hints"] == 0
    assert mended["repaired"] > 50
    assert behind["divergent"] > 50


def test_hints_that_are_too_old_are_not_delivered() -> None:
    made = retried(mixed(200.0, 0.0, anti_entropy=None, hints=2.0))
    _, extra = outcome(made, duration=25, warmup=0, events=[KILL_ONE])
    assert extra["hints_expired"] > 0


def test_a_flush_loses_everything_and_says_so() -> None:
    made = mixed(200.0, 0.0)
    _, kept = outcome(made, duration=20, warmup=0, events=[KILL_ONE])
    assert kept["lost_writes"] == 0
    _, lost = outcome(
        made, duration=20, warmup=0, events=[{"at": 10, "target": "kv", "change": "flush"}]
    )
    assert lost["lost_writes"] == pytest.approx(100, abs=3)  # one a key


# --- partitions ----------------------------------------------------------------------------------------------------


def moved(placement: str, more: dict[str, Any], /, **cluster: Any) -> float:
    """Share of the keys that move when one more is added, by a live edit."""
    made = mixed(
        5000.0, 0.0, placement=placement, replicas=1, write_quorum=1, read_quorum=1, **cluster
    )
    made["classes"] = classes(law="uniform", count=10_000)
    edit = [
        {"at": 9, "target": "kv", "change": "set", "path": path, "value": value}
        for path, value in more.items()
    ]
    _, extra = outcome(made, duration=10, warmup=0, events=edit)
    assert extra["lost_writes"] == 0
    return extra["keys_moved"] / extra["keys_known"]


@pytest.mark.parametrize(("placement", "share"), [("ring", 0.1), ("mod", 0.9), ("slots", 0.1)])
def test_from_nine_to_ten_partitions_a_tenth_moves_or_nearly_all(
    placement: str, share: float
) -> None:
    found = moved(placement, {"partitions": 10}, partitions=9, virtual_nodes=256)
    assert found == pytest.approx(share, abs=0.02)


def test_from_nine_to_ten_instances_a_tenth_moves_or_nearly_all() -> None:
    ring = moved("ring", {"instances": 10}, instances=9, partitions=1000, virtual_nodes=256)
    assert ring == pytest.approx(0.1, abs=0.03)
    mod = moved("mod", {"instances": 10}, instances=9, partitions=1000)
    assert mod == pytest.approx(0.9, abs=0.02)


def test_a_hot_key_is_throttled_at_the_rate_of_its_partition_however_many_there_are() -> None:
    """Of Zipf keys with skew 1, of 10 000, the first has 10.22 % of all: 1000 /s of it are 9788 /s of all."""
    for rate, throttled in ((9000.0, False), (12_000.0, True)):
        for partitions in (200, 1000):
            made = mixed(rate, 0.0, partitions=partitions, partition_rate=1000.0, virtual_nodes=256)
            made["classes"] = classes(**keys(10_000, 1.0))
            _, extra = outcome(made, duration=11, warmup=6)
            if not throttled:
                assert extra["throttled"] == 0
                continue
            share = extra["throttled"] / 5.0
            assert share == pytest.approx(12_000 * 0.1022 - 1000, rel=0.4)


@pytest.mark.parametrize(
    ("virtual_nodes", "imbalance"), [(1, 2.87), (16, 1.413), (100, 1.157), (256, 1.098)]
)
def test_a_ring_is_as_uneven_as_it_has_few_points(virtual_nodes: int, imbalance: float) -> None:
    """The largest of ten partitions over their mean, as the mean of a hundred rings."""
    names = [f"partition/{place}" for place in range(10)]
    worst = []
    for salt in range(100):
        ring = map_among(names, "ring", virtual_nodes, salt, 0)
        places = [int(ring.place(hashed)) for hashed in range(0, 1 << 32, 1 << 20)]
        worst.append(np.bincount(places, minlength=10).max() / 409.6)
    assert float(np.mean(worst)) == pytest.approx(imbalance, rel=0.05)


# --- live edits ------------------------------------------------------------------------------------------------------


def test_every_field_can_be_changed_while_it_runs() -> None:
    made = mixed(500.0)
    session = Session(
        design(made["nodes"], made["links"], classes=made["classes"], duration=60, warmup=0)
    )
    session.advance(2)
    changes: list[tuple[str, Any]] = [
        ("replicas", 5),
        ("read_quorum", 3),
        ("write_quorum", 3),
        ("consistency", "ap"),
        ("instances", 7),
        ("placement", "slots"),
        ("partitions", 5),
        ("placement", "range"),
        ("mode", "multi_leader"),
        ("replicas", 3),
        ("instances", 3),
        ("mode", "leaderless"),
        ("workers", 2),
        ("lag", exponential(0.002)),
        ("hints", 0.0),
        ("anti_entropy", 1.0),
        ("clock_offset", {"1": 0.05}),
        ("partition_rate", 50.0),
        ("partition_rate", None),
    ]
    for second, (field, value) in enumerate(changes):
        session.apply(SetField("kv", ("config", field), value))
        session.advance(3.0 + second)
        session.result()
    assert session.result()["nodes"]["kv"]["extra"]["lost_writes"] == 0


def test_a_thousand_instances_are_found_without_looking_at_all_of_them_for_each_partition() -> None:
    kv = node("kv", "key_value_cluster", instances=1000, spread=["a", "b", "c"])
    frames = [{"id": each, "kind": "zone", "name": each} for each in "abc"]
    made = design(
        [client("users", 20.0), kv], [link("users", "kv")], frames=frames, duration=5, warmup=0
    )
    cluster = cluster_of(Simulation(lower(made)).machine.nodes["kv"])
    assert cluster is not None
    zones = [[int(each.pool.index) % 3 for each in owners] for owners in cluster.partitions.owners]
    assert all(sorted(each) == [0, 1, 2] for each in zones)

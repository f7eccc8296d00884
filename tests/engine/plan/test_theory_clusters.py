"""What theory says of key-value clusters, against runs: nothing that is shown as certain may be a tenth off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog import lower
from engine.plan.primitives import Plan
from engine.plan.theory import predict
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node
from tests.helpers.theory_judge import numbers_of, runs_of


def law(rng: np.random.Generator, mean: float) -> Raw:
    """One of a few laws."""
    uneven = {"law": "lognormal", "mean": mean, "cv2": 4.0}
    return [constant(mean), exponential(mean), uneven][int(rng.integers(3))]


def settings(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A cluster with arbitrary settings, and its traffic."""
    rng = np.random.default_rng(seed)
    replicas = int(rng.integers(1, 6))
    cluster: dict[str, Any] = {
        "replicas": replicas,
        "instances": replicas + int(rng.integers(0, 4)),
        "write_quorum": int(rng.integers(1, replicas + 1)),
        "read_quorum": int(rng.integers(1, replicas + 1)),
        "mode": ["leaderless", "single_leader", "multi_leader"][seed % 3],
        "consistency": ["cp", "ap"][int(rng.integers(2))],
        "read_from": ["leader", "follower", "any"][int(rng.integers(3))],
        "partitions": int(rng.integers(1, 40)),
        "placement": ["ring", "mod", "range", "slots"][int(rng.integers(4))],
        "virtual_nodes": [1, 100][int(rng.integers(2))],
        "workers": [1, 4, 32][int(rng.integers(3))],
        "read_time": law(rng, 0.001),
        "write_time": law(rng, 0.0005),
        "lag": [None, law(rng, 0.002)][int(rng.integers(2))],
        "partition_rate": [None, None, 200.0][int(rng.integers(3))],
    }
    rate = [20.0, 200.0, 1000.0][int(rng.integers(3))]
    keys = {
        "law": "zipf",
        "count": [10, 10_000][int(rng.integers(2))],
        "alpha": float(rng.random()),
    }
    return cluster, {"rate": rate, "keys": keys, "reads": [0.0, 0.5, 0.9][int(rng.integers(3))]}


def plan_of(cluster: dict[str, Any], traffic: dict[str, Any]) -> Plan:
    mix = {"get": traffic["reads"], "put": 1.0 - traffic["reads"]}
    made = design(
        [
            client("users", traffic["rate"], mix=mix),
            node("kv", "key_value_cluster", **cluster),
        ],
        [link("users", "kv")],
        classes=[
            {"name": "get", "operation": "read", "keys": traffic["keys"]},
            {"name": "put", "operation": "write", "keys": traffic["keys"]},
        ],
        duration=4000.0 / traffic["rate"] + 30.0,
        warmup=5,
    )
    return lower(made)


@pytest.mark.parametrize("seed", range(12))
def test_what_theory_is_sure_of_holds(seed: int) -> None:
    plan = plan_of(*settings(seed))
    theory = predict(plan)
    found = numbers_of(theory, runs_of(plan, 2))
    wrong = [str(each) for each in found if each.confident and each.wrong]
    assert not wrong, (settings(seed), wrong)


def test_theory_gives_times_for_most_quiet_clusters_and_none_where_they_wait() -> None:
    def told(rate: float, **cluster: Any) -> float | None:
        keys = {"law": "uniform", "count": 100_000}
        plan = plan_of(cluster, {"rate": rate, "reads": 0.5, "keys": keys})
        return predict(plan).nodes["kv"].residence

    assert told(100.0) is not None
    assert told(100.0, mode="single_leader") is not None
    assert told(100.0, mode="multi_leader") is not None
    assert told(100.0, partition_rate=1000.0) is None
    assert told(900.0, workers=1) is None


@pytest.mark.parametrize(
    ("arrivals", "workers", "told"),
    [
        ({"process": "closed", "users": 5, "think_time": constant(0.1)}, 8, False),
        ({"process": "mmpp", "rate": 100.0, "burst_factor": 3.0}, 8, True),
        # One worker: what eight take to be as busy waits by the million, which takes a minute to forget.
        ({"process": "mmpp", "rate": 250.0, "burst_factor": 100.0}, 1, False),
        ({"process": "poisson", "rate": [[0, 10], [60, 200]]}, 8, True),
    ],
    ids=["closed", "bursts", "bursts that queue", "a schedule"],
)
def test_theory_holds_where_bursts_are_not_more_than_replicas_take(
    arrivals: Raw, workers: int, told: bool
) -> None:
    nodes = [
        node("users", "client", arrivals=arrivals),
        node("kv", "key_value_cluster", workers=workers, read_time=exponential(0.001)),
    ]
    plan = lower(design(nodes, [link("users", "kv")], duration=60, warmup=5))
    theory = predict(plan)
    assert (theory.nodes["kv"].residence is not None) is told
    wrong = [
        str(each) for each in numbers_of(theory, runs_of(plan, 2)) if each.confident and each.wrong
    ]
    assert not wrong


@pytest.mark.parametrize(("quorum", "mean"), [(1, 10 / 3), (2, 25 / 3), (3, 55 / 3)])
def test_o32_quorums_are_order_statistics(quorum: int, mean: float) -> None:
    """Three replicas that take 10 ms each, exponentially: 3.333, 8.333 and 18.33 ms."""
    cluster = {
        "write_quorum": quorum,
        "write_time": exponential(0.01),
        "lag": constant(0.0),
        "workers": 1000,
    }
    keys = {"law": "uniform", "count": 100_000}
    plan = plan_of(cluster, {"rate": 10.0, "reads": 0.0, "keys": keys})
    assert predict(plan).nodes["kv"].residence == pytest.approx(mean / 1000.0, rel=0.002)

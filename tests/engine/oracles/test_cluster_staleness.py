"""Caches before clusters: how many hits are older than what is written there (O22), whichever replica was read."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.helpers.builders import Raw, client, constant, design, exponential, link, node, run

WRITES, TTL, KEYS = 0.1, 10.0, 100
LAW = {"law": "uniform", "count": KEYS}
CLASSES = [
    {"name": "get", "operation": "read", "keys": LAW},
    {"name": "put", "operation": "write", "keys": LAW},
]
AT_ONCE: Raw = {"read_time": constant(0.0), "write_time": constant(0.0), "lag": constant(0.0)}


def stale(*, beside: bool, duration: float = 400.0, cache: Raw, **cluster: Any) -> float:
    """Share of stale hits of a cache before a cluster, whose keys are written beside the cache or through it."""
    made = design(
        [
            client("readers", 20.0 * KEYS * WRITES, mix={"get": 1.0}),
            client("writers", KEYS * WRITES, mix={"put": 1.0}),
            node("cache", "cache", capacity=10 * KEYS, **cache),
            node("kv", "key_value_cluster", **(AT_ONCE | cluster)),
        ],
        [
            link("readers", "cache"),
            link("writers", "kv" if beside else "cache"),
            link("cache", "kv"),
        ],
        classes=CLASSES,
        duration=duration,
        warmup=20,
    )
    return float(run(made)["nodes"]["cache"]["extra"]["stale_ratio"])


@pytest.mark.parametrize("mode", ["leaderless", "single_leader", "multi_leader"])
def test_o22_hits_are_stale_as_the_formula_says_where_only_the_ttl_ends_them(mode: str) -> None:
    predicted = 1.0 - (1.0 - math.exp(-WRITES * TTL)) / (WRITES * TTL)
    assert predicted == pytest.approx(0.3679, abs=1e-4)
    assert stale(beside=True, cache={"ttl": TTL}, mode=mode) == pytest.approx(predicted, rel=0.03)


def test_a_cache_keeps_what_a_replica_answered_that_was_behind() -> None:
    """Each write drops the entry; where a read asks replicas that the write has not reached yet, the old one is back."""
    late: Raw = {"lag": exponential(0.05), "anti_entropy": None}
    small = {"read_quorum": 1, "write_quorum": 1, "consistency": "ap"}
    through: dict[str, Any] = {"beside": False, "cache": {"ttl": TTL}, "duration": 200.0}
    assert stale(**through) == 0.0
    overlapping = stale(**through, **late)
    assert stale(**through, **(late | small)) > 1.5 * overlapping + 0.01


def test_followers_have_caches_keep_what_leaders_have_replaced() -> None:
    led: dict[str, Any] = {"mode": "single_leader", "write_quorum": 1, "lag": constant(0.2)}
    through: dict[str, Any] = {"beside": False, "cache": {"ttl": TTL}, "duration": 200.0}
    of_leaders = stale(**through, **led)
    assert stale(**through, **led, read_from="any") > 1.5 * of_leaders + 0.01


def test_what_is_written_behind_is_newest_before_the_cluster_has_it() -> None:
    """Nothing is stale of what the cache itself has taken, and the cluster takes it in the end."""
    behind: Raw = {"ttl": TTL, "write_policy": "behind"}
    assert stale(beside=False, cache=behind, duration=100.0) == 0.0

"""Replicated databases against what is known of them: stale shares, order statistics, what is lost."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.model.design import Design
from tests.helpers.builders import client, constant, design, exponential, link, node, run

KEYS = {"law": "uniform", "count": 1_000_000}
CLASSES = [
    {"name": "request", "keys": KEYS},
    {"name": "read", "operation": "read", "keys": KEYS},
    {"name": "write", "operation": "write", "keys": KEYS},
]


def database(**config: Any) -> Any:
    fields = {"read_time": constant(0.0), "write_time": constant(0.0), "connections": 1000}
    return node("db", "sql_database", **(fields | config))


def pages(wait: float, rate: float = 200.0, duration: float = 200.0, **config: Any) -> Design:
    """Pages that write a key, and read it a while after that is acknowledged."""
    flow = [{"call": "w"}, {"work": constant(wait)}, {"call": "r"}]
    app = node("app", "service", workers=10_000, flow=flow)
    return design(
        [client("users", rate, mix={"request": 1.0}), app, database(**config)],
        [
            link("users", "app"),
            link("app", "db", **{"class": "write"}) | {"id": "w"},
            link("app", "db", **{"class": "read"}) | {"id": "r"},
        ],
        classes=CLASSES,
        duration=duration,
        warmup=10,
    )


def extra(design: Design) -> dict[str, Any]:
    found: dict[str, Any] = run(design)["nodes"]["db"]["extra"]
    return found


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2])
def test_reads_from_a_follower_are_stale_by_the_lag(wait: float) -> None:
    """A follower that lags by Exp(100 ms) lacks a write for longer than t with probability e^(-t/100 ms)."""
    found = extra(pages(wait, replicas=1, lag=exponential(0.1), read_from="follower"))
    expected = math.exp(-wait / 0.1)
    margin = 4.0 * math.sqrt(expected * (1.0 - expected) / (190.0 * 200.0))
    assert found["stale_ratio"] == pytest.approx(expected, abs=margin + 1e-12)
    others = found["stale_reads"] - found["stale_own_reads"]  # of one key, drawn twice
    assert 0.0 <= others <= 0.001 * found["stale_reads"]
    assert found["lag"]["mean"] == pytest.approx(0.1, rel=0.03)


def test_leaders_are_never_stale() -> None:
    found = extra(pages(0.05, replicas=2, lag=exponential(0.1)))
    assert (found["stale_ratio"], found["stale_reads"], found["stale_own_reads"]) == (0.0, 0.0, 0.0)


def test_any_instance_is_stale_where_it_follows() -> None:
    """Reads go to the leader and two followers in turn."""
    found = extra(pages(0.05, replicas=2, lag=exponential(0.1), read_from="any"))
    assert found["stale_ratio"] == pytest.approx(2.0 / 3.0 * math.exp(-0.5), abs=0.01)


def written(**config: Any) -> Design:
    """Writes that take no time but that of waiting for followers."""
    return design(
        [client("users", 500.0, mix={"write": 1.0}), database(**config)],
        [link("users", "db")],
        classes=CLASSES,
        duration=100,
        warmup=10,
    )


@pytest.mark.parametrize(
    ("mode", "replicas", "wait"),
    [
        ("async", 2, 0.0),
        ("semi_sync", 2, 0.005),
        ("quorum", 2, 0.005),
        ("quorum", 3, 0.00833333),
        ("sync", 2, 0.015),
        ("sync", 3, 0.01833333),
        ("quorum", 1, 0.01),
    ],
)
def test_a_write_waits_for_the_kth_of_its_followers(mode: str, replicas: int, wait: float) -> None:
    """The k-th smallest of n exponential lags of 10 ms takes 10 ms · (1/n + … + 1/(n-k+1)) on average."""
    result = run(written(replicas=replicas, lag=exponential(0.01), acknowledge=mode))
    assert result["nodes"]["db"]["extra"]["commit_wait"] == pytest.approx(wait, rel=0.02)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(wait, rel=0.02)
    busy = result["nodes"]["db"]["utilization"] * 1000 * (1 + replicas)
    assert busy == pytest.approx(500.0 * wait, rel=0.03)  # the connection is held meanwhile

"""What a cluster does while its replicas are cut off from each other: one cannot have both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.builders import Raw, client, design, link, node, run

ZONES = ("a", "b", "c")
CUT = [
    {"at": 10, "duration": 10, "target": "a", "change": "partition", "with": other}
    for other in ("b", "c")
]


def zones(until: float = 30.0, reads: float = 0.5, **cluster: Any) -> Any:
    """Three zones, a replica and a client in each; zone a is cut off for ten seconds, then nobody writes any more."""
    keys = {"law": "zipf", "count": 100, "alpha": 0.8}
    phases = [[0, 200], [until, 200], [until, 0], [60, 0]]
    arrivals = {"process": "poisson", "rate": phases}
    users: list[Raw] = [
        node(
            f"u{zone}",
            "client",
            frame=zone,
            arrivals=arrivals,
            mix={"get": reads, "put": 1.0 - reads},
        )
        for zone in ZONES
    ]
    kv = node("kv", "key_value_cluster", spread=list(ZONES), **cluster)
    return design(
        [*users, kv],
        [link(f"u{zone}", "kv", picker="zone") for zone in ZONES],
        classes=[
            {"name": "get", "operation": "read", "keys": keys},
            {"name": "put", "operation": "write", "keys": keys},
        ],
        frames=[{"id": zone, "kind": "zone"} for zone in ZONES],
        duration=60,
        warmup=0,
        events=CUT,
    )


def failed(result: Any, user: str) -> int:
    return sum(result["clients"][user]["failed"].values())


def test_cp_refuses_everything_on_the_minority_side_and_nothing_is_stale() -> None:
    result = run(zones(consistency="cp"))
    extra = result["nodes"]["kv"]["extra"]
    assert failed(result, "ua") == pytest.approx(2000, rel=0.1)
    assert failed(result, "ub") <= 10  # what was under way when the cut began
    assert failed(result, "uc") <= 10
    assert extra["stale_ratio"] == 0.0
    assert extra["divergent"] == 0
    assert extra["lost_writes"] == 0


def test_ap_answers_everybody_diverges_and_is_whole_again_once_the_cut_is_over() -> None:
    result = run(zones(consistency="ap"))
    extra = result["nodes"]["kv"]["extra"]
    assert failed(result, "ua") + failed(result, "ub") + failed(result, "uc") <= 20
    assert extra["stale_ratio"] > 0.001
    assert extra["sloppy"] == pytest.approx(2000, rel=0.1)
    assert extra["divergent"] == 0
    assert extra["hints"] == 0
    assert extra["lost_writes"] == 0


def test_without_hints_and_reads_it_stays_divided_until_the_replicas_are_compared() -> None:
    apart = zones(19.0, 0.0, consistency="ap", hints=0.0, anti_entropy=None)
    whole = zones(19.0, 0.0, consistency="ap", hints=0.0, anti_entropy=40.0)
    assert run(whole)["nodes"]["kv"]["extra"]["divergent"] == 0
    assert run(apart)["nodes"]["kv"]["extra"]["divergent"] > 50


@pytest.mark.parametrize("consistency", ["cp", "ap"])
@pytest.mark.parametrize(("reads", "writes"), [(1, 1), (2, 2), (1, 3), (3, 1), (3, 3)])
def test_no_setting_has_neither_errors_nor_stale_reads_during_a_cut(
    consistency: str, reads: int, writes: int
) -> None:
    result = run(zones(consistency=consistency, read_quorum=reads, write_quorum=writes))
    errors = sum(failed(result, f"u{zone}") for zone in ZONES)
    assert errors > 10 or result["nodes"]["kv"]["extra"]["stale_ratio"] > 0.0


def test_replicas_lie_in_as_many_zones_as_there_are() -> None:
    """Nine instances in three zones: with one zone lost, every key has a quorum still."""
    kill = [{"at": 10, "duration": 10, "target": "a", "change": "kill"}]
    made = design(
        [
            client("users", 300.0, mix={"get": 0.5, "put": 0.5}),
            node("kv", "key_value_cluster", instances=9, spread=list(ZONES)),
        ],
        [link("users", "kv", retry={"attempts": 4, "other_instance": True})],
        classes=[{"name": "get"}, {"name": "put", "operation": "write"}],
        frames=[{"id": zone, "kind": "zone"} for zone in ZONES],
        duration=30,
        warmup=0,
        events=kill,
    )
    extra = run(made)["nodes"]["kv"]["extra"]
    assert extra["no_quorum"] == 0
    assert extra["stale_ratio"] == 0.0

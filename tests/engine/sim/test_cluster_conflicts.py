"""Writes that do not know of each other, and clocks that are wrong, against formulas."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.helpers.builders import Raw, client, constant, design, link, node, run


def writers(rate: float, keys: int, /, **cluster: Any) -> tuple[list[Raw], list[Raw], list[Raw]]:
    """One client that writes keys of equal popularity at a cluster without any work."""
    fields = {"read_time": constant(0.0), "write_time": constant(0.0), **cluster}
    nodes = [client("users", rate, mix={"put": 1.0}), node("kv", "key_value_cluster", **fields)]
    law = {"law": "uniform", "count": keys}
    classes = [{"name": "put", "operation": "write", "keys": law}]
    return nodes, [link("users", "kv", picker="random")], classes


def extra_of(made: tuple[list[Raw], list[Raw], list[Raw]], /, **scenario: Any) -> dict[str, float]:
    nodes, links, classes = made
    result = run(design(nodes, links, classes=classes, **scenario))
    found: dict[str, float] = result["nodes"]["kv"]["extra"]
    return found


def test_two_leaders_conflict_as_often_as_the_other_writes_within_two_lags() -> None:
    """.5 writes a second of each key from the other site, 80 ms between them: 1 - exp(-.08) = 7.688 %."""
    made = writers(
        100.0,
        100,
        mode="multi_leader",
        instances=2,
        replicas=2,
        lag=constant(0.08),
        write_quorum=1,
        read_quorum=1,
    )
    extra = extra_of(made, duration=1500, warmup=10)
    assert extra["conflict_ratio"] == pytest.approx(1.0 - math.exp(-2 * 0.5 * 0.08), rel=0.03)
    assert extra["lost_updates"] == 0


def test_one_leader_has_no_conflicts_with_itself() -> None:
    made = writers(
        100.0, 10, mode="multi_leader", instances=1, replicas=1, write_quorum=1, read_quorum=1
    )
    assert extra_of(made, duration=20, warmup=0)["conflict_ratio"] == 0.0


def test_both_sides_of_a_cut_write_what_the_other_does_not_know() -> None:
    split = {"at": 5, "duration": 10, "target": "kv", "change": "split", "instances": 1}
    made = writers(200.0, 20, consistency="ap")
    during = extra_of(made, duration=20, warmup=0, events=[split])
    calm = extra_of(made, duration=20, warmup=0)
    assert during["conflict_ratio"] > 0.3
    assert calm["conflict_ratio"] < 0.05


def pairs(gap: float, skew: float) -> dict[str, float]:
    """A fast clock writes, and another instance the same key so long after the acknowledgement."""
    steps = [{"call": "one"}, {"work": constant(gap)}, {"call": "two"}]
    arrivals = {"process": "closed", "users": 10, "think_time": constant(50.0)}
    law = {"law": "uniform", "count": 10_000}
    fields: Raw = {"read_time": constant(0.0), "write_time": constant(0.0), "lag": constant(0.0)}
    fast = {"0": skew}
    made = design(
        [
            node("users", "client", arrivals=arrivals),
            node("app", "service", workers=100, flow=steps),
            node("kv", "key_value_cluster", clock_offset=fast, **fields),
        ],
        [
            link("users", "app"),
            link("app", "kv", picker="random") | {"id": "one"},
            link("app", "kv", picker="random") | {"id": "two"},
        ],
        classes=[{"name": "put", "operation": "write", "keys": law}],
        duration=10_000,
        warmup=0,
    )
    found: dict[str, float] = run(made)["nodes"]["kv"]["extra"]
    return found


@pytest.mark.parametrize(("gap", "lost"), [(0.05, True), (0.09, True), (0.11, False), (1.0, False)])
def test_last_write_wins_loses_an_update_only_where_the_gap_is_less_than_the_skew(
    gap: float, lost: bool
) -> None:
    """The first write is by the fast clock, and the second by another, in 1/3 · 2/3 of the pairs."""
    extra = pairs(gap, 0.1)
    assert extra["lost_updates"] == (pytest.approx(2000 * 2 / 9, rel=0.15) if lost else 0)


def test_a_clock_that_goes_wrong_loses_updates_while_it_does() -> None:
    clock = {
        "at": 5,
        "duration": 5,
        "target": "kv",
        "change": "clock",
        "seconds": 2.0,
        "instances": 1,
    }
    made = writers(200.0, 20)
    assert extra_of(made, duration=20, warmup=0)["lost_updates"] == 0
    assert extra_of(made, duration=20, warmup=0, events=[clock])["lost_updates"] > 100

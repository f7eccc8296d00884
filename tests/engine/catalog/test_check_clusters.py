"""What the checks say of how the replicas of a cluster agree."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.files import from_raw

CODES = {"no-effect", "stale-reads", "whole-quorum", "conflicts", "no-majority", "async-failover"}


def found(**config: Any) -> set[tuple[str, str | None]]:
    """Codes and fields of what is said of a cluster."""
    made = {
        "windtunnel": 1,
        "nodes": [
            {"id": "users", "kind": "client", "config": {}},
            {"id": "kv", "kind": "key_value_cluster", "config": config},
        ],
        "links": [{"id": "a", "source": "users", "target": "kv", "config": {"timeout": 1}}],
    }
    return {(each.code, each.field) for each in check(from_raw(made)) if each.code in CODES}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, set()),
        ({"read_quorum": 1}, {("stale-reads", "config.read_quorum")}),
        ({"write_quorum": 3, "read_quorum": 1}, {("whole-quorum", "config.write_quorum")}),
        ({"write_quorum": 3, "read_quorum": 1, "consistency": "ap"}, set()),
        ({"write_quorum": 1, "read_quorum": 3}, {("whole-quorum", "config.read_quorum")}),
        ({"mode": "multi_leader"}, {("conflicts", "config.mode")}),
        ({"replicas": 1, "read_quorum": 1, "write_quorum": 1}, set()),
        ({"mode": "single_leader"}, set()),
        ({"mode": "single_leader", "read_quorum": 1}, {("no-effect", "config.read_quorum")}),
        (
            {"read_from": "any", "election": 1.0},
            {("no-effect", "config.read_from"), ("no-effect", "config.election")},
        ),
        (
            {"mode": "single_leader", "conflict": "sum", "election": 1.0},
            {("no-effect", "config.conflict")},
        ),
        (
            {"mode": "single_leader", "read_from": "any"},
            {("stale-reads", "config.read_from")},
        ),
        (
            {"mode": "single_leader", "write_quorum": 1},
            {("async-failover", "config.write_quorum")},
        ),
        (
            {"mode": "single_leader", "write_quorum": 3},
            {("whole-quorum", "config.write_quorum")},
        ),
        (
            {"mode": "single_leader", "replicas": 2},
            {("no-majority", "config.replicas"), ("whole-quorum", "config.write_quorum")},
        ),
    ],
)
def test_dangerous_quorums_are_named(config: dict[str, Any], says: set[Any]) -> None:
    assert found(**config) == says


@pytest.mark.parametrize(
    "config",
    [
        {"read_quorum": 1},
        {"write_quorum": 3, "read_quorum": 1},
        {"mode": "single_leader", "read_from": "follower"},
        {"mode": "single_leader", "write_quorum": 1},
    ],
)
def test_what_is_proposed_leaves_nothing_to_say_of_it(config: dict[str, Any]) -> None:
    made = from_raw(
        {
            "windtunnel": 1,
            "nodes": [
                {"id": "users", "kind": "client", "config": {}},
                {"id": "kv", "kind": "key_value_cluster", "config": config},
            ],
            "links": [{"id": "a", "source": "users", "target": "kv", "config": {"timeout": 1}}],
        }
    )
    (one,) = [each for each in check(made) if each.code in CODES]
    assert one.fix is not None
    mended = one.fix.apply(made).design
    assert one.code not in {each.code for each in check(mended)}


@pytest.mark.parametrize(
    ("config", "capacity"),
    [
        ({}, 3 * 4 / (3 * 0.01)),
        ({"instances": 6}, 6 * 4 / (3 * 0.01)),
        ({"mode": "single_leader"}, 3 * 4 / 0.01),
        ({"mode": "multi_leader"}, 3 * 4 / 0.01),
    ],
)
def test_more_reads_than_replicas_can_work_on_are_an_overload(
    config: dict[str, Any], capacity: float
) -> None:
    """Four workers an instance, 10 ms a read: all replicas work on it, or with leaders one."""
    cluster = {"workers": 4, "read_time": {"law": "constant", "mean": 0.01}, **config}
    for share, told in ((0.9, False), (1.1, True)):
        users = {"arrivals": {"process": "poisson", "rate": share * capacity}}
        made = from_raw(
            {
                "windtunnel": 1,
                "nodes": [
                    {"id": "users", "kind": "client", "config": users},
                    {"id": "kv", "kind": "key_value_cluster", "config": cluster},
                ],
                "links": [{"id": "a", "source": "users", "target": "kv", "config": {"timeout": 1}}],
            }
        )
        assert ("overload" in {each.code for each in check(made)}) is told

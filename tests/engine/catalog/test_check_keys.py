"""What the checks say of keys that are hot where nobody looks at keys."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from tests.helpers.builders import client, design, link, node

HOT = {"at": 5, "target": "users", "change": "hot_key", "key": 3, "probability": 0.5}


def found(kind: str, **config: Any) -> set[str]:
    made = design(
        [client(), node("target", kind, **config)],
        [link("users", "target", timeout=1)],
        events=[HOT],
    )
    return {each.code for each in check(made)}


@pytest.mark.parametrize(
    ("kind", "config", "told"),
    [
        ("service", {}, True),
        ("sql_database", {}, True),
        ("sql_database", {"locks": {}}, False),
        ("cache", {}, False),
        ("key_value_cluster", {}, False),
        ("service", {"admission": {"rate_limit": {"rate": 5, "burst": 5, "by": "key"}}}, False),
        ("service", {"admission": {"rate_limit": {"rate": 5, "burst": 5}}}, True),
    ],
)
def test_a_hot_key_is_said_to_do_nothing_where_nobody_looks_at_keys(
    kind: str, config: dict[str, Any], told: bool
) -> None:
    assert ("no-effect" in found(kind, **config)) is told


def test_events_about_more_instances_than_a_cluster_has_are_told() -> None:
    for count, told in ((3, False), (4, True)):
        event = {"at": 5, "target": "kv", "change": "kill", "instances": count}
        made = design(
            [client(), node("kv", "key_value_cluster", instances=3, replicas=3)],
            [link("users", "kv", timeout=1)],
            events=[event],
        )
        assert ("few-instances" in {each.code for each in check(made)}) is told

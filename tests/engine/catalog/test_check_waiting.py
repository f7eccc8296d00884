"""Warnings about limits on waiting that never come to anything."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from tests.helpers.builders import client, design, link, node

POOL = {"max_connections": 5}


def warned(made: Design) -> list[tuple[str | None, str]]:
    return [(each.field, each.message) for each in check(made) if each.code == "no-effect"]


def called(policy: dict[str, Any], **config: Any) -> Design:
    nodes = [client("users", 10), node("web", "service", **config)]
    return design(nodes, [link("users", "web", **policy)])


@pytest.mark.parametrize(
    ("policy", "config", "field", "says"),
    [
        (
            {"queue_timeout": 2.0, "timeout": 1.0},
            {},
            "queue_timeout",
            "its timeout of 1 s is first",
        ),
        ({"queue_timeout": 0.5}, {"discipline": "ps"}, "queue_timeout", "everything at once"),
        (
            {"connection": {"max_connections": None, "max_pending": 3}},
            {},
            "connection.max_pending",
            "as many as it takes",
        ),
        ({"retry": {"other_instance": True}}, {}, "retry.other_instance", "never tries again"),
        ({"retry": {"attempts": 3, "on": []}}, {}, "retry.on", "after no failure"),
        ({}, {"overflow": "resend"}, "queue_limit", "set a queue limit"),
    ],
)
def test_a_limit_without_effect_is_named(
    policy: dict[str, Any], config: dict[str, Any], field: str, says: str
) -> None:
    ((where, message),) = warned(called(policy, **config))
    assert where == f"config.{field}"
    assert says in message


def test_a_balancer_has_no_queue_to_wait_in() -> None:
    nodes = [client("users", 10), node("lb", "load_balancer"), node("web", "service")]
    made = design(nodes, [link("users", "lb", queue_timeout=1.0), link("lb", "web")])
    (finding,) = [each for each in check(made) if each.code == "no-effect"]
    assert "where there is a queue" in finding.message
    assert finding.fix is not None
    assert warned(finding.fix.apply(made).design) == []


@pytest.mark.parametrize(
    ("policy", "config"),
    [
        ({"queue_timeout": 0.5, "timeout": 1.0}, {}),
        ({"queue_timeout": 0.5, "connection": POOL}, {"discipline": "ps"}),
        ({"queue_timeout": 2.0, "timeout": 1.0, "bulkhead": {"concurrent": 3, "pending": 9}}, {}),
        ({"connection": {**POOL, "max_pending": 0}}, {}),
        ({"retry": {"attempts": 2, "other_instance": True}}, {}),
        ({}, {"overflow": "resend", "queue_limit": 16}),
    ],
)
def test_what_has_an_effect_is_not(policy: dict[str, Any], config: dict[str, Any]) -> None:
    assert warned(called(policy, **config)) == []

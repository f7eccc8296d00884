"""Findings about DNS: each with what it takes to be rid of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from engine.model.findings import Finding
from tests.helpers.builders import design, link, node


def named(users: int | None = 100, /, **config: Any) -> Design:
    arrivals: dict[str, Any] = {"process": "poisson", "rate": 100}
    if users is not None:
        arrivals["users"] = users
    nodes = [
        node("users", "client", arrivals=arrivals),
        node("names", "dns", **config),
        node("a", "service", instances=2, queue_limit=9),
        node("b", "service", instances=2, queue_limit=9),
    ]
    links = [link("users", "names", timeout=1.0), link("names", "a"), link("names", "b")]
    return design(nodes, links)


def told(made: Design, code: str) -> list[Finding]:
    return [each for each in check(made) if each.code == code and each.id == "names"]


@pytest.mark.parametrize(
    ("config", "code", "says"),
    [
        ({"records": ["a", "c"]}, "no-record", "has a record for 'c'"),
        ({"convergence": 3.0}, "no-effect", "announces no routes"),
        ({"stale_share": 0.1, "stale_ttl": 30.0}, "no-effect", "no longer than the TTL"),
        ({"check": None}, "unchecked-records", "does not check its records"),
        ({"ttl": 600.0}, "slow-failover", "37500 requests fail"),
    ],
)
def test_what_is_odd_is_told_and_mended(config: dict[str, Any], code: str, says: str) -> None:
    made = named(**config)
    found = told(made, code)
    assert [says in each.message.replace("\N{NO-BREAK SPACE}", " ") for each in found] == [True]
    fix = found[0].fix
    assert fix is not None
    assert told(fix.apply(made).design, code) == []
    assert told(named(), code) == []


def test_a_crowd_with_one_answer() -> None:
    made = named(None)
    found = told(made, "no-users")
    assert len(found) == 1
    assert found[0].fix is not None
    assert told(found[0].fix.apply(made).design, "no-users") == []
    assert told(named(None, policy="anycast"), "no-users") == []


def test_routes_have_no_server_that_could_die() -> None:
    assert told(named(), "single-point") != []
    assert told(named(policy="anycast"), "single-point") == []

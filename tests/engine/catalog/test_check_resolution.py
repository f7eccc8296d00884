"""Findings about DNS: each with what it takes to be rid of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from engine.model.findings import Finding
from tests.helpers.builders import client, design, link, node


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


def steps_of(act: Callable[[], object]) -> int:
    """Lines that Python carries out, each round of a loop for itself."""
    steps = 0

    def count(_frame: object, what: str, _arg: object) -> object:
        nonlocal steps
        steps += what == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        act()
    finally:
        sys.settrace(before)
    return steps


def between(count: int, kind: str, *, apart: bool) -> Design:
    """So many clients before one DNS and as many services behind it, the clients in as many frames or in five."""
    config = {"trust": 1} if kind == "trust_zone" else {}
    frames = [{"id": f"z{place}", "kind": kind, "config": config} for place in range(5)]
    nodes, links = [node("dns", "dns")], []
    for place in range(count):
        frame = f"z{place % 5}"
        if apart:
            frame = f"own{place}"
            frames.append({"id": frame, "kind": "region", "config": {}})
        nodes.append(client(f"u{place}", 1.0) | {"frame": frame})
        nodes.append(node(f"s{place}", "service", frame=f"z{place % 5}"))
        links += [link(f"u{place}", "dns"), link("dns", f"s{place}")]
    return design(nodes, links, frames=frames)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("kind", ["region", "trust_zone"])
def test_many_before_one_dns_and_many_behind_it_are_checked_one_by_one(
    kind: str, *, apart: bool
) -> None:
    """Counted, not timed: three times the nodes and links are a little over three times the steps."""
    few, many = (between(count, kind, apart=apart) for count in (40, 120))
    check(few)  # what is loaded once
    assert steps_of(lambda: check(many)) <= 3.6 * steps_of(lambda: check(few))

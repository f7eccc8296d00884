"""What is told of sessions: stores that keep none, users who stray, rooms and cookies of the wrong size."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.catalog.lowerer import Lowerer
from engine.catalog.lowering import lower
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.plan.sessions import session_link
from tests.helpers.builders import client, design, link, node

USERS = {"process": "closed", "users": 1000}


def shop(
    sessions: dict[str, Any],
    *,
    balancer: dict[str, Any] | None = None,
    store: dict[str, Any] | None = None,
    arrivals: dict[str, Any] | None = None,
    **service: Any,
) -> Design:
    """Users, a balancer, a shop with sessions, a cache and a database."""
    nodes = [
        client() | {"config": {"arrivals": arrivals or USERS}},
        node("lb", "load_balancer", **(balancer or {})),
        node("web", "service", **({"instances": 4, "sessions": sessions} | service)),
        node("redis", "cache", **(store or {})),
        node("db", "sql_database"),
        node("mail", "service"),
    ]
    links = [link("users", "lb"), link("lb", "web"), link("web", "redis"), link("web", "db")]
    return design(nodes, [*links, link("web", "mail")])


def finding(made: Design, code: str) -> Finding | None:
    return next((each for each in check(made) if each.code == code), None)


@pytest.mark.parametrize("store", ["redis", "web-redis", "db", "web-db"])
def test_a_store_is_a_node_or_a_link_to_one(store: str) -> None:
    made = shop({"where": "store", "store": store})
    assert not [each for each in check(made) if each.level == "error"]
    plan = lower(made)
    web = next(each for each in plan.nodes if each.id == "web")
    found = session_link(web, [each for each in plan.links if each.source == "web"])
    assert found == f"web-{store.removeprefix('web-')}"


@pytest.mark.parametrize(
    ("store", "words"),
    [
        (None, "none is named"),
        ("reddis", "did you mean 'redis'?"),
        ("users", "no link from it"),
        ("mail", "keeps no sessions"),
    ],
)
def test_a_store_that_is_none_is_an_error_with_a_remedy(store: str | None, words: str) -> None:
    made = shop({"where": "store", "store": store})
    found = finding(made, "session-store")
    assert found is not None
    assert found.level == "error"
    assert words in found.message
    assert found.fix is not None
    assert finding(found.fix.apply(made).design, "session-store") is None


def test_the_lowerer_tells_of_a_store_that_is_changed_to_none() -> None:
    made = shop({"where": "store", "store": "redis"})
    lowerer = Lowerer()
    lowerer.lower(made)
    worse = SetField("web", ("config", "sessions", "store"), "nothing").apply(made).design
    with pytest.raises(ValueError, match="'nothing'"):
        lowerer.lower(worse)
    better = SetField("web", ("config", "sessions", "store"), "db").apply(worse).design
    assert lowerer.lower(better) == lower(better)


def test_users_stray_without_affinity_where_instances_remember_them() -> None:
    made = shop({"where": "memory"})
    found = finding(made, "stray-sessions")
    assert found is not None
    assert "up to 75 % of the requests" in found.message
    assert found.fix is not None
    assert finding(found.fix.apply(made).design, "stray-sessions") is None


@pytest.mark.parametrize(
    ("sessions", "balancer", "service"),
    [
        ({"where": "memory"}, {"affinity": "client"}, {}),
        ({"where": "memory"}, {"layer": 4}, {}),
        ({"where": "memory"}, {"picker": "hash", "hash": {"by": "session"}}, {}),
        ({"where": "memory"}, {}, {"instances": 1}),
        ({"where": "replicated"}, {}, {}),
        ({"where": "cookie"}, {}, {}),
        ({"where": "store", "store": "redis"}, {}, {}),
    ],
)
def test_nobody_strays_otherwise(
    sessions: dict[str, Any], balancer: dict[str, Any], service: dict[str, Any]
) -> None:
    assert finding(shop(sessions, balancer=balancer, **service), "stray-sessions") is None


@pytest.mark.parametrize(
    ("store", "arrivals", "small"),
    [
        ({"capacity": 999}, USERS, True),
        ({"capacity": 1000}, USERS, False),
        ({"capacity_bytes": 999_000}, USERS, True),
        ({"capacity": 5000}, {"process": "sessions", "rate": 2.0, "requests": 2}, False),
        ({"capacity": 3000}, {"process": "sessions", "rate": 2.0, "requests": 2}, True),
    ],
)
def test_a_cache_with_less_room_than_there_are_sessions(
    store: dict[str, Any], arrivals: dict[str, Any], small: bool
) -> None:
    made = shop({"where": "store", "store": "redis"}, store=store, arrivals=arrivals)
    found = finding(made, "small-session-store")
    assert (found is not None) == small
    if found is not None and found.fix is not None:
        assert finding(found.fix.apply(made).design, "small-session-store") is None


def test_a_cookie_that_browsers_refuse() -> None:
    made = shop({"where": "cookie", "bytes": 5000})
    found = finding(made, "large-cookie")
    assert found is not None
    assert found.fix is not None
    assert finding(found.fix.apply(made).design, "large-cookie") is None


def test_requests_of_nobody_have_no_session() -> None:
    assert finding(shop({}, arrivals={"process": "poisson", "rate": 10}), "no-users") is not None
    assert finding(shop({}), "no-users") is None


def test_a_flow_need_not_call_the_link_of_sessions() -> None:
    flow = [{"work": "service_time"}, {"call": "web-db"}, {"call": "web-mail"}]
    made = shop({"where": "store", "store": "redis"}, flow=flow)
    assert finding(made, "unused-link") is None
    assert finding(made, "session-link-called") is None
    both = shop({"where": "store", "store": "redis"}, flow=[*flow, {"call": "web-redis"}])
    assert finding(both, "session-link-called") is not None
    assert finding(shop({}, flow=flow), "unused-link") is not None


def test_a_store_of_sessions_is_a_single_point() -> None:
    made = shop({"where": "store", "store": "redis"})
    single = {each.id for each in check(made) if each.code == "single-point"}
    assert "redis" in single

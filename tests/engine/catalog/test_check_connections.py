"""What is told of connections: races with an idle timeout, users who are none, and what passes a balancer."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from engine.model.findings import Finding
from engine.model.traffic import RequestClass
from tests.helpers.builders import client, design, link, node


def edge(delay: float, **connection: Any) -> Design:
    nodes = [client(), node("web", "service")]
    return design(nodes, [link("users", "web", delay=delay, connection=connection)])


def found(made: Design, code: str, item: str) -> list[Finding]:
    return [each for each in check(made) if each.code == code and each.id == item]


def mended(made: Design, finding: Finding) -> Design:
    assert finding.fix is not None
    return finding.fix.apply(made).design


@pytest.mark.parametrize("own", [{}, {"idle_timeout": None}, {"idle_timeout": 59.99}])
def test_a_server_that_closes_first(own: dict[str, Any]) -> None:
    made = edge(0.02, server_idle_timeout=60.0, **own)
    [finding] = found(made, "idle-race", "users-web")
    assert "in the last 40 ms fails with network" in finding.message
    assert finding.field == "config.connection.idle_timeout"
    assert not found(mended(made, finding), "idle-race", "users-web")


@pytest.mark.parametrize(("server", "delay"), [(5.0, 2.4), (0.1, 0.02), (300.0, 0.001)])
def test_the_remedy_leaves_no_race(server: float, delay: float) -> None:
    made = edge(delay, server_idle_timeout=server, idle_timeout=None)
    [finding] = found(made, "idle-race", "users-web")
    left = found(mended(made, finding), "idle-race", "users-web")
    assert not left or 2.0 * delay > 0.9 * server, "no timeout helps who is too far away"


@pytest.mark.parametrize(
    "rules",
    [
        {"server_idle_timeout": 60.0, "idle_timeout": 50.0},
        {"idle_timeout": None},
        {},
    ],
)
def test_a_caller_that_closes_first(rules: dict[str, Any]) -> None:
    assert not found(edge(0.02, **rules), "idle-race", "users-web")


def through(layer: int, **inner: Any) -> Design:
    nodes = [client(), node("lb", "load_balancer", layer=layer), node("web", "service")]
    links = [link("users", "lb", connection={}), link("lb", "web", **inner)]
    return design(nodes, links)


@pytest.mark.parametrize("field", ["connection", "encryption"])
def test_layer_4_has_no_connections_of_its_own(field: str) -> None:
    made = through(4, **{field: {}})
    [finding] = found(made, "no-effect", "lb-web")
    assert finding.field == f"config.{field}"
    assert not found(mended(made, finding), "no-effect", "lb-web")
    assert not found(through(7, **{field: {}}), "no-effect", "lb-web")


def test_only_clients_have_users_who_hold_connections() -> None:
    made = through(7, connection={"per": "user"})
    [finding] = found(made, "no-effect", "lb-web")
    assert not found(mended(made, finding), "no-effect", "lb-web")
    assert not found(edge(0.01, per="user"), "no-effect", "users-web")


def test_users_who_are_not_told_apart() -> None:
    [finding] = found(edge(0.01, per="user"), "no-users", "users-web")
    assert finding.field == "config.connection.per"
    assert not found(mended(edge(0.01, per="user"), finding), "no-users", "users-web")


def test_layer_4_does_not_route_by_class() -> None:
    made = through(4, classes=["read"])
    made = made.model_copy(
        update={"classes": (RequestClass(name="read"), RequestClass(name="write"))}
    )
    [finding] = found(made, "no-effect", "lb-web")
    assert finding.field == "config.classes"
    assert not found(mended(made, finding), "no-effect", "lb-web")


@pytest.mark.parametrize(("users", "few"), [(20, True), (2000, False), (None, False)])
def test_each_user_has_as_many_connections_as_there_may_be(users: int | None, few: bool) -> None:
    """A round trip of 100 ms: ten calls a second over each connection, and a thousand are asked for."""
    arrivals: dict[str, Any] = {"process": "poisson", "rate": 1000.0, "users": users}
    rules = {"per": "user", "max_connections": 1}
    nodes = [client() | {"config": {"arrivals": arrivals}}, node("web", "service", workers=64)]
    made = design(nodes, [link("users", "web", delay=0.05, connection=rules)])
    assert bool(found(made, "few-connections", "users-web")) is few

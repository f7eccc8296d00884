"""What goes by users is told where no client tells its users apart."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from tests.helpers.builders import client, design, link, node


def sticky(arrivals: dict[str, Any], **balancer: Any) -> Design:
    nodes = [
        client() | {"config": {"arrivals": arrivals}},
        node("lb", "load_balancer", **balancer),
        node("web", "service"),
    ]
    return design(nodes, [link("users", "lb"), link("lb", "web")])


def codes(made: Design) -> list[str]:
    return [each.code for each in check(made)]


BY_USERS = [
    {"affinity": "session"},
    {"picker": "hash", "hash": {"by": "session"}},
    {"picker": "shuffle", "shuffle": {"by": "session"}},
    {"admission": {"rate_limit": {"rate": 100.0, "by": "session"}}},
]
WITHOUT = [{"affinity": "client"}, {"picker": "hash", "hash": {"by": "key"}}, {}]


@pytest.mark.parametrize("balancer", BY_USERS)
def test_open_arrivals_of_nobody_in_particular(balancer: dict[str, Any]) -> None:
    made = sticky({"process": "poisson", "rate": 10.0}, **balancer)
    found = next(each for each in check(made) if each.code == "no-users")
    assert found.fix is not None
    assert "no-users" not in codes(found.fix.apply(made).design)


@pytest.mark.parametrize("balancer", WITHOUT)
def test_nothing_goes_by_users(balancer: dict[str, Any]) -> None:
    assert "no-users" not in codes(sticky({"process": "poisson"}, **balancer))


@pytest.mark.parametrize(
    "arrivals",
    [
        {"process": "closed", "users": 10},
        {"process": "sessions"},
        {"process": "poisson", "users": 7},
        {"process": "active_users"},
    ],
)
def test_users_are_known(arrivals: dict[str, Any]) -> None:
    assert "no-users" not in codes(sticky(arrivals, affinity="session"))


BY_TENANTS = [
    {"picker": "hash", "hash": {"by": "tenant"}},
    {"picker": "shuffle", "shuffle": {"by": "tenant"}},
    {"admission": {"rate_limit": {"rate": 100.0, "by": "tenant"}}},
]


@pytest.mark.parametrize("balancer", BY_TENANTS)
def test_what_goes_by_tenants_needs_some(balancer: dict[str, Any]) -> None:
    made = sticky({"process": "poisson", "users": 100}, **balancer)
    found = next(each for each in check(made) if each.code == "no-tenants")
    assert found.fix is not None
    assert "no-tenants" not in codes(found.fix.apply(made).design)


@pytest.mark.parametrize("field", ["tenants", "wrong_credentials"])
def test_tenants_and_accounts_are_those_of_users(field: str) -> None:
    made = design([client(**{field: {}}), node("web", "service")], [link("users", "web")])
    found = next(each for each in check(made) if each.code == "no-users")
    assert found.field == f"config.{field}"
    assert found.fix is not None
    assert "no-users" not in codes(found.fix.apply(made).design)

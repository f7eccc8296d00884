"""Authentication that asks nobody, or somebody who cannot be reached, and events that revoke nobody's access."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from tests.helpers.builders import client, design, link, node

INTROSPECTION = {"mode": "introspection", "server": "idp"}


def errors(auth: dict[str, Any], *events: dict[str, Any], linked: bool = True) -> list[str]:
    links = [link("users", "api")] + ([link("api", "idp")] if linked else [])
    made = design(
        [client(), node("api", "service", admission={"auth": auth}), node("idp", "auth")],
        links,
        events=list(events),
    )
    return [each.message for each in check(made) if each.level == "error"]


def test_a_server_that_is_linked_is_right() -> None:
    assert errors(INTROSPECTION) == []
    assert errors({"mode": "token"}, linked=False) == []


def test_the_link_to_the_server_has_to_be_drawn() -> None:
    (error,) = errors(INTROSPECTION, linked=False)
    assert error == "Api asks Idp who may come in, but no link leads there; draw one"


def test_a_server_has_to_be_another_node() -> None:
    (error,) = errors({"mode": "token", "server": "idq"})
    assert "did you mean 'idp'?" in error
    (error,) = errors({"mode": "token", "server": "api"})
    assert "is no other node" in error


def test_introspection_asks_somebody() -> None:
    (error,) = errors({"mode": "introspection"})
    assert "introspection asks an auth server; name one" in error


def revoke(target: str, **fields: Any) -> dict[str, Any]:
    return {"at": 1, "target": target, "change": "revoke", **fields}


@pytest.mark.parametrize("target", ["idp", "api"])
def test_access_is_revoked_at_the_server_and_at_who_asks_it(target: str) -> None:
    assert errors(INTROSPECTION, revoke(target, probability=0.1)) == []
    assert errors(INTROSPECTION, revoke(target, user=3)) == []


def test_access_is_revoked_of_somebody_and_somewhere() -> None:
    (error,) = errors(INTROSPECTION, revoke("idp"))
    assert "hits nobody" in error
    (error,) = errors(INTROSPECTION, revoke("users", probability=0.1))
    assert "knows no users" in error


def test_a_token_that_outlives_its_revocation_for_long_is_told() -> None:
    made = design(
        [client(), node("api", "service", admission={"auth": {"ttl": 86_400}})],
        [link("users", "api")],
    )
    (found,) = [each for each in check(made) if each.code == "odd-auth"]
    assert "A revoked user gets in for up to" in found.message

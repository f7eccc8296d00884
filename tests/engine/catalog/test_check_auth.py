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


@pytest.mark.parametrize("target", ["idp", "api"])
@pytest.mark.parametrize("change", ["rotate", "expire"])
def test_keys_rotate_and_credentials_end_at_the_server_and_at_who_asks_it(
    target: str, change: str
) -> None:
    assert errors(INTROSPECTION, {"at": 1, "target": target, "change": change}) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [("rotate", "has no signing keys"), ("expire", "has neither sessions nor tokens")],
)
def test_where_there_are_none_nothing_rotates_or_ends(change: str, words: str) -> None:
    (error,) = errors(INTROSPECTION, {"at": 1, "target": "users", "change": change})
    assert words in error


def test_sessions_of_a_service_end_without_any_auth_server() -> None:
    made = design(
        [client(), node("web", "service", sessions={"where": "memory"})],
        [link("users", "web")],
        events=[{"at": 1, "target": "web", "change": "expire"}],
    )
    assert [each for each in check(made) if each.level == "error"] == []


def test_keys_are_those_of_an_auth_server() -> None:
    for auth in ({"mode": "token"}, INTROSPECTION):
        (error,) = errors({**auth, "jwks": {}})
        assert "jwks are the keys for tokens of an auth server" in error


def rotations(event: dict[str, Any], **auth: Any) -> list[str]:
    made = design(
        [
            client(),
            node("api", "service", admission={"auth": {"server": "idp", **auth}}),
            node("idp", "auth"),
        ],
        [link("users", "api"), link("api", "idp")],
        events=[{"at": 1, "target": "idp", "change": "rotate", **event}],
    )
    return [each.message for each in check(made) if each.code == "key-rotation"]


def test_a_key_that_signs_before_it_is_known_is_told() -> None:
    (found,) = rotations({}, jwks={"ttl": 300.0, "cooldown": None})
    assert "signs up to 300 s before this node knows it" in found
    (found,) = rotations({"ahead": 100.0}, jwks={"ttl": 300.0, "cooldown": 30.0})
    assert "up to 30 s" in found
    assert rotations({"ahead": 300.0}, jwks={"ttl": 300.0, "cooldown": None}) == []
    assert rotations({}, jwks={"cooldown": 0.0}) == rotations({}) == []


def test_an_old_key_that_goes_before_its_tokens_is_told() -> None:
    (found,) = rotations({"overlap": 900.0}, ttl=3600.0)
    assert "75 % of the tokens are signed by the old key" in found
    assert rotations({"overlap": 3600.0}, ttl=3600.0) == []


def bots(**wrong: Any) -> list[str]:
    made = design(
        [client(), client("bots", wrong_credentials=wrong), node("web", "service")],
        [link("users", "web"), link("bots", "web")],
    )
    return [each.message for each in check(made) if each.level == "error"]


def test_passwords_are_tried_at_the_accounts_of_a_client() -> None:
    assert bots() == bots(of="users") == []
    (error,) = bots(of="user")
    assert "did you mean 'users'?" in error
    (error,) = bots(of="web")
    assert "is no client" in error


def test_who_looks_at_every_guess_is_told() -> None:
    made = design(
        [
            client("bots", wrong_credentials={}),
            node("api", "service", admission={"auth": {"server": "idp"}}),
            node("idp", "auth"),
        ],
        [link("bots", "api"), link("api", "idp")],
    )
    (found,) = [each for each in check(made) if each.code == "no-lockout"]
    assert "Each wrong password that Bots tries is a login for Idp" in found.message
    assert found.fix is not None
    fixed = found.fix.apply(made).design
    assert "no-lockout" not in {each.code for each in check(fixed)}
    assert not [each for each in check(fixed) if each.level == "error"]

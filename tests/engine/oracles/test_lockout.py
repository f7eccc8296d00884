"""Wrong passwords: how many are looked at, what they cost, and whom a lockout shuts out."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.policies.auth import Auth, Lockout
from engine.plan.forwarding import as_forwarded
from engine.plan.primitives import NodePlan, Plan, TrafficPlan, WrongPlan
from engine.sim.report import Result
from tests.engine.oracles.test_key_rotation import expire
from tests.engine.oracles.test_tokens import at_api, checked, population, server
from tests.helpers.plans import link, plan, station


def attacked(
    lockout: Lockout | None, *events: Any, rate: float = 50.0, accounts: int = 20, **more: Any
) -> Plan:
    """A hundred users, and bots that try passwords at the accounts of the first of them."""
    auth = Auth(**({"mode": "token", "server": "idp", "ttl": 1e6, "lockout": lockout} | more))
    bots = TrafficPlan(
        process="poisson",
        schedule=((0.0, rate),),
        known_users=accounts,
        wrong_credentials=WrongPlan(share=1.0, of="users"),
    )
    nodes = [
        population(100, 1.0),
        NodePlan(id="bots", traffic=bots),
        station("api", 0.0, workers=None, gates=(auth,)),
        server(),
    ]
    links = [link("users", "api"), link("bots", "api"), link("api", "idp")]
    known = {node.id: node for node in nodes}
    links = [as_forwarded(each, known[each.source]) for each in links]
    return plan(nodes, links, events=events, duration=100.0)


def failed(result: Result, client: str) -> float:
    return sum(result["clients"][client]["failed"].values())


@pytest.mark.parametrize(("rate", "burst", "accounts"), [(1 / 60, 5, 20), (0.1, 2, 5), (0.5, 3, 9)])
def test_no_more_guesses_than_a_bucket_has_are_looked_at(
    rate: float, burst: int, accounts: int
) -> None:
    """COURSE 10.2: burst + rate · t of each account, 5 + 60 an hour by default; all others cost the server nothing."""
    found = checked(attacked(Lockout(rate=rate, burst=burst), accounts=accounts))
    most = accounts * (burst + rate * 100.0)
    extra = at_api(found)
    assert most - accounts * 2 <= extra["guesses"] <= most
    assert found["nodes"]["idp"]["arrivals"] == extra["guesses"]
    assert extra["wrong_passwords"] == found["nodes"]["api"]["arrivals"] - extra["authorized"]
    assert failed(found, "users") == 0  # all of them hold a token


def test_without_a_lockout_each_guess_is_work_for_the_server() -> None:
    """Fifty logins a second of 100 ms are five workers of the server's, and nobody comes in."""
    found = checked(attacked(None))
    assert found["nodes"]["idp"]["utilization"] * 64 == pytest.approx(50.0 * 0.1, rel=0.06)
    assert found["clients"]["bots"]["succeeded"] == 0
    bots = found["clients"]["bots"]
    assert 0 <= bots["offered"] - bots["failed"]["unauthorized"] <= 20  # those on the way


def test_whose_account_is_locked_cannot_log_in_and_all_others_can() -> None:
    """Everybody is logged out at 50 s: those at whose accounts bots guess stay out until the end."""
    found = checked(attacked(Lockout(rate=1e-3, burst=3), expire(50.0)))
    extra = at_api(found)
    assert extra["logins"] == 80
    assert failed(found, "users") == extra["locked_out"]
    assert extra["locked_out"] == pytest.approx(20 * 49.0, rel=0.1)


def test_nobody_is_locked_out_of_a_session_that_goes_on() -> None:
    found = checked(attacked(Lockout(rate=1e-3, burst=3), mode="introspection"))
    assert failed(found, "users") == 0


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_users_who_mistype_are_refused_that_often(share: float) -> None:
    """At a client of its own: a share of its requests carries a wrong password."""
    traffic = TrafficPlan(
        process="closed",
        users=100,
        think=population(1, 1.0).traffic.think,  # type: ignore[union-attr]
        wrong_credentials=WrongPlan(share=share),
    )
    auth = Auth(mode="token", server="idp", ttl=1e6)
    nodes = [
        NodePlan(id="users", traffic=traffic),
        station("api", 0.0, workers=None, gates=(auth,)),
        server(),
    ]
    found = checked(plan(nodes, [link("users", "api"), link("api", "idp", checks=True)]))
    extra = at_api(found)
    asked = extra["authorized"] + extra["wrong_passwords"]
    assert extra["wrong_passwords"] / asked == pytest.approx(share, rel=0.08)


def test_a_server_that_is_elsewhere_refuses_as_well() -> None:
    found = checked(attacked(Lockout(rate=0.1, burst=2), accounts=5, server=None))
    assert at_api(found)["guesses"] <= 5 * (2 + 10.0)
    assert at_api(found)["auth_calls"] == 0
    assert found["clients"]["bots"]["succeeded"] == 0

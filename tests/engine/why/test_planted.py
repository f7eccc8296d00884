"""Failures of different kinds, planted: the chain begins with each, and names nothing that is not to blame."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from engine.model.design import Design
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.chains import chain_of

chain = partial(chain_of, step=2.0)
Event = dict[str, Any]
AT = 60.0


def shop(events: list[Event], **changes: Any) -> Design:
    """Users, a balancer, four web servers that look aside into a cache before a database, and a mail service."""
    web = {"instances": 4, "workers": 8, "service_time": exponential(0.02), "queue_limit": 200}
    config: dict[str, dict[str, Any]] = {
        "users": {"arrivals": {"process": "poisson", "rate": 400.0}},
        "lb": {},
        "web": web,
        "cache": {"capacity": 5000, "prewarm": True},
        "db": {"connections": 20, "read_time": exponential(0.02), "queue_limit": 400},
        "mail": {"instances": 2, "workers": 8, "service_time": exponential(0.01)},
    }
    kinds = {
        "users": "client",
        "lb": "load_balancer",
        "web": "service",
        "cache": "cache",
        "db": "sql_database",
        "mail": "service",
    }
    for name, more in changes.pop("config", {}).items():
        config[name] = config[name] | more
    nodes = [node(name, kind, **config[name]) for name, kind in kinds.items()]
    quick = {"delay": constant(0.001)}
    links = [
        link("users", "lb", timeout=1.0, **quick, **changes.pop("users_lb", {})),
        link("lb", "web", **quick),
        link("web", "cache", timeout=0.5, order=1, **quick),
        link("web", "db", timeout=0.5, order=2, when="miss", **quick, **changes.pop("web_db", {})),
        link("web", "mail", timeout=0.5, order=3, **quick),
    ]
    fields = {"duration": 120.0, "warmup": 10.0, "seed": 1, "events": events}
    classes = [{"name": "read", "keys": {"law": "zipf", "count": 10_000, "alpha": 0.9}}]
    return design(nodes, links, classes=classes, **(fields | changes))


def at(target: Any, change: str, duration: float | None = 20.0, **fields: Any) -> Event:
    event = {"at": AT, "target": target, "change": change, **fields}
    return event | ({"duration": duration} if duration is not None else {})


PLANTED: dict[str, tuple[dict[str, Any], str]] = {
    "all web servers die": ({"events": [at("web", "kill")]}, "web"),
    "the database dies": ({"events": [at("db", "kill")]}, "db"),
    "the mail service dies": ({"events": [at("mail", "kill")]}, "mail"),
    "the balancer dies": ({"events": [at("lb", "kill")]}, "lb"),
    "the database is slow": ({"events": [at("db", "slow", factor=40.0)]}, "db"),
    "the mail service is slow": ({"events": [at("mail", "slow", factor=60.0)]}, "mail"),
    "web servers freeze": ({"events": [at("web", "freeze")]}, "web"),
    "the database freezes": ({"events": [at("db", "freeze")]}, "db"),
    "the database errs": ({"events": [at("db", "error", probability=0.5)]}, "db"),
    "the mail service errs": ({"events": [at("mail", "error", probability=0.3)]}, "mail"),
    "the web errs": ({"events": [at("web", "error", probability=0.3)]}, "web"),
    "the link to the database is slow": (
        {"events": [at("web-db", "delay", seconds=1.0)]},
        "web-db",
    ),
    "the link to the mail service loses": (
        {"events": [at("web-mail", "loss", probability=0.6)]},
        "web-mail",
    ),
    "the users' link is slow": ({"events": [at("users-lb", "delay", seconds=2.0)]}, "users-lb"),
    "the way to the database is cut": (
        {"events": [at("web", "partition", **{"with": "db"})]},
        "web-db",
    ),
    "the cache is flushed": (
        {
            "events": [at("cache", "flush", None)],
            "config": {"db": {"read_time": exponential(0.07)}},
        },
        "cache",
    ),
    "five times as many users": ({"events": [at("users", "traffic", factor=5.0)]}, "users"),
    "three of four web servers die": (
        {
            "events": [at("web", "kill", instances=3)],
            "config": {"web": {"service_time": exponential(0.04)}},
        },
        "web",
    ),
    "fewer workers are set": (
        {"events": [at("web", "set", path="workers", value=1)]},
        "web",
    ),
    "the timeout is set too short": (
        {"events": [at("web-mail", "set", path="timeout", value=0.005)]},
        "web-mail",
    ),
    "the web is slow, and retries make it worse": (
        {
            "events": [at("web", "slow", factor=30.0)],
            "users_lb": {"retry": {"attempts": 3, "base": 0.0}},
        },
        "web",
    ),
    "a rate that rises": (
        {
            "events": [],
            "config": {
                "users": {
                    "arrivals": {
                        "process": "poisson",
                        "rate": [[0.0, 400.0], [60.0, 400.0], [70.0, 2500.0], [120.0, 2500.0]],
                    }
                }
            },
        },
        "users",
    ),
}


@pytest.mark.parametrize("name", list(PLANTED))
def test_the_chain_begins_with_what_was_planted(name: str) -> None:
    changes, wanted = PLANTED[name]
    facts = chain(shop(**changes))
    assert facts, name
    first = facts[0]
    assert first.item == wanted, [(fact.time, fact.item, fact.what) for fact in facts]
    assert first.first
    assert AT - 3.0 <= first.time <= AT + 9.0
    assert not any(fact.inferred for fact in facts)
    assert any(fact.node == "users" for fact in facts)
    assert [fact.time for fact in facts] == sorted(fact.time for fact in facts)


def test_what_fails_by_itself_comes_from_outside() -> None:
    """The database dies every 50 s for 10 s, by its settings: that is recorded, and the first cause."""
    faults = {"mtbf": constant(50.0), "mttr": constant(10.0), "unit": "node"}
    facts = chain(shop([], config={"db": {"faults": faults}}))
    assert (facts[0].item, facts[0].what, facts[0].first) == ("db", "Db: killed by a fault", True)
    assert not facts[0].inferred


def test_pauses_that_the_settings_make_are_named() -> None:
    pauses = {"every": constant(40.0), "length": constant(8.0)}
    facts = chain(shop([], config={"web": {"pauses": pauses}}))
    first = next(fact for fact in facts if fact.first)
    assert first.item == "web"
    assert first.what == "Web pauses for 8 s every 40 s, as a mean"
    assert first.inferred


def test_a_queue_timeout_is_told_beside_a_timeout() -> None:
    """Nobody waits for long where all workers are busy, so that nothing is ever full."""
    events = [at("users", "traffic", factor=4.0)]
    facts = chain(shop(events, users_lb={"queue_timeout": 0.0001}))
    assert facts[0].item == "users"
    assert facts[0].what.startswith("Load × 4")
    assert any("or wait longer than 100 µs for a worker" in fact.what for fact in facts)


def test_a_design_that_is_too_small_says_so() -> None:
    """Nothing happens, and the web servers can do 200 of 400 requests a second: that is inferred."""
    small = {"instances": 1, "workers": 8, "service_time": exponential(0.04)}
    facts = chain(shop([], config={"web": small}))
    first = next(fact for fact in facts if fact.first)
    assert first.item == "web"
    assert first.inferred
    assert first.value == pytest.approx(200.0, rel=0.4)


def test_services_that_wait_for_each_other_are_named() -> None:
    """Two pools, each all held for the other: nothing fails, and nothing is ever answered again."""
    crowd = {"process": "closed", "users": 12, "think_time": constant(0.01)}
    held = {"workers": 4, "service_time": exponential(0.01)}
    nodes = [
        node("shops", "client", arrivals=crowd),
        node("stores", "client", arrivals=crowd),
        node("orders", "service", **held),
        node("stock", "service", **held),
    ]
    links = [link("shops", "orders", classes=["order"]), link("stores", "stock", classes=["count"])]
    links += [
        link("orders", "stock", classes=["order"]),
        link("stock", "orders", classes=["count"]),
    ]
    for each in nodes[:2]:
        each["config"]["mix"] = {
            "order": float(each["id"] == "shops"),
            "count": float(each["id"] == "stores"),
        }
    classes = [{"name": "order"}, {"name": "count"}]
    facts = chain(design(nodes, links, classes=classes, duration=120.0, warmup=0.0))
    first = next(fact for fact in facts if fact.first)
    assert first.inferred
    assert "wait for each other" in first.what
    assert "Orders" in first.what
    assert "Stock" in first.what


@pytest.mark.parametrize("seed", range(6))
def test_a_healthy_run_has_no_chain(seed: int) -> None:
    assert chain(shop([], seed=seed)) == ()


@pytest.mark.parametrize("load", [0.7, 0.85, 0.9])
def test_a_busy_queue_is_healthy(load: float) -> None:
    nodes = [client("users", 100.0 * load), node("web", "service", workers=1)]
    nodes[1]["config"]["service_time"] = exponential(0.01)
    made = design(nodes, [link("users", "web")], duration=600.0, warmup=10.0, seed=3)
    assert chain(made) == ()


def test_what_happens_elsewhere_is_not_blamed() -> None:
    """The mail service is a little slower all the while; the database dies."""
    slower = {"at": 40.0, "duration": 60.0, "target": "mail", "change": "slow", "factor": 1.2}
    facts = chain(shop([slower, at("db", "kill")]))
    assert facts[0].item == "db"
    assert "mail" not in {fact.item for fact in facts}


def test_a_moment_and_a_node_are_asked_about() -> None:
    """Two troubles: each moment has its own; a node that is well has none."""
    early = {"at": 30.0, "duration": 10.0, "target": "mail", "change": "kill"}
    late = {"at": 80.0, "duration": 10.0, "target": "db", "change": "kill"}
    made = shop([early, late])
    assert chain(made, moment=34.0)[0].item == "mail"
    assert chain(made, moment=85.0)[0].item == "db"
    assert chain(made, moment=60.0) == ()
    assert chain(made, item="db", moment=85.0)[0].item == "db"
    assert chain(made, item="cache") == ()


def known(gate: dict[str, Any], events: list[Event], **web: Any) -> Design:
    """Two hundred users, each known to a web server that checks or remembers them, and an auth server."""
    crowd = {"process": "closed", "users": 200, "think_time": exponential(1.0)}
    quick = {"service_time": exponential(0.002), "workers": 16, "instances": 4}
    nodes = [
        node("users", "client", arrivals=crowd),
        node("lb", "load_balancer", affinity="session"),
        node("web", "service", **quick, **gate, **web),
        node("idp", "auth"),
    ]
    links = [link("users", "lb"), link("lb", "web"), link("web", "idp", probability=1e-9)]
    if "admission" in gate:
        links[-1] = link("web", "idp")
    return design(nodes, links, events=events, duration=120.0, warmup=10.0, seed=1)


def checks(**auth: Any) -> dict[str, Any]:
    return {"admission": {"auth": {"mode": "token", "server": "idp", **auth}}}


USERS: dict[str, tuple[dict[str, Any], list[Event], str, str]] = {
    "an instance dies with its sessions": (
        {"sessions": {"where": "memory"}},
        [at("web", "kill", 5.0, instances=1)],
        "web",
        "users are logged out",
    ),
    "sessions are ended": (
        {"sessions": {"where": "cookie"}},
        [at("web", "expire", None)],
        "web",
        "users are logged out",
    ),
    "tokens are ended": (checks(), [at("idp", "expire", None)], "idp", "users have to log in"),
    "access is revoked": (
        checks(ttl=30.0),
        [at("idp", "revoke", None, probability=0.5)],
        "idp",
        "fail (unauthorized)",
    ),
    "a key rotates that nobody fetches": (
        checks(ttl=20.0, jwks={"ttl": 60.0, "cooldown": None}),
        [at("idp", "rotate", None)],
        "idp",
        "key is not known there",
    ),
    "the auth server dies": (
        checks(ttl=20.0),
        [at("idp", "kill")],
        "idp",
        "the auth server says nothing",
    ),
}


@pytest.mark.parametrize("name", list(USERS))
def test_the_chain_says_when_users_were_logged_or_shut_out(name: str) -> None:
    gate, events, wanted, words = USERS[name]
    facts = chain(known(gate, events))
    told = [(fact.time, fact.item, fact.what) for fact in facts]
    assert facts, name
    assert facts[0].item == wanted, told
    assert facts[0].first
    assert AT - 3.0 <= facts[0].time <= AT + 9.0
    (out,) = [fact for fact in facts if words in fact.what] or [None]
    assert out is not None, told
    assert AT - 3.0 <= out.time <= AT + 25.0


def test_whoever_has_accounts_locked_is_named() -> None:
    """Bots guess at the accounts of half the users, who are logged out at 60 s."""
    lockout = {"rate": 0.001, "burst": 3}
    made = known(checks(lockout=lockout), [at("idp", "expire", None)])
    bots = {
        "arrivals": {"process": "poisson", "rate": 20.0, "users": 100},
        "wrong_credentials": {"of": "users"},
    }
    raw = made.model_dump(exclude_unset=True, by_alias=True)
    raw["nodes"] = [*raw["nodes"], node("bots", "client", **bots)]
    raw["links"] = [*raw["links"], link("bots", "web")]
    facts = chain(Design.model_validate(raw), item="users")
    told = [fact.what for fact in facts]
    assert any("Bots tries wrong passwords at the accounts of Users" in each for each in told), told
    assert any("as others had the accounts locked" in each for each in told), told


def test_a_node_that_is_asked_about_says_who_is_refused_there() -> None:
    events = [at("idp", "rotate", None)]
    gate = checks(ttl=20.0, jwks={"ttl": 60.0, "cooldown": None})
    facts = chain(known(gate, events), item="web")
    assert facts[0].item == "idp"
    assert any("key is not known there" in fact.what for fact in facts)


@pytest.mark.parametrize("gate", [{"sessions": {"where": "memory"}}, checks(ttl=20.0)])
def test_users_who_stay_have_no_chain(gate: dict[str, Any]) -> None:
    assert chain(known(gate, [])) == ()

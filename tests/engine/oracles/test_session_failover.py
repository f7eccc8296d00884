"""Sessions that a replicated database keeps: a failover loses those that the promoted follower has never heard of."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design
from tests.helpers.builders import Raw, constant, design, exponential, link, node, run

FAILOVER = {"interval": 1, "failures": 2, "promote": 3}


def visits(rate: float, requests: float, think: float) -> Raw:
    """Users who come at a rate, each for some requests."""
    arrivals = {
        "process": "sessions",
        "rate": rate,
        "requests": requests,
        "think_time": exponential(think),
    }
    return node("users", "client", arrivals=arrivals)


def kept(users: Raw, duration: float = 100.0, at: float | None = 60.0, **config: Any) -> Design:
    """A service whose sessions a database keeps, the leader of which dies for a while."""
    fields = {"read_time": constant(0.0), "write_time": constant(0.0), "connections": 10_000}
    fields |= {"replicas": 1, "failover": FAILOVER} | config
    sessions = {"where": "store", "store": "db", "idle_ttl": 50.0}
    kill = {"change": "kill", "at": at, "duration": 30.0, "target": "db", "instances": 1}
    return design(
        [
            users,
            node("app", "service", workers=10_000, service_time=constant(0.001), sessions=sessions),
            node("db", "sql_database", **fields),
        ],
        [link("users", "app"), link("app", "db", timeout=1.0)],
        duration=duration,
        warmup=0,
        events=[] if at is None else [kill],
    )


def extras(made: Design) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the service and the database say at the end."""
    nodes = run(made)["nodes"]
    return nodes["app"]["extra"], nodes["db"]["extra"]


@pytest.mark.parametrize(("rate", "lag"), [(150.0, 0.5), (60.0, 2.0)])
@pytest.mark.parametrize("law", [constant, exponential])
def test_sessions_that_began_within_the_lag_are_lost(rate: float, lag: float, law: Any) -> None:
    """Each visit has four requests: λ · lag sessions are lost, and of writes four times as many.

    Who was there for longer goes on: a follower knows an older version of that session.
    """
    app, db = extras(kept(visits(rate, 4.0, 1.0), lag=law(lag)))
    begun = rate * lag
    assert app["sessions_lost"] == pytest.approx(begun, abs=4.0 * math.sqrt(begun))
    written = 4.0 * begun
    assert db["lost_writes"] == pytest.approx(written, abs=5.0 * 2.0 * math.sqrt(written))
    assert db["failovers"] == 1.0


def test_followers_together_have_more_sessions_than_each_alone() -> None:
    """A session is lost where none of two has it: rate · lag · (1/2) of exponential lags."""
    app, _ = extras(kept(visits(200.0, 1.0, 1.0), lag=exponential(0.6), replicas=2))
    assert app["sessions_lost"] == pytest.approx(60.0, abs=4.0 * math.sqrt(60.0))


@pytest.mark.parametrize("mode", ["sync", "quorum", "semi_sync"])
def test_what_followers_had_when_it_was_acknowledged_is_not_lost(mode: str) -> None:
    app, db = extras(kept(visits(150.0, 2.0, 1.0), lag=exponential(0.2), acknowledge=mode))
    assert (db["failovers"], db["lost_writes"]) == (1.0, 0.0)
    assert app["sessions_lost"] == 0.0


def test_whoever_comes_back_with_a_lost_session_is_logged_out_once() -> None:
    """1000 users who stay, each for 500 s, and began in the last 4 s before the leader died."""
    users = node(
        "users", "client", arrivals={"process": "closed", "users": 1000, "think_time": constant(2)}
    )
    app, _ = extras(kept(users, lag=constant(4.0), at=4.0, duration=40.0))
    assert app["sessions_lost"] == pytest.approx(1000.0, abs=10.0)
    assert app["logged_out"] == app["sessions_lost"]
    assert app["sessions_live"] == app["sessions_begun"] - app["sessions_lost"] == 1000.0


@pytest.mark.parametrize(("think", "lag"), [(0.3, 0.1), (0.2, 0.2)])
def test_a_follower_does_not_know_who_has_just_come(think: float, lag: float) -> None:
    """With two requests a visit the second one comes before the session is there with lag / (lag + think)."""
    users = visits(200.0, 2.0, think)
    users["config"]["arrivals"]["requests_law"] = "constant"
    app, db = extras(
        kept(users, lag=exponential(lag), read_from="follower", at=None, duration=60.0)
    )
    share = lag / (lag + think)
    assert app["logged_out"] / (200.0 * 60.0) == pytest.approx(share, abs=0.02)
    assert db["stale_reads"] >= app["logged_out"]
    assert app["sessions_lost"] == 0.0


@pytest.mark.parametrize(("rate", "interval"), [(40.0, 7.0), (90.0, 4.0)])
def test_a_backup_knows_no_session_that_began_after_it(rate: float, interval: float) -> None:
    backup = {"every": interval, "bytes": 0.0, "provision": 2.0}
    made = kept(
        visits(rate, 3.0, 0.5), replicas=0, failover=None, backup=backup, at=59.5, duration=64.0
    )
    app, db = extras(made)
    age = 59.5 % interval
    assert db["lost_writes"] == pytest.approx(3.0 * rate * age, rel=0.15)
    assert app["sessions_lost"] == pytest.approx(rate * age, rel=0.15)


def test_checks_tell_what_a_failover_does_to_sessions() -> None:
    made = kept(visits(100.0, 4.0, 1.0), lag=constant(0.5))
    found = next(each for each in check(made) if each.code == "async-failover")
    assert "up to about 200 (rate × lag)" in found.message
    assert "whose session began then is logged out" in found.message

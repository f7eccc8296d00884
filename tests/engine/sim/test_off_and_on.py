"""Mechanisms that are switched off and on again go on counting: results never see a counter fall."""

from __future__ import annotations

from typing import Any

import pytest

from engine.run.session import Session
from engine.sim.report import Result
from tests.helpers.builders import client, design, exponential, link, node, run

DATABASE = {"read_time": exponential(0.02), "connections": 1, "queue_limit": 5}
MECHANISMS = [
    ("db", "admission.rate_limit", {"rate": 30, "burst": 1}),
    ("db", "admission.waiting_room", {"rate": 45}),
    ("db", "admission.concurrency", {"limit": 2}),
    ("db", "admission.shed", {"by": "codel", "target": 0.001, "interval": 0.01}),
    ("db", "failover", {"interval": 1, "failures": 1, "promote": 1}),
    ("db", "backup", {"every": 1, "bytes": 0, "provision": 1}),
    ("users-lb", "breaker", {"window": 5, "minimum": 5, "failure_share": 0.2, "open": 0.5}),
    ("users-lb", "bulkhead", {"concurrent": 2, "pending": 2}),
    ("users-lb", "hedge", {"delay": 0.01}),
    ("users-lb", "retry.budget", {"ratio": 0.01}),
    ("users-lb", "throttle", {"factor": 1.1, "window": 1}),
    ("users-lb", "connection", {"max_connections": 3, "keep_alive": 0.01}),
    ("lb", "outlier", {"consecutive": 1, "sweep": 0.5, "base": 0.5}),
]


def made(target: str, path: str, value: Any) -> Result:
    """Switched on from the start, and off for a second in the middle of what is measured."""
    off = {"at": 25.0, "duration": 1.0, "target": target, "change": "set", "path": path}
    kills = [{"at": at, "duration": 3.0, "target": "db", "change": "kill"} for at in (2.0, 15.0)]
    configs: dict[str, dict[str, Any]] = {"users-lb": {"retry": {"attempts": 2}}}
    into = configs.setdefault(target, {})
    for key in path.split(".")[:-1]:
        into = into.setdefault(key, {})
    into[path.rsplit(".", maxsplit=1)[-1]] = value
    plain = design(
        [
            client("users", 50.0),
            node("lb", "load_balancer", **configs.get("lb", {})),
            node("db", "sql_database", **DATABASE, **configs.get("db", {})),
        ],
        [link("users", "lb", **configs["users-lb"]), link("lb", "db")],
        duration=28.0,
        warmup=20.0,
        events=[*kills, off],
    )
    return run(plain)


def negative(found: Any, path: str = "") -> list[str]:
    """Where something below nothing stands."""
    if isinstance(found, dict):
        return [each for key in found for each in negative(found[key], f"{path}.{key}")]
    if isinstance(found, list):
        return [each for value in found for each in negative(value, path)]
    return [path] if isinstance(found, int | float) and found < -1e-9 else []


@pytest.mark.parametrize(("target", "path", "value"), MECHANISMS)
def test_nothing_is_counted_below_nothing(target: str, path: str, value: Any) -> None:
    result = made(target, path, value)
    assert negative([result["nodes"], result["links"], result["clients"]]) == []


def test_what_passed_before_it_was_off_still_counts() -> None:
    """It is off for a second, in which nobody is refused by it."""
    result = made("db", "admission.rate_limit", {"rate": 30, "burst": 1})
    web = result["nodes"]["db"]
    assert web["extra"]["rate_limited"] == web["failed"]["rate_limited"] > 0.0
    assert web["extra"]["admitted"] < web["arrivals"] - web["failed"]["rate_limited"]


def test_a_look_between_sees_none_fall() -> None:
    """Live samples too, whatever became of the instances that calls are spread over."""
    plain = design(
        [
            client("users", 50.0),
            node("lb", "load_balancer"),
            node("db", "sql_database", **DATABASE),
        ],
        [link("users", "lb", breaker={"window": 5, "minimum": 5}), link("lb", "db")],
        events=[
            {"at": at, "duration": 0.4, "target": "users-lb", "change": "set", "path": "breaker"}
            for at in (2.0, 4.0)
        ],
    )
    session = Session(plain)
    session.snapshot()
    for second in range(1, 8):
        session.advance(float(second))
        for sample in session.snapshot().samples:
            assert negative([link.extra for link in sample.links.values()]) == []

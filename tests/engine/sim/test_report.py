"""The result object: its shape is a contract, its hash covers what was measured and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.model.design import Objective
from engine.model.metrics import value_of
from engine.sim.machine import Machine
from engine.sim.report import Result, hash_of, result_of
from tests.helpers.plans import client, exponential, link, plan, station

DURATIONS = {"mean", "p50", "p90", "p95", "p99", "p999", "max"}


def machine(rate: float = 90.0) -> Machine:
    nodes = [client(rate=rate), station("web", exponential(0.01), queue_limit=3)]
    running = Machine(plan(nodes, [link("users", "web", timeout=0.04)], title="Shop", seed=7))
    running.advance(100.0)
    return running


@pytest.fixture(scope="module")
def result() -> Result:
    return result_of(machine(), (), 1.25)


def test_the_contract(result: Result) -> None:
    assert set(result) == {
        "windtunnel_result",
        "title",
        "seed",
        "duration",
        "warmup",
        "hash",
        "wall_seconds",
        "requests",
        "clients",
        "nodes",
        "links",
        "objectives",
        "warmup_advice",
    }
    head = (result["windtunnel_result"], result["title"], result["seed"], result["duration"])
    assert head == (1, "Shop", 7, 100.0)
    assert result["wall_seconds"] == 1.25
    users, web, edge = (
        result["clients"]["users"],
        result["nodes"]["web"],
        result["links"]["users-web"],
    )
    known = {"offered", "succeeded", "failed", "goodput", "latency", "extra", "ci95"}
    assert set(users) == known | {"availability", "latency_all", "in_system_mean"}
    assert {"arrivals", "completed", "failed", "utilization", "queue_mean"} < set(web)
    assert {"in_system_mean", "wait", "residence", "extra"} < set(web)
    assert {"attempts", "succeeded", "failed", "latency"} < set(edge)
    for durations in (users["latency"], web["wait"], web["residence"]):
        assert set(durations) == {*DURATIONS, "count", "ci95"}
        assert set(durations["ci95"]) == DURATIONS - {"max"}
    assert set(edge["latency"]) == {*DURATIONS, "count"}
    assert {"refused", "passed_on", "bytes_in", "bytes_out", "settled"} < set(edge)
    assert {"refused", "passed_on", "availability", "working", "instances"} < set(web)
    assert {"queue", "in_system", "ready"} < set(web)
    assert set(users["ci95"]) == {"goodput", "availability", "in_system_mean"}
    assert {"utilization", "working", "queue_mean", "in_system_mean"} < set(web["ci95"])
    assert set(users["failed"]) == {"timeout", "queue_full"}
    assert "users" not in result["nodes"]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_the_numbers_fit_together(result: Result) -> None:
    users, web = result["clients"]["users"], result["nodes"]["web"]
    assert users["offered"] == result["requests"]
    assert users["succeeded"] + sum(users["failed"].values()) <= users["offered"]
    assert users["goodput"] == users["succeeded"] / 100.0
    order = [users["latency"][name] for name in ("p50", "p90", "p95", "p99", "p999", "max")]
    assert order == sorted(order)
    assert users["latency"]["max"] <= 0.04, "late answers are failures"
    assert web["failed"]["queue_full"] == users["failed"]["queue_full"]
    assert 0.5 < web["utilization"] < 1.0


def test_nothing_measured_is_null_and_not_zero() -> None:
    empty = result_of(machine(rate=0.0), (), 0.0)
    latency = empty["clients"]["users"]["latency"]
    assert {latency[name] for name in DURATIONS} == {None}
    assert set(latency["ci95"].values()) == {None}
    assert empty["nodes"]["web"]["utilization"] == 0.0


def test_the_hash_covers_the_measurements_only(result: Result) -> None:
    assert len(result["hash"]) == 64
    assert hash_of(result) == result["hash"]
    assert hash_of(result | {"wall_seconds": 99.0, "hash": "x"}) == result["hash"]
    assert hash_of(result | {"requests": 1}) != result["hash"]
    assert result_of(machine(), (), 77.0)["hash"] == result["hash"]
    assert result_of(machine(rate=91.0), (), 77.0)["hash"] != result["hash"]


@pytest.mark.parametrize(
    ("metric", "path"),
    [
        ("users.latency.p99", ("clients", "users", "latency", "p99")),
        ("users.goodput", ("clients", "users", "goodput")),
        ("web.utilization", ("nodes", "web", "utilization")),
        ("web.wait.mean", ("nodes", "web", "wait", "mean")),
        ("users-web.latency.p50", ("links", "users-web", "latency", "p50")),
        ("users.failed.timeout", ("clients", "users", "failed", "timeout")),
    ],
)
def test_metrics_by_name(metric: str, path: tuple[str, ...], result: Result) -> None:
    value: Any = result
    for key in path:
        value = value[key]
    assert value_of(metric, result) == value


def test_failures_that_did_not_occur_are_none_of_them(result: Result) -> None:
    assert value_of("users.failed.crashed", result) == 0.0
    assert value_of("users.failed", result) == sum(result["clients"]["users"]["failed"].values())


@pytest.mark.parametrize("metric", ["nobody.latency.p99", "users", "users.latency", "web.wait.p42"])
def test_what_is_no_metric_has_no_value(metric: str, result: Result) -> None:
    assert value_of(metric, result) is None


@pytest.mark.parametrize(
    ("metric", "bounds", "met"),
    [
        ("users.latency.p99", {"below": 0.05}, True),
        ("users.latency.p99", {"below": 0.01}, False),
        ("web.utilization", {"above": 0.5, "below": 1.0}, True),
        ("web.utilization", {"above": 1.0}, False),
        ("users.latency.nonsense", {"below": 1e9}, False),
    ],
)
def test_objectives(metric: str, bounds: dict[str, float], met: bool) -> None:
    objective = Objective.model_validate({"metric": metric, **bounds})
    (verdict,) = result_of(machine(), (objective,), 0.0)["objectives"]
    assert verdict["metric"] == metric
    assert verdict["met"] is met


def test_a_latency_that_was_never_measured_meets_no_bound() -> None:
    objective = Objective(metric="users.latency.p99", below=10.0)
    (verdict,) = result_of(machine(rate=0.0), (objective,), 0.0)["objectives"]
    unknown = {"value": None, "ci95": None, "sure": None, "reason": "nothing was measured"}
    assert verdict == {"metric": "users.latency.p99", "met": False} | unknown

"""What is switched on and does nothing is no reason to doubt what theory says."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import lower
from engine.plan.theory import predict
from tests.helpers.builders import client, constant, design, exponential, link, node, run

CALM: list[dict[str, Any]] = [
    {"web": {"memory": {"base": "100 MB", "per_request": "100 kB", "limit": "500 MB"}}},
    {"web": {"start_up": {"time": constant(30.0), "warm_up": 60.0, "cold_factor": 0.2}}},
    {"web": {"lifo_after": 0.5}},
    {"web": {"admission": {"rate_limit": {"rate": 1000.0, "burst": 200}}}},
    {"link": {"breaker": {}, "timeout": 5.0}},
    {"link": {"fallback": {"kind": "static"}}},
    {"link": {"throttle": {}}},
    {"link": {"retry": {"attempts": 3, "budget": {}}}},
    {"link": {"bulkhead": {"concurrent": 100}}},
]
BITING: list[dict[str, Any]] = [
    {"web": {"memory": {"base": "100 MB", "per_request": "50 MB", "limit": "500 MB"}}},
    {"web": {"memory": {"base": "600 MB", "limit": "500 MB", "on_limit": "errors"}}},
    {"web": {"admission": {"rate_limit": {"rate": 110.0, "burst": 2}}}},
    {"link": {"breaker": {}, "timeout": 0.1}},
    {"link": {"bulkhead": {"concurrent": 2}}},
]


def settings_of(changes: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    web = node("web", "service", workers=2, service_time=exponential(0.013))
    web["config"] |= changes.get("web", {})
    db = node("db", "service", workers=1, service_time=exponential(0.005))
    way = link("users", "web", **changes.get("link", {}))
    web["config"]["hold_while_waiting"] = False
    return [client("users", 100.0), web, db], [way, link("web", "db")]


@pytest.mark.parametrize("changes", CALM, ids=str)
def test_what_does_nothing_is_not_doubted(changes: dict[str, Any]) -> None:
    made = design(*settings_of(changes), duration=220, warmup=20)
    found, measured = predict(lower(made)), run(made)
    web, users = found.nodes["web"], found.clients["users"]
    assert not web.doubts, web.doubts
    assert not users.doubts
    assert web.residence == pytest.approx(measured["nodes"]["web"]["residence"]["mean"], rel=0.1)
    assert users.goodput == pytest.approx(measured["clients"]["users"]["goodput"], rel=0.05)


@pytest.mark.parametrize("changes", BITING, ids=str)
def test_what_may_do_something_is_doubted(changes: dict[str, Any]) -> None:
    found = predict(lower(design(*settings_of(changes))))
    assert found.nodes["web"].doubts
    if "memory" in str(changes):
        assert "how much comes from Web is doubted" in found.nodes["db"].doubts
        assert found.clients["users"].doubts


def test_what_fails_by_chance_fails_as_often_whatever_comes() -> None:
    nodes, links = settings_of(BITING[0])
    nodes[2] = node("db", "object_storage", error_share=0.02, first_byte=exponential(0.01))
    found = predict(lower(design(nodes, links))).nodes
    assert "how much comes from Web is doubted" in found["db"].doubts
    assert not any("how many calls" in each for each in found["web"].doubts)

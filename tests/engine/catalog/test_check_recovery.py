"""Findings about recovery, deep health checks and alerts: each is told where a run shows it, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.design import Design
from engine.model.findings import Finding
from tests.helpers.builders import client, constant, design, link, node, run


def told(made: Design, code: str) -> list[Finding]:
    return [each for each in check(made) if each.code == code]


def test_a_standby_without_fencing_is_told_and_mended() -> None:
    made = design(
        [client(), node("db", "sql_database", failover={"fencing": False})], [link("users", "db")]
    )
    [finding] = told(made, "no-fencing")
    assert finding.fix is not None
    assert told(finding.fix.apply(made).design, "no-fencing") == []
    assert finding.message.startswith("Db may have two leaders")


def deep(below: dict[str, list[str]], **health: Any) -> Design:
    """A balancer whose checks go deep, before services that call others."""
    names = sorted({name for names in below.values() for name in names})
    quick: Any = {"service_time": constant(0.001), "workers": 20}
    nodes = [client(), node("lb", "load_balancer", health={"depth": "deep", **health})]
    nodes += [node(name, "service", **quick) for name in [*below, *names]]
    links = [link("users", "lb"), *(link("lb", name) for name in below)]
    links += [link(one, other) for one, others in below.items() for other in others]
    return design(nodes, links, duration=60.0, warmup=0.0)


@pytest.mark.parametrize(
    ("below", "health", "shared"),
    [
        ({"a": ["db"], "b": ["db"]}, {}, True),
        ({"a": ["db"]}, {}, True),
        ({"a": ["db"], "b": ["other"]}, {}, False),
        ({"a": ["db"], "b": []}, {}, False),
        ({"a": ["db"], "b": ["db"]}, {"fail_open": True}, False),
        ({"a": ["db"], "b": ["db"]}, {"panic": 0.5}, False),
        ({"a": ["db"], "b": ["db"]}, {"depth": "shallow"}, False),
    ],
)
def test_deep_checks_of_what_all_share(
    below: dict[str, list[str]], health: dict[str, Any], *, shared: bool
) -> None:
    found = told(deep(below, **health), "deep-check")
    assert bool(found) == shared
    if found:
        assert "call Db" in found[0].message
        assert found[0].fix is not None
        mended = found[0].fix.apply(deep(below, **health)).design
        assert told(mended, "deep-check") == []
        assert lower(mended).nodes[1].router.health.fail_open  # type: ignore[union-attr]


def alerting(above: float, rules: list[list[float]], duration: float, scale: float = 1.0) -> Design:
    """Everything fails from the start: nothing is worse."""
    return design(
        [
            node("users", "client", arrivals={"process": "poisson", "rate": 2.0}),
            node("web", "service", service_time=constant(0.001), workers=20),
        ],
        [link("users", "web")],
        duration=duration,
        warmup=0.0,
        events=[{"at": 0, "target": "web", "change": "kill"}],
        objectives=[
            {
                "metric": "users.availability",
                "above": above,
                "alerts": {"rules": rules, "scale": scale},
            }
        ],
    )


@pytest.mark.parametrize(
    ("above", "rules", "duration", "scale", "fires"),
    [
        (0.9, [[14.4, 3600, 300]], 500.0, 60.0, False),  # 144 % would have to fail
        (0.9, [[9.0, 3600, 300]], 100.0, 60.0, True),
        (0.999, [[14.4, 3600, 300]], 60.0, 1.0, True),  # 52 s of nothing but failures
        (0.999, [[14.4, 3600, 300]], 50.0, 1.0, False),
        (0.99, [[1.0, 259_200, 21_600]], 300.0, 1.0, False),
        (0.99, [[1.0, 259_200, 21_600]], 300.0, 60.0, True),
        (0.5, [[1.5, 100, 10]], 70.0, 1.0, False),
        (0.5, [[1.5, 100, 10]], 80.0, 1.0, True),
    ],
)
def test_alerts_that_no_outage_of_the_run_makes_fire(
    above: float, rules: list[list[float]], duration: float, scale: float, *, fires: bool
) -> None:
    made = alerting(above, rules, duration, scale)
    found = told(made, "alert-silent")
    assert bool(found) != fires
    objective = run(made)["objectives"][0]
    assert bool(objective["alerts"][0]["pages"]) == fires
    for each in found:
        if each.fix is not None:
            assert told(each.fix.apply(made).design, "alert-silent") == []

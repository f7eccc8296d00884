"""Links from balancers and queues: no field of theirs changes that each request is handed on once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.design import Design
from engine.model.files import loads
from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.run.session import Session
from tests.helpers.builders import client, constant, design, link, node, run

FIELDS: list[dict[str, Any]] = [
    {"mode": "send"},
    {"times": 3},
    {"probability": 0.25},
    {"order": 2},
    {"when": "miss"},
    {"picker": "random"},
]


def queued(**policy: Any) -> Design:
    worker = node("worker", "worker", service_time=constant(0.01))
    nodes = [client("users", 40.0), node("jobs", "queue"), worker]
    return design(
        nodes,
        [link("users", "jobs", timeout=1.0), link("jobs", "worker", **policy)],
        duration=50,
        warmup=0,
    )


def balanced(**policy: Any) -> Design:
    services = [
        node(name, "service", service_time=constant(0.05), workers=99, queue_limit=9)
        for name in ("one", "two")
    ]
    links = [link("lb", "one", **policy), link("lb", "two", **policy)]
    return design(
        [client("users", 40.0), node("lb", "load_balancer"), *services],
        [link("users", "lb", timeout=1.0), *links],
        duration=50,
        warmup=0,
    )


@pytest.mark.parametrize("policy", FIELDS)
@pytest.mark.parametrize("make", [queued, balanced])
def test_nothing_but_a_warning_comes_of_it(make: Any, policy: dict[str, Any]) -> None:
    plain, odd = make(), make(**policy)
    assert run(odd)["hash"] == run(plain)["hash"]
    assert lower(odd).links[1].waits
    findings = [finding for finding in check(odd) if finding.code == "no-effect"]
    [field] = policy
    assert {finding.field for finding in findings} == {f"config.{field}"}
    assert len(findings) == len(odd.links) - 1
    assert not [finding for finding in check(plain) if finding.level == "warning"]
    for finding in findings:
        assert finding.fix is not None
        odd = finding.fix.apply(odd).design
    assert not [finding for finding in check(odd) if finding.level == "warning"]


def test_messages_are_consumed_over_a_link_that_sends() -> None:
    extra = run(queued(mode="send"))["nodes"]["jobs"]["extra"]
    assert extra["consumed"] > 1900
    assert extra["redelivered"] == 0


def test_a_set_event_changes_nothing_either() -> None:
    event = {"at": 10, "target": "lb-one", "change": "set", "path": "mode", "value": "send"}
    raw = balanced().model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["scenario"]["events"] = [event]
    session = Session(loads(json.dumps(raw), "test"))
    session.advance(50.0)
    assert session.result()["clients"]["users"]["latency"]["max"] == pytest.approx(0.05)


def test_analyses_see_what_runs() -> None:
    odd = lower(balanced(times=3, mode="send"))
    demand = demand_of(odd)
    assert demand is not None
    assert demand.rate("one") == pytest.approx(20.0)
    assert capacities(odd, demand) == capacities(lower(balanced()), demand)


def test_a_circle_through_a_balancer_is_refused_where_nothing_leads_out_of_it() -> None:
    nodes = [client("users"), node("a", "load_balancer"), node("b", "service")]
    links = [link("users", "a"), link("a", "b", mode="send"), link("b", "a")]
    made = design(nodes, links)
    [finding] = [finding for finding in check(made) if finding.level == "error"]
    assert (finding.code, finding.id) == ("endless-loop", "b-a")
    assert finding.fix is not None
    after = finding.fix.apply(made).design
    assert [each.code for each in check(after) if each.level == "error"] == []

"""Explicit flows in designs: what they lower to, what is wrong with them, what is said of the links."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.design import Design
from engine.model.findings import Finding
from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.plan.primitives import CallPart, LawPlan, WorkPart
from engine.plan.single_points import single_points
from tests.helpers.builders import client, constant, design, link, node, run

CLASSES = [{"name": "read"}, {"name": "write", "operation": "write"}]


def shop(flow: Any, links: dict[str, dict[str, Any]] | None = None, **web: Any) -> Design:
    """Users call Web, which has a flow and links to A, B and C."""
    nodes = [client("users", 10.0), node("web", "service", flow=flow, **web)]
    nodes += [node(name, "service", service_time=constant(0.01)) for name in "abc"]
    policy = links or {}
    made = [link("users", "web"), *(link("web", name, **policy.get(name, {})) for name in "abc")]
    return design(nodes, made, classes=CLASSES, duration=20, warmup=0)


def calls(*names: str) -> list[dict[str, Any]]:
    return [{"call": f"web-{name}"} for name in names]


def errors(made: Design) -> list[Finding]:
    return [finding for finding in check(made) if finding.level == "error"]


def warnings(made: Design) -> list[Finding]:
    return [finding for finding in check(made) if finding.level == "warning"]


def test_the_work_that_a_flow_begins_with_is_the_station_s() -> None:
    own = {"law": "constant", "mean": 0.002}
    made = lower(shop([{"work": own}, *calls("a"), {"work": "service_time"}]))
    web = next(each for each in made.nodes if each.id == "web")
    assert web.station.work == (LawPlan(law="constant", mean=0.002),) * 2
    assert web.flow is not None
    assert [type(part) for part in web.flow] == [WorkPart, CallPart, WorkPart]


@pytest.mark.parametrize(
    ("flow", "field", "words"),
    [
        ([], "config.flow", "at least 1 entries"),
        ([{"call": "web-x"}], "config.flow.0.call", "did you mean 'web-c'?"),
        ([{"call": "users-web"}], "config.flow.0.call", "is no link from Web"),
        ([{"cal": "web-a"}], "config.flow.0", "an object with one of the keys work, call"),
        ([{"parallel": []}], "config.flow.0.parallel", "at least 1 entries"),
        ([{"parallel": calls("a", "b"), "need": 3}], "config.flow.0", "needs 3 of 2"),
        ([{"loop": 0, "do": calls("a")}], "config.flow.0.loop", "at least 1"),
        ([{"loop": 2}], "config.flow.0", "is missing"),
        ([{"work": {"law": "constant", "mean": -1}}], "config.flow.0.work.mean", "at least 0"),
        (
            [{"choice": [{"probability": p, "do": calls("a")} for p in (0.6, 0.6)]}],
            "config.flow.0",
            "sum to 1.2",
        ),
        (
            [{"choice": [{"class": "wrte", "do": calls("a")}]}],
            "config.flow.0.choice.0.class",
            "did you mean 'write'?",
        ),
        (
            [{"loop": 1000, "do": [{"loop": 1000, "do": calls("a")}]}],
            "config.flow",
            "comes to 1000000 calls",
        ),
    ],
)
def test_what_is_wrong_with_a_flow(flow: Any, field: str, words: str) -> None:
    [finding] = errors(shop(flow))
    assert finding.id == "web"
    assert (finding.field or "").startswith(field)
    assert words in finding.message


def test_classes_may_have_all_shares_each() -> None:
    ways = [{"class": kind, "probability": 0.9, "do": calls("a")} for kind in ("read", "write")]
    assert not errors(shop([{"choice": ways}]))


def test_a_call_over_a_link_that_is_gone_can_be_taken_out() -> None:
    flow = [
        {"parallel": [*calls("a"), {"call": "web-gone"}], "need": 2},
        {"async": [{"call": "web-gone"}]},
        *calls("b", "c"),
    ]
    made = shop(flow)
    found = errors(made)
    assert [finding.field for finding in found] == [
        "config.flow.0.parallel.1.call",
        "config.flow.1.async.0.call",
    ]
    assert found[0].fix is not None
    mended = found[0].fix.apply(made).design
    assert mended.node_by_id["web"].config["flow"] == [
        {"parallel": calls("a"), "need": 1},
        *calls("b", "c"),
    ]
    assert not errors(mended)


def test_links_that_the_flow_leaves_out_are_named() -> None:
    [finding] = warnings(shop(calls("a", "b")))
    assert (finding.id, finding.code) == ("web-c", "unused-link")
    assert '{"call": "web-c"}' in finding.message


def test_settings_that_the_flow_makes_void_are_named() -> None:
    made = shop(calls("a", "b", "c"), {"b": {"order": 1, "probability": 0.5, "timeout": 1.0}})
    found = warnings(made)
    assert [(each.id, each.field) for each in found] == [
        ("web-b", "config.order"),
        ("web-b", "config.probability"),
    ]
    for finding in found:
        assert finding.fix is not None
        made = finding.fix.apply(made).design
    assert not warnings(made)
    plans = {each.id: each for each in lower(made).links}
    assert plans["web-b"].timeout == 1.0


def test_a_service_time_that_nothing_uses_is_named() -> None:
    time = {"service_time": constant(0.02)}
    [finding] = warnings(shop([{"work": constant(0.01)}, *calls("a", "b", "c")], **time))
    assert finding.field == "config.service_time"
    assert not warnings(shop([{"work": "service_time"}, *calls("a", "b", "c")], **time))


def test_unknown_fields_are_found_inside_a_flow() -> None:
    flow = [{"parallel": calls("a", "b", "c"), "ned": 2}]
    [finding] = warnings(shop(flow))
    assert finding.field == "config.flow.0.ned"
    assert "did you mean 'need'?" in finding.message
    assert finding.fix is not None
    mended = finding.fix.apply(shop(flow)).design
    assert mended.node_by_id["web"].config["flow"] == [
        {"parallel": calls("a", "b", "c"), "need": 2}
    ]


def test_demand_and_capacity_follow_the_flow() -> None:
    flow = [
        {"work": constant(0.005)},
        {"parallel": calls("a", "b"), "need": 1},
        {"choice": [{"probability": 0.25, "do": [{"loop": 4, "do": calls("c")}]}]},
        {"async": [*calls("b"), {"work": constant(0.001)}]},
    ]
    plan = lower(shop(flow, hold_while_waiting=False, workers=1))
    demand = demand_of(plan)
    assert demand is not None
    assert sum(demand.links["web-a"]) == pytest.approx(10.0)
    assert sum(demand.links["web-b"]) == pytest.approx(20.0)
    assert sum(demand.links["web-c"]) == pytest.approx(10.0)
    assert capacities(plan, demand)["web"].rate == pytest.approx(1.0 / 0.006)
    held = lower(shop(flow, hold_while_waiting=True, workers=1))
    # 5 ms of work, 10 ms for a or b, a quarter of 40 ms for c; b and 1 ms in the background.
    assert capacities(held, demand)["web"].hold == pytest.approx(0.036)


@pytest.mark.parametrize(
    ("flow", "behind"),
    [
        (calls("a", "b"), "ab"),
        ([{"parallel": calls("a", "b"), "need": 1}], ""),
        ([{"parallel": [*calls("a"), {"sequence": calls("a", "b")}], "need": 1}], "a"),
        ([{"parallel": calls("a", "b", "c"), "need": 2}], ""),
        ([{"async": calls("a")}, *calls("b")], "b"),
        ([{"choice": [{"probability": 0.5, "do": calls("a")}]}, *calls("c")], "c"),
        ([{"choice": [{"class": "read", "do": calls("a", "b")}, {"do": calls("b")}]}], "b"),
    ],
)
def test_single_points_are_those_that_every_way_needs(flow: Any, behind: str) -> None:
    plan = lower(shop(flow))
    demand = demand_of(plan)
    assert demand is not None
    assert single_points(plan, demand.order).of_all == {"web", *behind}


def test_circles_are_found_through_flows() -> None:
    nodes = [
        client("users", 10.0),
        node("web", "service", flow=[{"call": "web-db"}]),
        node(
            "db", "service", flow=[{"choice": [{"probability": 0.5, "do": [{"call": "db-web"}]}]}]
        ),
    ]
    links = [link("users", "web"), link("web", "db"), link("db", "web")]
    assert not errors(design(nodes, links))
    nodes[2]["config"]["flow"] = [{"async": [{"call": "db-web"}]}]
    [finding] = errors(design(nodes, links))
    assert finding.code == "endless-loop"
    halved = {"choice": [{"probability": 0.5, "do": [{"call": "db-web"}]}]}
    nodes[2]["config"]["flow"] = [{"async": [halved]}]
    assert not errors(design(nodes, links))


def test_an_event_may_set_a_flow_of_links_that_are_there() -> None:
    def setting(value: Any) -> Design:
        made = shop(calls("a", "b", "c"))
        event = {"at": 5, "duration": 5, "target": "web", "change": "set", "path": "flow"}
        scenario = made.scenario.model_dump(mode="json") | {"events": [event | {"value": value}]}
        return made.model_copy(update={"scenario": type(made.scenario).model_validate(scenario)})

    assert not errors(setting(calls("a")))
    [finding] = errors(setting(calls("x")))
    assert finding.field == "scenario.events.0.value"
    assert "The flow calls 'web-x'" in finding.message
    result = run(setting(calls("b")))
    assert result["links"]["web-a"]["attempts"] < result["links"]["web-b"]["attempts"]


def test_a_design_with_a_flow_runs() -> None:
    flow = [{"work": "service_time"}, {"parallel": calls("a", "b", "c"), "need": 2}]
    result = run(shop(flow, service_time=constant(0.004)))
    assert result["clients"]["users"]["latency"]["p50"] == pytest.approx(0.014, rel=0.01)

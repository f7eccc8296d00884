"""Circles of calls: which are refused, which run and as theory says, which can lock themselves out."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check, lower
from engine.catalog.lowerer import Lowerer
from engine.catalog.typed import DesignError
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.plan.demand import demand_of
from engine.plan.theory import predict
from tests.helpers.builders import client, constant, design, exponential, link, node, run

TWO = [{"name": "foo"}, {"name": "bar"}]


def errors(made: Design) -> list[Finding]:
    return [each for each in check(made) if each.level == "error"]


def coded(made: Design, code: str) -> list[Finding]:
    return [each for each in check(made) if each.code == code]


def crossed(a: int, b: int = 4, users: int = 4, **more: Any) -> Design:
    """A calls B for one class, and B calls A for the other; as many users of each."""

    def asking(name: str, kind: str) -> dict[str, Any]:
        arrivals = {"process": "closed", "users": users, "think_time": constant(0.0)}
        return node(name, "client", arrivals=arrivals, mix={kind: 1})

    def pool(name: str, workers: int) -> dict[str, Any]:
        plain = {"hold_while_waiting": True, "service_time": constant(0.01)}
        return node(name, "service", workers=workers, **(plain | more))

    nodes = [asking("one", "foo"), asking("two", "bar"), pool("a", a), pool("b", b)]
    links = [
        link("one", "a"),
        link("two", "b"),
        link("a", "b", classes=["foo"]),
        link("b", "a", classes=["bar"]),
    ]
    return design(nodes, links, classes=TWO, duration=20.0, warmup=0.0)


def test_pools_that_wait_for_each_other_deadlock_and_check_says_that_they_can() -> None:
    made = crossed(4)
    assert errors(made) == []
    [finding] = coded(made, "deadlock")
    assert "A keeps its 4 workers while it waits for B" in finding.message
    assert "B keeps its 4 workers while it waits for A" in finding.message
    result = run(made)
    assert result["clients"]["one"]["succeeded"] == result["clients"]["two"]["succeeded"] == 0
    assert result["nodes"]["a"]["utilization"] == pytest.approx(1.0, abs=0.01)
    assert finding.fix is not None
    settled = finding.fix.apply(made).design
    assert coded(settled, "deadlock") == []
    assert run(settled)["clients"]["one"]["succeeded"] > 0


@pytest.mark.parametrize(
    "made",
    [
        crossed(5),
        crossed(4, b=5),
        crossed(4, users=3),
        crossed(4, hold_while_waiting=False),
        crossed(4, discipline="ps"),
    ],
)
def test_pools_that_cannot_all_be_held_go_on(made: Design) -> None:
    assert coded(made, "deadlock") == []
    assert errors(made) == []
    result = run(made)
    assert result["clients"]["one"]["succeeded"] > 400
    assert result["clients"]["two"]["succeeded"] > 400


def test_a_pool_that_waits_for_its_own_workers() -> None:
    def made(workers: int, **call: Any) -> Design:
        a = node("a", "service", workers=workers, hold_while_waiting=True)
        links = [link("users", "a"), link("a", "a", probability=0.5, **call)]
        return design([client("users", 10.0), a], links)

    [finding] = coded(made(4), "deadlock")
    assert "A can deadlock" in finding.message
    assert coded(made(4, timeout=1.0), "deadlock") == []
    assert coded(made(4, mode="send"), "deadlock") == []


def test_a_deadlock_through_a_node_that_holds_nothing() -> None:
    nodes = [
        client("users", 10.0, mix={"foo": 1, "bar": 1}),
        node("lb", "load_balancer"),
        node("a", "service", hold_while_waiting=True),
        node("b", "service", hold_while_waiting=True),
        node("plain", "service", hold_while_waiting=False),
    ]
    links = [
        link("users", "a"),
        link("users", "b", classes=["bar"]),
        link("a", "lb", classes=["foo"]),
        link("lb", "plain", classes=["foo"]),
        link("plain", "b", classes=["foo"]),
        link("b", "a", classes=["bar"]),
    ]
    [finding] = coded(design(nodes, links, classes=TWO), "deadlock")
    assert "A keeps its 8 workers while it waits for B" in finding.message


def gateway() -> Design:
    """A service that calls back through its gateway."""
    nodes = [
        client("users", 20.0),
        node("gw", "load_balancer", picker="random"),
        node("orders", "service", service_time=exponential(0.005), hold_while_waiting=False),
        node("stock", "service", service_time=exponential(0.005)),
    ]
    links = [
        link("users", "gw"),
        link("gw", "orders"),
        link("gw", "stock"),
        link("orders", "gw"),
    ]
    return design(nodes, links, duration=400.0, warmup=20.0)


def test_a_call_back_through_the_gateway_runs_at_the_rates_of_the_traffic_equations() -> None:
    made = gateway()
    assert errors(made) == []
    theory, result = predict(lower(made)), run(made)
    assert theory.nodes["orders"].rate == pytest.approx(20.0)
    assert theory.nodes["gw"].rate == pytest.approx(40.0)
    for name in ("gw", "orders", "stock"):
        rate = result["nodes"][name]["arrivals"] / 380.0
        assert rate == pytest.approx(theory.nodes[name].rate, rel=0.05)
    orders = theory.nodes["orders"]
    assert orders.utilization == pytest.approx(result["nodes"]["orders"]["utilization"], rel=0.05)
    assert "circle" in orders.reason
    assert orders.residence is None
    assert theory.clients["users"].latency is None


def test_a_self_call_with_probability_one_half_runs() -> None:
    a = node("a", "service", service_time=exponential(0.01), hold_while_waiting=False)
    links = [link("users", "a"), link("a", "a", probability=0.5)]
    made = design([client("users", 20.0), a], links, duration=300.0)
    assert errors(made) == []
    result = run(made)
    assert result["nodes"]["a"]["arrivals"] / 240.0 == pytest.approx(40.0, rel=0.05)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.02, rel=0.05)
    assert [each.code for each in check(made) if each.code.endswith("loop")] == []


@pytest.mark.parametrize(
    ("times", "probability", "mode", "code"),
    [
        (1, 1.0, "call", "endless-loop"),
        (1, 1.0, "send", "endless-loop"),
        (3, 1.0, "call", "endless-loop"),
        (2, 0.5, "call", "growing-loop"),
        (3, 0.5, "send", "growing-loop"),
        (2, 0.49, "call", None),
    ],
)
def test_self_calls(times: int, probability: float, mode: str, code: str | None) -> None:
    nodes = [client("users", 1.0), node("a", "service")]
    around = link("a", "a", times=times, probability=probability, mode=mode)
    made = design(nodes, [link("users", "a"), around])
    found = [each for each in check(made) if each.code.endswith("loop")]
    assert [each.code for each in found] == ([code] if code else [])
    if code == "growing-loop":
        assert [each.level for each in found] == ["warning"]
        assert demand_of(lower(made)) is None
        assert "without end" in predict(lower(made)).nodes["a"].reason


def test_requests_that_multiply_in_no_time_are_refused() -> None:
    nothing = node("a", "service", service_time=constant(0.0))
    links = [link("users", "a"), link("a", "a", times=2, probability=0.6, mode="send")]
    [finding] = errors(design([client(), nothing], links))
    assert "in no time" in finding.message
    links[1]["config"]["delay"] = 0.01
    assert errors(design([client(), nothing], links)) == []


def test_what_is_waited_for_first_takes_time_as_well() -> None:
    """A node without work of its own, which calls itself after it has asked somebody."""

    def made(first: dict[str, Any], *, aside: bool = False) -> Design:
        nodes = [client("users", 1.0), node("a", "service"), node("b", "service", **first)]
        asked: dict[str, Any] = {"async": [{"call": "a-b"}]} if aside else {"call": "a-b"}
        again = {"choice": [{"probability": 0.5, "do": [{"call": "a-a"}, {"call": "a-a"}]}]}
        nodes[1]["config"]["flow"] = [asked, again]
        return design(nodes, [link("users", "a"), link("a", "a"), link("a", "b")])

    assert errors(made({"service_time": constant(0.01)})) == []
    assert [each.code for each in errors(made({"service_time": constant(0.0)}))] == ["endless-loop"]
    assert [each.code for each in errors(made({}, aside=True))] == ["endless-loop"]


def test_only_classes_that_come_are_followed() -> None:
    nodes = [client("users", 1.0, mix={"foo": 1}), node("a", "service"), node("b", "service")]
    links = [link("users", "a"), link("a", "b"), link("b", "a", classes=["bar"])]
    assert errors(design(nodes, links, classes=TWO)) == []
    nodes[0]["config"]["mix"] = {"foo": 1, "bar": 0.01}
    [finding] = errors(design(nodes, links, classes=TWO))
    assert "class 'bar'" in finding.message


def test_who_may_come_to_an_endless_circle_is_refused_too() -> None:
    nodes = [client("users", 1.0), *(node(name, "service") for name in "abc")]
    links = [
        link("users", "a"),
        link("a", "b", probability=0.01),
        link("b", "c"),
        link("c", "b"),
    ]
    [finding] = errors(design(nodes, links))
    assert "B → C → B" in finding.message


def test_two_ways_that_both_lead_back_are_endless_together() -> None:
    nodes = [
        client("users", 1.0),
        node("lb", "load_balancer"),
        node("a", "service"),
        node("b", "service"),
    ]
    links = [
        link("users", "lb"),
        link("lb", "a"),
        link("lb", "b"),
        link("a", "lb"),
        link("b", "lb"),
    ]
    assert len(errors(design(nodes, links))) == 1
    halves = [{"probability": 0.5, "do": [{"call": "b-lb"}]}, {"do": [{"call": "b-lb"}]}]
    nodes[3]["config"]["flow"] = [{"choice": halves}]
    assert len(errors(design(nodes, links))) == 1
    nodes[3]["config"]["flow"] = [{"choice": halves[:1]}]
    assert errors(design(nodes, links)) == []


@pytest.mark.parametrize("when", ["always", "miss"])
def test_a_cache_behind_which_requests_come_back_to_it(when: str) -> None:
    nodes = [client("users", 1.0), node("web", "service"), node("cache", "cache")]
    links = [link("users", "web"), link("web", "cache"), link("web", "web", order=1, when=when)]
    assert len(errors(design(nodes, links))) == 1
    through = [link("users", "cache"), link("cache", "web"), link("web", "cache")]
    assert len(errors(design(nodes, through))) == 1


def test_a_circle_after_failures_only_is_not_for_ever() -> None:
    nodes = [client("users", 1.0), node("a", "service"), node("b", "service")]
    links = [link("users", "a"), link("a", "b"), link("a", "a", order=1, when="failed")]
    assert errors(design(nodes, links)) == []


def test_findings_of_a_circle_are_as_those_of_a_chain() -> None:
    """Loads and patience are known where requests come back."""
    made = design(
        [client("users", 300.0), node("a", "service", workers=1, service_time=exponential(0.005))],
        [link("users", "a", timeout=1.0), link("a", "a", probability=0.5)],
    )
    assert {"overload", "endless-queue"} <= {each.code for each in check(made)}


CROWD = {"process": "closed", "users": 4, "think_time": constant(0.0)}


def pooled(**config: Any) -> Design:
    """B calls back A for another class, which A hands to B over the same link: nobody keeps a worker."""
    nodes = [
        node("users", "client", arrivals=CROWD, mix={"foo": 1.0}),
        node("a", "service", hold_while_waiting=False, service_time=constant(0.001), workers=50),
        node("b", "service", hold_while_waiting=False, service_time=constant(0.001), workers=50),
    ]
    back = {"classes": ["foo"], "class": "bar"}
    links = [link("users", "a"), link("a", "b", **config), link("b", "a", **back)]
    return design(nodes, links, classes=TWO, duration=60.0, warmup=0.0)


def connected(most: int | None, **more: Any) -> dict[str, Any]:
    return {"connection": {"protocol": "none", "max_connections": most, "streams": 1, **more}}


def test_connections_that_wait_for_each_other_deadlock_and_check_says_that_they_can() -> None:
    made = pooled(**connected(2))
    [finding] = coded(made, "deadlock")
    assert finding.id == "a-b"
    assert "A → B can deadlock: its calls keep its 2 connections" in finding.message
    assert run(made)["clients"]["users"]["succeeded"] == 0
    assert run(pooled(**connected(8)))["clients"]["users"]["succeeded"] > 1000


def test_a_bulkhead_with_a_line_is_held_as_well() -> None:
    made = pooled(bulkhead={"concurrent": 2, "pending": 100})
    [finding] = coded(made, "deadlock")
    assert "bulkhead of 2" in finding.message
    assert run(made)["clients"]["users"]["succeeded"] == 0


@pytest.mark.parametrize(
    "config",
    [
        {},
        connected(None),
        connected(2, max_pending=0),
        {"timeout": 1.0, **connected(2)},
        {"queue_timeout": 1.0, **connected(2)},
        {"mode": "send", **connected(2)},
        {"bulkhead": {"concurrent": 2, "pending": 0}},
    ],
)
def test_who_does_not_wait_for_ever_for_a_connection_is_not_locked_out(
    config: dict[str, Any],
) -> None:
    assert coded(pooled(**config), "deadlock") == []


def test_workers_and_connections_may_wait_for_each_other() -> None:
    """A keeps its workers while it waits for a connection, and who holds that waits for a worker of A."""
    nodes = [
        client("users", 50.0, mix={"foo": 1.0}),
        node("a", "service", workers=4),
        node("b", "service", hold_while_waiting=False),
    ]
    back = {"classes": ["foo"], "class": "bar"}
    links = [
        link("users", "a"),
        link("a", "b", classes=["foo"], **connected(2)),
        link("b", "a", **back),
    ]
    [finding] = coded(design(nodes, links, classes=TWO), "deadlock")
    assert "A keeps its 4 workers while it waits for A → B" in finding.message
    assert "A → B keeps its 2 connections while it waits for A" in finding.message
    links[1] = link("a", "b", classes=["foo"], **connected(4))
    [finding] = coded(design(nodes, links, classes=TWO), "deadlock")
    assert "A can deadlock: it keeps its 4 workers" in finding.message


@pytest.mark.parametrize("shut", [{"allowed": False}, {"loss": 1.0}])
@pytest.mark.parametrize("probability", [0.5, 1.0])
def test_what_nothing_gets_over_closes_no_circle(shut: dict[str, Any], probability: float) -> None:
    pools = [
        node(name, "service", workers=4, hold_while_waiting=True, service_time=exponential(0.005))
        for name in ("a", "b")
    ]
    back = link("b", "a", probability=probability, timeout=0.05, **shut)
    closed = design(
        [client("users", 20.0), *pools],
        [link("users", "a"), link("a", "b"), back],
        duration=500.0,
        warmup=50.0,
    )
    assert errors(closed) == []
    assert coded(closed, "deadlock") == coded(closed, "growing-loop") == []
    assert any(coded(opened(closed), code) for code in ("deadlock", "endless-loop"))
    demand, theory = demand_of(lower(closed)), predict(lower(closed))
    assert demand is not None
    assert demand.circles == ()
    assert sum(demand.nodes["a"]) == pytest.approx(20.0)
    result = run(closed)
    assert theory.nodes["a"].rate == pytest.approx(result["nodes"]["a"]["arrivals"] / 450, rel=0.05)
    predicted, measured = theory.nodes["a"].residence, result["nodes"]["a"]["residence"]["mean"]
    assert measured is not None
    assert predicted == pytest.approx(measured, rel=0.05)


def opened(closed: Design) -> Design:
    """The same design with a link back that lets everything through."""
    config = {"timeout": None, "allowed": True, "loss": 0.0}
    edits = [SetField("b-a", ("config", name), value) for name, value in config.items()]
    for edit in edits:
        closed = edit.apply(closed).design
    return closed


def test_a_zone_that_shuts_a_circle_leaves_none() -> None:
    nodes = [
        client(),
        node("a", "service", workers=4, hold_while_waiting=True),
        node("b", "service", workers=4, hold_while_waiting=True, frame="inner"),
    ]
    frames = [{"id": "inner", "kind": "trust_zone", "config": {"trust": 1}}]
    links = [link("users", "a"), link("a", "b"), link("b", "a", probability=0.5)]
    made = design(nodes, links, frames=frames, duration=20.0, warmup=0.0)
    assert coded(made, "deadlock") == []
    assert coded(made, "not-allowed") != []


def test_a_link_that_an_edit_opens_is_looked_at_for_circles() -> None:
    nodes = [client(), node("a", "service"), node("b", "service")]
    links = [link("users", "a"), link("a", "b"), link("b", "a", allowed=False)]
    made = design(nodes, links)
    lowerer = Lowerer()
    lowerer.lower(made)
    wrong = SetField("b-a", ("config", "allowed"), value=True).apply(made).design
    with pytest.raises(DesignError, match="go round for ever"):
        lowerer.lower(wrong)


def test_calls_that_get_lost_in_a_circle_come_round_less_often() -> None:
    nodes = [client("users", 20.0), node("a", "service"), node("b", "service")]
    links = [link("users", "a"), link("a", "b"), link("b", "a", loss=0.8, probability=0.5)]
    demand = demand_of(lower(design(nodes, links, duration=20.0, warmup=0.0)))
    assert demand is not None
    assert sum(demand.nodes["a"]) == pytest.approx(20.0 / (1.0 - 0.5 * (1.0 - 0.8**6)))


@pytest.mark.parametrize(
    ("before", "more"),
    [
        ({"allowed": False}, {}),
        ({"loss": 1.0}, {}),
        ({"loss": 1.0, "retry": {"attempts": 3}}, {}),
        ({}, {"error_share": 1.0}),
        ({"fallback": {"kind": "link", "link": "web-y"}}, {"error_share": 1.0}),
    ],
)
def test_what_comes_after_a_call_that_always_fails_closes_no_circle(
    before: dict[str, Any], more: dict[str, Any]
) -> None:
    """A call to itself that is never made; made again where something goes on after the failure."""

    def made(**last: Any) -> Design:
        nodes = [client("users", 1.0), node("web", "service"), node("y", "service")]
        nodes.append(node("x", "external_api", **{"error_share": 0.0, "admission": None} | more))
        links = [link("users", "web"), link("web", "x", **before), link("web", "y", loss=1.0)]
        return design(nodes, [*links, link("web", "web", order=1, **last)])

    assert errors(made()) == []
    assert coded(made(), "growing-loop") == []
    demand = demand_of(lower(made()))
    assert demand is not None
    assert sum(demand.nodes["web"]) == pytest.approx(1.0)
    assert [each.code for each in errors(made(when="failed"))] == ["endless-loop"]
    rescued = made().model_copy()
    edit = SetField("web-x", ("config", "fallback"), {"kind": "static"})
    assert [each.code for each in errors(edit.apply(rescued).design)] == []


def test_an_answer_that_always_stands_in_lets_the_circle_close() -> None:
    nodes = [client("users", 1.0), node("web", "service"), node("x", "service")]
    denied = link("web", "x", allowed=False, fallback={"kind": "static"})
    links = [link("users", "web"), denied, link("web", "web", order=1)]
    assert [each.code for each in errors(design(nodes, links))] == ["endless-loop"]


@pytest.mark.parametrize(
    ("config", "around", "ends"),
    [
        ({}, {}, False),
        ({}, {"loss": 0.9}, True),
        ({}, {"loss": 1e-3}, False),
        ({}, {"timeout": 1.0}, False),
        ({}, {"timeout": 1.0, "cancellation": True}, True),
        ({}, {"timeout": 1.0, "deadline_propagation": True}, True),
        ({}, {"timeout": 1.0, "cancellation": True, "mode": "send"}, False),
        ({"queue_limit": 10}, {}, True),
        ({"admission": {"rate_limit": {"rate": 50.0, "burst": 5}}}, {}, True),
        ({"admission": {"concurrency": {"limit": 5}}}, {}, True),
        ({}, {"bulkhead": {"concurrent": 3}}, True),
        ({}, {"bulkhead": {"concurrent": 3}, "mode": "send"}, False),
    ],
)
def test_a_circle_ends_where_calls_are_refused_or_given_up(
    config: dict[str, Any], around: dict[str, Any], ends: bool
) -> None:
    nodes = [
        client("users", 5.0),
        node(
            "a",
            "service",
            workers=20,
            hold_while_waiting=False,
            service_time=constant(0.05),
            **config,
        ),
    ]
    made = design(nodes, [link("users", "a"), link("a", "a", **around)], duration=40.0, warmup=0.0)
    assert (errors(made) == []) == ends
    if ends:
        assert coded(made, "growing-loop") != [] or "loss" in around
        assert sum(run(made)["clients"]["users"]["failed"].values()) > 50


def test_a_gate_that_asks_is_no_way_out_of_a_circle() -> None:
    """A gateway asks who may come in, and everything that it lets in comes back to it."""
    auth = {"mode": "introspection", "server": "auth"}
    nodes = [
        client("users", 1.0),
        node("gw", "api_gateway", admission={"auth": auth}),
        node("auth", "auth"),
        node("a", "service"),
    ]
    links = [link("users", "gw"), link("gw", "auth"), link("gw", "a"), link("a", "gw")]
    assert [each.code for each in errors(design(nodes, links))] == ["endless-loop"]


def test_every_group_of_a_topic_gets_every_message() -> None:
    """One that ends does not make up for another that publishes what it gets again."""
    nodes = [
        client("users", 1.0),
        node("log", "topic"),
        node("good", "worker"),
        node("bad", "worker"),
    ]
    links = [link("users", "log"), link("log", "good"), link("log", "bad"), link("bad", "log")]
    assert [each.code for each in errors(design(nodes, links))] == ["endless-loop"]
    nodes[1] = node("log", "queue")
    assert errors(design(nodes, links)) == []


def closing_events(*events: dict[str, Any], probability: float = 0.5) -> Design:
    """A calls B, which calls A back by chance, until events say otherwise."""
    nodes = [client("users", 5.0), node("a", "service"), node("b", "service")]
    links = [link("users", "a"), link("a", "b"), link("b", "a", probability=probability)]
    changes = [{"target": "b-a", "change": "set", "path": "probability", **each} for each in events]
    return design(nodes, links, duration=20.0, warmup=0.0, events=changes)


@pytest.mark.parametrize(
    ("events", "blamed"),
    [
        ([{"at": 5.0, "value": 1.0}], 0),
        ([{"at": 9.0, "value": 0.2}, {"at": 5.0, "value": 1.0}], None),
        ([{"at": 9.0, "value": 1.0}, {"at": 5.0, "value": 0.2}], 0),
        ([{"at": 5.0, "value": 1.0, "duration": 2.0}], None),
        ([{"at": 30.0, "value": 1.0}], None),
        ([{"at": 3.0, "value": 0.3}, {"at": 5.0, "value": 1.0}], 1),
    ],
)
def test_an_event_that_closes_a_circle_for_good_is_refused_as_the_edit_is(
    events: list[dict[str, Any]], blamed: int | None
) -> None:
    made = closing_events(*events)
    found = errors(made)
    if blamed is None:
        assert found == []
        lower(made)
        return
    [finding] = found
    assert (finding.code, finding.id) == ("endless-loop", "b-a")
    assert finding.field == f"scenario.events.{blamed}.value"
    assert finding.message.startswith("From ")
    assert "go round for ever" in finding.message
    with pytest.raises(DesignError):
        lower(made)
    assert finding.fix is not None
    assert errors(finding.fix.apply(made).design) == []


def test_an_event_that_lets_time_stand_still_for_good_is_refused_as_the_edit_is() -> None:
    arrivals = {"process": "closed", "users": 2, "think_time": constant(1.0)}
    nodes = [
        node("users", "client", arrivals=arrivals),
        node("a", "service", service_time=constant(0.0)),
    ]
    change = {"target": "users", "change": "set", "path": "arrivals.think_time", "value": 0.0}
    made = design(nodes, [link("users", "a")], events=[{"at": 5.0, **change}])
    [finding] = errors(made)
    assert (finding.code, finding.field) == ("no-time", "scenario.events.0.value")


def test_a_circle_that_an_event_opens_is_found_after_a_change_of_one_field_too() -> None:
    nodes = [client("users", 5.0), node("a", "service"), node("b", "service")]
    shut = link("b", "a", allowed=False)
    links = [link("users", "a"), link("a", "b", probability=0.5), shut]
    opened = {"at": 5.0, "target": "b-a", "change": "set", "path": "allowed", "value": True}
    made = design(nodes, links, duration=20.0, warmup=0.0, events=[opened])
    lowerer = Lowerer()
    lowerer.lower(made)
    changed = SetField("a-b", ("config", "probability"), 1.0).apply(made).design
    with pytest.raises(DesignError, match="go round for ever"):
        lowerer.lower(changed)


def undoing(errors: float, hops: dict[str, Any] | None = None, **saga: Any) -> Design:
    """A saga of two steps, whose second may fail, and whose compensation of the first comes back to it."""
    steps = {"mode": "saga", "participants": ["a-b", "a-api"], "compensate": ["a-c"]} | saga
    nodes = [
        client("users", 2.0),
        node("a", "service", hold_while_waiting=False, flow=[{"transaction": steps}]),
        node("b", "service"),
        node("c", "service", hold_while_waiting=False),
        node("api", "external_api", error_share=errors, admission=None),
    ]
    ends = [("a", "b"), ("a", "api"), ("a", "c"), ("c", "a")]
    links = [link("users", "a"), *(link(*each, **(hops or {})) for each in ends)]
    return design(nodes, links, duration=20.0, warmup=0.0)


@pytest.mark.parametrize(
    ("made", "refused"),
    [
        (undoing(1.0), True),
        (undoing(1.0, {"cancellation": True, "timeout": 1.0}), True),
        (undoing(0.5), False),
        (undoing(0.0), False),
        (undoing(1.0, compensate=[]), False),
        (undoing(1.0, participants=["a-api", "a-b"]), True),
        (undoing(1.0, participants=["a-api", "a-b"], compensate=["", "a-c"]), False),
        (undoing(1.0, mode="outbox", compensate=None), False),
    ],
)
def test_compensations_are_followed_round_circles(made: Design, *, refused: bool) -> None:
    assert [each.code for each in errors(made)] == ["endless-loop"] * refused
    if not refused:
        result = run(made)
        assert result["nodes"]["a"]["arrivals"] < 100 * result["clients"]["users"]["offered"]

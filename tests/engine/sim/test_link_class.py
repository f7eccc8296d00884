"""Links whose calls are of a class of their own: what follows from it, in the simulation and in theory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.catalog import check as findings
from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.plan.demand import demand_of
from engine.plan.primitives import KeyPlan, Plan, Way
from engine.plan.theory import predict
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers import builders, flows
from tests.helpers.plans import (
    cache,
    client,
    constant,
    exponential,
    link,
    plan,
    queue,
    request_class,
    retry,
    router,
    simulate,
    station,
)

ORDER = request_class("order", write=True, request_bytes=100.0, response_bytes=200.0)
CHECK = request_class("check", request_bytes=3000.0, response_bytes=50.0)
FREE: dict[str, Any] = {"mix": (1.0, 0.0)}


def chain(*, kind: int | None = 1, **changes: Any) -> Plan:
    """Orders come to a node that calls another; the second works for 10 ms on orders, 40 ms on checks."""
    nodes = [
        client(rate=10.0, **FREE),
        station("web", [0.01, 0.5], workers=8),
        station("db", [exponential(0.01), exponential(0.04)], workers=1),
    ]
    links = [link("users", "web"), link("web", "db", kind=kind)]
    return plan(nodes, links, classes=(ORDER, CHECK), duration=3000.0, warmup=50.0, **changes)


def test_the_calls_have_the_work_and_the_sizes_of_their_class() -> None:
    """10 a second at a worker that takes 40 ms: M/M/1 at 40 %, so 1/15 s."""
    result = simulate(chain())
    found = result["links"]["web-db"]
    assert result["nodes"]["db"]["utilization"] == pytest.approx(0.4, rel=0.03)
    assert result["nodes"]["db"]["residence"]["mean"] == pytest.approx(0.04 / 0.6, rel=0.05)
    assert found["bytes_in"] == found["attempts"] * 3000.0
    asked = result["links"]["users-web"]
    assert asked["bytes_in"] == asked["attempts"] * 100.0
    plain = simulate(chain(kind=None))
    assert plain["nodes"]["db"]["utilization"] == pytest.approx(0.1, rel=0.05)


def test_theory_follows_the_class() -> None:
    made = chain()
    demand = demand_of(made)
    assert demand is not None
    assert demand.nodes["web"] == pytest.approx((10.0, 0.0))
    assert demand.nodes["db"] == pytest.approx((0.0, 10.0))
    theory, result = predict(made), simulate(made)
    assert theory.nodes["db"].load == pytest.approx(0.4)
    users = theory.clients["users"]
    assert users.latency == pytest.approx(0.01 + 0.04 / 0.6, rel=1e-4)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(users.latency, rel=0.04)
    assert users.latency_p99 is not None
    assert result["clients"]["users"]["latency"]["p99"] == pytest.approx(
        users.latency_p99, rel=0.06
    )


def test_classes_take_their_routes_behind_a_balancer() -> None:
    """Orders go to one side, and what they ask for as checks to the other."""
    nodes = [
        client(rate=50.0, **FREE),
        router("lb"),
        station("a", 0.001, workers=4),
        station("b", 0.001, workers=4),
    ]
    links = [
        link("users", "lb"),
        link("lb", "a", classes=(True, False)),
        link("lb", "b", classes=(False, True)),
        link("a", "lb", kind=1),
    ]
    made = plan(nodes, links, classes=(ORDER, CHECK), duration=60.0)
    result = simulate(made)
    asked = result["clients"]["users"]["succeeded"]
    assert result["clients"]["users"]["failed"] == {}
    assert result["nodes"]["a"]["completed"] == pytest.approx(asked, abs=2)
    assert result["nodes"]["b"]["completed"] == pytest.approx(asked, abs=2)
    assert result["nodes"]["lb"]["completed"] == pytest.approx(2 * asked, abs=4)


def test_a_balancer_may_change_the_class_itself() -> None:
    """It picks by the class that came, on whichever link; the call then is of the class of its link."""
    nodes = [
        client(rate=50.0, mix=(0.5, 0.5)),
        router("lb"),
        station("a", [constant(0.0), constant(0.02)], workers=40),
    ]
    links = [link("users", "lb"), link("lb", "a", kind=1, retry=retry(3), loss=0.3, timeout=0.1)]
    result = simulate(plan(nodes, links, classes=(ORDER, CHECK), duration=60.0))
    assert result["nodes"]["a"]["residence"]["mean"] == pytest.approx(0.02)
    found = result["links"]["lb-a"]
    assert found["retries"] > 100
    assert found["bytes_in"] == found["attempts"] * 3000.0


def look_aside(keys: KeyPlan, *, program: bool = False) -> Result:
    """A cache that is asked, and filled by the answer of the database, as another class than that of users."""
    ask = request_class("item", keys=keys)
    web: dict[str, Any] = {"workers": 50}
    if program:
        asked = flows.parallel((flows.call("web-cache"),), (flows.work(0.0),), need=2)
        web["flow"] = (asked, flows.choice(Way((flows.call("web-db"),), when="miss")))
    nodes = [
        client(rate=100.0, **FREE),
        station("web", 0.0005, **web),
        cache("cache", None),
        station("db", 0.001, workers=9),
    ]
    links = [
        link("users", "web"),
        link("web", "cache", kind=1),
        link("web", "db", kind=1, order=1, on_miss=True),
    ]
    users = request_class("page", keys=KeyPlan(count=1, alpha=0.0))
    return simulate(plan(nodes, links, classes=(users, ask), duration=60.0, warmup=0.0))


@pytest.mark.parametrize("program", [False, True])
@pytest.mark.parametrize("count", [1, 40])
def test_what_one_request_asks_for_as_a_class_is_one_thing(count: int, *, program: bool) -> None:
    """Each key is missed once, or again while it is being fetched, and then is there for ever."""
    result = look_aside(KeyPlan(count=count, alpha=0.0), program=program)
    assert result["nodes"]["cache"]["extra"]["misses"] == pytest.approx(count, abs=4)


def test_where_the_keys_follow_one_law_the_call_is_about_what_its_caller_is_about() -> None:
    """The cache in front of both is asked for the key of the request, so the second asks in vain for none."""
    nodes = [
        client(rate=50.0, **FREE),
        station("web", 0.0, workers=9),
        cache("first", None),
        cache("second", None),
    ]
    links = [link("users", "web"), link("web", "first"), link("web", "second", kind=1, order=1)]
    same = tuple(request_class(name, keys=KeyPlan(count=60, alpha=0.0)) for name in ("a", "b"))
    result = simulate(plan(nodes, links, classes=same, duration=60.0, warmup=0.0))
    hits = [result["nodes"][name]["extra"]["hit_ratio"] for name in ("first", "second")]
    assert hits[0] == hits[1] < 1.0


def test_the_deadline_of_the_class_travels() -> None:
    """An answer is wanted within .1 s; where that is told, nobody waits longer, and nothing is begun later."""
    late = replace(CHECK, deadline=0.1)
    nodes = [client(process="trace", times=(1.0,) * 3, **FREE), station("web", 0.0, workers=9)]
    nodes.append(station("db", 0.08, workers=1))
    links = [link("users", "web"), link("web", "db", kind=1, deadline_propagation=True)]
    result = simulate(plan(nodes, links, classes=(ORDER, late)))
    users = result["clients"]["users"]
    assert users["failed"] == {"deadline": 2}
    assert users["latency_all"]["max"] == pytest.approx(0.1)
    assert result["nodes"]["db"]["completed"] == 2, "the second was begun in time"


def test_messages_have_the_class_of_the_link_that_they_came_by() -> None:
    nodes = [
        client(rate=20.0, **FREE),
        station("web", 0.0, workers=None),
        queue("queue"),
        station("workers", [constant(0.001), constant(0.01)], workers=9, pulls=True),
    ]
    links = [link("users", "web"), link("web", "queue", kind=1), link("queue", "workers")]
    result = simulate(plan(nodes, links, classes=(ORDER, CHECK), duration=60.0))
    assert result["nodes"]["workers"]["residence"]["mean"] == pytest.approx(0.01)


def test_the_class_may_change_while_it_runs() -> None:
    simulation = Simulation(chain())
    simulation.advance(100.0)
    simulation.follow(chain(kind=None))
    simulation.advance(100.5)
    before = result_of(simulation.machine, (), 0.0)["links"]["web-db"]
    simulation.advance(200.0)
    after = result_of(simulation.machine, (), 0.0)["links"]["web-db"]
    check(simulation.machine)
    more = after["attempts"] - before["attempts"]
    assert after["bytes_in"] - before["bytes_in"] == more * 100.0
    simulation.follow(chain())
    simulation.advance(300.0)
    check(simulation.machine)


def gateway(**back: Any) -> Any:
    """A service that calls back through its gateway."""
    busy = {"workers": 10, "service_time": builders.exponential(0.005)}
    nodes = [
        builders.client("users", 10.0, mix={"order": 1.0}),
        builders.node("gw", "load_balancer", picker="round_robin"),
        builders.node("orders", "service", **busy),
        builders.node("stock", "service", **busy),
    ]
    links = [
        builders.link("users", "gw"),
        builders.link("gw", "orders", classes=["order"]),
        builders.link("gw", "stock", classes=["check"]),
        builders.link("orders", "gw", **back),
    ]
    classes = [{"name": "order", "operation": "write"}, {"name": "check", "operation": "read"}]
    return builders.design(nodes, links, classes=classes, duration=600, warmup=5, seed=1)


def test_a_service_calls_back_through_its_gateway_as_another_class() -> None:
    """10 a second at each service and 20 at the gateway; 5 ms here and 5 ms there."""
    made = gateway(**{"class": "check"})
    assert not [each for each in findings(made) if each.level in ("error", "warning")]
    demand = demand_of(lower(made))
    assert demand is not None
    assert demand.nodes["gw"] == pytest.approx((10.0, 10.0))
    assert demand.nodes["stock"] == pytest.approx((0.0, 10.0))
    result = builders.run(made)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.01, rel=0.03)
    assert result["clients"]["users"]["failed"] == {}
    rates = {name: node["arrivals"] / 595.0 for name, node in result["nodes"].items()}
    assert rates["gw"] == pytest.approx(20.0, rel=0.03)
    assert rates["orders"] == pytest.approx(rates["stock"], abs=0.01)


def test_without_a_class_of_its_own_the_same_goes_round_for_ever() -> None:
    (found,) = [each for each in findings(gateway()) if each.code == "endless-loop"]
    assert "class 'order' go round for ever: Gw → Orders → Gw" in found.message
    assert "make calls of another class" in found.message


def test_classes_that_take_turns_go_round_for_ever_too() -> None:
    nodes = [
        builders.client("users", 10.0, mix={"a": 1.0}),
        builders.node("one", "service"),
        builders.node("two", "service"),
    ]
    links = [
        builders.link("users", "one"),
        builders.link("one", "two", **{"class": "b"}),
        builders.link("two", "one", **{"class": "a"}),
    ]
    made = builders.design(nodes, links, classes=[{"name": "a"}, {"name": "b"}])
    (found,) = [each for each in findings(made) if each.level == "error"]
    assert found.code == "endless-loop"
    assert "one → two → one" in found.message.lower()


def test_a_class_that_there_is_not_is_refused_in_one_line() -> None:
    (found,) = [each for each in findings(gateway(**{"class": "chek"})) if each.level == "error"]
    assert (found.code, found.field) == ("unknown-class", "config.class")
    assert "'chek'" in found.message
    assert "did you mean 'check'?" in found.message


def test_an_event_may_set_the_class() -> None:
    made = gateway(**{"class": "check"})
    raw = made.model_dump(mode="json", exclude_unset=True)
    cut = {"at": 100, "target": "gw-stock", "change": "set", "path": "class", "value": "order"}
    changed = type(made).model_validate(
        {**raw, "scenario": {**raw["scenario"], "events": [{**cut, "duration": 50}]}}
    )
    assert not [each for each in findings(changed) if each.level == "error"]
    assert lower(changed).events[0].replacement.kind == 0

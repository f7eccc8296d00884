"""Deadlines that travel with calls, and cancels that follow them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import BatchPlan, LinkPlan, NodePlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result
from tests.helpers import plans
from tests.helpers.flows import call, parallel, work
from tests.helpers.plans import client, event, link, plan, retry, simulate, station

WARN: dict[str, Any] = {"deadline_propagation": True}
STOP: dict[str, Any] = {"cancellation": True}


def trace(*times: float) -> NodePlan:
    return client(process="trace", times=times)


def chain(users_web: dict[str, Any], web_db: dict[str, Any], **db: Any) -> Result:
    """Two requests at once; the web holds its two workers, the database has one and takes a second."""
    nodes = [
        trace(1.0, 1.0),
        station("web", 0.0, workers=2, hold=True),
        station("db", 1.0, **db),
    ]
    links = [link("users", "web", **users_web), link("web", "db", **web_db)]
    return simulate(plan(nodes, links, duration=20.0))


def test_what_waited_too_long_is_not_begun() -> None:
    result = chain({"timeout": 0.5, **WARN}, WARN)
    assert result["nodes"]["db"]["failed"] == {"deadline": 1}, "the second one"
    assert result["nodes"]["db"]["completed"] == 1, "the first had begun"
    assert result["clients"]["users"]["failed"] == {"timeout": 2}
    assert result["links"]["web-db"]["failed"] == {"deadline": 2}, "given up with its caller"
    without = chain({"timeout": 0.5}, {})
    assert without["nodes"]["db"]["completed"] == 2


def test_a_deadline_goes_no_further_than_links_pass_it_on() -> None:
    assert chain({"timeout": 0.5, **WARN}, {})["nodes"]["db"]["completed"] == 2
    own = chain({"timeout": 0.5}, {"timeout": 0.7, **WARN})
    assert own["links"]["web-db"]["failed"] == {"timeout": 2}
    assert own["nodes"]["db"]["failed"] == {"deadline": 1}


def test_the_deadline_of_a_class_counts() -> None:
    kinds = (plans.request_class(deadline=0.3),)
    nodes = [trace(1.0, 1.0), station("web", 1.0)]
    made = plan(nodes, [link("users", "web", **WARN)], classes=kinds, duration=9.0)
    result = simulate(made)
    assert result["clients"]["users"]["failed"] == {"deadline": 2}
    assert result["nodes"]["web"]["failed"] == {"deadline": 1}


def test_what_arrives_too_late_is_turned_away() -> None:
    nodes = [trace(1.0), station("web", 0.1)]
    far = link("users", "web", delay=0.5, timeout=0.2, **WARN)
    result = simulate(plan(nodes, [far], duration=9.0))
    assert result["nodes"]["web"]["failed"] == {"deadline": 1}
    assert result["nodes"]["web"]["utilization"] == 0.0


def test_no_try_is_made_after_the_deadline() -> None:
    policy = {"timeout": 0.2, "retry": retry(10, base=0.05, jitter="none", factor=1.0), **WARN}
    result = chain({"timeout": 1.0, **WARN}, policy, workers=2)
    assert result["links"]["web-db"]["attempts"] == 2 * 4, "0.2 s each, 0.05 s between"


def test_balancers_hand_deadlines_and_cancels_on() -> None:
    nodes = [trace(1.0, 1.0), plans.router("lb"), station("web", 1.0)]
    for policy, failed in ((WARN, {"deadline": 1}), (STOP, {"deadline": 2})):
        links = [link("users", "lb", timeout=0.5, **policy), link("lb", "web")]
        result = simulate(plan(nodes, links, duration=9.0))
        assert result["nodes"]["web"]["failed"] == failed


def busy(result: Result, name: str, duration: float = 20.0) -> float:
    """Seconds that a worker of a node was busy."""
    return float(result["nodes"][name]["utilization"]) * duration


def test_a_cancel_frees_everything_behind() -> None:
    result = chain({"timeout": 0.5, **STOP}, {"delay": 0.1, **STOP})
    # Both cancels arrive 0.6 s after the start: the first was worked on for half a second.
    assert busy(result, "db") == pytest.approx(0.5)
    assert result["nodes"]["db"]["failed"] == {"deadline": 2}
    assert result["nodes"]["db"]["queue_mean"] * 20.0 == pytest.approx(0.5)
    assert result["nodes"]["web"]["failed"] == {"deadline": 2}
    assert result["links"]["web-db"]["failed"] == {"deadline": 2}


def test_a_cancel_ends_where_links_do_not_pass_it_on() -> None:
    result = chain({"timeout": 0.5, **STOP}, {})
    assert busy(result, "db") == pytest.approx(2.0)
    assert result["nodes"]["web"]["failed"] == {"deadline": 2}


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "ps", "priority"])
def test_whoever_is_left_gets_the_worker(discipline: str) -> None:
    nodes = [
        trace(1.0, 1.1, 1.2),
        client("others", process="trace", times=(1.15,)),
        station("web", 1.0, discipline=discipline),
    ]
    links = [link("users", "web", timeout=0.5, **STOP), link("others", "web")]
    result = simulate(plan(nodes, links, duration=9.0))
    others = result["clients"]["others"]
    assert others["succeeded"] == 1
    assert others["latency"]["max"] < 1.71, "it waits for no more than the third"
    assert result["nodes"]["web"]["failed"] == {"deadline": 3}


def test_losers_are_called_off_when_enough_have_won() -> None:
    nodes = [trace(1.0), station("web", flow=(parallel(call("web-a"), call("web-b"), need=1),))]
    nodes += [station("a", 0.1), station("b", 5.0)]
    # The cancel leaves when a has answered, 0.1 s after the call, and crosses in the same time.
    for policy, spent in (({}, 5.0), (STOP, 0.1)):
        links = [link("users", "web"), link("web", "a"), link("web", "b", delay=0.05, **policy)]
        result = simulate(plan(nodes, links, duration=20.0))
        assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.1)
        assert busy(result, "b") == pytest.approx(spent)


def test_the_other_calls_of_a_group_are_called_off_when_one_fails() -> None:
    nodes = [trace(1.0), station("web", 0.0), station("a", 0.1), station("b", 5.0)]
    links = [link("users", "web"), *(link("web", name, **STOP) for name in "ab")]
    errors = event(0.0, 99.0, "error", nodes=("a",), probability=1.0)
    result = simulate(plan(nodes, links, events=(errors,), duration=20.0))
    assert result["clients"]["users"]["failed"] == {"error": 1}
    assert busy(result, "b") == pytest.approx(0.1)


def test_a_cancel_before_its_call_turns_it_away() -> None:
    slow = link(
        "users",
        "web",
        timeout=0.1,
        delay=plans.LawPlan(law="uniform", mean=0.3, low=0.0, high=0.6),
        **STOP,
    )
    nodes = [client(rate=50.0), station("web", 0.001)]
    result = simulate(plan(nodes, [slow], duration=50.0))
    assert result["nodes"]["web"]["failed"]["deadline"] > 100


def test_a_fetch_that_others_wait_for_goes_on() -> None:
    keys = (plans.request_class(keys=plans.KeyPlan(count=1, alpha=0.0)),)
    nodes = [
        trace(1.0),
        client("others", process="trace", times=(1.2,)),
        plans.cache("cache", None, single_flight=True),
        station("db", 1.0),
    ]
    links = [
        link("users", "cache", timeout=0.5, **STOP),
        link("others", "cache"),
        link("cache", "db", **STOP),
    ]
    result = simulate(plan(nodes, links, classes=keys, duration=9.0))
    assert result["clients"]["others"]["latency"]["max"] == pytest.approx(0.8)
    assert result["links"]["cache-db"]["attempts"] == 1


def test_a_flow_is_cancelled_with_all_its_branches() -> None:
    flow = (work(0.1), parallel(work(5.0), call("web-a"), (call("web-b"), work(5.0))))
    for hold in (True, False):
        nodes = [trace(1.0), station("web", flow=flow, workers=4, hold=hold)]
        nodes += [station("a", 5.0), station("b", 0.2)]
        links = [link("users", "web", timeout=0.5, **STOP)]
        links += [link("web", name, **STOP) for name in "ab"]
        result = simulate(plan(nodes, links, duration=20.0))
        assert busy(result, "a") == pytest.approx(0.4)
        web = result["nodes"]["web"]["utilization"] * 4 * 20.0
        assert web == pytest.approx(0.5 if hold else 0.1 + 0.4 + 0.2)


def test_a_batch_that_is_worked_on_is_done_as_a_whole() -> None:
    batch = BatchPlan(size=2, linger=0.0, fixed=1.0, per_item=0.0)
    nodes = [trace(1.0, 1.0, 1.0), station("web", 0.0, batch=batch)]
    result = simulate(plan(nodes, [link("users", "web", timeout=0.5, **STOP)], duration=9.0))
    # A batch of one, the two others are called off in line.
    assert busy(result, "web", 9.0) == pytest.approx(1.0)
    assert result["nodes"]["web"]["completed"] == 1


def storm(**policy: Any) -> Plan:
    """Everything under pressure: timeouts, retries, deaths, and two layers."""
    nodes = [
        client(rate=25.0),
        plans.router("lb", "least_connections"),
        station("web", 0.01, workers=2, instances=2, hold=True, queue_limit=20),
        station("db", plans.exponential(0.03), discipline="lifo"),
    ]
    links: list[LinkPlan] = [
        link("users", "lb", timeout=0.3, retry=retry(2), delay=0.01, **policy),
        link("lb", "web"),
        link("web", "db", timeout=0.2, delay=plans.exponential(0.01), **policy),
    ]
    deaths = (
        event(3.0, 1.0, "kill", nodes=("db",)),
        event(5.0, 1.0, "kill", nodes=("web",), instances=1),
    )
    return plan(nodes, links, events=deaths, duration=20.0)


@pytest.mark.parametrize("policy", [WARN, STOP, {**WARN, **STOP}])
def test_nothing_is_lost_and_it_can_be_turned_on_and_off_as_it_runs(policy: dict[str, Any]) -> None:
    simulation = Simulation(storm())
    for time in range(1, 20):
        simulation.advance(float(time))
        simulation.follow(storm(**policy) if time % 3 else storm())
        check(simulation.machine)
    assert simulation.machine.nodes["users"].node.completed > 100

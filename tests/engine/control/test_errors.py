"""Requests that fail by an event: on some instances, after their work, or after a time in place of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan.primitives import BatchPlan, EventPlan, NodePlan, PausePlan, Picker
from engine.sim.report import Result
from tests.helpers.flows import call, work
from tests.helpers.plans import (
    client,
    closed,
    constant,
    event,
    exponential,
    link,
    plan,
    router,
    simulate,
    station,
)


def errors(at: float = 0.0, duration: float = 1e6, **fields: Any) -> EventPlan:
    return event(at, duration, "error", nodes=("web",), **({"probability": 1.0} | fields))


def lone(web: NodePlan, *events: EventPlan, **changes: Any) -> Result:
    nodes = [client(process="trace", times=(0.0,)), web]
    return simulate(plan(nodes, [link("users", "web")], events=events, **changes))


def stays(found: Result) -> float:
    """How long the only request was at the node."""
    assert found["clients"]["users"]["failed"] == {"error": 1}
    return float(found["nodes"]["web"]["residence"]["mean"])


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "priority", "ps"])
@pytest.mark.parametrize(("seconds", "takes"), [(None, 1.0), (0.0, 0.0), (0.25, 0.25), (3.0, 3.0)])
def test_when_a_failing_request_is_answered(
    discipline: str, seconds: float | None, takes: float
) -> None:
    found = lone(station("web", 1.0, discipline=discipline), errors(seconds=seconds))
    assert stays(found) == pytest.approx(takes, abs=1e-9)


@pytest.mark.parametrize("per_item", [None, 0.5])
def test_a_failing_request_adds_its_time_to_its_batch(per_item: float | None) -> None:
    batch = BatchPlan(size=1, linger=0.0, fixed=0.5, per_item=per_item)
    found = lone(station("web", 1.0, batch=batch), errors(seconds=0.25))
    assert stays(found) == pytest.approx(0.75, abs=1e-9)


def test_a_failing_request_of_a_node_that_pauses_waits_for_the_end_of_the_pause() -> None:
    pauses = PausePlan(every=constant(0.5), length=constant(2.0))
    found = lone(station("web", 1.0, pauses=pauses), errors(seconds=0.75))
    assert stays(found) == pytest.approx(2.75, abs=1e-6)


def test_events_slow_the_answer_of_a_failing_request_as_well() -> None:
    slow = event(0.0, 10.0, "slow", nodes=("web",), factor=4.0)
    assert stays(lone(station("web", 1.0), errors(seconds=0.5), slow)) == pytest.approx(2.0)


def test_a_flow_fails_with_its_first_work() -> None:
    web = station("web", flow=(work(1.0), call("web-db"), work(1.0)))
    nodes = [client(process="trace", times=(0.0,)), web, station("db", 1.0)]
    links = [link("users", "web"), link("web", "db")]
    found = simulate(plan(nodes, links, events=(errors(seconds=0.25),)))
    assert stays(found) == pytest.approx(0.25, abs=1e-9)
    assert found["nodes"]["db"]["arrivals"] == 0


@pytest.mark.parametrize("web", [router("web"), station("web", 0.0, workers=None)])
def test_what_works_in_no_time_fails_after_a_time_as_well(web: NodePlan) -> None:
    nodes = [client(process="trace", times=(0.0,)), web, station("db", 1.0)]
    links = [link("users", "web"), link("web", "db")]
    found = simulate(plan(nodes, links, events=(errors(seconds=2.0),)))
    assert stays(found) == pytest.approx(2.0, abs=1e-9)


def test_a_request_that_is_bound_to_fail_does_so_after_the_event() -> None:
    assert stays(lone(station("web", 1.0), errors(0.0, 0.5, seconds=0.75))) == pytest.approx(0.75)


def test_who_comes_after_the_event_is_served() -> None:
    nodes = [client(process="trace", times=(0.0, 5.0)), station("web", 1.0)]
    found = simulate(plan(nodes, [link("users", "web")], events=(errors(0.0, 2.0, seconds=0.5),)))
    assert found["clients"]["users"]["succeeded"] == 1
    assert found["clients"]["users"]["failed"] == {"error": 1}


@pytest.mark.parametrize("seconds", [None, 0.0, 0.02])
def test_a_share_fails_on_some_instances(seconds: float | None) -> None:
    """Of two instances in turn, one fails two fifths of its half."""
    nodes = [client(rate=50.0), station("web", exponential(0.01), instances=2)]
    some = errors(probability=0.4, seconds=seconds, instances=1)
    found = simulate(plan(nodes, [link("users", "web")], events=(some,), duration=400.0))
    users = found["clients"]["users"]
    assert users["failed"]["error"] / users["offered"] == pytest.approx(0.2, abs=0.01)


def test_two_events_hit_what_the_other_spares() -> None:
    nodes = [client(rate=50.0), station("web", exponential(0.01), workers=4)]
    both = (errors(probability=0.5, seconds=0.0), errors(probability=0.5, seconds=0.1))
    found = simulate(plan(nodes, [link("users", "web")], events=both, duration=400.0))
    users = found["clients"]["users"]
    assert users["failed"]["error"] / users["offered"] == pytest.approx(0.75, abs=0.01)
    busy = found["nodes"]["web"]["utilization"] * 4
    assert busy == pytest.approx(50.0 * (0.25 * 0.1 + 0.25 * 0.01), rel=0.05)


def black_hole(picker: Picker, seconds: float | None) -> float:
    """Share of the requests that fail where one of four instances does."""
    web = station("web", exponential(0.1), instances=4, workers=4)
    nodes = [client(rate=80.0), router("lb", picker), web]
    links = [link("users", "lb"), link("lb", "web")]
    one = errors(seconds=seconds, instances=1)
    found = simulate(plan(nodes, links, events=(one,), duration=200.0))
    users = found["clients"]["users"]
    return float(users["failed"]["error"] / users["offered"])


def test_who_fails_at_once_draws_the_requests_of_least_connections_to_itself() -> None:
    """A black hole: it is always the one with the fewest connections. Round robin knows no difference."""
    assert black_hole("round_robin", 0.0) == pytest.approx(0.25, abs=0.01)
    assert black_hole("least_connections", None) == pytest.approx(0.25, abs=0.03)
    assert black_hole("least_connections", 0.0) > 0.6
    assert black_hole("least_connections", 1.0) < 0.1


def test_failing_at_once_frees_the_workers_for_the_others() -> None:
    """Nobody thinks: with half of the requests failing at once, twice as many are taken up."""
    nodes = [closed("users", 4, 0.0), station("web", 0.1)]
    half = errors(probability=0.5, seconds=0.0)
    found = simulate(plan(nodes, [link("users", "web")], events=(half,), duration=200.0))
    users = found["clients"]["users"]
    assert users["goodput"] == pytest.approx(10.0, rel=0.01)
    assert users["failed"]["error"] == pytest.approx(users["succeeded"], rel=0.1)

"""A breaker that is switched on, off and tuned while it is closed, open or half-open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.files import loads
from engine.model.policies.breaker import Breaker
from engine.plan.primitives import Plan
from engine.run.session import Session
from engine.sim.invariants import check
from engine.sim.lane.rules.breaker import CLOSED, HALF_OPEN, OPEN
from engine.sim.report import result_of
from tests.helpers import builders
from tests.helpers.breakers import heard
from tests.helpers.plans import client, event, link, plan, queue, station

KNOBS: dict[str, Any] = {"window": 10, "open": 4.0, "half_open": 5}
STATES = {CLOSED: 2.05, OPEN: 7.05, HALF_OPEN: 9.65}
"""Times at which the breaker of `web` is in each state: it opens at 5.4 s, and trials take .4 s."""


def web(policy: Breaker | None, **changes: Any) -> Plan:
    """10 a second, which take .4 s and fail from 5 s to 9 s."""
    nodes = [client(process="deterministic", rate=10.0), station("api", 0.4, workers=None)]
    outage = event(5.0, 4.0, "error", nodes=("api",), probability=1.0)
    policies = () if policy is None else (policy,)
    edge = link("users", "api", policies=policies, **changes)
    return plan([*nodes, station("other", 0.0)], [edge], events=(outage,), duration=60.0)


def body(simulation: Simulation, name: str = "users-api") -> Any:
    found = [
        each for each in simulation.machine.links[name].bodies if each.adapter.name == "breaker"
    ]
    return found[0].thing if found else None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "change",
    [
        None,
        {},
        {"window": 3},
        {"window": 50},
        {"window_type": "seconds", "minimum": 3},
        {"minimum": 1},
        {"failure_share": 0.01},
        {"failure_share": 1.0},
        {"slow_call": 0.1, "slow_share": 1.0},
        {"slow_call": 0.1, "slow_share": 0.1},
        {"open": 0.2},
        {"open": 20.0},
        {"half_open": 1},
        {"half_open": 2},
        {"half_open": 40},
    ],
    ids=str,
)
def test_it_goes_on_after_any_change_in_any_state(
    state: int, change: dict[str, Any] | None
) -> None:
    """Never for ever: when calls succeed in time it is closed, a while after it opened for the last time."""
    simulation = Simulation(web(Breaker(**KNOBS)))
    simulation.advance(STATES[state])
    assert body(simulation).state == state
    changed = None if change is None else Breaker(**(KNOBS | change))
    simulation.follow(web(changed))
    for step in range(120):
        simulation.advance(STATES[state] + 0.1 + 0.2 * step)
        check(simulation.machine)
    simulation.follow(web(Breaker(**KNOBS)))
    for step in range(120):
        simulation.advance(40.0 + 0.15 * step)
        check(simulation.machine)
    assert body(simulation).state == CLOSED
    edge = simulation.machine.links["users-api"].link
    refused = edge.failed[4]
    simulation.advance(60.0)
    assert edge.failed[4] == refused
    result_of(simulation.machine, (), 0.0)


@pytest.mark.parametrize(
    ("trials", "verdict"), [(3, CLOSED), (2, CLOSED), (5, HALF_OPEN), (9, HALF_OPEN)]
)
def test_fewer_trials_than_are_over_decide_at_once(trials: int, verdict: int) -> None:
    """Three of five trials are over when others are asked for."""
    simulation = Simulation(web(Breaker(**KNOBS)))
    simulation.advance(STATES[HALF_OPEN])
    while body(simulation)._outcomes.count < 3:
        simulation.advance(simulation.now + 0.01)
    assert body(simulation).state == HALF_OPEN
    simulation.follow(web(Breaker(**(KNOBS | {"half_open": trials}))))
    assert body(simulation).state == verdict
    simulation.advance(20.0)
    assert body(simulation).state == CLOSED


@pytest.mark.parametrize(("span", "at"), [(2.0, 7.4), (1.0, 6.5), (4.0, 9.4), (12.0, 17.4)])
def test_how_long_it_is_open_counts_from_when_it_opened(span: float, at: float) -> None:
    """Opened at 5.4 s and told at 6.5 s to be open for another time: what is past is over at once."""
    simulation = Simulation(web(Breaker(**KNOBS)))
    said = heard(simulation)
    simulation.advance(6.5)
    assert said == [("circuit breaker open", pytest.approx(5.4))]
    simulation.follow(web(Breaker(**(KNOBS | {"open": span}))))
    simulation.advance(18.5)
    assert said[1] == ("circuit breaker half-open", pytest.approx(at))


def test_following_what_is_followed_already_changes_nothing() -> None:
    still, restless = (Simulation(web(Breaker(**KNOBS))) for _ in range(2))
    still.advance(30.0)
    for step in range(300):
        restless.advance(0.1 * (step + 1))
        restless.follow(web(Breaker(**KNOBS)))
    first, second = (result_of(each.machine, (), 0.0)["hash"] for each in (still, restless))
    assert first == second


@pytest.mark.parametrize("state", [OPEN, HALF_OPEN])
def test_without_it_calls_go_at_once_and_it_says_nothing_more(state: int) -> None:
    simulation = Simulation(web(Breaker(**KNOBS)))
    simulation.advance(STATES[state])
    said = heard(simulation)
    edge = simulation.machine.links["users-api"].link
    refused = edge.failed[4]
    simulation.follow(web(None))
    simulation.advance(15.0)
    assert edge.failed[4] == refused
    simulation.follow(web(Breaker(**KNOBS)))
    simulation.advance(30.0)
    assert body(simulation).state == CLOSED
    assert said == []


def test_a_link_that_is_gone_says_nothing_more() -> None:
    simulation = Simulation(web(Breaker(**KNOBS)))
    said = heard(simulation)
    simulation.advance(STATES[OPEN])
    nodes = [client(process="deterministic", rate=10.0), station("other", 0.0)]
    simulation.follow(plan(nodes, [link("users", "other")]))
    simulation.advance(30.0)
    assert [what for what, _ in said] == ["circuit breaker open"]
    check(simulation.machine)


def test_a_queue_delivers_at_once_when_the_breaker_is_switched_off() -> None:
    def jobs(*policies: Breaker) -> Plan:
        nodes = [
            client(process="deterministic", rate=10.0),
            queue("jobs", max_receive=1000),
            station("worker", 0.01, pulls=True, workers=5),
        ]
        links = [link("users", "jobs"), link("jobs", "worker", policies=policies)]
        outage = event(1.0, 1.0, "error", nodes=("worker",), probability=1.0)
        return plan(nodes, links, events=(outage,))

    simulation = Simulation(jobs(Breaker(window=5, open=1000.0)))
    simulation.advance(10.05)
    backlog: Any = simulation.machine.nodes["jobs"].node.flow
    assert backlog.depth == pytest.approx(90, abs=3)
    simulation.follow(jobs())
    simulation.advance(11.05)
    assert backlog.depth == 0
    assert backlog.dead == 0
    check(simulation.machine)


def session(*events: dict[str, Any]) -> Session:
    """A design whose service is down from 10 s to 200 s, behind a breaker that is open for 60 s."""
    made = builders.raw_design(
        [
            builders.node("users", "client", arrivals={"process": "deterministic", "rate": 20}),
            builders.node("api", "service", service_time=builders.constant(0.01), workers=50),
        ],
        [builders.link("users", "api", breaker={"window": 10, "half_open": 2})],
        duration=200,
        warmup=0,
        events=[{"at": 10, "duration": 190, "target": "api", "change": "kill"}, *events],
    )
    begun = Session(loads(json.dumps(made), "test"))
    begun.advance(199.0)
    return begun


def turned(at: float, path: str, value: Any, duration: float = 1000.0) -> dict[str, Any]:
    change = {"change": "set", "path": f"breaker.{path}", "value": value}
    return {"at": at, "duration": duration, "target": "users-api", **change}


def test_an_event_of_the_scenario_turns_its_knobs() -> None:
    """Open from 10.5 s: for 60 s each time, or for 5 s each from 40 s on."""
    opened = [
        session(*events).result()["links"]["users-api"]["extra"]["opened"]
        for events in ([], [turned(40.0, "open", 5.0)], [turned(40.0, "open", 5.0, 50.0)])
    ]
    assert opened[0] == 1 + int(189 / 60.05)
    assert opened[1] == pytest.approx(1 + 159 / 5.07, abs=1)
    assert opened[2] == pytest.approx(1 + 50 / 5.07 + 110 / 60.05, abs=1)


def test_events_on_different_knobs_hold_at_once() -> None:
    """The second begins while the first is on, and leaves what that has set."""
    events = (turned(40.0, "open", 5.0), turned(60.0, "half_open", 7), turned(80.0, "window", 70))
    rule = body(session(*events)._simulation)
    assert (rule.open_for, rule.trials, rule.window) == (5.0, 7, 70)

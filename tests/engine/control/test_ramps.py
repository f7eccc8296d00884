"""Events that grow: evenly from nothing to their full strength, whatever that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.catalog import check
from engine.catalog.events import describe
from engine.control.simulation import Simulation
from engine.model.event_kinds import EVENT_KINDS
from engine.model.files import from_raw
from engine.plan.primitives import INFINITE, EventPlan, Plan
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, link, plan, station

RATE = 500.0


def growing(change: str, ramp: float, **changes: object) -> EventPlan:
    return EventPlan(at=0.0, end=INFINITE, change=change, ramp=ramp, **changes)


def made(event: EventPlan, work: float = 0.0, **changes: object) -> Plan:
    nodes = [client(rate=RATE), station("web", work, workers=None)]
    return plan(nodes, [link("users", "web", **changes)], events=(event,), duration=200.0)


def until(design: Plan, time: float) -> Result:
    simulation = Simulation(design)
    simulation.advance(time)
    return result_of(simulation.machine, (), 0.0)


@pytest.mark.parametrize("change", ["error", "wrong"])
def test_a_share_grows_to_its_full_size(change: str) -> None:
    event = growing(change, 100.0, nodes=("web",), probability=0.2)
    design = made(event)
    halfway, whole = until(design, 100.0), until(design, 200.0)
    counts = [
        users["extra"]["wrong"] if change == "wrong" else users["failed"]["error"]
        for users in (each["clients"]["users"] for each in (halfway, whole))
    ]
    assert counts[0] == pytest.approx(RATE * 100.0 * 0.1, rel=0.05)
    assert counts[1] - counts[0] == pytest.approx(RATE * 100.0 * 0.2, rel=0.04)


def test_traffic_grows_evenly() -> None:
    design = made(growing("traffic", 100.0, nodes=("users",), factor=3.0))
    offered = [until(design, time)["clients"]["users"]["offered"] for time in (50.0, 100.0, 200.0)]
    assert offered[0] == pytest.approx(RATE * 50.0 * 1.5, rel=0.03)
    assert offered[1] == pytest.approx(RATE * 100.0 * 2.0, rel=0.03)
    assert offered[2] - offered[1] == pytest.approx(RATE * 100.0 * 3.0, rel=0.03)


def test_work_gets_slower_and_slower() -> None:
    design = made(growing("slow", 100.0, nodes=("web",), factor=4.0), work=0.01)
    latency = until(design, 100.0)["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.025, rel=0.02)
    assert latency["max"] == pytest.approx(0.04, rel=0.03)


def test_a_delay_grows() -> None:
    design = made(growing("delay", 100.0, links=("users-web",), seconds=0.2))
    latency = until(design, 100.0)["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(2 * 0.1, rel=0.02)


def test_what_is_left_of_a_ramp_is_over_with_its_event() -> None:
    event = replace(growing("error", 100.0, nodes=("web",), probability=1.0), end=50.0)
    result = until(made(event), 200.0)
    failed = result["clients"]["users"]["failed"]["error"]
    assert failed == pytest.approx(RATE * 50.0 * 0.25, rel=0.05)


def test_an_edit_of_a_growing_event_goes_on_from_where_it_is() -> None:
    event = growing("error", 100.0, nodes=("web",), probability=0.5)
    design = made(event)
    simulation = Simulation(design)
    simulation.advance(50.0)
    simulation.follow(replace(design, events=(replace(event, probability=1.0, ramp=0.0),)))
    simulation.advance(60.0)
    simulation.follow(replace(design, events=()))
    before = result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"]["error"]
    simulation.advance(100.0)
    after = result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"]["error"]
    assert before == pytest.approx(RATE * (50.0 * 0.125 + 10.0), rel=0.05)
    assert after == before


def test_kinds_with_a_strength_have_ramps_and_others_refuse_them() -> None:
    grow = {each.name for each in EVENT_KINDS if any(one.name == "ramp" for one in each.fields)}
    assert grow == {"slow", "error", "wrong", "omission", "delay", "loss", "traffic", "hot_key"}
    raw = {
        "windtunnel": 1,
        "nodes": [
            {"id": "users", "kind": "client"},
            {"id": "web", "kind": "service", "name": "Web"},
        ],
        "links": [{"id": "l", "source": "users", "target": "web"}],
        "scenario": {
            "events": [
                {"at": 1, "target": "web", "change": "kill", "ramp": 5},
                {"at": 1, "target": "web", "change": "slow", "factor": 4, "ramp": 30},
            ]
        },
    }
    design = from_raw(raw)
    found = [each for each in check(design) if each.code == "unread-field"]
    assert [each.field for each in found] == ["scenario.events.0.ramp"]
    assert describe(design.scenario.events[1], design) == "Web slow × 4, growing over 30 s"

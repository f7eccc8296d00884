"""Weights that change while it runs: by an event, by an edit, with more instances, and back again."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.design import Design
from engine.model.edits import SetField
from engine.run.session import Session
from tests.helpers.builders import client, constant, design, link, node, run

RATE = 400.0
SPAN = 20.0


def two_versions(*events: Any, kind: str = "load_balancer", **config: Any) -> Design:
    """Something that sends a tenth to the new version of a service."""
    config = config or {"picker": "weighted"}
    quick: Any = {"service_time": constant(0.0), "workers": 50}
    nodes = [
        client("users", RATE),
        node("lb", kind, **config),
        node("old", "service", **quick),
        node("new", "service", **quick),
    ]
    links = [link("users", "lb"), link("lb", "old", weight=9.0), link("lb", "new", weight=1.0)]
    return design(nodes, links, events=list(events), duration=3 * SPAN, warmup=0.0)


def shares(session: Session, times: list[float]) -> list[float]:
    """The share of the new version from each time to the next."""
    links = session._simulation.machine.links
    found, before = [], (0, 0)
    for at in times:
        session.advance(at)
        now = int(links["lb-new"].link.attempts), int(links["lb-old"].link.attempts)
        new, old = now[0] - before[0], now[1] - before[1]
        found.append(new / (new + old))
        before = now
    return found


def test_a_set_event_of_a_weight_acts_at_once_and_is_taken_back() -> None:
    event = {"at": SPAN, "duration": SPAN, "target": "lb-new", "change": "set"}
    made = two_versions(event | {"path": "weight", "value": 9.0})
    times = [SPAN, SPAN + 2.0, 2 * SPAN, 2 * SPAN + 2.0, 3 * SPAN]
    found = shares(Session(made), times)
    assert found == pytest.approx([0.1, 0.5, 0.5, 0.1, 0.1], abs=0.045)


def test_an_event_may_take_all_weight_away() -> None:
    event = {"at": SPAN, "duration": None, "target": "lb-old", "change": "set"}
    found = run(two_versions(event | {"path": "weight", "value": 0.0}))
    sent = found["links"]["lb-old"]["attempts"]
    assert sent == pytest.approx(0.9 * RATE * SPAN, rel=0.03)
    assert found["clients"]["users"]["failed"] == {}


@pytest.mark.parametrize("weight", [0.0, 9.0, 81.0])
def test_an_edit_of_a_weight_acts_at_once(weight: float) -> None:
    session = Session(two_versions())
    assert shares(session, [SPAN]) == pytest.approx([0.1], abs=0.03)
    session.apply(SetField("lb-new", ("config", "weight"), weight))
    before = session._simulation.machine.links["lb-new"].link.attempts
    session.advance(SPAN + 5.0)
    new = session._simulation.machine.links["lb-new"].link.attempts - before
    assert new / (RATE * 5.0) == pytest.approx(weight / (weight + 9.0), abs=0.04)


def test_a_weight_is_that_of_all_instances_together() -> None:
    session = Session(two_versions())
    session.apply(SetField("new", ("config", "instances"), 5))
    assert shares(session, [SPAN]) == pytest.approx([0.1], abs=0.03)


@pytest.mark.parametrize(("ttl", "after"), [(0.0, 0.5), (1e6, 0.1)])
def test_dns_answers_by_the_weights_of_now_whoever_asks_anew(ttl: float, after: float) -> None:
    """With answers that nobody keeps the next request goes by them; who keeps one goes on."""
    event = {"at": SPAN, "duration": SPAN, "target": "lb-new", "change": "set"}
    weight = event | {"path": "weight", "value": 9.0}
    made = two_versions(weight, kind="dns", policy="weighted", ttl=ttl)
    many = {"process": "poisson", "rate": RATE, "users": 2000}
    made = SetField("users", ("config", "arrivals"), many).apply(made).design
    found = shares(Session(made), [SPAN, SPAN + 3.0, 2 * SPAN, 2 * SPAN + 3.0])
    assert found == pytest.approx([0.1, after, after, 0.1], abs=0.05)

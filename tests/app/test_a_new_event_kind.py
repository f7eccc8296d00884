"""A kind of tomorrow needs its record and its effect, and is at once everywhere that kinds are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import break_menu
from engine.catalog import COMPONENTS, check, describe
from engine.cli import schema
from engine.control import effects
from engine.control.effects import Effect, NodeState
from engine.model import design as design_module
from engine.model import event_kinds
from engine.model.design import Design
from engine.model.event_fields import INSTANCES, SECONDS
from engine.model.event_kinds import EVENT_KINDS
from engine.model.event_record import EventKind, MenuChoice
from engine.run.session import Session
from widgets.canvas.live_stats import active_faults
from widgets.inspector.subjects import event as inspected
from widgets.timeline import popup
from widgets.timeline.wording import event_text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from engine.plan.primitives import EventPlan

HICCUP = EventKind(
    name="hiccup",
    title="Hiccup",
    help="Instances are as good as gone.",
    icon="pause",
    tone="strain",
    hits="nodes",
    targets=("node",),
    sentence="{target} has hiccups of {seconds}{of_instances}",
    badge="hiccups {seconds}{instances}",
    fields=(SECONDS, INSTANCES),
    menu=(MenuChoice(text="Hiccups of {seconds}"),),
)
BY_KIND = {component.kind: component for component in COMPONENTS}
RAW = {
    "nodes": [
        {"id": "users", "kind": "client", "name": "Users"},
        {"id": "web", "kind": "service", "name": "Web"},
    ],
    "links": [{"id": "way", "source": "users", "target": "web"}],
    "scenario": {
        "duration": 20,
        "warmup": 1,
        "events": [{"at": 5, "target": "web", "change": "hiccup", "seconds": 0.5, "instances": 1}],
    },
}


def _hiccup(event: EventPlan, state: NodeState) -> None:
    for each in state.hit(event):
        each.slow *= 1.0 + event.seconds


@pytest.fixture
def design(monkeypatch: pytest.MonkeyPatch) -> Design:
    kinds = (*EVENT_KINDS, HICCUP)
    for module in (event_kinds, design_module, break_menu, schema, inspected, popup):
        monkeypatch.setattr(module, "EVENT_KINDS", kinds)
    monkeypatch.setattr(effects, "EFFECTS", (*effects.EFFECTS, Effect("hiccup", node=_hiccup)))
    return Design.model_validate(RAW)


def test_it_is_read_checked_and_told(design: Design) -> None:
    assert not [finding for finding in check(design) if finding.level == "error"]
    (event,) = design.scenario.events
    words = "Web has hiccups of 500 ms (1 of its instances)"
    assert describe(event, design) == event_text(design, event) == words
    assert active_faults(design, 6.0) == {"web": ("hiccups 500 ms (1)",)}
    event_schema = schema.design_schema()["$defs"]["Event"]
    assert any(
        each["if"]["properties"]["change"]["const"] == "hiccup" for each in event_schema["allOf"]
    )


def test_it_happens(design: Design) -> None:
    session = Session(design)
    session.advance(6.0)
    gauge = session.snapshot().gauges["web"]
    assert gauge.faults == ("hiccups 500 ms (1)",)
    assert gauge.instances[0].slow == 1.5


def test_it_is_offered(design: Design, qtbot: QtBot) -> None:
    offered = {fault.title: fault for fault in break_menu.faults_for(design, "web", BY_KIND)}
    fault = offered["Hiccups of 200 ms"]
    assert (fault.icon, dict(fault.fields)) == ("pause", {"change": "hiccup", "seconds": 0.2})
    subject = inspected.EventSubject(design, 0)
    assert subject.title == "Hiccup"
    assert [line.path[-1] for line in subject.fields()][-2:] == ["seconds", "instances"]
    form = popup.EventPopup(design, 0, 5.0)
    qtbot.addWidget(form)
    assert form.change.currentText() == "Hiccup"
    assert list(form.inputs) == ["seconds", "instances", "at", "duration"]

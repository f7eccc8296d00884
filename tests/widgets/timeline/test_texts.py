"""Events on the strip are told in the words that the window has for them, each once for a design."""

from __future__ import annotations

from engine.model.design import Design
from engine.model.edits import SetField
from widgets.instruments import TimeAxis
from widgets.theme import DARK
from widgets.timeline import TimelineStrip

DESIGN = Design.model_validate(
    {
        "nodes": [{"id": "web", "kind": "service", "name": "Web"}],
        "scenario": {
            "duration": 100,
            "events": [
                {"at": 20, "target": "web", "change": "set", "path": "timeout", "value": 0.042},
                {"at": 60, "target": "web", "change": "kill"},
            ],
        },
    }
)


def test_events_are_told_by_whom_the_window_asks_and_once(qtbot) -> None:
    asked: list[float] = []

    def tell(design: Design, event) -> str:
        asked.append(event.at)
        return f"{design.node_by_id['web'].name} at {event.at:g}"

    strip = TimelineStrip(DARK, TimeAxis(glide=0), tell=tell)
    qtbot.addWidget(strip)
    strip.resize(1000, strip.height())
    strip.set_design(DESIGN)
    for _ in range(3):
        assert [mark.text for mark in strip.marks] == ["Web at 20", "Web at 60"]
    assert asked.count(20) == asked.count(60) == 1
    strip.set_design(SetField("web", ("name",), "Shop").apply(DESIGN).design)
    assert [mark.text for mark in strip.marks] == ["Shop at 20", "Shop at 60"]


def test_of_thousands_of_events_only_those_are_told_that_have_room(qtbot) -> None:
    asked: list[float] = []

    def tell(_design: Design, event) -> str:
        asked.append(event.at)
        return f"at {event.at:g}"

    events = [
        {"at": 0.01 * place, "duration": 1.0, "target": "web", "change": "slow", "factor": 2}
        for place in range(5000)
    ]
    scenario = {"duration": 60, "warmup": 0, "events": events}
    made = Design.model_validate(DESIGN.model_dump() | {"scenario": scenario})
    strip = TimelineStrip(DARK, TimeAxis(glide=0), tell=tell)
    qtbot.addWidget(strip)
    strip.resize(1000, strip.height())
    strip.set_design(made)
    marks = strip.marks
    told = [mark for mark in marks if mark.label is not None]
    assert len(marks) == 5000
    assert told
    assert len(asked) < 1000
    before = len(asked)
    assert all(mark.text == f"at {mark.event.at:g}" for mark in told)
    assert len(asked) == before
    assert marks[-1].text == "at 49.99"  # whoever points at it reads it
    strip.set_range(20.0, 20.01)  # those that began before are not told either
    asked.clear()
    assert any(mark.event.at < 20.0 for mark in strip.marks)
    assert all(at >= 20.0 for at in asked)

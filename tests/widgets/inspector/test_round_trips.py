"""A frame shows how far it is from others whoever says it, and writes it where it is written."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.design import Design, Frame
from widgets.inspector.editors import make_editor
from widgets.inspector.subjects.drawn import FrameSubject
from widgets.inspector.writing import InvalidValueError
from widgets.theme import ThemeManager

PATH = ("config", "round_trip")


def world(**config: dict[str, Any]) -> Design:
    """A region around a zone, and three others."""
    frames = [
        Frame(
            id=name,
            kind="zone" if name == "a" else "region",
            frame="frame" if name == "a" else None,
            config=config.get(name.replace("-", "_"), {}),
        )
        for name in ("frame", "frame-2", "frame-3", "frame-4", "a")
    ]
    return Design(frames=tuple(frames))


def trips(design: Design, frame: str) -> Any:
    subject = FrameSubject(design, design.frame_by_id[frame])
    return next(field for field in subject.fields() if field.path == PATH)


def test_what_the_other_frame_says_is_shown() -> None:
    design = world(frame_2={"round_trip": {"frame": "80 ms"}})
    field = trips(design, "frame")
    assert field.value == {"frame-2": 0.08}
    assert [option.label for option in field.options] == ["Region 2", "Region 3", "Region 4", "a"]


def test_what_nobody_says_is_not_zero(qapp: Any, qtbot: Any) -> None:
    places = {"frame": {"place": "aws/us-east-1"}, "frame_3": {"place": "aws/eu-west-1"}}
    field = trips(world(**places), "frame")
    editor = make_editor(field.shape, ThemeManager(qapp, "dark"))
    assert editor is not None
    qtbot.addWidget(editor)
    editor.show_field(field)
    lines = {name: each.line for name, each in editor.editors.items()}
    assert {line.text() for line in lines.values()} == {""}
    assert lines["frame-2"].placeholderText() == "unknown"
    assert lines["frame-3"].placeholderText().endswith("ms")
    assert editor.titles["frame-3"].text() == "Region 3 (measured)"
    assert lines["a"].placeholderText() == "inside"
    seen: list[object] = []
    editor.committed.connect(seen.append)
    lines["frame-2"].setText("12 ms")
    lines["frame-2"].setModified(True)
    editor.commit()
    assert seen == [{"frame-2": 0.012}]


def test_it_is_written_where_it_is_said() -> None:
    design = world(frame_2={"round_trip": {"frame": 0.08}})
    subject = FrameSubject(design, design.frame_by_id["frame"])
    edit = subject.edit(PATH, {"frame-2": 0.09, "frame-3": 0.2})
    after = edit.apply(design).design
    assert after.frame_by_id["frame-2"].config["round_trip"] == {"frame": 0.09}
    assert after.frame_by_id["frame"].config["round_trip"] == {"frame-3": 0.2}
    cleared = FrameSubject(after, after.frame_by_id["frame"]).edit(PATH, {}).apply(after)
    assert trips(cleared.design, "frame").value == {}
    assert cleared.inverse.apply(cleared.design).design == after
    with pytest.raises(InvalidValueError):
        subject.edit(PATH, {"frame-2": -1.0})

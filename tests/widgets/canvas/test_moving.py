"""Dragging, selecting, resizing: real mouse events, and the one edit that comes out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.model.design import Design, Frame, Link, Node
from engine.model.edits import CompoundEdit, Move, SetField
from widgets.canvas.frame_painter import chevron_rect

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_dragged_node_moves_in_one_edit_and_lands_on_the_grid(desk) -> None:
    desk.drag((300, 204), (340, 310))
    assert [type(edit) for edit in desk.edits] == [Move]
    x, y = desk.place("jobs")
    assert (x % 12, y % 12) == (0, 0)
    assert abs(x - 340) <= 7
    assert abs(y - 310) <= 7
    desk.undo()
    assert desk.place("jobs") == (300, 204)
    assert desk.view._scene.cards["jobs"].rect.center().toTuple() == (300, 204)


def test_alt_ignores_grid_and_neighbours(desk) -> None:
    desk.drag((300, 204), (343, 311), held=ALT)
    assert desk.place("jobs") == (343, 311)


def test_a_node_lines_up_with_a_neighbour_that_is_near(desk) -> None:
    desk.drag((300, 204), (4, 312))
    assert desk.place("jobs")[0] == 0.0


def test_a_click_selects_and_edits_nothing(desk) -> None:
    desk.click(300, 0)
    assert desk.selection == {"web"}
    assert desk.selections == [frozenset({"web"})]
    assert desk.edits == []


def test_a_tremble_is_a_click(desk) -> None:
    desk.drag((300, 0), (302, 1))
    assert desk.edits == []


def test_ctrl_click_adds_and_takes_away(desk) -> None:
    desk.click(300, 0)
    desk.click(600, 0, held=CTRL)
    assert desk.selection == {"web", "db"}
    desk.click(300, 0, held=CTRL)
    assert desk.selection == {"db"}


def test_several_move_together_in_one_edit(desk) -> None:
    desk.view.select(["web", "db", "idea"])
    desk.drag((300, 0), (300, -120))
    assert len(desk.edits) == 1
    assert isinstance(desk.edits[0], Move)
    assert {p.id for p in desk.edits[0].positions} == {"web", "db", "idea"}
    assert desk.place("db") == (600, -120)
    assert desk.place("idea") == (-84, 36)


def test_a_click_on_one_of_several_selects_it_alone(desk) -> None:
    desk.view.select(["web", "db"])
    desk.click(300, 0)
    assert desk.selection == {"web"}


def test_escape_cancels_a_drag(desk) -> None:
    desk.press(300, 204)
    desk.move(400, 300)
    assert desk.view._scene.cards["jobs"].rect.center().x() > 350
    desk.key(Qt.Key.Key_Escape)
    desk.release(400, 300)
    assert desk.edits == []
    assert desk.view._scene.cards["jobs"].rect.center().toTuple() == (300, 204)


def test_links_follow_while_a_node_is_dragged(desk) -> None:
    desk.press(300, 0)
    desk.move(300, 60)
    desk.move(300, 84)
    link = desk.view._scene.links["web-db"]
    assert link.ends[0].toTuple() == (384, 84)
    desk.release(300, 84)
    assert desk.view._scene.links["web-db"].ends[0].y() == desk.place("web")[1]


def test_the_rubber_band_selects_what_it_touches(desk) -> None:
    desk.drag((-120, -80), (330, 30))
    assert desk.selection == {"users", "web"}
    desk.drag((250, 170), (330, 250), held=SHIFT)
    assert desk.selection == {"users", "web", "jobs"}


def test_a_rubber_band_without_nodes_selects_links(desk) -> None:
    desk.drag((140, -20), (160, 20))
    assert desk.selection == {"users-web"}


def test_escape_cancels_the_rubber_band(desk) -> None:
    desk.view.select(["db"])
    desk.press(-120, -80)
    desk.move(330, 30)
    desk.key(Qt.Key.Key_Escape)
    assert desk.selection == {"db"}


def test_a_click_on_the_paper_deselects(desk) -> None:
    desk.view.select(["db"])
    desk.click(150, 100)
    assert desk.selection == frozenset()


def test_a_click_on_a_link_selects_it(desk) -> None:
    desk.click(190, 0)
    assert desk.selection == {"users-web"}


def test_a_click_on_a_policy_pill_selects_its_link(desk) -> None:
    middle = desk.view._scene.links["users-web"].pill.rect.center()
    desk.click(middle.x(), middle.y() - 5)
    assert desk.selection == {"users-web"}


def test_dropping_a_node_into_a_frame_makes_it_a_member_in_the_same_edit(desk) -> None:
    desk.drag((300, 204), (660, 252))
    assert len(desk.edits) == 1
    assert isinstance(desk.edits[0], CompoundEdit)
    assert desk.design.node_by_id["jobs"].frame == "zone"
    desk.undo()
    assert desk.design.node_by_id["jobs"].frame is None
    assert desk.place("jobs") == (300, 204)


def test_dragging_a_node_out_of_its_frame_frees_it(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(Node(id="a", kind="service", x=100.0, y=100.0, frame="f"),),
            frames=(Frame(id="f", x=0.0, y=0.0, width=240.0, height=240.0),),
        )
    )
    desk.drag((100, 100), (500, 100))
    assert desk.design.node_by_id["a"].frame is None


def test_a_frame_moves_with_its_contents(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(Node(id="a", kind="service", x=120.0, y=120.0, frame="inner"),),
            frames=(
                Frame(id="outer", x=-60.0, y=-60.0, width=480.0, height=480.0),
                Frame(id="inner", x=0.0, y=12.0, width=240.0, height=240.0, frame="outer"),
            ),
        )
    )
    desk.drag((-40, -50), (-40, 10))
    assert len(desk.edits) == 1
    assert desk.place("outer") == (-60, 0)
    assert desk.place("inner") == (0, 72)
    assert desk.place("a") == (120, 180)
    assert desk.design.node_by_id["a"].frame == "inner"


def test_pulling_a_corner_resizes_a_frame(desk) -> None:
    desk.drag((840, 360), (900, 420))
    assert len(desk.edits) == 1
    frame = desk.design.frame_by_id["zone"]
    assert (frame.x, frame.y, frame.width, frame.height) == (480, 120, 420, 300)


def test_a_frame_pulled_around_a_node_takes_it_in(desk) -> None:
    desk.drag((480, 240), (180, 240))
    assert desk.design.frame_by_id["zone"].x == 180
    assert desk.design.node_by_id["jobs"].frame == "zone"
    assert len(desk.edits) == 1


def test_a_click_on_an_edge_selects_and_resizes_nothing(make_desk) -> None:
    desk = make_desk(Design(frames=(Frame(id="f", x=7.0, y=5.0, width=301.0, height=203.0),)))
    desk.click(7, 100)
    assert desk.selection == {"f"}
    assert desk.edits == []


def test_frames_have_a_least_size(desk) -> None:
    desk.drag((840, 360), (300, 100))
    frame = desk.design.frame_by_id["zone"]
    assert (frame.width, frame.height) == (120, 96)


def test_a_note_is_resized_by_its_grip(desk) -> None:
    desk.view.select(["idea"])
    desk.drag((104, 248), (164, 308))
    note = desk.design.note_by_id["idea"]
    assert (note.width, note.height) == pytest.approx((252, 156), abs=12)


def test_the_chevron_of_a_frame_collapses_it_to_one_card(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(
                Node(id="a", kind="service", name="A", x=120.0, y=120.0, frame="f"),
                Node(id="b", kind="service", name="B", x=600.0, y=120.0),
            ),
            links=(Link(id="ab", source="a", target="b"),),
            frames=(Frame(id="f", name="East", x=0.0, y=12.0, width=240.0, height=240.0),),
        )
    )
    scene = desk.view._scene
    chevron = chevron_rect(desk.design.frames[0], scene.look, 1.0).center()
    desk.click(chevron.x(), chevron.y())
    assert desk.edits == [SetField("f", ("collapsed",), True, "Collapse")]
    assert set(scene.cards) == {"f", "b"}
    assert scene.cards["f"].face.live == "1 node · 1 instance"
    assert scene.links["ab"].ends[0].toTuple() == (168, 50)
    desk.click(20, 30)
    assert desk.design.frame_by_id["f"].collapsed is False
    assert set(scene.cards) == {"a", "b"}
    assert scene.links["ab"].ends[0].toTuple() == (204, 120)


def test_the_middle_button_pans(desk) -> None:
    before = desk.view._camera.shown().center()
    middle = Qt.MouseButton.MiddleButton
    desk.press(300, 100, button=middle)
    start = desk.at(300, 100)
    QTest.mouseMove(desk.view.viewport(), start + QPoint(50, 30))
    QTest.mouseRelease(
        desk.view.viewport(), middle, Qt.KeyboardModifier.NoModifier, start + QPoint(50, 30)
    )
    after = desk.view._camera.shown().center()
    assert (before - after).toTuple() == (50, 30)
    assert desk.edits == []


def test_space_and_drag_pans_and_a_tap_is_passed_on(desk) -> None:
    view = desk.view
    before = view._camera.shown().center()
    QTest.keyPress(view, Qt.Key.Key_Space)
    start = desk.at(300, 0)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view.viewport(), start + QPoint(40, 0))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert (before - view._camera.shown().center()).toTuple() == (40, 0)
    assert (desk.edits, desk.taps) == ([], [])
    desk.key(Qt.Key.Key_Space)
    assert desk.taps == [1]


def test_the_view_drifts_when_something_is_dragged_to_its_edge(desk) -> None:
    before = desk.view._camera.shown().right()
    edge = before - 3
    desk.press(300, 204)
    desk.move(600, 204)
    desk.move(edge, 204)
    for _ in range(10):
        desk.view._hand.drift()
    assert desk.view._camera.shown().right() >= before + 100
    at = desk.view._hand.last.scene
    desk.release(at.x(), at.y())
    assert desk.place("jobs")[0] > before


def test_only_the_button_that_began_a_drag_ends_it(desk) -> None:
    desk.press(300, 204)
    desk.move(400, 300)
    desk.press(400, 300, button=Qt.MouseButton.RightButton)
    desk.release(400, 300, button=Qt.MouseButton.RightButton)
    assert desk.edits == []
    desk.move(420, 312)
    desk.release(420, 312)
    assert desk.place("jobs") == (420, 312)

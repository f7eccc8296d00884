"""Events on the strip are dragged, stretched, removed and walked: each gesture is one edit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.model.design import Comment, Design
from engine.sim.snapshot import NodeSample, Notice, Sample, Snapshot
from tests.widgets.timeline.conftest import DESIGN, FLUSH, SLOW, TRAFFIC
from widgets.theme import LIGHT
from widgets.timeline.layout import BASELINE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.widgets.timeline.conftest import Desk

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def point(desk: Desk, instant: float) -> QPoint:
    return QPoint(round(desk.strip.ruler.x(instant)), round(BASELINE))


def drag(desk: Desk, start: float, *stops: float, alt: bool = False, release: bool = True) -> None:
    strip = desk.strip
    QTest.mousePress(strip, LEFT, pos=point(desk, start))
    modifiers = Qt.KeyboardModifier.AltModifier if alt else NONE
    for stop in stops:
        position = QPointF(point(desk, stop))
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove,
            position,
            strip.mapToGlobal(position),
            Qt.MouseButton.NoButton,
            LEFT,
            modifiers,
        )
        QApplication.sendEvent(strip, event)
    if release:
        QTest.mouseRelease(strip, LEFT, pos=point(desk, stops[-1]))


def test_events_are_marked_in_words(desk: Desk) -> None:
    texts = [mark.text for mark in desk.strip.marks]
    assert texts == ["Load × 2.4", "Orders DB slow × 3", "Catalog cache flushed"]
    assert all(mark.label is not None for mark in desk.strip.marks)


def test_dragging_moves_an_event_by_one_edit_that_can_be_undone(desk: Desk) -> None:
    before = desk.design
    drag(desk, 20, 25, 33.4)
    assert [edit.label for edit in desk.edits] == ["Move event"]
    assert desk.events[TRAFFIC].at == 33.0, "it snaps to whole seconds"
    assert desk.events[FLUSH] == before.scenario.events[FLUSH], "fields of later versions stay"
    inverse = desk.edits[0].apply(before).inverse
    assert inverse.apply(desk.design).design == before


def test_alt_ignores_the_snap(desk: Desk) -> None:
    drag(desk, 20, 25, 33.4, alt=True)
    assert desk.events[TRAFFIC].at == pytest.approx(33.4, abs=0.15)
    assert desk.events[TRAFFIC].at != 33.0


def test_while_dragging_only_the_strip_knows(desk: Desk) -> None:
    drag(desk, 20, 25, 50, release=False)
    assert desk.edits == []
    assert desk.strip.events[TRAFFIC].at == 50.0
    assert desk.events[TRAFFIC].at == 20.0


def test_escape_cancels_a_drag(desk: Desk, qtbot: QtBot) -> None:
    drag(desk, 20, 25, 50, release=False)
    qtbot.keyClick(desk.strip, Qt.Key.Key_Escape)
    assert desk.strip.events[TRAFFIC].at == 20.0
    QTest.mouseRelease(desk.strip, LEFT, pos=point(desk, 50))
    assert desk.edits == []


def test_a_click_or_a_drag_back_is_no_edit(desk: Desk) -> None:
    drag(desk, 20, 20.1)
    drag(desk, 20, 60, 20)
    assert desk.edits == []
    assert desk.strip.selected == TRAFFIC


def test_an_event_cannot_go_before_zero(desk: Desk) -> None:
    drag(desk, 20, 5, -8)
    assert desk.events[TRAFFIC].at == 0.0


def test_the_end_of_an_event_is_dragged(desk: Desk) -> None:
    drag(desk, 50, 55, 64.6)
    assert [edit.label for edit in desk.edits] == ["Change duration"]
    assert (desk.events[SLOW].at, desk.events[SLOW].duration) == (40.0, 25.0)
    drag(desk, 65, 60, 12)
    assert desk.events[SLOW].duration == 1.0, "some length remains"


def test_dragging_elsewhere_pans(desk: Desk) -> None:
    desk.strip.axis.set_range(10.0, 60.0)
    drag(desk, 30, 35, 40)
    assert desk.edits == []
    assert (desk.strip.axis.start, desk.strip.axis.end) == pytest.approx((0.0, 50.0), abs=0.2)


def test_once_there_is_a_run_dragging_looks_back_and_shift_pans(desk: Desk) -> None:
    asked: list[float] = []
    strip = desk.strip
    strip.moment_requested.connect(asked.append)
    strip.moment_requested.connect(strip.set_moment)
    strip.axis.set_range(0.0, 100.0)
    strip.axis.set_now(60.0)
    drag(desk, 30, 32, 35)
    assert asked == pytest.approx([32.0, 35.0], abs=0.1)
    assert (strip.axis.start, strip.axis.end) == (0.0, 100.0)
    assert strip.axis.cursor == strip.axis.held == asked[-1], "charts show the values of then"
    assert strip.live_button.isVisible()
    assert "looking at 3" in strip.accessibleDescription()
    drag(desk, 35, 90)
    assert math.isnan(asked[-1]), "what is not yet is now"
    assert not strip.live_button.isVisible()
    QTest.mouseClick(strip, LEFT, pos=point(desk, 15))
    assert asked[-1] == pytest.approx(15.0, abs=0.1)
    QTest.mouseClick(strip.live_button, LEFT)
    assert math.isnan(asked[-1])
    strip.axis.set_range(30.0, 80.0)
    count = len(asked)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mousePress(strip, LEFT, shift, point(desk, 56))
    QTest.mouseMove(strip, point(desk, 66))
    QTest.mouseRelease(strip, LEFT, shift, point(desk, 66))
    assert strip.axis.start < 30.0
    assert len(asked) == count


def test_keys_go_through_the_past(desk: Desk, qtbot: QtBot) -> None:
    strip = desk.strip
    strip.moment_requested.connect(strip.set_moment)
    qtbot.keyClick(strip, Qt.Key.Key_PageUp)
    assert math.isnan(strip.axis.held), "there is no run"
    strip.axis.set_now(60.0)
    for _ in range(2):
        qtbot.keyClick(strip, Qt.Key.Key_PageUp)
    assert strip.axis.held == 40.0
    qtbot.keyClick(strip, Qt.Key.Key_PageDown)
    assert strip.axis.held == 50.0
    qtbot.keyClick(strip, Qt.Key.Key_End)
    assert math.isnan(strip.axis.held)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_double_click_adds_an_event_and_looks_where_it_looked(desk: Desk) -> None:
    strip = desk.strip
    strip.moment_requested.connect(strip.set_moment)
    strip.axis.set_now(60.0)
    QTest.mouseClick(strip, LEFT, pos=point(desk, 30))
    assert strip.axis.held == pytest.approx(30.0, abs=0.1)
    strip.set_moment(math.nan)
    QTest.mouseClick(strip, LEFT, pos=point(desk, 55))
    QTest.mouseDClick(strip, LEFT, pos=point(desk, 55))
    assert math.isnan(strip.axis.held)
    QApplication.activePopupWidget().close()


def test_delete_removes_the_selected_event(desk: Desk, qtbot: QtBot) -> None:
    QTest.mouseClick(desk.strip, LEFT, pos=point(desk, 40))
    assert desk.strip.selected == SLOW
    qtbot.keyClick(desk.strip, Qt.Key.Key_Delete)
    assert [edit.label for edit in desk.edits] == ["Remove event"]
    assert [event.change for event in desk.events] == ["flush", "traffic"]
    assert desk.strip.selected is None
    qtbot.keyClick(desk.strip, Qt.Key.Key_Delete)
    assert len(desk.edits) == 1


def test_keys_walk_in_order_of_time_and_move(desk: Desk, qtbot: QtBot) -> None:
    order = []
    for _ in range(4):
        qtbot.keyClick(desk.strip, Qt.Key.Key_Right)
        order.append(desk.strip.selected)
    assert order == [TRAFFIC, SLOW, FLUSH, TRAFFIC]
    assert "Load × 2.4" in desk.strip.accessibleDescription()
    qtbot.keyClick(desk.strip, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert desk.events[TRAFFIC].at == 19.0
    assert len(desk.edits) == 1


def test_walking_brings_an_event_into_view(desk: Desk, qtbot: QtBot) -> None:
    desk.strip.axis.set_range(0.0, 10.0)
    qtbot.keyClick(desk.strip, Qt.Key.Key_Right)
    assert desk.strip.ruler.shows(20.0)


def test_unseen_events_are_counted_and_revealed(desk: Desk) -> None:
    strip = desk.strip
    strip.axis.set_range(30.0, 50.0)
    strip.grab()
    chips = strip._scene.chips
    assert set(chips) == {"earlier", "later"}
    QTest.mouseClick(strip, LEFT, pos=chips["later"].center().toPoint())
    assert strip.ruler.shows(70.0)
    assert strip.axis.start == 30.0


def test_wheel_zooms_about_the_mouse(desk: Desk) -> None:
    local = QPointF(point(desk, 40))
    event = QWheelEvent(
        local,
        desk.strip.mapToGlobal(local),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(desk.strip, event)
    assert desk.strip.axis.span == pytest.approx(64.0)
    assert desk.strip.ruler.x(40.0) == pytest.approx(local.x(), abs=1.0)


def test_hover_points_and_leaving_stops(desk: Desk) -> None:
    said: list[float] = []
    desk.strip.cursor_moved.connect(said.append)
    QTest.mouseMove(desk.strip, point(desk, 30))
    QTest.mouseMove(desk.strip, point(desk, 31))
    assert said[-1] == pytest.approx(31.0, abs=0.2)
    QTest.mouseMove(desk.strip, QPoint(20, 60))
    assert said[-1] != said[-1]


def sample(start: float, arrivals: int) -> Sample:
    return Sample(start, start + 1.0, {"users": NodeSample(arrivals=arrivals)}, {})


def test_the_curve_shows_the_plan_and_then_what_was_offered(desk: Desk) -> None:
    plan = desk.strip._load.planned(0.0, 100.0, 101)
    assert plan[1][10] == 50.0
    assert plan[1][30] == pytest.approx(120.0)
    notices = (Notice(2.0, "health", "Orders DB is unhealthy"), Notice(2.5, "event", "flush"))
    samples = tuple(sample(float(i), 40 + i) for i in range(4))
    desk.strip.add_snapshot(Snapshot(4.0, 1.0, 10, samples, notices=notices))
    _, rates = desk.strip._load.measured(0.0, 100.0, 100)
    assert rates.tolist() == [40.0, 41.0, 42.0, 43.0]
    assert desk.strip._load.planned(0.0, 100.0, 101)[0][0] == 4.0
    assert [notice.kind for notice in desk.strip.notices] == ["health"]
    assert desk.strip.axis.now == 4.0
    desk.strip.clear_run()
    assert len(desk.strip._load.measured(0.0, 100.0, 100)[0]) == 0
    assert desk.strip.notices == ()
    assert desk.strip.axis.now == 0.0


def test_the_range_is_shared_with_whoever_has_the_axis(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.strip.range_changed) as said:
        desk.strip.set_range(5.0, 25.0)
    assert said.args == [5.0, 25.0]
    with qtbot.waitSignal(desk.strip.cursor_moved):
        desk.strip.axis.set_cursor(7.0)


def test_everything_is_painted_in_both_themes(desk: Desk) -> None:
    desk.strip.add_snapshot(Snapshot(45.0, 1.0, 10, tuple(sample(float(i), 40) for i in range(45))))
    desk.strip.select(SLOW)
    desk.strip.axis.set_cursor(30.0)
    dark = desk.strip.grab().toImage()
    desk.strip.set_theme(LIGHT)
    light = desk.strip.grab().toImage()
    mark = point(desk, 40)
    assert dark.pixelColor(mark).name() == "#ff8a3d"
    assert light.pixelColor(mark).name() == LIGHT.states["saturated"].colour


def test_a_tooltip_names_the_event(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        "widgets.timeline.input.QToolTip.showText", lambda _at, text, _widget: said.append(text)
    )
    position = point(desk, 40)
    QApplication.sendEvent(
        desk.strip, QHelpEvent(QHelpEvent.Type.ToolTip, position, desk.strip.mapToGlobal(position))
    )
    assert said[0].startswith("Orders DB slow × 3\nfrom 40.0 s for 10 s")


def test_a_shorter_list_of_events_drops_the_selection(desk: Desk) -> None:
    desk.strip.select(SLOW)
    scenario = DESIGN["scenario"] | {"events": []}  # type: ignore[operator]
    desk.strip.set_design(Design.model_validate(DESIGN | {"scenario": scenario}))
    assert desk.strip.selected is None
    assert desk.strip.marks == []
    desk.strip.grab()


def said(*moments: float | None, resolved: bool = False) -> tuple[Comment, ...]:
    return tuple(Comment(text=f"at {at}", author="Ada", at=at, resolved=resolved) for at in moments)


def test_open_comments_about_moments_are_signs_that_open_them(desk: Desk) -> None:
    asked: list[tuple[int, ...]] = []
    desk.strip.comments_requested.connect(asked.append)
    desk.strip.set_comments(said(60.0, None, 30.0) + said(80.0, resolved=True))
    assert [each.places for each in desk.strip.comments] == [(2,), (0,)]
    assert "2 comments" in desk.strip.accessibleDescription()
    sign = desk.strip.comments[1]
    assert sign.x == desk.strip.ruler.x(60.0)
    QTest.mouseClick(desk.strip, LEFT, pos=sign.rect.center().toPoint())
    QTest.mouseDClick(desk.strip, LEFT, pos=sign.rect.center().toPoint())
    assert asked == [(0,)]
    assert desk.strip._popup is None
    QTest.mouseClick(desk.strip, LEFT, pos=point(desk, 60.0))
    assert asked == [(0,)]


def test_comments_too_close_to_be_told_apart_share_a_sign(desk: Desk) -> None:
    desk.strip.set_comments(said(30.5, 30.0, 50.0))
    first, second = desk.strip.comments
    assert (first.places, second.places) == ((1, 0), (2,))
    assert first.text == "Ada: at 30.0\nand 1 more"
    desk.strip.set_range(30.0, 31.0)
    assert [each.places for each in desk.strip.comments] == [(1,), (0,)]


def test_the_sign_of_a_comment_is_painted(desk: Desk) -> None:
    without = desk.strip.grab().toImage()
    desk.strip.set_comments(said(30.0))
    assert desk.strip.grab().toImage() != without
    desk.strip.set_comments(said(30.0, resolved=True))
    assert desk.strip.grab().toImage() == without

"""Charts are drawn between two frames of the canvas, and painted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from engine.model.design import Design
from tests.helpers.fakes import Clock
from tests.widgets.charts.runs import DESIGN, second, snapshot
from widgets.charts import ChartsPanel
from widgets.charts.pace import Pace
from widgets.instruments import TimeAxis
from widgets.theme import DARK

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Paintings(QObject):
    """Counts how often something is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


@pytest.fixture
def clock() -> Clock:
    return Clock(5.0)


@pytest.fixture
def pace(clock: Clock) -> Pace:
    """Of a canvas that draws now."""
    pace = Pace(clock)
    pace.begin()
    return pace


@pytest.fixture
def panel(qtbot: QtBot, pace: Pace) -> ChartsPanel:
    """Up to date, beside a canvas."""
    panel = ChartsPanel(DARK, TimeAxis(glide=0), pace=pace)
    qtbot.addWidget(panel)
    panel.set_design(Design.model_validate(DESIGN))
    panel.resize(1048, 250)
    panel.show()
    qtbot.waitExposed(panel)
    panel.set_range(0.0, 10.0)
    panel.refresh()
    return panel


def drawn(panel: ChartsPanel) -> list[int]:
    """How many points the first line of each chart has."""
    return [len(chart._shown.times) for chart in panel.charts]


def test_charts_take_the_middles_of_frames_one_after_the_other(
    panel: ChartsPanel, pace: Pace, clock: Clock
) -> None:
    panel.add_snapshot(snapshot(second(0.0)))
    timer = panel._timer
    assert timer.isActive()
    assert timer.interval() == 8
    for step in (1, 2, 3):
        clock.now += 0.0081
        panel._draw_stale()
        assert drawn(panel) == [1] * step + [0] * (3 - step)
        assert timer.interval() == 0
        panel._draw_stale()
        assert drawn(panel) == [1] * step + [0] * (3 - step)
        assert step == 3 or timer.interval() == 16
        clock.now += 0.008
        pace.begin()


def test_data_that_comes_right_before_a_chart_puts_it_off(panel: ChartsPanel, clock: Clock) -> None:
    panel.add_snapshot(snapshot(second(0.0)))
    assert panel._timer.interval() == 8
    clock.now += 0.0061
    panel._timer.start(2)  # what is left of it
    panel.add_snapshot(snapshot(second(1.0)))
    assert panel._timer.interval() == 18


def test_a_chart_lets_the_canvas_go_first_but_not_for_ever(
    panel: ChartsPanel, pace: Pace, clock: Clock
) -> None:
    panel.add_snapshot(snapshot(second(0.0)))
    for _ in range(2):
        clock.now += 0.0161
        panel._draw_stale()
        assert drawn(panel) == [0, 0, 0]
        pace.begin()
    panel._draw_stale()
    assert drawn(panel) == [1, 0, 0]


@pytest.fixture
def paintings(panel: ChartsPanel) -> Paintings:
    """Counts how often the first plot is painted, from when all charts show something."""
    panel.add_snapshot(snapshot(second(0.0), second(1.0)))
    panel.refresh()
    for _ in range(3):
        QApplication.processEvents()
    counted = Paintings()
    panel.charts[0].plot.canvas.installEventFilter(counted)
    return counted


def test_a_chart_is_painted_in_the_turn_after_that_in_which_it_was_worked_out(
    panel: ChartsPanel, paintings: Paintings, clock: Clock
) -> None:
    for counted in (0, 1):
        panel.add_snapshot(snapshot(second(2.0)))
        panel._timer.stop()
        clock.now += 0.0081
        panel._draw_stale()
        panel._timer.stop()
        for _ in range(3):
            QApplication.processEvents()
        assert drawn(panel)[0] == 3
        assert paintings.count == counted


def test_what_is_held_is_painted_with_all_where_all_changed(
    panel: ChartsPanel, paintings: Paintings, clock: Clock
) -> None:
    panel.add_snapshot(snapshot(second(2.0)))
    clock.now += 0.0081
    panel._draw_stale()
    for counted in (1, 2):
        panel.refresh()
        for _ in range(3):
            QApplication.processEvents()
        assert paintings.count == counted
        panel.add_snapshot(snapshot(second(3.0)))


def test_a_picture_that_is_taken_meanwhile_shows_the_chart(
    panel: ChartsPanel, clock: Clock
) -> None:
    for instant in range(9):
        panel.add_snapshot(snapshot(second(float(instant))))
    panel._timer.stop()
    clock.now += 0.0081
    panel._draw_stale()
    panel._timer.stop()
    plot = panel.charts[0].plot
    meanwhile = plot.grab().toImage()
    panel._draw_stale()
    assert plot.grab().toImage() == meanwhile


def test_two_panels_beside_the_same_canvases_draw_in_different_frames(
    qtbot: QtBot, panel: ChartsPanel, pace: Pace, clock: Clock
) -> None:
    other = ChartsPanel(DARK, TimeAxis(glide=0), pace=pace)
    qtbot.addWidget(other)
    other.set_design(Design.model_validate(DESIGN))
    other.resize(1048, 250)
    other.show()
    other.set_range(0.0, 10.0)
    other.refresh()
    for each in (panel, other):
        each.add_snapshot(snapshot(second(0.0)))
    clock.now += 0.0081
    panel._draw_stale()
    other._draw_stale()
    assert (drawn(panel), drawn(other)) == ([1, 0, 0], [0, 0, 0])
    assert other._timer.interval() == 16
    clock.now += 0.008
    pace.begin()
    clock.now += 0.0081
    other._draw_stale()
    assert drawn(other) == [1, 0, 0]


def test_a_chart_that_shows_another_range_is_painted_once(panel: ChartsPanel) -> None:
    for instant in range(9):
        panel.add_snapshot(snapshot(second(float(instant))))
    panel.refresh()
    QApplication.processEvents()
    paintings = Paintings()
    panel.charts[0].plot.canvas.installEventFilter(paintings)
    panel.set_range(0.0, 9.0)
    panel.refresh()
    for _ in range(3):
        QApplication.processEvents()
    assert drawn(panel)[0] > 1
    assert paintings.count == 1

"""The bar says what a person wants, and nothing when it is told how things are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from widgets.theme import LIGHT

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from widgets.transport import TransportBar

LEFT = Qt.MouseButton.LeftButton


class Heard(list[object]):
    """What the bar said, in order."""

    def __init__(self, bar: TransportBar) -> None:
        super().__init__()
        bar.run_toggled.connect(lambda on: self.append(("run", on)))
        bar.step_time_requested.connect(lambda: self.append("step time"))
        bar.step_request_requested.connect(lambda: self.append("step request"))
        bar.restart_requested.connect(lambda: self.append("restart"))
        bar.speed_changed.connect(lambda value: self.append(("speed", value)))
        bar.load_changed.connect(lambda value: self.append(("load", value)))
        bar.seed_changed.connect(lambda value: self.append(("seed", value)))


@pytest.fixture
def heard(bar: TransportBar) -> Heard:
    return Heard(bar)


def at(widget: QWidget, share: float) -> QPoint:
    return QPoint(round(6.5 + share * (widget.width() - 13)), widget.height() // 2)


def test_run_and_pause(bar: TransportBar, heard: Heard, qtbot: QtBot) -> None:
    assert bar.run_button.accessibleName() == "Run"
    qtbot.mouseClick(bar.run_button, LEFT)
    bar.set_running(True)
    assert bar.run_button.accessibleName() == "Pause"
    qtbot.mouseClick(bar.run_button, LEFT)
    assert heard == [("run", True), ("run", False)]


def test_step_and_restart(bar: TransportBar, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mouseClick(bar.step_button, LEFT)
    qtbot.mouseClick(bar.restart_button, LEFT)
    for action in bar.step_menu.actions():
        action.trigger()
    assert heard == ["step time", "restart", "step time", "step request"]
    assert [action.text() for action in bar.step_menu.actions()] == [
        "One second",
        "One request",
        "",
        "Pause when…",
    ]


def test_setters_are_silent(bar: TransportBar, heard: Heard) -> None:
    bar.set_running(True)
    bar.set_time(72.44)
    bar.set_speed(10.0)
    bar.set_speed(math.inf)
    bar.set_load(2.4)
    bar.set_seed(2**62)
    assert heard == []
    assert bar._clock.text() == "00:01:12.4"
    assert bar._speed_text.text() == "max"
    assert bar._load_text.text() == "× 2.4"
    assert bar.seed.text() == str(2**62)


def test_dragging_the_speed(bar: TransportBar, heard: Heard) -> None:
    QTest.mousePress(bar.speed, LEFT, pos=at(bar.speed, 0.0))
    QTest.mouseMove(bar.speed, at(bar.speed, 20 / 43))
    QTest.mouseMove(bar.speed, at(bar.speed, 1.0))
    QTest.mouseRelease(bar.speed, LEFT, pos=at(bar.speed, 1.0))
    assert heard == [("speed", 0.1), ("speed", 10.0), ("speed", math.inf)]
    assert bar._speed_text.text() == "max"


def test_the_load_dial_snaps_to_one_and_a_double_click_resets(
    bar: TransportBar, heard: Heard
) -> None:
    QTest.mouseClick(bar.load, LEFT, pos=at(bar.load, 0.9))
    QTest.mouseClick(bar.load, LEFT, pos=at(bar.load, 0.34))
    assert heard[-1] == ("load", 1.0)
    QTest.mouseClick(bar.load, LEFT, pos=at(bar.load, 0.7))
    assert bar.load.dialled > 2.0
    QTest.mouseDClick(bar.load, LEFT, pos=at(bar.load, 0.7))
    assert heard[-1] == ("load", 1.0)


def test_keys_step_through_the_detent_and_reach_both_ends(
    bar: TransportBar, heard: Heard, qtbot: QtBot
) -> None:
    bar.load.setFocus()
    for _ in range(55):
        qtbot.keyClick(bar.load, Qt.Key.Key_Right)
    assert bar.load.dialled == 100.0
    for _ in range(85):
        qtbot.keyClick(bar.load, Qt.Key.Key_Left)
    assert bar.load.dialled == 0.1
    assert ("load", 1.0) in heard
    bar.speed.setFocus()
    qtbot.keyClick(bar.speed, Qt.Key.Key_End)
    assert bar.speed.dialled == math.inf
    qtbot.keyClick(bar.speed, Qt.Key.Key_Left)
    assert bar.speed.dialled == 1000.0
    qtbot.keyClick(bar.speed, Qt.Key.Key_Right)
    assert bar.speed.dialled == math.inf
    qtbot.keyClick(bar.speed, Qt.Key.Key_PageDown)
    qtbot.keyClick(bar.speed, Qt.Key.Key_Backspace)
    assert bar.speed.dialled == 1.0


def test_a_load_can_be_typed_beyond_the_slider(bar: TransportBar, heard: Heard, qtbot) -> None:
    bar._load_text.setFocus()
    qtbot.keyClicks(bar._load_text, "250")
    qtbot.keyClick(bar._load_text, Qt.Key.Key_Return)
    assert heard[-1] == ("load", 250.0)
    assert bar.load.dialled == 250.0
    assert bar.load.value() == bar.load.maximum()
    assert bar._load_text.text() == "× 250"


def test_a_double_click_into_a_number_selects_its_sign_too(bar: TransportBar, heard: Heard, qtbot):
    field = bar._load_text
    place = QPoint(field.fontMetrics().horizontalAdvance("× ") + 3, 8)
    QTest.mouseClick(field, LEFT, pos=place)
    QTest.mouseDClick(field, LEFT, pos=place)
    qtbot.keyClicks(field, "2.4")
    assert field.text() == "2.4"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard[-1] == ("load", 2.4)


def test_a_click_into_a_number_is_enough_to_type_over_it(bar: TransportBar, heard: Heard, qtbot):
    for field, typed, said in (
        (bar._load_text, "42", ("load", 42.0)),
        (bar.seed, "7", ("seed", 7)),
    ):
        QTest.mouseClick(field, LEFT, pos=QPoint(3, 8))
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert heard[-1] == said


@pytest.mark.parametrize("typed", ["", "much", "-3", "1e9", "nan"])
def test_what_is_no_load_is_put_back(bar: TransportBar, heard: Heard, qtbot, typed) -> None:
    bar.set_load(2.4)
    before = len(heard)
    bar._load_text.setFocus()
    bar._load_text.selectAll()
    qtbot.keyClick(bar._load_text, Qt.Key.Key_Delete)
    qtbot.keyClicks(bar._load_text, typed)
    assert bar._load_text.property("invalid") == "true" or not typed
    qtbot.keyClick(bar._load_text, Qt.Key.Key_Return)
    assert bar._load_text.text() == "× 2.4"
    assert len(heard) == before


def test_wheel_turns_a_dial(bar: TransportBar, heard: Heard) -> None:
    local = QPointF(bar.load.rect().center())
    for notches in (1, 1, -1):
        event = QWheelEvent(
            local,
            bar.load.mapToGlobal(local),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(bar.load, event)
    values = [value for _, value in heard]  # type: ignore[misc]
    assert 1.0 < values[-1] < max(values)


def test_a_value_between_the_steps_is_shown_as_it_is(bar: TransportBar) -> None:
    bar.set_speed(3.3)
    assert bar._speed_text.text() == "3.3×"
    assert bar.speed.dialled == 3.3


def test_seed_is_typed(bar: TransportBar, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mouseClick(bar.seed, LEFT)
    bar.seed.selectAll()
    qtbot.keyClicks(bar.seed, "9223372036854775807")
    qtbot.keyClick(bar.seed, Qt.Key.Key_Return)
    assert heard == [("seed", 2**63 - 1)]


@pytest.mark.parametrize("typed", ["", "abc", "9223372036854775808", "-4"])
def test_what_is_no_seed_is_put_back(
    bar: TransportBar, heard: Heard, qtbot: QtBot, typed: str
) -> None:
    bar.set_seed(7)
    bar.seed.setFocus()
    bar.seed.clear()
    qtbot.keyClicks(bar.seed, typed)
    bar.run_button.setFocus()
    assert [seed for seed in heard if seed != ("seed", 4)] == []
    assert bar.seed.text() in {"7", "4"}


def test_escape_keeps_the_seed(bar: TransportBar, heard: Heard, qtbot: QtBot) -> None:
    bar.seed.setFocus()
    bar.seed.selectAll()
    qtbot.keyClicks(bar.seed, "55")
    qtbot.keyClick(bar.seed, Qt.Key.Key_Escape)
    assert heard == []
    assert bar.seed.text() == "1"


def test_everything_has_a_name_and_can_be_tabbed_to(bar: TransportBar) -> None:
    for widget in (*bar.findChildren(QAbstractButton), bar.speed, bar.load, bar.seed):
        assert widget.accessibleName(), widget
        assert widget.toolTip(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert bar.run_button.toolTip() == "Run (Space)"
    bar.set_shortcuts({"run": "F5", "restart": "Ctrl+R"})
    assert bar.run_button.toolTip() == "Run (F5)"
    assert bar.restart_button.toolTip() == "Restart from 0 (Ctrl+R)"


def test_theme_changes_the_knobs(bar: TransportBar) -> None:
    knob = at(bar.load, 1 / 3)
    before = bar.load.grab().toImage().pixelColor(knob).name()
    bar.set_theme(LIGHT)
    after = bar.load.grab().toImage().pixelColor(knob).name()
    assert before != after
    assert after == LIGHT.load.colour

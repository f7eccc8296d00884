"""Another theme comes to what is on the screen in several turns, and nothing is painted that wears half of it."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.theme import DARK, LIGHT, ThemeManager, set_role

MANY = 100


class Window(QWidget):
    """A panel with many labels in a column, and one that is hidden; it counts how often it is painted."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.painted = 0
        set_role(self, "panel")
        column = QVBoxLayout(self)
        self.labels = [set_role(QLabel(f"{place}"), "muted") for place in range(count)]
        self.hidden = set_role(QPushButton("More"), "link")
        for each in (*self.labels, self.hidden):
            column.addWidget(each)
            each.ensurePolished()
        self.hidden.hide()

    def paintEvent(self, event) -> None:
        self.painted += 1
        super().paintEvent(event)


def shown(qtbot, count: int) -> Window:
    """A window on the screen."""
    window = Window(count)
    qtbot.addWidget(window)
    window.resize(200, 200)
    window.show()
    qtbot.waitUntil(lambda: window.painted > 0)
    QApplication.sendPostedEvents()
    return window


def ink(widget: QWidget) -> str:
    """The colour of a widget's text."""
    return widget.palette().color(QPalette.ColorRole.WindowText).name()


def test_few_widgets_are_dressed_before_the_choice_returns(qtbot, manager) -> None:
    window = shown(qtbot, 3)
    manager.set_preference("light")
    assert {ink(each) for each in window.labels} == {QColor(LIGHT.muted).name()}


def test_many_are_dressed_in_turns_and_painted_once_all_are(qtbot, manager) -> None:
    window = shown(qtbot, MANY)
    painted = window.painted
    themes: list[object] = []
    manager.changed.connect(themes.append)
    manager.set_preference("light")
    assert manager.theme is LIGHT
    assert ink(window.labels[0]) == QColor(DARK.muted).name()
    steps = 0
    while not themes:
        QApplication.sendPostedEvents()
        assert window.painted == painted, "a theme was seen by half"
        manager.dressing.turn()
        steps += 1
    assert steps >= 2
    assert {ink(each) for each in window.labels} == {QColor(LIGHT.muted).name()}
    manager.dressing.finish()
    qtbot.waitUntil(lambda: window.painted > painted)
    assert window.updatesEnabled()


def test_a_window_that_is_just_about_to_be_painted_goes_on_being_painted(qtbot, manager) -> None:
    window = shown(qtbot, MANY)
    window.labels[0].update()
    manager.set_preference("light")
    assert not window.updatesEnabled()
    window.labels[1].update()
    QApplication.sendPostedEvents()
    manager.dressing.finish()
    qtbot.waitUntil(lambda: not manager.dressing.is_busy)
    for _ in range(3):
        painted = window.painted
        window.update()
        qtbot.waitUntil(lambda before=painted: window.painted > before)


def test_what_is_hidden_follows(qtbot, manager) -> None:
    window = shown(qtbot, MANY)
    manager.set_preference("light")
    qtbot.waitUntil(lambda: not manager.dressing.is_busy)
    colour = window.hidden.palette().color(QPalette.ColorRole.ButtonText).name()
    assert colour == QColor(LIGHT.accent.text).name()


def test_a_theme_that_comes_meanwhile_wins(qtbot, manager) -> None:
    window = shown(qtbot, MANY)
    themes: list[object] = []
    manager.changed.connect(themes.append)
    manager.set_preference("light")
    manager.dressing.turn()
    manager.set_preference("dark")
    manager.dressing.finish()
    assert themes == [DARK]
    assert {ink(each) for each in window.labels} == {QColor(DARK.muted).name()}
    assert window.updatesEnabled()


def test_widgets_that_go_meanwhile_are_left_out(qtbot, manager) -> None:
    window = shown(qtbot, MANY)
    manager.set_preference("light")
    for each in window.labels[: MANY // 2]:
        each.setParent(None)
        each.deleteLater()
    QApplication.sendPostedEvents(None, 52)  # deferred deletion
    manager.dressing.finish()
    assert ink(window.labels[-1]) == QColor(LIGHT.muted).name()


def test_it_looks_as_if_it_had_been_so_from_the_start(qtbot, qapp) -> None:
    pictures = []
    for first in ("light", "dark"):
        manager = ThemeManager(qapp, first)
        window = shown(qtbot, MANY)
        manager.set_preference("light")
        manager.dressing.finish()
        pictures.append(window.grab().toImage())
        window.close()
        manager.setParent(None)
        manager.deleteLater()
        qapp.setStyleSheet("")
    assert pictures[0] == pictures[1]

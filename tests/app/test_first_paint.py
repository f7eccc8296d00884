"""What takes time waits until the window is on the screen, and happens once."""

from __future__ import annotations

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.first_paint import FirstPaint


class Picture(QWidget):
    """Notes what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def paintEvent(self, event) -> None:
        QPainter(self)
        self.log.append("painted")


def test_the_work_begins_after_the_first_paint(qtbot) -> None:
    widget = Picture()
    qtbot.addWidget(widget)
    FirstPaint(widget, lambda: widget.log.append("begun"))
    widget.show()
    qtbot.waitUntil(lambda: "begun" in widget.log)
    assert widget.log[:2] == ["painted", "begun"]


def test_it_begins_once(qtbot) -> None:
    widget = Picture()
    qtbot.addWidget(widget)
    waiting = FirstPaint(widget, lambda: widget.log.append("begun"))
    widget.show()
    qtbot.waitUntil(lambda: "begun" in widget.log)
    widget.repaint()
    waiting._begin()  # as the timer for windows that are never painted does
    assert widget.log.count("begun") == 1


def test_a_window_that_is_never_painted_begins_all_the_same(qtbot) -> None:
    widget = Picture()
    qtbot.addWidget(widget)
    FirstPaint(widget, lambda: widget.log.append("begun"))
    qtbot.waitUntil(lambda: widget.log == ["begun"])

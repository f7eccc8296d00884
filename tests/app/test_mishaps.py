"""Exceptions that nobody foresaw: the window lives, says so once, and keeps what is unsaved."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.banner import BannerArea, Message
from app.document import DesignDocument
from app.mishaps import Mishaps
from app.recovery import Recovery
from engine.model.design import Design
from engine.model.edits import SetDesign
from widgets.theme import ThemeManager

_BROKEN = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from widgets.inspector.instance_bars import BarStrip
from widgets.theme import ThemeManager

app = QApplication([])
strip = BarStrip(ThemeManager(app, "dark"))
strip.bars = [None, None]  # it fails once it has begun to paint
strip.resize(80, 80)
strip.show()
for place in range(5):
    QTimer.singleShot(20 * place, strip.update)
QTimer.singleShot(200, app.quit)
app.exec()
print("alive")
"""


@pytest.fixture
def area(qapp):
    """Where messages stand."""
    look = ThemeManager(qapp, "dark")
    made = BannerArea(look)
    yield made
    look.setParent(None)
    look.deleteLater()
    qapp.setStyleSheet("")


@pytest.fixture
def recovery(qapp, tmp_path: Path):
    """Keeps a design with an edit that is not saved."""
    document = DesignDocument()
    document.replace(Design(title="Shop"), None)
    document.push(SetDesign(("title",), "Precious"))
    made = Recovery(tmp_path / "recovery", document)
    yield made
    made.close()


@pytest.fixture
def mishaps(area, recovery):
    """Hears of what is raised."""
    made = Mishaps(area, recovery)
    yield made
    made.stop()


def fail(text: str) -> None:
    """Have Python tell of an exception as Qt's bindings do."""
    error = ValueError(text)
    sys.excepthook(ValueError, error, None)


def test_it_is_said_with_its_traceback_and_the_work_is_kept(qtbot, area, recovery, mishaps) -> None:
    mishaps._before = lambda *_: None
    fail("odd")
    assert area.shown("mishap") is None, "a message was made where something may be painted"
    qtbot.waitUntil(lambda: area.shown("mishap") is not None)
    assert "ValueError: odd" in area.banner("mishap")._details.toPlainText()
    assert recovery.copy.exists()


def test_details_are_as_high_as_they_are_long(qtbot, area) -> None:
    qtbot.addWidget(area)
    area.resize(900, 200)
    area.show()
    heights = {}
    for lines in (1, 3, 100):
        text = "\n".join(f"line {each}" for each in range(lines))
        area.show_message(Message("told", "Told", details=text))
        details = area.banner("told")._details
        details.setVisible(True)
        bar = details.verticalScrollBar()
        qtbot.waitUntil(
            lambda seen=details, bar=bar, long=lines == 100: (
                seen.height() == seen.sizeHint().height() and bar.isVisible() == long
            )
        )
        heights[lines] = details.height()
        step = details.fontMetrics().lineSpacing()
    assert heights[1] < 3 * step
    assert heights[3] - heights[1] == 2 * step
    assert heights[100] == 160


def test_the_same_place_is_told_once(qtbot, area, mishaps) -> None:
    mishaps._before = lambda *_: None
    fail("odd")
    qtbot.waitUntil(lambda: area.shown("mishap") is not None)
    area.dismiss("mishap")
    fail("odd again")
    qtbot.wait(50)
    assert area.shown("mishap") is None


def test_whoever_heard_before_hears_again_in_the_end(area, recovery) -> None:
    before = sys.excepthook
    made = Mishaps(area, recovery)
    assert sys.excepthook != before
    made.stop()
    assert sys.excepthook == before


def test_a_widget_that_fails_while_it_paints_does_not_end_the_process() -> None:
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    command = [sys.executable, "-c", _BROKEN]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "AttributeError" in done.stderr, "it painted after all"
    assert done.returncode == 0, done.stderr
    assert "alive" in done.stdout

"""Whose thread deletes widgets: Qt's, and no other."""

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.garbage import GarbageCollector, collect_due

SCRIPT = """
import gc, sys
from PySide6.QtWidgets import QApplication
import app.main
import app.opened

def look(*_arguments, **_options):
    print("on" if gc.isenabled() else "off")
    QApplication.exit(0)

app.opened.start = look
sys.exit(app.main.run_app([]))
"""


@pytest.fixture
def few() -> Iterator[None]:
    """A collector that is due after a hundred objects."""
    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(100, 10, 10)
    yield
    gc.set_threshold(*before)


def widgets_in_a_cycle() -> weakref.ref[QWidget]:
    """A widget that only the collector frees."""
    widget = QWidget()
    label = QLabel("x", widget)
    widget.label, label.widget = label, widget
    return weakref.ref(widget)


def make_many() -> None:
    """As many objects as a thread makes that reads a big answer."""
    kept = [[number] for number in range(2000)]
    assert len(kept) == 2000


@pytest.mark.usefixtures("qapp", "few")
def test_no_other_thread_deletes_a_widget() -> None:
    home = QObject()
    collector = GarbageCollector(home)
    widget = widgets_in_a_cycle()
    thread = threading.Thread(target=make_many)
    thread.start()
    thread.join()
    assert widget() is not None
    kept = [[number] for number in range(200)]
    assert collect_due() > 0, kept
    assert widget() is None
    collector.stop()


@pytest.mark.usefixtures("qapp", "few")
def test_it_looks_by_itself(qtbot) -> None:
    home = QObject()
    collector = GarbageCollector(home)
    widget = widgets_in_a_cycle()
    kept = [[number] for number in range(200)]
    qtbot.waitUntil(lambda: widget() is None, timeout=10_000)
    collector.stop()
    assert kept


@pytest.mark.usefixtures("qapp", "few")
def test_nothing_is_collected_before_it_is_due() -> None:
    home = QObject()
    collector = GarbageCollector(home)
    gc.collect()
    assert collect_due() == 0
    collector.stop()


@pytest.mark.usefixtures("qapp")
def test_pythons_own_collector_is_given_back() -> None:
    collector = GarbageCollector(QApplication.instance())
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    collector.deleteLater()


def test_the_application_runs_without_pythons_collector() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["off"]

"""Whose thread deletes widgets: Qt's, and no other."""

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app import garbage
from app.garbage import GarbageCollector

FEW = 2000
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
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    """One that is due after a few thousand objects."""
    gc.collect()
    made = GarbageCollector(qapp, FEW)
    yield made
    made.stop()
    made.deleteLater()


def widgets_in_a_cycle() -> weakref.ref[QWidget]:
    """A widget that only the collector frees."""
    widget = QWidget()
    label = QLabel("x", widget)
    widget.label, label.widget = label, widget
    return weakref.ref(widget)


def make_many(count: int = FEW) -> list[list[int]]:
    """As many objects as a thread makes that reads a big answer."""
    return [[number] for number in range(count)]


def test_no_other_thread_deletes_a_widget(collector: GarbageCollector) -> None:
    widget = widgets_in_a_cycle()
    thread = threading.Thread(target=make_many)
    thread.start()
    thread.join()
    assert widget() is not None
    kept = make_many()
    collector.look()
    assert kept
    assert widget() is None


def test_it_looks_by_itself(collector: GarbageCollector, qtbot) -> None:
    widget = widgets_in_a_cycle()
    kept = make_many()
    qtbot.waitUntil(lambda: widget() is None, timeout=10_000)
    assert kept


def test_nothing_is_collected_before_there_is_much(collector: GarbageCollector) -> None:
    gc.collect()
    widget = widgets_in_a_cycle()
    collector.look()
    assert widget() is not None


def test_what_stays_is_looked_at_once(collector: GarbageCollector) -> None:
    """Else each look would take as long as there are objects."""
    kept = make_many()
    collector.look()
    assert gc.get_freeze_count() > len(kept)
    assert len(gc.get_objects()) < FEW / 10


def test_what_is_loaded_at_once_is_not_looked_at(collector: GarbageCollector) -> None:
    widget = widgets_in_a_cycle()
    kept = make_many(10 * FEW)
    collector.look()
    assert kept
    assert widget() is not None
    assert len(gc.get_objects()) < FEW / 10
    collector.look_through_all()
    assert widget() is None


def test_all_is_looked_through_while_the_person_is_elsewhere(
    collector: GarbageCollector, qapp: QApplication, qtbot
) -> None:
    widget = widgets_in_a_cycle()
    kept = make_many(10 * FEW)
    collector.look()
    away = Qt.ApplicationState.ApplicationInactive
    qapp.applicationStateChanged.emit(away)
    assert widget() is not None, "it was not much"
    for _ in range(10):
        kept += make_many()
        collector.look()
    assert widget() is not None
    qapp.applicationStateChanged.emit(away)
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert not collector._away.isActive(), "from one window to another"
    qapp.applicationStateChanged.emit(away)
    assert widget() is not None
    qtbot.waitUntil(lambda: widget() is None, timeout=10_000)
    assert kept


def test_memory_has_an_end_even_for_who_never_goes_elsewhere(
    collector: GarbageCollector, monkeypatch
) -> None:
    monkeypatch.setattr(garbage, "_MORE", 0)
    collector.look_through_all()
    widget = widgets_in_a_cycle()
    kept = make_many(10 * FEW)
    collector.look()
    for _ in range(gc.get_freeze_count() // FEW + 100):
        kept += make_many()
        collector.look()
    assert widget() is None


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

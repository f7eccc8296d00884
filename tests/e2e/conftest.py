"""The real window with the real simulating process; only file dialogs are answered by the test."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.keys import KeyGuard
from app.opened import Opened, open_window, start
from app.places import Places
from tests.helpers.fakes import FakeDialogs
from tests.helpers.robot import Robot
from tests.helpers.warm import warm_processes


@pytest.fixture(autouse=True)
def begun_warm() -> Iterator[None]:
    """A process is there at once, as on a machine with more than two cores."""
    with warm_processes():
        yield


@pytest.fixture
def dialogs() -> FakeDialogs:
    return FakeDialogs()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "config", tmp_path / "state")


@pytest.fixture
def launch(qapp: QApplication, qtbot, places: Places, dialogs: FakeDialogs) -> Iterator[Callable]:
    """Open a window on a file (or nothing); every window is closed and its process is gone after."""
    windows: list[Opened] = []
    guard = KeyGuard(qapp)

    def launched(path: Path | None = None) -> Robot:
        opened = open_window(qapp, places, dialogs=lambda _window: dialogs)
        windows.append(opened)
        opened.window.resize(1600, 1000)
        opened.window.show()
        qtbot.waitExposed(opened.window)
        opened.window.activateWindow()
        start(opened, path)
        assert opened.bench.views.charts.panel, "nobody is so fast that they are still being made"
        return Robot(opened, qtbot)

    yield launched
    dialogs.answer = "discard"
    for opened in windows:
        opened.window.close()
        opened.bench.desk.close()
        opened.services.close()
        opened.window.deleteLater()
    guard.deleteLater()
    qapp.processEvents()
    qtbot.waitUntil(lambda: multiprocessing.active_children() == [], timeout=20_000)


@pytest.fixture
def robot(launch: Callable, dialogs: FakeDialogs) -> Robot:
    """A window with an empty design."""
    made = launch()
    made.services.files.new()
    return made

"""Every test runs without a display, in a home folder of its own, with fresh settings."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Before any Qt import: a test never opens a window on somebody's desktop unless asked to.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Before any import of numpy, as the application does: threads that wait busily take the time of the tests beside.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Tests start hundreds of processes: each would compile every module again where no byte code may be kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples on every machine and in every run.
hypothesis.settings.load_profile("ci")

_GUI_MODULES = pytest.StashKey[set[pytest.Module | None]]()
"""The modules with a test that asks for a QApplication."""

_HOME_VARIABLES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


@pytest.fixture(autouse=True)
def sandboxed_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Point every place where settings, recent files or autosaves go at an empty folder."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in _HOME_VARIABLES[1:]:
        folder = home / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    return home


@pytest.fixture(scope="session", autouse=True)
def sandboxed_qsettings() -> Iterator[None]:
    """QSettings resolves its folder once a process, so it gets one folder for the session."""
    try:
        from PySide6.QtCore import QSettings
    except ImportError:  # the engine's tests also run where Qt is not installed
        yield
        return
    with tempfile.TemporaryDirectory(prefix="windtunnel-settings-") as folder:
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
            QSettings.setPath(QSettings.Format.IniFormat, scope, folder)
            QSettings.setPath(QSettings.Format.NativeFormat, scope, folder)
        yield


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: no later collection looks through it, which would take .3 s each."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Empty the clipboard: without a display Qt deletes it after Python has gone, and crashes."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def no_theme_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A theme manager lives as long as the application, which here is the whole session.

    One left behind would tell deleted windows of a later test's change of theme.
    """
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    import shiboken6
    from PySide6.QtCore import QEvent

    from widgets.theme import ThemeManager

    app = request.getfixturevalue("qapp")
    before = set(app.findChildren(ThemeManager))
    yield
    for manager in app.findChildren(ThemeManager):
        if manager not in before:
            shiboken6.delete(manager)
    # Without a loop that runs, what is to be deleted later never is: the next test would style it again.
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_widget_is_deleted_elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """Windows have threads that hear other processes: none of them may collect a window, as in the app.

    What a test leaves is collected here before Python's own collector, of all threads, is back.
    """
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture(scope="module", autouse=True)
def no_widget_outlives_its_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """What several tests of a module kept goes with it, in this thread, before the next has threads."""
    yield
    if request.node in request.config.stash[_GUI_MODULES]:
        gc.collect()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs Qt, so that `-m "not gui"` is the engine alone."""
    modules = config.stash.setdefault(_GUI_MODULES, set())
    for item in items:
        if {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)
            modules.add(item.getparent(pytest.Module))

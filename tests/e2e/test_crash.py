"""The whole application is killed with unsaved work: nothing is lost, and no process stays behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.places import Places
from engine.model import files
from engine.model.design import Design

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name != "posix", reason="kills by signal")]

_DRIVER = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.opened import open_window, start
from app.places import Places
from engine.model.edits import SetField

def work(opened):
    if opened.services.run.now <= 0.0:
        return
    opened.services.document.push(SetField("web", ("name",), "Precious"))
    if opened.services.recovery.copy.exists():
        print(opened.services.run._transport.pid, flush=True)
        os.kill(os.getpid(), 9)

if __name__ == "__main__":
    app = QApplication([])
    config, state, file = map(Path, sys.argv[1:])
    opened = open_window(app, Places(config, state))
    opened.window.show()
    start(opened, file)
    timer = QTimer()
    timer.timeout.connect(lambda: work(opened))
    timer.start(50)
    app.exec()
"""

_POLITE = """
import os, sys
from PySide6.QtCore import QTimer
import app.main
import app.opened
from engine.model.edits import SetField

def work(opened, timer):
    if opened.services.run.now > 0.0:
        timer.stop()
        opened.services.document.push(SetField("web", ("name",), "Precious"))
        os.kill(os.getpid(), int(sys.argv[1]))

def equipped(*arguments, original=app.opened.equip):
    opened = original(*arguments)
    timer = QTimer(opened.window)
    timer.timeout.connect(lambda: work(opened, timer))
    timer.start(50)
    return opened

if __name__ == "__main__":
    app.opened.equip = equipped
    sys.exit(app.main.run_app([sys.argv[2]]))
"""


@dataclass(frozen=True)
class Crash:
    """What a killed application left behind."""

    state: Path
    shop: Path
    engine_pid: int


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Crash:
    """An application with unsaved work, killed with signal 9."""
    folder = tmp_path_factory.mktemp("crash")
    nodes = [{"id": "users", "kind": "client"}, {"id": "web", "kind": "service", "x": 300}]
    link = {"id": "users-web", "source": "users", "target": "web"}
    shop = folder / "shop.windtunnel"
    files.save(Design.model_validate({"title": "Shop", "nodes": nodes, "links": [link]}), shop)
    driver = folder / "driver.py"
    driver.write_text(_DRIVER)
    arguments = [sys.executable, driver, folder / "config", folder / "state", shop]
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    killed = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert killed.returncode == -9, killed.stderr
    return Crash(folder / "state", shop, int(killed.stdout))


@pytest.fixture
def leftover(crash: Crash, places: Places) -> Crash:
    """The same, found by the windows of this test."""
    shutil.copytree(crash.state, places.state)
    return crash


def test_no_process_outlives_the_application(crash: Crash) -> None:
    try:
        watch = os.pidfd_open(crash.engine_pid)
    except ProcessLookupError:
        return  # gone already
    ended, _, _ = select.select([watch], [], [], 30.0)
    os.close(watch)
    assert ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_end_asks_nothing_and_keeps_unsaved_work(
    tmp_path: Path, crash: Crash, number: int
) -> None:
    """Ctrl-C in the terminal of the application, or the system shutting down."""
    driver = tmp_path / "polite.py"
    driver.write_text(_POLITE)
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(tmp_path))
    ended = subprocess.run(
        [sys.executable, driver, str(int(number)), crash.shop],
        env=environment, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert ended.returncode == 128 + number, ended.stderr
    assert "Traceback" not in ended.stderr
    (copy,) = (tmp_path / "windtunnel" / "recovery").glob("*.windtunnel")
    assert files.load(copy).node_by_id["web"].name == "Precious"


def test_the_next_start_offers_the_work_and_restores_it(launch, leftover: Crash) -> None:
    stored = leftover.shop.read_bytes()
    robot = launch()
    assert robot.banner("recovery-0")
    restore = robot.button(robot.views.banners.banner("recovery-0"), "Restore")
    robot.press(restore)
    assert robot.design.node_by_id["web"].name == "Precious"
    assert robot.services.document.path == leftover.shop
    assert robot.services.document.is_dirty
    assert leftover.shop.read_bytes() == stored
    robot.wait(lambda: robot.now > 0.0)
    assert not robot.banner("recovery-0")
    assert robot.services.recovery.copy.exists(), "restored work is still unsaved work"


def test_discarded_work_is_not_offered_again(launch, leftover: Crash) -> None:
    robot = launch()
    robot.press(robot.button(robot.views.banners.banner("recovery-0"), "Discard"))
    robot.window.close()
    assert not launch().banner("recovery-0")


def test_work_that_nobody_answered_for_is_offered_again(launch, leftover: Crash) -> None:
    robot = launch()
    robot.press(robot.views.banners.banner("recovery-0").close_button)
    robot.window.close()
    assert launch().banner("recovery-0")

"""Long work is done elsewhere: in another thread or process, and the window hears of it in its own."""

import os
import threading
import time
from functools import partial

import pytest
from PySide6.QtCore import QObject

from app.errands import Errand, Errands, InlineErrands
from engine.model.files import FileError


def refuse() -> None:
    """What goes wrong."""
    raise FileError("shop: cannot be saved: the disk is full")


def vanish() -> None:
    """End without an answer, as a process that was killed."""
    os._exit(7)


class Desk:
    """Errands, and what came of them."""

    def __init__(self) -> None:
        self.home = QObject()
        self.errands = Errands(self.home, clock=lambda: self.now)
        self.now = 0.0
        self.values: list[object] = []
        self.errors: list[str] = []
        self.told: list[tuple[str, bool]] = []
        self.errands.told.connect(lambda words, can_stop: self.told.append((words, can_stop)))

    def errand(self, work, place: str, *, can_stop: bool = False) -> Errand:
        def done(value: object) -> None:
            assert threading.current_thread() is threading.main_thread()
            self.values.append(value)

        return Errand(
            "Saving shop", work, done, lambda e: self.errors.append(str(e)), place, can_stop
        )


@pytest.fixture
def desk(qapp) -> Desk:
    return Desk()


def test_a_thread_does_it_and_the_window_hears(desk, qtbot) -> None:
    desk.errands.send(desk.errand(threading.get_ident, "thread"))
    qtbot.waitUntil(lambda: not desk.errands.is_busy)
    assert desk.values != [threading.get_ident()]


def test_a_process_does_it_and_the_window_hears(desk, qtbot) -> None:
    desk.errands.send(desk.errand(os.getpid, "process"))
    qtbot.waitUntil(lambda: not desk.errands.is_busy, timeout=30_000)
    assert desk.values
    assert desk.values != [os.getpid()]


@pytest.mark.parametrize("place", ["thread", "process"])
def test_what_goes_wrong_is_told(desk, qtbot, place) -> None:
    desk.errands.send(desk.errand(refuse, place))
    qtbot.waitUntil(lambda: not desk.errands.is_busy, timeout=30_000)
    assert desk.errors == ["shop: cannot be saved: the disk is full"]


def test_a_process_that_dies_is_told(desk, qtbot) -> None:
    desk.errands.send(desk.errand(vanish, "process"))
    qtbot.waitUntil(lambda: not desk.errands.is_busy, timeout=30_000)
    assert desk.errors == ["exit code 7; try again"]


def test_what_takes_long_is_said_and_can_be_given_up(desk, qtbot) -> None:
    desk.errands.send(desk.errand(partial(time.sleep, 60), "process", can_stop=True))
    desk.now = 2.0
    qtbot.waitUntil(lambda: bool(desk.told))
    assert desk.told == [("Saving shop … 2 s", True)]
    desk.errands.stop()
    assert not desk.errands.is_busy
    assert desk.told[-1] == ("", False)
    assert desk.values == []


def test_the_end_waits_for_what_is_written_and_for_nothing_else(desk) -> None:
    written = threading.Event()
    desk.errands.send(desk.errand(lambda: written.wait(10) and "written", "thread"))
    desk.errands.send(desk.errand(partial(time.sleep, 60), "process", can_stop=True))
    threading.Thread(target=written.set).start()
    desk.errands.close()
    assert desk.values == ["written"]


def test_without_a_window_it_is_done_at_once(desk) -> None:
    InlineErrands().send(desk.errand(lambda: 3, "process"))
    assert desk.values == [3]

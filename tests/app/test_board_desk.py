"""The page with the board: it shows the moment that is looked at, and nothing of a course that was given up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.board_desk import BoardDesk
from app.instruments import Instruments
from engine.run.protocol import Rewound
from engine.run.session import Session
from tests.app.test_time_travel import Bench
from widgets.theme import ThemeManager


@pytest.fixture
def bench(qapp: Any, qtbot: Any) -> Any:
    made: Any = Bench(qapp)
    look = ThemeManager(qapp, "dark")
    made.place = Instruments(look, QWidget())
    qtbot.addWidget(made.place)
    services: Any = SimpleNamespace(run=made.run, document=made.document)
    made.board = BoardDesk(services, look, made.place, made.travel)
    made.place.show_page("board")
    yield made
    made.run.close()


def told(bench: Any, qtbot: Any, wanted: str) -> str:
    note = bench.board.panel.note
    qtbot.waitUntil(lambda: wanted in note.text())
    return str(note.text())


def test_it_shows_the_moment_that_is_looked_at(bench: Any, qtbot: Any) -> None:
    bench.go_to(60.0)
    assert told(bench, qtbot, "at 60.0 s") == "Over 5 s, at 60.0 s"
    bench.travel.show_moment(20.0)
    assert told(bench, qtbot, "at 20.0 s") == "Over 4 s, at 20.0 s"
    bench.go_to(70.0)
    qtbot.wait(600)
    assert "at 20.0 s" in bench.board.panel.note.text()
    bench.travel.go_live()
    assert told(bench, qtbot, "at 70.0 s") == "Over 5 s, at 70.0 s"


def test_going_on_from_a_moment_forgets_what_came_later(bench: Any, qtbot: Any) -> None:
    """ "Over -442 s" stood above numbers of both courses."""
    bench.go_to(60.0)
    bench.travel.show_moment(20.0)
    bench.travel.fork()
    bench.session = Session.replay(bench.session.journal(), 20.0)
    bench.session.snapshot()
    bench.pipe.reports.append(Rewound(20.0))
    bench.run.tick()
    assert told(bench, qtbot, "at 20.0 s") == "Over 4 s, at 20.0 s"
    bench.go_to(22.0)
    assert told(bench, qtbot, "at 22.0 s") == "Over 5 s, at 22.0 s"

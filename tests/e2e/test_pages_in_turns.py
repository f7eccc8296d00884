"""A page is seen first, and then filled: each in a turn of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.places import shipped_designs

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot


def test_the_board_is_filled_in_the_turn_after_it_was_made(launch: Callable, qtbot: QtBot) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    bench = robot.opened.bench
    robot.wait(lambda: len(bench.board._samples) > 1)
    bench.window.instruments.show_page("board")
    model = bench.board.panel.model
    assert bench.board.panel.isVisible()
    assert model.rows == []
    qtbot.waitUntil(lambda: len(model.rows) == 2)


def test_a_study_of_many_nodes_looks_for_their_settings_after_its_page_is_seen(
    launch: Callable, qtbot: QtBot, monkeypatch
) -> None:
    monkeypatch.setattr("app.studies.session._MANY", 1)
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    desk = robot.opened.bench.desk
    robot.opened.bench.window.instruments.show_page("study")
    panel, turns = desk.session.panel, desk.session.turns
    assert panel.isVisible()
    assert turns.is_busy
    assert panel.form._metrics == ()
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert panel.form._metrics != ()

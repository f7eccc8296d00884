"""An incident beside its repair, in the real window with real engines: one time for both, and everything as it was after."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.places import shipped_designs
from engine.model.edits import SetField
from widgets.canvas.note_painter import NoteChip


@pytest.mark.timeout(300)
def test_an_incident_runs_beside_its_fix_and_closing_leaves_the_window_as_it_was(
    launch: Callable, qtbot
) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    bench, pair = robot.opened.bench, robot.opened.commands.pair
    banner = bench.views.banners
    assert banner.shown("twin") == "This incident has a repaired twin."
    before = bench.services.document.design
    assert bench.services.run.running
    cited = {before.notes[0].id: (NoteChip("goodput 0 rps", "holds", "healthy"),)}
    bench.views.canvas.show_chips(cited)
    pair.begin_with_twin()
    window = pair.window
    left, right = window.sides
    assert (left.canvas.chips, right.canvas.chips) == (cited, {})
    robot.opened.commands.citing.shown.emit({})
    assert left.canvas.chips == {}
    assert not bench.services.run.running
    assert (left.design, right.design.title) == (before, "Retry storm, tamed by a short queue")
    window.drive.set_speed(float("inf"))
    qtbot.waitUntil(lambda: window.drive.now > 75.0, timeout=120_000)
    window.drive.set_running(wanted=False)
    qtbot.waitUntil(lambda: window.drive.is_level, timeout=60_000)
    assert left.now == pytest.approx(right.now, abs=1e-6)
    window._show_numbers()
    goodput = window.tiles.tiles[1]
    assert goodput.title.text() == "Goodput"
    assert goodput.difference.text().endswith("better")
    # an edit of the open design, made on the left canvas, reaches its engine, and can be undone
    left.canvas.edit_requested.emit(SetField("web", ("config", "queue_limit"), 7))
    assert left.design == bench.services.document.design != before
    assert bench.actions["edit.undo"] in window.actions()
    bench.services.document.stack.undo()
    assert left.design == bench.services.document.design == before
    # one of the right is refused
    shown = right.design
    right.canvas.edit_requested.emit(SetField("web", ("config", "queue_limit"), 7))
    assert right.design == shown
    assert window.heads[1].told.text() == "Only shown here: open it to change it"
    window.close()
    assert pair.window is None
    assert bench.services.run.running
    assert bench.services.document.design == before
    assert not bench.services.document.is_dirty


def test_what_is_done_while_the_window_is_being_made_is_not_lost(launch: Callable, qtbot) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    bench, pair = robot.opened.bench, robot.opened.commands.pair
    document = bench.services.document
    pair.begin_with_twin()
    assert pair._turns.is_busy, "all of it at once takes a fifth of a second"
    for _ in range(5):
        pair._turns.turn()
    edit = SetField("web", ("config", "queue_limit"), 7)
    document.push(edit)
    window = pair.window
    assert window is not None
    assert window.sides[0].design == document.design
    document.stack.undo()
    assert window.sides[0].design == document.design
    # another comparison while one is being made takes its place
    pair.begin_with_twin()
    pair._turns.turn()
    pair.begin_with_twin()
    qtbot.waitUntil(lambda: not pair._turns.is_busy)
    assert pair.window is not window
    assert pair.window.isVisible()
    # and so does another design, which ends it
    pair.close()
    pair.begin_with_twin()
    pair._turns.turn()
    bench.services.files.new()
    assert pair.window is None
    assert bench.services.run.running


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_who_leaves_while_the_window_is_being_made_waits_for_nothing(
    launch: Callable, qtbot, steps: int
) -> None:
    robot = launch(shipped_designs() / "retry-storm.windtunnel")
    bench, pair = robot.opened.bench, robot.opened.commands.pair
    assert bench.services.run.running
    pair.begin_with_twin()
    for _ in range(steps):
        pair._turns.turn()
    assert not bench.services.run.running
    pair.close()
    assert not pair._turns.is_busy
    assert pair.window is None
    assert bench.services.run.running
    there = [each for each in bench.window.children() if type(each).__name__ == "PairWindow"]
    with qtbot.waitSignals([each.destroyed for each in there], timeout=10_000):
        pass
    pair.begin_with_twin()
    assert pair.window is not None
    assert pair.window.isVisible()
    pair.close()
    assert bench.services.run.running

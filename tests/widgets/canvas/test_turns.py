"""What takes long is done in several turns of the event loop, and is about the design that is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from engine.model.design import Design, Node
from engine.model.edits import Foreseen, Move, Position, Remove
from widgets.canvas import commands
from widgets.turns import Turns, in_turns


def row(count: int) -> Design:
    """Services that all lie in one place."""
    return Design(nodes=tuple(Node(id=f"n{i}", kind="service") for i in range(count)))


@pytest.fixture
def long_desk(make_desk, monkeypatch):
    """A desk for which any work is long."""
    monkeypatch.setattr(commands, "_LONG_TEXT", 1)
    monkeypatch.setattr(commands, "_MANY_NODES", 1)
    return make_desk(row(3))


def finish(turns: Turns) -> int:
    """Take all turns; tells how many."""
    count = 0
    while turns.is_busy:
        turns.turn()
        count += 1
    return count


def test_many_items_are_read_added_and_selected_in_turns(long_desk) -> None:
    desk, turns = long_desk, long_desk.view._commands.turns
    desk.view.select_all()
    before = desk.selection
    desk.view.paste(desk.view.copy())
    assert desk.edits == [], "read"
    while not desk.edits:  # what it comes to is found out by a thread
        turns.turn()
    assert len(desk.design.nodes) == 6
    assert desk.selection == before
    assert finish(turns) == 1
    assert len(desk.edits) == 1
    assert desk.selection == desk.design.node_by_id.keys() - before


def test_what_is_pasted_one_after_the_other_comes_so(long_desk, qtbot) -> None:
    desk, turns = long_desk, long_desk.view._commands.turns
    desk.view.select({"n0"})
    text = desk.view.copy()
    desk.view.paste(text)
    desk.view.paste(text)
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert len(desk.design.nodes) == 5
    assert desk.selection == {"n0-3"}


def test_nothing_is_pasted_into_a_design_that_came_meanwhile(long_desk) -> None:
    desk, turns = long_desk, long_desk.view._commands.turns
    desk.view.select_all()
    desk.view.paste(desk.view.copy())
    desk.view.set_design(row(1))
    assert not turns.is_busy
    assert desk.edits == []


def test_what_cannot_be_pasted_is_told_at_once(long_desk) -> None:
    long_desk.view.paste("{}")
    assert len(long_desk.messages) == 1
    assert not long_desk.view._commands.turns.is_busy


def test_a_layout_is_of_the_design_as_it_is_when_it_is_put_into_effect(long_desk) -> None:
    desk, turns = long_desk, long_desk.view._commands.turns
    desk.view.auto_layout()
    desk.apply(Remove.of("n1"))
    finish(turns)
    asked = desk.edits[-1]
    assert isinstance(asked, Foreseen), "nobody tries the moves of thousands again"
    moved = {position.id for position in asked.edit.positions}
    assert moved == {"n0", "n2"}
    assert desk.place("n0") != desk.place("n2")


def test_what_is_short_is_done_at_once(make_desk) -> None:
    desk = make_desk(row(3))
    desk.view.select_all()
    desk.view.paste(desk.view.copy())
    assert len(desk.design.nodes) == 6
    desk.view.auto_layout()
    assert len(desk.edits) == 2


def test_many_items_are_moved_in_turns_from_where_they_are_by_then(long_desk) -> None:
    desk, turns = long_desk, long_desk.view._commands.turns
    desk.view.select_all()
    assert desk.view._commands.nudge(12.0, 0.0)
    assert desk.edits == [], "made"
    desk.apply(Move((Position("n1", 100.0, 50.0),)))
    desk.apply(Remove.of("n2"))
    before = len(desk.edits)
    finish(turns)
    assert len(desk.edits) == before + 1
    assert desk.place("n0") == (12.0, 0.0)
    assert desk.place("n1") == (112.0, 50.0)


def test_many_items_are_deleted_in_turns_as_far_as_they_are_there(long_desk) -> None:
    desk, turns = long_desk, long_desk.view._commands.turns
    desk.view.select_all()
    desk.view.delete_selection()
    desk.apply(Remove.of("n1"))
    before = len(desk.edits)
    finish(turns)
    assert len(desk.edits) == before + 1
    assert not desk.design.nodes
    assert not desk.messages


def test_what_waits_for_its_turn_is_done_before_the_design_is_left(long_desk) -> None:
    desk = long_desk
    desk.view.select_all()
    desk.view.paste(desk.view.copy())
    desk.view.align("left")
    desk.view.finish_edits()
    assert len(desk.design.nodes) == 6
    assert not desk.view._commands.turns.is_busy


def test_a_long_flowchart_is_laid_out_in_turns(make_desk, monkeypatch) -> None:
    monkeypatch.setattr(commands, "_LONG_CHART", 1)
    desk = make_desk(row(1))
    desk.view.paste("flowchart LR\nA --> B --> C\nA --> C")
    assert desk.edits == []
    assert finish(desk.view._commands.turns) > 3
    assert len(desk.design.nodes) == 4
    assert len(desk.edits) == 1
    assert "Pasted a flowchart of 3 nodes and 3 links" in desk.messages[-1]
    desk.view.paste("flowchart LR\n")
    finish(desk.view._commands.turns)
    assert "has no nodes" in desk.messages[-1]


def test_a_picture_of_many_items_is_painted_some_a_step(make_desk) -> None:
    desk = make_desk(row(60))
    whole = QImage(900, 600, QImage.Format.Format_RGB32)
    whole.fill(0)
    with QPainter(whole) as painter:
        desk.view.paint_design(painter, QRectF(whole.rect()))
    steps = QImage(900, 600, QImage.Format.Format_RGB32)
    steps.fill(0)
    with QPainter(steps) as painter:
        count = sum(1 for _ in desk.view.painting(painter, QRectF(steps.rect())))
    assert count >= 60 // 8
    assert steps == whole


def test_short_steps_are_taken_together_as_long_as_a_turn_has_time() -> None:
    now, taken = [0.0], []

    def steps():
        for name, seconds in (("a", 0.005), ("b", 0.005), ("c", 0.005), ("d", 0.2), ("e", 0.001)):
            now[0] += seconds
            taken.append(name)
            yield

    assert ["".join(taken) for _ in in_turns(steps(), lambda: now[0])] == ["abc", "abcd"]
    assert taken == ["a", "b", "c", "d", "e"]

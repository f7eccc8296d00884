"""The document: every action is one undo step, bad edits change nothing, the dirty mark is right."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from app.document import DesignDocument
from app.undo import MERGE_WITHIN
from engine.model.changes import Changes
from engine.model.design import Design, Node
from engine.model.edits import (
    UNSET,
    CompoundEdit,
    Foreseen,
    Insert,
    Move,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from tests.helpers.fakes import Clock


class Log(QObject):
    """Everything that a document said."""

    def __init__(self, document: DesignDocument) -> None:
        super().__init__()
        self.changes: list[Changes] = []
        self.edits: list[object] = []
        self.refusals: list[str] = []
        self.states = 0
        document.changed.connect(lambda _design, changes: self.changes.append(changes))
        document.edited.connect(lambda edit, _changes: self.edits.append(edit))
        document.refused.connect(self.refusals.append)
        document.state_changed.connect(self._count)

    def _count(self) -> None:
        self.states += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def document(qapp, clock: Clock) -> DesignDocument:
    made = DesignDocument(clock=clock)
    nodes = (Node(id="web", kind="service", name="Web"), Node(id="db", kind="sql_database"))
    made.replace(Design(title="Shop", nodes=nodes), None)
    return made


def workers(document: DesignDocument) -> object:
    return document.design.node_by_id["web"].config.get("workers")


def test_an_edit_is_one_step_that_undo_takes_back_whole(document: DesignDocument) -> None:
    before = document.design
    document.push(
        CompoundEdit.of([Remove.of("db"), SetField("web", ("name",), "Front")], "Tidy up")
    )
    assert document.stack.count() == 1
    assert document.stack.undoText() == "Tidy up"
    document.stack.undo()
    assert document.design == before
    document.stack.redo()
    assert set(document.design.node_by_id) == {"web"}
    assert document.design.node_by_id["web"].name == "Front"


def test_views_and_the_run_hear_of_edit_undo_and_redo(document: DesignDocument) -> None:
    log = Log(document)
    document.push(SetField("web", ("config", "workers"), 8))
    document.stack.undo()
    document.stack.redo()
    assert [each.changed for each in log.changes] == [frozenset({"web"})] * 3
    assert log.edits[0] == log.edits[2] == SetField("web", ("config", "workers"), 8)
    assert log.edits[1].value == UNSET


def test_an_edit_that_does_not_fit_is_refused_with_a_reason_and_never_pushed(
    document: DesignDocument,
) -> None:
    log = Log(document)
    before = document.design
    assert not document.push(SetField("nowhere", ("name",), "x"))
    assert document.design is before
    assert document.stack.count() == 0
    assert "nowhere" in log.refusals[0]
    assert not document.is_dirty


def test_an_edit_that_changes_nothing_is_no_step(document: DesignDocument) -> None:
    assert document.push(SetField("web", ("name",), "Web"))
    assert document.stack.count() == 0
    assert not document.is_dirty


def test_typing_in_one_field_is_one_step(document: DesignDocument, clock: Clock) -> None:
    for i, value in enumerate((1, 12, 120)):
        clock.now = 0.2 * i
        document.push(SetField("web", ("config", "workers"), value))
    assert document.stack.count() == 1
    assert workers(document) == 120
    document.stack.undo()
    assert workers(document) is None
    document.stack.redo()
    assert workers(document) == 120


def test_the_same_field_later_is_another_step(document: DesignDocument, clock: Clock) -> None:
    document.push(SetField("web", ("config", "workers"), 1))
    clock.now = MERGE_WITHIN + 0.1
    document.push(SetField("web", ("config", "workers"), 2))
    assert document.stack.count() == 2
    document.stack.undo()
    assert workers(document) == 1


def test_other_fields_and_lists_never_merge(document: DesignDocument) -> None:
    document.push(SetField("web", ("config", "workers"), 2))
    document.push(SetField("web", ("config", "instances"), 2))
    kill = {"at": 1.0, "target": "web", "change": "kill"}
    document.push(SetDesign(("scenario", "events"), [kill]))
    document.push(SetDesign(("scenario", "events"), [kill, kill]))
    document.push(Insert.of(Node(id="a", kind="service")))
    document.push(Insert.of(Node(id="b", kind="service")))
    assert document.stack.count() == 6


def test_holding_an_arrow_key_is_one_step_per_selection(document: DesignDocument) -> None:
    for x in (8.0, 16.0, 24.0):
        document.push(Move((Position("web", x, 0.0),)))
    document.push(Move((Position("db", 8.0, 0.0),)))
    assert document.stack.count() == 2
    document.stack.undo()
    document.stack.undo()
    assert document.design.node_by_id["web"].x == 0.0


def test_dirty_follows_the_saved_state_through_undo(document: DesignDocument) -> None:
    document.push(SetField("web", ("name",), "A"))
    assert document.is_dirty
    document.mark_saved(Path("/somewhere/shop.windtunnel"))
    assert not document.is_dirty
    document.push(SetDesign(("title",), "B"))
    document.stack.undo()
    assert not document.is_dirty
    document.stack.undo()
    assert document.is_dirty


def test_saving_ends_a_burst_of_typing(document: DesignDocument) -> None:
    document.push(SetField("web", ("name",), "A"))
    document.mark_saved(Path("/somewhere/shop.windtunnel"))
    document.push(SetField("web", ("name",), "AB"))
    document.stack.undo()
    assert document.design.node_by_id["web"].name == "A"
    assert not document.is_dirty


def test_another_design_has_no_history(document: DesignDocument) -> None:
    document.push(SetField("web", ("name",), "A"))
    document.replace(Design(title="Other"), None)
    assert not document.stack.canUndo()
    assert not document.is_dirty


def test_a_recovered_design_is_unsaved_though_its_history_is_empty(
    document: DesignDocument,
) -> None:
    document.mark_unsaved()
    assert document.is_dirty


def test_the_title_is_announced(document: DesignDocument) -> None:
    document.push(SetField("web", ("name",), "A"))
    log = Log(document)
    document.push(SetDesign(("title",), "New title"))
    assert document.title == "New title"
    assert log.states == 1


def test_deleting_something_takes_its_events_and_objectives_along_in_one_step(
    document: DesignDocument,
) -> None:
    kill = {"at": 1.0, "change": "kill"}
    events = [kill | {"target": "db"}, kill | {"target": "web"}]
    cut = {"at": 2.0, "change": "partition", "target": "web", "with": "db"}
    document.push(SetDesign(("scenario", "events"), [*events, cut]))
    bounds = [
        {"metric": "db.latency.p99", "below": 1.0},
        {"metric": "web.utilization", "below": 1.0},
    ]
    document.push(SetDesign(("objectives",), bounds))
    before = document.design
    document.push(Remove.of("db"))
    assert [event.target for event in document.design.scenario.events] == ["web"]
    assert [each.metric for each in document.design.objectives] == ["web.utilization"]
    assert document.stack.count() == 3
    document.stack.undo()
    assert document.design == before


def test_three_hundred_steps_back_and_forth(document: DesignDocument, clock: Clock) -> None:
    before = document.design
    for i in range(300):
        clock.now += 1.0
        document.push(SetField("web", ("config", "workers"), i + 1))
    for _ in range(300):
        document.stack.undo()
    assert document.design == before
    for _ in range(300):
        document.stack.redo()
    assert workers(document) == 300


def test_what_was_foreseen_is_taken_over_and_the_plain_edit_is_told() -> None:
    document = DesignDocument()
    edit = Insert.of(Node(id="web", kind="service"))
    foreseen = Foreseen.of(edit, document.design)
    log = Log(document)
    assert document.push(foreseen)
    assert document.design is foreseen.applied.design
    assert log.edits == [edit]
    assert document.stack.undoText() == edit.label
    document.stack.undo()
    document.push(SetDesign(("title",), "Another"))
    document.push(Foreseen.of(Insert.of(Node(id="db", kind="cache")), Design()))
    assert document.design.title == "Another", (
        "what was foreseen of another design counts for nothing"
    )
    assert list(document.design.node_by_id) == ["db"]


def test_undoing_is_told_as_such(document: DesignDocument) -> None:
    """Whoever writes down what somebody did reads the edit's name: a paste taken back is no paste."""
    log = Log(document)
    document.push(Insert.of(Node(id="cache", kind="cache"), label="Paste"))
    document.push(SetField("web", ("config", "workers"), 3, "Workers"))
    document.push(Move((Position("web", 10.0, 0.0),)))
    for _ in range(3):
        document.stack.undo()
    document.stack.redo()
    labels = [edit.label for edit in log.edits]
    assert labels[3:] == ["Move undone", "Workers undone", "Paste undone", "Paste"]
    assert document.stack.redoText() == "Workers"

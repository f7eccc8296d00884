"""Edits: what they change, how they are taken back, and that a stack of them is sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.model.design import Link, Node
from engine.model.edits import (
    UNSET,
    CompoundEdit,
    Edit,
    EditError,
    Insert,
    Move,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from engine.model.files import dumps, loads
from tests.helpers.strategies import edits, rich_raw

if TYPE_CHECKING:
    from engine.model.design import Design


def rich() -> Design:
    return loads(json.dumps(rich_raw()))


@pytest.mark.parametrize(
    ("edit", "added", "removed", "moved", "changed", "settings_"),
    [
        (Insert.of(Node(id="n", kind="cache")), {"n"}, (), (), (), ()),
        (Remove.of("web"), (), {"web", "balancer-web", "web-cache", "web-orders"}, (), (), ()),
        (Remove.of("region"), (), {"region"}, (), {"zone", "balancer", "web"}, ()),
        (Move((Position("web", 1.0, 2.0),)), (), (), {"web"}, (), ()),
        (SetField("web", ("config", "workers"), 3), (), (), (), {"web"}, ()),
        (SetDesign(("scenario", "seed"), 8), (), (), (), (), {"scenario"}),
    ],
)
def test_an_edit_says_what_it_changed(
    edit: Edit, added: Any, removed: Any, moved: Any, changed: Any, settings_: Any
) -> None:
    changes = edit.apply(rich()).changes
    assert changes.added == set(added)
    assert changes.removed == set(removed)
    assert changes.moved == set(moved)
    assert changes.changed == set(changed)
    assert changes.settings >= set(settings_)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (Insert.of(Node(id="web", kind="cache")), "exists already"),
        (Insert.of(Link(id="l", source="web", target="nobody")), "is no node"),
        (Remove.of("nobody"), "is not in the design"),
        (Move((Position("nobody", 0, 0),)), "is no node, frame or note"),
        (Move((Position("web", 1e9, 0),)), "x should be at most"),
        (SetField("nobody", ("name",), "x"), "is not in the design"),
        (SetField("web", ("id",), "x"), "cannot change"),
        (SetField("web", (), "x"), "cannot change"),
        (SetField("web", ("x",), "left"), "x should be a number, not 'left'"),
        (SetField("web-cache", ("config",), 3), "config should be an object"),
        (
            SetField("web", ("config", "x", "y"), float("inf")),
            "config.x.y should be a finite number",
        ),
        (SetDesign(("scenario", "warmup"), 99), "must be below duration"),
        (SetDesign(("nodes",), []), "is no setting"),
        (SetDesign((), 1), "is no setting"),
        (SetDesign(("scenario", "events", "7", "at"), 1), "is no index"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(edit: Edit, says: str) -> None:
    design = rich()
    before = dumps(design)
    with pytest.raises(EditError, match=says) as caught:
        edit.apply(design)
    assert "\n" not in str(caught.value)
    assert dumps(design) == before


def test_a_batch_is_applied_wholly_or_not_at_all() -> None:
    design = rich()
    batch = CompoundEdit((SetField("web", ("name",), "W"), Remove.of("nobody")), "Both")
    with pytest.raises(EditError):
        batch.apply(design)
    assert design.node_by_id["web"].name == "Web"


def test_a_default_that_was_implicit_is_implicit_again() -> None:
    design = rich()
    applied = SetField("mailer", ("config", "service_time", "mean"), 0.2).apply(design)
    back = applied.inverse.apply(applied.design).design
    assert "service_time" not in back.node_by_id["mailer"].config
    unset = SetField("mailer", ("config", "workers"), UNSET).apply(design)
    assert "workers" not in unset.design.node_by_id["mailer"].config
    assert dumps(unset.inverse.apply(unset.design).design) == dumps(design)


class UndoStack(RuleBasedStateMachine):
    """Apply, undo and redo in any order; saving and loading never changes anything."""

    @initialize()
    def begin(self) -> None:
        self.design = rich()
        self.undo_stack: list[tuple[Edit, str]] = []
        self.redo_stack: list[tuple[Edit, str]] = []

    @rule(data=st.data())
    def apply(self, data: Any) -> None:
        edit = data.draw(edits(self.design))
        before = dumps(self.design)
        try:
            applied = edit.apply(self.design)
        except EditError:
            assert dumps(self.design) == before
            return
        self.undo_stack.append((applied.inverse, before))
        self.redo_stack.clear()
        self.design = applied.design

    @precondition(lambda self: self.undo_stack)
    @rule()
    def undo(self) -> None:
        edit, before = self.undo_stack.pop()
        now = dumps(self.design)
        applied = edit.apply(self.design)
        assert dumps(applied.design) == before
        self.redo_stack.append((applied.inverse, now))
        self.design = applied.design

    @precondition(lambda self: self.redo_stack)
    @rule()
    def redo(self) -> None:
        edit, after = self.redo_stack.pop()
        now = dumps(self.design)
        applied = edit.apply(self.design)
        assert dumps(applied.design) == after
        self.undo_stack.append((applied.inverse, now))
        self.design = applied.design

    @invariant()
    def saving_and_loading_changes_nothing(self) -> None:
        text = dumps(self.design)
        again = loads(text)
        assert again == self.design
        assert dumps(again) == text


UndoStack.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestUndoStack = UndoStack.TestCase


def test_items_are_found_by_id_after_each_edit() -> None:
    """What a design knows by id goes on to the next one, with what changed in it."""
    design = rich()
    for edit in (
        SetField("web", ("config", "workers"), 3),
        SetField("web-cache", ("config", "order"), 1),
        SetField("zone", ("name",), "Z"),
        SetField("hint", ("text",), "T"),
        SetField("web", ("name",), "W"),
    ):
        before = design
        design = edit.apply(before).design
        for items, by_id in (
            (design.nodes, design.node_by_id),
            (design.links, design.link_by_id),
            (design.frames, design.frame_by_id),
            (design.notes, design.note_by_id),
        ):
            assert by_id == {item.id: item for item in items}
        item = design.item(edit.id)
        assert item is not before.item(edit.id)
    assert loads(dumps(design)) == design


def test_of_items_with_one_id_all_change() -> None:
    design = rich()
    twice = design.model_copy(update={"nodes": (*design.nodes, design.node_by_id["web"])})
    edited = SetField("web", ("name",), "Both").apply(twice).design
    assert [node.name for node in edited.nodes if node.id == "web"] == ["Both", "Both"]


@pytest.mark.parametrize(
    ("item", "path", "called"),
    [("web", ("x",), "Web"), ("web-cache", ("source",), "Web → Cache")],
)
def test_people_read_names_in_what_is_refused(
    item: str, path: tuple[str, ...], called: str
) -> None:
    with pytest.raises(EditError, match=f"^{called}: {path[0]} should be"):
        SetField(item, path, "x" * 201).apply(rich())
    with pytest.raises(EditError, match=f"^{called}: the id of an item cannot change"):
        SetField(item, ("id",), "other").apply(rich())

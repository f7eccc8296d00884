"""What sets two designs apart is found whole: nothing in equal designs, everything that an edit changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, reject
from hypothesis import strategies as st

from engine.model.design import Design, Link, Node, Note
from engine.model.differences import FieldChange, differences, in_short
from engine.model.edits import (
    UNSET,
    Edit,
    EditError,
    Insert,
    Move,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from engine.model.files import from_raw
from tests.helpers.strategies import edits, rich_raw

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[st.SearchStrategy[object]], object]

BASE = Design(
    nodes=(Node(id="web", kind="service", name="Web"), Node(id="db", kind="sql_database")),
    links=(Link(id="l", source="web", target="db"),),
)


def after(*edits: Edit, base: Design = BASE) -> Design:
    design = base
    for edit in edits:
        design = edit.apply(design).design
    return design


def told(other: Design, base: Design = BASE) -> list[tuple[str, str, str]]:
    return [(each.verb, each.sort, each.name) for each in differences(base, other)]


def test_equal_designs_differ_in_nothing() -> None:
    rich = from_raw(rich_raw())
    assert differences(BASE, BASE) == ()
    assert differences(rich, from_raw(rich_raw())) == ()
    assert in_short(BASE, BASE) == "no difference"


def test_what_came_went_moved_and_changed_is_told_apart() -> None:
    other = after(
        SetField("web", ("config", "workers"), 8),
        Insert.of(Node(id="cache", kind="cache", name="Cache"), Note(id="n")),
        Move((Position("cache", 5, 5),)),
        Remove.of("db"),
        SetDesign(("title",), "Shop"),
    )
    assert in_short(BASE, other) == (
        "added node Cache, 1 note; removed node db, 1 link; changed node Web, the title"
    )
    assert told(other) == [
        ("changed", "node", "Web"),
        ("added", "node", "Cache"),
        ("removed", "node", "db"),
        ("removed", "link", "Web → db"),
        ("added", "note", "n"),
        ("changed", "design", "design"),
    ]
    changed = differences(BASE, other)[0]
    assert changed.fields == (FieldChange(("config", "workers"), UNSET, 8),)
    assert in_short(BASE, after(Move((Position("web", 5, 5),)))) == "moved node Web"


def test_parts_without_ids_are_matched_by_what_they_are_about() -> None:
    base = from_raw(rich_raw())
    first, *rest = (
        each.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for each in base.scenario.events
    )
    later = SetDesign(("scenario", "events"), [*rest, first | {"at": 5}])
    faster = SetDesign(("objectives",), [{"metric": "users.latency.p99", "below": 0.2}])
    found = differences(base, after(later, faster, base=base))
    assert [(each.verb, each.sort, each.id) for each in found] == [
        ("changed", "event", "web"),
        ("changed", "objective", "users"),
    ]
    assert [each.fields for each in found] == [
        (FieldChange(("at",), 4.0, 5.0),),
        (FieldChange(("below",), 0.5, 0.2),),
    ]


def test_the_order_of_things_is_told_too() -> None:
    other = BASE.model_copy(update={"nodes": BASE.nodes[::-1]})
    (found,) = differences(BASE, other)
    assert found.fields == (FieldChange(("order", "nodes"), ["web", "db"], ["db", "web"]),)
    assert in_short(BASE, other) == "nothing that shows changed"


@given(st.data())
def test_every_edit_is_told_of_what_it_changed_and_of_nothing_else(data: st.DataObject) -> None:
    base = from_raw(rich_raw())
    edit = data.draw(edits(base))
    try:
        applied = edit.apply(base)
    except EditError:
        reject()
    found = differences(base, applied.design)
    assert bool(found) == (base != applied.design)
    changes = applied.changes
    told_ids = {each.id for each in found}
    assert {
        each.id for each in found if each.verb == "added" and each.sort not in {"comment", "step"}
    } == (changes.added)
    assert changes.removed <= told_ids
    allowed = changes.added | changes.removed | changes.changed | changes.moved
    assert {e.id for e in found if e.sort in {"node", "link", "frame", "note"}} <= allowed
    for each in changes.changed | changes.moved:
        if base.item(each) != applied.design.item(each):
            assert each in told_ids
    back = differences(applied.design, base)
    opposite = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    assert sorted((opposite[e.verb], e.sort, e.id) for e in back) == sorted(
        (e.verb, e.sort, e.id) for e in found
    )

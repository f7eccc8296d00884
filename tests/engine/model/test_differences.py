"""What sets two designs apart is said in plain words."""

from __future__ import annotations

from engine.model.design import Design, Link, Node, Note
from engine.model.differences import differences, in_short
from engine.model.edits import Edit, Insert, Move, Position, Remove, SetDesign, SetField

BASE = Design(
    nodes=(Node(id="web", kind="service", name="Web"), Node(id="db", kind="sql_database")),
    links=(Link(id="l", source="web", target="db"),),
)


def after(*edits: Edit) -> Design:
    design = BASE
    for edit in edits:
        design = edit.apply(design).design
    return design


def test_equal_designs_differ_in_nothing() -> None:
    assert differences(BASE, BASE) == ()
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
    assert differences(BASE, other) == (
        "node Cache added",
        "node db removed",
        "node Web changed: config.workers",
        "link Web → db removed",
        "note n added",
        "title changed",
    )
    assert in_short(BASE, after(Move((Position("web", 5, 5),)))) == "moved node Web"


def test_what_does_not_show_is_said_too() -> None:
    other = BASE.model_copy(update={"nodes": BASE.nodes[::-1]})
    assert differences(BASE, other) == ("unknown fields or the order of the items changed",)

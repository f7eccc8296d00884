"""Every difference is told in words that tell the two values apart."""

from __future__ import annotations

from hypothesis import given, reject
from hypothesis import strategies as st

from engine.catalog.differing import told, told_lines
from engine.model.design import Design, Node
from engine.model.edits import EditError, Move, Position, SetDesign, SetField
from engine.model.files import from_raw
from tests.helpers.strategies import edits, rich_raw

RICH = from_raw(rich_raw())


def line_of(edit: SetField | SetDesign) -> str:
    (line,) = told_lines(RICH, edit.apply(RICH).design)
    return line


def test_a_policy_that_is_switched_off_is_none() -> None:
    line = line_of(SetField("cache-db", ("config", "breaker"), None))
    assert line == "Link Cache → Db changed: Circuit breaker: on → none"
    on = line_of(SetField("db", ("config", "admission"), {"rate_limit": {"rate": 50}}))
    assert on == "Node Db changed: Admission · Rate limit · Rate: none → 50 rps"


def test_values_that_round_to_the_same_are_told_exactly() -> None:
    line = line_of(SetField("web", ("config", "service_time", "mean"), 0.0100001))
    assert line == "Node Web changed: Service time · Mean: 0.01 → 0.0100001"


def test_fields_and_kinds_that_nobody_knows_are_told_as_the_file_has_them() -> None:
    odd = Design(nodes=(Node(id="o", kind="odd", config={"depth": 3, "deep": {"er": [1]}}),))
    other = SetField("o", ("config", "deep", "er"), [1, 2]).apply(odd).design
    assert told_lines(odd, other) == ("Node o changed: Deep · Er: [1] → [1, 2]",)
    added = line_of(SetField("web", ("config", "wrokers"), 5))
    assert added == "Node Web changed: Wrokers: none → 5"


def test_items_that_are_named_are_named_as_people_call_them() -> None:
    assert line_of(SetField("web", ("frame",), "zone")) == "Node Web changed: Frame: R → zone"


def test_many_moves_are_one_line() -> None:
    moves = Move(tuple(Position(node.id, 77.0, 77.0) for node in RICH.nodes))
    lines = told_lines(RICH, moves.apply(RICH).design)
    assert lines == (f"Moved: Users, Crowd, Balancer and {len(RICH.nodes) - 3} others",)


def test_long_texts_are_shown_from_where_they_differ() -> None:
    a, b = (RICH.model_copy(update={"description": "word " * 50 + end}) for end in ("old", "new"))
    (line,) = told_lines(a, b)
    assert line.startswith("Design changed: Description: …")
    assert "old → …" in line
    assert line.endswith("new")


@given(st.data())
def test_every_edit_is_told_with_two_different_values(data: st.DataObject) -> None:
    try:
        design = data.draw(edits(RICH)).apply(RICH).design
    except EditError:
        reject()
    for each in told(RICH, design):
        assert each.name
        for field in each.fields:
            assert field.title
            assert field.old != field.new, field

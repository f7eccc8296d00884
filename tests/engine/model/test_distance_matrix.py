"""The round trips of a design as a table: what is typed, what is inherited, what is measured."""

from __future__ import annotations

from typing import Any

from engine.model.design import Design
from engine.model.distance_matrix import Cell, distance_matrix, distances_from, known_rows
from engine.model.edits import SetField
from tests.helpers.builders import design


def frame(name: str, kind: str = "region", inside: str | None = None, **config: Any) -> Any:
    return {"id": name, "kind": kind, "frame": inside, "config": config}


def world() -> Design:
    """Two regions of a provider, one nowhere, two zones in the first, and a frame that is only drawn."""
    frames = [
        frame("east", place="aws/us-east-1"),
        frame("ireland", place="aws/eu-west-1"),
        frame("moon"),
        frame("a", "zone", "east", round_trip={"b": 0.002}),
        frame("b", "zone", "east"),
        frame("drawn", "group"),
    ]
    return design([], [], frames=frames)


def test_regions_zones_and_who_says_something_take_part() -> None:
    assert distance_matrix(world()).frames == ("east", "ireland", "moon", "a", "b")
    named = SetField("moon", ("config", "round_trip"), {"drawn": 1.3}).apply(world()).design
    assert distance_matrix(named).frames == ("east", "ireland", "moon", "a", "b", "drawn")


def test_each_cell_says_who_says_it() -> None:
    cells = distance_matrix(world()).cells
    assert cells["a", "b"] == cells["b", "a"] == Cell(0.002, "explicit")
    table = cells["east", "ireland"]
    assert table.told == "table"
    assert table.seconds is not None
    assert round(table.seconds, 6) == 0.0696
    assert table.between is None
    assert cells["a", "ireland"] == Cell(table.seconds, "table", ("east", "ireland"))
    assert cells["moon", "east"] == Cell(None, "unknown")
    assert ("a", "east") not in cells
    assert ("a", "a") not in cells


def test_what_a_person_says_reaches_what_lies_inside() -> None:
    made = SetField("moon", ("config", "round_trip"), {"east": 2.6}).apply(world()).design
    cells = distance_matrix(made).cells
    assert cells["moon", "east"] == Cell(2.6, "explicit")
    assert cells["moon", "a"] == Cell(2.6, "inherited", ("moon", "east"))
    usual = SetField("east", ("config",), {"inside": "typical"}).apply(world()).design
    usual = SetField("a", ("config",), {}).apply(usual).design
    assert distance_matrix(usual).cells["a", "b"] == Cell(0.0015, "typical", ("east", "east"))
    assert distance_matrix(usual).cells["east", "ireland"].told == "unknown"


def test_one_frame_has_the_cells_of_its_row() -> None:
    made, matrix = world(), distance_matrix(world())
    for frame in matrix.frames:
        row = distances_from(made, frame)
        wanted = {other: cell for (one, other), cell in matrix.cells.items() if one == frame}
        assert {other: cell for other, cell in row.items() if other in matrix.frames} == wanted
    assert distances_from(made, "drawn")["east"] == Cell(None, "unknown")


def test_what_is_known_is_found_once_a_pair_and_nothing_is_looked_up_of_those_that_say_nothing() -> (
    None
):
    said = SetField("moon", ("config", "round_trip"), {"drawn": 1.3}).apply(world()).design
    usual = SetField("east", ("config",), {"inside": "typical"}).apply(said).design
    for made in (world(), said, usual):
        matrix = distance_matrix(made)
        found = {pair: cell for row in known_rows(made) for pair, cell in row.items()}
        assert len({frozenset(pair) for pair in found}) == len(found)
        known = {pair for pair, cell in matrix.cells.items() if cell.seconds is not None}
        assert {*found, *((other, one) for one, other in found)} == known
        assert all(matrix.cells[pair] == cell for pair, cell in found.items())
    silent = [frame(f"f{place}") for place in range(50)]
    assert not list(known_rows(design([], [], frames=silent)))

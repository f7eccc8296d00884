"""Thousands of items move together: no more of them is judged than what changed."""

from __future__ import annotations

import math

import pytest

from engine.model import edits
from engine.model.design import Design, Frame, Node
from engine.model.edits import EditError, Move, Position
from engine.model.files import dumps, loads


def test_what_moves_is_judged_by_its_numbers_alone(monkeypatch) -> None:
    judged: list[str] = []
    validated = edits.validated

    def watched(design, item, raw):
        judged.append(item.id)
        return validated(design, item, raw)

    monkeypatch.setattr(edits, "validated", watched)
    nodes = tuple(Node(id=f"n{i}", kind="service", later=i) for i in range(50))
    frame = Frame(id="f", width=30.0)
    design = Design(nodes=nodes, frames=(frame,))
    places = [Position(node.id, 0.5 * i, -1e7) for i, node in enumerate(nodes)]
    applied = Move((*places, Position("f", 1.0, 2.0, 1e-3, 1e7))).apply(design)
    assert not judged
    made = applied.design
    assert loads(dumps(made)) == made
    anew = made.model_copy()
    vars(anew).pop("weight")
    assert made.weight == anew.weight
    assert applied.inverse.apply(made).design == design.model_copy(
        update={
            "nodes": tuple(each.model_copy(update={"x": 0.0, "y": 0.0}) for each in nodes),
            "frames": (frame.model_copy(update={"x": 0.0, "y": 0.0, "height": 300.0}),),
        }
    )
    for place in (
        Position("n1", 1e7 + 1.0, 0.0),
        Position("f", 0.0, 0.0, 0.0),
        Position("n1", math.nan, 0.0),
    ):
        with pytest.raises(EditError):
            Move((place,)).apply(design)
    assert judged == ["n1", "f", "n1"]

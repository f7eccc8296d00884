"""Whether two designs run the same is found without their fingerprints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.model.design import Node, Note
from engine.model.edits import (
    UNSET,
    Edit,
    Insert,
    Move,
    Placed,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from engine.model.files import dumps, loads
from engine.model.fingerprint import fingerprint, runs_alike
from tests.helpers.strategies import rich_raw

RICH = loads(json.dumps(rich_raw()))
NODE, LINK, FRAME = RICH.nodes[1].id, RICH.links[0].id, RICH.frames[0].id
CLASSES = [each.model_dump(mode="json") for each in RICH.classes]

EDITS: tuple[Edit, ...] = (
    SetField(NODE, ("name",), "Another"),
    SetField(NODE, ("config", "zzz"), [0.5] * 500),
    SetField(LINK, ("config", "timeout"), 0.123),
    SetField(LINK, ("config", "timeout"), UNSET),
    SetField(FRAME, ("collapsed",), True),
    SetField(FRAME, ("name",), "Elsewhere"),
    Move((Position(NODE, 12.0, 34.0),)),
    Remove(frozenset({NODE})),
    Insert((Placed(Node(id="fresh", kind="service")),)),
    Insert((Placed(Note(id="new-note")),)),
    SetDesign(("title",), "Another"),
    SetDesign(("scenario", "seed"), 4711),
    SetDesign(("classes",), CLASSES[:-1]),
)


@pytest.mark.parametrize("edit", EDITS, ids=repr)
def test_designs_run_alike_exactly_where_their_fingerprints_are_the_same(edit: Edit) -> None:
    applied = edit.apply(RICH)
    same = fingerprint(applied.design) == fingerprint(RICH)
    assert runs_alike(RICH, applied.design) is same
    assert runs_alike(applied.design, RICH) is same
    assert runs_alike(RICH, applied.inverse.apply(applied.design).design)


def test_a_design_that_is_read_again_runs_alike() -> None:
    assert runs_alike(RICH, loads(dumps(RICH)))


class _Untouched(float):
    """A number that nobody compares."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError(other)

    __hash__ = float.__hash__


def test_a_recording_that_is_the_very_same_is_not_looked_at() -> None:
    times = [_Untouched(place) for place in range(5)]
    config: dict[str, Any] = {"arrivals": {"process": "trace", "times": times}}
    client = Node.model_construct(id="users", kind="client", name="", frame=None, config=config)
    one = RICH.model_copy(update={"nodes": (client,)})
    renamed = client.model_copy(update={"name": "Users"})
    assert runs_alike(one, one.model_copy(update={"nodes": (renamed,)}))

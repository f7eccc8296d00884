"""Steps of a presentation: bounded, in the file only where there are some, and each edit can be taken back."""

from __future__ import annotations

import json

import pytest

from engine.model.design import Design, Step, View
from engine.model.differences import differences
from engine.model.edits import EditError
from engine.model.files import dumps, loads
from engine.model.presenting import added, changed, deleted, moment_of, moved
from tests.helpers.strategies import rich_raw

SHOP = Design.model_validate(rich_raw())
FIRST = Step(title="Calm", text="All is well", view=View(x=0, y=1.5, width=300, height=200), at=20)
SECOND = Step(text="<b>It falls</b>")
THIRD = Step(title="After", at=90.0)


def made() -> Design:
    design = SHOP
    for step in (FIRST, THIRD):
        design = added(design, step).apply(design).design
    return added(design, SECOND, 1).apply(design).design


def test_steps_are_kept_in_order_and_only_what_was_set_is_written() -> None:
    design = made()
    assert [each.text for each in design.presentation] == ["All is well", "<b>It falls</b>", ""]
    raw = json.loads(dumps(design))["presentation"]
    assert raw[1] == {"text": "<b>It falls</b>"}
    assert raw[0]["view"] == {"x": 0, "y": 1.5, "width": 300, "height": 200}
    assert loads(dumps(design)) == design
    assert dumps(loads(dumps(design))) == dumps(design)
    assert "presentation" not in json.loads(dumps(SHOP))


@pytest.mark.parametrize(
    "edit",
    [
        lambda design: added(design, SECOND),
        lambda design: changed(design, 1, THIRD),
        lambda design: moved(design, 0, 2),
        lambda design: deleted(design, 0),
    ],
)
def test_every_edit_can_be_taken_back_and_saved(edit) -> None:
    design = made()
    applied = edit(design).apply(design)
    assert applied.design != design
    assert not applied.changes.affects_run
    assert loads(dumps(applied.design)) == applied.design
    back = applied.inverse.apply(applied.design).design
    assert (back, dumps(back)) == (design, dumps(design))


def test_without_the_last_step_the_file_is_as_if_there_had_been_none() -> None:
    design = added(SHOP, FIRST).apply(SHOP).design
    assert dumps(deleted(design, 0).apply(design).design) == dumps(SHOP)


def test_a_step_without_a_moment_stays_at_that_before() -> None:
    design = made()
    assert [moment_of(design, place) for place in range(3)] == [20.0, 20.0, 90.0]
    alone = added(SHOP, SECOND).apply(SHOP).design
    assert moment_of(alone, 0) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "x" * 201},
        {"text": "x" * 2_001},
        {"at": -1.0},
        {"at": 1e10},
        {"view": View.model_construct(x=0.0, y=0.0, width=0.0, height=1.0)},
        {"view": View.model_construct(x=1e8, y=0.0, width=1.0, height=1.0)},
    ],
)
def test_steps_are_bounded(wrong) -> None:
    with pytest.raises(EditError):
        added(SHOP, FIRST.model_copy(update=wrong)).apply(SHOP)


def test_no_more_steps_than_are_read() -> None:
    design = SHOP.model_copy(update={"presentation": (SECOND,) * 500})
    with pytest.raises(EditError, match="at most 500"):
        added(design, SECOND).apply(design)


def test_steps_are_told_apart() -> None:
    design = made()
    found = [(each.verb, each.sort, each.name) for each in differences(SHOP, design)]
    assert found == [("added", "step", "Calm"), ("added", "step", "2"), ("added", "step", "After")]

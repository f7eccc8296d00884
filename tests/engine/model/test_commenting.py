"""Comments: kept in files, bounded, and undone in one step."""

from __future__ import annotations

import json

import pytest

from app.cascade import completed
from engine.model.commenting import answered, open_by_item, resolved, said, taken_back
from engine.model.design import Comment, Design, Link, Node, Reply
from engine.model.edits import EditError, Remove
from engine.model.files import dumps, loads
from engine.model.limits import MAX_COUNTS

SHOP = Design(
    nodes=(Node(id="web", kind="service"), Node(id="db", kind="sql_database")),
    links=(Link(id="web-db", source="web", target="db"),),
)
ASKED = Comment(text="Why ten?", author="Ada", written="2026-11-29T16:00:00Z", about="web", at=61.5)


def test_a_comment_and_its_answers_survive_a_file_to_the_byte() -> None:
    design = said(SHOP, ASKED).apply(SHOP).design
    design = answered(design, 0, Reply(text="Because.", author="Bob")).apply(design).design
    text = dumps(design)
    assert loads(text) == design
    assert dumps(loads(text)) == text
    found = json.loads(text)["comments"][0]
    assert found["about"] == "web"
    assert found["at"] == 61.5
    assert found["replies"] == [{"text": "Because.", "author": "Bob"}]


def test_a_design_without_comments_is_written_as_before() -> None:
    assert "comments" not in json.loads(dumps(SHOP))
    asked = said(SHOP, ASKED).apply(SHOP)
    assert dumps(asked.inverse.apply(asked.design).design) == dumps(SHOP)


def test_everything_that_is_done_with_a_comment_can_be_undone() -> None:
    design = said(SHOP, ASKED).apply(SHOP).design
    for edit in (
        answered(design, 0, Reply(text="No.")),
        resolved(design, 0, done=True),
        taken_back(design, 0),
    ):
        applied = edit.apply(design)
        assert applied.design != design
        assert applied.inverse.apply(applied.design).design == design
        assert not applied.changes.affects_run


def test_open_comments_are_counted_by_item() -> None:
    design = said(SHOP, ASKED).apply(SHOP).design
    design = said(design, ASKED.model_copy(update={"about": "web-db"})).apply(design).design
    design = said(design, ASKED).apply(design).design
    assert open_by_item(design) == {"web": 2, "web-db": 1}
    design = resolved(design, 0, done=True).apply(design).design
    assert open_by_item(design) == {"web": 1, "web-db": 1}
    assert open_by_item(resolved(design, 0, done=False).apply(design).design)["web"] == 2


def test_a_comment_goes_with_what_it_is_about_and_comes_back_with_it() -> None:
    design = said(SHOP, ASKED.model_copy(update={"about": "web-db"})).apply(SHOP).design
    edit = Remove.of("web")
    whole = completed(edit, edit.apply(design))
    applied = whole.apply(design)
    assert applied.design.comments == ()
    assert applied.inverse.apply(applied.design).design == design


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "x" * 5_001},
        {"author": "x" * 101},
        {"written": "x" * 41},
        {"at": -1.0},
        {"at": 1e10},
        {"about": "no id"},
        {"replies": tuple(Reply(text="x") for _ in range(201))},
    ],
)
def test_comments_are_bounded(wrong) -> None:
    with pytest.raises(EditError):
        said(SHOP, ASKED.model_copy(update=wrong)).apply(SHOP)


def test_there_are_no_more_comments_than_are_read() -> None:
    most = MAX_COUNTS["comments"]
    design = SHOP.model_copy(update={"comments": (ASKED,) * most})
    with pytest.raises(EditError, match=f"at most {most}"):
        said(design, ASKED).apply(design)
    loads(dumps(design))

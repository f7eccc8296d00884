"""Citations: bounded, in the file only where there are some, judged by a run, and every edit can be taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import check
from engine.catalog.citing import broken_citations, chips, said
from engine.model import commenting
from engine.model.citing import (
    cited_of,
    citing,
    foot_of,
    judged,
    new_note,
    replaced,
    uncited,
)
from engine.model.design import Citation, Comment, Design, Note
from engine.model.differences import differences
from engine.model.edits import EditError, Move, Position, SetDesign, SetField
from engine.model.files import dumps, loads
from engine.model.fingerprint import fingerprint
from engine.run.session import Session

SHOP = Design.model_validate(
    {
        "title": "Shop",
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 60}}},
            {"id": "web", "kind": "service", "name": "Web", "x": 300, "config": {"workers": 1}},
        ],
        "links": [{"id": "a", "source": "users", "target": "web"}],
        "notes": [{"id": "note", "text": "Fast enough"}],
        "scenario": {"duration": 60, "warmup": 5, "seed": 4},
    }
)  # fmt: skip
P99 = "web.residence.p99"


def measured(design: Design) -> dict[str, Any]:
    session = Session(design)
    session.advance(design.scenario.duration)
    return session.result()


def cited(design: Design, metric: str = P99) -> Design:
    citation = cited_of(design, measured(design), metric)
    assert citation is not None
    return citing(design, "note", citation).apply(design).design


def codes(design: Design) -> list[str]:
    return [each.code for each in check(design) if each.code.startswith("citation")]


def test_what_was_cited_is_kept_and_written_only_where_there_is_some() -> None:
    result, design = measured(SHOP), cited(SHOP)
    (citation,) = design.notes[0].citations
    assert citation.value == result["nodes"]["web"]["residence"]["p99"]
    assert citation.run == result["hash"]
    assert loads(dumps(design)) == design
    assert dumps(loads(dumps(design))) == dumps(design)
    assert "citations" not in json.loads(dumps(SHOP))["notes"][0]
    assert {each.id for each in differences(SHOP, design)} == {"note"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda design: citing(design, "note", Citation(run="f", metric="users.goodput", value=3.0)),
        lambda design: replaced(design, "note", 0, Citation(run="f", metric=P99, value=2.0)),
        lambda design: uncited(design, "note", 0),
        lambda design: new_note(Note(id="two", citations=design.notes[0].citations)),
    ],
)
def test_every_edit_can_be_taken_back_and_saved(edit: Any) -> None:
    design = cited(SHOP)
    applied = edit(design).apply(design)
    assert applied.design != design
    assert loads(dumps(applied.design)) == applied.design
    back = applied.inverse.apply(applied.design)
    assert (back.design, dumps(back.design)) == (design, dumps(design))


def test_a_note_grows_and_shrinks_by_what_it_cites_so_that_its_text_keeps_its_room() -> None:
    def room(design: Design) -> float:
        note = design.notes[0]
        return note.height - foot_of(len(note.citations))

    one = cited(SHOP)
    two = citing(one, "note", Citation(run="f", metric="users.goodput", value=3.0)).apply(one)
    assert [room(each) for each in (one, two.design)] == [room(SHOP)] * 2
    assert two.design.notes[0].height == SHOP.notes[0].height + 2 * 22.0 + 6.0
    none = uncited(one, "note", 0).apply(one).design
    assert none.notes[0].height == SHOP.notes[0].height


def test_a_metric_is_cited_once_on_a_note() -> None:
    design = cited(SHOP)
    again = citing(design, "note", Citation(run="f", metric=P99, value=1.0)).apply(design).design
    assert [each.value for each in again.notes[0].citations] == [1.0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"run": ""},
        {"run": "x" * 65},
        {"metric": ""},
        {"metric": "x" * 201},
        {"value": 1e19},
        {"tolerance": -0.1},
        {"tolerance": 11.0},
        {"design": "x" * 65},
    ],
)
def test_citations_are_bounded(wrong: Any) -> None:
    citation = Citation(run="f", metric=P99, value=1.0).model_copy(update=wrong)
    with pytest.raises(EditError):
        citing(SHOP, "note", citation).apply(SHOP)


def test_no_more_than_twenty_on_a_note() -> None:
    many = [{"run": "f", "metric": f"web.m{i}", "value": 1.0} for i in range(21)]
    with pytest.raises(EditError):
        SetField("note", ("citations",), many).apply(SHOP)


def test_drawing_naming_and_saying_leave_the_fingerprint_and_settings_change_it() -> None:
    same = (
        Move((Position("web", 9.0, 9.0),)),
        SetField("web", ("name",), "Other"),
        SetField("note", ("text",), "Other"),
        SetDesign(("title",), "Other"),
        SetDesign(("objectives",), [{"metric": P99, "below": 1.0}]),
    )
    other = (
        SetField("web", ("config", "workers"), 2),
        SetDesign(("scenario", "seed"), 5),
        SetDesign(("scenario", "duration"), 61.0),
    )
    assert {fingerprint(edit.apply(SHOP).design) for edit in same} == {fingerprint(SHOP)}
    changed = {fingerprint(edit.apply(SHOP).design) for edit in other}
    assert len(changed) == 3
    assert fingerprint(SHOP) not in changed
    assert fingerprint(loads(dumps(SHOP))) == fingerprint(SHOP)


def test_a_run_bears_its_own_number_out_and_its_hash_knows_nothing_of_notes() -> None:
    design = cited(SHOP)
    result = measured(design)
    assert [(each["holds"], each["same_design"]) for each in result["citations"]] == [(True, True)]
    assert result["hash"] == measured(SHOP)["hash"]
    assert "citations" not in measured(SHOP)
    assert list(broken_citations(design, result)) == []
    assert codes(design) == []
    (chip,) = chips(design, result)["note"]
    assert (chip.standing, chip.word) == ("holds", "holds")
    assert chip.text.startswith("Web: ")


def test_another_design_is_told_before_a_run_and_a_number_that_no_longer_holds_after_it() -> None:
    design = SetField("web", ("config", "workers"), 8).apply(cited(SHOP)).design
    assert codes(design) == ["citation-other-design"]
    assert chips(design, None)["note"][0].standing == "other"
    result = measured(design)
    (verdict,) = result["citations"]
    assert (verdict["holds"], verdict["same_design"]) == (False, False)
    assert verdict["measured"] == result["nodes"]["web"]["residence"]["p99"]
    (finding,) = broken_citations(design, result)
    assert (finding.code, finding.id, finding.field) == ("citation-broken", "note", "citations.0")
    assert "no longer holds" in finding.message
    assert finding.fix is not None
    mended = finding.fix.apply(design).design
    assert judged(mended, result)[0]["holds"]
    assert codes(mended) == []
    assert chips(design, result)["note"][0].word.startswith("now ")


def test_a_number_that_no_run_has_is_told() -> None:
    gone = Citation(run="f00d", metric="mail.latency.p99", value=1.0)
    design = citing(SHOP, "note", gone).apply(SHOP).design
    assert codes(design) == ["citation-unknown"]
    assert measured(design)["citations"][0]["measured"] is None
    assert not measured(design)["citations"][0]["holds"]


def test_shares_above_a_limit_are_measured_because_they_are_cited() -> None:
    metric = "users.latency.above.0.1"
    design = citing(SHOP, "note", Citation(run="f", metric=metric, value=0.5)).apply(SHOP).design
    (verdict,) = measured(design)["citations"]
    assert 0.0 <= verdict["measured"] <= 1.0


def test_the_tolerance_is_a_share_of_the_value() -> None:
    citation = Citation(run="f", metric=P99, value=0.1, tolerance=0.1)
    assert citation.holds(0.1099)
    assert citation.holds(0.0901)
    assert not citation.holds(0.112)
    assert not citation.holds(0.088)
    exact = Citation(run="f", metric="users.failed.timeout", value=0.0, tolerance=0.0)
    assert exact.holds(0.0)
    assert not exact.holds(1.0)


def test_it_is_said_in_words() -> None:
    citation = Citation(run="3f2a" * 16, metric=P99, value=0.048)
    assert said(SHOP, citation) == "Web: p99 residence was 48 ms in run 3f2a3f2a"


def commented(design: Design, *, resolved: bool = False, about: str | None = "web") -> Design:
    """A comment about the service that cites its p99."""
    comment = Comment(text="Look", about=about, resolved=resolved)
    made = commenting.said(design, comment).apply(design).design
    citation = cited_of(made, measured(made), P99)
    assert citation is not None
    return citing(made, 0, citation).apply(made).design


def test_comments_cite_as_notes_do_and_other_comments_are_written_as_before() -> None:
    design = commented(SHOP)
    assert [each.metric for each in design.comments[0].citations] == [P99]
    assert loads(dumps(design)) == design
    plain = commenting.said(SHOP, Comment(text="Plain")).apply(SHOP).design
    assert "citations" not in json.loads(dumps(plain))["comments"][0]
    for edit in (
        uncited(design, 0, 0),
        replaced(design, 0, 0, Citation(run="f", metric=P99, value=9.0)),
        citing(design, 0, Citation(run="f", metric="users.goodput", value=3.0)),
    ):
        applied = edit.apply(design)
        assert loads(dumps(applied.design)) == applied.design
        assert dumps(applied.inverse.apply(applied.design).design) == dumps(design)
    gone = uncited(design, 0, 0).apply(design).design
    assert "citations" not in json.loads(dumps(gone))["comments"][0]
    with pytest.raises(EditError):
        citing(design, 7, design.comments[0].citations[0]).apply(design)


def test_a_number_of_a_comment_that_holds_no_longer_is_found_at_what_it_is_about() -> None:
    design = commented(SHOP)
    result = measured(design)
    assert result["citations"] == [
        {"comment": 0} | {k: v for k, v in judged(design, result)[0].items() if k != "comment"}
    ]
    assert list(broken_citations(design, result)) == []
    (chip,) = chips(design, result)[0]
    assert (chip.standing, chip.word) == ("holds", "holds")
    slow = SetField("web", ("config", "workers"), 3).apply(design).design
    assert "citation-other-design" in codes(slow)
    (finding,) = broken_citations(slow, measured(slow))
    assert (finding.code, finding.id) == ("citation-broken", "web")
    assert finding.fix is not None
    mended = finding.fix.apply(slow).design
    assert list(broken_citations(mended, measured(mended))) == []
    assert mended.comments[0].text == "Look"
    done = commenting.resolved(slow, 0, done=True).apply(slow).design
    assert list(broken_citations(done, measured(done))) == []
    assert codes(done) == []
    whole = commented(SHOP, about=None)
    slow = SetField("web", ("config", "workers"), 3).apply(whole).design
    (finding,) = broken_citations(slow, measured(slow))
    assert finding.id is None

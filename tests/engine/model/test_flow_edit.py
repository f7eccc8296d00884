"""Steps of flows that are added, moved, put into others and taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from engine.model.flow import Flow
from engine.model.flow_edit import (
    KINDS,
    WRAPS,
    at,
    entries,
    inner_key,
    inserted,
    made,
    moved,
    removed,
    replaced,
    shifted,
    unwrapped,
    wrapped,
)

ADAPTER: TypeAdapter[object] = TypeAdapter(Flow)
A, B, C, W = {"call": "a"}, {"call": "b"}, {"call": "c"}, {"work": "service_time"}
calls = st.sampled_from("abcdef").map(lambda each: {"call": each})
flows = st.lists(
    st.recursive(
        calls,
        lambda inner: st.builds(
            made,
            st.sampled_from(WRAPS),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def names(flow) -> list[str]:
    """The calls of a flow, in order."""
    return [entry.raw["call"] for entry in entries(flow) if entry.kind == "call"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_new_step_is_a_step(kind) -> None:
    ADAPTER.validate_python([made(kind, link="a")])
    ADAPTER.validate_python(
        wrapped([A], (0,), kind)[0] if kind in WRAPS else [made(kind, link="a")]
    )


def test_entries_are_listed_before_what_is_inside_them() -> None:
    flow = [W, {"choice": [{"when": "miss", "do": [A]}, {"do": [{"parallel": [B, C]}]}]}]
    assert [(entry.path, entry.kind, entry.depth) for entry in entries(flow)] == [
        ((0,), "work", 0),
        ((1,), "choice", 0),
        ((1, "choice", 0), "way", 1),
        ((1, "choice", 0, "do", 0), "call", 2),
        ((1, "choice", 1), "way", 1),
        ((1, "choice", 1, "do", 0), "parallel", 2),
        ((1, "choice", 1, "do", 0, "parallel", 0), "call", 3),
        ((1, "choice", 1, "do", 0, "parallel", 1), "call", 3),
    ]


def test_what_is_empty_goes_with_its_last_step() -> None:
    flow = [{"choice": [{"do": [{"sequence": [A]}]}, {"do": [B]}]}]
    assert removed(flow, (0, "choice", 0, "do", 0, "sequence", 0)) == [{"choice": [{"do": [B]}]}]
    assert removed([{"loop": 2, "do": [A]}], (0, "do", 0)) == []


def test_a_parallel_needs_no_more_than_are_left() -> None:
    flow = [{"parallel": [A, B, C], "need": 3}]
    assert removed(flow, (0, "parallel", 1)) == [{"parallel": [A, C], "need": 2}]


def test_steps_move_into_and_out_of_others() -> None:
    flow = [A, {"parallel": [B]}, C]
    assert moved(flow, (0,), (1, "parallel", 1)) == ([{"parallel": [B, A]}, C], (0, "parallel", 1))
    assert moved(flow, (1, "parallel", 0), (3,)) == ([A, C, B], (2,))
    assert moved(flow, (1, "parallel", 0), (0,)) == ([B, A, C], (0,))
    assert moved(flow, (1,), (1, "parallel", 0)) == (flow, (1,))
    assert moved(flow, (2,), (0,)) == ([C, A, {"parallel": [B]}], (0,))
    assert moved(flow, (0,), (3,)) == ([{"parallel": [B]}, C, A], (2,))


def test_ways_stay_ways() -> None:
    flow = [{"choice": [{"when": "miss", "do": [A]}, {"do": [B]}]}, C]
    assert moved(flow, (0, "choice", 0), (2,)) == (flow, (0, "choice", 0))
    assert moved(flow, (1,), (0, "choice", 0)) == (flow, (1,))
    changed, path = moved(flow, (0, "choice", 0), (0, "choice", 2))
    assert changed[0]["choice"][1]["when"] == "miss"
    assert path == (0, "choice", 1)


@given(flows, st.data())
def test_wrapping_and_unwrapping_keep_every_call(flow, data) -> None:
    steps = [entry for entry in entries(flow) if entry.kind != "way"]
    step = data.draw(st.sampled_from(steps))
    new, path = wrapped(flow, step.path, data.draw(st.sampled_from(WRAPS)))
    assert at(new, path) == step.raw
    assert names(new) == names(flow)
    assert list(entries(new))
    out, place = unwrapped(new, path)
    assert at(out, place) == step.raw
    assert sorted(names(out)) == sorted(names(flow))
    ADAPTER.validate_python(out)


@given(flows, st.data())
def test_a_moved_step_is_where_it_was_put(flow, data) -> None:
    found = list(entries(flow))
    step = data.draw(st.sampled_from([entry for entry in found if entry.kind != "way"]))
    lists = [()] + [
        (*entry.path, key) for entry in found if (key := inner_key(entry.kind)) and key != "choice"
    ]
    around = data.draw(st.sampled_from(lists))
    place = data.draw(st.integers(0, len(at(flow, around))))
    new, path = moved(flow, step.path, (*around, place))
    assert at(new, path) == step.raw
    assert sorted(names(new)) == sorted(names(flow))
    ADAPTER.validate_python(new)


@given(flows, st.data())
def test_adding_and_removing_are_each_others_inverse(flow, data) -> None:
    step = data.draw(st.sampled_from([e for e in entries(flow) if e.kind != "way"]))
    assert removed(inserted(flow, step.path, W), step.path) == flow
    assert replaced(flow, step.path, step.raw) == flow


@given(flows)
def test_shifting_down_and_up_again_changes_nothing(flow) -> None:
    down, path = shifted(flow, (0,), 1)
    assert shifted(down, path, -1)[0] == flow or len(flow) == 1
    assert shifted(flow, (0,), -1) == (flow, (0,))

"""What can be saved can be opened: every edit that is accepted leaves a design that its file holds."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.design import Design, Frame, Link, Node, Note
from engine.model.edits import (
    UNSET,
    CompoundEdit,
    Edit,
    EditError,
    Insert,
    Move,
    Placed,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from engine.model.files import FileError, dumps, loads, save, unsound
from engine.model.limits import MAX_BYTES, MAX_DEPTH, MAX_NESTING, LimitError, weigh
from tests.helpers.strategies import JUNK, rich_raw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.strategies import Draw

RICH = loads(json.dumps(rich_raw()))


def nested(depth: int, core: Any = 1) -> Any:
    """Lists in lists."""
    value: Any = core
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = st.one_of(
    JUNK,
    st.sampled_from(
        [
            -0.0,
            2**63,
            -(2**63),
            2**63 - 1,
            10**400,
            1e308,
            5e-324,
            "x" * 201,
            "\udfff",
            "\x1b[31m",
            "\u202e",
            "a\nb",
            "../..",
            "web",
            "zone",
            "region",
            nested(35),
            nested(36),
            nested(60),
            [math.nan],
            {"a": {"b": math.inf}},
            {"\ud800": 1},
            {"": {}},
            [1.5] * 300,
            [*([1.5] * 300), math.nan],
            [*range(250), 2**64],
            (1, 2),
            {1: 2},
            b"bytes",
            {"windtunnel": 1, "id": "x"},
        ]
    ),
)
NAMES = st.sampled_from(
    [
        "name",
        "kind",
        "x",
        "width",
        "frame",
        "source",
        "target",
        "text",
        "collapsed",
        "config",
        "colour",
        "copy",
        "model_fields",
        "item",
        "self",
        "id",
        "\ud800",
        "",
        "arrivals",
        "service_time",
        "values",
        "0",
        "7",
        "²",
        "9" * 5000,
    ]
)
PATHS = st.lists(NAMES, max_size=4).map(tuple) | st.just(("config",) + ("a",) * 50)
IDS = st.sampled_from(["users", "web", "db", "region", "zone", "hint", "web-cache", "new", "ghost"])
NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from(
    [1e7, -1e7, 1e7 + 1, 0, -0.0, 10**400, 5e-324]
)


@st.composite
def items(draw: Draw) -> Node | Link | Frame | Note:
    """Items, some of which could not be made by their own class."""
    sort = draw(st.sampled_from([Node, Link, Frame, Note]))
    fields: dict[str, Any] = {"id": draw(IDS), draw(NAMES): draw(HOSTILE)}
    fields |= {"kind": "service"} if sort is Node else {}
    fields |= {"source": draw(IDS), "target": draw(IDS)} if sort is Link else {}
    fields |= {"frame": draw(IDS)} if sort is Frame else {}
    whole: Node | Link | Frame | Note = sort.model_construct(None, **{"id": "new"} | fields)
    return whole


@st.composite
def hostile(draw: Draw) -> Edit:
    """An edit with something in it that nobody should send."""
    sort = draw(st.sampled_from(["field", "design", "insert", "move", "remove", "compound"]))
    if sort == "field":
        return SetField(draw(IDS), draw(PATHS), draw(HOSTILE | st.just(UNSET)))
    if sort == "design":
        top = draw(st.sampled_from(["title", "description", "classes", "scenario", "objectives"]))
        rest = st.sampled_from(["events", "seed", "0", "at", "name", "keys", "metric", "with"])
        return SetDesign((top, *draw(st.lists(rest, max_size=3))), draw(HOSTILE | st.just(UNSET)))
    if sort == "insert":
        places = st.none() | st.integers(0, 9)
        placed = st.builds(Placed, items(), places)
        return Insert(tuple(draw(st.lists(placed, min_size=1, max_size=3))))
    if sort == "move":
        position = st.builds(
            Position, IDS, NUMBERS, NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS
        )
        return Move(tuple(draw(st.lists(position, min_size=1, max_size=3))))
    if sort == "remove":
        return Remove(frozenset(draw(st.lists(IDS, min_size=1, max_size=3))))
    return CompoundEdit((draw(hostile()), draw(hostile())), "Both")


def weighed_anew(design: Design) -> int:
    """The weight of a design that nobody has weighed yet."""
    copy = design.model_copy()
    vars(copy).pop("weight", None)
    return copy.weight


def refusal(edit: Edit, design: Design) -> str | None:
    """Why an edit does not fit; None where it does."""
    try:
        edit.apply(design)
    except EditError as error:
        return str(error)
    return None


@settings(max_examples=200, deadline=None)
@given(st.lists(hostile(), min_size=1, max_size=4))
def test_what_an_edit_leaves_can_be_saved_and_opened(wanted: list[Edit]) -> None:
    design = RICH
    for edit in wanted:
        before = dumps(design)
        refused = refusal(edit, design)
        if refused is not None:
            assert refused.isprintable()
            assert len(refused) < 400
            assert dumps(design) == before
            continue
        applied = edit.apply(design)
        text = dumps(applied.design)
        assert loads(text) == applied.design
        assert dumps(loads(text)) == text
        assert len(text.encode()) <= applied.design.weight == weighed_anew(applied.design)
        assert dumps(applied.inverse.apply(applied.design).design) == before
        design = applied.design


@pytest.mark.parametrize("odd", ["\x1f", "\x1b[2J", "\u202e", "a\nb"])
def test_a_refusal_can_be_printed_whatever_an_id_is(odd: str) -> None:
    refused = refusal(Insert.of(Node.model_construct(id=odd, kind="service")), RICH)
    assert refused is not None
    assert refused.isprintable()


def test_a_recording_that_goes_is_not_weighed_for_that() -> None:
    """Little takes its place, so that the design is lighter; by how much is found out when somebody asks."""
    recorded = SetField(
        "users", ("config", "arrivals"), {"process": "trace", "times": [0.5] * 1000}
    )
    design = recorded.apply(RICH).design
    assert "weight" in vars(design)
    applied = SetField("users", ("config", "arrivals"), {"process": "poisson", "rate": 5.0}).apply(
        design
    )
    assert "weight" not in vars(applied.design)
    assert applied.design.weight == weighed_anew(applied.design) < design.weight
    assert applied.inverse.apply(applied.design).design.weight == design.weight


def pile(count: int) -> tuple[Node, ...]:
    """So many nodes."""
    return tuple(Node(id=f"n{place}", kind="service") for place in range(count))


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (Insert.of(*pile(4_995)), "has 5003 nodes; at most 5000 are read"),
        (SetDesign(("classes",), [{"name": f"c{n}"} for n in range(201)]), "201 classes"),
        (SetField("web", ("name",), "x" * 201), "at most 200 characters"),
        (SetField("region", ("frame",), "zone"), "lies inside itself"),
        (SetField("region", ("frame",), "region"), "lies inside itself"),
        (SetField("web", ("frame",), "nowhere"), "is no frame"),
        (SetField("web-cache", ("target",), "zone"), "is no node"),
        (SetField("web", ("config", "a"), 2**63), "too large"),
        (SetField("web", ("config", "a"), nested(MAX_DEPTH)), "nested deeper"),
        (SetField("web", ("config", "a"), "\ud800"), "broken character"),
        (SetField("web", ("colour",), math.nan), "finite number"),
        (SetField("web", ("config", "a"), (1, 2)), "no JSON"),
        (SetDesign(("title",), "\udfff"), "broken character"),
        (Insert.of(Frame(id="a", frame="b"), Frame(id="b", frame="a")), "lies inside itself"),
        (Insert.of(Node(id="a", kind="service", frame="nowhere")), "is no frame"),
        (Move((Position("web", 10**400, 0),)), "too large"),
    ],
)
def test_what_a_file_could_not_hold_is_refused_in_one_line(edit: Edit, says: str) -> None:
    before = dumps(RICH)
    with pytest.raises(EditError, match=says) as caught:
        edit.apply(RICH)
    assert "\n" not in str(caught.value)
    assert dumps(RICH) == before


def test_frames_do_not_nest_without_end() -> None:
    chain = [Frame(id="f0"), *(Frame(id=f"f{n}", frame=f"f{n - 1}") for n in range(1, 65))]
    fits = Insert.of(*chain).apply(Design()).design
    assert loads(dumps(fits)) == fits
    with pytest.raises(EditError, match=f"more than {MAX_NESTING} frames"):
        Insert.of(Frame(id="last", frame="f64")).apply(fits)


def test_the_size_of_the_file_is_bounded_by_every_way_to_grow() -> None:
    recording = [n * 0.123457 for n in range(200_000)]
    times = ("config", "arrivals", "times")
    design = SetField("users", times, recording).apply(RICH).design
    assert loads(dumps(design)) == design
    design = SetField("crowd", times, recording).apply(design).design
    assert len(dumps(design).encode()) <= MAX_BYTES
    with pytest.raises(EditError, match="larger than 10 MB"):
        SetField("web", ("config", "x"), recording * 3).apply(design)
    with pytest.raises(EditError, match="larger than 10 MB"):
        Insert.of(Node(id="more", kind="client", config={"x": recording * 3})).apply(design)
    notes = [Note(id=f"note{n}", text="ä" * 20_000) for n in range(260)]
    with pytest.raises(EditError, match="larger than 10 MB"):
        Insert.of(*notes).apply(design)


def test_a_file_that_would_grow_too_large_when_it_is_saved_is_not_opened() -> None:
    """It is written with line breaks, and so larger than it was."""
    long = nested(20, [0] * 150)
    values = json.dumps([long] * 1_800, separators=(",", ":"))
    text = (
        '{"windtunnel":1,"nodes":[{"id":"a","kind":"service","config":{"x":' + values[:-1] + "]}}]}"
    )
    assert len(text) < MAX_BYTES / 10
    with pytest.raises(FileError, match="larger than 10 MB"):
        loads(text)


def test_unknown_fields_may_have_any_name() -> None:
    raw = rich_raw() | {"item": 1, "copy": 2, "node_by_id": 3, "weight": 4, "_fields_set": 5}
    raw["nodes"][0] |= {"model_fields": 1, "copy": {"self": 2}}
    design = loads(json.dumps(raw))
    for edit in (
        SetField("users", ("name",), "U"),
        SetDesign(("title",), "T"),
        Move((Position("users", 1, 2),)),
        Remove.of("web"),
    ):
        made = edit.apply(design).design
        assert loads(dumps(made)) == made
        assert json.loads(dumps(made))["copy"] == 2
        assert json.loads(dumps(made))["nodes"][0]["model_fields"] == 1


def test_the_writer_refuses_what_the_reader_would(tmp_path: Path) -> None:
    broken = Design(nodes=pile(1), links=(Link(id="l", source="n0", target="gone"),))
    with pytest.raises(FileError, match=r"cannot be saved: l: target: 'gone' is no node"):
        save(broken, tmp_path / "x.windtunnel")
    assert list(tmp_path.iterdir()) == []
    assert "5001 nodes" in str(unsound(Design(nodes=pile(5_001))))


@pytest.mark.parametrize("value", [math.nan, 2**63, "\ud800", {1: 2}, object(), nested(40)])
def test_what_is_no_json_weighs_nothing(value: Any) -> None:
    with pytest.raises(LimitError):
        weigh(value)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
        | st.integers(-(2**63) + 1, 2**63 - 1),
        lambda inner: (
            st.lists(inner, max_size=6)
            | st.dictionaries(
                st.text(st.characters(exclude_categories=["Cs"]), max_size=9), inner, max_size=5
            )
        ),
    )
)
def test_no_value_takes_more_bytes_than_it_weighs(value: Any) -> None:
    design = SetField("web", ("config", "x"), value).apply(RICH).design
    assert len(dumps(design).encode()) <= design.weight
    assert loads(dumps(design)) == design


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False)
        | st.integers(-(2**63) + 1, 2**63 - 1)
        | st.sampled_from([1e16, 1e-5, 1e-7, 5e-324, -1.7e308, 0.0]),
        min_size=200,
        max_size=210,
    )
)
def test_long_lists_of_numbers_are_never_lighter_than_what_is_written(values: list[float]) -> None:
    assert len(json.dumps(values)) <= weigh(values) <= 1.4 * len(json.dumps(values)) + 300


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 2**63])
@pytest.mark.parametrize("place", [0, 150, 299])
def test_a_number_that_no_file_holds_is_found_anywhere_in_a_long_list(
    wrong: float, place: int
) -> None:
    values = [1e308, -1e308] * 150  # whose sum may be none either, on the way
    assert weigh(values) > 0
    values[place] = wrong
    with pytest.raises(LimitError):
        weigh(values)


def test_the_weight_of_what_is_moved_and_named_is_that_of_the_whole() -> None:
    made = RICH
    for edit in (
        Move((Position(RICH.nodes[0].id, -0.0, 1234.5678901),)),
        Move(
            (
                Position(RICH.nodes[0].id, 0.0, 7.0),
                Position(RICH.frames[0].id, 1.0, 2.0, 300.0, 4.5),
            )
        ),
        SetField(RICH.nodes[1].id, ("name",), "\u00e9" * 90),
        SetField(RICH.nodes[1].id, ("frame",), None),
        SetField(RICH.nodes[1].id, ("zzz",), [0.5] * 300),
        SetField(RICH.nodes[1].id, ("zzz",), {"a": -0.0}),
    ):
        made = edit.apply(made).design
        afresh = made.model_copy()
        vars(afresh).pop("weight")
        assert made.weight == afresh.weight


@pytest.mark.parametrize("sort", [Node, Link, Frame, Note])
def test_an_item_without_an_id_is_refused_in_a_line(sort: Any) -> None:
    item = sort.model_construct(id=None, kind="group", source="web", target="web")
    with pytest.raises(EditError, match="id"):
        Insert((Placed(item),)).apply(RICH)

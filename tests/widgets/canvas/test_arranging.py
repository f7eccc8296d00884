"""Lining up, spreading evenly, and looking along the path of what is selected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from engine.model.design import Design, Frame, Link, Node
from engine.sim.snapshot import Crossing, Snapshot
from widgets.canvas.aligning import WAYS, lined_up
from widgets.canvas.focus import path_of

numbers = st.floats(-1000.0, 1000.0)
rects = st.builds(QRectF, numbers, numbers, st.floats(1.0, 300.0), st.floats(1.0, 300.0))


@given(st.lists(rects, min_size=3, max_size=8), st.sampled_from(WAYS))
def test_things_keep_their_size_and_stay_within_their_common_outline(found, way) -> None:
    before = {str(i): rect for i, rect in enumerate(found)}
    box = QRectF()
    for rect in found:
        box = box.united(rect)
    for each, rect in lined_up(before, way).items():
        assert rect.width() == pytest.approx(before[each].width())
        assert rect.height() == pytest.approx(before[each].height())
        if way not in ("across", "down"):
            assert box.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(rect)


def test_gaps_become_equal() -> None:
    made = lined_up(
        {"a": QRectF(0, 0, 10, 10), "c": QRectF(200, 5, 40, 10), "b": QRectF(20, 50, 30, 10)},
        "across",
    )
    assert made["a"] == QRectF(0, 0, 10, 10)
    assert made["c"] == QRectF(200, 5, 40, 10)
    assert made["b"].left() - 10 == pytest.approx(200 - made["b"].right())
    assert made["b"].top() == 50


def test_aligning_is_one_step_back(desk) -> None:
    desk.view.select({"users", "jobs", "idea"})
    desk.view.align("left")
    assert len(desk.edits) == 1
    assert desk.place("jobs")[0] == desk.place("users")[0] == 0.0
    assert desk.design.note_by_id["idea"].x == -84.0
    desk.undo()
    assert desk.place("jobs") == (300.0, 204.0)


def test_a_frame_takes_along_what_lies_in_it(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(
                Node(id="in", kind="service", x=500.0, y=300.0, frame="f"),
                Node(id="out", kind="service", x=0.0, y=0.0),
            ),
            frames=(Frame(id="f", x=400.0, y=200.0, width=300.0, height=200.0),),
        )
    )
    desk.view.select({"f", "in", "out"})
    desk.view.align("left")
    assert desk.design.frame_by_id["f"].x == -84.0
    assert desk.place("in") == (16.0, 300.0)
    assert desk.place("out") == (0.0, 0.0)


def test_one_thing_cannot_be_aligned(desk) -> None:
    desk.view.select({"web"})
    desk.view.align("left")
    desk.view.select({"web", "db"})
    desk.view.align("across")
    assert not desk.edits
    assert desk.messages == [
        "Select 2 things or more for this",
        "Select 3 things or more for this",
    ]


def chain() -> Design:
    """a -> b -> c, a -> d, e -> c, and f in a frame alone."""
    ways = ("ab", "bc", "ad", "ec")
    return Design(
        nodes=(
            *(Node(id=each, kind="service", x=200.0 * i) for i, each in enumerate("abcde")),
            Node(id="f", kind="service", x=100.0, y=300.0, frame="box"),
        ),
        links=tuple(Link(id=way, source=way[0], target=way[1]) for way in ways),
        frames=(Frame(id="box", y=200.0),),
    )


@pytest.mark.parametrize(
    ("chosen", "path"),
    [
        ({"b"}, {"a", "b", "c", "ab", "bc"}),
        ({"c"}, {"a", "b", "c", "e", "ab", "bc", "ec"}),
        ({"ad"}, {"a", "d", "ad"}),
        ({"box"}, {"f"}),
        (set(), None),
    ],
)
def test_a_path_leads_up_and_down(chosen, path) -> None:
    assert path_of(chain(), chosen) == (None if path is None else frozenset(path))


def test_what_is_off_the_path_is_paled_until_nothing_is_selected(make_desk) -> None:
    desk = make_desk(chain())
    scene = desk.view._scene
    desk.view.look_along_path(True)
    assert not any(card.face.pale for card in scene.cards.values())
    desk.view.select({"b"})
    assert {each for each, card in scene.cards.items() if card.face.pale} == {"d", "e", "f"}
    assert {each for each, link in scene.links.items() if link.face.pale} == {"ad", "ec"}
    desk.view.select({"e"})
    assert {each for each, card in scene.cards.items() if card.face.pale} == {"a", "b", "d", "f"}
    desk.view.select(())
    assert not any(card.face.pale for card in scene.cards.values())
    desk.view.select({"b"})
    desk.view.look_along_path(False)
    assert not any(link.face.pale for link in scene.links.values())


def test_nothing_moves_on_links_off_the_path(make_desk) -> None:
    desk = make_desk(chain())
    desk.view.select({"b"})
    desk.view.look_along_path(True)
    crossings = tuple(
        Crossing(link=each, at=0.05, delay=0.5, kind="request") for each in ("ab", "ad")
    )
    desk.view.show_snapshot(Snapshot(time=0.1, wall=0.1, requests=2, crossings=crossings), 0.1)
    assert len(desk.view._scene.dots) == 1


def test_a_link_drawn_later_joins_the_path(make_desk) -> None:
    from engine.model.edits import Insert

    desk = make_desk(chain())
    desk.view.select({"b"})
    desk.view.look_along_path(True)
    desk.apply(Insert.of(Link(id="bd", source="b", target="d")))
    assert not desk.view._scene.cards["d"].face.pale

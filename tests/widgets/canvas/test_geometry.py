"""Curves, fans, guides, layout, membership, clipboard: the arithmetic behind the canvas."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.model.design import Design, Frame, Link, Node, Note
from widgets.canvas.clipboard import PasteError, copied, pasted, read_clip
from widgets.canvas.folding import contents, fold, frame_chain, frame_rect, innermost
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, card_rect
from widgets.canvas.grid import grid_step
from widgets.canvas.keyboard_navigation import followed, next_stop, walk_order
from widgets.canvas.layout import arranged, layout_edit
from widgets.canvas.naming import fresh_name
from widgets.canvas.snapping import to_grid, to_neighbours
from widgets.canvas.wires import POINTS, distance, fan, wire


def test_a_wire_goes_from_port_to_port_at_an_even_pace() -> None:
    course = wire(QPointF(0, 0), QPointF(200, 90))
    assert course.points.shape == (POINTS, 2)
    assert course.points[0].tolist() == [0, 0]
    assert course.points[-1].tolist() == [200, 90]
    steps = np.hypot(*np.diff(course.points, axis=0).T)
    assert steps.std() / steps.mean() < 0.02
    assert course.length == pytest.approx(course.path.length(), rel=0.01)


def test_a_wire_that_leads_back_goes_around() -> None:
    course = wire(QPointF(500, 0), QPointF(100, 0))
    assert course.points[:, 1].max() >= CARD_HEIGHT
    assert course.points[:, 0].max() > 500


def test_distance_to_a_wire() -> None:
    course = wire(QPointF(0, 0), QPointF(100, 0))
    assert distance(course, 50, 7) == pytest.approx(7)
    assert distance(course, 103, 4) == pytest.approx(5)


def test_a_fan_keeps_the_straight_link_straight_and_the_others_in_order() -> None:
    assert fan(0.0, [0.0]) == [0.0]
    above, straight, below = fan(0.0, [-90.0, 0.0, 200.0])
    assert above < straight == 0.0 < below
    first, second = fan(0.0, [50.0, -50.0])
    assert second < first
    assert first + second == pytest.approx(0.0)
    many = fan(0.0, [float(i) * 10 for i in range(-20, 21)])
    assert max(map(abs, many)) <= CARD_HEIGHT / 2


def test_rest_on_the_grid() -> None:
    snap = to_grid(card_rect(31.0, 20.0), centred=True)
    assert (snap.offset.x(), snap.offset.y()) == (5.0, 4.0)


def test_neighbours_attract_each_direction_by_itself() -> None:
    neighbour = card_rect(500.0, 303.0)
    snap = to_neighbours(card_rect(100.0, 300.0), [neighbour], 1.0, centred=True)
    assert snap.offset.y() == 3.0
    assert len(snap.guides) == 1
    assert snap.guides[0].y1() == 303.0
    far = to_neighbours(card_rect(100.0, 200.0), [neighbour], 1.0, centred=True)
    assert far.guides == ()


def test_grid_dots_keep_their_distance_on_the_screen() -> None:
    for zoom in (4.0, 1.0, 0.62, 0.5, 0.2, 0.08):
        assert grid_step(zoom) * zoom >= 15.0
        assert grid_step(zoom) * zoom < 97.0


def chain(*links: tuple[str, str], names: str) -> Design:
    nodes = tuple(Node(id=each, kind="service", x=0.0, y=10.0 * i) for i, each in enumerate(names))
    return Design(
        nodes=nodes, links=tuple(Link(id=f"{a}{b}", source=a, target=b) for a, b in links)
    )


def test_layout_goes_from_left_to_right_without_overlaps() -> None:
    design = chain(
        ("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e"), ("a", "e"), names="abcdef"
    )
    places = arranged(design)
    x = {each: place[0] for each, place in places.items()}
    assert x["a"] < x["b"] == x["c"] < x["d"] < x["e"]
    rects = [card_rect(*place) for place in places.values()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[i + 1 :])
    assert {p.id for p in layout_edit(design).positions} == set("abcdef")


def test_layout_untangles_crossing_links() -> None:
    places = arranged(chain(("a", "d"), ("b", "c"), names="abcd"))
    above = places["a"][1] < places["b"][1]
    assert (places["d"][1] < places["c"][1]) == above


def test_layout_survives_loops_and_keeps_frames_around_members() -> None:
    design = chain(("a", "b"), ("b", "a"), ("b", "c"), ("c", "c"), names="abc")
    nodes = tuple(
        node.model_copy(update={"frame": "f" if node.id != "c" else None}) for node in design.nodes
    )
    design = Design(nodes=nodes, links=design.links, frames=(Frame(id="f"),))
    moved = layout_edit(design).apply(design).design
    frame = moved.frame_by_id["f"]
    box = QRectF(frame.x, frame.y, frame.width, frame.height)
    inside = {node.id: box.contains(card_rect(node.x, node.y)) for node in moved.nodes}
    assert inside == {"a": True, "b": True, "c": False}


def test_layout_keeps_strangers_out_of_frames_and_notes_off_cards() -> None:
    links = (("a", "b"), ("a", "x"), ("a", "c"), ("b", "d"), ("x", "d"), ("c", "d"))
    plain = chain(*links, names="abxcd")
    nodes = tuple(
        node.model_copy(update={"frame": "f" if node.id in "bcd" else None}) for node in plain.nodes
    )
    notes = tuple(Note(id=f"note{i}", text="?", x=100.0 * i) for i in range(3))
    design = Design(nodes=nodes, links=plain.links, frames=(Frame(id="f"),), notes=notes)
    moved = layout_edit(design).apply(design).design
    frame = frame_rect(moved.frame_by_id["f"])
    cards = {node.id: card_rect(node.x, node.y) for node in moved.nodes}
    assert {each for each, rect in cards.items() if frame.intersects(rect)} == set("bcd")
    papers = [QRectF(note.x, note.y, note.width, note.height) for note in moved.notes]
    for i, paper in enumerate(papers):
        assert not any(paper.intersects(rect) for rect in [frame, *cards.values()])
        assert not any(paper.intersects(other) for other in papers[i + 1 :])


def test_layout_keeps_frames_apart() -> None:
    plain = chain(("a", "b"), ("c", "d"), ("a", "d"), ("c", "b"), names="abcd")
    nodes = tuple(
        node.model_copy(update={"frame": "f" if node.id in "ad" else "g"}) for node in plain.nodes
    )
    design = Design(nodes=nodes, links=plain.links, frames=(Frame(id="f"), Frame(id="g")))
    moved = layout_edit(design).apply(design).design
    assert not frame_rect(moved.frames[0]).intersects(frame_rect(moved.frames[1]))


def test_frames_in_frames() -> None:
    design = Design(
        nodes=(Node(id="n", kind="service", frame="inner"),),
        frames=(
            Frame(id="outer", width=900.0, height=900.0),
            Frame(id="inner", frame="outer", collapsed=True),
            Frame(id="loop", frame="loop"),
        ),
    )
    assert [f.id for f in frame_chain(design, "inner")] == ["inner", "outer"]
    assert [f.id for f in frame_chain(design, "loop")] == ["loop"]
    assert contents(design, "outer") == {"inner", "n"}
    assert fold(design) == {"n": "inner"}
    found = innermost(design.frames, QRectF(10, 10, CARD_WIDTH, CARD_HEIGHT))
    assert found is not None
    assert found.id in {"outer", "loop"}


def test_walking_visits_every_node_once_and_stops_at_the_ends() -> None:
    design = chain(("a", "c"), ("c", "a"), ("b", "d"), names="abcd")
    order = walk_order(design)
    assert sorted(order) == list("abcd")
    assert order.index("d") == order.index("b") + 1
    assert next_stop(order, order[-1], 1) is None
    assert next_stop(order, order[0], -1) is None
    assert next_stop(order, None, 1) == order[0]
    assert next_stop([], None, 1) is None


def test_following_links() -> None:
    design = chain(("a", "b"), ("a", "c"), ("b", "c"), names="abc")
    assert followed(design, "a", "on") == "ab"
    assert followed(design, "ab", "next") == "ac"
    assert followed(design, "ac", "next") == "ab"
    assert followed(design, "ac", "on") == "c"
    assert followed(design, "c", "back") == "ac"
    assert followed(design, "ac", "back") == "a"
    assert followed(design, "c", "on") is None
    assert followed(design, "c", "next") is None
    assert followed(design, "nowhere", "on") is None


def test_a_copy_keeps_inner_links_frames_and_nothing_else() -> None:
    design = chain(("a", "b"), ("b", "c"), names="abc")
    text = copied(design, ["a", "b"])
    raw = json.loads(text)
    assert [link["id"] for link in raw["links"]] == ["ab"]
    assert copied(design, []) == ""
    edit = pasted(design, read_clip(text), QPointF(12, 12))
    again = edit.apply(design).design
    assert {node.id for node in again.nodes} == {"a", "b", "c", "a-2", "b-2"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"windtunnel_items": 1}',
        '{"windtunnel_items": 1, "nodes": 7}',
        '{"windtunnel_items": 1, "links": [{"id": "x", "source": "q", "target": "r"}]}',
        '{"windtunnel_items": 1, "nodes": [{"id": "x", "kind": "k", "x": 1e300}]}',
        "[" * 100_000,
    ],
)
def test_text_that_cannot_be_pasted_is_refused(text: str) -> None:
    with pytest.raises(PasteError):
        read_clip(text)


def test_fresh_names_count_on() -> None:
    assert fresh_name("Web", []) == "Web"
    assert fresh_name("Web", ["Web"]) == "Web 2"
    assert fresh_name("Web 2", ["Web", "Web 2"]) == "Web 3"

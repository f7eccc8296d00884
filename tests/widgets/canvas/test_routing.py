"""Links that pass cards above or below, and only where they must."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.model.design import Design, Link, Node
from engine.model.edits import Move, Position, Remove
from widgets.canvas.geometry import card_rect
from widgets.canvas.routing import Obstacles, routed
from widgets.canvas.wires import wire


def hidden(points: np.ndarray, rect: QRectF) -> bool:
    """Whether a course runs behind a card."""
    x, y = points[:, 0], points[:, 1]
    inside = (x > rect.left()) & (x < rect.right()) & (y > rect.top()) & (y < rect.bottom())
    return bool(inside.any())


def obstacles(*places: tuple[float, float]) -> Obstacles:
    made = Obstacles()
    for i, place in enumerate(places):
        made.put(f"o{i}", card_rect(*place))
    return made


START, END = QPointF(84.0, 0.0), QPointF(1116.0, 0.0)


def test_a_free_course_is_the_plain_one() -> None:
    assert routed(START, END, obstacles((600, 300)), ()).path == wire(START, END).path


@pytest.mark.parametrize(
    "places",
    [
        [(600, 0)],
        [(600, 20)],
        [(600, -20)],
        [(400, 0), (800, 0)],
        [(600, 0), (600, 100), (600, 200)],
        [(400, 0), (600, -100), (800, 60)],
    ],
)
def test_a_course_passes_what_is_in_its_way(places) -> None:
    assert any(hidden(wire(START, END).points, card_rect(*place)) for place in places)
    course = routed(START, END, obstacles(*places), ())
    assert not any(hidden(course.points, card_rect(*place)) for place in places)
    assert tuple(course.points[0]) == pytest.approx((84.0, 0.0))
    assert tuple(course.points[-1]) == pytest.approx((1116.0, 0.0))


def test_the_shorter_way_around_is_taken() -> None:
    low = routed(START, END, obstacles((600, -25)), ())
    high = routed(START, END, obstacles((600, 25)), ())
    assert low.points[:, 1].max() > 5.0
    assert high.points[:, 1].min() < -5.0


def test_cards_come_and_go_in_the_table() -> None:
    table = obstacles((600, 0), (0, 900), (600, 0))
    table.drop("o0")
    assert len(table.behind(wire(START, END).points, ())) == 1
    table.drop("o2")
    table.drop("o2")
    assert len(table.behind(wire(START, END).points, ())) == 0
    assert table.touches(card_rect(0.0, 900.0))
    assert not table.touches(card_rect(600.0, 0.0))
    assert not Obstacles().touches(card_rect(0.0, 0.0))


def test_the_table_knows_what_all_cards_cover() -> None:
    assert Obstacles().bounds().isNull()
    table = obstacles((600, 0), (0, 900), (-300, 40))
    everything = card_rect(600, 0).united(card_rect(0, 900)).united(card_rect(-300, 40))
    assert table.bounds() == everything
    table.drop("o1")
    assert table.bounds() == card_rect(600, 0).united(card_rect(-300, 40))


def test_cards_at_the_ends_of_a_course_are_not_in_its_way() -> None:
    table = obstacles((600, 0), (0, 0), (300, 0), (600, 900))
    points = wire(START, END).points
    everything = table.behind(points, ())
    assert everything.tolist() != []
    assert all(len(outline) == 4 for outline in everything.tolist())
    fewer = table.behind(points, ("o0",)).tolist()
    assert fewer == [each for each in everything.tolist() if each[0] != card_rect(600, 0).left()]


def row() -> Design:
    """a and c with b in between and out of the way, and a link from a to c."""
    return Design(
        nodes=(
            Node(id="a", kind="service", x=0.0, y=0.0),
            Node(id="b", kind="service", x=400.0, y=300.0),
            Node(id="c", kind="service", x=800.0, y=0.0),
        ),
        links=(Link(id="ac", source="a", target="c"),),
    )


def test_a_link_makes_room_for_a_card_that_is_put_in_its_way(make_desk) -> None:
    desk = make_desk(row())
    link = desk.view._scene.links["ac"]
    plain = link.wire.path
    desk.apply(Move((Position("b", 400.0, 0.0),)))
    assert not hidden(link.wire.points, card_rect(400.0, 0.0))
    desk.undo()
    assert link.wire.path == plain
    desk.drag((400, 300), (400, 12))
    assert not hidden(link.wire.points, card_rect(*desk.place("b")))
    desk.apply(Remove.of("b"))
    assert link.wire.path == plain


def test_a_link_keeps_its_course_while_others_move_elsewhere(make_desk) -> None:
    desk = make_desk(row())
    link = desk.view._scene.links["ac"]
    before = link.wire
    desk.apply(Move((Position("b", 400.0, 600.0),)))
    assert link.wire is before
    desk.press(400, 600)
    desk.move(400, 500)
    desk.move(400, 100)
    assert link.wire is before
    desk.release(400, 100)

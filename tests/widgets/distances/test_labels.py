"""Names and numbers of the map keep out of each other's way."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

from widgets.distances.labels import name_rooms, number_room, rooms_below

ROOM = QSize(430, 320)
NAME, NUMBER = QSizeF(80.0, 16.0), QSizeF(46.0, 14.0)
RADIUS = 7.0


@pytest.mark.parametrize(
    "places",
    [
        {"a": (60, 150), "b": (215, 150), "c": (370, 150)},
        {"a": (215, 40), "b": (80, 260), "c": (350, 260)},
        {"a": (215, 100), "b": (215, 200)},
        {"a": (60, 60), "b": (370, 60), "c": (60, 250), "d": (370, 250)},
        {"a": (10, 310), "b": (420, 5)},
    ],
)
def test_nothing_covers_anything(places: dict[str, tuple[float, float]]) -> None:
    points = {each: QPointF(*at) for each, at in places.items()}
    names = name_rooms(points, dict.fromkeys(points, NAME), RADIUS, ROOM)
    for room in names.values():
        assert QRectF(0, 0, ROOM.width(), ROOM.height()).contains(room)
    taken = list(names.values())
    for one, other in combinations(points, 2):
        room, is_free = number_room(points[one], points[other], NUMBER, taken)
        assert is_free
        taken.append(room)
    assert not any(one.intersects(other) for one, other in combinations(taken, 2))


def test_a_number_without_room_says_so() -> None:
    start, end = QPointF(0, 0), QPointF(10, 0)
    _, is_free = number_room(start, end, NUMBER, [QRectF(-100, -100, 200, 200)])
    assert not is_free


def test_names_of_very_many_points_stand_below_them_inside_the_map() -> None:
    points = {f"f{place}": QPointF(place, 100.0) for place in range(0, 300, 3)}
    rooms = rooms_below(points, dict.fromkeys(points, NAME), RADIUS, ROOM)
    assert list(rooms) == list(points)
    bounds = QRectF(QPointF(), QSizeF(ROOM))
    for each, room in rooms.items():
        assert bounds.contains(room)
        assert room.top() > points[each].y() + RADIUS

"""Pills of links that cross do not cover each other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from engine.model.design import Design, Link, Node
from engine.model.edits import Remove

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

POLICY: dict[str, Any] = {"timeout": 1.0, "retry": {"attempts": 3}}


def crossing(count: int) -> Design:
    """So many services at the left, each calling the one opposite: all links cross in one place."""
    nodes, links = [], []
    for i in range(count):
        nodes.append(Node(id=f"a{i}", kind="service", name=f"A{i}", x=0.0, y=108.0 * i))
        nodes.append(
            Node(id=f"b{i}", kind="service", name=f"B{i}", x=540.0, y=108.0 * (count - 1 - i))
        )
        links.append(Link(id=f"l{i}", source=f"a{i}", target=f"b{i}", config=POLICY))
    return Design(nodes=tuple(nodes), links=tuple(links))


def rooms(desk: Any) -> dict[str, QRectF]:
    return {name: link.pill.rect for name, link in desk.view._scene.links.items()}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_pills_of_crossing_links_keep_apart(make_desk: Any, count: int) -> None:
    desk = make_desk(crossing(count))
    places = rooms(desk)
    assert len(places) == count
    for one, other in combinations(places.values(), 2):
        assert not one.intersects(other)


def test_a_pill_alone_stands_in_the_middle_and_others_stay(make_desk: Any) -> None:
    desk = make_desk(crossing(3))
    before = rooms(desk)
    desk.apply(Remove(frozenset({"l0", "l1"})))
    assert rooms(desk)["l2"] == before["l2"], "it does not jump because others go"

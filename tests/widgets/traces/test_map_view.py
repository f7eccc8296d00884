"""The service map: its words stand clear of cards and of each other, or are told by the tip alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPointF

from engine.traces.edge import Edge
from widgets.theme import ThemeManager
from widgets.traces.map_view import ServiceMapView


def edge(source: str, target: str, rate: float = 10.0, failed: int = 0) -> Edge:
    return Edge(
        link=f"{source}-{target}",
        source=source,
        target=target,
        calls=100,
        retries=0,
        failed=failed,
        p50=0.01,
        p99=0.123,
        rate=rate,
    )


def mesh(*layers: int) -> list[Edge]:
    """All nodes of a layer call all of the next."""
    nodes = [[f"n{place}-{row}" for row in range(count)] for place, count in enumerate(layers)]
    return [edge(one, other) for left, right in pairwise(nodes) for one in left for other in right]


@pytest.fixture
def view(qtbot: Any, qapp: Any) -> ServiceMapView:
    made = ServiceMapView(ThemeManager(qapp, "dark"))
    made.resize(900, 320)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("layers", [(1, 2, 2), (1, 5, 5), (2, 6, 6, 3)])
def test_words_cover_no_card_and_no_other_words(
    view: ServiceMapView, layers: tuple[int, ...]
) -> None:
    view.show_map(mesh(*layers), (), {})
    view.resize(view.minimumSize())
    labels, boxes = view.labels(), view.boxes()
    assert labels
    for label in labels.values():
        assert not any(label.intersects(box) for box in boxes.values())
    assert not any(one.intersects(other) for one, other in combinations(labels.values(), 2))


def test_where_there_is_no_room_the_tip_tells(view: ServiceMapView) -> None:
    edges = mesh(2, 6, 6, 3)
    edges[-1] = edge("n2-5", "n3-2", rate=1.0, failed=50)
    view.show_map(edges, (), {})
    labels = view.labels()
    assert len(labels) < len(edges)
    assert len(edges) - 1 in labels  # what fails has its place first
    assert "50.0 % fail" in view.told(edges[-1])


def test_words_move_with_the_picture(view: ServiceMapView) -> None:
    view.show_map([edge("users", "web")], (), {})
    before = view.labels()[0]
    view.resize(600, 200)
    view.grab()
    after = view.labels()[0]
    assert after != before
    assert isinstance(view.item_at(after.center() * view.scale), Edge)
    assert view.item_at(QPointF(1.0, 1.0)) is None


def test_columns_leave_room_for_the_longest_words(view: ServiceMapView) -> None:
    long = replace(edge("web", "db", failed=77), calls=9999, p99=0.0123)
    view.show_map([edge("users", "web"), long], (), {})
    view.resize(view.minimumSize())
    label, boxes = view.labels()[1], view.boxes()
    assert label.left() - boxes["web"].right() > 7.0
    assert boxes["db"].left() - label.right() > 7.0  # the head of the edge

"""Labels never overlap, whatever the events and their names."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from widgets.timeline.layout import GLYPH, ROWS, Ruler, Wanted, bubble_beside, place_labels

LEFT, RIGHT = 98.0, 998.0


def test_lonely_labels_stand_centred_with_their_whole_text() -> None:
    (label,) = place_labels([Wanted(500.0, 80.0)], LEFT, RIGHT)
    assert label is not None
    assert label.rect.center().x() == 500.0
    assert label.text_width == 80.0


def test_neighbours_take_the_second_row() -> None:
    first, second = place_labels([Wanted(500.0, 80.0), Wanted(504.0, 80.0)], LEFT, RIGHT)
    assert first is not None
    assert second is not None
    assert second.rect.top() > first.rect.top()
    assert second.text_width == 80.0


def test_in_a_crowd_texts_are_cut_and_then_icons_stand_alone() -> None:
    labels = place_labels([Wanted(300.0 + 40.0 * i, 150.0) for i in range(8)], LEFT, RIGHT)
    assert any(label is not None and label.text_width < 150.0 for label in labels)
    assert sum(label is not None for label in labels) >= 4


@given(st.lists(st.tuples(st.floats(LEFT, RIGHT), st.floats(1.0, 400.0)), max_size=40))
def test_no_two_labels_overlap(wanted: list[tuple[float, float]]) -> None:
    ordered = [Wanted(x, width) for x, width in sorted(wanted)]
    placed = place_labels(ordered, LEFT, RIGHT)
    assert len(placed) == len(ordered)
    labels = [label for label in placed if label is not None]
    for one, other in itertools.combinations(labels, 2):
        assert not one.rect.intersects(other.rect)
    for label in labels:
        assert label.rect.left() >= LEFT - 0.1
        assert label.rect.right() <= RIGHT + GLYPH + 0.1


@given(st.floats(0.0, 1e6), st.floats(1.0, 1e6), st.floats(300.0, 4000.0), st.floats(0.0, 1.0))
def test_pixels_and_instants_agree(start: float, span: float, width: float, share: float) -> None:
    ruler = Ruler(start, start + span, width)
    instant = start + share * span
    assert abs(ruler.instant(ruler.x(instant)) - instant) < 1e-6 * max(span, start, 1.0)


def test_the_time_stands_where_it_covers_no_name() -> None:
    first, second = QRectF(400.0, ROWS[0], 120.0, 15.0), QRectF(430.0, ROWS[1], 120.0, 15.0)

    def top(*labels: QRectF) -> float:
        return bubble_beside(labels, QRectF(440.0, ROWS[0], 60.0, 16.0)).top()

    assert top() == ROWS[0]
    assert top(second.translated(200.0, 0.0)) == ROWS[0]
    assert top(first) == ROWS[1]
    assert top(first, second) == 0.0

"""Labels never overlap, whatever the events and their names."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from engine.sim.snapshot import Notice
from widgets.theme import DARK, LIGHT
from widgets.timeline.layout import (
    GLYPH,
    ROWS,
    Ruler,
    Wanted,
    bubble_beside,
    free_place,
    place_labels,
)
from widgets.timeline.marks import Mark, lay_out_notices
from widgets.timeline.painter import notice_ink

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


@given(st.lists(st.tuples(st.floats(0.0, 100.0), st.floats(1.0, 400.0)), max_size=30))
def test_words_of_notices_stand_where_nothing_else_does(wanted: list[tuple[float, float]]) -> None:
    ruler = Ruler(0.0, 100.0, 1000.0)
    taken = [QRectF(300.0, ROWS[0], 120.0, 15.0)]
    for instant, width in wanted:
        rect = free_place(ruler.x(instant), width, taken, ruler)
        if rect is not None:
            assert rect.left() >= ruler.left - 0.1
            assert rect.right() <= ruler.right + 0.1
            assert not any(rect.intersects(each) for each in taken)
            taken.append(rect)


def test_what_was_done_by_hand_is_told_in_words_and_what_flaps_is_not() -> None:
    ruler = Ruler(0.0, 100.0, 1000.0)
    notices = [
        Notice(20.0, "edit", "Web: workers = 1", "web"),
        Notice(40.0, "health", "lb: web 2 out", "lb"),
        Notice(60.0, "alert", "p99 alert", "web"),
        Notice(200.0, "edit", "not in view", "web"),
    ]
    found = lay_out_notices(notices, (), ruler, lambda text: 6.0 * len(text))
    assert [each.notice.text for each in found] == ["Web: workers = 1", "p99 alert"]
    event = Mark(0, None, "Flush", ruler.x(20.0), None, place_labels([Wanted(ruler.x(20.0), 90.0)], LEFT, RIGHT)[0])  # type: ignore[arg-type]  # fmt: skip
    beside = lay_out_notices(notices, [event], ruler, lambda text: 6.0 * len(text))
    assert beside[0].rect.top() == ROWS[1], "events come first"


def test_what_somebody_set_has_the_colour_of_settings_not_of_a_state() -> None:
    for theme in (DARK, LIGHT):
        assert notice_ink(theme, "edit") == theme.accent
        assert notice_ink(theme, "alert").colour == theme.state("saturated").colour

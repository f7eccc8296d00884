"""The shared time axis: following, zooming, panning, pointing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from widgets.instruments.time_axis import SHORTEST, TimeAxis, extent

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def axis(qapp: object) -> TimeAxis:
    axis = TimeAxis(glide=0)
    axis.set_scenario(600.0, (30.0, 300.0))
    return axis


def test_before_a_run_the_whole_scenario_is_shown(axis: TimeAxis) -> None:
    assert (axis.start, axis.end) == (0.0, 600.0)


def test_a_run_is_followed_in_round_steps(axis: TimeAxis) -> None:
    axis.set_scenario(600.0, ())
    ends = []
    for now in range(1, 200):
        axis.set_now(float(now))
        assert axis.end >= now
        ends.append(axis.end)
    assert ends == sorted(ends)
    assert len(set(ends)) <= 14, "between steps the picture stands still"
    assert ends[71] == 80.0


def test_events_that_are_near_are_brought_into_view(axis: TimeAxis) -> None:
    axis.set_now(1.0)
    assert 30.0 < axis.end < 300.0
    axis.set_now(160.0)
    assert axis.end > 300.0


def test_zoom_keeps_the_instant_under_the_mouse(axis: TimeAxis) -> None:
    axis.set_range(0.0, 100.0)
    axis.zoom(0.5, 25.0)
    assert axis.span == pytest.approx(50.0)
    assert (25.0 - axis.start) / axis.span == pytest.approx(0.25)


def test_zoom_and_pan_stay_inside_what_exists(axis: TimeAxis) -> None:
    axis.zoom(1e-9, 10.0)
    assert axis.span == pytest.approx(SHORTEST)
    axis.zoom(1e9, 10.0)
    assert (axis.start, axis.end) == (0.0, axis.limit)
    axis.set_range(0.0, 100.0)
    axis.pan(-50.0)
    assert (axis.start, axis.end) == (0.0, 100.0)
    axis.pan(1e9)
    assert axis.end == pytest.approx(axis.limit)
    assert axis.span == pytest.approx(100.0)


def test_looking_elsewhere_ends_following_until_reset(axis: TimeAxis) -> None:
    axis.set_now(50.0)
    axis.set_range(10.0, 20.0)
    axis.set_now(90.0)
    assert (axis.start, axis.end) == (10.0, 20.0)
    axis.reset()
    assert axis.start == 0.0
    assert axis.end >= 90.0


def test_cursor_is_said_once(axis: TimeAxis, qtbot: QtBot) -> None:
    said: list[float] = []
    axis.cursor_moved.connect(said.append)
    for instant in (math.nan, 5.0, 5.0, math.nan, math.nan):
        axis.set_cursor(instant)
    assert len(said) == 2
    assert said[0] == 5.0
    assert math.isnan(said[1])


def test_following_glides_to_its_target(qtbot: QtBot) -> None:
    axis = TimeAxis(glide=40)
    axis.set_scenario(100.0, ())
    seen: list[float] = []
    axis.range_changed.connect(lambda _, end: seen.append(end))
    qtbot.waitUntil(lambda: axis.end == 100.0)
    assert len(seen) > 1
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("seconds", "wanted"), [(0, 10), (10, 10), (10.1, 12), (72.4, 80), (599, 600), (61, 80)]
)
def test_extents_are_round(seconds: float, wanted: float) -> None:
    assert extent(seconds) == wanted

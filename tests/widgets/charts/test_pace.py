"""Whoever draws beside a canvas does so in the middle of its frames."""

from __future__ import annotations

import pytest

from tests.helpers.fakes import Clock
from widgets.charts.pace import Pace


@pytest.fixture
def clock() -> Clock:
    return Clock(5.0)


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def test_nobody_waits_for_a_canvas_that_stands_still(pace: Pace, clock: Clock) -> None:
    assert pace.is_free
    assert pace.wait() == pace.wait(4) == 0
    pace.begin()
    clock.now += 0.060
    assert pace.is_free
    assert pace.wait() == pace.wait(4) == 0


@pytest.mark.parametrize(
    ("elapsed", "wait", "later"),
    [(0, 8, 8), (3, 5, 5), (7, 1, 17), (8, 0, 16), (9, 15, 15), (15, 9, 9), (30, 10, 10)],
)
def test_the_middle_is_half_a_frame_after_its_beginning(
    pace: Pace, clock: Clock, elapsed: int, wait: int, later: int
) -> None:
    pace.begin()
    clock.now += elapsed / 1000 + 1e-4
    assert (pace.wait(), pace.wait(4)) == (wait, later)


@pytest.mark.parametrize(
    ("elapsed", "free"), [(0, False), (3, True), (13, True), (14, False), (20, False)]
)
def test_its_ends_belong_to_the_canvas(pace: Pace, clock: Clock, elapsed: int, free: bool) -> None:
    pace.begin()
    clock.now += elapsed / 1000 + 1e-4
    assert pace.is_free == free

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


@pytest.mark.parametrize(
    ("second", "elapsed", "wait"),
    [(8, 0, 4), (8, 4, 8), (4, 0, 6), (4, 7, 15), (12, 0, 10), (1, 0, 7), (0, 0, 8)],
)
def test_of_two_canvases_it_is_the_middle_of_the_longer_time_between_them(
    pace: Pace, clock: Clock, second: int, elapsed: int, wait: int
) -> None:
    """The first draws at 0, the other ``second`` ms later; ``elapsed`` is counted from there."""
    pace.begin(1)
    clock.now += second / 1000 + 1e-5
    pace.begin(2)
    clock.now += elapsed / 1000 + 1e-4
    assert pace.wait() == wait


def test_two_canvases_that_draw_in_turn_leave_time_between_them(pace: Pace, clock: Clock) -> None:
    free = []
    pace.begin(1)
    for _ in range(3):
        for canvas in (2, 1):
            clock.now += 0.008 + 1e-6
            pace.begin(canvas)
    for _ in range(8):
        free.append(pace.is_free)
        clock.now += 0.001
    assert free == [False, False, True, True, True, True, True, False]


def test_a_canvas_that_stands_still_is_forgotten(pace: Pace, clock: Clock) -> None:
    pace.begin(1)
    clock.now += 0.060
    pace.begin(2)
    clock.now += 0.0081
    assert pace.is_free
    assert pace.wait() == 0


def test_one_draws_in_a_frame(pace: Pace, clock: Clock) -> None:
    pace.begin()
    clock.now += 0.0081
    assert pace.claim()
    assert not pace.claim()
    clock.now += 0.008
    pace.begin()
    assert not pace.claim()
    clock.now += 0.0081
    assert pace.claim()


def test_all_may_draw_where_nothing_moves(pace: Pace) -> None:
    assert pace.claim()
    assert pace.claim()

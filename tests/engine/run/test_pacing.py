"""Pacing: simulated time keeps step with the wall, drops debts, and slices adapt."""

import math

import pytest

from engine.run.pacing import MAX_LAG, MAX_SPAN, MIN_SPAN, SLICE, Pacer, Slicer


def test_simulated_time_passes_at_the_speed_from_the_anchor() -> None:
    pacer = Pacer(10.0)
    pacer.anchor(wall=100.0, simulated=5.0)
    assert pacer.target(wall=100.05, simulated=5.0) == pytest.approx(5.5)


def test_a_new_anchor_owes_nothing_for_the_time_before() -> None:
    pacer = Pacer(1.0)
    pacer.anchor(wall=0.0, simulated=0.0)
    pacer.anchor(wall=60.0, simulated=2.0)  # after a minute of pause
    assert pacer.target(wall=60.0, simulated=2.0) == 2.0


def test_what_cannot_be_made_good_is_given_up() -> None:
    pacer = Pacer(10.0)
    pacer.anchor(wall=0.0, simulated=0.0)
    assert pacer.target(wall=50.0, simulated=3.0) == pytest.approx(3.0 + 10.0 * MAX_LAG)
    # And it is given up for good: a moment later only that moment is due more.
    later = pacer.target(wall=50.01, simulated=3.5)
    assert later == pytest.approx(3.0 + 10.0 * (MAX_LAG + 0.01))


def test_as_fast_as_it_goes_is_always_due() -> None:
    pacer = Pacer(math.inf)
    assert pacer.target(wall=1.0, simulated=1e6) == math.inf
    assert pacer.wait(wall=1.0, simulated=1e6) == 0.0


def test_the_wait_ends_when_simulated_time_is_due() -> None:
    pacer = Pacer(0.1)
    pacer.anchor(wall=0.0, simulated=0.0)
    wait = pacer.wait(wall=0.0, simulated=0.02)
    assert wait == pytest.approx(0.2)
    assert pacer.target(wall=wait, simulated=0.02) == pytest.approx(0.02)


def test_slices_approach_the_wall_time_they_should_take() -> None:
    slicer, cost = Slicer(), 0.004  # wall seconds a simulated second
    for _ in range(40):
        slicer.record(slicer.span, slicer.span * cost)
    assert slicer.span * cost == pytest.approx(SLICE)


def test_a_slice_that_took_too_long_is_followed_by_a_short_one_at_once() -> None:
    slicer = Slicer(span=10.0)
    slicer.record(10.0, wall=1.0)
    assert slicer.span == pytest.approx(10.0 * SLICE)


@pytest.mark.parametrize(("wall", "bound"), [(0.0, MAX_SPAN), (1e9, MIN_SPAN)])
def test_spans_stay_in_bounds(wall: float, bound: float) -> None:
    slicer = Slicer()
    for _ in range(100):
        slicer.record(slicer.span, wall)
    assert slicer.span == bound


def test_doubt_makes_the_next_slice_short() -> None:
    slicer = Slicer(span=8.0)
    slicer.doubt()
    assert slicer.span == 1.0

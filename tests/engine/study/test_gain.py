"""What is said of a gain: sure, the same, or not sure; shares as shares; and which of some is the best."""

from __future__ import annotations

import math

import pytest

from engine.stats.intervals import Interval, mean_interval, paired_interval
from engine.study.gain import (
    Gain,
    answered_told,
    change_told,
    goodput_told,
    half_told,
    ranked,
    verdict,
)


def gain(
    place: int,
    before: list[float],
    after: list[float],
    *,
    sent: float = 150.0,
    sent_after: float = 150.0,
    p99: tuple[float, float] = (0.3, 0.1),
) -> Gain:
    """A gain from goodputs of some pairs of runs."""
    shares = [each / sent for each in before]
    shares_after = [each / sent_after for each in after]
    exact = [paired_interval([p99[0]] * 2, [p99[1]] * 2), mean_interval([p99[1]] * 2)]
    return Gain(
        place=place,
        p99=exact[0],
        p99_after=exact[1],
        goodput=paired_interval(before, after),
        goodput_before=mean_interval(before),
        goodput_after=mean_interval(after),
        answered=paired_interval(shares, shares_after),
        answered_before=mean_interval(shares),
        answered_after=mean_interval(shares_after),
    )


OVER = [99.0, 98.4, 99.6]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.004, 0.006, "same"),
        (-0.1, 0.2, "not sure"),
        (0.002, 0.3, "sure"),
        (-0.4, -0.1, "sure"),
        (0.0, 0.0, "same"),
        (-math.inf, math.inf, "not sure"),
    ],
)
def test_unsure_is_not_the_same(low: float, high: float, said: str) -> None:
    assert verdict(Interval(0.0, low, high, 3), 0.01) == said


def test_shares_are_never_told_as_per_cent_more() -> None:
    found = gain(0, OVER, [149.5, 149.0, 150.0])
    assert answered_told(found) == "66 % → 99.7 %"
    assert goodput_told(found) == "99 rps → 150 rps"
    assert found.answered is not None
    assert change_told(found.answered, "%").startswith("+33.7 points (95 %: +33.")


def test_what_nobody_knows_is_told_with_its_interval() -> None:
    found = gain(0, OVER, [120.0, 80.0, 103.0])
    assert goodput_told(found).startswith("99 rps → 101 rps, not sure (95 %: −74.4 rps to +")
    assert "not sure (95 %: −" in answered_told(found)
    assert answered_told(found).endswith(" points)")
    assert found.more == 0.0
    same = gain(0, OVER, OVER)
    assert (answered_told(same), goodput_told(same)) == ("66 %, the same", "99 rps, the same")
    once = gain(0, OVER[:1], OVER[1:2])
    assert goodput_told(once) == "99 rps → 98.4 rps, not sure"


def test_half_the_load_is_not_better_than_what_answers_more() -> None:
    """All of half the load is answered, and fast; yet fewer requests are than by a node that can do more."""
    half = gain(0, OVER, [75.0, 74.8, 75.2], sent_after=75.0, p99=(0.3, 0.01))
    faster = gain(1, OVER, [149.5, 149.0, 150.0])
    wider = gain(2, OVER, [149.4, 149.1, 149.9], p99=(0.3, 0.09))
    nothing = gain(3, OVER, OVER, p99=(0.3, 0.3))
    order = [each.place for each in ranked([half, faster, wider, nothing])]
    assert order == [2, 1, 3, 0]  # as much goodput: then p99
    assert [each.helps for each in (half, faster, wider, nothing)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([75.0, 74.8, 75.2], "goodput falls, but not to half: 99 rps → 75 rps"),
        ([49.0, 50.0, 49.5], "goodput halves too: 99 rps → 49.5 rps"),
        ([20.0, 20.2, 19.8], "goodput falls to less than half: 99 rps → 20 rps"),
        (OVER, "goodput stays: 99 rps, the same"),
        ([120.0, 119.0, 121.0], "goodput rises: 99 rps → 120 rps"),
        ([120.0, 80.0, 103.0], "goodput may change: 99 rps → 101 rps, not sure"),
    ],
)
def test_half_the_load_is_told_as_what_it_is(after: list[float], said: str) -> None:
    assert half_told(gain(0, OVER, after)).startswith(said)

"""What the card says of what was measured."""

from __future__ import annotations

from app.what_if_card import foretold, measured
from engine.why.what_if import Foretold
from tests.engine.study.test_gain import OVER, gain


def test_both_shares_and_goodput_are_told() -> None:
    said = measured(gain(0, OVER, [149.5, 149.0, 150.0]))
    assert said.startswith("Measured: answered 66 % → 99.7 %, p99 −200 ms")
    assert said.endswith("goodput 99 rps → 150 rps")


def test_unsure_is_told_with_its_interval_and_half_the_load_as_what_it_is() -> None:
    assert "goodput 99 rps → 101 rps, not sure (95 %: −" in measured(
        gain(0, OVER, [120.0, 80.0, 103.0])
    )
    half = gain(0, OVER, [75.0, 74.8, 75.2], sent_after=75.0)
    assert "goodput falls, but not to half: " in measured(half, half=True)
    assert measured(half, half=True).endswith("; fewer are answered")
    unsure = gain(0, OVER, [120.0, 80.0, 103.0], p99=(0.3, 0.3))
    assert measured(unsure).endswith("; not sure to help")


def test_a_doubt_is_told_once_and_without_the_scope_that_the_number_shows() -> None:
    slow = "times: waits for Orders DB, whose times are doubted"
    now = Foretold(p99=0.36, doubt=slow)
    assert foretold(Foretold(p99=0.27, doubt=slow), now) == "Theory: p99 360 ms → 270 ms (in doubt)"
    other = Foretold(p99=0.27, doubt="percentiles: those of Web are approximate")
    assert foretold(other, now).endswith("; in doubt: those of Web are approximate")
    assert foretold(Foretold(p99=0.27), now) == "Theory: p99 360 ms → 270 ms"
    none = Foretold(doubt=slow)
    assert foretold(none, now).startswith("Theory does not say: waits for")
    assert foretold(Foretold(p99=0.27, doubt=slow), none).endswith(
        "; in doubt: waits for Orders DB, whose times are doubted"
    )

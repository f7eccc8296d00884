"""The words of the status bar."""

import math

import pytest

from app.run_rates import Rates
from app.status_bar import ago, rest_line, run_line


def test_a_run_in_words() -> None:
    line = run_line(Rates(speed=10.0, requests=41_200.0, cores=0.6), 10.0)
    assert line == "Running 10× · 41,200 requests/s simulated · engine 0.6 core"


def test_a_speed_that_is_not_reached_is_said() -> None:
    assert run_line(Rates(430.0, 9e5, 1.0), 1000.0).startswith("Running 1,000× (reaches 430×)")


def test_as_fast_as_it_goes_says_how_fast_that_is() -> None:
    assert run_line(Rates(2300.0, 9e5, 1.0), math.inf).startswith("Running at 2,300×")


def test_a_run_that_stands_still() -> None:
    assert rest_line(0.0, 0, 0.0) == "Ready"
    assert rest_line(72.4, 1_234_567, 3.21) == (
        "Paused at 72.400 s · 1,234,567 requests simulated in 3.2 s"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "just now"), (4.9, "4 s ago"), (61.0, "1 min ago"), (7300.0, "2 h ago")],
)
def test_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words

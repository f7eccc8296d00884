"""The bottleneck in words: named with the load that fills it, and with what a faster one would change."""

from __future__ import annotations

from app.bottleneck import bottleneck_words, faster_words
from engine.catalog import lower
from engine.plan.theory import predict
from engine.why.what_if import suppose
from tests.helpers.builders import client, design, link, node

HALF = design(
    [
        client("users", 80.0),
        node("web", "service", workers=1, service_time={"law": "exponential", "mean": 0.01}),
    ],
    [link("users", "web")],
)
"""M/M/1 at 80 of 100: p99 of the residence is ln 100 / 20 = 230 ms, and ln 100 / 120 = 38.4 ms at twice the speed."""


def test_it_is_named_with_the_load_at_which_it_is_full() -> None:
    words = bottleneck_words(HALF, predict(lower(HALF)))
    assert words.startswith("Bottleneck: Web, full at 100 rps")
    assert "1.25" in words
    assert bottleneck_words(HALF, None) == ""


def test_a_faster_one_is_told_with_numbers_that_hold() -> None:
    words = faster_words(HALF, suppose(HALF))
    assert "p99 of Users 231 ms → 38.9 ms" in words or "230 ms → 38.4 ms" in words
    assert faster_words(HALF, None) == ""

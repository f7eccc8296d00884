"""What the shipped designs with CDNs say is so."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine.sim.snapshot import Sample
from tests.designs.running import broken, measured, says, shipped, watched

FILMS, ROOM, SKEW = 400, 300, 1.0
PAIR = ("open-connect", "open-connect-fixed")


@cache
def day(name: str) -> tuple[Sample, ...]:
    """A day, second by second."""
    return tuple(watched(shipped(name), 360.0))


def egress(name: str, start: float, end: float) -> float:
    """Objects a second that leave the origin: what is asked for, and the fill."""
    links = ("appliances-origin", "fill-origin")
    sent = [
        each.links[link].attempts for each in day(name) for link in links if start <= each.start < end
    ]  # fmt: skip
    return sum(sent) / (end - start)


def missed() -> tuple[float, float]:
    """Share that an appliance misses which keeps what came last (Che), and one that keeps what is asked for most."""
    shares = np.arange(1, FILMS + 1) ** -SKEW
    shares /= shares.sum()
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2.0
        held = float((1.0 - np.exp(-shares * middle)).sum())
        low, high = (middle, high) if held < ROOM else (low, middle)
    return float(shares @ np.exp(-shares * low)), float(shares[ROOM:].sum())


def test_what_the_night_brings_is_found_in_the_evening() -> None:
    says(shipped("open-connect-fixed"), "95.6 % of the bytes")
    says(shipped("open-connect"), "93.9 % of the bytes")
    reactive, filled = missed()
    for name, share in zip(PAIR, (reactive, filled), strict=True):
        found = measured(shipped(name))["nodes"]["appliances"]["extra"]
        assert found["byte_hit_ratio"] == pytest.approx(1.0 - share, abs=0.003)


def test_the_origin_sends_no_more_at_the_peak_than_at_night() -> None:
    says(shipped("open-connect-fixed"), "no more than what it sends at night")
    night, evening = (egress("open-connect-fixed", *span) for span in ((20.0, 150.0), (200.0, 360.0)))  # fmt: skip
    assert evening == pytest.approx(night, rel=0.1)


def test_without_the_fill_it_sends_more_by_the_misses() -> None:
    says(shipped("open-connect"), "1.4 times as much")
    reactive, filled = missed()
    more = egress("open-connect", 200.0, 360.0) / egress("open-connect-fixed", 200.0, 360.0)
    assert more == pytest.approx(reactive / filled, rel=0.06)


@pytest.mark.parametrize("name", PAIR)
def test_who_watches_goes_on_without_steering_and_nobody_begins(name: str) -> None:
    says(shipped(name), "Kill Steering: those who watch go on watching, and nobody begins")
    samples = watched(shipped(name), 300.0, (240.0, broken("steering", "kill")))[245:]
    began = sum(each.nodes["starts"].completed for each in samples)
    assert began == 0
    for viewers in ("eu-viewers", "us-viewers", "asia-viewers"):
        assert sum(sum(each.nodes[viewers].failed.values()) for each in samples) <= 3
        assert sum(each.nodes[viewers].completed for each in samples) > 50 * 190

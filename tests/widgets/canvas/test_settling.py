"""How soon cards follow a run: readable at a tenth of the pace of the clock and at a thousand times."""

from __future__ import annotations

import math

import pytest

from engine.model.design import Event
from engine.sim.snapshot import NodeSample, Percentiles, Sample, Snapshot
from tests.helpers.builders import client, design, link, node
from widgets.canvas.card_state import Setting, badge_text, live_line, node_face
from widgets.canvas.health import NodeHealth
from widgets.canvas.live_stats import LiveStats, acts
from widgets.canvas.readings import Reading
from widgets.canvas.smoothing import FASTEST_TAU, TAU, Smooth, elapsed, weight_of

FRAME = 1 / 30
GOOD = Percentiles(50, 0.01, 0.01, 0.02, 0.03)


class Watched:
    """A run of one client that is shown thirty times a second."""

    def __init__(self, speed: float) -> None:
        self.stats = LiveStats()
        self.speed = speed
        self.time = 0.0

    def go(self, wall: float, *, arrivals: float = 50.0, failing: bool = False) -> list[str]:
        """The states that are seen while wall time passes."""
        seen = []
        for _ in range(round(wall / FRAME)):
            begin, self.time = self.time, self.time + FRAME * self.speed
            count = round(self.time * arrivals) - round(begin * arrivals)
            one = Percentiles(count, 1.0, 1.0, 1.0, 1.0)
            sample = (
                NodeSample(count, 0, {"timeout": count} if count else {}, latency_all=one)
                if failing
                else NodeSample(count, count, latency=GOOD, latency_all=GOOD)
            )
            taken = Sample(begin, self.time, {"users": sample}, {})
            self.stats.observe(Snapshot(self.time, 0.0, 0, samples=(taken,)), FRAME)
            seen.append(self.health.state)
        return seen

    @property
    def health(self) -> NodeHealth:
        return self.stats.nodes["users"]


@pytest.mark.parametrize("speed", [0.1, 1.0, 10.0, 100.0, 1000.0])
def test_an_outage_is_seen_soon_and_forgotten_soon(speed: float) -> None:
    run = Watched(speed)
    run.go(5.0)
    assert "failing" in run.go(0.2, failing=True)
    run.go(10.0, failing=True)
    after = run.go(15.0)
    assert after[-1] == "healthy"
    frames = len(after) - after[::-1].index("failing")
    wall, simulated = frames * FRAME, frames * FRAME * speed
    assert wall > 0.4, "one can read it"
    assert wall < 12.5
    assert wall < 1.0 or simulated < 60.0


def test_a_hundred_seconds_after_an_outage_at_a_hundred_times_the_pace() -> None:
    run = Watched(100.0)
    run.go(3.0)
    run.go(3.0, failing=True)
    run.go(1.0)
    assert run.health.state == "healthy"
    assert badge_text(run.health) == ""


def test_numbers_follow_wall_time_at_the_pace_of_the_clock_and_below() -> None:
    for speed in (0.1, 1.0, 4.0):
        assert elapsed(FRAME, FRAME * speed) == FRAME
    assert elapsed(FRAME, FRAME * 8.0) == pytest.approx(2.0 * FRAME)
    fastest = weight_of(FRAME, FASTEST_TAU)
    assert weight_of(elapsed(FRAME, FRAME * 1e6), TAU) == pytest.approx(fastest)


@pytest.mark.parametrize("speed", [1.0, 100.0])
def test_failures_fade_when_nobody_asks_any_more(speed: float) -> None:
    run = Watched(speed)
    run.go(5.0, failing=True)
    assert badge_text(run.health) == "timeout 100 %"
    seen = run.go(30.0, arrivals=0.0)
    assert seen[-1] == "idle"
    assert badge_text(run.health) == ""
    assert live_line(None, run.health) == "0 rps", "and no p99 of the past"


def test_after_a_silence_the_past_does_not_come_back() -> None:
    run = Watched(1.0)
    run.go(10.0, failing=True)
    run.go(30.0, arrivals=0.0)
    assert set(run.go(2.0)) == {"idle", "healthy"} or set(run.go(2.0)) == {"healthy"}


def test_whoever_asks_rarely_is_not_silent_between_two_requests() -> None:
    health = NodeHealth()
    states = []
    for second in range(600):
        failed = {"error": 1} if second % 60 == 0 else {}
        health.observe(Reading(seconds=1.0, rate=len(failed), failed=failed), None, 1.0)
        states.append(health.state)
    assert set(states[180:]) == {"failing"}


def test_a_pause_changes_nothing_and_a_short_last_interval_counts_little() -> None:
    run = Watched(1.0)
    run.go(10.0)
    rate = run.health.flow.rate.value
    last = Sample(run.time, run.time + 0.01, {"users": NodeSample()}, {})
    run.stats.observe(Snapshot(run.time + 0.01, 0.0, 0, samples=(last,)), 0.0)
    assert run.health.flow.rate.value == pytest.approx(rate, rel=0.02)
    assert run.health.state == "healthy"


def test_a_step_of_a_second_shows() -> None:
    run = Watched(1.0)
    run.go(10.0)
    last = Sample(run.time, run.time + 1.0, {"users": NodeSample(500, 500)}, {})
    run.stats.observe(Snapshot(run.time + 1.0, 0.0, 0, samples=(last,)), 0.0)
    assert run.health.flow.rate.value > 200.0


def test_a_client_that_fails_shows_what_all_its_requests_took() -> None:
    run = Watched(1.0)
    run.go(5.0)
    assert live_line(None, run.health).endswith("p99 30 ms")
    run.go(20.0, failing=True)
    assert run.health.flow.percentiles == pytest.approx((1.0, 1.0), rel=0.01)


def test_a_client_that_is_answered_by_nobody_is_not_fast() -> None:
    stats = LiveStats()
    none = Percentiles(50, 0.0, 0.0, 0.0, 0.0)
    nobody = NodeSample(50, 0, {"unavailable": 50}, latency_all=none)
    for second in range(5):
        sample = Sample(second, second + 1.0, {"users": nobody}, {})
        stats.observe(Snapshot(second + 1.0, 0.0, 0, samples=(sample,)), 1.0)
    made = design([client(), node("web", "service")], [link("users", "web")])
    users = made.node_by_id["users"]
    face = node_face(users, Setting(component=None, instances=None), stats.nodes["users"])
    assert (face.state, face.badge) == ("failing", "unavailable 100 %")
    assert face.live == "50 rps · no answers"


def test_what_is_over_at_once_is_shown_for_a_while_at_any_pace() -> None:
    flush = Event(at=100.0, target="cache", change="flush")
    assert acts(flush, 105.0)
    assert not acts(flush, 115.0)
    assert acts(flush, 250.0, speed=100.0)
    assert not acts(flush, 350.0, speed=100.0)


def test_nothing_known_is_not_failing() -> None:
    health = NodeHealth()
    health.observe(Reading(seconds=1.0), None, 1.0)
    assert health.flow.failing == 0.0
    assert math.isnan(health.flow.percentiles[1])


def test_a_latency_of_an_outage_does_not_outweigh_a_minute_of_milliseconds() -> None:
    level = Smooth()
    level.feed_level(3.0, 1.0)
    for _ in range(90):
        level.feed_level(0.0005, weight_of(1.0 / 30.0))
    assert level.value == pytest.approx(0.0005 * 6000.0 ** math.exp(-3.0 / TAU))
    assert level.feed_level(math.nan, 0.5) == level.value


@pytest.mark.parametrize("wall", [0.0, 0.1, 3.0])
def test_a_long_time_at_once_is_seen_as_it_ended(wall: float) -> None:
    """A run that was repeated comes in one snapshot: what was over long before is not on average there."""

    def seen(ills: range) -> NodeHealth:
        stats = LiveStats()
        bad = NodeSample(50, 0, {"timeout": 50}, latency_all=Percentiles(50, 1.0, 1.0, 1.0, 1.0))
        good = NodeSample(50, 50, latency=GOOD, latency_all=GOOD)
        samples = tuple(
            Sample(at, at + 1.0, {"users": bad if at in ills else good}, {}) for at in range(600)
        )
        stats.observe(Snapshot(600.0, 0.0, 0, samples=samples), wall)
        return stats.nodes["users"]

    assert seen(range(100)).state == "healthy"
    assert seen(range(500, 560)).state != "idle"
    now = seen(range(570, 600))
    assert now.state == "failing"
    assert now.flow.failing > 0.2

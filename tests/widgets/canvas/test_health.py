"""States from smoothed numbers: what counts as strained, saturated, failing, down."""

from __future__ import annotations

import math

import pytest

from engine.sim.snapshot import (
    InstanceGauge,
    LinkSample,
    NodeGauge,
    NodeSample,
    Percentiles,
    Sample,
    Snapshot,
)
from widgets.canvas.card_state import live_line
from widgets.canvas.health import LinkHealth, NodeHealth
from widgets.canvas.live_stats import LiveStats
from widgets.canvas.readings import Reading, link_readings, node_readings
from widgets.canvas.smoothing import Smooth, weight_of


def feed(health: NodeHealth, times: int = 40, gauge: NodeGauge | None = None, **reading) -> str:
    """Show a node the same reading ten times a second."""
    for _ in range(times):
        health.observe(Reading(seconds=0.1, **reading), gauge, 0.1)
    return health.state


def workers(number: int, busy: int = 0, waiting: int = 0) -> NodeGauge:
    return NodeGauge(instances=(InstanceGauge(busy=busy, workers=number, waiting=waiting),))


def test_smoothing_follows_with_its_time_constant() -> None:
    value = Smooth()
    value.feed(0.0, 1.0)
    for _ in range(25):
        value.feed(1.0, weight_of(0.1))
    assert value.value == pytest.approx(1 - math.exp(-1))


def test_nan_is_not_taken_in() -> None:
    value = Smooth(3.0)
    assert value.feed(math.nan, 1.0) == 3.0


def test_a_node_without_requests_is_idle() -> None:
    assert feed(NodeHealth(), rate=0.0) == "idle"


def test_a_node_with_room_is_healthy() -> None:
    assert feed(NodeHealth(), rate=100.0, done=10, utilization=0.5, p99=0.05) == "healthy"


def test_utilization_above_seven_tenths_is_strained_and_left_lower() -> None:
    health = NodeHealth()
    assert feed(health, rate=10.0, done=1, utilization=0.75) == "strained"
    assert feed(health, rate=10.0, done=1, utilization=0.66) == "strained"
    assert feed(health, 120, rate=10.0, done=1, utilization=0.6) == "healthy"


def test_three_times_its_calm_latency_is_strained() -> None:
    health = NodeHealth()
    assert feed(health, rate=10.0, done=10, utilization=0.2, p99=0.05) == "healthy"
    assert feed(health, rate=10.0, done=10, utilization=0.6, p99=0.12) == "healthy"
    assert feed(health, rate=10.0, done=10, utilization=0.6, p99=0.25) == "strained"


def test_who_waits_far_longer_than_answers_took_is_not_well() -> None:
    """Users of a server that is frozen: nobody fails, and nobody is answered."""
    health, waits = NodeHealth(), NodeGauge(in_system=40)
    assert feed(health, gauge=waits, rate=70.0, done=7, p99=0.2) == "healthy"
    assert feed(health, 5, gauge=waits) == "healthy"
    assert feed(health, 5, gauge=waits) == "strained"
    assert live_line(None, health).endswith(" · no answers")
    assert feed(health, 30, gauge=waits, rate=70.0, done=7, p99=0.2) == "healthy"
    assert "p99" in live_line(None, health)


def test_who_is_called_seldom_is_well_between_two_calls() -> None:
    health = NodeHealth()
    for turn in range(100):
        busy = turn % 10 == 0
        feed(health, 1, gauge=NodeGauge(in_system=int(busy)), rate=1.0 * busy, p99=0.02, done=busy)
    assert health.state == "healthy"


def test_a_growing_queue_is_saturated() -> None:
    health = NodeHealth()
    for queue in range(60):
        health.observe(
            Reading(seconds=0.1, rate=100.0, done=10, utilization=1.0, queue=float(queue)),
            workers(8, 8, queue),
            0.1,
        )
    assert health.state == "saturated"


def test_a_full_queue_that_cannot_grow_is_still_saturated() -> None:
    health = NodeHealth()
    assert (
        feed(health, 400, workers(4, 4, 50), rate=9.0, done=1, utilization=1.0, queue=50.0)
        == "saturated"
    )


def test_a_short_queue_at_high_utilization_is_not_saturated() -> None:
    health = NodeHealth()
    assert (
        feed(health, 200, workers(8, 8), rate=9.0, done=1, utilization=0.92, queue=0.6)
        == "strained"
    )


def test_more_than_one_percent_failures_is_failing_with_its_main_reason() -> None:
    health = NodeHealth()
    failed = {"timeout": 12, "queue_full": 3}
    assert feed(health, 200, rate=100.0, done=85, failed=failed) == "failing"
    reason, share = health.flow.main_reason()
    assert (reason, round(share, 3)) == ("timeout", 0.12)
    assert feed(NodeHealth(), 200, rate=100.0, done=995, failed={"error": 5}) == "healthy"


def test_failures_fade_when_they_end() -> None:
    health = NodeHealth()
    feed(health, rate=100.0, done=50, failed={"error": 50})
    assert feed(health, 200, rate=100.0, done=100) == "healthy"


def test_a_node_whose_instances_are_all_down_is_down() -> None:
    gone = NodeGauge(instance_count=2, instances=(InstanceGauge("down"), InstanceGauge("down")))
    half = NodeGauge(instance_count=2, instances=(InstanceGauge("down"), InstanceGauge()))
    assert feed(NodeHealth(), gauge=gone, rate=1.0, done=1) == "down"
    assert feed(NodeHealth(), gauge=half, rate=1.0, done=1) == "healthy"


def test_a_link_fails_or_is_strained_by_itself() -> None:
    link = LinkHealth()
    for _ in range(50):
        link.observe(Reading(seconds=0.1, rate=50.0, done=5, p99=0.01), 0, 0.1)
    assert link.state == "healthy"
    for _ in range(50):
        link.observe(Reading(seconds=0.1, rate=50.0, done=5, utilization=1.0, p99=0.1), 0, 0.1)
    assert link.state == "strained"
    for _ in range(50):
        link.observe(Reading(seconds=0.1, rate=50.0, done=3, failed={"timeout": 2}), 0, 0.1)
    assert link.state == "failing"


def test_a_link_is_saturated_when_its_bandwidth_is_used_up() -> None:
    link = LinkHealth()
    busy = {"request_utilization": 0.1, "response_utilization": 0.99, "connection_wait": math.nan}
    for _ in range(50):
        link.observe(Reading(seconds=0.1, rate=50.0, done=5, p99=0.01, extra=busy), 0, 0.1)
    assert link.state == "saturated"
    assert link.used == pytest.approx(0.99)
    for _ in range(50):
        link.observe(Reading(seconds=0.1, rate=50.0, done=5, p99=0.01), 0, 0.1)
    assert (link.state, link.used) == ("healthy", 0.0)


def test_samples_of_a_snapshot_add_up() -> None:
    def part(arrivals, done, failed, utilization):
        return NodeSample(
            arrivals=arrivals, completed=done, failed=failed, utilization=utilization, queue=2.0
        )

    samples = [
        Sample(0.0, 1.0, {"a": part(10, 8, {"timeout": 2}, 0.2)}, {}),
        Sample(1.0, 4.0, {"a": part(60, 60, {}, 0.6)}, {"l": LinkSample(attempts=30, retries=3)}),
    ]
    node = node_readings(samples)["a"]
    assert node.rate == pytest.approx(17.5)
    assert node.utilization == pytest.approx(0.5)
    assert (node.done, node.failed, node.seconds) == (68, {"timeout": 2}, 4.0)
    link = link_readings(samples)["l"]
    assert (link.rate, link.retry_rate) == (10.0, 1.0)


def test_percentiles_of_empty_intervals_do_not_count() -> None:
    samples = [
        Sample(0.0, 1.0, {"a": NodeSample(latency=Percentiles())}, {}),
        Sample(1.0, 2.0, {"a": NodeSample(latency=Percentiles(9, 0.1, 0.1, 0.2, 0.3))}, {}),
    ]
    assert node_readings(samples)["a"].p99 == 0.3


def test_the_board_starts_over_when_time_goes_back() -> None:
    stats = LiveStats()
    sample = Sample(0.0, 5.0, {"a": NodeSample(arrivals=50)}, {})
    stats.observe(Snapshot(time=5.0, wall=0.0, requests=0, samples=(sample,)), 0.5)
    assert stats.nodes["a"].flow.rate.value == 10.0
    assert stats.speed == 10.0
    stats.observe(Snapshot(time=1.0, wall=0.0, requests=0), 0.5)
    assert stats.nodes == {}


def test_gauges_alone_are_looked_at_ten_times_a_second() -> None:
    stats = LiveStats()
    for step in range(1, 4):
        gauges = {"a": NodeGauge(in_system=step)}
        stats.observe(Snapshot(time=step * 0.03, wall=0.0, requests=0, gauges=gauges), 0.03)
    assert stats.nodes == {}
    stats.observe(
        Snapshot(time=0.2, wall=0.0, requests=0, gauges={"a": NodeGauge(in_system=9)}), 0.03
    )
    assert stats.nodes["a"].in_system == 9

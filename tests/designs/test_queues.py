"""Designs about waiting, against what queueing theory says."""

from __future__ import annotations

import pytest

from engine.model.edits import SetField
from tests.designs.running import changed, measured, says, shipped, watched, within


@pytest.mark.parametrize(
    ("factor", "expected", "duration"),
    [(1.0, 0.020, 1000.0), (1.6, 0.050, 2000.0), (1.8, 0.100, 5000.0)],
)
def test_the_hockey_stick(factor: float, expected: float, duration: float) -> None:
    """M/M/1: the mean is s / (1 - rho), the 99th percentile 4.6 times that."""
    design = shipped("hello")
    says(design, "20 ms at 50 a second, 50 ms at 80, 100 ms at 90", "×1.6", "×1.8", "4.6 times")
    latency = measured(design, duration=duration, load=factor)["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(expected, rel=0.08)
    assert latency["p99"] == pytest.approx(4.605 * expected, rel=0.15)


def test_past_the_end_of_the_hockey_stick() -> None:
    says(shipped("hello"), "At ×2 the line grows without end.")
    samples = watched(changed(shipped("hello")), 600.0, (0.0, lambda s: s.set_load(2.2)))
    lengths = [within(samples, at - 10.0, at)[-1].nodes["web"].queue for at in (200, 400, 600)]
    assert lengths[0] > 1000.0
    assert lengths[0] < lengths[1] < lengths[2]


def test_one_more_worker() -> None:
    """M/M/2 at rho .45: s / (1 - rho²) = 12.5 ms."""
    design = shipped("hello")
    says(design, "At ×1.8, give Web a second worker: 100 ms become 12.5 ms")
    two = changed(design, SetField("web", ("config", "workers"), 2))
    latency = measured(two, load=1.8)["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.0125, rel=0.04)


def test_one_fast_server_or_four_slow_ones() -> None:
    """M/M/1, M/M/4 (Erlang C) and four M/M/1, all of 400 a second under 300."""
    design = shipped("one-fast-or-four-slow")
    says(design, "One fast server: 10 ms", "one queue: 15.1 ms", "a queue each: 40 ms")
    says(design, "46 ms for 99 %", "60 ms for 99 %", "184 ms for 99 %")
    links = measured(design, duration=1000.0)["links"]
    expected = {"one": (0.0100, 0.0461), "shared": (0.0151, 0.0601), "separate": (0.040, 0.184)}
    for name, (mean, p99) in expected.items():
        latency = links[f"users-{name}"]["latency"]
        assert latency["mean"] == pytest.approx(mean, rel=0.05), name
        assert latency["p99"] == pytest.approx(p99, rel=0.08), name


def test_four_queues_with_a_better_picker() -> None:
    design = shipped("one-fast-or-four-slow")
    says(design, "Set the link's picker to least connections: 17 ms.")
    better = changed(design, SetField("users-separate", ("config", "picker"), "least_connections"))
    mean = measured(better)["links"]["users-separate"]["latency"]["mean"]
    assert mean == pytest.approx(0.017, rel=0.04)


def test_five_ways_to_choose() -> None:
    """Ten servers at rho .9 and 50 ms: known means of round robin, random, JSQ and power of two."""
    design = shipped("balancing-techniques")
    expected = {
        "least-connections": 0.0961,
        "power-of-two": 0.1488,
        "round-robin": 0.283,
        "random": 0.5,
        "weighted": 0.5,
    }
    says(design, "Round robin: 283 ms", "Random: 500 ms", "Least connections: 96 ms")
    says(design, "Power of two: 149 ms", "Weighted: 500 ms", "All fleets are 90 % busy")
    result = measured(design, duration=800.0)
    means = {name: result["links"][f"users-{name}"]["latency"]["mean"] for name in expected}
    for name, mean in means.items():
        assert mean == pytest.approx(expected[name], rel=0.1), name
    assert sorted(means, key=lambda name: means[name])[:3] == list(expected)[:3]
    for name in ("random-servers", "round-robin-servers", "new-servers", "old-servers"):
        assert result["nodes"][name]["utilization"] == pytest.approx(0.9, abs=0.02)


def test_equal_weights_for_unequal_servers() -> None:
    design = shipped("balancing-techniques")
    says(design, "Set both weights to 1: the slow servers get 90 requests a second and can do 50.")
    equal = changed(design, SetField("weighted-new-servers", ("config", "weight"), 1))
    result = measured(equal, duration=200.0)
    assert result["nodes"]["old-servers"]["arrivals"] / 140.0 == pytest.approx(90.0, rel=0.03)
    assert result["nodes"]["old-servers"]["completed"] / 140.0 == pytest.approx(50.0, rel=0.03)
    assert result["nodes"]["old-servers"]["utilization"] > 0.99


def test_a_lane_for_the_urgent() -> None:
    """Cobham: waits of 11.4 and 57.1 ms; 40 ms for everybody without priority."""
    design = shipped("priority-lane")
    says(design, "21 ms for the 30 urgent", "67 ms for the 50 others", "11 ms", "57 ms", "40 ms")
    clients = measured(design, duration=2000.0)["clients"]
    assert clients["urgent"]["latency"]["mean"] == pytest.approx(0.0214, rel=0.04)
    assert clients["bulk"]["latency"]["mean"] == pytest.approx(0.0671, rel=0.08)


def test_one_lane_for_all() -> None:
    design = shipped("priority-lane")
    says(design, "Set Desk's discipline to FIFO: 50 ms for everybody")
    fifo = changed(design, SetField("desk", ("config", "discipline"), "fifo"))
    clients = measured(fifo, duration=2000.0)["clients"]
    for name in ("urgent", "bulk"):
        assert clients[name]["latency"]["mean"] == pytest.approx(0.05, rel=0.08)

"""Networks of stations against theory: product form, closed populations, Little, caches, pickers."""

from __future__ import annotations

import pytest

from engine.plan.primitives import KeyPlan, Picker
from engine.sim.report import Result
from tests.helpers import theory
from tests.helpers.plans import (
    cache,
    client,
    closed,
    exponential,
    link,
    plan,
    request_class,
    router,
    simulate,
    station,
)


@pytest.mark.oracle(8)
def test_o8_open_network_has_product_form() -> None:
    rate, duration = 300.0, 2000.0
    nodes = [
        client(rate=rate),
        station("lb", exponential(1 / 2000)),
        station("app", exponential(0.01), workers=4),
        station("db", exponential(1 / 200)),
    ]
    links = [link("users", "lb"), link("lb", "app"), link("app", "db", probability=0.4)]
    result = simulate(plan(nodes, links, duration=duration, warmup=duration / 10))
    expected = (
        theory.mmc_response(1, rate, 1 / 2000)
        + theory.mmc_response(4, rate, 0.01)
        + 0.4 * theory.mmc_response(1, 0.4 * rate, 1 / 200)
    )
    assert expected == pytest.approx(0.02068, abs=5e-6)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(expected, rel=0.04)


@pytest.mark.oracle(8)
def test_o8_chain_of_five_hops() -> None:
    rate, duration, hop = 1200.0, 250.0, 0.001
    names = [f"s{place}" for place in range(5)]
    nodes = [client(rate=rate), *(station(name, exponential(0.002), workers=4) for name in names)]
    ends = ["users", *names]
    # The way out and the way back: half a millisecond each is one a hop.
    links = [link(a, b, delay=hop / 2) for a, b in zip(ends, names, strict=False)]
    result = simulate(plan(nodes, links, duration=duration, warmup=duration / 10))
    expected = 5 * (theory.mmc_response(4, rate, 0.002) + hop)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(expected, rel=0.04)


@pytest.mark.oracle(9)
@pytest.mark.parametrize("users", [10, 22, 50, 35])
def test_o9_closed_population(users: int) -> None:
    think, demands = 1.0, (0.02, 0.05)
    nodes = [
        closed("users", users, exponential(think)),
        station("cpu", exponential(demands[0])),
        station("disk", exponential(demands[1])),
    ]
    links = [link("users", "cpu"), link("cpu", "disk")]
    result = simulate(plan(nodes, links, duration=3300.0, warmup=300.0))["clients"]["users"]
    throughput, response = theory.closed_network(users, think, demands)
    assert result["goodput"] == pytest.approx(throughput, rel=0.02)
    assert result["latency"]["mean"] == pytest.approx(response, rel=0.04)
    assert result["goodput"] <= min(users / (think + sum(demands)), 1 / max(demands)) * 1.02


@pytest.mark.oracle(10)
def test_o10_little_holds_at_every_node_and_link() -> None:
    nodes = [
        client(rate=300.0),
        router("lb", "least_connections"),
        station("web", exponential(0.02), workers=4, instances=2, queue_limit=20, hold=True),
        station("db", exponential(0.002), discipline="ps"),
    ]
    links = [
        link("users", "lb", delay=0.001, timeout=0.2),
        link("lb", "web", delay=exponential(0.001)),
        link("web", "db", times=2, probability=0.7),
    ]
    result = simulate(plan(nodes, links, duration=600.0, warmup=60.0))
    for name in ("web", "db"):
        node = result["nodes"][name]
        entered = node["arrivals"] - node["failed"].get("queue_full", 0)
        area = entered / 540.0 * node["residence"]["mean"]
        assert node["in_system_mean"] == pytest.approx(area, rel=0.01), name
    for name in ("web-db", "lb-web"):
        edge = result["links"][name]
        if not edge["failed"]:
            area = edge["attempts"] / 540.0 * edge["latency"]["mean"]
            assert edge["in_flight_mean"] == pytest.approx(area, rel=0.01), name


CACHES = [(10_000, 0.8, 1000), (10_000, 1.0, 100), (1000, 0.9, 100), (5000, 0.7, 700)]


def cached(count: int, alpha: float, capacity: int, eviction: str) -> float:
    nodes = [
        client(rate=1000.0),
        cache("cache", capacity, eviction=eviction),
        station("db", 0.001, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    keys = (request_class(keys=KeyPlan(count=count, alpha=alpha)),)
    result = simulate(plan(nodes, links, classes=keys, duration=660.0, warmup=60.0))
    return float(result["nodes"]["cache"]["extra"]["hit_ratio"])


@pytest.mark.oracle(21)
@pytest.mark.parametrize(("count", "alpha", "capacity"), CACHES)
def test_o21_lru(count: int, alpha: float, capacity: int) -> None:
    expected = theory.lru_hit_ratio(theory.zipf(count, alpha), capacity)
    assert cached(count, alpha, capacity, "lru") == pytest.approx(expected, rel=0.01)


@pytest.mark.oracle(21)
@pytest.mark.parametrize("eviction", ["fifo", "random"])
def test_o21_fifo_and_random(eviction: str) -> None:
    expected = theory.fifo_hit_ratio(theory.zipf(10_000, 0.8), 1000)
    assert expected == pytest.approx(0.3942, abs=5e-5)
    assert cached(10_000, 0.8, 1000, eviction) == pytest.approx(expected, rel=0.01)


@pytest.mark.oracle(21)
def test_o21_lfu_keeps_the_most_popular() -> None:
    expected = sum(theory.zipf(10_000, 0.8)[:1000])
    assert cached(10_000, 0.8, 1000, "lfu") == pytest.approx(expected, rel=0.01)


@pytest.mark.oracle(21)
@pytest.mark.parametrize(("rate", "ttl"), [(0.5, 10.0), (2.0, 0.4)])
def test_o21_time_to_live(rate: float, ttl: float) -> None:
    nodes = [client(rate=rate), cache("cache", None, ttl=ttl), station("db", 0.0, workers=None)]
    links = [link("users", "cache"), link("cache", "db")]
    keys = (request_class(keys=KeyPlan(count=1, alpha=0.0)),)
    result = simulate(plan(nodes, links, classes=keys, duration=200_000.0 / rate))
    ratio = result["nodes"]["cache"]["extra"]["hit_ratio"]
    assert ratio == pytest.approx(rate * ttl / (1 + rate * ttl), rel=0.01)


def balanced(servers: int, utilization: float, picker: Picker, requests: int = 400_000) -> Result:
    """Single-worker servers behind a balancer without delays."""
    service = 0.01
    rate = servers * utilization / service
    nodes = [
        client(rate=rate),
        router("lb", picker),
        station("web", exponential(service), instances=servers),
    ]
    duration = requests / rate
    return simulate(
        plan(
            nodes,
            [link("users", "lb"), link("lb", "web")],
            duration=duration,
            warmup=duration / 10,
        )
    )


def response(result: Result) -> float:
    """Mean time at a server, in units of the service time."""
    return float(result["nodes"]["web"]["residence"]["mean"] / 0.01)


@pytest.mark.oracle(16)
@pytest.mark.parametrize(
    ("servers", "utilization", "expected", "tolerance"),
    # n = 10: simulated apart from this project to ±.008; n = 100: within 5 % of n → ∞.
    [(10, 0.9, 2.976, 0.03), (10, 0.8, 2.069, 0.03), (100, 0.9, 2.614, 0.05)],
)
def test_o16_two_choices(
    servers: int, utilization: float, expected: float, tolerance: float
) -> None:
    result = balanced(servers, utilization, "power_of_two", requests=600_000)
    assert response(result) == pytest.approx(expected, rel=tolerance)


@pytest.mark.oracle(17)
@pytest.mark.parametrize(("servers", "utilization"), [(10, 0.9), (10, 0.8), (4, 0.7)])
def test_o17_round_robin(servers: int, utilization: float) -> None:
    expected = theory.round_robin_response(servers, utilization)
    result = balanced(servers, utilization, "round_robin")
    assert response(result) == pytest.approx(expected, rel=0.06)


@pytest.mark.oracle(17)
@pytest.mark.parametrize(
    ("servers", "utilization", "expected"),
    [(2, 0.9, 5.475), (2, 0.8, 2.956), (10, 0.9, 1.922), (10, 0.8, 1.358)],
)
def test_o17_shortest_queue(servers: int, utilization: float, expected: float) -> None:
    result = balanced(servers, utilization, "least_connections")
    assert response(result) == pytest.approx(expected, rel=0.06)


@pytest.mark.oracle(17)
@pytest.mark.parametrize("picker", ["random", "weighted"])
def test_o17_random_split_makes_separate_queues(picker: Picker) -> None:
    assert response(balanced(10, 0.8, picker)) == pytest.approx(5.0, rel=0.06)


@pytest.mark.oracle(17)
def test_o17_one_queue_for_all_is_best() -> None:
    nodes = [client(rate=900.0), station("web", exponential(0.01), workers=10)]
    result = simulate(plan(nodes, [link("users", "web")], duration=450.0, warmup=45.0))
    assert response(result) == pytest.approx(theory.mmc_response(10, 900.0, 0.01) * 100, rel=0.06)


def test_fan_out_waits_for_the_slowest() -> None:
    """The maximum of n exponentials has mean H_n s; all calls of a group are made at once."""
    leaves = [f"leaf{place}" for place in range(10)]
    nodes = [
        client(rate=20.0),
        station("root", 0.0, workers=None),
        *(station(leaf, exponential(1.0), workers=None) for leaf in leaves),
    ]
    links = [link("users", "root"), *(link("root", leaf) for leaf in leaves)]
    result = simulate(plan(nodes, links, duration=2000.0, warmup=50.0))
    harmonic = sum(1 / rank for rank in range(1, 11))
    mean = result["clients"]["users"]["latency"]["mean"]
    assert mean == pytest.approx(harmonic, rel=0.01)

"""What can be said of a plan without running it, compared with runs where that is the question."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import check, lower
from engine.model.failures import FAILURE_NAMES
from engine.model.files import FileError, loads
from engine.plan.capacity import capacities
from engine.plan.cycles import circles, growth, in_groups, rates_around
from engine.plan.demand import Demand, demand_of
from engine.plan.hits import hit_ratio
from engine.plan.order import callers_first
from engine.plan.primitives import FAILURES, INFINITE, KeyPlan, Plan, StorePlan
from engine.plan.risk import amplification, patience
from engine.plan.single_points import single_points
from engine.plan.theory import predict
from engine.run.session import Session
from tests.helpers.builders import client, design, exponential, link, node, raw_design, run
from tests.helpers.strategies import rich_raw


def store(**more: Any) -> StorePlan:
    plain = {"capacity": None, "ttl": INFINITE, "eviction": "lru", "single_flight": True}
    return StorePlan(**(plain | {"prewarm": False} | more))


def demand(plan: Plan) -> Demand:
    made = demand_of(plan)
    assert made is not None
    return made


def test_failure_reasons_have_the_same_names_everywhere() -> None:
    assert FAILURE_NAMES == FAILURES


# Hit ratios: Che's approximation, values of independent computations.
@pytest.mark.parametrize(
    ("count", "alpha", "capacity", "eviction", "expected"),
    [
        (10_000, 0.8, 1000, "lru", 0.4367),
        (10_000, 1.0, 100, "lru", 0.3905),
        (1_000, 0.9, 100, "lru", 0.4755),
        (10_000, 0.8, 1000, "fifo", 0.3942),
        (10_000, 1.0, 100, "random", 0.3423),
        (1_000, 0.9, 100, "fifo", 0.4231),
        (10_000, 0.8, 1000, "lfu", 0.5706),
        (10_000, 1.0, 100, "lfu", 0.5300),
        (1_000, 0.9, 100, "lfu", 0.6107),
        (500, 0.0, 100, "lru", 0.2),
        (500, 0.0, 500, "lru", 1.0),
    ],
)
def test_hit_ratios(
    count: int, alpha: float, capacity: int, eviction: str, expected: float
) -> None:
    made = hit_ratio(
        store(capacity=capacity, eviction=eviction),
        [(300.0, KeyPlan(count=count, alpha=alpha), 1e4)],
    )
    assert made == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("rate", [5e-324, 1e-300])
def test_reads_that_never_come_hit_nothing(rate: float) -> None:
    """Shared among the keys, such a rate is 0 for each."""
    with np.errstate(all="raise", under="ignore"):
        assert hit_ratio(store(ttl=60.0), [(rate, KeyPlan(count=10_000, alpha=0.8), 1e4)]) == 0.0


@pytest.mark.parametrize("last", [5e-324, 1e-310, 1e-300, 0.0])
def test_a_recording_of_one_instant_has_no_rate(last: float) -> None:
    """Over no time there is none, and its square would be beyond any number."""
    recorded = client("users", 1.0) | {"config": {"arrivals": {"process": "trace"}}}
    recorded["config"]["arrivals"]["times"] = [0.0, last]
    lowered = lower(design([recorded, node("web", "service")], [link("users", "web")]))
    assert demand(lowered).rate("web") == 0.0
    assert predict(lowered).clients["users"].offered == 0.0


def test_a_recording_of_one_instant_that_is_repeated_has_a_rate() -> None:
    recorded = client("users", 1.0) | {"config": {"arrivals": {"process": "trace", "repeat": 0.5}}}
    recorded["config"]["arrivals"]["times"] = [0.0, 0.0, 0.0]
    made = design([recorded, node("web", "service")], [link("users", "web")], duration=100.0)
    assert predict(lower(made)).clients["users"].goodput == pytest.approx(6.0)
    assert run(made)["clients"]["users"]["goodput"] == pytest.approx(6.0, rel=0.05)


def test_a_duration_that_no_clock_tells_is_refused() -> None:
    with pytest.raises(FileError, match="duration should be at least"):
        design([client("users", 1.0)], [], duration=5e-324, warmup=0)


@pytest.mark.parametrize("field", ["speed", "repeat"])
def test_lengths_of_a_recording_that_no_clock_tells_are_refused(field: str) -> None:
    users = client("users", 1.0)
    users["config"]["arrivals"] = {"process": "trace", "times": [0.0], field: 5e-324}
    made = design([users, node("web", "service")], [link("users", "web")])
    [told] = [each.message for each in check(made) if each.level == "error"]
    assert f"{field} should be at least" in told


def test_hit_ratios_by_age() -> None:
    keys = KeyPlan(count=10_000, alpha=0.8)
    assert hit_ratio(store(ttl=60.0), [(1000.0, keys, 1e4)]) == pytest.approx(0.8782, abs=5e-4)
    # one key asked for λ times a second lives T seconds: λT / (1 + λT)
    one = KeyPlan(count=1, alpha=0)
    assert hit_ratio(store(ttl=10.0), [(0.5, one, 1e4)]) == pytest.approx(5 / 6)
    assert hit_ratio(store(), []) == 0.0


@pytest.mark.parametrize("eviction", ["lru", "fifo", "random", "lfu"])
def test_hit_ratios_of_a_store_that_is_bounded_by_bytes(eviction: str) -> None:
    """As by a number of entries, where all have the same size; the tighter of two bounds counts."""
    demands = [(300.0, KeyPlan(count=10_000, alpha=0.8), 500.0)]
    entries = hit_ratio(store(capacity=1000, eviction=eviction), demands)
    for capacity in (None, 1000, 2000):
        made = store(capacity=capacity, capacity_bytes=5e5, eviction=eviction)
        assert hit_ratio(made, demands) == pytest.approx(entries, abs=1e-9)
    assert hit_ratio(store(capacity_bytes=5e6, eviction=eviction), demands) == 1.0
    assert hit_ratio(store(capacity_bytes=4e6, eviction=eviction), demands) < 1.0


@given(st.integers(1, 10**7), st.floats(0, 3), st.integers(1, 10**6), st.floats(0.1, 1e6))
def test_a_hit_ratio_is_a_share(count: int, alpha: float, capacity: int, rate: float) -> None:
    made = hit_ratio(
        store(capacity=capacity, ttl=50.0), [(rate, KeyPlan(count=count, alpha=alpha), 1e4)]
    )
    assert 0.0 <= made <= 1.0 + 1e-9


# Traffic equations


def test_rates_follow_probability_times_classes_and_routers() -> None:
    nodes = [
        client("users", 100, mix={"read": 0.8, "write": 0.2}),
        node("b", "load_balancer"),
        node("one", "service", instances=1),
        node("two", "service", instances=3),
        node("db", "sql_database"),
        node("inbox", "queue"),
        node("it", "worker"),
    ]
    links = [
        link("users", "b"),
        link("b", "one"),
        link("b", "two"),
        link("one", "db", probability=0.5, times=4),
        link("two", "inbox", classes=["write"]),
        link("inbox", "it"),
    ]
    classes = [{"name": "read"}, {"name": "write", "operation": "write"}]
    made = demand(lower(design(nodes, links, classes=classes)))
    assert made.rate("b") == pytest.approx(100)
    assert (made.rate("one"), made.rate("two")) == pytest.approx((25, 75))
    assert made.rate("db") == pytest.approx(50)
    assert made.rate("inbox") == made.rate("it") == pytest.approx(15)


@pytest.mark.parametrize(
    ("arrivals", "rate"),
    [
        ({"process": "poisson", "rate": [[0, 10], [60, 90]]}, 90),
        ({"process": "mmpp", "rate": 10, "burst_factor": 7, "burst_mean": 5, "calm_mean": 10}, 30),
        ({"process": "trace", "times": [1, 2, 4]}, 0.75),
        ({"process": "trace", "times": [1, 2, 4], "speed": 2}, 1.5),
        ({"process": "trace", "times": [1, 2, 4], "repeat": 6}, 0.5),
        ({"process": "active_users", "users": 30, "rate_per_user": 0.5}, 15),
        ({"process": "sessions", "rate": [[0, 1], [9, 1], [9, 4]], "requests": 5}, 20),
        ({"process": "trace", "times": []}, 0),
        ({"process": "closed", "users": 9}, 0),
    ],
)
def test_what_a_client_offers(arrivals: dict[str, Any], rate: float) -> None:
    made = demand(lower(design([node("users", "client", arrivals=arrivals)], [])))
    assert made.rate("users") == pytest.approx(rate)


def test_a_recording_offers_its_own_classes() -> None:
    trace = {"process": "trace", "times": [0, 5, 10], "classes": ["put", "put", "get"]}
    classes = [{"name": "get"}, {"name": "put"}]
    users = node("users", "client", arrivals=trace, mix={"get": 1})
    rates = demand(lower(design([users], [], classes=classes))).nodes["users"]
    assert rates == pytest.approx((0.1, 0.2))


def test_a_normal_number_of_users_is_cut_off_at_zero() -> None:
    """With the deviation equal to the mean: m Φ(1) + m φ(1) = 1.0833 m."""
    arrivals = {"process": "active_users", "users": 10, "rate_per_user": 1.0}
    arrivals |= {"users_law": "normal", "users_variance": 100}
    made = demand(lower(design([node("users", "client", arrivals=arrivals)], [])))
    assert made.rate("users") == pytest.approx(10.833, abs=0.001)


def test_a_weighted_router_shares_by_weight() -> None:
    nodes = [client("users", 100), node("b", "load_balancer", picker="weighted")]
    nodes += [node("one", "service"), node("two", "service")]
    links = [link("users", "b"), link("b", "one", weight=3), link("b", "two", weight=1)]
    made = demand(lower(design(nodes, links)))
    assert (made.rate("one"), made.rate("two")) == pytest.approx((75, 25))


@pytest.mark.parametrize("eviction", ["lru", "fifo", "lfu"])
def test_predicted_hits_of_hot_keys_are_those_of_a_run(eviction: str) -> None:
    keys = {"law": "hot", "count": 5000, "hot": 50, "share": 0.8}
    nodes = [client("users", 500), node("cache", "cache", capacity=200, eviction=eviction)]
    nodes.append(node("db", "sql_database"))
    links = [link("users", "cache"), link("cache", "db")]
    made = design(nodes, links, classes=[{"name": "get", "keys": keys}], duration=400, warmup=100)
    predicted = demand(lower(made)).hits["cache"]
    measured = run(made)["nodes"]["cache"]["extra"]["hit_ratio"]
    if eviction == "lfu":
        assert predicted == pytest.approx(0.8 + 0.2 * 150 / 4950)
    assert measured == pytest.approx(predicted, abs=0.015)


@pytest.mark.parametrize("aside", [True, False])
def test_predicted_rates_behind_a_cache_are_those_of_a_run(*, aside: bool) -> None:
    keys = {"law": "zipf", "count": 1000, "alpha": 0.9}
    nodes = [client("users", 200), node("web", "service"), node("db", "sql_database")]
    nodes.append(node("cache", "cache", capacity=100, prewarm=True))
    links = [link("users", "web"), link("web", "cache")]
    links.append(link("web", "db", order=1, when="miss") if aside else link("cache", "db"))
    made = design(nodes, links, classes=[{"name": "get", "keys": keys}], duration=400, warmup=50)
    predicted, measured = demand(lower(made)).rate("db"), run(made)["nodes"]["db"]["arrivals"] / 350
    assert predicted == pytest.approx(200 * (1 - 0.4755), rel=0.005)
    assert measured == pytest.approx(predicted, rel=0.02)


def test_predicted_rates_and_capacity_are_those_of_a_run() -> None:
    raw = rich_raw()
    raw["scenario"] = {"duration": 400, "warmup": 50}
    open_only = {**raw, "nodes": [each for each in raw["nodes"] if each["id"] != "crowd"]}
    open_only["links"] = [each for each in raw["links"] if each["source"] != "crowd"]
    made = loads(json.dumps(open_only))
    plan = lower(made)
    rates, can = demand(plan), capacities(plan, demand(plan))
    result = run(made)
    for name in ("balancer", "web", "cache", "db", "orders", "mailer"):
        measured = result["nodes"][name]["arrivals"] / 350
        assert measured == pytest.approx(rates.rate(name), rel=0.06), name
    busy = result["nodes"]["web"]["utilization"]
    assert rates.rate("web") / can["web"].rate == pytest.approx(busy, rel=0.1)
    assert can["balancer"].rate == can["users"].rate == INFINITE


def test_a_circle_has_no_traffic_equations() -> None:
    nodes = [client(), node("inbox", "queue"), node("it", "worker")]
    links = [link("users", "inbox"), link("inbox", "it"), link("it", "inbox", probability=0.1)]
    made = demand_of(lower(design(nodes, links)))
    assert made is not None
    assert made.rate("it") == pytest.approx(50.0 / 0.9)


# Shape


def test_callers_come_first() -> None:
    assert callers_first([("a", "c"), ("b", "c"), ("c", "d"), ("a", "d")]) == ["a", "b", "c", "d"]
    assert callers_first([("a", "b"), ("b", "a")]) is None
    assert callers_first([("a", "a")]) is None
    assert callers_first([]) == []


def test_circles_are_found_and_how_much_goes_round_in_them() -> None:
    around = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]
    assert circles(around) == [["a", "b", "c", "a"]]
    assert circles([("a", "a"), ("b", "a")]) == [["a", "a"]]
    assert circles([("a", "b")]) == []
    assert in_groups([("u", "a"), *around]) == [["u"], ["a", "b", "c"], ["d"]]
    both = {("a", "b"): 0.7, ("b", "a"): 0.7, ("a", "a"): 0.6}
    assert growth(["a", "b"], {("a", "b"): 2.0, ("b", "a"): 0.4}) == pytest.approx(0.8**0.5)
    assert growth(["a", "b"], both) > 1.0
    assert rates_around(["a", "b"], {("a", "b"): 1.0, ("b", "a"): 0.5}, [10.0, 0.0]) == [20.0, 20.0]


SHAPES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "chain": (
        [client(), node("a", "service"), node("b", "service")],
        [link("users", "a", timeout=1), link("a", "b", timeout=1)],
    ),
    "optional": (
        [client(), node("a", "service"), node("b", "service"), node("c", "service")],
        [
            link("users", "a", timeout=1),
            link("a", "b", probability=0.5),
            link("a", "c", mode="send"),
        ],
    ),
    "balanced": (
        [
            client(),
            node("lb", "load_balancer"),
            node("a", "service"),
            node("b", "service"),
            node("db", "sql_database"),
        ],
        [
            link("users", "lb", timeout=1),
            link("lb", "a"),
            link("lb", "b"),
            link("a", "db"),
            link("b", "db"),
        ],
    ),
    "cached": (
        [
            client(),
            node("a", "service"),
            node("c", "cache", prewarm=True),
            node("db", "sql_database"),
        ],
        [link("users", "a", timeout=1), link("a", "c"), link("c", "db")],
    ),
    "queued": (
        [
            client(),
            node("a", "service"),
            node("q", "queue"),
            node("it", "worker"),
            node("db", "sql_database"),
        ],
        [link("users", "a", timeout=1), link("a", "q"), link("q", "it"), link("it", "db")],
    ),
    "two clients": (
        [
            client(),
            client("others"),
            node("a", "service"),
            node("b", "service"),
            node("db", "sql_database"),
        ],
        [
            link("users", "a", timeout=1),
            link("others", "b", timeout=1),
            link("a", "db"),
            link("b", "db"),
        ],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_single_points_are_the_nodes_whose_death_ends_all_goodput(shape: str) -> None:
    nodes, links = SHAPES[shape]
    plan = lower(design(nodes, links))
    expected = set()
    for each in plan.nodes:
        if each.traffic is None:
            kill = {"at": 0, "target": each.id, "change": "kill"}
            made = design(nodes, links, duration=20, warmup=1, events=[kill])
            session = Session(made)
            session.advance(20)
            if sum(one["succeeded"] for one in session.result()["clients"].values()) == 0:
                expected.add(each.id)
    assert single_points(plan, demand(plan).order).of_all == expected


def test_patience_and_tries_add_up_along_the_path() -> None:
    nodes = [
        client(),
        node("a", "service"),
        node("b", "service"),
        node("q", "queue"),
        node("w", "worker"),
    ]
    links = [
        link("users", "a", timeout=2, retry={"attempts": 2}),
        link("a", "b", timeout=3, retry={"attempts": 3}),
        link("b", "q", mode="send"),
        link("q", "w"),
    ]
    plan = lower(design(nodes, links))
    order = demand(plan).order
    assert patience(plan, order) == {
        ("users", 0): INFINITE,
        ("a", 0): 2,
        ("b", 0): 2,
        ("q", 0): INFINITE,
        ("w", 0): INFINITE,
    }
    assert amplification(plan, order) == {"users": 1, "a": 2, "b": 6, "q": 6, "w": 6}


def test_capacity_counts_what_workers_are_held_for() -> None:
    nodes = [client("users", 10), node("web", "service", workers=4, service_time=exponential(0.01))]
    nodes.append(node("db", "sql_database", read_time=exponential(0.03)))
    links = [link("users", "web"), link("web", "db", delay=0.005)]
    raw = raw_design(nodes, links)
    plan = lower(loads(json.dumps(raw)))
    assert capacities(plan, demand(plan))["web"].rate == pytest.approx(4 / 0.05)
    raw["nodes"][1]["config"]["hold_while_waiting"] = False
    plan = lower(loads(json.dumps(raw)))
    assert capacities(plan, demand(plan))["web"].rate == pytest.approx(4 / 0.01)

"""What designs mean in primitives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import DesignError, describe, lower
from engine.model.files import FileError, loads
from engine.plan.primitives import (
    INFINITE,
    CpuPlan,
    CrowdPlan,
    EventPlan,
    KeyPlan,
    LinkPlan,
    NodePlan,
    Plan,
    ScalingPlan,
    SessionPlan,
    TrafficPlan,
)
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.strategies import rich_raw


def plan_of(kind: str, classes: list[dict[str, Any]] | None = None, /, **config: Any) -> NodePlan:
    more = {"classes": classes} if classes else {}
    made = design([client(), node("it", kind, **config)], [], **more)
    return next(each for each in lower(made).nodes if each.id == "it")


def link_plan(**config: Any) -> LinkPlan:
    return lower(
        design([client(), node("web", "service")], [link("users", "web", **config)])
    ).links[0]


def test_documented_defaults() -> None:
    service = plan_of("service").station
    assert (service.instances, service.workers, service.queue_limit) == (1, 8, None)
    assert (service.discipline, service.hold) == ("fifo", True)
    assert (service.work[0].law, service.work[0].mean) == ("exponential", 0.005)
    database = plan_of("sql_database").station
    assert (database.workers, database.work[0].mean) == (100, 0.001)
    cache = plan_of("cache")
    assert cache.store is not None
    assert (cache.store.capacity, cache.store.ttl, cache.store.eviction) == (
        10_000,
        INFINITE,
        "lru",
    )
    assert (cache.store.single_flight, cache.store.prewarm) == (True, False)
    assert (cache.station.workers, cache.station.work[0].mean) == (None, 0.0001)
    queue = plan_of("queue").backlog
    assert queue is not None
    assert (queue.capacity, queue.visibility, queue.max_receive) == (None, 30, 5)
    worker = plan_of("worker")
    assert (worker.pulls, worker.station.workers, worker.station.work[0].mean) == (True, 4, 0.05)
    balancer = plan_of("load_balancer").router
    assert balancer is not None
    assert balancer.picker == "round_robin"
    assert balancer.health is not None
    assert (balancer.health.interval, balancer.health.failures, balancer.health.successes) == (
        2,
        3,
        2,
    )
    assert plan_of("load_balancer", health=None).router == type(balancer)(picker="round_robin")


def test_a_database_reads_and_writes_at_their_own_pace() -> None:
    classes = [{"name": "get"}, {"name": "put", "operation": "write"}]
    work = plan_of("sql_database", classes).station.work
    assert [law.mean for law in work] == [0.001, 0.003]


@pytest.mark.parametrize(
    ("law", "mean"),
    [
        ({"law": "constant", "mean": 0.02}, 0.02),
        ({"law": "exponential", "mean": 0.02}, 0.02),
        ({"law": "lognormal", "mean": 0.02, "cv2": 4}, 0.02),
        ({"law": "gamma", "mean": 0.02, "cv2": 0.5}, 0.02),
        ({"law": "hyperexponential", "mean": 0.02, "cv2": 4}, 0.02),
        ({"law": "uniform", "mean": 0.02}, 0.02),
        ({"law": "uniform", "low": 0.01, "high": 0.05}, 0.03),
        ({"law": "pareto", "mean": 0.02, "alpha": 3}, 0.02),
        ({"law": "empirical", "values": [0.01, 0.05], "weights": [3, 1]}, 0.02),
        ({"law": "empirical", "values": [0.01, 0.05]}, 0.03),
    ],
)
def test_laws_keep_their_shape_and_mean(law: dict[str, Any], mean: float) -> None:
    made = plan_of("service", service_time=law).station.work[0]
    assert made.law == law["law"]
    assert made.mean == pytest.approx(mean)
    assert made.cv2 == law.get("cv2", 1.0 if law["law"] == "exponential" else 0.0)


@pytest.mark.parametrize(
    "arrivals",
    [
        {"process": "poisson", "rate": [[0, 10], [60, 100]]},
        {"process": "deterministic", "rate": 5},
        {"process": "mmpp", "rate": 5, "burst_factor": 3},
        {"process": "poisson", "rate": [[0, 10], [60, 100], [60, 5]]},
        {"process": "trace", "times": [3, 1, 2]},
        {"process": "closed", "users": 7, "think_time": 2.0},
    ],
)
def test_arrivals_keep_their_process(arrivals: dict[str, Any]) -> None:
    made = lower(design([node("users", "client", arrivals=arrivals)], [])).nodes[0].traffic
    assert made is not None
    assert made.process == arrivals["process"]
    if made.process == "trace":
        assert made.times == (1, 2, 3)
    elif made.process == "closed":
        assert (made.users, made.think.law, made.think.mean) == (7, "exponential", 2.0)
    elif isinstance(arrivals["rate"], list):
        assert made.schedule == tuple(tuple(point) for point in arrivals["rate"])
    else:
        assert made.schedule == ((0, 5),)


def traffic_of(classes: list[dict[str, Any]] | None = None, /, **arrivals: Any) -> TrafficPlan:
    more = {"classes": classes} if classes else {}
    made = lower(design([node("users", "client", arrivals=arrivals)], [], **more)).nodes[0].traffic
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ({"law": "zipf", "count": 50, "alpha": 1.1}, KeyPlan(count=50, alpha=1.1)),
        ({"law": "uniform", "count": 50}, KeyPlan(count=50, alpha=0.0)),
        (
            {"law": "hot", "count": 50, "hot": 5, "share": 0.8},
            KeyPlan(count=50, alpha=0.0, hot=5, hot_share=0.8),
        ),
    ],
)
def test_keys_keep_their_popularity(keys: dict[str, Any], wanted: KeyPlan) -> None:
    made = lower(design([client()], [], classes=[{"name": "get", "keys": keys}]))
    assert made.classes[0].keys == wanted


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"hot": 50, "count": 50}, r"hot \(50\) should be below count"),
        (
            {"hot": 5, "count": 50, "share": 0.05},
            "less than equal keys would get; give 0.1 or more",
        ),
    ],
)
def test_hot_keys_are_hot(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(FileError, match=says):
        design([client()], [], classes=[{"name": "get", "keys": {"law": "hot"} | keys}])


def test_active_users_send_at_their_mean_rate() -> None:
    made = traffic_of(process="active_users", users=120, rate_per_user=0.5, window=30)
    assert made.schedule == ((0, 60),)
    assert made.crowd == CrowdPlan(mean=120, variance=120, law="poisson", window=30)
    normal = traffic_of(process="active_users", users_law="normal", users_variance=9)
    assert normal.crowd == CrowdPlan(mean=100, variance=9, law="normal", window=60)
    assert normal.schedule[0][1] == pytest.approx(100 / 3)


def test_sessions_keep_their_laws() -> None:
    made = traffic_of(process="sessions", rate=2, requests=4.5, requests_law="constant")
    assert made.session == SessionPlan(mean=4.5, law="constant")
    assert (made.schedule, made.think.law, made.think.mean) == (((0, 2),), "exponential", 7)
    plain = traffic_of(process="sessions", think_time=3.0)
    assert plain.session == SessionPlan(mean=10, law="geometric")
    assert (plain.think.law, plain.think.mean) == ("exponential", 3)


def test_a_recording_is_put_in_order_with_its_classes_and_keys() -> None:
    classes = [{"name": "get"}, {"name": "put"}]
    recording = {"times": [8, 2, 4], "classes": ["put", "get", "put"], "keys": [5, 6, 7]}
    made = traffic_of(classes, process="trace", speed=2, repeat=10, **recording)
    assert (made.times, made.kinds, made.keys) == ((1, 2, 4), (0, 1, 1), (6, 7, 5))
    assert made.period == 5
    assert traffic_of(process="trace", times=[1]).period == INFINITE


def test_shares_of_a_mix_sum_to_one() -> None:
    classes = [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    plain = lower(design([client()], [], classes=classes)).nodes[0].traffic
    mixed = lower(design([client(mix={"a": 3, "c": 1})], [], classes=classes)).nodes[0].traffic
    assert plain is not None
    assert mixed is not None
    assert plain.mix == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert mixed.mix == (0.75, 0.0, 0.25)


def test_links_carry_network_and_policy() -> None:
    bare = link_plan()
    assert (bare.timeout, bare.retry.attempts, bare.waits, bare.delay.mean) == (
        INFINITE,
        1,
        True,
        0,
    )
    backoff = {"base": 0, "factor": 3, "cap": 9, "jitter": "none"}
    full = link_plan(
        delay=0.25,
        timeout=2,
        retry={"attempts": 4, "backoff": backoff},
        mode="send",
        probability=0.5,
        times=2,
        order=7,
        loss=0.1,
    )
    assert (full.delay.law, full.delay.mean, full.timeout, full.waits) == (
        "constant",
        0.25,
        2,
        False,
    )
    assert (full.probability, full.times, full.order, full.loss) == (0.5, 2, 7, 0.1)
    retry = full.retry
    assert (retry.attempts, retry.base, retry.factor, retry.cap, retry.jitter) == (
        4,
        0,
        3,
        9,
        "none",
    )
    assert link_plan(delay=exponential(0.1)).delay.law == "exponential"


def events_of(*events: dict[str, Any]) -> tuple[EventPlan, ...]:
    raw = rich_raw()
    raw["scenario"]["events"] = list(events)
    return lower(loads(json.dumps(raw))).events


@pytest.mark.parametrize(
    ("event", "nodes", "links"),
    [
        ({"target": "web", "change": "kill"}, {"web"}, set()),
        ({"target": "region", "change": "kill"}, {"balancer", "web", "cache", "db"}, set()),
        ({"target": "zone", "change": "flush"}, {"cache", "db"}, set()),
        ({"change": "traffic", "factor": 2}, {"users", "crowd"}, set()),
        ({"target": "users", "change": "traffic", "factor": 2}, {"users"}, set()),
        ({"target": "cache-db", "change": "delay", "seconds": 1}, set(), {"cache-db"}),
        ({"target": "cache", "change": "loss", "probability": 1}, set(), {"web-cache", "cache-db"}),
        ({"target": "web", "with": "zone", "change": "partition"}, set(), {"web-cache"}),
        ({"target": "zone", "with": "web", "change": "partition"}, set(), {"web-cache"}),
    ],
)
def test_targets_of_events_are_resolved(
    event: dict[str, Any], nodes: set[str], links: set[str]
) -> None:
    (made,) = events_of({"at": 1, "duration": 2} | event)
    assert (set(made.nodes), set(made.links)) == (nodes, links)
    assert (made.at, made.end) == (1, 3)


@pytest.mark.parametrize("path", ["connections", "config.connections"])
def test_a_set_event_knows_what_the_node_becomes(path: str) -> None:
    (made,) = events_of({"at": 1, "target": "db", "change": "set", "path": path, "value": 3})
    assert isinstance(made.replacement, NodePlan)
    assert made.replacement.station.workers == 3
    assert made.end == INFINITE


def test_a_set_event_may_change_a_link() -> None:
    event = {"at": 1, "target": "cache-db", "change": "set", "path": "retry.attempts", "value": 3}
    (made,) = events_of(event)
    assert isinstance(made.replacement, LinkPlan)
    assert made.replacement.retry.attempts == 3


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"target": "cache", "change": "flush"}, "Cache flushed"),
        ({"target": "web", "change": "slow", "factor": 10}, "Web slow × 10"),
        ({"target": "web", "change": "kill", "instances": 1}, "Web killed (1 of its instances)"),
        ({"change": "traffic", "factor": 2.4}, "Load × 2.4"),
        ({"target": "web", "change": "error", "probability": 0.2}, "Web fails 20 %"),
        ({"target": "cache-db", "change": "delay", "seconds": 0.1}, "Cache → Db delayed by 100 ms"),
        ({"target": "web", "with": "db", "change": "partition"}, "Web cut from Db"),
        (
            {"target": "db", "change": "set", "path": "connections", "value": 3},
            "Db: connections = 3",
        ),
        (
            {"target": "cache-db", "change": "set", "path": "timeout", "value": 0.042},
            "Cache → Db: timeout = 42 ms",
        ),
        (
            {
                "target": "cache-db",
                "change": "set",
                "path": "breaker",
                "value": {"window": 50, "slow_call": 0.01, "slow_share": 0.5},
            },
            "Cache → Db: circuit breaker = window 50, slow call 10 ms, slow calls 50 %",
        ),
        (
            {"target": "cache-db", "change": "set", "path": "encryption", "value": {}},
            "Cache → Db: encryption = on",
        ),
        (
            {"target": "web", "change": "set", "path": "queue_limit", "value": None},
            "Web: queue limit = none",
        ),
        (
            {"target": "web", "change": "set", "path": "cpu", "value": {"quota": 0.05}},
            "Web: CPU quota = quota 50 ms",
        ),
    ],
)
def test_events_are_told_in_words(event: dict[str, Any], text: str) -> None:
    raw = rich_raw()
    raw["scenario"]["events"] = [{"at": 1} | event]
    made = loads(json.dumps(raw))
    assert describe(made.scenario.events[0], made) == text
    assert lower(made).events[0].label == text


def test_what_cannot_run_is_an_error_with_all_findings() -> None:
    nodes = [client(), node("web", "service", workers=0), node("odd", "gizmo")]
    with pytest.raises(DesignError) as caught:
        lower(design(nodes, []))
    assert [finding.code for finding in caught.value.findings] == ["bad-value", "unknown-kind"]
    assert str(caught.value) == "web: workers should be at least 1, not 0 (and 1 more)"


def test_the_plan_is_the_design_in_the_same_order() -> None:
    raw = rich_raw()
    plan: Plan = lower(loads(json.dumps(raw)))
    assert [each.id for each in plan.nodes] == [each["id"] for each in raw["nodes"]]
    assert [each.id for each in plan.links] == [each["id"] for each in raw["links"]]
    assert (plan.duration, plan.warmup, plan.seed) == (12, 2, 3)
    assert constant(0.00025)["mean"] == plan.links[0].delay.mean


def test_a_class_may_have_work_of_its_own_and_speed_divides_all() -> None:
    classes = [{"name": "read"}, {"name": "report"}]
    slow = {"report": {"law": "constant", "mean": 0.2}}
    station = plan_of("service", classes, class_times=slow, speed=2.0).station
    assert [law.mean for law in station.work] == [0.005, 0.2]
    assert [law.mean for law in station.service] == [0.0025, 0.1]


def test_what_limits_an_instance_is_off_unless_it_is_there() -> None:
    plain = plan_of("service").station
    assert (plain.speed, plain.scaling, plain.cpu) == (1.0, None, None)
    station = plan_of("service", usl={"contention": 0.02}, cpu={"quota": 0.05}).station
    assert station.scaling == ScalingPlan(contention=0.02, coherency=0.001)
    assert station.cpu == CpuPlan(quota=0.05, period=0.1)
    nothing = plan_of("service", usl={"contention": 0.0, "coherency": 0.0}).station
    assert nothing.scaling is None

"""Numbers of the theory twin that were shown as certain, and did not hold: each holds now, or is doubted."""

from __future__ import annotations

import math

import pytest

from engine.catalog import lower
from engine.model.prediction import Theory
from engine.plan.network import elastic
from engine.plan.queueing.moments import Moments
from engine.plan.theory import predict
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node, run


def theory(nodes: list[Raw], links: list[Raw], **more: object) -> Theory:
    return predict(lower(design(nodes, links, **more)))


def closed(users: int, think: float) -> Raw:
    arrivals = {"process": "closed", "users": users, "think_time": exponential(think)}
    return node("users", "client", arrivals=arrivals)


def test_a_closed_population_waits_for_all_that_a_flow_does() -> None:
    """15 users who think for 50 ms, get the first byte after 30 ms and the last 20 ms later: 150 a second."""
    store = node("s3", "object_storage", first_byte=constant(0.03), bandwidth=1e6, error_share=0)
    classes = [{"name": "image", "response_bytes": 20_000}]
    made = design([closed(15, 0.05), store], [link("users", "s3")], classes=classes, duration=100)
    found = predict(lower(made))
    assert found.clients["users"].offered == pytest.approx(150.0)
    assert run(made)["clients"]["users"]["goodput"] == pytest.approx(150.0, rel=0.02)


def test_keys_are_asked_for_again_for_as_long_as_a_fetch_takes_not_as_it_takes_on_average() -> None:
    """20 keys for 10 s each at 280 a second, fetched in .13 s: half of the fetches are of keys on their way."""
    nodes = [
        client("users", 280.0),
        node("gw", "api_gateway", cache_ttl=10.0, admission=None),
        node("web", "service", instances=5, service_time=exponential(0.13)),
    ]
    classes = [{"name": "read", "keys": {"law": "zipf", "count": 20, "alpha": 0.9}}]
    found = theory(nodes, [link("users", "gw"), link("gw", "web")], classes=classes)
    assert any("again while they are fetched" in each for each in found.nodes["web"].doubts)


def test_a_few_misses_more_are_many_in_a_queue_that_is_nearly_full() -> None:
    nodes = [
        client("users", 300.0),
        node("cache", "cache", capacity=70, eviction="fifo", single_flight=False),
        node("db", "service", workers=1, service_time=exponential(0.0)),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    classes = [{"name": "read", "keys": {"law": "zipf", "count": 2000, "alpha": 0.2}}]

    def doubts(work: float) -> tuple[str, ...]:
        nodes[2]["config"]["service_time"] = exponential(work)
        return theory(nodes, links, classes=classes).nodes["db"].doubts

    assert not doubts(0.001)
    assert any("again while they are fetched" in each for each in doubts(0.0033))


def test_how_much_comes_from_a_node_that_may_refuse_is_doubted() -> None:
    limiter = node("rl", "rate_limiter", admission={"concurrency": {"limit": 2}})
    web = node("web", "service", workers=2, service_time=exponential(0.0067))
    found = theory([client("users", 180.0), limiter, web], [link("users", "rl"), link("rl", "web")])
    assert "how much comes from Rl is doubted" in found.nodes["web"].doubts


def test_how_often_calls_are_tried_again_is_doubted_where_it_is_how_often_they_fail() -> None:
    nodes = [client("users", 110.0), node("lb", "load_balancer")]
    nodes.append(node("web", "service", workers=2, service_time=exponential(0.01)))
    tried = {"timeout": 1.0, "retry": {"attempts": 2}}
    bulkhead = {"concurrent": 2, "pending": 0}

    def doubts(**more: object) -> tuple[str, ...]:
        links = [link("users", "lb", **tried), link("lb", "web", **more)]
        return theory(nodes, links).nodes["lb"].doubts

    assert not doubts()
    assert "how much comes from Users is doubted" in doubts(bulkhead=bulkhead)


def test_that_nothing_comes_after_calls_that_all_fail_is_doubted() -> None:
    """Last come, first served: of an overloaded node some are answered in time, whatever the mean says."""
    nodes = [client("users", 140.0), node("web", "service", workers=400)]
    nodes.append(node("api", "service", service_time=exponential(0.07), discipline="lifo"))
    nodes.append(node("oth", "service", service_time=exponential(0.01)))
    links = [link("users", "web"), link("web", "api", timeout=0.2), link("web", "oth", order=1)]
    oth = theory(nodes, links).nodes["oth"]
    assert "how much comes from Web is doubted" in oth.doubts


def test_what_a_router_tries_again_may_come_to_others() -> None:
    nodes = [client("users", 100.0), node("lb", "load_balancer")]
    nodes.append(node("quick", "service", service_time=exponential(0.001)))
    nodes.append(node("slow", "service", workers=50, service_time=exponential(0.05)))

    def doubts(**more: object) -> tuple[str, ...]:
        links = [link("users", "lb"), link("lb", "quick"), link("lb", "slow", **more)]
        return theory(nodes, links).nodes["quick"].doubts

    assert "how much comes from Lb is doubted" not in doubts(timeout=0.03)
    elsewhere = {"attempts": 2, "other_instance": True}
    assert "how much comes from Lb is doubted" in doubts(timeout=0.03, retry=elsewhere)


def test_retransmissions_are_too_rare_for_percentiles_by_two_moments() -> None:
    web = node("web", "service", service_time=constant(0.0))
    links = [
        link("users", "web", delay={"law": "uniform", "low": 0.001, "high": 0.011}, loss=0.001)
    ]
    made = design([client("users", 50.0), web], links, duration=300)
    assert run(made)["clients"]["users"]["latency"]["p99"] < 0.022
    assert predict(lower(made)).clients["users"].latency_p99 is None


@pytest.mark.parametrize(("connections", "known"), [(1, False), (200, True)])
def test_too_few_connections_decide_how_many_calls_get_through(
    connections: int, known: bool
) -> None:
    nodes = [client("users", 250.0)]
    nodes.append(node("web", "service", workers=100, service_time=exponential(0.04)))
    pool = {"protocol": "tcp", "max_connections": connections}
    found = theory(nodes, [link("users", "web", connection=pool)])
    assert (found.clients["users"].goodput is not None) is known
    assert ("how much comes from Users is doubted" in found.nodes["web"].doubts) is not known


def test_what_comes_from_workers_that_are_held_without_end_has_no_spread() -> None:
    nodes = [client("users", 240.0), node("web", "service", instances=2)]
    nodes.append(node("api", "service", instances=5, workers=1, service_time=exponential(0.02)))
    nodes.append(node("oth", "service", queue_limit=1, service_time=exponential(0.01)))
    links = [link("users", "web"), link("web", "api", times=2), link("web", "oth", order=1)]
    found = theory(nodes, links).nodes
    assert found["api"].load == pytest.approx(2.0, abs=0.5)
    assert found["oth"].rate >= 0.0
    assert Moments(math.inf, math.inf).cv2 == 1.0


def test_a_breaker_that_opens_for_slow_calls_decides_how_many_get_through() -> None:
    nodes = [client("users", 200.0)]
    nodes.append(node("s3", "object_storage", first_byte=exponential(0.03)))
    calm, tight = (
        {"window": 10, "minimum": 10, "slow_call": limit, "slow_share": 0.5}
        for limit in (0.3, 0.04)
    )
    assert theory(nodes, [link("users", "s3", breaker=calm)]).clients["users"].goodput is not None
    found = theory(nodes, [link("users", "s3", breaker=tight)])
    assert "how much comes from Users is doubted" in found.nodes["s3"].doubts
    assert "how many calls to S3 fail is doubted" in found.clients["users"].doubts


def test_a_closed_population_waits_for_cold_starts() -> None:
    function = node("fn", "function", service_time=exponential(0.1), idle_ttl=0.09)
    function["config"]["cold_start"] = constant(0.5)
    made = design([closed(48, 1.0), function], [link("users", "fn")], duration=300)
    found = predict(lower(made)).clients["users"].offered
    assert found == pytest.approx(run(made)["clients"]["users"]["goodput"], rel=0.1)


def test_how_much_workers_get_is_doubted_where_messages_are_delivered_again() -> None:
    nodes = [client("users", 20.0), node("jobs", "queue", visibility=0.15)]
    worker = node("wk", "worker", workers=8, service_time=exponential(0.1))
    found = theory([*nodes, worker], [link("users", "jobs"), link("jobs", "wk")])
    assert "how much comes from Jobs is doubted" in found.nodes["wk"].doubts


def test_work_after_a_call_is_not_left_out_of_the_load() -> None:
    flow = [{"call": "web-api"}, {"work": "service_time"}]
    web = node("web", "service", workers=1, service_time=exponential(0.01), flow=flow)
    api = node("api", "service", service_time=exponential(0.001))
    found = theory([client("users", 50.0), web, api], [link("users", "web"), link("web", "api")])
    assert found.nodes["web"].utilization is None
    assert "comes back to its own workers" in found.nodes["web"].reason
    assert found.bottleneck is None


def test_of_whom_it_is_doubted_how_much_comes_may_be_the_bottleneck() -> None:
    """Answers that come too late are not stored: whether the database is asked for all depends on that."""
    nodes = [
        client("users", 240.0),
        node(
            "web", "service", workers=2, service_time=exponential(0.006), hold_while_waiting=False
        ),
        node("cache", "cache", capacity=1000, ttl=10),
        node("db", "sql_database", connections=30, read_time=exponential(0.1)),
    ]
    late = {"timeout": 0.05, "fallback": {"kind": "stale"}}
    links = [link("users", "web"), link("web", "cache")]
    links.append(link("web", "db", order=1, when="miss", **late))
    classes = [{"name": "read", "keys": {"law": "uniform", "count": 500}}]
    found = theory(nodes, links, classes=classes)
    assert found.bottleneck == "web"
    assert found.bottleneck_doubt.startswith("the load of Db is doubted")


@pytest.mark.parametrize("kept", [0.01, 0.5, 3.0])
def test_cold_starts_of_very_many_are_those_of_many(
    kept: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = elastic.cold_share(1e6, 0.9, kept)
    monkeypatch.setattr(elastic, "_MANY", 1e5)
    assert elastic.cold_share(1e6, 0.9, kept) == pytest.approx(exact, rel=0.01)


def test_who_is_refused_at_the_limit_does_not_start_cold() -> None:
    """All ten are warm for good; with one, whoever finds it idle for longer than it is kept starts it again."""
    assert elastic.cold_share(95.0, 0.045, 14.0, 10) < 1e-7
    assert elastic.cold_share(0.5, 0.1, 2.0, 1) == pytest.approx(math.exp(-1.0))
    for kept in (5e-324, 1e-310, 1e-15):  # nobody is kept: all are cold
        assert elastic.cold_share(20.0, 0.01, kept) == 1.0
    function = node("fn", "function", service_time=exponential(0.045), concurrency=10, idle_ttl=14)
    made = design([client("users", 95.0), function], [link("users", "fn")], duration=200)
    assert run(made)["nodes"]["fn"]["wait"]["mean"] == 0.0
    assert predict(lower(made)).nodes["fn"].wait == pytest.approx(0.0, abs=1e-6)


def test_how_much_a_full_queue_refuses_is_not_known_where_its_times_are_not() -> None:
    nodes = [client("users", 40.0), node("jobs", "queue", capacity=10, fifo_groups=1)]
    nodes.append(node("wk", "worker", instances=2, service_time=exponential(0.1)))
    found = theory(nodes, [link("users", "jobs"), link("jobs", "wk")])
    assert "how many calls to Jobs fail is doubted" in found.clients["users"].doubts


@pytest.mark.filterwarnings("error")
def test_cold_starts_of_more_than_anybody_has() -> None:
    assert elastic.cold_share(1e12, 1e12, 1e300) < 1e-9
    assert elastic.cold_share(1e12, 1e3, 0.0) == 1.0
    assert elastic.cold_share(1e12, 1.0, 1.0, 1000) < 1e-9


def test_who_waits_for_a_cold_start_stands_in_no_line() -> None:
    function = node("fn", "function", service_time=exponential(0.1), idle_ttl=1.0)
    made = design([client("users", 5.0), function], [link("users", "fn")], duration=100)
    found = predict(lower(made)).nodes["fn"]
    assert found.queue == 0.0 == run(made)["nodes"]["fn"]["queue_mean"]
    assert found.wait is not None
    assert found.wait > 0.0


def test_next_to_no_wait_behind_a_balancer_that_looks_is_doubted() -> None:
    """Its model is fitted to whole answers within 2 %: of .4 ms after .16 s of work it knows nothing."""
    web = node("web", "service", instances=5, workers=4, service_time=exponential(0.16))
    links = [link("users", "web", picker="least_connections")]
    calm = theory([client("users", 70.0), web], links).nodes["web"]
    busy = theory([client("users", 115.0), web], links).nodes["web"]
    assert any("so little wait" in each for each in calm.doubts)
    assert not any("so little wait" in each for each in busy.doubts)


@pytest.mark.filterwarnings("error")
def test_work_that_is_next_to_even_is_even() -> None:
    db = node("db", "sql_database", read_time={"law": "lognormal", "mean": 0.01, "cv2": 1e-310})
    found = theory([client("users", 20.0), db], [link("users", "db")])
    assert found.clients["users"].latency_p99 == pytest.approx(0.01, rel=0.01)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("law", ["constant", "exponential", "gamma", "lognormal", "pareto"])
def test_durations_next_to_nothing_are_none(law: str) -> None:
    work = {"law": law, "mean": 5e-324}
    nodes = [client("users", 20.0), node("lb", "load_balancer", service_time=work)]
    nodes.append(node("web", "service", service_time=exponential(0.01)))
    found = theory(nodes, [link("users", "lb"), link("lb", "web", delay=work)])
    assert found.clients["users"].latency == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(("jitter", "doubted"), [(0.0, False), (0.02, True)])
def test_who_is_dealt_in_turn_comes_out_of_step_on_an_uneven_way(
    jitter: float, *, doubted: bool
) -> None:
    web = node("web", "service", instances=4, workers=4, service_time=exponential(0.04))
    way = exponential(jitter) if jitter else constant(0.01)
    made = [client("users", 200.0), web], [link("users", "web", delay=way)]
    found = theory(*made).nodes["web"].doubts
    assert any("for times that differ" in each for each in found) is doubted


def test_workers_that_take_long_to_be_made_are_doubted() -> None:
    """80 are needed, and 5 are made in ten seconds: that takes 150 s, which are not over after 60."""
    nodes = [client("users", 200.0)]
    nodes.append(node("fn", "function", service_time=exponential(0.4), cold_start=constant(0.1)))

    def found(instances: int) -> Theory:
        nodes[1]["config"]["ramp"] = {"instances": instances, "per": 10.0}
        return theory(nodes, [link("users", "fn")], duration=120, warmup=20)

    slow, quick = found(5), found(100)
    assert any("take 150 s to be made" in each for each in slow.nodes["fn"].doubts)
    assert "how many calls to Fn fail is doubted" in slow.clients["users"].doubts
    assert not any("to be made" in each for each in quick.nodes["fn"].doubts)
    assert "how many calls to Fn fail is doubted" not in quick.clients["users"].doubts


def test_how_many_a_function_refuses_follows_from_erlang_for_poisson_arrivals_alone() -> None:
    nodes = [node("users", "client", arrivals={"process": "deterministic", "rate": 200.0})]
    nodes.append(node("fn", "function", service_time=exponential(0.08), concurrency=18))
    said = "how many are refused is counted as for Poisson arrivals"
    assert said in theory(nodes, [link("users", "fn")]).nodes["fn"].doubts
    nodes[0]["config"]["arrivals"]["process"] = "poisson"
    assert said not in theory(nodes, [link("users", "fn")]).nodes["fn"].doubts


def test_calls_one_after_the_other_that_somebody_full_makes_wait_are_fewer() -> None:
    """Through a balancer: the second call is made once the first is answered, which takes ever longer."""
    nodes = [
        client("users", 100.0),
        node("web", "service", workers=1000),
        node("lb", "load_balancer"),
    ]
    nodes.append(node("db", "service", workers=1, service_time=exponential(0.01)))
    links = [link("users", "web"), link("web", "lb", times=2), link("lb", "db")]
    assert "how much comes from Web is doubted" in theory(nodes, links).nodes["lb"].doubts


def test_calls_one_after_the_other_that_somebody_refuses_are_fewer() -> None:
    nodes = [
        client("users", 100.0),
        node("web", "service", workers=1000),
        node("lb", "load_balancer"),
    ]
    db = {"service_time": exponential(0.01), "admission": {"concurrency": {"limit": 2}}}
    nodes.append(node("db", "service", workers=1, **db))
    links = [link("users", "web"), link("web", "lb", times=2), link("lb", "db")]
    assert "how much comes from Web is doubted" in theory(nodes, links).nodes["lb"].doubts


def test_waits_that_are_next_to_nothing_leave_no_doubt_at_who_waits_for_them() -> None:
    """Uneven work at several workers makes waits uncertain: of a millisecond in a hundred, or of a half."""

    def doubts(rate: float) -> tuple[str, ...]:
        uneven = {"law": "lognormal", "mean": 0.01, "cv2": 4.0}
        nodes = [client("users", rate)]
        nodes.append(
            node("web", "service", service_time=exponential(0.05), hold_while_waiting=False)
        )
        nodes[1]["config"]["workers"] = 100
        nodes.append(node("db", "service", workers=4, service_time=uneven))
        return theory(nodes, [link("users", "web"), link("web", "db")]).clients["users"].doubts

    assert not [each for each in doubts(100.0) if not each.startswith("percentiles")]
    assert [each for each in doubts(380.0) if not each.startswith("percentiles")]


def test_work_of_next_to_no_time_is_none_for_a_closed_population() -> None:
    """A quarter of the smallest number there is, that of one of four workers, is 0."""
    nodes = [closed(200, 5.0), node("web", "service", workers=4, queue_limit=10)]
    nodes[1]["config"]["service_time"] = exponential(5e-324)
    found = theory(nodes, [link("users", "web")])
    assert found.clients["users"].offered == pytest.approx(40.0)

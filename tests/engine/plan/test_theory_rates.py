"""How much comes where: what was shown as certain, and did not hold, holds now or is doubted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.catalog import lower
from engine.model.prediction import Theory
from engine.plan.primitives import BatchPlan, CpuPlan, PausePlan
from engine.plan.theory import predict
from tests.helpers import plans
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node, run


def theory(nodes: list[Raw], links: list[Raw], **more: object) -> Theory:
    return predict(lower(design(nodes, links, **more)))


def test_a_worker_does_nothing_else_while_its_message_crosses_a_link() -> None:
    """Six workers of 15 ms, each 10 ms away from the queue: 240 a second at most."""
    worker = node("wk", "worker", instances=3, workers=2, service_time=constant(0.015))
    links = [link("users", "jobs"), link("jobs", "wk", delay=constant(0.01))]
    made = design(
        [client("users", 300.0), node("jobs", "queue"), worker], links, duration=70, warmup=10
    )
    found, measured = predict(lower(made)).nodes, run(made)["nodes"]["wk"]
    assert found["wk"].rate == pytest.approx(240.0, rel=0.01)
    assert measured["completed"] / 60.0 == pytest.approx(240.0, rel=0.01)
    assert found["wk"].utilization == pytest.approx(measured["utilization"], rel=0.01)


def test_what_workers_that_are_held_without_end_send_is_doubted() -> None:
    nodes = [client("users", 100.0), node("web", "service", workers=1)]
    nodes += [node("api", "service", workers=1, service_time=exponential(0.02))]
    found = theory(nodes, [link("users", "web"), link("web", "api")]).nodes
    assert "how much comes from Web is doubted" in found["api"].doubts


def test_what_is_sent_after_work_whose_load_is_not_known_is_doubted() -> None:
    flow = [{"call": "web-first"}, {"work": "service_time"}, {"call": "web-last"}]
    web = node("web", "service", workers=1, service_time=exponential(0.02), flow=flow)
    web["config"]["hold_while_waiting"] = False
    others = [node(name, "service", service_time=exponential(0.001)) for name in ("first", "last")]
    links = [link("users", "web"), link("web", "first"), link("web", "last")]
    found = theory([client("users", 100.0), web, *others], links).nodes
    assert "how much comes from Web is doubted" in found["last"].doubts


@pytest.mark.parametrize(("target", "doubted"), [(0.02, True), (0.01, False)])
def test_a_balancer_that_looks_gives_those_that_answer_faster_more(
    target: float, doubted: bool
) -> None:
    balancer = node("lb", "load_balancer", picker="least_connections")
    nodes = [client("users", 120.0), balancer]
    for name, work in (("a", 0.01), ("b", target)):
        nodes.append(node(name, "service", workers=1, service_time=exponential(work)))
    links = [link("users", "lb"), link("lb", "a"), link("lb", "b")]
    made = design(nodes, links, duration=200)
    found = predict(lower(made)).nodes
    for name in ("a", "b"):
        assert ("how much comes from Lb is doubted" in found[name].doubts) is doubted
    shares = run(made)["nodes"]
    uneven = shares["a"]["arrivals"] / shares["b"]["arrivals"] > 1.2
    assert uneven is doubted


def test_whoever_waits_at_the_door_of_a_queue_waits() -> None:
    """A waiting room lets 30 of 100 in a second: who publishes waits there, whoever pulls."""
    jobs = node("jobs", "queue", admission={"waiting_room": {"rate": 30.0}})
    nodes = [client("users", 100.0), jobs, node("wk", "worker", service_time=exponential(0.001))]
    made = design(nodes, [link("users", "jobs"), link("jobs", "wk")], duration=70, warmup=10)
    found = predict(lower(made)).clients["users"]
    assert (found.latency, found.goodput) == (None, None)
    assert run(made)["clients"]["users"]["goodput"] == pytest.approx(30.0, rel=0.02)


def test_a_closed_population_may_never_need_one_worker_more() -> None:
    arrivals = {"process": "closed", "users": 9, "think_time": exponential(0.037)}
    nodes = [node("users", "client", arrivals=arrivals)]
    nodes.append(node("fn", "function", service_time=exponential(0.059), idle_ttl=4.6))
    made = design(nodes, [link("users", "fn")], duration=60, warmup=10)
    assert run(made)["nodes"]["fn"]["wait"]["mean"] == 0.0
    assert any("so few users" in each for each in predict(lower(made)).nodes["fn"].doubts)


def test_how_many_are_answered_is_doubted_all_the_way_up() -> None:
    """One in ten reads comes to a database that retries keep down once it is slow."""
    nodes = [
        plans.client(rate=245.0),
        plans.cache("cache", 141, 0.0005),
        plans.station("db", plans.exponential(0.095), workers=4, discipline="ps"),
    ]
    tried = plans.link("cache", "db", timeout=0.53, retry=plans.retry(2))
    kept = plans.request_class(keys=replace(plans.request_class().keys, count=200))
    made = plans.plan(nodes, [plans.link("users", "cache"), tried], classes=(kept,), duration=200.0)
    found = predict(made)
    assert "how many calls to db fail is doubted" in found.nodes["cache"].doubts
    assert "how many calls to cache fail is doubted" in found.clients["users"].doubts


def test_batches_are_made_with_no_more_than_a_quota() -> None:
    """20 in 12 ms of work, of which a tenth of a core does 8 batches a second."""
    batch = BatchPlan(size=20, linger=1.0, fixed=0.002, per_item=0.0005)
    cpu = CpuPlan(quota=0.01, period=0.1)
    pauses = PausePlan(every=plans.constant(1.0), length=plans.constant(0.5))

    def load(**more: object) -> float | None:
        web = plans.station("web", plans.constant(1.0), workers=2, batch=batch, **more)
        return (
            predict(plans.plan([plans.client(rate=100.0), web], [plans.link("users", "web")]))
            .nodes["web"]
            .load
        )

    assert load() == pytest.approx(100.0 * 0.0006 / 2)
    assert load(cpu=cpu) == pytest.approx(100.0 * 0.0006 / 0.1)
    assert load(pauses=pauses) == pytest.approx(100.0 * 0.0006 / 2 * 1.5)


def test_how_many_get_through_where_closed_populations_take_all_the_room_is_doubted() -> None:
    """Web keeps its only worker for all calls: of the users who send at a rate some wait for ever."""
    arrivals = {"process": "closed", "users": 37, "think_time": exponential(0.27)}
    nodes = [client("users", 60.0), node("others", "client", arrivals=arrivals)]
    nodes += [
        node(name, "service", workers=1, service_time=exponential(0.01)) for name in ("web", "db")
    ]
    links = [link("users", "web"), link("others", "web"), link("web", "db")]
    made = design(nodes, links, duration=200)
    found = predict(lower(made)).clients["users"]
    assert found.goodput is None or any("full of closed" in each for each in found.doubts)
    assert run(made)["clients"]["users"]["goodput"] < 50.0


def test_a_store_that_holds_everything_in_the_end_still_fetches_it_once() -> None:
    keys = {"law": "uniform", "count": 2000}
    nodes = [client("users", 250.0), node("cache", "cache", capacity=3000, eviction="none")]
    nodes.append(node("db", "service", service_time=exponential(0.01)))
    nodes.append(node("disk", "service", service_time=exponential(0.001)))
    links = [link("users", "cache"), link("cache", "db"), link("db", "disk")]
    made = design(nodes, links, classes=[{"name": "read", "keys": keys}], duration=60, warmup=10)
    assert run(made)["nodes"]["disk"]["arrivals"] > 300
    found = predict(lower(made)).nodes
    assert found["db"].rate == found["disk"].rate == 0.0
    assert any("begins empty" in each for each in found["db"].doubts)
    assert "how much comes from Db is doubted" in found["disk"].doubts
    done = design(nodes, links, classes=[{"name": "read", "keys": keys}], duration=6000)
    assert not predict(lower(done)).nodes["db"].doubts


def test_a_narrow_link_lets_no_more_through_than_its_bandwidth() -> None:
    """50 answers of 10 kB a second over 250 kB/s: half of them."""
    nodes = [
        client("users", 50.0),
        node("web", "service", service_time=exponential(0.001), hold_while_waiting=False),
        node("db", "service", service_time=exponential(0.001)),
    ]
    links = [link("users", "web"), link("web", "db", bandwidth=250e3)]
    made = design(nodes, links, classes=[{"name": "read", "response_bytes": 10e3}], duration=120)
    found = predict(lower(made))
    assert run(made)["clients"]["users"]["goodput"] == pytest.approx(25.0, rel=0.02)
    assert found.clients["users"].goodput is None
    assert found.clients["users"].bound == pytest.approx(25.0)
    assert found.headroom == pytest.approx(0.5)
    assert "of its bandwidth 200 % are used" in found.bottleneck_doubt


@pytest.mark.parametrize(
    ("throttle", "known"),
    [({}, True), ({"factor": 1.01}, False), ({"window": 0.05}, False)],
)
def test_a_throttle_without_room_for_calls_under_way_decides_how_many_are_sent(
    throttle: dict[str, float], known: bool
) -> None:
    web = node("web", "service", workers=20, service_time=exponential(0.05))
    links = [link("users", "web", throttle=throttle)]
    made = design([client("users", 100.0), web], links, duration=150, warmup=30)
    found = predict(lower(made))
    assert (found.clients["users"].goodput is not None) is known
    assert (run(made)["clients"]["users"]["goodput"] > 98.0) is known


def test_whoever_publishes_waits_for_the_encryption() -> None:
    nodes = [client("users", 50.0), node("jobs", "queue"), node("wk", "worker")]
    links = [link("users", "jobs", encryption={"per_kilobyte": 0.5}), link("jobs", "wk")]
    made = design(nodes, links, duration=70, warmup=10)
    assert run(made)["clients"]["users"]["latency"]["mean"] > 0.4
    assert predict(lower(made)).clients["users"].latency is None


def test_what_comes_past_a_breaker_that_a_pinned_answer_may_open_is_doubted() -> None:
    """One resolver keeps its answer: one of two instances gets everything, refuses most of it, and the breaker opens."""
    dns = node("dns", "dns", policy="round_robin", ttl=60.0)
    web = node("web", "service", workers=1, queue_limit=5, service_time=exponential(0.01))
    other = node("other", "service", workers=1, queue_limit=5, service_time=exponential(0.01))
    arrivals = {"process": "poisson", "rate": 150.0, "users": 1}
    nodes = [node("users", "client", arrivals=arrivals), dns, web, other]
    links = [link("users", "dns", breaker={"failure_share": 0.2}), link("dns", "web")]
    made = design(nodes, [*links, link("dns", "other")], duration=120, warmup=20)
    found = predict(lower(made))
    assert "how much comes from Users is doubted" in found.nodes["dns"].doubts
    assert run(made)["nodes"]["dns"]["arrivals"] < 0.9 * 150.0 * 100.0

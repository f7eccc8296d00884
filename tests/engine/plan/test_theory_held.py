"""Workers that are held, calls that fail by chance, callers that give up: exact where nobody waits for another."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import lower
from engine.model.prediction import PERCENTILES, WAITS, Theory, is_grave
from engine.plan.theory import predict
from tests.helpers import plans
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.theory_judge import Number, numbers_of, runs_of

Parts = tuple[list[dict[str, Any]], list[dict[str, Any]]]
LOGNORMAL = {"law": "lognormal", "mean": 0.025, "cv2": 2.0}


def judged(parts: Parts, duration: float) -> tuple[Theory, list[Number]]:
    """What theory says of a design, beside two runs."""
    plan = lower(design(*parts, duration=duration, warmup=duration / 6))
    found = predict(plan)
    return found, numbers_of(found, runs_of(plan, 2))


def sure(numbers: list[Number]) -> set[str]:
    """The numbers that are said without a doubt, all of which have to hold."""
    confident = [each for each in numbers if each.confident]
    assert not [str(each) for each in confident if each.wrong]
    return {each.name for each in confident}


def tiers(workers: int, connections: int, busy: float) -> Parts:
    """Two tiers of which the first holds its workers, with settings as components have them."""
    web = node("web", "service", workers=workers, service_time=exponential(0.01))
    read = exponential(busy * connections / 100.0)
    db = node("db", "sql_database", connections=connections, read_time=read)
    return [client("users", 100.0), web, db], [link("users", "web"), link("web", "db")]


def test_workers_that_nobody_waits_for_are_held_without_a_doubt() -> None:
    found, numbers = judged(tiers(64, 1, 0.7), 700)
    assert {"db.wait.mean", "web.residence.mean", "users.latency.p99"} <= sure(numbers)
    assert all(each.startswith(WAITS) for each in found.nodes["web"].doubts)


def test_calls_that_take_times_of_their_own_make_work_longer() -> None:
    nodes, links = tiers(1, 1, 0.1)
    nodes[1]["config"]["service_time"] = exponential(0.002)
    nodes[2] = node(
        "db",
        "external_api",
        admission=None,
        error_share=0,
        response_time=LOGNORMAL | {"mean": 0.005},
    )
    found, numbers = judged((nodes, links), 700)
    assert {"web.wait.mean", "web.utilization", "users.latency.mean"} <= sure(numbers)  # M/G/1
    assert found.nodes["web"].wait == pytest.approx(
        100.0 * (0.002**2 + 0.005**2 * 2.0 + 0.007**2) / 2.0 / 0.3, rel=1e-6
    )


def test_callers_who_wait_for_each_other_below_are_doubted() -> None:
    found = predict(lower(design(*tiers(2, 1, 0.7))))
    assert any("workers are held" in each for each in found.nodes["web"].doubts)


def test_several_consumers_of_what_is_called_count_calls_exactly() -> None:
    nodes: list[dict[str, Any]] = [client("users", 100.0), node("jobs", "queue")]
    nodes.append(node("worker", "worker", workers=1, service_time=exponential(0.004)))
    nodes.append(node("db", "sql_database", connections=50, read_time=exponential(0.003)))
    links = [link("users", "jobs"), link("jobs", "worker"), link("worker", "db")]
    found, numbers = judged((nodes, links), 700)
    assert "jobs.wait.mean" in sure(numbers)
    said = found.nodes["jobs"].doubts
    assert all(each.startswith(PERCENTILES) for each in said)


@pytest.mark.oracle(13)
@pytest.mark.parametrize(("share", "attempts"), [(0.5, 3), (0.05, 4)])
def test_retries_of_what_fails_by_chance_are_counted(share: float, attempts: int) -> None:
    back = {"attempts": attempts, "backoff": {"base": 0.02, "jitter": "full"}}
    nodes: list[dict[str, Any]] = [client("users", 80.0)]
    nodes.append(node("web", "service", workers=32, service_time=exponential(0.01)))
    api = {"admission": None, "error_share": share, "response_time": exponential(0.05)}
    nodes.append(node("api", "external_api", **api))
    nodes.append(node("db", "sql_database", connections=1, read_time=exponential(0.006)))
    links = [link("users", "web"), link("web", "api", retry=back), link("web", "db", order=1)]
    found, numbers = judged((nodes, links), 400)
    known = sure(numbers)
    assert {"api.rate", "db.rate", "db.wait.mean", "users.goodput"} <= known
    assert found.nodes["api"].rate == pytest.approx(80 * (1 - share**attempts) / (1 - share))
    assert ("web.residence.mean" in known) == (share**attempts < 0.01)


@pytest.mark.parametrize("law", ["exponential", "constant"])
def test_as_many_are_given_up_as_would_wait_longer(law: str) -> None:
    web = node("web", "service", workers=1, service_time={"law": law, "mean": 0.01})
    way = link("users", "web", timeout=0.034, delay=constant(0.002))
    found, numbers = judged(([client("users", 80.0), web], [way]), 600)
    assert {"users.goodput", "users.latency.mean", "users.latency.p99"} <= sure(numbers)
    if law == "exponential":  # P(T > t) = e^-(μ-λ)t
        assert found.clients["users"].goodput == pytest.approx(
            80.0 * -math.expm1(-20.0 * 0.03), rel=2e-3
        )


def test_who_gives_up_and_tells_is_still_doubted() -> None:
    web = node("web", "service", workers=1, service_time=exponential(0.01))
    for more in ({"cancellation": True}, {"retry": {"attempts": 2}}, {"queue_timeout": 0.02}):
        way = link("users", "web", timeout=0.034, **more)
        found = predict(lower(design([client("users", 80.0), web], [way])))
        told = found.clients["users"]
        assert told.reason or any(map(is_grave, told.doubts)), more


def test_calls_at_once_over_one_link_come_together() -> None:
    nodes: list[dict[str, Any]] = [client("users", 50.0)]
    call: dict[str, Any] = {"call": "web-log"}
    for flow in ([{"async": [call]}, {"async": [call]}], [{"parallel": [call], "copies": 2}]):
        web = node("web", "service", workers=100, flow=[{"work": exponential(0.01)}, *flow])
        log = node("log", "service", workers=1, service_time=exponential(0.005))
        links = [link("users", "web"), link("web", "log")]
        found = predict(lower(design([*nodes, web, log], links)))
        assert any("not Poisson" in each for each in found.nodes["log"].doubts), flow


def test_a_rate_between_bounds_that_meet_is_known() -> None:
    """Whatever the law: from N/(Z + Σ D max(1, N/c)) to N/(Z + Σ D)."""
    users = {"process": "closed", "users": 20, "think_time": exponential(1.0)}
    work = {"law": "lognormal", "mean": 0.02, "cv2": 4.0}
    for workers, known in ((10, True), (1, False)):
        nodes = [node("users", "client", arrivals=users)]
        nodes.append(node("web", "service", workers=workers, service_time=work))
        found = predict(lower(design(nodes, [link("users", "web")])))
        assert any(map(is_grave, found.clients["users"].doubts)) != known


def test_what_fails_to_be_fetched_is_stored_by_nobody() -> None:
    nodes: list[dict[str, Any]] = [client("users", 50.0), node("cache", "cache", capacity=1000)]
    nodes.append(node("web", "service", workers=4, service_time=exponential(0.03)))
    links = [link("users", "cache"), link("cache", "web", timeout=0.05)]
    found = predict(lower(design(nodes, links)))
    assert any("of its fetches fail" in each for each in found.nodes["cache"].doubts)
    assert any("hits of Cache" in each for each in found.nodes["web"].doubts)


def test_goodput_is_doubted_where_more_misses_would_fill_a_node() -> None:
    cache = node("cache", "cache", capacity=1540, instances=6, virtual_nodes=16)
    keys = {"law": "zipf", "count": 1500, "alpha": 0.8}
    for workers, full in ((4, True), (400, False)):
        web = node("web", "service", workers=workers, service_time=exponential(0.026))
        db = node("db", "sql_database", connections=50, read_time=exponential(0.25))
        links = [link("users", "web"), link("web", "cache", order=0)]
        links.append(link("web", "db", order=1, when="miss"))
        kinds = [{"name": "read", "keys": keys}]
        nodes = [client("users", 123.0), web, cache, db]
        made = design(nodes, links, classes=kinds, duration=200, warmup=30)
        told = predict(lower(made)).clients["users"].doubts
        assert any("may have more than it can do" in each for each in told) == full, told


def test_what_held_workers_call_is_asked_as_if_nobody_were_held() -> None:
    """Its work need not be exponential then, as it would have to be in a closed network."""
    nodes, links = tiers(64, 1, 0.6)
    nodes[2]["config"]["read_time"] = {"law": "gamma", "mean": 0.006, "cv2": 0.25}
    found, numbers = judged((nodes, links), 700)
    assert {"db.wait.mean", "db.wait.p99", "web.residence.mean"} <= sure(numbers)
    assert found.nodes["db"].wait == pytest.approx(100 * 0.006**2 * 1.25 / 2 / 0.4, rel=1e-3)


def test_an_overloaded_consumer_asks_for_what_it_gets_done() -> None:
    nodes: list[dict[str, Any]] = [client("users", 13.4), node("jobs", "queue")]
    nodes.append(node("worker", "worker", workers=1, service_time=exponential(0.04)))
    nodes.append(node("db", "sql_database", connections=20, read_time=exponential(1.36)))
    links = [link("users", "jobs"), link("jobs", "worker"), link("worker", "db")]
    found = predict(lower(design(nodes, links)))
    assert found.nodes["db"].rate == pytest.approx(1 / 1.4, rel=0.01)


def test_what_gets_through_a_node_that_holds_up_its_callers_is_doubted() -> None:
    """b calls c and can do 30 a second of the 60: those who wait are in the workers of web, and then before it."""
    nodes = [
        plans.client(rate=60.0),
        plans.station("web", plans.exponential(0.16), instances=6, workers=20, hold=True),
        plans.station("b", plans.exponential(0.02), workers=3, hold=True),
        plans.station("c", plans.exponential(0.041), workers=4, discipline="ps"),
    ]
    links = [
        plans.link("users", "web", picker="random"),
        plans.link("web", "b"),
        plans.link("b", "c", delay=0.018, loss=0.02),
    ]
    made = plans.plan(nodes, links, duration=300.0, warmup=50.0)
    found = predict(made)
    assert plans.simulate(made)["clients"]["users"]["goodput"] < 50.0
    assert any(map(is_grave, found.clients["users"].doubts))

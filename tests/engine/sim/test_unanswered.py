"""What failed counts: percentiles of all requests, and requests that called nobody."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.catalog import check
from engine.control.simulation import Simulation
from engine.model.edits import Remove
from engine.model.metrics import bounds_of, value_of
from engine.plan.primitives import LinkPlan, NodePlan
from engine.plan.theory import predict
from engine.run.session import Session
from engine.sim.report import Result
from tests.helpers import builders
from tests.helpers.plans import (
    client,
    closed,
    exponential,
    link,
    plan,
    request_class,
    retry,
    router,
    simulate,
    station,
)

BOTH = (request_class("read"), request_class("write"))


def given_up(timeout: float) -> Result:
    """M/M/1 at ρ = .5 whose callers give up: times there are exponential with rate 50/s."""
    nodes = [client(rate=50.0), station("web", exponential(0.01))]
    return simulate(plan(nodes, [link("users", "web", timeout=timeout)], duration=2000.0))


def test_all_requests_are_the_answers_cut_at_the_timeout() -> None:
    users = given_up(0.04)["clients"]["users"]
    every, answers = users["latency_all"], users["latency"]
    rate, timeout = 50.0, 0.04
    late = math.exp(-rate * timeout)
    assert sum(users["failed"].values()) / users["offered"] == pytest.approx(late, rel=0.05)
    assert every["mean"] == pytest.approx((1.0 - late) / rate, rel=0.03)
    assert every["p50"] == pytest.approx(math.log(2.0) / rate, rel=0.04)
    for figure in ("p90", "p99", "max"):
        assert every[figure] == pytest.approx(timeout, rel=0.005)
    assert answers["p50"] < every["p50"]
    assert answers["p99"] < timeout


def test_all_requests_say_how_long_failing_takes_where_there_is_no_answer() -> None:
    nodes = [client(rate=20.0), station("web", 3.0)]
    users = simulate(plan(nodes, [link("users", "web", timeout=1.0)]))["clients"]["users"]
    assert users["goodput"] == 0.0
    assert users["latency"]["p99"] is None
    assert users["latency_all"]["p50"] == pytest.approx(1.0, rel=0.005)
    assert users["latency_all"]["p99"] == pytest.approx(1.0, rel=0.005)


def test_without_failures_both_say_the_same() -> None:
    nodes = [client(rate=80.0), station("web", exponential(0.01))]
    result = simulate(plan(nodes, [link("users", "web")], duration=400.0))
    users = result["clients"]["users"]
    assert users["latency_all"] == users["latency"]
    assert value_of("users.latency_all.p99", result) == users["latency"]["p99"]
    assert bounds_of("users.latency_all.p99", result) == users["latency"]["ci95"]["p99"]


def test_a_retry_counts_from_the_first_attempt_to_the_last_failure() -> None:
    nodes = [client(rate=5.0), station("web", 9.0)]
    policy = link("users", "web", timeout=0.5, retry=retry(3))
    users = simulate(plan(nodes, [policy]))["clients"]["users"]
    assert users["latency_all"]["p50"] == pytest.approx(1.5, rel=0.005)


def test_samples_of_clients_have_both_and_others_do_not() -> None:
    session = Session(
        builders.design(
            [builders.client(), builders.node("web", "service", service_time=_seconds(2.0))],
            [builders.link("users", "web", timeout=0.5)],
            warmup=0,
        )
    )
    session.snapshot()
    session.advance(10.0)
    samples = [sample.nodes for sample in session.snapshot().samples]
    assert all(each["web"].latency_all is None for each in samples)
    counts = [each["users"].latency_all for each in samples]
    found = [each for each in counts if each is not None and each.count]
    assert all(each["users"].latency.count == 0 for each in samples)
    assert found
    assert all(each.p99 == pytest.approx(0.5, rel=0.005) for each in found)


def _seconds(value: float) -> dict[str, Any]:
    return {"law": "constant", "mean": value}


NOBODY: list[tuple[list[NodePlan], list[LinkPlan]]] = [
    ([client()], []),
    ([client(), router("lb")], [link("users", "lb")]),
    ([client(), station("web")], [link("users", "web", probability=0.0)]),
    ([client(), station("web")], [link("users", "web", classes=(False,))]),
    ([client(), station("web")], [link("users", "web", on_miss=True)]),
    ([closed("users", 20, 1.0)], []),
]


@pytest.mark.parametrize(("nodes", "links"), NOBODY)
def test_who_is_asked_by_nobody_answers_nothing(
    nodes: list[NodePlan], links: list[LinkPlan]
) -> None:
    users = simulate(plan(nodes, links))["clients"]["users"]
    assert users["offered"] > 1000
    assert users["succeeded"] == 0
    assert users["goodput"] == 0.0
    assert users["failed"] == {"unavailable": users["offered"]}
    assert users["latency"]["p99"] is None
    assert users["latency_all"]["max"] == 0.0


def test_a_class_that_no_link_takes_fails_alone() -> None:
    nodes = [client(mix=(0.75, 0.25)), station("web", [0.001, 0.001])]
    one_class = [link("users", "web", classes=(True, False))]
    result = simulate(plan(nodes, one_class, classes=BOTH, duration=1000.0))
    users = result["clients"]["users"]
    assert users["failed"]["unavailable"] / users["offered"] == pytest.approx(0.25, rel=0.04)
    assert users["latency"]["p50"] == pytest.approx(0.001, rel=0.005)


def test_what_is_sent_and_not_waited_for_succeeds_as_soon_as_it_is_sent() -> None:
    nodes = [client(), station("web", 1.0)]
    users = simulate(plan(nodes, [link("users", "web", waits=False)]))["clients"]["users"]
    assert users["failed"] == {}
    assert users["succeeded"] == users["offered"]
    assert users["latency"]["max"] == 0.0


def test_work_without_calls_is_an_answer() -> None:
    nodes = [client(), station("web", 0.001)]
    users = simulate(plan(nodes, [link("users", "web")]))["clients"]["users"]
    assert users["failed"] == {}


def test_a_link_that_is_removed_while_it_runs_leaves_nobody_to_ask() -> None:
    nodes = [client(), station("web", 0.01)]
    linked = plan(nodes, [link("users", "web")])
    simulation = Simulation(linked)
    simulation.advance(50.0)
    users = simulation.machine.nodes["users"].node
    done = int(users.completed)
    simulation.follow(replace(linked, links=()))
    simulation.advance(100.0)
    assert int(users.completed) - done <= 2, "only what was under way"
    assert sum(users.failed) > 2000


def test_the_same_in_a_session_whose_link_is_removed() -> None:
    session = Session(
        builders.design(
            [builders.client(), builders.node("web", "service")], [builders.link("users", "web")]
        )
    )
    session.advance(100.0)
    session.apply(Remove.of("users-web"))
    session.snapshot()
    session.advance(150.0)
    last = session.snapshot().samples[-1].nodes["users"]
    assert last.completed == 0
    assert set(last.failed) == {"unavailable"}


class TestWhatIsSaidOfIt:
    def test_by_the_check(self) -> None:
        alone = builders.design([builders.client()], [])
        (said,) = [each for each in check(alone) if each.code == "no-target"]
        assert said.message.startswith("Users calls nobody, so all its requests fail")

    @pytest.mark.parametrize(
        ("policy", "says"),
        [
            ({"classes": ["read"]}, "No link takes the requests of class write of Users"),
            ({"probability": 0.25}, "75 % of the requests of class read of Users call nobody"),
            ({"when": "miss"}, "No link takes the requests of class read of Users"),
            ({"when": "failed"}, "No link takes the requests of class read of Users"),
        ],
    )
    def test_by_the_check_of_single_classes(self, policy: dict[str, Any], says: str) -> None:
        made = builders.design(
            [builders.client(), builders.node("web", "service")],
            [builders.link("users", "web", **policy)],
            classes=[{"name": "read"}, {"name": "write"}],
        )
        said = [each.message for each in check(made) if each.code == "no-target"]
        assert said[0].startswith(says)

    def test_nothing_where_the_class_never_comes_or_another_link_takes_it(self) -> None:
        classes = [{"name": "read"}, {"name": "write"}]
        nodes = [builders.client(mix={"read": 1}), builders.node("web", "service")]
        links = [builders.link("users", "web", classes=["read"])]
        made = builders.design(nodes, links, classes=classes)
        assert [each for each in check(made) if each.code == "no-target"] == []

    def test_nothing_of_writes_which_need_no_miss(self) -> None:
        made = builders.design(
            [builders.client(), builders.node("web", "service")],
            [builders.link("users", "web", when="miss")],
            classes=[{"name": "write", "operation": "write"}],
        )
        assert [each for each in check(made) if each.code == "no-target"] == []

    def test_by_the_theory(self) -> None:
        alone = predict(plan([client()], []))
        assert alone.clients["users"].goodput == 0.0
        assert alone.clients["users"].latency is None
        nodes = [client(rate=40.0), station("web")]
        half = predict(plan(nodes, [link("users", "web", probability=0.5)]))
        assert half.clients["users"].goodput == pytest.approx(20.0)
        assert half.clients["users"].latency is None, "that of a half that is never answered"

"""The theory twin: the numbers it must give, laws that always hold, and what it says it does not know."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings

from engine.catalog import lower
from engine.model.files import loads
from engine.model.prediction import NodePrediction, Theory
from engine.model.units import format_figure
from engine.plan.network.unmodelled import of_station
from engine.plan.primitives import (
    INFINITE,
    AsyncPart,
    CallPart,
    ChoicePart,
    CpuPlan,
    KeyPlan,
    LawPlan,
    LoopPart,
    ParallelPart,
    Part,
    Picker,
    Plan,
    ScalingPlan,
    StationPlan,
    Way,
)
from engine.plan.theory import predict
from tests.bench.designs import grid
from tests.helpers import theory
from tests.helpers.plans import (
    cache,
    client,
    closed,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    retry,
    router,
    station,
)
from tests.helpers.random_plans import random_plan, whole_plans

S = 0.01
RELAXED = settings(max_examples=60, deadline=None, derandomize=True)


def one(rate: float, law: LawPlan | None = None, **changes: object) -> NodePrediction:
    """The only station of a plan."""
    web = station("web", law or exponential(S), **changes)
    return predict(plan([client(rate=rate), web], [link("users", "web")])).nodes["web"]


# -- numbers that must come out ---------------------------------------------------------------------


@pytest.mark.oracle(1)
def test_mm1() -> None:
    web = one(80.0)
    assert web.model == "M/M/1"
    assert web.utilization == pytest.approx(0.8)
    assert web.wait == pytest.approx(0.04)
    assert web.residence == pytest.approx(0.05)
    assert web.residence_p99 == pytest.approx(0.2303, abs=5e-5)
    assert web.queue == pytest.approx(3.2)
    assert web.in_system == pytest.approx(4.0)


@pytest.mark.oracle(2)
def test_mmc() -> None:
    web = one(300.0, workers=4)
    assert web.model == "M/M/4"
    assert web.residence == pytest.approx(0.01509, abs=5e-6)
    assert web.residence_p99 == pytest.approx(0.06006, abs=5e-6)


@pytest.mark.oracle(3)
def test_loss_does_not_care_about_the_law() -> None:
    law = LawPlan(law="lognormal", mean=S, cv2=4.0)
    for web in (one(800.0, law, workers=10, queue_limit=0), one(800.0, workers=10, queue_limit=0)):
        assert web.loss == pytest.approx(0.1217, abs=5e-5)
        assert web.utilization == pytest.approx(0.8 * (1 - web.loss))


@pytest.mark.oracle(4)
def test_bounded_queue() -> None:
    assert one(90.0, queue_limit=9).loss == pytest.approx(0.05081, abs=5e-6)
    assert one(120.0, queue_limit=19).loss == pytest.approx(0.1704, abs=5e-5)
    assert one(120.0, queue_limit=19).model == "M/M/1/20"


def test_a_bound_that_is_never_reached_changes_nothing() -> None:
    web = one(50.0, queue_limit=1000)
    assert web.wait == pytest.approx(0.01)
    assert web.model == "M/M/1, at most 1001 inside"


@pytest.mark.oracle(5)
@pytest.mark.oracle(6)
@pytest.mark.parametrize(
    ("law", "model", "wait"),
    [
        (LawPlan(law="constant", mean=S), "M/D/1", 0.02),
        (LawPlan(law="lognormal", mean=S, cv2=4.0), "M/G/1", 0.1),
    ],
)
def test_general_work(law: LawPlan, model: str, wait: float) -> None:
    web = one(80.0, law)
    assert web.model == model
    assert web.wait == pytest.approx(wait)


@pytest.mark.oracle(7)
def test_sharing() -> None:
    web = one(80.0, LawPlan(law="lognormal", mean=S, cv2=4.0), discipline="ps")
    assert web.model == "M/G/1-PS"
    assert web.residence == pytest.approx(0.05)
    assert web.wait == pytest.approx(0.04)


@pytest.mark.oracle(8)
def test_jackson_network() -> None:
    nodes = [
        client(rate=300.0),
        station("lb", exponential(1 / 2000)),
        station("app", exponential(0.01), workers=4),
        station("db", exponential(1 / 200)),
    ]
    links = [link("users", "lb"), link("lb", "app"), link("app", "db", probability=0.4)]
    assert predict(plan(nodes, links)).clients["users"].latency == pytest.approx(0.02068, abs=5e-6)


@pytest.mark.oracle(8)
def test_chain_of_five_hops() -> None:
    names = [f"s{place}" for place in range(5)]
    nodes = [client(rate=1200.0), *(station(name, exponential(0.002), workers=4) for name in names)]
    links = [link(a, b, delay=0.0005) for a, b in zip(["users", *names], names, strict=False)]
    found = predict(plan(nodes, links)).clients["users"]
    assert found.latency == pytest.approx(0.01679, abs=5e-6)


@pytest.mark.oracle(9)
@pytest.mark.parametrize(
    ("users", "throughput", "response"),
    [(10, 9.050, 0.1050), (22, 17.59, 0.2507), (50, 20.00, 1.500)],
)
def test_closed_population(users: int, throughput: float, response: float) -> None:
    nodes = [
        closed("users", users, exponential(1.0)),
        station("cpu", exponential(0.02)),
        station("disk", exponential(0.05)),
    ]
    found = predict(plan(nodes, [link("users", "cpu"), link("cpu", "disk")]))
    users_seen = found.clients["users"]
    assert users_seen.model == "MVA, exact"
    assert users_seen.goodput == pytest.approx(throughput, rel=3e-4)
    assert users_seen.latency == pytest.approx(response, rel=5e-4)
    assert users_seen.knee == pytest.approx(21.40)
    assert found.nodes["disk"].utilization == pytest.approx(throughput * 0.05, rel=3e-4)


def balanced(picker: Picker, servers: int, busy: float) -> NodePrediction:
    web = station("web", exponential(S), instances=servers)
    nodes = [client(rate=servers * busy / S), router("lb", picker), web]
    return predict(plan(nodes, [link("users", "lb"), link("lb", "web")])).nodes["web"]


@pytest.mark.oracle(16)
@pytest.mark.oracle(17)
@pytest.mark.parametrize(
    ("picker", "busy", "expected", "within"),
    [
        ("round_robin", 0.9, 5.660, 1e-4),
        ("round_robin", 0.8, 2.922, 1e-4),
        ("random", 0.9, 10.0, 1e-9),
        ("random", 0.8, 5.0, 1e-9),
        ("power_of_two", 0.9, 2.976, 0.01),
        ("power_of_two", 0.8, 2.069, 0.01),
        ("least_connections", 0.9, 1.922, 0.02),
        ("least_connections", 0.8, 1.358, 0.02),
    ],
)
def test_balancers(picker: Picker, busy: float, expected: float, within: float) -> None:
    assert balanced(picker, 10, busy).residence == pytest.approx(expected * S, rel=within)


@pytest.mark.oracle(26)
def test_priorities() -> None:
    nodes = [
        client("urgent", 30.0, mix=(1.0, 0.0)),
        client("patient", 50.0, mix=(0.0, 1.0)),
        station("web", [exponential(S)] * 2, discipline="priority"),
    ]
    both = (True, True)
    links = [link("urgent", "web", classes=both), link("patient", "web", classes=both)]
    classes = (request_class("urgent"), request_class("patient", priority=1))
    found = predict(plan(nodes, links, classes=classes))
    assert found.clients["urgent"].latency == pytest.approx(S + 0.01143, abs=5e-6)
    assert found.clients["patient"].latency == pytest.approx(S + 0.05714, abs=5e-6)
    assert found.nodes["web"].wait == pytest.approx(0.04)


def test_messages_wait_for_all_workers_together() -> None:
    nodes = [
        client(rate=300.0),
        queue("orders"),
        station("packing", exponential(S), workers=2, instances=2, hold=True, pulls=True),
    ]
    found = predict(plan(nodes, [link("users", "orders"), link("orders", "packing")]))
    assert found.nodes["orders"].wait == pytest.approx(0.01509 - S, abs=5e-6)
    assert found.nodes["packing"].utilization == pytest.approx(0.75)
    assert found.clients["users"].latency == 0.0


def test_only_misses_reach_what_is_behind_a_cache() -> None:
    nodes = [client(rate=100.0), cache("cache", 100), station("db", exponential(S), workers=4)]
    keys = (request_class(keys=KeyPlan(count=500, alpha=0.0)),)
    found = predict(plan(nodes, [link("users", "cache"), link("cache", "db")], classes=keys))
    assert found.nodes["db"].rate == pytest.approx(80.0, rel=1e-6)


def test_retries_multiply_the_load() -> None:
    """Every other crossing both ways is lost for good: attempts (1-pⁿ)/(1-p), of which every other one comes there."""
    nodes = [client(rate=10.0), station("web", exponential(S), workers=8)]
    lost = 1 - 0.5 ** (1 / 6)
    edge = link("users", "web", loss=1 - lost, retry=retry(3))
    found = predict(plan(nodes, [edge]))
    failed = 1 - 0.5**2
    attempts = 10.0 * (1 - failed**3) / (1 - failed)
    assert found.nodes["web"].rate == pytest.approx(attempts / 2, rel=1e-6)
    assert found.clients["users"].goodput == pytest.approx(10.0 * (1 - failed**3), rel=1e-6)


def test_the_load_dial_multiplies_all_traffic() -> None:
    design = plan([client(rate=50.0), station("web", exponential(S))], [link("users", "web")])
    found = predict(design, load=1.6)
    assert found.nodes["web"].wait == pytest.approx(0.04)
    assert found.headroom == pytest.approx(1.25)
    assert found.bottleneck == "web"


# -- what it says it does not know ------------------------------------------------------------------


def test_an_overloaded_node_has_no_times() -> None:
    web = one(130.0)
    assert web.utilization == 1.0
    assert web.load == pytest.approx(1.3)
    assert (web.wait, web.residence, web.residence_p99, web.queue) == (None, None, None, None)
    assert (
        web.reason == "unstable: offered 1.3 × what it can serve, so the queue grows without bound"
    )


def test_what_an_overloaded_node_passes_on_is_what_it_gets_done() -> None:
    nodes = [client(rate=150.0), station("web", exponential(S)), station("db", exponential(0.008))]
    found = predict(plan(nodes, [link("users", "web"), link("web", "db")]))
    assert found.nodes["db"].rate == pytest.approx(100.0, rel=1e-3)
    assert found.nodes["db"].utilization == pytest.approx(0.8, rel=1e-3)
    assert found.nodes["web"].reason.startswith("unstable")
    assert found.clients["users"].latency is None
    assert found.clients["users"].reason == "a queue on the way grows without bound"


def said(found: Theory, name: str) -> str:
    """Everything that is doubted of a node or client."""
    parts = [*found.doubts]
    for each in (found.nodes.get(name), found.clients.get(name)):
        parts += [*each.doubts, each.reason] if each is not None else []
    return "; ".join(parts)


def test_bursts_are_named_with_their_dispersion() -> None:
    users = client(process="mmpp", rate=40.0, burst_factor=5.0, burst_mean=2.0, calm_mean=8.0)
    found = predict(plan([users, station("web", exponential(S / 4))], [link("users", "web")]))
    # 1 + 2 (λ1-λ2)² s (1-s) τ/λ with share s = .2 and relaxation time τ = 1.6 s.
    dispersion = 1 + 2 * 160.0**2 * 0.16 * 1.6 / 72.0
    assert found.nodes["web"].rate == pytest.approx(72.0)
    assert f"index of dispersion {format_figure(dispersion, 2)}, theory takes 1" in said(
        found, "web"
    )


def test_bursts_that_overload_leave_no_times() -> None:
    users = client(process="mmpp", rate=40.0, burst_factor=4.0, burst_mean=2.0, calm_mean=6.0)
    nodes = [users, station("web", 0.0, workers=None), station("db", exponential(S))]
    found = predict(plan(nodes, [link("users", "web"), link("web", "db")]))
    assert found.nodes["db"].utilization == pytest.approx(0.7)
    assert found.nodes["db"].wait is None
    assert "in bursts it is offered 1.6 ×" in found.nodes["db"].reason
    assert found.nodes["web"].reason == "waits for db, of whose times nothing is known"
    assert found.clients["users"].latency is None
    assert found.clients["users"].goodput == pytest.approx(70.0)


def test_a_schedule_is_named_and_its_value_used() -> None:
    users = client(schedule=((0.0, 10.0), (100.0, 90.0)))
    design = plan([users, station("web", exponential(S))], [link("users", "web")])
    assert predict(design, at=75.0).nodes["web"].rate == pytest.approx(70.0)
    assert "its present value, 70 rps, is used" in said(predict(design, at=75.0), "users")
    assert predict(design).nodes["web"].rate == pytest.approx(50.0)
    assert "its mean, 50 rps, is used" in said(predict(design), "users")


def test_a_schedule_with_steps_has_its_mean() -> None:
    steps = ((0.0, 10.0), (50.0, 10.0), (50.0, 40.0), (90.0, 40.0), (90.0, 0.0), (100.0, 0.0))
    users = client(schedule=(*steps, (100.0, 500.0)))
    design = plan([users, station("web", exponential(S))], [link("users", "web")])
    assert predict(design).nodes["web"].rate == pytest.approx(21.0)
    assert predict(design, at=90.0).nodes["web"].rate == pytest.approx(0.0)


def test_faults_are_named() -> None:
    design = plan(
        [client(rate=50.0), station("web", exponential(S))],
        [link("users", "web")],
        events=(event(10.0, 5.0, "slow", factor=3.0, nodes=("web",), label="Web slow × 3"),),
    )
    assert "Web slow × 3" in said(predict(design), "web")
    assert "Web slow × 3" in said(predict(design, at=12.0), "web")
    assert "slow" not in said(predict(design, at=20.0), "web")


def test_held_workers_are_named_with_their_share() -> None:
    nodes = [
        client(rate=50.0),
        station("web", exponential(S), workers=8, hold=True),
        station("db", exponential(0.03), workers=None),
    ]
    links = [link("users", "web"), link("web", "db")]
    found = predict(plan(nodes, links))
    assert found.nodes["web"].utilization == pytest.approx(50.0 * 0.04 / 8)
    assert "held" not in said(found, "web")  # nobody waits below: service is work + calls
    nodes[2] = station("db", exponential(0.03), workers=2)
    assert "workers are held" in said(predict(plan(nodes, links)), "web")


def test_late_answers_are_named_with_their_share() -> None:
    edge = link("users", "web", timeout=0.1)
    nodes = [client(rate=80.0), station("web", exponential(S))]
    given_up = predict(plan(nodes, [edge]))
    assert not given_up.clients["users"].doubts  # as many as wait longer in M/M/1
    assert given_up.clients["users"].goodput == pytest.approx(80.0 * -math.expm1(-2.0), rel=1e-3)
    even = station("web", LawPlan(law="lognormal", mean=S, cv2=2.0), workers=2)
    doubted = predict(plan([client(rate=160.0), even], [edge])).clients["users"].doubts
    assert any("of the calls over users → web are given up" in each for each in doubted)
    assert not given_up.nodes["web"].doubts  # it works on them all the same
    again = predict(plan(nodes, [replace(edge, retry=retry(2))]))
    assert "of the calls take longer than 100 ms" in said(again, "web")


@pytest.mark.oracle(14)
@pytest.mark.parametrize(("rate", "stormy"), [(140.0, False), (160.0, True)])
def test_the_threshold_of_a_retry_storm(rate: float, stormy: bool) -> None:
    edge = link("users", "web", timeout=1.0, retry=retry(2))
    found = predict(plan([client(rate=rate), station("web", exponential(S), workers=3)], [edge]))
    assert ("cμ/(1+r) = 150 rps" in said(found, "web")) is stormy


def test_a_population_without_a_model_has_a_rate_and_no_times() -> None:
    nodes = [
        closed("users", 40, exponential(0.2)),
        station("root", exponential(0.001), workers=4),
        station("a", exponential(S)),
        station("b", exponential(S)),
    ]
    found = predict(plan(nodes, [link("users", "root"), link("root", "a"), link("root", "b")]))
    users = found.clients["users"]
    assert users.latency is None
    assert users.goodput is not None
    assert users.goodput <= users.bound
    assert "calls are made in parallel" in users.reason
    assert found.nodes["a"].wait is None


def test_users_and_others_who_share_a_station() -> None:
    """A mixed network in product form: the population meets a server that others make slower, by 1/(1-ρ)."""
    users, think, rate, service = 10, 0.4, 15.0, 0.02
    slower = service / (1.0 - rate * service)
    inside = asked = response = 0.0
    for count in range(1, users + 1):
        response = slower * (1.0 + inside)
        asked = count / (think + response)
        inside = asked * response
    nodes = [client("others", rate), closed("users", users, exponential(think))]
    links = [link("others", "web"), link("users", "web")]
    found = predict(plan([*nodes, station("web", exponential(service))], links))
    assert found.clients["users"].goodput == pytest.approx(asked, rel=1e-4)
    whole = inside + rate * slower * (1.0 + inside)
    assert found.nodes["web"].in_system == pytest.approx(whole, rel=1e-3)
    assert "others take 30 % of its workers" in " ".join(found.clients["users"].doubts)


def test_calls_of_a_flow_side_by_side_are_said_to_be_taken_as_independent() -> None:
    both = ParallelPart((((CallPart("web-a"),), (CallPart("web-b"),))), 1)
    nodes = [client(rate=30.0), station("web", flow=(both,)), station("a"), station("b")]
    links = [link("users", "web"), link("web", "a"), link("web", "b")]
    assert "parallel calls are taken as independent" in said(predict(plan(nodes, links)), "web")


def test_a_population_whose_flows_go_side_by_side_has_no_times() -> None:
    calls = (CallPart("root-a"),), (CallPart("root-b"),)
    for part in (ParallelPart(calls, 1), AsyncPart(calls[0])):
        nodes = [
            closed("users", 12, exponential(0.1)),
            station("root", workers=99, flow=(part,)),
            station("a", exponential(S)),
            station("b", exponential(S)),
        ]
        links = [link("users", "root"), link("root", "a"), link("root", "b")]
        users = predict(plan(nodes, links)).clients["users"]
        assert users.latency is None
        assert "side by side" in users.reason


def test_messages_that_are_delivered_again_are_said() -> None:
    """Work of .5 s lasts longer than 1 s in e⁻² of the cases."""
    work = station("worker", exponential(0.5), workers=60, pulls=True)
    links = [link("users", "jobs"), link("jobs", "worker")]
    found = predict(plan([client(rate=6.0), queue("jobs", visibility=1.0), work], links))
    assert "13.5 % of the messages take longer than the visibility timeout" in said(found, "jobs")


def test_infinite_variance_has_no_mean_wait() -> None:
    web = one(50.0, LawPlan(law="pareto", mean=S, alpha=1.8))
    assert web.wait is None
    assert web.utilization == pytest.approx(0.5)
    assert "infinite" in web.reason


def test_speed_divides_the_work() -> None:
    web = one(80.0, exponential(2 * S), speed=2.0)
    assert web.wait == pytest.approx(0.04)


def test_workers_that_slow_each_other_down() -> None:
    """σ = 1 lets only one work at a time: M/M/1, of whom so many count as at work."""
    one_at_a_time = one(60.0, workers=4, scaling=ScalingPlan(contention=1.0))
    assert one_at_a_time.load == pytest.approx(0.6)
    assert one_at_a_time.residence == pytest.approx(S / 0.4)
    unhindered = one(300.0, workers=4, scaling=ScalingPlan())
    assert unhindered.residence == pytest.approx(0.01509, abs=5e-6)
    assert unhindered.utilization == pytest.approx(0.75)


def test_what_is_not_modelled_is_named() -> None:
    web = one(10.0, cpu=CpuPlan(quota=0.05))
    assert "not modelled: CPU quota" in web.doubts
    assert web.residence is None
    assert web.reason == "not modelled: CPU quota, which changes its times"
    edge = link("users", "web", bandwidth=1e6)
    found = predict(plan([client(rate=10.0), station("web", exponential(S))], [edge]))
    assert "not modelled: bandwidth of users → web" in found.nodes["web"].doubts


def test_every_field_of_a_plan_is_modelled_or_named() -> None:
    """A field that is added to plans is named by itself until somebody models it."""

    @dataclass(frozen=True, kw_only=True)
    class Later(StationPlan):
        swap: float = 0.0

    assert of_station(Later()) == ()
    assert of_station(Later(swap=1.0)) == ("swap",)


def test_circles_are_refused() -> None:
    nodes = [client(rate=10.0), station("a", exponential(S)), station("b", exponential(S))]
    links = [link("users", "a"), link("a", "b"), link("b", "a", probability=0.5)]
    found = predict(plan(nodes, links))
    assert found.nodes["a"].wait is None
    assert "circle" in said(found, "a")


def test_nothing_comes() -> None:
    found = predict(
        plan([client(rate=0.0), station("web", exponential(S))], [link("users", "web")])
    )
    assert found.nodes["web"].reason == "nothing comes"
    assert found.clients["users"].reason == "it sends nothing"
    assert predict(plan([], [])) == Theory()


# -- laws that always hold --------------------------------------------------------------------------


@RELAXED
@given(whole_plans)
def test_any_plan_has_a_prediction_that_keeps_the_laws(design: Plan) -> None:
    found = predict(design)
    stations = {node.id: node.station for node in design.nodes}
    for name, node in found.nodes.items():
        assert math.isfinite(node.rate)
        assert node.rate >= 0.0
        assert 0.0 <= node.loss <= 1.0
        served = node.rate * (1.0 - node.loss)
        if node.utilization is not None:
            assert 0.0 <= node.utilization <= 1.0
        if node.wait is not None and node.queue is not None:
            assert node.queue == pytest.approx(served * node.wait)  # Little
        if node.residence is not None and node.wait is not None and stations[name].workers:
            assert node.residence >= node.wait * (1 - 1e-9)
        for value in (node.wait, node.wait_p99, node.residence, node.residence_p99, node.queue):
            assert value is None or 0.0 <= value < INFINITE
        assert node.reason or node.residence is not None
    for users in found.clients.values():
        assert users.reason or users.latency is not None
        if users.goodput is not None and users.offered is not None:
            assert 0.0 <= users.goodput <= users.offered * (1 + 1e-9)


@RELAXED
@given(whole_plans)
@example(random_plan(4096))  # waits that next to never happen
def test_a_prediction_is_a_function_of_the_plan(design: Plan) -> None:
    assert predict(design) == predict(design)


@pytest.mark.parametrize("depth", [2, 5])
def test_utilization_is_the_rate_times_the_work(depth: int) -> None:
    names = [f"s{place}" for place in range(depth)]
    stations = [
        station(name, exponential(0.001 * (n + 1)), workers=n + 1) for n, name in enumerate(names)
    ]
    links = [link(a, b) for a, b in zip(["users", *names], names, strict=False)]
    found = predict(plan([client(rate=200.0), *stations], links))
    for n, name in enumerate(names):
        assert found.nodes[name].utilization == pytest.approx(0.2)
        alone = theory.mmc_response(n + 1, 200.0, 0.001 * (n + 1))
        assert found.nodes[name].wait == pytest.approx(alone - 0.001 * (n + 1))


# -- flows that say their steps ---------------------------------------------------------------------


def flowing(*parts: Part) -> Theory:
    """A root that does so, before leaves that each take an exponential of a second."""
    leaves = [station(name, exponential(1.0), workers=None) for name in "abc"]
    root = replace(station("root", 0.0, workers=None), flow=parts)
    nodes = [client(rate=2.0), root, *leaves]
    links = [link("users", "root"), *(link("root", name) for name in "abc")]
    return predict(plan(nodes, links))


@pytest.mark.oracle(32)
@pytest.mark.parametrize(("need", "mean"), [(1, 1 / 3), (2, 1 / 3 + 1 / 2), (3, 1 / 3 + 1 / 2 + 1)])
def test_so_many_of_three(need: int, mean: float) -> None:
    ways = tuple((CallPart(f"root-{name}"),) for name in "abc")
    found = flowing(ParallelPart(ways, need))
    assert found.clients["users"].latency == pytest.approx(mean, rel=2e-3)
    assert found.nodes["a"].rate == pytest.approx(2.0)


def test_rounds_choices_and_what_nobody_waits_for() -> None:
    rounds = LoopPart(5, (CallPart("root-a"),))
    choice = ChoicePart((Way((CallPart("root-b"),), share=0.25),))
    found = flowing(rounds, choice, AsyncPart((CallPart("root-c"),)))
    assert found.nodes["a"].rate == pytest.approx(10.0)
    assert found.nodes["b"].rate == pytest.approx(0.5)
    assert found.nodes["c"].rate == pytest.approx(2.0)
    assert found.clients["users"].latency == pytest.approx(5.25)


# -- work -------------------------------------------------------------------------------------------


def calls_made(count: int) -> int:
    """Calls of functions of this project during a prediction of a design with so many nodes."""
    return counted(lower(loads(json.dumps(grid(count, count * 3 // 2)), "grid")))


def counted(design: Plan) -> int:
    """Calls of functions of this project during a prediction of a plan."""
    calls = 0

    def count_one(_frame: object, what: str, _arg: object) -> None:
        nonlocal calls
        calls += what == "call"

    sys.setprofile(count_one)
    try:
        predict(design)
    finally:
        sys.setprofile(None)
    return calls


def many_links(sort: str, count: int) -> Plan:
    """Few nodes and many links: from a router, from a service that looks aside, or one call after the other."""
    first = router("first") if sort == "router" else station("first", 0.0, workers=None)
    behind = [cache("cache", 10), station("web", exponential(1e-6), workers=8)]
    links = [link("users", "first")]
    for place in range(count):
        target = behind[place % 2].id
        order = place if sort == "in a row" else place % 2
        aside = sort == "look-aside" and target == "web"
        links.append(link("first", target, id=f"l{place}", order=order, on_miss=aside))
    return plan([client(rate=10.0), first, *behind], links)


@pytest.mark.parametrize("sort", ["router", "look-aside", "in a row"])
def test_work_grows_with_the_links_and_no_faster(sort: str) -> None:
    few, many = counted(many_links(sort, 100)), counted(many_links(sort, 400))
    assert many <= 4.4 * few


def test_work_grows_with_the_nodes_and_no_faster() -> None:
    """Counted, not timed: four times the nodes are at most a little over four times the calls."""
    few, many = calls_made(25), calls_made(100)
    assert many <= 4.4 * few
    assert many < 60_000

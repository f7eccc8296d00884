"""Confident numbers that long runs of random plans contradicted: a model that holds now, or a doubt that says why not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.model.balancing import Hash
from engine.plan.primitives import (
    BatchPlan,
    CallPart,
    ChoicePart,
    CurvePlan,
    ElasticPlan,
    KeyPlan,
    LawPlan,
    LinkPlan,
    NodePlan,
    Plan,
    ScalingPlan,
    SessionPlan,
    Way,
    WorkPart,
)
from engine.plan.queueing.overload import shared_share
from engine.plan.theory import predict
from engine.sim.lane.draws import generator
from tests.helpers.plans import (
    cache,
    client,
    closed,
    constant,
    exponential,
    link,
    plan,
    queue,
    request_class,
    router,
    simulate,
    station,
)
from tests.helpers.theory_judge import numbers_of, runs_of

EVEN = LawPlan(law="gamma", mean=0.01, cv2=0.15)


def wrong_of(made: Plan, runs: int = 2) -> list[str]:
    """What is said without a doubt, and does not hold."""
    found = numbers_of(predict(made), runs_of(made, runs))
    return [str(each) for each in found if each.confident and each.wrong]


def made_of(nodes: list[NodePlan], links: list[LinkPlan], seconds: float = 300.0) -> Plan:
    return plan(nodes, links, duration=seconds, warmup=seconds / 6.0)


def test_who_fails_by_itself_calls_nobody() -> None:
    """A fifth fail after their own work: the database gets 72 of 90, and those who fail are there for less long."""
    web = NodePlan(
        id="web", station=station("web", exponential(0.01), workers=None).station, failing=0.2
    )
    nodes = [client(rate=90.0), web, station("db", exponential(0.005), workers=2)]
    links = [
        link("users", "web"),
        link("web", "db", delay=constant(0.03)),
        link("web", "log", waits=False),
    ]
    nodes.append(station("log", exponential(0.005), workers=2))
    made = made_of(nodes, links)
    found = predict(made).nodes
    assert (found["db"].rate, found["log"].rate) == (pytest.approx(72.0), pytest.approx(72.0))
    assert found["web"].residence_p99 is None
    assert not wrong_of(made)


@pytest.mark.parametrize(
    "law",
    [
        EVEN,
        constant(0.01),
        LawPlan(law="hyperexponential", mean=0.01, cv2=6.0),
        LawPlan(law="uniform", mean=0.01, low=0.0, high=0.02),
    ],
)
def test_shared_work_that_never_ends_is_not_passed_on(law: LawPlan) -> None:
    """Shared, 1.25 times too much: of even work less than 1 ∕ 1.25 is done, since all of it goes on; of uneven work more."""
    nodes = [
        client(rate=125.0),
        station("web", law, discipline="ps"),
        station("db", 0.001, workers=4),
    ]
    made = made_of(nodes, [link("users", "web"), link("web", "db")])
    passed = predict(made).nodes["db"].rate
    seen = simulate(made)["nodes"]["db"]["arrivals"] / 250.0
    assert passed == pytest.approx(seen, rel=0.03)
    assert abs(passed - 100.0) > 4.0


def test_shared_exponential_work_is_done_in_proportion() -> None:
    assert shared_share(((1.0, exponential(0.3)),), 1.6) == pytest.approx(1.0 / 1.6, rel=1e-3)
    assert shared_share(((1.0, exponential(0.3)),), 1.0) == 1.0


def test_users_who_give_up_come_again_while_their_call_is_worked_on() -> None:
    """77 users who think for a second wait 14 ms of the 90 that work takes."""
    nodes = [
        closed("users", 77, exponential(1.0)),
        station("web", exponential(0.089), workers=8, discipline="ps"),
    ]
    found = predict(made_of(nodes, [link("users", "web", timeout=0.014)]))
    assert any("how much comes from" in each for each in found.nodes["web"].doubts)
    assert any("come again earlier" in each for each in found.clients["users"].doubts)
    patient = predict(made_of(nodes, [link("users", "web", timeout=60.0)]))
    assert not patient.nodes["web"].doubts[1:]


def test_sessions_send_less_where_answers_may_never_come() -> None:
    """An empty cache offers the database more than it can do; sessions wait for that, and do not go on."""
    sessions = client(
        rate=70.0,
        process="sessions",
        session=SessionPlan(mean=5.0, law="geometric"),
        think=exponential(0.1),
    )
    nodes = [
        sessions,
        station("web", exponential(0.005), workers=8),
        cache("cache", None, 0.0005, ttl=3.0),
        station("db", exponential(0.38), workers=24),
    ]
    links = [link("users", "web"), link("web", "cache")]
    links.append(link("web", "db", order=1, on_miss=True))
    kept = request_class(keys=KeyPlan(count=300, alpha=1.0))
    made = plan(nodes, links, duration=120.0, warmup=20.0, classes=(kept,))
    found = predict(made)
    assert any("more than it can do" in each for each in found.clients["users"].doubts)
    assert any("how much comes from" in each for each in found.nodes["web"].doubts)


def test_who_picks_the_least_busy_by_calls_that_take_long_picks_nearly_by_chance() -> None:
    """One in ten then waits 7 s for another: what waits for a worker is next to nothing of what is counted."""
    flow = (
        WorkPart((LawPlan(law="uniform", mean=0.22, low=0.09, high=0.35),)),
        ChoicePart((Way((CallPart("web-api"),), 0.11), Way(()))),
    )
    nodes = [
        client(rate=43.0),
        station("web", workers=1, instances=12, flow=flow),
        station("api", exponential(6.8), workers=None),
    ]
    links = [link("users", "web", picker="least_connections"), link("web", "api")]
    made = made_of(nodes, links, 1000.0)
    latency = predict(made).clients["users"].latency
    assert latency is not None
    assert simulate(made)["clients"]["users"]["latency"]["mean"] > 1.1 * latency
    assert not wrong_of(made)


@pytest.mark.parametrize(("visibility", "doubted"), [(0.2, True), (60.0, False)])
def test_a_message_is_done_after_its_calls(visibility: float, *, doubted: bool) -> None:
    """A consumer that lets its worker go before a call of 2 s still has the message, and gets it again after .2 s."""
    worker = station("worker", exponential(0.02), workers=4, pulls=True)
    nodes = [client(rate=60.0), queue("jobs", visibility=visibility), worker]
    nodes.append(station("db", exponential(2.0), workers=None))
    links = [link("users", "jobs"), link("jobs", "worker"), link("worker", "db")]
    made = made_of(nodes, links)
    found = predict(made).nodes
    assert any("delivered again" in each for each in found["jobs"].doubts) == doubted
    assert any("how much comes" in each for each in found["db"].doubts) == doubted
    assert not wrong_of(made)
    assert math.isfinite(found["db"].rate)


def gaps_of(cv2: float, count: int = 3000) -> tuple[float, ...]:
    """Arrivals at 80 a second."""
    random = generator(5, "theory", "gaps")
    return tuple(np.cumsum(random.gamma(1.0 / cv2, cv2 / 80.0, count)).tolist())


@pytest.mark.parametrize("cv2", [0.5, 4.0])
@pytest.mark.parametrize("period", [math.inf, 37.6, 100.0])
def test_a_recording_is_counted_in_the_span(period: float, cv2: float) -> None:
    """Its end lies in the span, or several rounds: waits are doubted, rates are not."""
    users = client(process="trace", times=gaps_of(cv2), period=period)
    nodes = [users, station("web", exponential(0.01)), station("db", exponential(0.002), workers=4)]
    seconds = 50.0 if math.isinf(period) else 300.0
    made = made_of(nodes, [link("users", "web"), link("web", "db")], seconds)
    found = predict(made)
    assert found.clients["users"].doubts
    assert not any("how much comes" in each for each in found.nodes["db"].doubts)
    numbers = {each.name: each for each in numbers_of(found, runs_of(made, 1))}
    for name in ("users.offered", "db.rate", "db.utilization"):
        assert numbers[name].confident
        assert not numbers[name].wrong
    offered = numbers["users.offered"]
    assert offered.predicted == pytest.approx(offered.measured, rel=1e-3)


@pytest.mark.parametrize(("work", "known"), [(0.001, True), (0.008, False)])
def test_a_recording_in_bursts_leaves_no_times_where_they_are_too_much(
    work: float, *, known: bool
) -> None:
    """Ten seconds of 160 a second in sixty of 80: at .8 of what it can do on average, more than it can do in these."""
    times = [*np.arange(0.0, 25.0, 1 / 64), *np.arange(25.0, 35.0, 1 / 160)]
    times += [*np.arange(35.0, 60.0, 1 / 64)]
    users = client(process="trace", times=tuple(map(float, times)), period=60.0)
    nodes = [users, station("web", exponential(work)), station("db", exponential(0.001))]
    found = predict(made_of(nodes, [link("users", "web"), link("web", "db")], 360.0))
    assert found.clients["users"].offered == pytest.approx(80.0, rel=0.01)
    assert (found.nodes["web"].residence is not None) == known
    assert found.nodes["web"].doubts


@pytest.mark.parametrize("web", [{"queue_limit": 3}, {}])
def test_a_balancer_hands_refusals_on(web: dict[str, int]) -> None:
    """Who is refused is back as soon as the way there and back takes, who leaves after the queue timeout as well."""
    rule: dict[str, float] = {} if web else {"queue_timeout": 0.03}
    nodes = [
        client(rate=90.0),
        router("lb", "random"),
        station("web", exponential(0.02), instances=2, **web),
    ]
    links = [link("users", "lb"), link("lb", "web", delay=constant(0.005), **rule)]
    made = made_of(nodes, links)
    numbers = {each.name: each for each in numbers_of(predict(made), runs_of(made, 3))}
    assert not [str(each) for each in numbers.values() if each.wrong and each.confident]
    for name in ("lb.residence.mean", "lb.system", "users.goodput", "users.latency.mean"):
        assert numbers[name].confident
    assert numbers["lb.residence.mean"].predicted < numbers["users.latency.mean"].predicted


@pytest.mark.parametrize(("instances", "known"), [(1, True), (2, False)])
def test_one_instance_is_taken_however_one_picks(instances: int, *, known: bool) -> None:
    web = station("web", exponential(0.01), instances=instances)
    for picker in ("hash", "ewma", "shuffle"):
        rules: dict[str, Any] = {"picker": picker, "hash": Hash() if picker == "hash" else None}
        found = predict(made_of([client(rate=50.0), web], [link("users", "web", **rules)]))
        assert (found.nodes["web"].residence is not None) == known
        assert (found.clients["users"].doubts == ()) == known


@pytest.mark.parametrize("after", [0.0, 0.03, 0.2])
def test_who_is_served_first_changes_no_mean(after: float) -> None:
    """Whom an adaptive line serves first does not depend on what they bring: as many wait as first come, first served."""
    rules: dict[str, Any] = {"discipline": "adaptive_lifo", "lifo_after": after}
    nodes = [
        client(rate=170.0),
        station("web", exponential(0.02), workers=4, queue_limit=20, **rules),
    ]
    made = made_of(nodes, [link("users", "web")])
    found = predict(made)
    assert found.nodes["web"].residence_p99 is None
    assert found.clients["users"].goodput is not None
    plain = replace(nodes[1], station=replace(nodes[1].station, discipline="fifo"))
    before = predict(replace(made, nodes=(nodes[0], plain)))
    assert found.nodes["web"].wait == before.nodes["web"].wait
    numbers = {each.name: each for each in numbers_of(found, runs_of(made, 2))}
    assert numbers["web.wait.mean"].confident
    assert not [str(each) for each in numbers.values() if each.wrong and each.confident]


def test_waits_of_users_that_hardly_wait_are_doubted_alone() -> None:
    """Dealt in turn, users of uneven work wait for less than product form says: a thousandth of their time."""
    users = closed("users", 165, LawPlan(law="hyperexponential", mean=0.45, cv2=7.3))
    web = station(
        "web",
        LawPlan(law="gamma", mean=0.0174, cv2=0.44),
        instances=4,
        workers=6,
        discipline="ps",
    )
    made = made_of([users, web], [link("users", "web", picker="round_robin")])
    found = predict(made)
    assert found.nodes["web"].doubts
    assert all(each.startswith("waits: ") for each in found.nodes["web"].doubts)
    assert not wrong_of(made)


def test_what_is_full_first_may_be_less_busy_until_then() -> None:
    """Batches are small until more comes, and workers that slow each other down do so when all of them work."""
    batch = BatchPlan(size=9, linger=0.003, fixed=0.03, per_item=0.02)
    nodes = [
        client(rate=80.0),
        station("web", exponential(0.05), workers=6, batch=batch),
        station("db", exponential(0.1), workers=16),
    ]
    made = made_of(nodes, [link("users", "web"), link("web", "db")])
    found = predict(made)
    assert (found.bottleneck, "web may be busier" in found.bottleneck_doubt) == ("db", True)
    busy = {name: each["utilization"] for name, each in simulate(made)["nodes"].items()}
    assert busy["web"] > 1.1 * busy["db"]

    nodes[1] = station("web", exponential(0.05), workers=16, scaling=ScalingPlan(contention=0.1))
    slowed = predict(replace(made, nodes=tuple(nodes)))
    assert (slowed.bottleneck, "db may be busier" in slowed.bottleneck_doubt) == ("web", True)
    nodes[1] = station("web", exponential(0.05), workers=16)
    plain = predict(replace(made, nodes=tuple(nodes)))
    assert (plain.bottleneck, plain.bottleneck_doubt) == ("db", "")


def test_workers_pull_what_they_get_done() -> None:
    """Two work at .3 of their pace when both do: of what is offered they may get a part."""
    slow = ScalingPlan(curve=CurvePlan(law="linear", a=2.0))
    worker = station("worker", exponential(0.02), workers=2, pulls=True, scaling=slow)
    nodes = [client(rate=70.0), queue("jobs"), worker]
    made = made_of(nodes, [link("users", "jobs"), link("jobs", "worker")])
    assert "how much comes from jobs is doubted" in predict(made).nodes["worker"].doubts
    assert not wrong_of(made)
    steady = replace(worker, station=replace(worker.station, scaling=None))
    assert not predict(replace(made, nodes=(*nodes[:2], steady))).nodes["worker"].doubts


def test_what_is_sent_after_a_call_comes_as_its_answers_do() -> None:
    """Behind even work at .87 of what can be done gaps are even: hardly anybody waits where it is sent then."""
    even = LawPlan(law="gamma", mean=0.0081, cv2=0.25)
    nodes = [
        client(rate=107.0),
        station("web", exponential(0.001), workers=None),
        station("db", even),
        station("log", exponential(0.0079), instances=3),
    ]
    links = [link("users", "web"), link("web", "db")]
    log = link("web", "log", order=1, waits=False, picker="power_of_two")
    made = made_of(nodes, [*links, log])
    found = predict(made)
    assert any("not Poisson" in each for each in found.nodes["log"].doubts)
    assert not wrong_of(made)
    first = replace(log, order=-1)
    assert not predict(replace(made, links=(*links, first))).nodes["log"].doubts[1:]


def test_nothing_is_sent_after_a_call_that_failed() -> None:
    nodes = [
        client(rate=90.0),
        station("web", exponential(0.001), workers=None),
        station("db", exponential(0.02), workers=1, queue_limit=1),
        station("log", exponential(0.001), workers=4),
    ]
    links = [
        link("users", "web"),
        link("web", "db", order=1),
        link("web", "log", order=2, waits=False),
    ]
    made = made_of(nodes, links)
    found = predict(made).nodes
    assert found["log"].rate == pytest.approx(90.0 * (1.0 - found["db"].loss))
    assert not wrong_of(made)
    links[2] = link("web", "log", order=0, waits=False)
    assert predict(replace(made, links=tuple(links))).nodes["log"].rate == pytest.approx(90.0)


def test_who_waits_for_a_batch_to_fill_may_leave() -> None:
    """A batch waits 29 ms for others; nobody waits for longer than 19."""
    batch = BatchPlan(size=7, linger=0.029, fixed=0.045, per_item=0.045)
    web = station("web", exponential(0.09), workers=40, batch=batch)
    nodes = [client(rate=220.0), web, station("db", exponential(0.01), workers=16)]
    links = [link("users", "web", queue_timeout=0.019), link("web", "db")]
    made = made_of(nodes, links, 60.0)
    found = predict(made)
    assert found.clients["users"].goodput is None
    assert "how much comes from web is doubted" in found.nodes["db"].doubts
    assert simulate(made)["clients"]["users"]["goodput"] < 180.0


def test_what_clients_wait_for_are_the_answers_that_are_good() -> None:
    """Behind a balancer, or by class: where many find no place, few answers take as long as there."""
    full = station("full", [exponential(0.03)] * 2, workers=2, queue_limit=0)
    free = station("free", [exponential(0.003)] * 2, workers=8)
    both = (True, True)
    balanced = [client(rate=200.0, mix=(0.5, 0.5)), router("lb", "random"), full, free]
    links = [link("users", "lb", classes=both), link("lb", "full", classes=both)]
    links.append(link("lb", "free", classes=both))
    classes = (request_class("a"), request_class("b"))
    made = replace(made_of(balanced, links), classes=classes)
    by_class = [
        link("users", "full", classes=(True, False)),
        link("users", "free", classes=(False, True)),
    ]
    split = replace(made_of([balanced[0], full, free], by_class), classes=classes)
    for design in (made, split):
        numbers = {each.name: each for each in numbers_of(predict(design), runs_of(design, 2))}
        latency = numbers["users.latency.mean"]
        assert latency.predicted == pytest.approx(latency.measured, rel=0.03)
        assert not [str(each) for each in numbers.values() if each.wrong and each.confident]


def test_percentiles_of_work_whose_pace_changes_are_doubted() -> None:
    """Work that is slow when many work, just then when others wait as well: means are exact, the p99 is 15 % longer."""
    curve = ScalingPlan(curve=CurvePlan(law="polynomial", a=1.7, power=2.16))
    web = station("web", exponential(0.057), workers=8, scaling=curve)
    made = made_of([client(rate=37.3), web], [link("users", "web")], 3000.0)
    found = predict(made)
    assert all(each.startswith("percentiles: ") for each in found.nodes["web"].doubts)
    assert found.nodes["web"].doubts
    numbers = {each.name: each for each in numbers_of(found, runs_of(made, 2))}
    assert numbers["web.residence.p99"].apart > 0.1
    assert not [str(each) for each in numbers.values() if each.wrong and each.confident]


def test_a_balancer_forwards_once_whatever_a_link_says() -> None:
    """Twice is for those who call: a balancer takes one way of two, each as often as the other."""
    nodes = [
        client(rate=20.0),
        router("lb", "random"),
        station("fast", exponential(0.05), workers=None),
        station("slow", exponential(0.2), workers=None),
    ]
    links = [link("users", "lb"), link("lb", "fast", times=2), link("lb", "slow")]
    made = made_of(nodes, links)
    assert predict(made).clients["users"].latency == pytest.approx(0.125)
    assert not wrong_of(made)


@pytest.mark.parametrize(("picker", "doubted"), [("round_robin", True), ("random", False)])
def test_cold_starts_of_what_is_dealt_in_turn_are_doubted(picker: Any, *, doubted: bool) -> None:
    """Each ninth request at even gaps finds an idle environment more often than one by chance."""
    cold = ElasticPlan(cold=exponential(0.8), idle=0.4, ramp=500, per=10.0)
    nodes = [
        client(rate=60.0),
        router("lb", picker),
        station("fn", exponential(2.0), workers=200, elastic=cold),
        station("web", exponential(0.1), workers=None, instances=8),
    ]
    links = [link("users", "lb"), link("lb", "fn"), link("lb", "web")]
    made = made_of(nodes, links, 600.0)
    found = predict(made).nodes["fn"].doubts
    assert any("as for Poisson arrivals" in each for each in found) == doubted
    assert not wrong_of(made)

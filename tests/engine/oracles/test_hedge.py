"""O12: hedged calls where nobody waits in line, and what becomes of the losers."""

from __future__ import annotations

import math

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.fallback import Fallback
from engine.model.policies.hedge import Hedge
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers import flows
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    retry,
    router,
    simulate,
    station,
)

MEAN = 0.01
P95 = -MEAN * math.log(0.05)


def kept(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def hedged(settings: Hedge, calls: float = 400_000.0, **changes: object) -> Result:
    """Exponential answers of any number of workers."""
    nodes = [client(rate=1000.0), station("api", exponential(MEAN), workers=None, instances=4)]
    edge = link("users", "api", policies=(settings,), **changes)
    return kept(plan(nodes, [edge], duration=calls / 1000.0))


@pytest.mark.oracle(12)
@pytest.mark.parametrize("delay", [P95, 0.01, 0.02])
def test_o12_the_tail_after_a_fixed_delay(delay: float) -> None:
    """P(T > t) = e^-(2t-d)/s beyond the delay; so many more calls as take longer."""
    result = hedged(Hedge(delay=delay))
    latency, extra = result["clients"]["users"]["latency"], result["links"]["users-api"]["extra"]
    share = math.exp(-delay / MEAN)
    for name, tail in (("p99", 0.01), ("p999", 0.001)):
        expected = -MEAN * math.log(tail)
        if expected > delay:
            expected = (expected + delay) / 2.0
        assert latency[name] == pytest.approx(expected, rel=0.03)
    assert latency["mean"] == pytest.approx(MEAN * (1.0 - share / 2.0), rel=0.01)
    assert extra["hedged"] / 400_000.0 == pytest.approx(share, rel=0.03)
    assert extra["hedge_won"] / extra["hedged"] == pytest.approx(0.5, rel=0.03)


@pytest.mark.oracle(12)
def test_o12_numbers_of_the_course() -> None:
    latency = hedged(Hedge(delay=0.02996))["clients"]["users"]["latency"]
    assert latency["p99"] == pytest.approx(0.03800, rel=0.02)
    assert latency["p999"] == pytest.approx(0.04952, rel=0.02)
    assert latency["mean"] == pytest.approx(0.00975, rel=0.02)


@pytest.mark.oracle(12)
@pytest.mark.parametrize(("percentile", "share"), [("p95", 0.05), ("p90", 0.1), ("p99", 0.01)])
def test_o12_a_percentile_hedges_its_share(percentile: str, share: float) -> None:
    settings = Hedge.model_validate({"delay": percentile})
    extra = hedged(settings)["links"]["users-api"]["extra"]
    assert extra["hedged"] / 400_000.0 == pytest.approx(share, rel=0.1)


def test_more_calls_follow_each_after_another_delay() -> None:
    """P(T > t) falls with one more rate after each delay."""
    delay = 0.005
    result = hedged(Hedge(delay=delay, extra=3), calls=200_000.0)
    rate, reached, expected = 1.0 / MEAN, 1.0, 0.0
    for running in (1, 2, 3):
        end = reached * math.exp(-running * rate * delay)
        expected += (reached - end) / (running * rate)
        reached = end
    expected += reached / (4 * rate)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(expected, rel=0.01)
    shares = [math.exp(-rate * delay), math.exp(-3 * rate * delay), math.exp(-6 * rate * delay)]
    count = result["links"]["users-api"]["extra"]["hedged"]
    assert count / 200_000.0 == pytest.approx(sum(shares), rel=0.02)


def slow_and_fast(settings: Hedge | None, **changes: object) -> Plan:
    """One of two instances is slow; the calls go to either."""
    policies = () if settings is None else (settings,)
    nodes = [
        client(process="deterministic", rate=10.0),
        station("api", constant(0.01), workers=1, instances=2),
    ]
    stuck = event(0.0, 1e9, "slow", nodes=("api",), factor=100.0, instances=1)
    edge = link("users", "api", picker="random", policies=policies, **changes)
    return plan(nodes, [edge], events=(stuck,), duration=100.0)


def test_what_the_loser_does_stops_where_the_link_cancels() -> None:
    wasted = kept(slow_and_fast(Hedge(delay=0.1)))
    saved = kept(slow_and_fast(Hedge(delay=0.1), cancellation=True))
    assert wasted["clients"]["users"]["failed"] == {}
    assert saved["nodes"]["api"]["utilization"] < 0.7 * wasted["nodes"]["api"]["utilization"]


def test_a_failure_is_no_answer_while_another_call_runs() -> None:
    """Calls fail after 50 ms in half of the cases; the hedge is made after 20 ms and fares alike."""
    nodes = [client(rate=100.0), station("api", constant(0.05), workers=None)]
    errors = event(0.0, 1e9, "error", nodes=("api",), probability=0.5, seconds=0.05)

    def failing(attempts: int, *policies: Hedge) -> Result:
        edge = link("users", "api", retry=retry(attempts), policies=policies)
        return kept(plan(nodes, [edge], events=(errors,), duration=400.0))

    alone = failing(1)["clients"]["users"]
    pair = failing(1, Hedge(delay=0.02))["clients"]["users"]
    again = failing(2, Hedge(delay=0.02))["clients"]["users"]
    assert alone["availability"] == pytest.approx(0.5, rel=0.03)
    assert pair["availability"] == pytest.approx(0.75, rel=0.03)
    assert again["availability"] == pytest.approx(1.0 - 0.25**2, rel=0.02)


def test_a_balancer_may_hedge() -> None:
    nodes = [
        client(rate=200.0),
        router("lb", "random"),
        station("a", exponential(MEAN), workers=None),
        station("b", exponential(MEAN), workers=None),
    ]
    edges = [
        link("users", "lb"),
        *(link("lb", name, policies=(Hedge(delay=0.01),)) for name in ("a", "b")),
    ]
    result = kept(plan(nodes, edges, duration=500.0))
    share = math.exp(-1.0)
    mean = MEAN * (1.0 - share / 2.0)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(mean, rel=0.02)
    assert result["clients"]["users"]["failed"] == {}
    for name in ("a", "b"):
        found = result["links"][f"lb-{name}"]
        assert found["extra"]["hedged"] / 50_000.0 == pytest.approx(share, rel=0.05)


def test_knobs_that_are_turned_while_races_run() -> None:
    nodes = [client(rate=500.0), station("api", exponential(0.05), workers=None)]

    def made(*policies: Hedge) -> Plan:
        return plan(nodes, [link("users", "api", policies=policies)], duration=100.0)

    simulation = Simulation(made(Hedge(delay=0.02)))
    for place, settings in enumerate(
        [(Hedge(delay=0.05, extra=3),), (), (Hedge(delay="p90"),), (Hedge(delay=0.01),)]
    ):
        simulation.advance(5.0 * (place + 1))
        simulation.follow(made(*settings))
        check(simulation.machine)
    simulation.advance(30.0)
    check(simulation.machine)
    assert result_of(simulation.machine, (), 0.0)["clients"]["users"]["failed"] == {}


@pytest.mark.parametrize("cancelled", [False, True])
def test_losers_are_called_off_since_nobody_wants_them_any_more(*, cancelled: bool) -> None:
    """No deadline has passed: each race has one loser, which its link counts out, and its callee if it is told."""
    result = hedged(Hedge(delay=0.01), calls=50_000.0, cancellation=cancelled)
    edge, api = result["links"]["users-api"], result["nodes"]["api"]
    assert set(edge["failed"]) == {"expired"}
    assert edge["failed"]["expired"] == pytest.approx(edge["extra"]["hedged"], abs=20)
    assert set(api["failed"]) == ({"expired"} if cancelled else set())
    assert result["clients"]["users"]["failed"] == {}


def test_no_hedge_is_made_any_more_once_they_are_off() -> None:
    """One call is watched then, and of a race that runs one call goes on: each request has one answer."""
    nodes = [
        client(process="trace", times=(1.0, 1.4)),
        station("web", 0.0, workers=None, flow=(flows.call("web-api"), flows.work(1.0))),
        station("api", constant(0.5), workers=None, instances=2),
    ]

    def made(*policies: Hedge) -> Plan:
        edges = [link("users", "web"), link("web", "api", policies=policies)]
        return plan(nodes, edges, duration=10.0)

    simulation = Simulation(made(Hedge(delay=0.2)))
    simulation.advance(1.45)
    simulation.follow(made())
    check(simulation.machine)
    assert simulation.machine.links["web-api"].link.in_flight == 2.0, "of two races, one decided"
    simulation.advance(10.0)
    result = result_of(simulation.machine, (), 0.0)
    assert result["links"]["web-api"]["attempts"] == 3, (
        "one beside the first, none beside the second"
    )
    assert result["nodes"]["web"]["completed"] == 2
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(1.5)


def test_a_call_beside_another_that_a_rule_refuses_is_not_the_end_of_their_race() -> None:
    """The bulkhead has one place: the second call never begins, and the first is answered after half a second."""
    policies = (Bulkhead(concurrent=1), Hedge(delay=0.1), Fallback())
    nodes = [client(process="trace", times=(1.0, 3.0)), station("web", 0.0), station("api", 0.5)]
    links = [link("users", "web"), link("web", "api", retry=retry(3), policies=policies)]
    result = simulate(plan(nodes, links, duration=10.0))
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.5)
    assert result["clients"]["users"]["latency"]["max"] == pytest.approx(0.5)
    found = result["links"]["web-api"]
    assert found["extra"]["fallbacks"] == 0
    assert found["failed"] == {"bulkhead_full": 2}
    assert found["attempts"] == 4

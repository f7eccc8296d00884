"""Token buckets against arithmetic and against the queue that they are, M/D/1/b (O15)."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, exponential, link, plan, simulate
from tests.helpers.theory import mg1_wait
from tests.helpers.token_buckets import conforming, limited, md1k_loss, mean, poisson_times, waits


def offered(traffic: dict[str, Any], duration: float, **limit: Any) -> Result:
    """The result of one client that asks one limited node."""
    nodes = [client(**traffic), limited(**limit)]
    return simulate(plan(nodes, [link("users", "api")], duration=duration))


@pytest.mark.oracle(15)
@pytest.mark.parametrize(
    ("rate", "burst", "offer", "span"),
    [
        (100.0, 200, 500.0, 10.0),
        (100.0, 1, 500.0, 10.0),
        (7.0, 3, 1000.0, 33.0),
        (2.5, 40, 50.0, 60.0),
        (1000.0, 5000, 4000.0, 5.0),
        (1 / 60, 5, 1.0, 3600.0),
    ],
)
def test_o15_burst_and_rate_times_time_are_let_in(
    rate: float, burst: int, offer: float, span: float
) -> None:
    traffic = {"process": "deterministic", "rate": offer}
    result = offered(traffic, span, rate=rate, burst=burst)
    extra, users = result["nodes"]["api"]["extra"], result["clients"]["users"]
    assert extra["admitted"] == pytest.approx(burst + rate * span, abs=1)
    assert users["succeeded"] == extra["admitted"]
    assert users["failed"] == {"rate_limited": extra["rate_limited"]}
    assert 0.0 <= extra["tokens"] < 1.0


@pytest.mark.oracle(15)
@pytest.mark.parametrize(("rate", "burst"), [(64.0, 1), (100.0, 2), (333.0, 3)])
def test_o15_what_comes_at_exactly_the_rate_is_never_refused(rate: float, burst: int) -> None:
    """With a lone token only where times are told exactly: gaps of 1/64 s are."""
    result = offered({"process": "deterministic", "rate": rate}, 1000.0, rate=rate, burst=burst)
    assert result["nodes"]["api"]["failed"] == {}


@pytest.mark.oracle(15)
@pytest.mark.parametrize(
    ("offer", "rate", "burst", "known"),
    [
        (90.0, 100.0, 1, 0.4737),
        (90.0, 100.0, 10, 0.01663),
        (120.0, 100.0, 10, 0.17091),
        (100.0, 100.0, 1, 0.5),
        (300.0, 40.0, 25, None),
        (70.0, 100.0, 2, None),
        (95.0, 100.0, 5, None),
        (10.0, 10.0, 20, None),
    ],
)
def test_o15_poisson_arrivals_are_lost_as_in_m_d_1_b(
    offer: float, rate: float, burst: int, known: float | None
) -> None:
    loss = md1k_loss(offer / rate, burst)
    if known is not None:
        assert loss == pytest.approx(known, abs=5e-5)
    if burst == 1:
        assert loss == pytest.approx(offer / (rate + offer), rel=1e-12)
    calls = 1_000_000 if loss < 0.03 else 200_000
    result = offered({"rate": offer}, calls / offer, rate=rate, burst=burst)
    users = result["clients"]["users"]
    share = users["failed"]["rate_limited"] / users["offered"]
    assert share == pytest.approx(loss, rel=0.03)


@pytest.mark.oracle(15)
@pytest.mark.parametrize(("rate", "burst"), [(20.0, 1), (20.0, 4), (6.0, 12), (31.0, 3)])
def test_o15_the_same_calls_are_let_in_as_by_the_generic_cell_rate_algorithm(
    rate: float, burst: int
) -> None:
    times = poisson_times(25.0, 60.0, seed=burst)
    nodes = [client(process="trace", times=tuple(times)), limited(rate=rate, burst=burst)]
    simulation = Simulation(plan(nodes, [link("users", "api")]))
    gate = simulation.machine.nodes["api"].gates[0].thing
    found = []
    for after in [*times[1:], 100.0]:
        before = int(gate.admitted)
        simulation.advance(after)
        found.append(int(gate.admitted) > before)
    assert found == conforming(times, rate, burst)
    assert 0.1 < mean([float(each) for each in found]) < 1.0


@pytest.mark.oracle(15)
@pytest.mark.parametrize("load", [0.5, 0.8, 0.9])
def test_o15_with_delay_and_no_burst_calls_wait_as_in_m_d_1(load: float) -> None:
    result = offered({"rate": 100.0 * load}, 10_000.0, rate=100.0, burst=1, delay=True)
    node = result["nodes"]["api"]
    wait = mg1_wait(100.0 * load, 0.01, 0.01**2)
    assert node["wait"]["mean"] == pytest.approx(wait, rel=0.03)
    assert node["queue_mean"] == pytest.approx(100.0 * load * wait, rel=0.03)
    assert node["failed"] == {}


def delayed(times: list[float], work: Any = 0.0, **limit: Any) -> Plan:
    nodes = [client(process="trace", times=tuple(times)), limited(work=work, delay=True, **limit)]
    return plan(nodes, [link("users", "api")], duration=1000.0)


@pytest.mark.oracle(15)
@pytest.mark.parametrize(
    ("offer", "rate", "burst"), [(90.0, 100.0, 1), (90.0, 100.0, 8), (130.0, 100.0, 40)]
)
@pytest.mark.parametrize("work", [0.0, 0.25])
def test_o15_with_delay_each_call_waits_as_by_lindley(
    offer: float, rate: float, burst: int, work: float
) -> None:
    """Also where more come than may pass for a while: nothing is lost, everybody is late."""
    times = poisson_times(offer, 100.0, seed=7)
    expected = waits(times, rate, burst)
    result = simulate(delayed(times, work, rate=rate, burst=burst))
    wait, users = result["nodes"]["api"]["wait"], result["clients"]["users"]
    assert users["succeeded"] == len(times)
    assert wait["mean"] == pytest.approx(mean(expected), rel=1e-6)
    assert wait["max"] == pytest.approx(max(expected), rel=1e-6)
    assert users["latency"]["mean"] == pytest.approx(mean(expected) + work, rel=1e-6)


@pytest.mark.oracle(15)
def test_o15_the_wait_for_a_token_counts_before_that_for_a_worker() -> None:
    """Whoever passes at the rate of the tokens finds a lone worker of half their gap idle."""
    times = poisson_times(80.0, 100.0, seed=3)
    design = delayed(times, exponential(0.005), rate=100.0, burst=1)
    simulation = Simulation(design)
    for second in range(1, 100):
        simulation.advance(float(second))
        check(simulation.machine)
    simulation.advance(1000.0)
    result = result_of(simulation.machine, (), 0.0)
    assert result["nodes"]["api"]["wait"]["mean"] == pytest.approx(
        mean(waits(times, 100.0, 1)), rel=1e-6
    )


@pytest.mark.oracle(15)
@pytest.mark.parametrize("pending", [0, 1, 5])
def test_o15_no_more_wait_than_may(pending: int) -> None:
    """With b tokens and p places to wait, the queue is M/D/1/(b + p): the same calls are lost."""
    burst, rate, offer = 3, 100.0, 110.0
    result = offered({"rate": offer}, 3000.0, rate=rate, burst=burst, delay=True, pending=pending)
    users = result["clients"]["users"]
    share = users["failed"]["rate_limited"] / users["offered"]
    assert share == pytest.approx(md1k_loss(offer / rate, burst + pending), rel=0.03)


@pytest.mark.oracle(15)
@pytest.mark.parametrize("rate", [1e6, 1e8, 1e9])
def test_o15_tokens_that_come_faster_than_the_clock_can_tell_are_not_waited_for_for_ever(
    rate: float,
) -> None:
    """A day after the start, times are told to .01 ns: some tokens come between two of them."""
    times = [86_400.3 + 1e-7 * place // 3 for place in range(300)]
    nodes = [client(process="trace", times=tuple(times)), limited(rate=rate, burst=1, delay=True)]
    result = simulate(plan(nodes, [link("users", "api")], duration=86_500.0))
    assert result["clients"]["users"]["succeeded"] == 300
    assert result["nodes"]["api"]["wait"]["max"] < 300 / rate + 1e-9


@pytest.mark.oracle(15)
def test_o15_whom_nobody_waits_for_any_more_takes_no_token() -> None:
    """Twenty come at once; after .45 s those who wait are called off, and leave the tokens to later ones."""
    times = (1.0,) * 20 + (1.6,) * 2
    nodes = [client(process="trace", times=times), limited(rate=10.0, burst=5, delay=True)]
    policy = {"timeout": 0.45, "cancellation": True}
    result = simulate(plan(nodes, [link("users", "api", **policy)]))
    extra, users = result["nodes"]["api"]["extra"], result["clients"]["users"]
    assert extra["admitted"] == users["succeeded"] == 5 + 4 + 2
    assert users["failed"] == {"timeout": 11}
    assert extra["waiting"] == 0


@pytest.mark.oracle(15)
@pytest.mark.parametrize(
    "policy",
    [
        {"timeout": 0.25},
        {"timeout": 0.25, "cancellation": True},
        {"timeout": 0.25, "deadline_propagation": True},
        {"queue_timeout": 0.25},
    ],
)
def test_o15_whoever_gives_up_leaves_the_place_to_others(policy: dict[str, Any]) -> None:
    """Of twenty, one is let in at once, two after .1 and .2 s, and two close the connection after .25 s.

    The other fifteen find four places taken, all of which are free for those who come later (nginx: 499).
    """
    times = (1.0,) * 20 + (1.35,) * 20
    limit = {"rate": 10.0, "burst": 1, "delay": True, "pending": 4}
    nodes = [client(process="trace", times=times), limited(**limit)]
    simulation = Simulation(plan(nodes, [link("users", "api", **policy)]))
    node = simulation.machine.nodes["api"].node
    for at, held in ((1.22, 2), (1.34, 0), (1.36, 4), (5.0, 0)):
        simulation.advance(at)
        check(simulation.machine)
        assert sum(int(gate.held) for gate in node.gates) == held
    result = result_of(simulation.machine, (), 0.0)
    users, api = result["clients"]["users"], result["nodes"]["api"]
    assert users["succeeded"] == api["extra"]["admitted"] == 3 + 3
    assert users["failed"] == {"rate_limited": 15 + 15, "timeout": 4}
    assert api["failed"] == {"rate_limited": 30, "timeout": 4}
    assert node.pools[0].coming == 0


@pytest.mark.oracle(15)
def test_o15_a_line_of_which_most_have_left_is_no_longer_than_those_who_wait() -> None:
    """A token comes once in a thousand seconds; ten thousand come and go meanwhile."""
    nodes = [client(rate=100.0), limited(rate=1e-3, burst=1, delay=True)]
    simulation = Simulation(plan(nodes, [link("users", "api", timeout=0.5)]))
    simulation.advance(100.0)
    check(simulation.machine)
    gate = simulation.machine.nodes["api"].gates[0].thing
    (bucket,) = gate.all()
    assert 30 < int(gate.held) < 80
    assert int(bucket.length) <= 2 * int(gate.held) + 65

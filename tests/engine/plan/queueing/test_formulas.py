"""Closed forms against values that were computed apart from this project, to the digits printed there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.plan.primitives import LawPlan
from engine.plan.queueing.balancing import shortest_queue_wait, two_choices_wait
from engine.plan.queueing.closed import Queue, bounds_of, solve
from engine.plan.queueing.curves import below
from engine.plan.queueing.erlang import (
    erlang_b,
    erlang_c,
    mmc_quantile,
    mmc_wait,
    wait_quantile,
)
from engine.plan.queueing.finite import bounded_wait, spread_wait
from engine.plan.queueing.moments import LawMoments, Moments, law_of
from engine.plan.queueing.priority import cobham_waits
from engine.plan.queueing.renewal import Gaps, renewal_wait
from engine.plan.queueing.waits import (
    Wait,
    exponential_wait,
    gg_wait,
    last_come,
    mg1_wait,
    mgc_wait,
    with_tail_of,
)

SERVICE = 0.01
EXPONENTIAL = Moments(SERVICE, SERVICE**2)


def dealt(among: int, servers: int, busy: float, service: float) -> Wait:
    """The wait of exponential work at servers to which a Poisson stream is dealt in turn."""
    found = renewal_wait(servers, Gaps(service / (busy * servers), among), service)
    assert found is not None
    return found


def printed(value: float, digits: str) -> bool:
    """Whether a value is what somebody printed, to its last digit."""
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    return math.isclose(value, float(digits), abs_tol=0.5000001 * 10**-decimals)


@pytest.mark.oracle(1)
def test_mm1() -> None:
    assert printed(1e3 * (mmc_wait(1, 80.0, SERVICE) + SERVICE), "50.00")
    for share, expected in ((0.5, "34.66"), (0.95, "149.8"), (0.99, "230.3")):
        assert printed(1e3 * mmc_quantile(share, 1, 80.0, SERVICE), expected)


@pytest.mark.oracle(2)
@pytest.mark.parametrize(
    ("servers", "rate", "waiting", "response", "p99"),
    [(4, 300.0, ".5094", "15.09", "60.06"), (10, 800.0, ".4092", "12.05", "49.46")],
)
def test_mmc(servers: int, rate: float, waiting: str, response: str, p99: str) -> None:
    assert printed(erlang_c(servers, rate * SERVICE), waiting)
    assert printed(1e3 * (mmc_wait(servers, rate, SERVICE) + SERVICE), response)
    assert printed(1e3 * mmc_quantile(0.99, servers, rate, SERVICE), p99)


@pytest.mark.oracle(3)
@pytest.mark.parametrize(
    ("servers", "load", "loss"), [(10, 8.0, ".1217"), (100, 90.0, ".02696"), (50, 50.0, ".1048")]
)
def test_erlang_loss(servers: int, load: float, loss: str) -> None:
    assert printed(erlang_b(servers, load), loss)
    assert printed(bounded_wait(servers, 0, load, SERVICE).loss, loss)


@pytest.mark.parametrize("load", [0.5, 60.0, 90.0, 200.0])
def test_many_servers_are_summed_as_few_are(load: float) -> None:
    loss = 1.0
    for count in range(1, 101):
        loss = load * loss / (count + load * loss)
    assert erlang_b(100, load) == pytest.approx(loss, rel=1e-9, abs=1e-250)


@pytest.mark.parametrize("load", [5e-324, 1e-300, 9e-6, 1.1e-5])
def test_hardly_any_load_on_many_servers_is_not_divided_by(load: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        assert erlang_b(100, load) == 0.0


def test_very_many_servers_neither_overflow_nor_take_long() -> None:
    assert erlang_b(100_000, 10.0) == 0.0
    assert erlang_b(100_000, 100_000.0) == pytest.approx(math.sqrt(2 / math.pi / 1e5), rel=0.01)


@pytest.mark.oracle(4)
@pytest.mark.parametrize(("load", "places", "loss"), [(0.9, 10, ".05081"), (1.2, 20, ".1704")])
def test_bounded_queue(load: float, places: int, loss: str) -> None:
    assert printed(bounded_wait(1, places - 1, load, SERVICE).loss, loss)


@pytest.mark.parametrize(("servers", "places", "load"), [(1, 5, 0.8), (3, 7, 2.5), (2, 4, 5.0)])
def test_bounded_queue_is_the_birth_and_death_process(
    servers: int, places: int, load: float
) -> None:
    states = [1.0]
    for inside in range(1, servers + places + 1):
        states.append(states[-1] * load / min(inside, servers))
    whole = sum(states)
    lost = states[-1] / whole
    waiting = sum(max(0, n - servers) * state for n, state in enumerate(states)) / whole
    found = bounded_wait(servers, places, load, SERVICE)
    assert found.loss == pytest.approx(lost)
    assert load / SERVICE * (1 - lost) * found.mean == pytest.approx(waiting)  # Little
    assert found.chance == pytest.approx(sum(states[servers:-1]) / whole / (1 - lost))


@pytest.mark.filterwarnings("error")
def test_a_bounded_queue_under_a_load_without_end_loses_everything() -> None:
    for load in (1e15, 1e300, math.inf):
        found = bounded_wait(2, 5, load, SERVICE)
        assert found.loss == pytest.approx(1.0)
        assert found.mean == pytest.approx(5 * SERVICE / 2)


@pytest.mark.parametrize("load", [0.999999, 1.0, 1.000001, 30.0])
def test_bounded_queue_near_and_far_above_its_capacity(load: float) -> None:
    found = bounded_wait(1, 1_000, load, SERVICE)
    assert 0.0 < found.loss < 1.0
    assert 0.0 < found.mean <= 1_000 * SERVICE
    assert spread_wait(1, 1_000, load, SERVICE, 1.0) == found


@pytest.mark.oracle(5)
def test_constant_work() -> None:
    law = law_of(LawPlan(law="constant", mean=SERVICE))
    assert printed(1e3 * mg1_wait(80.0, law).mean, "20.00")


@pytest.mark.oracle(6)
def test_general_work() -> None:
    uneven = law_of(LawPlan(law="lognormal", mean=SERVICE, cv2=4.0))
    assert printed(1e3 * mg1_wait(80.0, uneven).mean, "100.0")
    mixture = law_of(LawPlan(law="empirical", mean=0.0, values=(0.005, 0.1), weights=(0.95, 0.05)))
    assert printed(1e3 * mg1_wait(80.0, mixture).mean, "95.23")


@pytest.mark.oracle(9)
@pytest.mark.parametrize(
    ("users", "throughput", "response"),
    [(10, "9.050", "105.0"), (22, "17.59", "250.7"), (50, "20.00", "1500")],
)
def test_closed_network(users: int, throughput: str, response: str) -> None:
    queues = (Queue(0.02), Queue(0.05))
    solution = solve(users, 1.0, queues)
    assert solution.exact
    assert printed(solution.throughput, throughput)
    assert printed(1e3 * solution.response, response)
    assert printed(bounds_of(users, 1.0, queues).knee, "21.40")


@pytest.mark.oracle(16)
def test_two_choices() -> None:
    for busy, expected in ((0.8, "1.947"), (0.9, "2.614"), (0.99, "5.432")):
        assert printed(1.0 + two_choices_wait(10**9, 1, busy, 1.0).mean, expected)
    # Simulated apart from this project, to ±.008.
    for busy, simulated in ((0.8, 2.069), (0.9, 2.976)):
        response = 1.0 + two_choices_wait(10, 1, busy, 1.0).mean
        assert response == pytest.approx(simulated, rel=0.01)


@pytest.mark.oracle(17)
def test_round_robin_and_the_shortest_queue() -> None:
    for busy, expected in ((0.9, "5.660"), (0.8, "2.922")):
        assert printed(1.0 + dealt(10, 1, busy, 1.0).mean, expected)
    for servers, busy, known in (
        (2, 0.9, 5.475),
        (2, 0.8, 2.956),
        (10, 0.9, 1.922),
        (10, 0.8, 1.358),
    ):
        response = 1.0 + shortest_queue_wait(servers, 1, busy, 1.0).mean
        assert response == pytest.approx(known, rel=0.02)
    for busy, expected in ((0.9, "1.669"), (0.8, "1.205")):
        assert printed(1.0 + mmc_wait(10, 10 * busy, 1.0), expected)


@pytest.mark.oracle(26)
def test_priorities() -> None:
    waits = cobham_waits(1, [(30.0, EXPONENTIAL), (50.0, EXPONENTIAL)])
    assert printed(1e3 * waits[0], "11.43")
    assert printed(1e3 * waits[1], "57.14")
    # Whatever the order of service, the load-weighted wait is that of FIFO.
    assert printed(1e3 * (30.0 * waits[0] + 50.0 * waits[1]) / 80.0, "40.00")


def test_priorities_of_several_servers_keep_the_mean_of_fifo() -> None:
    waits = cobham_waits(4, [(100.0, EXPONENTIAL), (200.0, EXPONENTIAL)])
    mean = (100.0 * waits[0] + 200.0 * waits[1]) / 300.0
    assert mean == pytest.approx(mmc_wait(4, 300.0, SERVICE))


def test_priorities_above_capacity_starve_only_the_patient() -> None:
    waits = cobham_waits(1, [(60.0, EXPONENTIAL), (60.0, EXPONENTIAL)])
    assert math.isfinite(waits[0])
    assert math.isinf(waits[1])


@pytest.mark.parametrize("servers", [1, 3, 40, 200])
@pytest.mark.parametrize("busy", [0.1, 0.7, 0.95])
def test_the_general_formula_is_exact_for_mmc(servers: int, busy: float) -> None:
    rate = busy * servers / SERVICE
    found = gg_wait(servers, rate, EXPONENTIAL, 1.0)
    assert found.mean == pytest.approx(mmc_wait(servers, rate, SERVICE))
    assert found.chance == pytest.approx(erlang_c(servers, rate * SERVICE))


def test_the_general_formula_is_close_to_exact_ones() -> None:
    """M/D/1 exactly half of M/M/1; E10/M/1 by Kraemer and Langenbach-Belz."""
    fixed = gg_wait(1, 80.0, Moments(SERVICE, 0.0), 1.0).mean
    assert fixed == pytest.approx(0.02)
    near = gg_wait(1, 80.0, EXPONENTIAL, 0.1).mean
    assert near == pytest.approx(dealt(10, 1, 0.8, SERVICE).mean, rel=0.05)


@pytest.mark.parametrize("servers", [1, 2, 8, 32])
@pytest.mark.parametrize("busy", [0.3, 0.7, 0.95])
def test_independent_gaps_of_one_stage_are_poisson(servers: int, busy: float) -> None:
    found = dealt(1, servers, busy, SERVICE)
    load = busy * servers
    assert found.mean == pytest.approx(mmc_wait(servers, load / SERVICE, SERVICE))
    assert found.chance == pytest.approx(erlang_c(servers, load))


def test_even_gaps_before_exponential_work() -> None:
    """D/M/1 at ρ = .5: σ = exp(-2(1-σ)) = .2032, the wait σ/(1-σ) service times."""
    found = renewal_wait(1, Gaps(2.0), 1.0)
    assert found is not None
    assert found.chance == pytest.approx(0.2032, abs=5e-5)
    assert found.mean == pytest.approx(0.2550, abs=5e-5)


@pytest.mark.parametrize("servers", [1, 2, 8])
def test_work_of_any_spread_at_several_servers(servers: int) -> None:
    """Exact for one server and for exponential work; even work waits a little more than half as long."""
    rate = 0.9 * servers
    assert mgc_wait(servers, rate, Moments(1.0, 1.0)).mean == pytest.approx(
        mmc_wait(servers, rate, 1.0)
    )
    if servers == 1:
        assert mgc_wait(1, rate, Moments(1.0, 3.0)).mean == pytest.approx(rate * 4.0 / 0.2)
    even = mgc_wait(servers, rate, Moments(1.0, 0.0)).mean / mmc_wait(servers, rate, 1.0)
    assert 0.5 <= even < 0.52


def test_last_come_has_the_mean_of_fifo_and_more_spread() -> None:
    fifo = exponential_wait(0.8, 0.04)
    lifo = last_come(fifo, 0.8)
    assert lifo.mean == fifo.mean
    assert lifo.square == pytest.approx(5 * fifo.square)


def test_waits_percentile_is_zero_where_hardly_anybody_waits() -> None:
    assert wait_quantile(0.99, 0.005, 0.1) == 0.0
    assert wait_quantile(0.99, 0.8, 0.04) == pytest.approx(0.05 * math.log(80))


@pytest.mark.parametrize(
    "law",
    [
        LawPlan(law="exponential", mean=2.0),
        LawPlan(law="lognormal", mean=2.0, cv2=3.0),
        LawPlan(law="gamma", mean=2.0, cv2=0.5),
        LawPlan(law="hyperexponential", mean=2.0, cv2=4.0),
        LawPlan(law="uniform", mean=2.0, low=1.0, high=3.0),
        LawPlan(law="pareto", mean=2.0, alpha=5.0),
        LawPlan(law="empirical", mean=2.0, values=(1.0, 3.0)),
        LawPlan(law="constant", mean=2.0),
    ],
    ids=lambda law: law.law,
)
def test_moments_are_those_of_the_distribution(law: LawPlan) -> None:
    """E Xⁿ = ∫ n tⁿ⁻¹ P(X > t) dt, with the distribution from elsewhere."""
    edges = np.linspace(0.0, 2000.0, 400_001)
    times = (edges[1:] + edges[:-1]) / 2
    above = (1.0 - below(law, times)) * (edges[1] - edges[0])
    known = law_of(law)
    assert float(np.sum(above)) == pytest.approx(known.mean, rel=2e-3)
    assert float(np.sum(2 * times * above)) == pytest.approx(known.square, rel=1e-2)
    if law.law != "lognormal":  # whose third moment lies beyond what a double still tells from 1
        assert float(np.sum(3 * times**2 * above)) == pytest.approx(known.cube, rel=0.06)


def test_moments_that_do_not_exist_are_infinite() -> None:
    heavy = law_of(LawPlan(law="pareto", mean=1.0, alpha=1.8))
    assert heavy.mean == 1.0
    assert math.isinf(heavy.square)
    assert math.isinf(mg1_wait(0.5, heavy).mean)


@pytest.mark.parametrize("spread", [1e12, 1e17, 1e300])
@pytest.mark.parametrize("servers", [1, 4])
def test_work_of_any_spread_waits_for_so_long(spread: float, servers: int) -> None:
    """Two numbers as large as each other were taken from each other, and nothing was left to divide by."""
    wait = mgc_wait(servers, 0.5, Moments(1.0, spread)).mean
    assert 0.0 < wait <= spread
    if servers == 1:
        assert wait == pytest.approx(spread / 2.0)


@pytest.mark.parametrize("rate", [5e-324, 1e-300, 1.0])
@pytest.mark.parametrize("mean", [5e-324, 1e-200, 1e-160])
@pytest.mark.parametrize("servers", [1, 3, 20])
def test_next_to_no_load_waits_for_nothing(servers: int, mean: float, rate: float) -> None:
    for law in (Moments(mean, 0.0), Moments(mean, mean * mean)):
        for wait in (mgc_wait(servers, rate, law), gg_wait(servers, rate, law, 0.5)):
            assert wait.mean == pytest.approx(0.0, abs=1e-150)
    busy = rate * mean / servers
    shaped = with_tail_of(Wait(busy, mean * busy, 0.0), busy, LawMoments(mean, 0.0, 0.0))
    assert shaped.mean == mean * busy

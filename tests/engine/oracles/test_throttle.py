"""O35: adaptive throttling, whose fixed point is K calls sent for each that is accepted."""

from __future__ import annotations

import math

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.throttle import Throttle
from engine.plan.primitives import Plan
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers.plans import client, event, link, plan, simulate, station


def design(offered: float, accepted: float, settings: Throttle, **changes: object) -> Plan:
    """Callers of something that turns away what is above a rate."""
    gate = RateLimit(rate=accepted, burst=100)
    nodes = [client(rate=offered), station("api", 0.0, workers=None, gates=(gate,))]
    return plan(nodes, [link("users", "api", policies=(settings,))], **changes)


@pytest.mark.oracle(35)
@pytest.mark.parametrize(
    ("offered", "accepted", "factor"),
    [(1000.0, 100.0, 2.0), (600.0, 90.0, 1.5), (800.0, 60.0, 4.0), (500.0, 100.0, 1.1)],
)
def test_as_many_are_sent_as_the_factor_says(
    offered: float, accepted: float, factor: float
) -> None:
    settings = Throttle(factor=factor, window=30.0)
    result = simulate(design(offered, accepted, settings, duration=460.0, warmup=60.0))
    users, edge = result["clients"]["users"], result["links"]["users-api"]
    assert users["goodput"] == pytest.approx(accepted, rel=0.03)
    assert result["nodes"]["api"]["arrivals"] / 400.0 == pytest.approx(factor * accepted, rel=0.03)
    share = 1.0 - factor * accepted / offered
    assert edge["extra"]["throttled_share"] == pytest.approx(share, rel=0.03)
    assert edge["failed"]["shed"] == pytest.approx(share * offered * 400.0, rel=0.03)


@pytest.mark.parametrize(
    ("offered", "accepted", "factor"), [(90.0, 120.0, 2.0), (150.0, 100.0, 2.0)]
)
def test_it_is_idle_while_the_factor_leaves_room(
    offered: float, accepted: float, factor: float
) -> None:
    result = simulate(
        design(offered, accepted, Throttle(factor=factor), duration=300.0, warmup=60.0)
    )
    assert result["links"]["users-api"]["extra"]["throttled_share"] == 0.0


def test_the_harmonic_numbers_of_an_outage() -> None:
    """Where nothing is accepted, the n-th call is sent with probability 1/n: of N calls H_N are."""
    sent = 0
    for seed in range(60):
        nodes = [
            client(process="deterministic", rate=100.0),
            station("api", 0.0, workers=None),
        ]
        outage = event(0.0, 1000.0, "error", nodes=("api",), probability=1.0)
        edge = link("users", "api", policies=(Throttle(window=1000.0),))
        result = simulate(plan(nodes, [edge], events=(outage,), duration=100.0, seed=seed))
        sent += result["nodes"]["api"]["arrivals"]
    expected = sum(1.0 / number for number in range(1, 10_001))
    deviation = math.sqrt((expected - math.pi**2 / 6.0) / 60.0)
    assert sent / 60 == pytest.approx(expected, abs=3.0 * deviation)


def test_everything_is_sent_again_once_the_outage_has_left_the_window() -> None:
    nodes = [client(process="deterministic", rate=50.0), station("api", 0.0, workers=None)]
    outage = event(20.0, 20.0, "error", nodes=("api",), probability=1.0)
    edge = link("users", "api", policies=(Throttle(window=10.0),))
    simulation = Simulation(plan(nodes, [edge], events=(outage,), duration=100.0))
    simulation.advance(39.9)
    early = result_of(simulation.machine, (), 0.0)["links"]["users-api"]["extra"]
    assert 0.0 < early["throttled_share"] < 0.5
    simulation.advance(80.01)
    late = result_of(simulation.machine, (), 0.0)["nodes"]["api"]["arrivals"]
    simulation.advance(100.01)
    assert result_of(simulation.machine, (), 0.0)["nodes"]["api"]["arrivals"] - late == 1000
    check(simulation.machine)


def test_other_knobs_keep_what_was_counted() -> None:
    nodes = [client(process="deterministic", rate=50.0), station("api", 0.0, workers=None)]
    outage = event(0.0, 1000.0, "error", nodes=("api",), probability=1.0)

    def changed(settings: Throttle) -> float:
        def made(each: Throttle) -> Plan:
            edge = link("users", "api", policies=(each,))
            return plan(nodes, [edge], events=(outage,), duration=100.0)

        simulation = Simulation(made(Throttle(window=500.0)))
        simulation.advance(50.0)
        before = result_of(simulation.machine, (), 0.0)["nodes"]["api"]["arrivals"]
        simulation.follow(made(settings))
        simulation.advance(50.21)
        check(simulation.machine)
        return float(result_of(simulation.machine, (), 0.0)["nodes"]["api"]["arrivals"] - before)

    assert changed(Throttle(window=500.0, factor=5.0)) == 0
    assert changed(Throttle(window=400.0)) == 0

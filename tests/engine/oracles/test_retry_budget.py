"""Retry budgets: exact counts of an outage, the load that they allow, and the storm that they cure."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.retry_budget import RetryBudget
from engine.plan.primitives import LinkPlan, NodePlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, event, exponential, link, plan, retry, simulate, station

ALWAYS = 1e9


def failing(budget: RetryBudget, share: float, rate: float, span: float) -> Result:
    """Calls of which a share fails."""
    nodes = [client(process="deterministic", rate=rate), station("api", 0.0, workers=None)]
    edge = link("users", "api", retry=retry(3), policies=(budget,))
    errors = event(0.0, ALWAYS, "error", nodes=("api",), probability=share)
    return simulate(plan(nodes, [edge], events=(errors,), duration=span))


@pytest.mark.parametrize(
    ("budget", "retries"),
    [
        (RetryBudget(tokens=500), 100),
        (RetryBudget(tokens=50, cost=7.0), 7),
        (RetryBudget(tokens=3), 0),
        (RetryBudget(ratio=0.0, burst=13), 13),
    ],
)
def test_an_outage_costs_all_tokens_and_no_more(budget: RetryBudget, retries: int) -> None:
    edge = failing(budget, 1.0, 100.0, 50.0)["links"]["users-api"]
    assert edge["attempts"] == 5000 + retries
    assert edge["retries"] == retries
    assert edge["extra"]["retries_denied"] == pytest.approx(5000 - retries / 3, abs=1 + retries)


@pytest.mark.parametrize(("ratio", "share"), [(0.2, 1.0), (0.1, 0.6), (0.35, 0.5)])
def test_a_ratio_bounds_the_load_of_retries(ratio: float, share: float) -> None:
    """Where more than the ratio would be tried again, retries are the ratio of first tries."""
    edge = failing(RetryBudget(ratio=ratio), share, 200.0, 200.0)["links"]["users-api"]
    first = edge["attempts"] - edge["retries"]
    assert edge["retries"] == pytest.approx(ratio * first, rel=0.005, abs=11)
    assert edge["extra"]["budget_level"] < 0.1


def test_tokens_are_spent_as_fast_as_successes_bring_them_back() -> None:
    """Of n tries n(1-p) bring back 1, and retries cost 5: with p = .5 a tenth of the tries are retries."""
    edge = failing(RetryBudget(tokens=500), 0.5, 200.0, 300.0)["links"]["users-api"]
    assert edge["retries"] == pytest.approx(0.1 * edge["attempts"], rel=0.02)


def test_it_is_not_felt_while_little_fails() -> None:
    edge = failing(RetryBudget(), 0.05, 200.0, 100.0)["links"]["users-api"]
    assert edge["extra"]["retries_denied"] == 0
    assert edge["extra"]["budget_level"] > 0.9


def test_it_cures_a_retry_storm() -> None:
    """240 of 300 rps and one retry: ten slow seconds keep it down for ever, but not with a budget."""

    def storm(*policies: RetryBudget) -> float:
        nodes: list[NodePlan] = [
            client(rate=240.0),
            station("db", exponential(0.01), workers=3),
        ]
        edge = link("users", "db", timeout=1.0, retry=retry(2), policies=policies)
        slow = event(60.0, 10.0, "slow", nodes=("db",), factor=10.0)
        simulation = Simulation(plan(nodes, [edge], events=(slow,), duration=600.0, warmup=500.0))
        simulation.advance(600.0)
        check(simulation.machine)
        result = result_of(simulation.machine, (), 0.0)
        return float(result["clients"]["users"]["goodput"])

    assert storm() < 60.0
    assert storm(RetryBudget(ratio=0.1)) == pytest.approx(240.0, rel=0.03)


def test_knobs_that_are_turned_keep_the_share_that_is_left() -> None:
    def made(budget: RetryBudget | None) -> Plan:
        nodes = [client(process="deterministic", rate=10.0), station("api", 0.0, workers=None)]
        edge: LinkPlan = link("users", "api", retry=retry(2), policies=(budget,) if budget else ())
        outage = event(0.0, ALWAYS, "error", nodes=("api",), probability=1.0)
        return plan(nodes, [edge], events=(outage,), duration=100.0)

    def retries(simulation: Simulation) -> int:
        check(simulation.machine)
        return int(result_of(simulation.machine, (), 0.0)["links"]["users-api"]["retries"])

    simulation = Simulation(made(RetryBudget(tokens=100)))
    simulation.advance(1.05)
    assert retries(simulation) == 10
    simulation.follow(made(RetryBudget(tokens=200)))
    simulation.advance(50.0)
    assert retries(simulation) == 10 + 20
    simulation.follow(made(None))
    simulation.advance(51.0)
    assert retries(simulation) == 30 + 10


@pytest.mark.parametrize(
    ("on", "again"), [(None, True), (("error",), True), (("timeout", "unavailable"), False)]
)
def test_only_some_failures_are_tried_again(on: tuple[str, ...] | None, again: bool) -> None:
    nodes = [client(process="deterministic", rate=10.0), station("api", 0.0, workers=None)]
    edge = link("users", "api", retry=retry(4, on=on))
    outage = event(0.0, ALWAYS, "error", nodes=("api",), probability=1.0)
    result = simulate(plan(nodes, [edge], events=(outage,), duration=10.05))
    assert result["links"]["users-api"]["retries"] == (300 if again else 0)

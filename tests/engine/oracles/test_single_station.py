"""One station against theory: M/M/1, M/M/c, losses, general service, sharing, priorities.

Tolerances are some four standard deviations of a run of that size; seeds are fixed.
"""

from __future__ import annotations

import pytest

from engine.plan.primitives import LawPlan
from engine.sim.report import Result
from tests.helpers import theory
from tests.helpers.plans import (
    client,
    exponential,
    link,
    plan,
    request_class,
    simulate,
    station,
)

SERVICE = 0.01


def run(rate: float, law: LawPlan, requests: int = 200_000, **changes: object) -> Result:
    """One station under Poisson load; a tenth of the run is warm-up."""
    duration = requests / rate
    nodes = [client(rate=rate), station("web", law, **changes)]
    return simulate(plan(nodes, [link("users", "web")], duration=duration, warmup=duration / 10))


def lossy(result: Result) -> float:
    web = result["nodes"]["web"]
    return float(web["failed"].get("queue_full", 0) / web["arrivals"])


@pytest.mark.oracle(1)
@pytest.mark.parametrize("rate", [80.0, 65.0])
def test_o1_mm1(rate: float) -> None:
    result = run(rate, exponential(SERVICE))
    latency, web = result["clients"]["users"]["latency"], result["nodes"]["web"]
    for name, share in {"p50": 0.5, "p95": 0.95, "p99": 0.99}.items():
        quantile = theory.mmc_quantile(share, 1, rate, SERVICE)
        assert latency[name] == pytest.approx(quantile, rel=0.15)
    response = theory.mmc_response(1, rate, SERVICE)
    assert latency["mean"] == pytest.approx(response, rel=0.05)
    assert web["wait"]["mean"] == pytest.approx(response - SERVICE, rel=0.07)
    assert web["in_system_mean"] == pytest.approx(rate * response, rel=0.05)
    assert web["utilization"] == pytest.approx(rate * SERVICE, rel=0.02)


@pytest.mark.oracle(2)
@pytest.mark.parametrize(("workers", "rate"), [(4, 300.0), (10, 800.0), (7, 560.0)])
def test_o2_mmc(workers: int, rate: float) -> None:
    latency = run(rate, exponential(SERVICE), workers=workers)["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(theory.mmc_response(workers, rate, SERVICE), rel=0.03)
    quantile = theory.mmc_quantile(0.99, workers, rate, SERVICE)
    assert latency["p99"] == pytest.approx(quantile, rel=0.06)


def test_the_formulas_give_the_printed_values() -> None:
    assert theory.mmc_response(4, 300.0, SERVICE) == pytest.approx(0.01509, abs=5e-6)
    assert theory.mmc_quantile(0.99, 4, 300.0, SERVICE) == pytest.approx(0.06006, abs=5e-6)
    assert theory.erlang_b(10, 8.0) == pytest.approx(0.1217, abs=5e-5)
    assert theory.mm1k_loss(0.9, 10) == pytest.approx(0.05081, abs=5e-6)


@pytest.mark.oracle(3)
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("workers", "load", "law", "requests"),
    [
        (10, 8.0, exponential(SERVICE), 300_000),
        (50, 50.0, LawPlan(law="lognormal", mean=SERVICE, cv2=4.0), 300_000),
        # Rarer losses come in longer clusters: one run of 300 thousand has a deviation of 4 %.
        (100, 90.0, LawPlan(law="uniform", mean=SERVICE, low=0.0, high=2 * SERVICE), 2_500_000),
        (20, 16.0, LawPlan(law="gamma", mean=SERVICE, cv2=0.5), 300_000),
    ],
)
def test_o3_erlang_loss_whatever_the_law(
    workers: int, load: float, law: LawPlan, requests: int
) -> None:
    result = run(load / SERVICE, law, requests=requests, workers=workers, queue_limit=0)
    assert lossy(result) == pytest.approx(theory.erlang_b(workers, load), rel=0.04)


@pytest.mark.oracle(4)
@pytest.mark.parametrize(("utilization", "places"), [(0.9, 10), (1.2, 20), (0.8, 5)])
def test_o4_loss_of_a_bounded_queue(utilization: float, places: int) -> None:
    result = run(utilization / SERVICE, exponential(SERVICE), queue_limit=places - 1)
    assert lossy(result) == pytest.approx(theory.mm1k_loss(utilization, places), rel=0.06)


@pytest.mark.oracle(5)
def test_o5_constant_service_waits_half_as_long() -> None:
    law = LawPlan(law="constant", mean=SERVICE)
    web = run(80.0, law)["nodes"]["web"]
    assert web["wait"]["mean"] == pytest.approx(0.02, rel=0.08)


@pytest.mark.oracle(6)
@pytest.mark.parametrize(
    ("law", "mean", "square"),
    [
        (LawPlan(law="lognormal", mean=SERVICE, cv2=4.0), SERVICE, 5 * SERVICE**2),
        (LawPlan(law="hyperexponential", mean=SERVICE, cv2=4.0), SERVICE, 5 * SERVICE**2),
        (LawPlan(law="gamma", mean=SERVICE, cv2=2.0), SERVICE, 3 * SERVICE**2),
        (LawPlan(law="uniform", mean=SERVICE, low=0.0, high=0.02), SERVICE, SERVICE**2 * 4 / 3),
        (
            LawPlan(law="pareto", mean=SERVICE, alpha=4.0),
            SERVICE,
            (0.75 * SERVICE) ** 2 * 4.0 / 2.0,
        ),
        (
            LawPlan(law="empirical", mean=0.0, values=(0.005, 0.1), weights=(0.95, 0.05)),
            0.95 * 0.005 + 0.05 * 0.1,
            0.95 * 0.005**2 + 0.05 * 0.1**2,
        ),
    ],
    ids=lambda value: value.law if isinstance(value, LawPlan) else "",
)
def test_o6_general_service(law: LawPlan, mean: float, square: float) -> None:
    web = run(80.0, law)["nodes"]["web"]
    assert web["wait"]["mean"] == pytest.approx(theory.mg1_wait(80.0, mean, square), rel=0.15)


@pytest.mark.oracle(7)
@pytest.mark.parametrize(
    "law", [LawPlan(law="lognormal", mean=SERVICE, cv2=4.0), LawPlan(law="constant", mean=SERVICE)]
)
def test_o7_sharing_does_not_care_about_the_law(law: LawPlan) -> None:
    web = run(80.0, law, discipline="ps")["nodes"]["web"]
    assert web["residence"]["mean"] == pytest.approx(SERVICE / (1 - 80.0 * SERVICE), rel=0.10)


@pytest.mark.oracle(7)
def test_o7_shared_workers_are_as_good_as_a_queue_for_exponential_work() -> None:
    web = run(300.0, exponential(SERVICE), discipline="ps", workers=4)["nodes"]["web"]
    response = theory.mmc_response(4, 300.0, SERVICE)
    assert web["residence"]["mean"] == pytest.approx(response, rel=0.05)
    assert web["queue_mean"] == pytest.approx(300.0 * (response - SERVICE), rel=0.12)


def test_lifo_has_the_mean_of_fifo_and_a_longer_tail() -> None:
    fifo = run(80.0, exponential(SERVICE))["nodes"]["web"]["wait"]
    lifo = run(80.0, exponential(SERVICE), discipline="lifo")["nodes"]["web"]["wait"]
    assert lifo["mean"] == pytest.approx(fifo["mean"], rel=0.02)
    assert lifo["p50"] < fifo["p50"] / 2
    assert lifo["p99"] > 2 * fifo["p99"]


@pytest.mark.oracle(26)
@pytest.mark.parametrize(("urgent", "patient"), [(30.0, 50.0), (60.0, 20.0)])
def test_o26_priorities(urgent: float, patient: float) -> None:
    """Cobham: with W0 = λ E[S²]/2, the waits are W0/(1-ρ1) and W0/((1-ρ1)(1-ρ))."""
    duration = 300_000 / (urgent + patient)
    nodes = [
        client("urgent", urgent, mix=(1.0, 0.0)),
        client("patient", patient, mix=(0.0, 1.0)),
        station("web", [exponential(SERVICE)] * 2, discipline="priority"),
    ]
    both = (True, True)
    result = simulate(
        plan(
            nodes,
            [link("urgent", "web", classes=both), link("patient", "web", classes=both)],
            classes=(request_class("urgent"), request_class("patient", priority=1)),
            duration=duration,
            warmup=duration / 10,
        )
    )
    rate = urgent + patient
    residual = rate * 2 * SERVICE**2 / 2
    first = 1 - urgent * SERVICE
    waits = {"urgent": residual / first, "patient": residual / first / (1 - rate * SERVICE)}
    for name, wait in waits.items():
        mean = result["clients"][name]["latency"]["mean"] - SERVICE
        assert mean == pytest.approx(wait, rel=0.06)


def test_unlimited_workers_never_queue() -> None:
    law = LawPlan(law="lognormal", mean=SERVICE, cv2=2.0)
    nodes = [client(rate=500.0), station("web", law, workers=None)]
    web = simulate(plan(nodes, [link("users", "web")], duration=200.0))["nodes"]["web"]
    assert web["in_system_mean"] == pytest.approx(5.0, rel=0.02)
    assert web["wait"]["max"] == 0.0

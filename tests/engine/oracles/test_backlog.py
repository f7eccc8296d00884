"""A listen backlog that overflows: nobody is refused, and some come again after 1, 3, 7 s."""

from __future__ import annotations

import numpy as np
import pytest

from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import Plan
from tests.helpers.impatient import resending
from tests.helpers.plans import client, constant, exponential, link, plan, simulate, station

WORK = 0.04


def station_of_four(rate: float, duration: float) -> Plan:
    """Four workers of 40 ms with sixteen places, as they were measured: 100 requests/s of capacity."""
    web = station("web", exponential(WORK), workers=4, queue_limit=16, overflow="resend")
    return plan([client(rate=rate), web], [link("users", "web")], duration=duration, warmup=20.0)


@pytest.mark.parametrize(
    ("rate", "workers", "places"), [(105.0, 4, 16), (60.0, 2, 0), (300.0, 4, 3)]
)
def test_each_call_comes_again_when_tcp_has_it(rate: float, workers: int, places: int) -> None:
    """The same arrivals by themselves: as many answers, resends and failures, and the same times."""
    arrivals = tuple(np.cumsum(np.random.default_rng(7).exponential(1.0 / rate, 2000)).tolist())
    known = resending(arrivals, WORK, workers, places)
    web = station("web", constant(WORK), workers=workers, queue_limit=places, overflow="resend")
    nodes = [client(process="trace", times=arrivals), web]
    result = simulate(plan(nodes, [link("users", "web")], duration=arrivals[-1] + 140.0))
    users, node = result["clients"]["users"], result["nodes"]["web"]
    assert users["succeeded"] == len(known.latencies)
    assert node["extra"]["resent"] == known.resent
    assert users["failed"].get("timeout", 0) == known.failed
    assert users["latency"]["mean"] == pytest.approx(float(np.mean(known.latencies)), rel=1e-9)
    assert users["latency"]["max"] == pytest.approx(max(known.latencies), rel=1e-9)


def test_at_ninety_a_second_nobody_is_refused_and_one_in_a_hundred_waits_a_second() -> None:
    """A real server: p50 98 ms, p99 1225 ms, no refusals."""
    result = simulate(station_of_four(90.0, 1500.0))
    users, web = result["clients"]["users"], result["nodes"]["web"]
    assert users["failed"] == web["failed"] == {}
    assert users["latency"]["p50"] == pytest.approx(0.098, rel=0.2)
    assert users["latency"]["p99"] == pytest.approx(1.225, rel=0.1)


def test_at_a_hundred_and_twenty_percent_the_mean_is_many_seconds() -> None:
    """A real server: mean 11 s."""
    result = simulate(station_of_four(120.0, 600.0))
    web = result["nodes"]["web"]
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(11.0, rel=0.35)
    assert web["utilization"] > 0.99
    assert web["failed"] == {}


@pytest.mark.parametrize(("patience", "reason"), [(float("inf"), 127.0), (5.0, 5.0)])
def test_after_the_last_resend_it_is_a_timeout_unless_the_caller_gives_up_before(
    patience: float, reason: float
) -> None:
    """One worker is busy for good: six resends, and an end 127 s after the first."""
    web = station("web", constant(1e6), queue_limit=0, overflow="resend")
    nodes = [client(process="trace", times=(0.0, 1.0)), web]
    result = simulate(plan(nodes, [link("users", "web", timeout=patience)], duration=200.0))
    edge, node = result["links"]["users-web"], result["nodes"]["web"]
    assert edge["failed"]["timeout"] == (1 if patience > 100.0 else 2)
    assert node["extra"]["resent"] == (6.0 if patience > 100.0 else 2.0)
    assert node["arrivals"] == 1
    assert edge["in_flight_mean"] * 200.0 == pytest.approx(
        200.0 + reason if patience > 100.0 else 10.0, rel=0.01
    )


@pytest.mark.parametrize("places", [0, 4])
def test_a_call_passes_the_gates_once_however_often_it_comes_again(places: int) -> None:
    """Nobody has taken its connection before it finds a place, so that no gate has seen it."""
    limit = RateLimit(rate=1e6, burst=1_000_000)
    web = station(
        "web", constant(0.2), workers=2, queue_limit=places, overflow="resend", gates=(limit,)
    )
    users = client(rate=9.0)
    result = simulate(plan([users, web], [link("users", "web")], duration=400.0))
    node = result["nodes"]["web"]
    assert node["extra"]["resent"] > 100
    assert node["extra"]["admitted"] == node["arrivals"]

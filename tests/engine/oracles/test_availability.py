"""Availability of what has to work together, and of what stands in for each other (O19)."""

from __future__ import annotations

import math

import pytest

from engine.plan.primitives import EventPlan, Plan
from tests.helpers.flows import call, parallel
from tests.helpers.plans import client, link, plan, simulate, station
from tests.helpers.theory import k_of_n

RATE, DURATION = 1000.0, 400.0


def failing(names: list[str], share: float) -> EventPlan:
    """These nodes fail a share of their requests, all the time, each by itself."""
    return EventPlan(at=0.0, end=math.inf, change="error", nodes=tuple(names), probability=share)


def in_series(count: int, share: float) -> Plan:
    """A chain in which each calls the next."""
    names = [f"s{place}" for place in range(count)]
    nodes = [client(rate=RATE), *(station(name, 0.0, workers=None) for name in names)]
    links = [link(a, b) for a, b in zip(["users", *names], names, strict=False)]
    return plan(nodes, links, events=(failing(names, share),), duration=DURATION)


def needing(need: int, count: int, share: float) -> Plan:
    """A service that needs some answers of several others."""
    names = [f"s{place}" for place in range(count)]
    calls = [call(f"web-{name}") for name in names]
    web = station("web", 0.0, workers=None, flow=(parallel(*calls, need=need),))
    nodes = [client(rate=RATE), web, *(station(name, 0.0, workers=None) for name in names)]
    links = [link("users", "web"), *(link("web", name) for name in names)]
    return plan(nodes, links, events=(failing(names, share),), duration=DURATION / 4.0)


def assert_available(design: Plan, wanted: float) -> None:
    """The share of requests that succeed is as wanted, within three standard deviations."""
    users = simulate(design)["clients"]["users"]
    margin = 3.0 * math.sqrt(wanted * (1.0 - wanted) / users["offered"])
    assert users["succeeded"] / users["offered"] == pytest.approx(wanted, abs=margin)


@pytest.mark.oracle(19)
def test_o19_a_chain_is_weaker_than_each_link() -> None:
    assert pytest.approx(0.99501, abs=5e-6) == 0.999**5
    assert_available(in_series(5, 0.001), 0.999**5)


@pytest.mark.oracle(19)
@pytest.mark.parametrize(
    ("need", "count", "printed"),
    [(1, 2, 0.9999), (2, 3, 0.999702), (3, 5, 0.99999015), (4, 6, 0.99998045)],
)
def test_o19_some_of_several_are_enough(need: int, count: int, printed: float) -> None:
    assert k_of_n(need, count, 0.99) == pytest.approx(printed, abs=5e-9)
    assert_available(needing(need, count, 0.2), k_of_n(need, count, 0.8))

"""What a hot key that expires does to whoever fetches it (O22)."""

from __future__ import annotations

import pytest

from engine.plan.primitives import KeyPlan
from engine.sim.report import Result
from tests.helpers.plans import cache, client, link, plan, request_class, simulate, station

RATE, FETCH, TTL = 1000.0, 0.2, 5.0
DURATION = 520.0


def one_hot_key(*, single_flight: bool) -> Result:
    """A cache with one key, which lives for a while and takes a while to fetch."""
    hot = request_class(keys=KeyPlan(count=1, alpha=0.0))
    nodes = [
        client(rate=RATE),
        cache("cache", None, ttl=TTL, single_flight=single_flight),
        station("origin", FETCH, workers=None),
    ]
    links = [link("users", "cache"), link("cache", "origin")]
    return simulate(plan(nodes, links, classes=(hot,), duration=DURATION))


@pytest.mark.oracle(22)
def test_o22_everybody_fetches_until_the_first_answer() -> None:
    result = one_hot_key(single_flight=False)
    # Whoever is fetching stores the key again later, so a period is the time to live after the last.
    periods = DURATION / (TTL + 2 * FETCH)
    fetches = result["nodes"]["origin"]["arrivals"]
    assert fetches / periods == pytest.approx(1 + RATE * FETCH, rel=0.02)


@pytest.mark.oracle(22)
def test_o22_with_single_flight_one_fetches() -> None:
    result = one_hot_key(single_flight=True)
    periods = DURATION / (TTL + FETCH + 1 / RATE)
    assert result["nodes"]["origin"]["arrivals"] == pytest.approx(periods, rel=0.02)

"""A key that events make hot: caches, pickers by key and recordings see it, and nobody else is reshuffled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.balancing import Hash
from engine.plan.primitives import EventPlan, KeyPlan, Plan
from engine.sim.report import Result
from tests.helpers.plans import (
    cache,
    client,
    event,
    link,
    plan,
    request_class,
    router,
    simulate,
    station,
)

SPREAD = (request_class(keys=KeyPlan(count=10_000, alpha=0.0)),)


def hot(share: float, key: int = 7, at: float = 0.0, duration: float = 1e9) -> EventPlan:
    return event(at, duration, "hot_key", probability=share, key=key)


def hashed(*events: EventPlan, **changes: Any) -> Plan:
    """Uniform keys on their way to four instances, by key."""
    nodes = [
        client(rate=1000.0),
        router("lb", "hash", hash=Hash(map="range")),
        station("web", 0.0, instances=4, workers=None),
    ]
    links = [link("users", "lb"), link("lb", "web")]
    return plan(nodes, links, **({"classes": SPREAD, "duration": 40.0, "events": events} | changes))


def shares(result: Result) -> list[float]:
    counts = [each["arrivals"] for each in result["nodes"]["web"]["instances"]]
    return [count / sum(counts) for count in counts]


def test_who_picks_by_key_sends_it_to_one_instance() -> None:
    """Half of the requests ask for a key of the third instance, and a quarter of the others are its as well."""
    found = shares(simulate(hashed(hot(0.5, key=5001))))
    assert found == pytest.approx([0.125, 0.125, 0.625, 0.125], abs=0.01)


def test_two_hot_keys_have_their_shares_each() -> None:
    found = shares(simulate(hashed(hot(0.5, key=5001), hot(0.3, key=9999))))
    assert found == pytest.approx([0.05, 0.05, 0.55, 0.35], abs=0.01)


def test_shares_beyond_all_requests_go_to_those_that_came_first() -> None:
    found = shares(simulate(hashed(hot(0.8, key=5001), hot(0.8, key=0))))
    assert found == pytest.approx([0.2, 0.0, 0.8, 0.0], abs=0.01)


def test_a_cache_hits_the_hot_key_and_no_others_more_often() -> None:
    """LRU of 1000 of 10 000 equal keys hits a tenth; of the half that is hot it hits all."""
    nodes = [client(rate=1000.0), cache("cache", 1000), station("db", 0.0, workers=None)]
    links = [link("users", "cache"), link("cache", "db")]
    made = plan(nodes, links, classes=SPREAD, duration=60.0, warmup=20.0, events=(hot(0.5),))
    found = simulate(made)["nodes"]["cache"]["extra"]["hit_ratio"]
    assert found == pytest.approx(0.5 + 0.5 * 999 / 9999, abs=0.01)


def test_recorded_keys_are_asked_for_less_often() -> None:
    times = tuple(place / 100.0 for place in range(4000))
    traffic = client(process="trace", times=times, keys=tuple([1, 2600, 5100, 7600] * 1000))
    base = hashed(hot(0.6, key=9999))
    found = shares(simulate(replace(base, nodes=(traffic, *base.nodes[1:]))))
    assert found == pytest.approx([0.1, 0.1, 0.1, 0.7], abs=0.03)


def test_it_ends_and_all_is_as_if_it_had_never_been() -> None:
    """The keys that would have been asked for are drawn meanwhile: after it the same ones come."""
    calm, struck = (
        Simulation(hashed(*events)) for events in ((), (hot(1.0, key=0, at=5.0, duration=5.0),))
    )
    counts = []
    for simulation in (calm, struck):
        simulation.advance(10.0)
        before = [int(pool.arrivals) for pool in simulation.machine.nodes["web"].node.pools]
        simulation.advance(20.0)
        after = [int(pool.arrivals) for pool in simulation.machine.nodes["web"].node.pools]
        counts.append([late - early for late, early in zip(after, before, strict=True)])
    assert counts[0] == counts[1]


def test_it_grows_where_it_is_told_to() -> None:
    """A ramp over the whole run: the mean share is half of the last."""
    grown = replace(hot(0.8, key=5001), ramp=40.0)
    assert shares(simulate(hashed(grown)))[2] == pytest.approx(0.4 + 0.6 * 0.25, abs=0.02)


def test_it_can_be_of_one_client() -> None:
    base = hashed()
    two = (client("others", rate=1000.0), *base.nodes)
    only = event(0.0, 1e9, "hot_key", nodes=("others",), probability=1.0, key=9999)
    links = (link("others", "lb"), *base.links)
    found = shares(simulate(replace(base, nodes=two, links=links, events=(only,))))
    assert found == pytest.approx([0.125, 0.125, 0.125, 0.625], abs=0.01)

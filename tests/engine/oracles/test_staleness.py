"""How many hits are older than what is written (O22), and that nothing is called stale that is not."""

from __future__ import annotations

import math

import pytest

from engine.plan.primitives import KeyPlan, NodePlan, Plan
from engine.sim.report import Result
from tests.helpers.plans import cache, client, link, plan, request_class, simulate, station

WRITES, TTL, KEYS = 0.1, 10.0, 200
BOTH = (True, True)


def classes(keys: int) -> tuple[object, ...]:
    """Reads and writes of the same keys, all as popular."""
    law = KeyPlan(count=keys, alpha=0.0)
    return tuple(request_class(name, write=name == "write", keys=law) for name in ("read", "write"))


def two_classes(node: NodePlan) -> NodePlan:
    """A store for both classes."""
    return NodePlan(
        id=node.id, station=station("x", (0.0, 0.0), workers=None).station, store=node.store
    )


def written(*, beside: bool, duration: float = 400.0, work: float = 0.0) -> Plan:
    """A cache before a database, whose keys are written each at a rate, beside the cache or through it."""
    nodes = [
        client("readers", rate=20.0 * KEYS * WRITES, mix=(1.0, 0.0)),
        client("writers", rate=KEYS * WRITES, mix=(0.0, 1.0)),
        two_classes(cache("cache", None, ttl=TTL)),
        station("db", (work, work), workers=None),
    ]
    links = [
        link("readers", "cache", classes=BOTH),
        link("writers", "db" if beside else "cache", classes=BOTH),
        link("cache", "db", classes=BOTH),
    ]
    return plan(nodes, links, classes=classes(KEYS), duration=duration, warmup=20.0)


def stale(result: Result, name: str = "cache") -> float:
    """Share of the hits that were stale."""
    return float(result["nodes"][name]["extra"]["stale_ratio"])


@pytest.mark.oracle(22)
def test_o22_hits_are_stale_as_the_formula_says_where_only_the_ttl_ends_them() -> None:
    predicted = 1.0 - (1.0 - math.exp(-WRITES * TTL)) / (WRITES * TTL)
    assert predicted == pytest.approx(0.3679, abs=1e-4)
    assert stale(simulate(written(beside=True))) == pytest.approx(predicted, rel=0.03)


def test_writes_through_the_cache_leave_nothing_stale() -> None:
    assert stale(simulate(written(beside=False, duration=60.0))) == 0.0


def test_a_read_that_overtakes_a_write_stores_what_it_has_read() -> None:
    """A fetch reads for a second; what is written and dropped meanwhile is stored again, old as it is."""
    nodes = [
        client("readers", process="trace", times=(1.0, 3.0, 4.0), mix=(1.0, 0.0)),
        client("writers", process="trace", times=(1.2,), mix=(0.0, 1.0)),
        two_classes(cache("cache", None, single_flight=False)),
        station("db", (0.1, 0.1), workers=None),
    ]
    slow = link("cache", "db", classes=BOTH, delay=1.0)
    links = [
        link("readers", "cache", classes=BOTH),
        link("writers", "db", classes=BOTH),
        slow,
    ]
    result = simulate(plan(nodes, links, classes=classes(1), duration=10.0))
    # Read at the database at 2.1 s, after the write: both hits are fresh.
    assert stale(result) == 0.0
    late = [
        *nodes[:1],
        client("writers", process="trace", times=(2.5,), mix=(0.0, 1.0)),
        *nodes[2:],
    ]
    # Written at 2.6 s while what was read at 2.1 s is on its way back: what is stored at 3.1 s is old already.
    assert stale(simulate(plan(late, links, classes=classes(1), duration=10.0))) == 1.0


def test_each_database_has_versions_of_its_own() -> None:
    nodes = [
        client("readers", rate=200.0, mix=(1.0, 0.0)),
        client("writers", rate=20.0, mix=(0.0, 1.0)),
        two_classes(cache("cache", None)),
        station("db", (0.0, 0.0), workers=None),
        station("other", (0.0, 0.0), workers=None),
    ]
    links = [
        link("readers", "cache", classes=BOTH),
        link("writers", "other", classes=BOTH),
        link("cache", "db", classes=BOTH),
    ]
    assert stale(simulate(plan(nodes, links, classes=classes(10), duration=20.0))) == 0.0


def test_what_a_cache_has_from_another_cache_is_as_old_as_it_was_there() -> None:
    nodes = [
        client("readers", process="trace", times=(1.0, 3.0, 4.0), mix=(1.0, 0.0)),
        client("warmers", process="trace", times=(0.5,), mix=(1.0, 0.0)),
        client("writers", process="trace", times=(2.0,), mix=(0.0, 1.0)),
        two_classes(cache("near", None, ttl=1.5)),
        two_classes(cache("far", None)),
        station("db", (0.0, 0.0), workers=None),
    ]
    links = [
        link("readers", "near", classes=BOTH),
        link("warmers", "far", classes=BOTH),
        link("writers", "db", classes=BOTH),
        link("near", "far", classes=BOTH),
        link("far", "db", classes=BOTH),
    ]
    result = simulate(plan(nodes, links, classes=classes(1), duration=10.0))
    assert result["nodes"]["near"]["extra"]["hits"] == 1.0
    assert stale(result, "near") == 1.0, (
        "at 4 s, from the far one at 3 s, which had it from before the write"
    )
    assert stale(result, "far") == 0.5, "at 3 s, and not at 1 s"


@pytest.mark.parametrize("written_at", [2.0, 8.0])
def test_look_aside_stores_the_version_that_was_read(written_at: float) -> None:
    nodes = [
        client("readers", process="trace", times=(1.0, 3.0, 4.0, 5.0), mix=(1.0, 0.0)),
        client("writers", process="trace", times=(written_at,), mix=(0.0, 1.0)),
        station("web", (0.0, 0.0), workers=None),
        two_classes(cache("cache", 10)),
        station("db", (0.1, 0.1), workers=None),
    ]
    links = [
        link("readers", "web", classes=BOTH),
        link("writers", "db", classes=BOTH),
        link("web", "cache", classes=BOTH),
        link("web", "db", order=1, on_miss=True, classes=BOTH),
    ]
    result = simulate(plan(nodes, links, classes=classes(1), duration=10.0))
    assert result["nodes"]["cache"]["extra"]["hits"] == 3.0
    assert stale(result) == (1.0 if written_at < 5.0 else 0.0)


def test_what_is_there_from_the_beginning_is_as_old_as_the_run() -> None:
    nodes = [
        client("readers", process="trace", times=(1.0, 3.0), mix=(1.0, 0.0)),
        client("writers", process="trace", times=(2.0,), mix=(0.0, 1.0)),
        two_classes(cache("cache", 10, prewarm=True)),
        station("db", (0.0, 0.0), workers=None),
        station("other", (0.0, 0.0), workers=None),
    ]
    links = [
        link("readers", "cache", classes=BOTH),
        link("writers", "db", classes=BOTH),
        link("cache", "db", classes=BOTH),
    ]
    result = simulate(plan(nodes, links, classes=classes(1), duration=10.0))
    assert stale(result) == 0.5

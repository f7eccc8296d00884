"""What becomes of keys that are written: dropped, left, stored, or stored and written later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.model.write_behind import WriteBehind
from engine.plan.primitives import EventPlan, FlowPlan, KeyPlan, NodePlan, Plan
from engine.sim.report import Result
from tests.helpers import flows
from tests.helpers.plans import cache, client, event, link, plan, request_class, simulate, station

BOTH = (True, True)
WORK = 0.01


def written(
    reads: tuple[float, ...],
    writes: tuple[float, ...],
    *events: EventPlan,
    keys: int = 1,
    **changes: Any,
) -> Plan:
    """Somebody who reads and somebody who writes through a cache; a third reads the database itself."""
    law = KeyPlan(count=keys, alpha=0.0)
    classes = tuple(
        request_class(name, write=name == "write", keys=law) for name in ("read", "write")
    )
    store = cache("cache", None, **changes).store
    nodes = [
        client("readers", process="trace", times=reads, mix=(1.0, 0.0)),
        client("writers", process="trace", times=writes, mix=(0.0, 1.0)),
        NodePlan(id="cache", station=station("x", (0.0, 0.0), workers=None).station, store=store),
        station("db", (WORK, WORK), workers=None),
    ]
    links = [
        link("readers", "cache", classes=BOTH),
        link("writers", "cache", classes=BOTH),
        link("cache", "db", classes=BOTH),
    ]
    return plan(nodes, links, classes=classes, duration=20.0, events=events)


def extra(result: Result) -> dict[str, float]:
    """What the cache says of itself."""
    found: dict[str, float] = result["nodes"]["cache"]["extra"]
    return found


@pytest.mark.parametrize(
    ("policy", "hits", "stale", "fetches"),
    [
        ("invalidate", 1, 0.0, 2),
        ("around", 2, 0.5, 1),
        ("through", 2, 0.0, 1),
        ("behind", 2, 0.0, 1),
    ],
)
def test_a_read_after_a_write(policy: str, hits: int, stale: float, fetches: int) -> None:
    result = simulate(written((1.0, 2.0, 4.0), (3.0,), write_policy=policy))
    found = extra(result)
    assert (found["hits"], found["stale_ratio"]) == (hits, stale)
    assert result["nodes"]["db"]["arrivals"] == fetches + 1
    latency = result["clients"]["writers"]["latency"]["max"]
    assert latency == pytest.approx(0.0 if policy == "behind" else WORK, abs=1e-12)


def behind(result: Result) -> tuple[float, float, float]:
    """Lost, failed, waiting."""
    found = extra(result)
    return found["lost_writes"], found["write_errors"], found["unwritten"]


WRITES = (1.0, 1.1, 1.2, 1.3, 5.0)


def test_writes_go_on_in_order_after_a_delay_and_at_a_rate() -> None:
    settings = WriteBehind(delay=2.0, rate=4.0)
    result = simulate(written((), WRITES, write_policy="behind", write_behind=settings))
    assert result["nodes"]["db"]["arrivals"] == 5
    assert behind(result) == (0.0, 0.0, 0.0)
    # At 3, 3.25, 3.5, 3.75 and 7 s: stopped in between, what waits is still there.
    made = written((), WRITES, write_policy="behind", write_behind=settings)
    stopped = simulate(replace(made, duration=3.6))
    assert (stopped["nodes"]["db"]["arrivals"], behind(stopped)) == (3, (0.0, 0.0, 1.0))


def test_many_writes_of_a_key_go_on_as_one() -> None:
    settings = WriteBehind(delay=2.0, order="key")
    result = simulate(written((4.0,), WRITES, write_policy="behind", write_behind=settings))
    assert result["nodes"]["db"]["arrivals"] == 2
    assert extra(result)["stale_ratio"] == 0.0


def test_a_crash_takes_what_waits() -> None:
    settings = WriteBehind(delay=2.0)
    killed = event(2.0, 1.0, "kill", nodes=("cache",))
    result = simulate(
        written((4.0, 4.5), WRITES, killed, write_policy="behind", write_behind=settings)
    )
    assert behind(result) == (4.0, 0.0, 0.0)
    assert result["nodes"]["db"]["arrivals"] == 2, "a read, and the write at 5 s"
    assert extra(result)["stale_ratio"] == 0.0, "what is lost is counted as lost, and only once"


def test_a_write_that_a_worker_has_in_hand_dies_with_it() -> None:
    """It needs a second of work before it goes on; half of that is done by then."""
    settings = WriteBehind(delay=0.5)
    killed = event(2.0, 0.2, "kill", nodes=("cache",))
    made = written((), (1.0,), killed, write_policy="behind", write_behind=settings)
    steps = (flows.work(0.0, 0.0), flows.work(0.0, 1.0), flows.call("cache-db"))
    station_ = station("x", (0.0, 0.0), workers=None, flow=steps)
    nodes = tuple(
        replace(each, station=station_.station, flow=station_.flow) if each.id == "cache" else each
        for each in made.nodes
    )
    result = simulate(replace(made, nodes=nodes))
    assert behind(result) == (1.0, 0.0, 0.0)
    assert result["nodes"]["db"]["arrivals"] == 0


def test_writes_that_fail_behind_are_errors() -> None:
    down = event(2.5, 1.0, "kill", nodes=("db",))
    settings = WriteBehind(delay=2.0)
    result = simulate(written((), WRITES, down, write_policy="behind", write_behind=settings))
    assert behind(result) == (0.0, 4.0, 0.0)
    assert result["clients"]["writers"]["failed"] == {}


def test_writes_beyond_the_limit_are_refused() -> None:
    settings = WriteBehind(delay=2.0, limit=3)
    result = simulate(written((), WRITES, write_policy="behind", write_behind=settings))
    assert result["clients"]["writers"]["failed"] == {"queue_full": 1}
    assert result["nodes"]["db"]["arrivals"] == 4


@pytest.mark.parametrize("flow", [(), (flows.work(0.0, 0.0), flows.call("cache-db"))])
def test_what_is_not_written_yet_is_stale_where_the_database_is_read(flow: FlowPlan) -> None:
    made = written((), (3.0,), write_policy="behind", write_behind=WriteBehind(delay=4.0))
    if flow:
        own = station("x", (0.0, 0.0), workers=None, flow=flow)
        nodes = [
            replace(each, station=own.station, flow=own.flow) if each.id == "cache" else each
            for each in made.nodes
        ]
        made = replace(made, nodes=tuple(nodes))
    other = NodePlan(
        id="other",
        station=station("x", (0.0, 0.0), workers=None).station,
        store=cache("x", None, ttl=0.5).store,
    )
    nodes = [
        *made.nodes,
        client("others", process="trace", times=(4.0, 4.2, 9.0, 9.2), mix=(1.0, 0.0)),
        other,
    ]
    links = [
        *made.links,
        link("others", "other", classes=BOTH),
        link("other", "db", classes=BOTH),
    ]
    result = simulate(plan(nodes, links, classes=made.classes, duration=20.0))
    assert result["nodes"]["other"]["extra"]["stale_ratio"] == 0.5, "at 4.2 s, and not at 9.2 s"


def test_what_waits_is_read_though_the_store_has_evicted_it() -> None:
    made = written(
        tuple(4.0 + 0.01 * each for each in range(40)),
        tuple(1.0 + 0.01 * each for each in range(80)),
        keys=10,
        write_policy="behind",
        write_behind=WriteBehind(delay=10.0),
    )
    small = made.nodes[2].store
    assert small is not None
    nodes = [
        each
        if each.store is None
        else NodePlan(id="cache", station=each.station, store=_of(each, 2))
        for each in made.nodes
    ]
    result = simulate(plan(nodes, made.links, classes=made.classes, duration=8.0))
    assert extra(result)["hit_ratio"] == 1.0
    assert result["nodes"]["db"]["arrivals"] == 0


def _of(node: NodePlan, capacity: int) -> Any:
    """The store of a node, with less room."""
    assert node.store is not None
    return replace(node.store, capacity=capacity)

"""What the theory twin does not say, since something that it does not model would make it wrong."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.model.prediction import Theory
from engine.plan.primitives import (
    BatchPlan,
    CallPart,
    ConnectionPlan,
    EncryptionPlan,
    KeyPlan,
    ParallelPart,
    PausePlan,
)
from engine.plan.theory import predict
from tests.helpers.plans import (
    cache,
    client,
    closed,
    constant,
    exponential,
    link,
    plan,
    queue,
    request_class,
    retry,
    station,
)

S = 0.01
TLS = EncryptionPlan(handshake=0.03)
AFRESH = ConnectionPlan(round_trips=3, requests=1)


def chain(
    rate: float = 35.0,
    hold: bool = False,
    first: object = None,
    discipline: str = "fifo",
    **second: object,
) -> Theory:
    """Users, a web server and a store of bulky answers, one after the other."""
    nodes = [
        client(rate=rate),
        station("web", exponential(0.001), workers=8, hold=hold),
        station("db", exponential(S), workers=1, discipline=discipline),
    ]
    changes = first if isinstance(first, dict) else {}
    links = [link("users", "web", **changes), link("web", "db", **second)]
    bulky = request_class(request_bytes=500.0, response_bytes=20e3)
    return predict(plan(nodes, links, classes=(bulky,)))


def test_a_narrow_link_leaves_no_times_to_those_who_wait_for_it() -> None:
    found = chain(bandwidth=1e6)
    users = found.clients["users"]
    assert (users.latency, users.latency_p99) == (None, None)
    assert users.reason == "waits for web, of whose times nothing is known"
    assert users.goodput == pytest.approx(35.0)
    web, db = found.nodes["web"], found.nodes["db"]
    assert web.residence is None
    assert web.reason == "not modelled: bandwidth of web → db, which changes its times"
    assert web.utilization == pytest.approx(35.0 * 0.001 / 8)
    assert db.residence == pytest.approx(S / (1 - 0.35))


def test_a_wide_link_leaves_the_times() -> None:
    assert chain(bandwidth=1e9).clients["users"].latency is not None


def test_nobody_waits_for_a_narrow_link_that_is_not_waited_for() -> None:
    assert chain(bandwidth=1e6, waits=False).nodes["web"].residence is not None


def test_workers_held_over_a_narrow_link_are_busy_for_nobody_knows_how_long() -> None:
    found = chain(hold=True, bandwidth=1e6)
    assert found.nodes["web"].utilization is None
    assert found.nodes["web"].load is None
    assert math.isinf(found.headroom)
    assert found.bottleneck is None


def test_connections_that_are_opened_afresh_leave_no_times() -> None:
    found = chain(connection=AFRESH, delay=constant(0.02))
    assert "connection of web → db" in found.nodes["web"].reason
    assert found.clients["users"].latency is None
    assert chain(connection=ConnectionPlan()).clients["users"].latency is not None


def test_encryption_is_work_of_which_nothing_is_known() -> None:
    found = chain(connection=AFRESH, encryption=TLS)
    db = found.nodes["db"]
    assert db.reason == "not modelled: encryption of web → db, which changes its times"
    assert (db.residence, db.utilization, db.load) == (None, None, None)
    assert found.clients["users"].latency is None
    assert "encryption" in chain(encryption=EncryptionPlan(per_byte=1e-6)).nodes["db"].reason
    assert chain(encryption=TLS).clients["users"].latency is not None


@pytest.mark.parametrize("courtesy", ["cancellation", "deadline_propagation"])
def test_work_that_is_dropped_leaves_neither_times_nor_goodput(courtesy: str) -> None:
    """Only where some give up: with few requests it changes nothing."""
    waits: dict[str, object] = {"timeout": 0.1, "retry": retry(2)}
    for rate, matters in ((80.0, True), (2.0, False)):
        found = chain(rate, first=waits | {courtesy: True}, **{courtesy: True})
        users, db = found.clients["users"], found.nodes["db"]
        assert (users.latency is None) is matters
        assert (users.goodput is None) is matters
        assert (db.residence is None) is matters
        assert (db.utilization is None) is matters
        assert math.isinf(users.bound) is matters
    assert chain(80.0, first=waits).clients["users"].goodput is not None


def test_a_population_that_waits_for_a_narrow_link_has_no_rate() -> None:
    nodes = [closed("users", 5, exponential(0.1)), station("web", exponential(S))]
    edge = link("users", "web", bandwidth=1e5)
    found = predict(plan(nodes, [edge], classes=(request_class(response_bytes=20e3),)))
    users = found.clients["users"]
    assert (users.offered, users.goodput, users.latency) == (None, None, None)
    assert found.doubts == ("rates of users follow from times of which nothing is known",)


@pytest.mark.parametrize(
    ("sizes", "stored", "seconds"),
    [
        ((20e3,), False, 0.2),
        ((20e3, 20e3), False, 0.2),
        ((20e3, 1e3), False, None),
        ((20e3,), True, None),
    ],
)
def test_a_last_mile_is_known_where_all_bytes_are_the_same(
    sizes: tuple[float, ...], *, stored: bool, seconds: float | None
) -> None:
    kinds = tuple(
        request_class(f"k{n}", request_bytes=0.0, response_bytes=each)
        for n, each in enumerate(sizes)
    )
    web = cache("web", 10, S) if stored else station("web", exponential(S))
    edge = link("users", "web", last_mile=1e5, classes=(True,) * len(kinds))
    nodes = [client(rate=5.0, mix=(1.0 / len(kinds),) * len(kinds)), web]
    if stored:
        nodes.append(station("db", exponential(S)))
    links = [edge, link("web", "db")] if stored else [edge]
    made = plan(nodes, links, classes=kinds)
    found, bare = (
        predict(made),
        predict(replace(made, links=(replace(edge, last_mile=math.inf), *links[1:]))),
    )
    told, free = found.clients["users"].latency, bare.clients["users"].latency
    assert free is not None
    if seconds is None:
        assert told is None
        assert "last mile" in found.clients["users"].reason
    else:
        assert told == pytest.approx(free + seconds)
        p99, before = found.clients["users"].latency_p99, bare.clients["users"].latency_p99
        assert p99 is not None
        assert before is not None
        assert p99 == pytest.approx(before + seconds, rel=0.02)


@pytest.mark.parametrize(("need", "bound"), [(2, 50.0), (1, math.inf)])
def test_ways_that_are_not_all_needed_are_no_bound(need: int, bound: float) -> None:
    ways = ((CallPart("root-a"),), (CallPart("root-b"),))
    nodes = [
        client(rate=10.0),
        station("root", workers=None, flow=(ParallelPart(ways, need),)),
        station("a", exponential(S)),
        station("b", exponential(0.02)),
    ]
    links = [link("users", "root"), link("root", "a"), link("root", "b")]
    found = predict(plan(nodes, links))
    assert found.clients["users"].bound == pytest.approx(bound)


def one(**changes: object) -> Theory:
    """The only station of a plan."""
    web = station("web", constant(S), **changes)
    return predict(plan([client(rate=60.0), web], [link("users", "web")]))


def test_how_busy_a_station_is_that_stops_is_not_said() -> None:
    """Stopped for a fourteenth of the time, it can do so much less."""
    found = one(pauses=PausePlan(every=constant(1.3), length=constant(0.1)))
    assert found.nodes["web"].utilization is None
    assert found.nodes["web"].load == pytest.approx(0.6 * 14 / 13)
    assert found.clients["users"].bound == pytest.approx(100.0 * 13 / 14)


def test_how_busy_a_station_is_that_makes_batches_is_not_said() -> None:
    """A full batch of four takes .04 s: a hundred a second."""
    found = one(batch=BatchPlan(size=4, linger=0.1, fixed=0.04, per_item=0.0))
    assert found.nodes["web"].utilization is None
    assert found.nodes["web"].load == pytest.approx(0.6)
    assert found.headroom == pytest.approx(1 / 0.6)


def test_a_queue_is_as_full_as_those_who_pull_batches() -> None:
    """Ten at once take as long as one: the worker is a tenth as busy as one by one."""
    batch = BatchPlan(size=10, linger=0.0, fixed=S, per_item=0.0)
    worker = station("worker", constant(S), pulls=True, batch=batch)
    links = [link("users", "jobs"), link("jobs", "worker")]
    found = predict(plan([client(rate=60.0), queue("jobs"), worker], links))
    assert found.nodes["jobs"].load == found.nodes["worker"].load == pytest.approx(0.06)


def test_a_bounded_store_whose_keys_also_expire_is_doubted() -> None:
    keys = request_class(keys=KeyPlan(count=1000, alpha=0.8))

    def doubts(capacity: int, ttl: float = math.inf) -> str:
        nodes = [client(rate=50.0), cache("cache", capacity, ttl=ttl)]
        found = predict(plan(nodes, [link("users", "cache")], classes=(keys,)))
        return "; ".join(found.nodes["cache"].doubts)

    assert "both a bound and a lifetime of 5 s" in doubts(100, ttl=5.0)
    assert "lifetime" not in doubts(100)
    assert "lifetime" not in doubts(1000, ttl=5.0)


def test_a_queue_timeout_counts_where_somebody_leaves() -> None:
    """P(W > .05 s) is 4 % at 40/s and next to nothing at 1 s. Last come, first served, there is no model of it."""
    found = chain(queue_timeout=0.05, discipline="lifo")
    assert found.nodes["db"].residence is None
    assert found.nodes["db"].reason is not None
    assert "queue timeout of web → db" in found.nodes["db"].reason
    assert found.clients["users"].latency is None
    calm = chain(queue_timeout=1.0, discipline="lifo")
    plain = chain(discipline="lifo").clients["users"].latency
    assert calm.clients["users"].latency == pytest.approx(plain or 0.0)
    assert any("queue timeout" in doubt for doubt in calm.nodes["db"].doubts)


@pytest.mark.parametrize(("rate", "known"), [(90.0, False), (120.0, False), (30.0, True)])
def test_a_backlog_that_is_tried_again_counts_where_it_overflows(rate: float, known: bool) -> None:
    web = station("web", exponential(0.04), workers=4, queue_limit=16, overflow="resend")
    found = predict(plan([client(rate=rate), web], [link("users", "web")]))
    assert (found.nodes["web"].residence is not None) == known
    assert (found.clients["users"].latency is not None) == known
    refused = station("web", exponential(0.04), workers=4, queue_limit=16)
    assert (
        predict(plan([client(rate=rate), refused], [link("users", "web")])).clients["users"].latency
    )
